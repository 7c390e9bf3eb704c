"""Views of colleagues' office appointments: which there are (T1)."""

from collections.abc import Collection
from typing import NamedTuple

from storage.id_lists import id_list, is_among
from storage.store import Unit, WriteUnit

ROLE = "colleague"


class Source(NamedTuple):
    """A colleague's default calendar, and what the colleague is called."""

    calendar_id: int
    colleague_id: int
    shown_name: str


def sources(unit: Unit, viewer_id: int, colleague_ids: Collection[int]) -> list[Source]:
    """The default calendars of the active ones of these users, unless closed to the viewer."""
    rows = unit.rows(
        "SELECT c.id, p.id, CASE WHEN p.display_name = '' THEN p.name ELSE p.display_name END"
        " FROM collection c JOIN principal p ON p.id = c.owner_id"
        " JOIN person ON person.principal_id = p.id AND person.state = 'active'"
        f" WHERE c.owner_id {is_among(unit, 'ids')} AND c.kind = 'calendar' AND c.is_default"
        " AND c.role IN ('', 'default') AND NOT EXISTS (SELECT 1 FROM collection_block b"
        " WHERE b.user_id = :viewer AND b.collection_id = c.id) ORDER BY p.name, c.id",
        {"ids": id_list(unit, colleague_ids), "viewer": viewer_id},
    )
    return [Source._make(row) for row in rows]


def of_owner(unit: Unit, owner_id: int) -> dict[int, int]:
    """A user's views of colleagues: the colleague's calendar to the view's collection."""
    rows = unit.rows(
        "SELECT w.source_id, w.collection_id FROM view w JOIN collection c"
        " ON c.id = w.collection_id WHERE c.owner_id = :owner AND c.role = 'colleague'",
        {"owner": owner_id},
    )
    return dict(rows)


def create(unit: WriteUnit, owner_id: int, name: str, source_id: int) -> None:
    """Let a user's collection of this name be a view of a colleague's calendar."""
    unit.execute(
        "INSERT INTO view (collection_id, source_id)"
        " SELECT id, :source FROM collection WHERE owner_id = :owner AND name = :name",
        {"owner": owner_id, "name": name, "source": source_id},
    )


def colleague_of(unit: Unit, view_id: int) -> int:
    """Whose appointments a view shows."""
    row = unit.row(
        "SELECT s.owner_id FROM view w JOIN collection s ON s.id = w.source_id"
        " WHERE w.collection_id = :id",
        {"id": view_id},
    )
    return int(row[0])


def choosers(unit: Unit) -> list[int]:
    """The users who chose colleagues, or whose groups did."""
    rows = unit.rows(
        "WITH chose AS"
        " (SELECT principal_id AS id FROM sync_profile WHERE settings LIKE '%colleagues%')"
        " SELECT principal_id FROM person WHERE principal_id IN (SELECT id FROM chose)"
        " OR principal_id IN (SELECT user_id FROM membership"
        " WHERE group_id IN (SELECT id FROM chose)) ORDER BY principal_id"
    )
    return [user_id for (user_id,) in rows]
