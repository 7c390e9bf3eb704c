"""What is stored of a card that a device sends back: what it can change, and what it can't."""

import re
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from office.contacts import merging
from office.contacts.fields import Birthday, Sex
from office.contacts.kinds import Kind, said_by
from office.contacts.merging import WRITTEN, categories, merged, with_kind_category
from office.contacts.reading import read_fields
from office.contacts.slots import Card, Slot
from office.contacts.writing import write_fields
from office.items import read_address_object
from office.items.card_versions import in_version, version_of
from tests.unit.office.contacts.cards import ALL, ANNA, IOS, crlf, of
from wire.clients import Family

ROOT = Path(merging.__file__).parents[2]
_TIES = (
    "deedbox.URL:https://dav.buero.example/c/10001",
    "deedbox.X-ABLabel:Musterbüro",
    "X-DEEDBOX-NUMBER:10001",
)
_OFFICE = ("CATEGORIES:Kunde,VIP", *_TIES)

_LINES = (
    "ROLE:Architektin",
    "TITLE:Chefin",
    "X-GENDER:F",
    "BDAY:1985-04-12",
    "TEL;TYPE=HOME:1",
    "TEL;TYPE=WORK:2",
    "TEL;TYPE=CELL:3",
    "TEL;TYPE=HOME,FAX:4",
    "TEL;TYPE=PAGER:5",
    "item1.TEL:6\r\nitem1.X-ABLabel:Hof",
    "item3.EMAIL:a@b.example\r\nitem3.X-ABLabel:Büro",
    "URL:https://berg.example",
    "ADR;TYPE=HOME:;;Weg 1;Köln;;50667;",
    "ADR;TYPE=WORK:;;Weg 2;Köln;;50667;",
    "ORG:Berg;",
    "X-ABShowAs:COMPANY",
    "NOTE:etwas",
    'X-UNKNOWN;X-P="a:b":1\r\n 2',
    "item2.X-SOCIAL:x\r\nitem2.X-ABLabel:Netz",
    "CATEGORIES:Golf",
    "CATEGORIES:Kunde",
    "CATEGORIES:Interessent,Messe",
    "IMPP:x:y",
    "\r\n".join(_TIES[:2]),
    _TIES[2],
)
_FAMILIES = st.sampled_from([*WRITTEN, Family.UNKNOWN])


@st.composite
def _cards(draw: st.DrawFn) -> str:
    lines = draw(st.lists(st.sampled_from(_LINES), unique=True, max_size=12))
    version = draw(st.sampled_from(["3.0", "4.0"]))
    return of(*lines, version=version)


def _values(text: str, slot: str) -> list[tuple[str, str]]:
    return sorted((each.line.name, each.line.value) for each in Card(text).all(slot))


class TestAnyCard:
    @given(_cards(), _cards(), _FAMILIES)
    def test_what_a_family_never_writes_is_not_emptied(
        self, stored: str, sent: str, family: Family
    ) -> None:
        result = merged(stored, sent, family)

        old = in_version(stored, version_of(sent))
        written = WRITTEN.get(family, merging._ANY)
        for slot in {each.slot for each in Card(old).pieces} - {Slot.TIE, Slot.CATEGORIES}:
            told = _values(sent, slot)
            if slot == Slot.FRAME:
                continue
            if told or slot in written:
                assert _values(result.text, slot) == told, slot
            else:
                assert _values(result.text, slot) == _values(old, slot), slot

    @given(_cards(), _cards(), _FAMILIES)
    def test_a_second_put_of_the_result_changes_nothing(
        self, stored: str, sent: str, family: Family
    ) -> None:
        result = merged(stored, sent, family)
        again = merged(result.text, result.text, family)

        assert again.text == result.text
        assert again.is_as_sent
        read_address_object(result.text.encode())

    @given(_cards(), _cards(), _FAMILIES)
    def test_ties_are_those_of_before_and_the_kind_too(
        self, stored: str, sent: str, family: Family
    ) -> None:
        assume(version_of(stored) == version_of(sent))
        result = merged(stored, sent, family).text

        def kinds(text: str) -> set[Kind]:
            said = (said_by(each) for each in categories(text))
            return {each for each in said if each is not None}

        assert _values(result, Slot.TIE) == _values(stored, Slot.TIE)
        assert kinds(result) == kinds(stored)

    @given(_cards(), _cards(), _FAMILIES)
    def test_it_says_truly_whether_the_client_has_it(
        self, stored: str, sent: str, family: Family
    ) -> None:
        result = merged(stored, sent, family)

        assert result.is_as_sent is (result.text == sent)

    @given(_cards(), _cards(), _FAMILIES)
    def test_labels_stay_with_what_they_are_about(
        self, stored: str, sent: str, family: Family
    ) -> None:
        result = Card(merged(stored, sent, family).text)

        for each in result.pieces:
            if each.line.name == "X-ABLABEL":
                mates = [m for m in result.pieces if m.line.group == each.line.group]
                assert len(mates) == 2


