"""Bringing back what a user took off their own devices (C4); the office kept it all.

Hidden it is by what devices do: see ``office.office_book``.
"""

from auth import audit
from auth.audit import COMMAND_LINE, Act, Actor, Subject
from storage import hidden, people
from storage.hidden import HiddenRow, Place
from storage.store import Unit, WriteUnit


def bring_back(unit: WriteUnit, user_id: int, item_id: int, *, by: Actor = COMMAND_LINE) -> bool:
    """Let a record come to a user's devices again; False if it was not hidden."""
    done = hidden.show(unit, user_id, item_id)
    if done:
        _shown(unit, user_id, by)
    return done


def bring_all_back(unit: WriteUnit, user_id: int, *, by: Actor = COMMAND_LINE) -> int:
    """Let all that a user hid come to their devices again; how much it was."""
    done = hidden.show_all(unit, user_id)
    if done:
        _shown(unit, user_id, by)
    return done


def listed(
    unit: Unit, user_id: int, *, viewer_id: int, behind: Place | None = None, most: int
) -> list[HiddenRow]:
    """What a user hid, as :func:`storage.hidden.listed` has it."""
    return hidden.listed(unit, user_id, viewer_id=viewer_id, behind=behind, most=most)


def _shown(unit: WriteUnit, user_id: int, by: Actor) -> None:
    people.rules_changed(unit, [user_id])
    if by.user_id != user_id:  # what people do to their own devices is nobody's business
        audit.record(unit, Act.HIDDEN_SHOWN, by=by, on=Subject(user_id))
