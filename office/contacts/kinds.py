"""What a contact is to the office, and the categories of its card that say so.

All other categories are tags, which are the users' own.
"""

import unicodedata
from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType


class Kind(StrEnum):
    """What a contact is to the office."""

    CUSTOMER = "customer"
    PROSPECT = "prospect"
    COMPANY = "company"
    BROKER = "broker"
    OTHER = "other"


COVERED = frozenset({Kind.CUSTOMER, Kind.PROSPECT})
"""Whose sight is a matter of visibility."""

CATEGORIES: Mapping[str, Mapping[Kind, str]] = MappingProxyType(
    {
        "de": MappingProxyType(
            {
                Kind.CUSTOMER: "Kunde",
                Kind.PROSPECT: "Interessent",
                Kind.COMPANY: "Gesellschaft",
                Kind.BROKER: "Vermittler",
            }
        ),
        "en": MappingProxyType(
            {
                Kind.CUSTOMER: "Customer",
                Kind.PROSPECT: "Prospect",
                Kind.COMPANY: "Company",
                Kind.BROKER: "Broker",
            }
        ),
    }
)
"""What the office writes, by its language; in cards both languages are understood."""


MOST_TAGS, LONGEST_TAG = 100, 200
"""Of one contact, and in characters."""


def folded(category: str) -> str:
    """What two spellings of one category have in common."""
    return unicodedata.normalize("NFC", category.strip()).casefold()


_KINDS = {
    folded(category): kind for names in CATEGORIES.values() for kind, category in names.items()
}


def said_by(category: str) -> Kind | None:
    """The kind that *category* says; None: it is a tag."""
    return _KINDS.get(folded(category))


def of_categories(categories: Iterable[str]) -> Kind | None:
    """The kind that a card's categories say; of several the first one of :class:`Kind`."""
    said = {said_by(each) for each in categories}
    return next((each for each in Kind if each in said), None)


def tags_of(categories: Iterable[str]) -> dict[str, str]:
    """The categories that are tags, the first :data:`MOST_TAGS`: folded to the first spelling.

    Those that are too long stand in the card alone.
    """
    tags: dict[str, str] = {}
    for each in categories:
        tag = " ".join(each.split())
        if tag and len(tag) <= LONGEST_TAG and said_by(tag) is None:
            tags.setdefault(folded(tag), tag)
        if len(tags) == MOST_TAGS:
            break
    return tags


def joining(categories: Iterable[str], chosen: Collection[str]) -> Kind | None:
    """The kind with which a card of these *categories* joins the office; None: it stays private.

    Args:
        categories: Of the card.
        chosen: The categories that let one join. One that says no kind makes a customer.
    """
    wanted = {folded(each) for each in chosen}
    held = [each for each in categories if folded(each) in wanted]
    if not held:
        return None
    return of_categories(held) or Kind.CUSTOMER