class TestAnEditOnAnIPhone:
    def test_leaves_sex_profession_and_kind_alone(self) -> None:
        stored = of(
            *_OFFICE, "ROLE:Architektin", "X-GENDER:F", "TEL;TYPE=CELL:1", "BDAY:1985-04-12"
        )
        sent = of("TEL;type=CELL;type=VOICE;type=pref:2", "BDAY:1985-04-12")

        result = merged(stored, sent, Family.IOS)

        read = read_fields(result.text)
        assert (read.mobile, read.sex, read.profession) == ("2", Sex.FEMALE, "Architektin")
        assert categories(result.text) == ["Kunde", "VIP"]
        assert not result.is_as_sent

    def test_empties_what_an_iphone_writes(self) -> None:
        stored = of(*_OFFICE, "BDAY:1985-04-12", "URL:https://x.example", "TEL;TYPE=HOME:1")

        read = read_fields(merged(stored, of(), Family.IOS).text)

        assert (read.birthday, read.web, read.phone_private) == (None, "", "")

    def test_a_birthday_that_another_program_does_not_write_stays(self) -> None:
        stored = of("BDAY:1985-04-12", "CATEGORIES:Kunde")

        read = read_fields(merged(stored, of(), Family.UNKNOWN).text)

        assert read.birthday == Birthday(1985, 4, 12)

    def test_ties_under_another_groups_name_are_the_same_ties(self) -> None:
        stored = of("CATEGORIES:Kunde", *_TIES)
        sent = of(
            "CATEGORIES:Kunde",
            "item1.URL:https://dav.buero.example/c/10001",
            "item1.X-ABLabel:Musterbüro",
            "X-DEEDBOX-NUMBER:10001",
        )

        assert merged(stored, sent, Family.IOS).is_as_sent

    def test_ties_can_be_neither_lost_nor_changed_nor_made(self) -> None:
        stored = of(*_OFFICE)

        lost = merged(stored, of("CATEGORIES:Kunde"), Family.IOS).text
        changed = merged(stored, of("CATEGORIES:Kunde", "X-DEEDBOX-NUMBER:666"), Family.IOS).text
        made = merged(of("CATEGORIES:Kunde"), of(*_OFFICE), Family.IOS).text

        assert all(each in lost and each in changed for each in _TIES)
        assert "666" not in changed
        assert "DEEDBOX" not in made.upper()

    def test_what_the_device_brings_beside_the_fields_is_kept(self) -> None:
        stored = of("CATEGORIES:Kunde", "NOTE:alt", "X-UNKNOWN:1", "NICKNAME:Anni")

        text = merged(stored, of("NOTE:neu", "IMPP:x:y"), Family.IOS).text

        assert "NOTE:neu" in text
        assert "NOTE:alt" not in text
        assert "X-UNKNOWN:1" in text
        assert "NICKNAME:Anni" in text
        assert "IMPP:x:y" in text


