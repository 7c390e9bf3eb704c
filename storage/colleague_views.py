"""Views of colleagues' office appointments: which there are, and what is in one (T1).

A member is an item in the colleague's own calendar, or aside of it. It is told by what the office
keeps of it (``storage.appointments``), so that what is private is never looked at.
"""

from collections.abc import Collection
from typing import Any, NamedTuple

from storage.id_lists import id_list, is_among
from storage.store import Unit, WriteUnit
from storage.ties import TIED, UNSEEN
from storage.views import Step, ViewState

ROLE = "colleague"


class ColleagueRule(NamedTuple):
    """Whose appointments somebody wants; ``changed_within_us``: only those changed so lately."""

    viewer_id: int
    colleague_id: int
    changed_within_us: int | None = None


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


def apply(unit: WriteUnit, view: ViewState, rule: ColleagueRule, *, now_us: int) -> None:
    """Bring a held view of a colleague's appointments up to what its state says is there."""
    _ColleagueStep(unit, view, rule, now_us).take()


def chosen(rule: ColleagueRule, *, now_us: int) -> tuple[str, dict[str, Any]]:
    """What has to hold for a row ``c`` of appointments, with its parameters."""
    parameters: dict[str, Any] = {"viewer": rule.viewer_id, "colleague": rule.colleague_id}
    parts = [
        "c.owner_id = :colleague",
        "c.kind <> 'AUFGABE'",
        "NOT c.is_private",
        TIED.format(item="c.item_id"),
        f"NOT ({UNSEEN.format(item='c.item_id')})",
        (
            "NOT EXISTS (SELECT 1 FROM hidden_item h"
            " WHERE h.user_id = :viewer AND h.item_id = c.item_id)"
        ),
    ]
    if rule.changed_within_us is not None:
        parameters["cut"] = now_us - rule.changed_within_us
        parts.append("c.changed_us > :cut")
    return " AND ".join(parts), parameters


class _ColleagueStep(Step):
    """One of a view of a colleague's appointments."""

    table = "appointment"
    order = "c.seq, c.item_id"
    changed = (
        "(SELECT item_id, bytes_seq AS modseq FROM appointment"
        " WHERE seq > :applied AND bytes_seq > :applied) AS i"
        " JOIN view_member m ON m.view_id = :view AND m.item_id = i.item_id"
    )

    def __init__(self, unit: WriteUnit, view: ViewState, rule: ColleagueRule, now_us: int) -> None:
        self._rule = rule
        super().__init__(unit, view, chosen(rule, now_us=now_us), now_us)

    def _judged(self) -> str:
        parts = [
            "SELECT item_id FROM appointment WHERE seq > :applied",
            (
                "SELECT t.item_id FROM contact k JOIN item_tie t ON t.contact_id = k.id"
                " WHERE k.seq > :applied"
            ),
            "SELECT item_id FROM record_tombstone WHERE seq > :applied",
        ]
        within_us = self._rule.changed_within_us
        if self.view.expires_us is not None and within_us is not None:
            # Those that grew too old since the view was last brought up.
            self.parameters["old_cut"] = self.view.expires_us - within_us
            parts.append(
                "SELECT item_id FROM appointment WHERE owner_id = :colleague"
                " AND changed_us BETWEEN :old_cut AND :cut"
            )
        return " UNION ".join(parts)

    def _names(self) -> str:
        return "c.item_id || '.ics'"

    def _next_expiry(self) -> int | None:
        within_us = self._rule.changed_within_us
        if within_us is None:
            return None
        row = self.unit.row(
            "SELECT c.changed_us FROM appointment c JOIN view_member m"
            " ON m.view_id = :view AND m.item_id = c.item_id"
            " WHERE c.owner_id = :colleague AND c.changed_us > :cut"
            " ORDER BY c.changed_us LIMIT 1",
            {
                "view": self.view.id,
                "colleague": self._rule.colleague_id,
                "cut": self.now_us - within_us,
            },
        )
        return int(row[0]) + within_us if row else None
