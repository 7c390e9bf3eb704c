"""Each field of a contact, from the office to a program and back in its manner (rows C5, C7)."""

from typing import Any

import pytest

from office.contacts.fields import Birthday, ContactFields, Sex
from office.contacts.merging import merged
from office.contacts.reading import read_fields
from office.contacts.writing import write_fields
from office.items import read_address_object
from tests.unit.office.contacts.cards import ALL, ANNA, COMPANIES, GROSS, crlf
from wire.clients import Family

FAMILIES = {
    "ios": Family.IOS,
    "outlook": Family.OUTLOOK,
    "thunderbird": Family.THUNDERBIRD,
    "android": Family.ANDROID,
    "google": Family.UNKNOWN,
}
CHANGED: dict[str, tuple[Any, Any]] = {
    "first_name": ("Änne", "Jörg"),
    "last_name": ("Größer", "Müßiggang"),
    "street": ("Weißdornweg 7", "Straße der Völker 1\nHinterhaus, 2. Stock"),
    "country": ("Österreich", "Côte d'Ivoire"),
    "postcode": ("01067", "SW1A 1AA"),
    "town": ("Zürich", "Łódź"),
    "profession": ("Gärtnerin; Floristin", "Bäcker, Müller"),
    "phone_private": ("+43 1 234", "0211/12 34"),
    "phone_business": ("+43 1 567", "0211/56 78"),
    "fax": ("+43 1 999", "0211/99 99"),
    "mobile": ("+43 660 1", "0170/1 23"),
    "email": ("änne@größer.example", "jörg@straße.example"),
    "web": ("https://größer.example/ä?b=c&d", "https://straße.example:8443/ß"),
    "sex": (Sex.MALE, Sex.OTHER),
    "birthday": (Birthday(2000, 2, 29), Birthday(None, 12, 31)),
}
NEVER_EMPTIED = {
    "ios": {"profession", "sex"},
    "outlook": {"sex"},
    "thunderbird": {"sex"},
    "android": {"sex"},
    "google": {"profession", "sex", "web", "birthday"},
}
"""What is missing in a program's card and was not emptied on it: it does not write that."""
_TIES = "X-DEEDBOX-NUMBER:10001\r\nEND:VCARD"
NO_COMPANYS = {"first_name", "last_name", "profession", "phone_private", "sex", "birthday"}
COMPANY_CHANGED = {
    field: values for field, values in CHANGED.items() if field not in NO_COMPANYS
} | {"name": ("Größer & Co. KG", "Ärztehaus „Süd“; Nord, GbR")}


def with_ties(text: str) -> str:
    """A program's card, as the office has it with its own lines."""
    return crlf(text).replace("END:VCARD", _TIES)


def there_and_back(
    text: str, fields: ContactFields, family: Family, field: str, values: tuple[Any, Any]
) -> None:
    """The office says the first value, the program shows it and sends the second."""
    out = write_fields(with_ties(text), fields._replace(**{field: values[0]}))
    assert read_fields(out) == fields._replace(**{field: values[0]})
    assert not read_address_object(out.encode()).was_changed

    wanted = fields._replace(**{field: values[1]})
    back = merged(out, write_fields(crlf(text), wanted), family)

    assert read_fields(back.text) == wanted
    assert "X-DEEDBOX-NUMBER:10001" in back.text
    assert not back.is_as_sent
    assert not read_address_object(back.text.encode()).was_changed


@pytest.mark.parametrize("program", FAMILIES)
class TestPersons:
    @pytest.mark.parametrize("field", sorted(CHANGED))
    def test_a_field_goes_out_and_comes_back(self, program: str, field: str) -> None:
        there_and_back(ALL[program], ANNA, FAMILIES[program], field, CHANGED[field])

    @pytest.mark.parametrize("field", sorted(CHANGED.keys() - {"last_name"}))
    def test_emptied_it_is_empty_if_the_program_writes_it(self, program: str, field: str) -> None:
        # Who has no profession is not called by a title, which stands in for it.
        card = ALL[program].replace("TITLE:Inhaberin\n", "")
        emptied = ANNA._replace(**{field: ContactFields._field_defaults[field]})

        sent = write_fields(crlf(card), emptied)
        result = merged(with_ties(card), sent, FAMILIES[program])

        wanted = ANNA if field in NEVER_EMPTIED[program] else emptied
        assert read_fields(result.text) == wanted

    def test_sent_back_as_it_came_nothing_changes(self, program: str) -> None:
        stored = with_ties(ALL[program])
        assert merged(stored, stored, FAMILIES[program]) == (stored, True)


@pytest.mark.parametrize("program", FAMILIES)
class TestBusinesses:
    def test_every_program_says_the_same_one(self, program: str) -> None:
        assert read_fields(crlf(COMPANIES[program])) == GROSS

    @pytest.mark.parametrize("field", sorted(COMPANY_CHANGED))
    def test_a_field_goes_out_and_comes_back(self, program: str, field: str) -> None:
        values = COMPANY_CHANGED[field]
        there_and_back(COMPANIES[program], GROSS, FAMILIES[program], field, values)

    def test_neither_sex_nor_birthday_is_one_of_its_fields(self, program: str) -> None:
        lines = "BDAY:1985-04-12\r\nX-GENDER:female\r\nEND:VCARD"
        assert read_fields(crlf(COMPANIES[program]).replace("END:VCARD", lines)) == GROSS
