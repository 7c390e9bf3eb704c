"""What users took off their devices: the queries. In the office it is all still there."""

from typing import NamedTuple

from storage.sight import SEES
from storage.store import Unit, WriteUnit


class HiddenRow(NamedTuple):
    """Something hidden. ``component`` is VCARD, or what kind of event or task it is.

    ``name`` is empty where whoever asks may not see whom it is about.
    """

    item_id: int
    component: str
    name: str
    hidden_us: int


class Place(NamedTuple):
    """Where a row stands in the list, from which the next ones are asked for."""

    hidden_us: int
    item_id: int


def hide(unit: WriteUnit, user_id: int, item_id: int, *, now_us: int) -> bool:
    """Hide an item from a user's devices; False: it was hidden, or it is not there."""
    done = unit.execute(
        "INSERT INTO hidden_item (user_id, item_id, hidden_us)"
        " SELECT :user_id, id, :now_us FROM item WHERE id = :item_id"
        " ON CONFLICT (user_id, item_id) DO NOTHING",
        {"user_id": user_id, "item_id": item_id, "now_us": now_us},
    )
    return done == 1


def show(unit: WriteUnit, user_id: int, item_id: int) -> bool:
    """Show an item again; False if it was not hidden."""
    done = unit.execute(
        "DELETE FROM hidden_item WHERE user_id = :user_id AND item_id = :item_id",
        {"user_id": user_id, "item_id": item_id},
    )
    return done == 1


def since(unit: Unit, user_id: int, item_id: int) -> int:
    """When a user hid it, in microseconds.

    Raises:
        LookupError: They did not.
    """
    row = unit.row(
        "SELECT hidden_us FROM hidden_item WHERE user_id = :user AND item_id = :item",
        {"user": user_id, "item": item_id},
    )
    if row is None:
        raise LookupError(f"{item_id} is not hidden")
    return int(row[0])


def find_uid(unit: Unit, user_id: int, uid: str) -> int | None:
    """The id of the contact's card of this UID that a user hid last, of those whom they see."""
    row = unit.row(
        "SELECT i.id FROM hidden_item h JOIN item i ON i.id = h.item_id"
        " JOIN contact c ON c.item_id = i.id WHERE h.user_id = :viewer"
        f" AND (i.uid = :uid OR i.uid LIKE :kept ESCAPE '!') AND {SEES}"
        " ORDER BY h.hidden_us DESC, i.id DESC LIMIT 1",
        {"viewer": user_id, "uid": uid, "kept": f"{_literal(uid)}\n%"},
    )
    return None if row is None else int(row[0])


def _literal(text: str) -> str:
    """*text* as a pattern of LIKE that stands for itself."""
    for character in "!%_":
        text = text.replace(character, f"!{character}")
    return text


def show_all(unit: WriteUnit, user_id: int) -> int:
    """Show all that a user hid; how many they were."""
    return unit.execute("DELETE FROM hidden_item WHERE user_id = :user_id", {"user_id": user_id})


# A record, the event made from one, or an appointment of the user's own.
_OF_USER = (
    " FROM hidden_item h JOIN item i ON i.id = h.item_id"
    " JOIN collection k ON k.id = i.collection_id"
    " LEFT JOIN contact c ON c.id = coalesce((SELECT id FROM contact WHERE item_id = i.id),"
    " (SELECT id FROM contact WHERE birthday_item_id = i.id))"
    " WHERE h.user_id = :user_id AND (CASE WHEN c.id IS NULL THEN k.owner_id = :user_id"
    f" ELSE {SEES.replace(':viewer', ':user_id')} END)"
)
_IS_NAMED = f"CASE WHEN c.id IS NULL THEN k.owner_id = :viewer ELSE {SEES} END"


def count(unit: Unit, user_id: int) -> int:
    """How many there are in :func:`listed`."""
    return int(unit.row(f"SELECT count(*){_OF_USER}", {"user_id": user_id})[0])


def listed(
    unit: Unit, user_id: int, *, viewer_id: int, behind: Place | None, most: int
) -> list[HiddenRow]:
    """What a user hid and would see if it were not hidden, the newest first.

    Args:
        unit: The transaction.
        user_id: Who hid it.
        viewer_id: Who asks, and is told names only of what they see themselves.
        behind: The last row of the part before; None for the first.
        most: How many at once.
    """
    after = "" if behind is None else " AND (h.hidden_us, h.item_id) < (:us, :id)"
    us, item_id = behind or (0, 0)
    rows = unit.rows(
        f"SELECT h.item_id, i.component, CASE WHEN {_IS_NAMED} THEN i.summary ELSE '' END,"
        f" h.hidden_us{_OF_USER}{after} ORDER BY h.hidden_us DESC, h.item_id DESC LIMIT :most",
        {"user_id": user_id, "viewer": viewer_id, "us": us, "id": item_id, "most": most},
    )
    return [HiddenRow._make(row) for row in rows]
