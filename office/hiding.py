"""What a user took off their own devices, and bringing it back (C4); the office kept it all.

Hidden it is by what devices do: see ``office.office_book``.
"""

from auth import audit
from auth.audit import COMMAND_LINE, Act, Actor, Subject
from office.work import GroupwareWork
from storage import contacts, half_moves, hidden, people, records
from storage.contacts import ContactRow
from storage.hidden import HiddenRow, Place
from storage.store import Unit, WriteUnit


def hide(work: GroupwareWork, row: ContactRow) -> None:
    """Take a contact off the devices of *work.who*; whoever writes their book holds it already."""
    unit, user_id = work.unit, work.who.user_id
    half_moves.forget(unit, user_id, row.item_id)
    hidden.hide(unit, user_id, row.item_id, now_us=work.now_us)
    judge_again(work, row.id)


def judge_again(work: GroupwareWork, contact_id: int) -> None:
    """Let views ask anew whether the contact is among theirs."""
    seq = records.next_seq(work.unit, records.hold(work.unit))
    contacts.judge_again(work.unit, contact_id, seq)


def bring_back(unit: WriteUnit, user_id: int, item_id: int, *, by: Actor = COMMAND_LINE) -> bool:
    """Let a record come to a user's devices again; False if it was not hidden."""
    done = hidden.show(unit, user_id, item_id)
    half_moves.forget(unit, user_id, item_id)
    if done:
        _shown(unit, user_id, by)
    return done


def bring_all_back(unit: WriteUnit, user_id: int, *, by: Actor = COMMAND_LINE) -> int:
    """Let all that a user hid come to their devices again; how much it was."""
    done = hidden.show_all(unit, user_id)
    for each in half_moves.deleted(unit, user_id):
        half_moves.forget(unit, user_id, each.item_id)
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
