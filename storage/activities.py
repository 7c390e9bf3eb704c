"""Reading the office's history of appointments and tasks, the latest first: the queries (T4)."""

from typing import Any, NamedTuple

from storage.store import Unit
from storage.ties import TIED, UNSEEN


class Activity(NamedTuple):
    """One entry. ``at_us``: when it begins, or for what has no time when it was last changed."""

    item_id: int
    kind: str
    title: str
    owner_name: str
    starts_us: int | None
    ends_us: int | None
    at_us: int


class Place(NamedTuple):
    """Where an entry stands, from which the next ones are asked for."""

    at_us: int
    item_id: int


class About(NamedTuple):
    """Whose history it is: that of one contact, one property, or one user."""

    contact_id: int | None = None
    estate_id: int | None = None
    owner_id: int | None = None


_AT = "coalesce(i.starts_us, a.changed_us)"


def page(
    unit: Unit,
    about: About,
    *,
    viewer_id: int | None,
    behind: Place | None = None,
    most: int,
) -> list[Activity]:
    """The first *most* entries behind a place, as far as the viewer may know of them.

    What is private is its owner's alone; so is what is tied to a customer that the viewer does
    not see. None is whoever sits at the machine: they may know all that is not private.
    """
    condition, parameters = _condition(about)
    if viewer_id is None:
        condition += " AND NOT a.is_private"
    else:
        unseen = UNSEEN.format(item="a.item_id")
        condition += f" AND (a.owner_id = :viewer OR (NOT a.is_private AND NOT ({unseen})))"
        parameters["viewer"] = viewer_id
    if behind is not None:
        condition += f" AND ({_AT}, a.item_id) < (:at_us, :item_id)"
        parameters |= behind._asdict()
    rows = unit.rows(
        f"SELECT a.item_id, a.kind, i.summary, p.name, i.starts_us, i.ends_us, {_AT}"
        " FROM appointment a JOIN item i ON i.id = a.item_id JOIN principal p"
        f" ON p.id = a.owner_id WHERE {condition}"
        f" ORDER BY {_AT} DESC, a.item_id DESC LIMIT :most",
        {**parameters, "most": most},
    )
    return [Activity._make(row) for row in rows]


def _condition(about: About) -> tuple[str, dict[str, Any]]:
    if about.owner_id is not None:
        tied = TIED.format(item="a.item_id")
        return f"a.owner_id = :owner AND {tied}", {"owner": about.owner_id}
    column = "estate_id" if about.contact_id is None else "contact_id"
    value = about.estate_id if about.contact_id is None else about.contact_id
    tied = f"(SELECT item_id FROM item_tie WHERE {column} = :about AND NOT is_undone)"
    # Everybody who takes part has a copy of a meeting; together they are one entry.
    is_first = (
        "(i.schedule_tag = '' OR NOT EXISTS (SELECT 1 FROM item o JOIN appointment oa"
        f" ON oa.item_id = o.id AND NOT oa.is_private WHERE o.id IN {tied}"
        " AND o.uid = i.uid AND o.id < i.id))"
    )
    return f"a.item_id IN {tied} AND {is_first}", {"about": value}