class TestCategories:
    @pytest.mark.parametrize(
        ("sent", "kept"),
        [
            (["CATEGORIES:Kunde"], ["Kunde"]),
            (["CATEGORIES:Golf"], ["Kunde", "Golf"]),
            (["CATEGORIES:Interessent,Golf"], ["Kunde", "Golf"]),
            (["CATEGORIES:kunde"], ["kunde"]),
            (["CATEGORIES:Golf", "CATEGORIES:KUNDE,VIP"], ["Golf", "KUNDE", "VIP"]),
            ([], ["Kunde"]),
        ],
    )
    def test_tags_are_the_devices_and_the_kind_is_the_offices(
        self, sent: list[str], kept: list[str]
    ) -> None:
        text = merged(of("CATEGORIES:Kunde,VIP"), of(*sent), Family.OUTLOOK).text

        assert categories(text) == kept

    def test_a_program_that_knows_no_categories_takes_none_away(self) -> None:
        text = merged(of("CATEGORIES:Kunde,VIP"), of(), Family.IOS).text

        assert categories(text) == ["Kunde", "VIP"]

    def test_one_of_no_kind_gets_none_from_a_device(self) -> None:
        text = merged(of("CATEGORIES:VIP"), of("CATEGORIES:VIP,Kunde"), Family.OUTLOOK).text

        assert categories(text) == ["VIP"]

    def test_the_office_sets_the_kind_and_leaves_the_tags(self) -> None:
        text = of("CATEGORIES:Interessent,VIP", "CATEGORIES:Golf")

        assert categories(with_kind_category(text, "Kunde")) == ["Kunde", "VIP", "Golf"]
        assert categories(with_kind_category(text, None)) == ["VIP", "Golf"]
        assert with_kind_category(of("CATEGORIES:kunde"), "Kunde") == of("CATEGORIES:kunde")
        assert categories(with_kind_category(of(), "Kunde")) == ["Kunde"]


@pytest.mark.parametrize("stored", ALL)
@pytest.mark.parametrize("sent", ALL)
def test_the_fields_of_every_program_replace_those_of_every_other(stored: str, sent: str) -> None:
    wanted = ANNA._replace(first_name="Änne", mobile="+49 1", street="Weg 1", birthday=None)
    text = crlf(write_fields(ALL[sent], wanted))

    merged_fields = read_fields(merged(crlf(ALL[stored]), text, Family.IOS).text)

    assert merged_fields == wanted


def test_a_card_sent_in_another_version_stays_in_that_version() -> None:
    result = merged(crlf(IOS), of(version="4.0"), Family.THUNDERBIRD)

    assert version_of(result.text) == "4.0"
    assert "GENDER:female" in result.text
    read_address_object(result.text.encode())


def test_the_page_says_what_each_family_writes() -> None:
    columns: list[set[str]] = [
        {Slot.ORGANISATION, Slot.TITLE, Slot.WEB, Slot.BIRTHDAY},
        {Slot.ROLE},
        {Slot.BUSINESS},
        {Slot.CATEGORIES},
        {Slot.SEX},
    ]
    page = (ROOT / "docs" / "clients.md").read_text("utf-8").partition("### What each writes")[2]
    told = {}
    for row in re.findall(r"^\| (\w+) \|(.*)\|$", page, re.MULTILINE):
        cells = [cell.strip() for cell in row[1].split("|")]
        if row[0] in set(Family):
            slots = (slots for slots, cell in zip(columns, cells, strict=True) if cell == "yes")
            told[Family(row[0])] = set().union(*slots) | merging._ANY

    assert told == WRITTEN


def test_a_group_of_what_is_kept_is_called_anew_where_the_device_uses_its_name() -> None:
    stored = of("item1.X-OWN:1", "item1.X-ABLabel:eigen", "item2.X-MORE:2")
    sent = of("ITEM1.TEL:1", "ITEM1.X-ABLabel:Hof")

    text = merged(stored, sent, Family.IOS).text

    assert "item2.X-OWN:1\r\nitem2.X-ABLABEL:eigen\r\nitem3.X-MORE:2\r\n" in text
    assert "ITEM1.TEL:1\r\nITEM1.X-ABLabel:Hof\r\n" in text
