"""Which categories say a kind, which let a card join, and that all others are tags."""

import pytest

from office.contacts.kinds import (
    CATEGORIES,
    LONGEST_TAG,
    MOST_TAGS,
    Kind,
    joining,
    of_categories,
    said_by,
    tags_of,
)


@pytest.mark.parametrize("language", ["de", "en"])
def test_each_category_that_the_office_writes_is_read_in_any_case(language: str) -> None:
    for kind, category in CATEGORIES[language].items():
        assert said_by(f" {category.upper()} ") is kind
    assert set(CATEGORIES[language]) == set(Kind) - {Kind.OTHER}


@pytest.mark.parametrize(
    ("categories", "kind"),
    [
        (["VIP", "kunde"], Kind.CUSTOMER),
        (["Vermittler", "Interessent"], Kind.PROSPECT),
        (["Broker"], Kind.BROKER),
        (["Kunden"], None),
        ([], None),
    ],
)
def test_the_kind_of_several_categories(categories: list[str], kind: Kind | None) -> None:
    assert of_categories(categories) is kind


def test_tags_are_what_says_no_kind_each_once() -> None:
    assert tags_of([" VIP ", "vip", "Kunde", "Straße", "STRASSE", ""]) == {
        "vip": "VIP",
        "strasse": "Straße",
    }


def test_tags_are_no_more_and_no_longer_than_can_be_kept() -> None:
    assert len(tags_of(map(str, range(1_000)))) == MOST_TAGS
    assert tags_of(["x" * (LONGEST_TAG + 1), "a\nb  c"]) == {"a b c": "a b c"}


@pytest.mark.parametrize(
    ("categories", "chosen", "kind"),
    [
        (["kunde", "VIP"], ["Kunde", "Interessent"], Kind.CUSTOMER),
        (["Interessent"], ["Kunde", "Interessent"], Kind.PROSPECT),
        (["Customer"], ["Kunde", "Interessent"], None),
        (["Mandant"], ["mandant"], Kind.CUSTOMER),
        (["Vermittler"], ["Kunde"], None),
        (["Vermittler", "Kunde"], ["Kunde"], Kind.CUSTOMER),
        (["VIP"], [], None),
    ],
)
def test_what_lets_a_card_join(
    categories: list[str], chosen: list[str], kind: Kind | None
) -> None:
    assert joining(categories, chosen) is kind
