"""Which of a colleague's appointments somebody has at home, as SQL (rows T1, U7).

A member is an item in the colleague's own calendar, or aside of it. It is told by what the office
keeps of it (``storage.appointments``), so that what is private is never looked at.
"""

from typing import Any, NamedTuple

from storage.ties import TIED, UNSEEN


class ColleagueRule(NamedTuple):
    """Whose appointments somebody wants; ``changed_within_us``: only those changed so lately."""

    viewer_id: int
    colleague_id: int
    changed_within_us: int | None = None


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
