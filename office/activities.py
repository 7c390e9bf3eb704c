"""The history of a contact or property: what appointments, meetings and tasks are tied to it (T4).

Whoever sees the contact, or may read the property's folder, sees its history: but for what is
private to somebody else, or is about another customer too whom they do not see (U7).
"""

from auth.identity import Identity
from office import access
from office.access import Act, Verdict
from office.contacts import keeping
from office.errors import NotFoundError
from storage import activities, estates, tree
from storage.activities import About, Activity, Place
from storage.store import Unit

MOST = 1_000


def of_contact(
    unit: Unit, who: Identity, number: str, *, behind: Place | None = None, most: int = MOST
) -> list[Activity]:
    """What is tied to a contact, the latest first.

    Raises:
        NotFoundError: There is no such contact for *who*.
    """
    row = keeping.get(unit, who, number).row
    return _page(unit, who, About(contact_id=row.id), behind, most)


def of_estate(
    unit: Unit, who: Identity, number: str, *, behind: Place | None = None, most: int = MOST
) -> list[Activity]:
    """What is tied to a property, the latest first.

    Raises:
        NotFoundError: There is no such property for *who*.
    """
    row = estates.find_by_number(unit, number)
    chain = [] if row is None else tree.ancestries(unit, [row.node_id]).get(row.node_id, [])
    if row is None or access.decide(who, Act.READ, chain) is not Verdict.ALLOWED:
        raise NotFoundError(f"There is no property {number}.")
    return _page(unit, who, About(estate_id=row.id), behind, most)


def of_owner(
    unit: Unit, who: Identity, owner_id: int, *, behind: Place | None = None, most: int = MOST
) -> list[Activity]:
    """A user's own office appointments and tasks, the latest first; as far as *who* may know."""
    return _page(unit, who, About(owner_id=owner_id), behind, most)


def _page(
    unit: Unit, who: Identity, about: About, behind: Place | None, most: int
) -> list[Activity]:
    viewer_id = who.user_id or None  # nobody: the command line
    return activities.page(unit, about, viewer_id=viewer_id, behind=behind, most=min(most, MOST))
