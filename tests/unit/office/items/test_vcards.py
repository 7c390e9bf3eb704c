"""What of vCards is taken, as it was sent, and what is refused with which words."""

import pytest

from office.items import InvalidItemError, ItemLimits, Precondition, fold, read_address_object


def card(*lines: str, version: str = "3.0") -> bytes:
    return "\r\n".join(["BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""]).encode()


BERG = ("UID:1", "FN:Anna Berg", "N:Berg;Anna;;;")


class TestTaken:
    @pytest.mark.parametrize("version", ["3.0", "4.0"])
    def test_the_bytes_stay_as_they_were_sent(self, version: str) -> None:
        data = card(*BERG, "item1.X-ABLabel:_$!<Home>!$_", "TEL;HOME;VOICE:1", version=version)

        taken = read_address_object(data)

        assert taken.text == data
        assert not taken.was_changed
        assert taken.indexed.uid == "1"

    def test_an_empty_uid_after_lines_of_spaces_is_the_one_that_is_filled(self) -> None:
        data = card("FN:Anna Berg\r\n\r\n ", "UID:", "N:Berg;Anna;;;")

        taken = read_address_object(data)

        text = taken.text.decode()
        assert text == data.decode().replace("UID:", f"UID:{taken.indexed.uid}")

    def test_a_group_of_apple_is_a_card(self) -> None:
        data = card(
            *BERG, "X-ADDRESSBOOKSERVER-KIND:group", "X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:2"
        )

        assert read_address_object(data).text == data

    def test_what_clients_search_is_kept_folded(self) -> None:
        data = card(
            *BERG,
            "ORG:Musterbüro\\, Süd;Verkauf",
            "item1.EMAIL;TYPE=pref:Anna@Muster.example",
            "EMAIL:a2@muster.example",
            "TEL;TYPE=CELL:+49 (170) 12-34",
            "CATEGORIES:Kunde,VIP",
            "BDAY:1980-05-04",
        )

        indexed = read_address_object(data).indexed

        assert indexed.summary == "Anna Berg"
        assert indexed.fields == {
            "FN": "ANNA BERG",
            "N": "BERG;ANNA;;;",
            "ORG": "MUSTERBURO, SUD;VERKAUF",
            "EMAIL": "ANNA@MUSTER.EXAMPLE\nA2@MUSTER.EXAMPLE",
            "TEL": "+49 (170) 12-34",
            "CATEGORIES": "KUNDE,VIP",
            "BDAY": "1980-05-04",
        }

    @pytest.mark.parametrize("lines", [BERG[1:], ("UID:", *BERG[1:])])
    def test_a_card_without_uid_gets_one(self, lines: tuple[str, ...]) -> None:
        taken = read_address_object(card(*lines))

        assert taken.was_changed
        assert taken.indexed.uid.startswith("urn:uuid:")
        again = read_address_object(taken.text)
        assert again.text == taken.text
        assert again.indexed == taken.indexed


class TestRefused:
    @pytest.mark.parametrize(
        ("data", "precondition", "words"),
        [
            (card(*BERG, version="2.1"), Precondition.ADDRESS_SUPPORTED, "VERSION is 2.1"),
            (card(*BERG) + card(*BERG), Precondition.ADDRESS_DATA, "exactly one VCARD, not 2"),
            (card(*BERG, "BEGIN:VCARD", "END:VCARD"), Precondition.ADDRESS_DATA, "inside"),
            (card("UID:1"), Precondition.ADDRESS_DATA, "FN"),
            (card(*BERG, "UID:2"), Precondition.ADDRESS_DATA, "Line 6: a second UID"),
            (card(*BERG)[:-12], Precondition.ADDRESS_DATA, "no END"),
            (card("FN:Süd").decode().encode("latin-1"), Precondition.ADDRESS_DATA, "not UTF-8"),
            (b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", Precondition.ADDRESS_DATA, "not VCARD"),
        ],
    )
    def test_it_is_told_why(self, data: bytes, precondition: Precondition, words: str) -> None:
        with pytest.raises(InvalidItemError) as caught:
            read_address_object(data)

        assert caught.value.precondition is precondition
        assert words in str(caught.value)

    def test_one_byte_too_many(self) -> None:
        data = card(*BERG)

        assert read_address_object(data, limits=ItemLimits(card_bytes=len(data))).text == data
        with pytest.raises(InvalidItemError) as caught:
            read_address_object(data, limits=ItemLimits(card_bytes=len(data) - 1))
        assert caught.value.precondition is Precondition.ADDRESS_SIZE


def test_folding_makes_small_and_composed() -> None:
    assert fold("ÄRGER") == fold("a\u0308rger") == "ARGER"
