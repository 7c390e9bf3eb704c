"""Letters that did not leave: what became of them, and what somebody can do."""

from dataclasses import dataclass

from admin.texts import gettext as _
from admin.wording import when
from auth.tokens import Purpose
from storage import outbox
from storage.outbox import WaitingRow
from storage.store import Unit


@dataclass(frozen=True, slots=True)
class LetterState:
    """What became of a letter, in words.

    Attributes:
        brief: A line for the list of users.
        told: What happened, with the mail server's words.
        advice: What to do.
        is_over: It is not tried again.
    """

    brief: str
    told: str
    advice: str
    is_over: bool


def of_users(unit: Unit, *, sends_mail: bool) -> dict[int, LetterState]:
    """By the user's id; of several letters the newest."""
    return {each.user_id: _state(each, sends_mail=sends_mail) for each in outbox.waiting(unit)}


def held_back(unit: Unit) -> list[str]:
    """What is told of all letters together; nothing of it says to whom they are.

    Who asked for a new password has a letter that belongs to nobody until it leaves: a name with
    it would tell everybody here who forgot theirs.
    """
    held = outbox.held(unit)
    told = []
    if held.unanswered == 1:
        told.append(_("1 letter waits: the mail server does not answer."))
    elif held.unanswered:
        told.append(
            _("%(count)s letters wait: the mail server does not answer.", count=held.unanswered)
        )
    if held.refused:
        told.append(
            _(
                "Letters that the mail server does not take for now: %(count)s. The server's log "
                "says why.",
                count=held.refused,
            )
        )
    if held.given_up:
        told.append(
            _(
                "Letters that were given up: %(count)s. The server's log says why.",
                count=held.given_up,
            )
        )
    return told


def _why(failure: str) -> str:
    """Why a letter did not leave; the mail server's own words are as it said them."""
    is_silence = failure == outbox.NO_ANSWER or failure.startswith("[Errno")
    return _("the mail server does not answer") if is_silence else failure


def _state(row: WaitingRow, *, sends_mail: bool) -> LetterState:
    is_over = row.due_us is None
    what = _("Invitation") if row.kind == Purpose.INVITATION else _("Link for a new password")
    brief, told = _("waits"), _("The letter waits to be sent.")
    if is_over:
        brief = _("given up: %(why)s", why=_why(row.failure))
        told = _("The letter was given up: %(why)s", why=_why(row.failure))
    elif row.failure:
        brief = _("waits: %(why)s", why=_why(row.failure))
        told = _("The letter waits, since it did not leave: %(why)s", why=_why(row.failure))
    return LetterState(
        f"{what}: {brief}", f"{what}. {told}", _advice(row, sends_mail=sends_mail), is_over
    )


def _advice(row: WaitingRow, *, sends_mail: bool) -> str:
    if row.due_us is None:
        return _(
            "See whether the address is right. Send it again, or hand the link over yourself."
        )
    if not sends_mail:
        return _("No mail server is set up any more; hand the link over yourself.")
    if not row.failure:
        return _("It leaves within seconds.")
    tried = when(row.due_us)
    return _("It is tried again: %(when)s. Or hand the link over yourself.", when=tried)
