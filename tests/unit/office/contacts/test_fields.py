"""A contact's fields: read from cards of many programs, and written without touching the rest."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from office.contacts.fields import Birthday, ContactFields, Sex
from office.contacts.reading import read_fields
from office.contacts.writing import new_card, write_fields
from office.items import read_address_object
from tests.unit.office.contacts.cards import ALL, ANDROID, ANNA, IOS, crlf, of

_TEXT = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"), max_size=20
)
_LINES = st.lists(_TEXT, max_size=3).map("\n".join)
_DAYS = st.builds(
    Birthday,
    st.one_of(st.none(), st.integers(1, 9999).filter(lambda year: year != 1604)),
    st.integers(1, 12),
    st.integers(1, 28),
)
_FIELDS = (
    st.builds(
        ContactFields,
        is_business=st.booleans(),
        sex=st.sampled_from(Sex),
        birthday=st.one_of(st.none(), _DAYS, st.just(Birthday(None, 2, 29))),
        street=_LINES,
        **{
            name: _TEXT
            for name in ContactFields._fields
            if name not in {"is_business", "sex", "birthday", "street"}
        },
    )
    .map(ContactFields.normal)
    .filter(lambda fields: bool(fields.shown_name))
)


class TestReading:
    @pytest.mark.parametrize("program", ALL)
    @pytest.mark.parametrize("is_sent", [True, False])
    def test_every_program_says_the_same_person(self, program: str, *, is_sent: bool) -> None:
        text = crlf(ALL[program]) if is_sent else ALL[program]

        assert read_fields(text) == ANNA

    @pytest.mark.parametrize(
        ("line", "birthday"),
        [
            ("BDAY:1985-04-12", Birthday(1985, 4, 12)),
            ("BDAY;VALUE=date:19850412", Birthday(1985, 4, 12)),
            ("BDAY:1985-04-12T23:00:00+02:00", Birthday(1985, 4, 12)),
            ("BDAY:--0412", Birthday(None, 4, 12)),
            ("BDAY:--04-12", Birthday(None, 4, 12)),
            ("BDAY;X-APPLE-OMIT-YEAR=1604:1604-02-29", Birthday(None, 2, 29)),
            ("BDAY:1604-04-12", Birthday(None, 4, 12)),
            ("item1.BDAY:1988-02-29", Birthday(1988, 2, 29)),
            ("BDAY:1985-02-29", None),
            ("BDAY:1985", None),
            ("BDAY;VALUE=text:im Sommer", None),
            ("BDAY:", None),
        ],
    )
    def test_a_birthday_in_all_its_forms(self, line: str, birthday: Birthday | None) -> None:
        assert read_fields(of(line)).birthday == birthday

    @pytest.mark.parametrize(
        ("line", "sex"),
        [
            ("GENDER:F", Sex.FEMALE),
            ("GENDER:M;Mann", Sex.MALE),
            ("GENDER:O;nichtbinär", Sex.OTHER),
            ("GENDER:;etwas", Sex.UNKNOWN),
            ("GENDER:N", Sex.UNKNOWN),
            ("X-GENDER:Male", Sex.MALE),
            ("X-WAB-GENDER:2", Sex.MALE),
            ("X-WAB-GENDER:1", Sex.FEMALE),
        ],
    )
    def test_a_sex_in_all_its_forms(self, line: str, sex: Sex) -> None:
        assert read_fields(of(line)).sex is sex

    @pytest.mark.parametrize(
        "line", ["X-ABShowAs:COMPANY", "KIND:org", "X-ADDRESSBOOKSERVER-KIND:org"]
    )
    def test_a_business_has_a_name_and_neither_sex_nor_birthday(self, line: str) -> None:
        read = read_fields(
            of(line, "ORG:Musterbüro\\, Süd;Verkauf", "BDAY:1985-04-12", "X-GENDER:f")
        )

        assert read == ContactFields(is_business=True, name="Musterbüro, Süd")

    def test_a_card_with_an_organisation_alone_is_a_business(self) -> None:
        text = of("ORG:Musterbüro;", "TEL:1", "ADR:;;Weg 1;;;;").replace(
            "N:Berg;Anna;;;", "N:;;;;"
        )

        read = read_fields(text)

        assert (read.is_business, read.name) == (True, "Musterbüro")
        assert (read.phone_business, read.phone_private, read.street) == ("1", "", "Weg 1")

    def test_a_person_with_nothing_but_a_shown_name(self) -> None:
        assert read_fields(of().replace("N:Berg;Anna;;;", "N:;;;;")).last_name == "Anna Berg"

    def test_a_number_of_no_kind_is_the_private_one_of_a_person(self) -> None:
        assert read_fields(of("TEL;VALUE=uri:tel:+49-1")).phone_private == "+49-1"
        assert read_fields(of("TEL:1", "TEL;TYPE=HOME:2")).phone_private == "2"
        assert read_fields(of("TEL;TYPE=PAGER:1")).phone_private == ""

    def test_what_is_empty_is_passed_over(self) -> None:
        text = of("ADR;TYPE=HOME:;;;;;;", "ADR;TYPE=WORK:;;Weg 1;;;;", "EMAIL:", "EMAIL:a@b")

        read = read_fields(text)

        assert (read.street, read.email) == ("Weg 1", "a@b")


class TestWriting:
    @given(_FIELDS)
    def test_a_new_card_says_its_fields(self, fields: ContactFields) -> None:
        text = new_card(fields, uid="1")

        assert read_fields(text) == fields
        assert not read_address_object(text.encode()).was_changed

    @given(_FIELDS, st.sampled_from(sorted(ALL)), st.sampled_from([crlf, str]))
    def test_fields_written_into_any_card_are_read_again(
        self, fields: ContactFields, program: str, ended: Callable[[str], str]
    ) -> None:
        text = write_fields(ended(ALL[program]), fields)

        assert read_fields(text) == fields
        read_address_object(text.encode())

    @pytest.mark.parametrize("program", ALL)
    def test_the_same_fields_again_change_no_byte(self, program: str) -> None:
        text = crlf(ALL[program])

        assert write_fields(text, read_fields(text)) == text

    def test_other_lines_keep_their_bytes_and_their_order(self) -> None:
        text = crlf(IOS)
        wanted = ANNA._replace(mobile="+49 171 1", birthday=Birthday(None, 2, 29))

        lines = write_fields(text, wanted).split("\r\n")

        before = text.split("\r\n")
        before[before.index("TEL;type=IPHONE;type=CELL;type=VOICE:+49 170 1234567")] = (
            "TEL;TYPE=IPHONE;TYPE=CELL;TYPE=VOICE:+49 171 1"
        )
        before.remove("BDAY:1985-04-12")
        before.insert(-2, "BDAY;X-APPLE-OMIT-YEAR=1604:1604-02-29")
        assert lines == before

    def test_other_parts_of_a_line_stay(self) -> None:
        text = of("ADR;TYPE=HOME:Postfach 1;Hinterhaus;Weg 1;Köln;NRW;50667;")

        written = write_fields(text, read_fields(text)._replace(street="Weg 2\nHof", country="D"))

        assert "ADR;TYPE=HOME:Postfach 1;Hinterhaus;Weg 2\\nHof;Köln;NRW;50667;D\r\n" in written

    def test_a_label_goes_with_its_line(self) -> None:
        written = write_fields(crlf(IOS), ANNA._replace(email=""))

        assert "item1" not in written
        assert "item2.X-ABLabel:Ferienhaus" in written
        assert "EMAIL" not in written

    def test_a_card_in_version_4_gets_lines_of_version_4(self) -> None:
        text = of(version="4.0")
        wanted = read_fields(text)._replace(sex=Sex.OTHER, birthday=Birthday(None, 4, 12))

        written = write_fields(text, wanted)

        assert "GENDER:O\r\nBDAY:--0412\r\n" in written
        assert "KIND:org\r\n" in write_fields(text, ContactFields(is_business=True, name="X"))

    def test_a_person_who_becomes_a_business_and_back(self) -> None:
        text = crlf(ANDROID)

        business = write_fields(text, ANNA._replace(is_business=True, name="Berg GmbH"))
        person = write_fields(business, ANNA)

        assert "KIND:org" in business
        assert read_fields(business).name == "Berg GmbH"
        assert read_fields(person) == ANNA

    def test_a_contact_without_a_name_is_refused(self) -> None:
        with pytest.raises(ValueError, match="name"):
            write_fields(of(), ContactFields(first_name=" \n"))
