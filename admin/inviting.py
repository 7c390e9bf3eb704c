"""Inviting somebody: the form, and what becomes of it; in administration and in the set-up."""

from dataclasses import dataclass, field
from typing import NamedTuple

from flask import request

from admin.parts import ConsoleParts
from admin.texts import gettext as _
from admin.visitors import visitor
from auth import managing
from auth.audit import Actor
from auth.errors import EmailTakenError, InvalidValueError, NameTakenError, RightMissingError
from auth.names import checked_email, checked_name
from auth.rights import MITARBEITER
from auth.tokens import Purpose
from office import inviting
from office.letters import link
from storage.people import PersonRow
from storage.store import WriteUnit


@dataclass(slots=True)
class Entered:
    """Whom somebody wants to invite, and what is wrong with it, by field."""

    name: str = ""
    email: str = ""
    groups: list[str] = field(default_factory=lambda: [MITARBEITER.name])
    faults: dict[str, str] = field(default_factory=dict)

    @classmethod
    def from_form(cls) -> "Entered":
        """Take the request's form."""
        return cls(
            request.form.get("name", "").strip().lower(),
            request.form.get("email", "").strip(),
            request.form.getlist("groups"),
        )

    def check(self) -> None:
        """Find every fault that can be found without the database."""
        try:
            checked_name(self.name)
        except InvalidValueError:
            self.faults["name"] = name_fault()
        try:
            checked_email(self.email)
        except InvalidValueError:
            self.faults["email"] = email_fault()
        if not self.groups:
            self.faults["groups"] = _("Choose at least one group.")


class Invited(NamedTuple):
    """Somebody new, and the link to hand over; empty where a letter brings it."""

    person: PersonRow
    address: str


def invite(parts: ConsoleParts, entered: Entered) -> Invited | None:
    """Invite somebody new, by letter or by a link to hand over; None where there is a fault."""
    entered.check()
    if entered.faults:
        return None
    try:
        with parts.store.write() as unit:
            managing.check_may_manage(visitor(), entered.groups)
            managing.check_may_give(unit, visitor(), entered.groups)
            person = inviting.invite_new(
                unit,
                entered.name,
                entered.email,
                groups=entered.groups,
                now_us=parts.now_us(),
                by=Actor(visitor().user_id),
            )
            token = deliver(parts, unit, person, Purpose.INVITATION)
    except NameTakenError:
        entered.faults["name"] = taken_name_fault()
    except EmailTakenError:
        entered.faults["email"] = taken_email_fault()
    except RightMissingError:
        entered.faults["groups"] = _("Only administrators make administrators.")
    except InvalidValueError:
        # Name and address were looked at before.
        entered.faults["groups"] = groups_fault()
    if entered.faults:
        return None
    return Invited(person, address_of(parts, Purpose.INVITATION, token))


def deliver(
    parts: ConsoleParts,
    unit: WriteUnit,
    person: PersonRow,
    purpose: Purpose,
    *,
    is_by_hand: bool = False,
) -> str:
    """Have the letter sent; *is_by_hand*, and where none are sent, the token to hand over."""
    if parts.settings.mail.is_on and not is_by_hand:
        inviting.send_link(unit, person, purpose, now_us=parts.now_us())
        return ""
    return inviting.hand_over(unit, person, purpose, now_us=parts.now_us()).token


def address_of(parts: ConsoleParts, purpose: Purpose, token: str) -> str:
    """The link of a token; empty for none."""
    return link(parts.origin(), purpose, token) if token else ""


def name_fault() -> str:
    """Why something cannot be a user's name."""
    return _(
        "Lower-case letters a to z, digits, dots, hyphens and underscores, beginning with a "
        "letter or digit; at most 63."
    )


def email_fault() -> str:
    """Why something cannot be an address."""
    return _("An e-mail address looks like name@example.org.")


def groups_fault() -> str:
    """Why somebody cannot be put into a group."""
    return _("Into a group with more rights than you have somebody else puts you.")


def taken_name_fault() -> str:
    """Somebody has that name."""
    return _("This name is in use; choose another one.")


def taken_email_fault() -> str:
    """Somebody has that address."""
    return _("Another user has this address.")
