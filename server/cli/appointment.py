"""``deedbox appointment``: the office's appointments, and what they are tied to."""

from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click

from server.cli.activity import place_of, row_of
from server.cli.failures import RefusedError
from server.cli.invocation import Invocation, with_installation

if TYPE_CHECKING:
    from office.appointments.desk import Ends
    from office.work import GroupwareWork
    from storage.items import ItemRow
    from storage.store import Unit, WriteUnit

_MOST = 1_000


def _what_it_is_about(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that name contacts and properties."""
    options = [
        click.option("--contact", "contacts", metavar="NUMBER", multiple=True, help="A contact."),
        click.option("--estate", "estates", metavar="NUMBER", multiple=True, help="A property."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


@click.group()
def appointment() -> None:
    """The office's appointments: add, list, show; tie to contacts and properties, untie."""


@appointment.command("add")
@click.argument("user")
@click.argument("title")
@click.option("--from", "begins", required=True, help="2026-05-04T10:00, or a day: 2026-05-04.")
@click.option("--to", "ends", required=True, help="The same; of days the first one after it.")
@click.option("--place", default="", help="Where it is.")
@click.option("--note", default="", help="More about it.")
@_what_it_is_about
@with_installation
def add(  # noqa: PLR0913 - each option by its name
    invocation: Invocation,
    *,
    user: str,
    title: str,
    begins: str,
    ends: str,
    place: str,
    note: str,
    contacts: tuple[str, ...],
    estates: tuple[str, ...],
) -> None:
    """Make an appointment in the calendar of USER, about contacts and properties."""
    from auth import people  # noqa: PLC0415 - loads the database
    from office.appointments import desk  # noqa: PLC0415

    about = _ends(contacts, estates)
    plan = desk.Plan(title, _time(begins), _time(ends), place, note)
    base = _base_url(invocation)
    with invocation.store() as store, store.write() as unit:
        owner_id = people.get(unit, user).id
        item = desk.add(_work(unit), owner_id, plan, about, base_url=base)
        facts = _facts(unit, item)
    invocation.answer(f"It is appointment {item.id} of {user}.", **facts)


@appointment.command("list")
@click.argument("user")
@click.option("--after", metavar="PLACE", help="Go on behind this entry's `place`.")
@click.option("--limit", default=200, type=click.IntRange(1, _MOST), show_default=True)
@with_installation
def list_appointments(invocation: Invocation, *, user: str, after: str | None, limit: int) -> None:
    """Show USER's appointments and tasks that are tied to something, the latest first."""
    from auth import people  # noqa: PLC0415 - loads the database
    from office import activities  # noqa: PLC0415
    from office.command import at_the_machine  # noqa: PLC0415

    with invocation.store(is_reading=True) as store, store.read() as unit:
        owner_id = people.get(unit, user).id
        found = activities.of_owner(
            unit, at_the_machine(), owner_id, behind=place_of(after), most=limit
        )
    rows = [row_of(each) for each in found]
    invocation.table("appointments", rows, empty="There are none: `deedbox appointment add`.")


@appointment.command("show")
@click.argument("number", type=int)
@with_installation
def show(invocation: Invocation, *, number: int) -> None:
    """Show what appointment NUMBER is tied to, how that was found, and what was undone."""
    from office.appointments import desk  # noqa: PLC0415 - loads the database
    from office.command import at_the_machine  # noqa: PLC0415

    with invocation.store(is_reading=True) as store, store.read() as unit:
        facts = _facts(unit, desk.get(unit, at_the_machine(), number))
    invocation.answer(_shown(facts), **facts)


@appointment.command("tie")
@click.argument("number", type=int)
@_what_it_is_about
@with_installation
def tie(
    invocation: Invocation, *, number: int, contacts: tuple[str, ...], estates: tuple[str, ...]
) -> None:
    """Tie appointment NUMBER to contacts and properties; it says so from now on."""
    _change(invocation, number, _ends(contacts, estates), is_tied=True)


@appointment.command("untie")
@click.argument("number", type=int)
@_what_it_is_about
@with_installation
def untie(
    invocation: Invocation, *, number: int, contacts: tuple[str, ...], estates: tuple[str, ...]
) -> None:
    """Undo ties of appointment NUMBER; they are not found again."""
    _change(invocation, number, _ends(contacts, estates), is_tied=False)


def _change(invocation: Invocation, number: int, about: "Ends", *, is_tied: bool) -> None:
    from office.appointments import desk  # noqa: PLC0415 - loads the database

    act = desk.tie if is_tied else desk.untie
    base = _base_url(invocation)
    with invocation.store() as store, store.write() as unit:
        work = _work(unit)
        item = act(work, desk.get(unit, work.who, number), about, base_url=base)
        facts = _facts(unit, item)
    invocation.answer(_shown(facts), **facts)


def _ends(contacts: tuple[str, ...], estates: tuple[str, ...]) -> "Ends":
    from office.appointments.desk import Ends  # noqa: PLC0415 - loads the database

    if not contacts and not estates:
        raise RefusedError("Say what it is about: --contact or --estate.")
    return Ends(contacts, estates)


def _facts(unit: "Unit", item: "ItemRow") -> dict[str, Any]:
    from office.appointments import desk  # noqa: PLC0415 - loads the database
    from office.command import at_the_machine  # noqa: PLC0415

    ties = desk.shown(unit, at_the_machine(), item)
    return {
        "appointment": item.id,
        "uid": item.uid,
        "ties": [
            {
                "of": "estate" if each.row.target.contact_id is None else "contact",
                "number": each.number,
                "name": each.name,
                "found_by": each.row.origin,
                "undone": each.row.is_undone,
            }
            for each in ties
        ],
    }


def _shown(facts: dict[str, Any]) -> str:
    lines = [
        f"{each['of']} {each['number']} {each['name']} ({each['found_by']}"
        f"{', undone' if each['undone'] else ''})"
        for each in facts["ties"]
    ]
    return "\n".join(lines or [f"Appointment {facts['appointment']} is tied to nothing."])


def _time(text: str) -> "datetime | date":
    """A day, or a time where the machine is.

    Raises:
        RefusedError: It is neither.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(text).astimezone()
    except ValueError:
        raise RefusedError(f"“{text}” is no time such as 2026-05-04T10:00.") from None


def _base_url(invocation: Invocation) -> str:
    url = invocation.settings().server.public_url
    return f"{str(url).rstrip('/')}/" if url else ""


def _work(unit: "WriteUnit") -> "GroupwareWork":
    from office.command import at_the_machine  # noqa: PLC0415 - loads the database
    from office.work import GroupwareWork  # noqa: PLC0415
    from server.installation import now_us  # noqa: PLC0415

    return GroupwareWork(unit, at_the_machine(), now_us())
