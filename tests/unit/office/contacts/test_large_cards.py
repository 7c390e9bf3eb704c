"""Cards that are taken but made to keep whoever merges them busy: done in a moment."""

import pytest

from office.contacts.merging import categories, merged, with_kind_category, with_tags
from office.contacts.reading import read_fields
from office.contacts.writing import write_fields
from tests.pace import within
from tests.unit.office.contacts.cards import of
from wire.clients import Family

_MANY = 9_000

_LINES = {
    "categories": [f"CATEGORIES:K,Kunde,{i}" for i in range(_MANY)],
    "groups": [f"item{i}.X-OWN:{i}" for i in range(_MANY)],
    "labels": [f"item{i}.TEL:{i}\r\nitem{i}.X-ABLabel:Hof" for i in range(_MANY)],
    "one-group": [f"item1.TEL:{i}" for i in range(_MANY)],
    "ties": [f"X-DEEDBOX-{i}:{i}" for i in range(_MANY)],
    "one-line": ["CATEGORIES:" + "\\,," * 500_000, "ADR:" + "\\;;" * 500_000],
}


@pytest.mark.parametrize("name", _LINES)
def test_a_large_card_is_read_merged_and_written(name: str) -> None:
    card = of(*_LINES[name])
    other = of(*(each.replace("X-OWN", "X-YOURS") for each in reversed(_LINES[name])))

    with within(2.5):
        merged(card, other, Family.IOS)
        merged(card, of("CATEGORIES:Golf"), Family.OUTLOOK)
        with_tags(with_kind_category(card, "Interessent"), ["VIP"])
        fields = read_fields(card)
        write_fields(card, fields._replace(town="Köln", phone_private="", mobile="1"))


def test_categories_beyond_what_people_write_stay_as_they_are() -> None:
    long = "CATEGORIES:" + ",".join(map(str, range(20_000)))
    card = of("CATEGORIES:Kunde,VIP", long)

    text = with_kind_category(card, "Interessent")

    assert categories(text) == ["Interessent", "VIP"]
    assert long in text.replace("\r\n ", "")
