"""``deedbox user invite`` and ``reset-password``: links by mail, or to hand over."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from server.cli.invocation import Invocation, moment, with_installation

if TYPE_CHECKING:
    from auth.tokens import Purpose
    from config.settings import Settings
    from storage.outbox import Held, WaitingRow
    from storage.people import PersonRow
    from storage.store import WriteUnit

_SHOW = click.option(
    "--show-link", is_flag=True, help="Print the link to hand it over, also where mail is set up."
)


def invite_new(invocation: Invocation, name: str, email: str, groups: Iterable[str]) -> None:
    """Make an invited user: ``deedbox user add --invite``."""
    from auth.tokens import Purpose  # noqa: PLC0415 - loads the database
    from office import inviting  # noqa: PLC0415
    from server.installation import now_us  # noqa: PLC0415

    settings = invocation.settings()
    with invocation.store(settings) as store, store.write() as unit:
        person = inviting.invite_new(unit, name, email, groups=groups, now_us=now_us())
        link = _link(unit, settings, person, Purpose.INVITATION, is_shown=False)
    _answer(invocation, person, link)


@click.command()
@click.argument("name")
@click.option("--withdraw", is_flag=True, help="Take the invitation back; its link is dead.")
@_SHOW
@with_installation
def invite(invocation: Invocation, *, name: str, withdraw: bool, show_link: bool) -> None:
    """Invite NAME, or once more: by mail, or by a link to hand over where no mail is set up.

    The link that was given out before no longer works.
    """
    from auth import invitations  # noqa: PLC0415 - loads the database
    from auth.tokens import Purpose  # noqa: PLC0415

    settings = invocation.settings()
    with invocation.store(settings) as store, store.write() as unit:
        if withdraw:
            person, link = invitations.withdraw(unit, name), None
        else:
            person = invitations.mark_invited(unit, name)
            link = _link(unit, settings, person, Purpose.INVITATION, is_shown=show_link)
    if withdraw:
        text = f"{name} is not invited any more."
        invocation.answer(text, username=name, state=person.state, link=None, mailed=False)
    else:
        _answer(invocation, person, link)


@click.command("reset-password")
@click.argument("name")
@_SHOW
@with_installation
def reset_password(invocation: Invocation, *, name: str, show_link: bool) -> None:
    """Give NAME a link for a new password of the console; devices keep theirs."""
    from auth import invitations  # noqa: PLC0415 - loads the database
    from auth.tokens import Purpose  # noqa: PLC0415

    settings = invocation.settings()
    with invocation.store(settings) as store, store.write() as unit:
        person = invitations.demand_reset(unit, name)
        link = _link(unit, settings, person, Purpose.RESET, is_shown=show_link)
    _answer(invocation, person, link)


def letter_state(row: "WaitingRow | None") -> str | None:
    """What became of the letter to a user that has not left, for the list of users."""
    if row is None:
        return None
    if row.due_us is None:
        return f"{row.kind} given up: {row.failure}"
    return f"{row.kind} waits: {row.failure}" if row.failure else f"{row.kind} waits"


def held_back(held: "Held") -> list[str]:
    """What is told of the letters that did not leave, whoever they are to."""
    waiting = "1 letter waits" if held.unanswered == 1 else f"{held.unanswered} letters wait"
    told = [f"{waiting}: the mail server does not answer."] if held.unanswered else []
    for count, what in ((held.refused, "refused for now"), (held.given_up, "given up")):
        if count:
            told.append(f"Letters {what}: {count}. The server's log says why.")
    return told


def _link(
    unit: "WriteUnit",
    settings: "Settings",
    person: "PersonRow",
    purpose: "Purpose",
    *,
    is_shown: bool,
) -> tuple[str, int] | None:
    """The link and until when it works; None where it goes by mail."""
    from office import inviting, letters  # noqa: PLC0415 - loads the database
    from server.installation import now_us  # noqa: PLC0415
    from server.serving import chosen_origin  # noqa: PLC0415

    if settings.mail.is_on and not is_shown:
        inviting.send_link(unit, person, purpose, now_us=now_us())
        return None
    issued = inviting.hand_over(unit, person, purpose, now_us=now_us())
    return letters.link(chosen_origin(unit, settings), purpose, issued.token), issued.expires_us


def _answer(invocation: Invocation, person: "PersonRow", link: tuple[str, int] | None) -> None:
    facts = {"username": person.name, "email": person.email, "state": person.state}
    if link is None:
        text = f"A letter with the link is on its way to {person.email}."
        invocation.answer(text, **facts, link=None, mailed=True)
    else:
        address, expires_us = link
        until = moment(expires_us)
        text = f"{address}\nThis link is for {person.name}, works once and until {until}."
        invocation.answer(text, **facts, link=address, until=until, mailed=False)
