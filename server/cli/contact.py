"""``deedbox contact``: the office's customers, prospects, companies and brokers."""

from collections.abc import Callable, Mapping
from typing import IO, TYPE_CHECKING, Any

import click

from server.cli import contact_facts
from server.cli.failures import RefusedError
from server.cli.invocation import Invocation, with_installation

if TYPE_CHECKING:
    from office.contacts.desk import OfficeFields
    from office.work import GroupwareWork
    from storage.store import Unit, WriteUnit

_KINDS = ("customer", "prospect", "company", "broker", "other")
_NOBODY = "none"
_MOST = 10_000
_TEXTS = {
    "name": "Of a business.",
    "first-name": "",
    "last-name": "",
    "street": "",
    "postcode": "",
    "town": "",
    "country": "",
    "profession": "",
    "phone-private": "",
    "phone-business": "",
    "fax": "",
    "mobile": "",
    "email": "",
    "web": "",
    "sex": "f, m or o; empty: not said.",
    "birthday": "1985-04-12, or 04-12 where the year is not known; empty: not known.",
}
"""The card's fields as options; an empty one is emptied."""


def _what_is_said(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that say something of a contact."""
    options = [
        click.option("--kind", type=click.Choice(_KINDS)),
        click.option("--business/--private", default=None, help="Whether it is a business."),
        click.option("--partner", metavar="USER", help="Who looks after them; none: nobody."),
        click.option("--broker", metavar="NUMBER", help="By whom they came; none: nobody."),
        click.option("--location", help="The office's location."),
        click.option("--tag", multiple=True, help="A tag; all that are not named go. '': none."),
        *(click.option(f"--{name}", help=text or None) for name, text in _TEXTS.items()),
    ]
    for option in reversed(options):
        command = option(command)
    return command


@click.group()
def contact() -> None:
    """The office's contacts: add, list, show, change, remove; release brokers' customers."""


@contact.command("add")
@click.option("--card", type=click.File("rb"), help="A vCard to begin with; -: standard input.")
@click.option("--number", default="", help="Of the contact; the next one unless it is said.")
@_what_is_said
@with_installation
def add(
    invocation: Invocation,
    *,
    card: IO[bytes] | None,
    number: str,
    **said: Any,  # noqa: ANN401
) -> None:
    """Make a contact of a vCard, of what is said, or of both."""
    from office.contacts import desk  # noqa: PLC0415 - loads the database

    data = card.read() if card else b""
    with invocation.store() as store, store.write() as unit:
        text = contact_facts.card_of(data, _changed(said), is_business=said["business"])
        record = desk.add(_work(unit), text, number=number, **_office(unit, said))
        facts = contact_facts.of(unit, record.row.id)
    invocation.answer(f"{facts['name']} is contact {facts['number']}.", **facts)


@contact.command("change")
@click.argument("number")
@_what_is_said
@with_installation
def change(invocation: Invocation, *, number: str, **said: Any) -> None:  # noqa: ANN401
    """Say something else of contact NUMBER; what is not said stays as it is."""
    from office.contacts import desk  # noqa: PLC0415 - loads the database
    from office.contacts.keeping import get  # noqa: PLC0415

    with invocation.store() as store, store.write() as unit:
        work = _work(unit)
        record = desk.change(work, get(unit, work.who, number), **_office(unit, said))
        if changed := _changed(said):
            wanted = contact_facts.with_texts(record.fields, changed)
            record = desk.change_fields(work, record, wanted)
        facts = contact_facts.of(unit, record.row.id)
    invocation.answer(f"Contact {number} is changed: {facts['name']}.", **facts)


@contact.command("show")
@click.argument("number")
@click.option("--card", "as_card", is_flag=True, help="The vCard as it is stored.")
@with_installation
def show(invocation: Invocation, *, number: str, as_card: bool) -> None:
    """Show all that is known of contact NUMBER."""
    from office.command import at_the_machine  # noqa: PLC0415 - loads the database
    from office.contacts.keeping import get  # noqa: PLC0415

    with invocation.store(is_reading=True) as store, store.read() as unit:
        record = get(unit, at_the_machine(), number)
        facts = contact_facts.of(unit, record.row.id)
    if as_card:
        invocation.answer(record.item.text.rstrip("\r\n"), **facts, card=record.item.text)
    else:
        invocation.answer(contact_facts.shown_of(facts), **facts)


@contact.command("list")
@click.option("--kind", "kinds", type=click.Choice(_KINDS), multiple=True)
@click.option("--tag", help="Only those that have it.")
@click.option("--partner", metavar="USER", help="Only those whom the user looks after.")
@click.option("--broker", metavar="NUMBER", help="Only those who came by this broker.")
@click.option("--seen-by", metavar="USER", help="Only those that the user sees.")
@click.option("--after", default="", metavar="NUMBER", help="Go on behind this number.")
@click.option("--limit", default=200, type=click.IntRange(1, _MOST), show_default=True)
@with_installation
def list_contacts(  # noqa: PLR0913 - each option by its name
    invocation: Invocation,
    *,
    kinds: tuple[str, ...],
    tag: str | None,
    partner: str | None,
    broker: str | None,
    seen_by: str | None,
    after: str,
    limit: int,
) -> None:
    """Show contacts by number, a page at a time."""
    from office.contacts.kinds import folded  # noqa: PLC0415 - loads the database
    from storage import contacts  # noqa: PLC0415

    with invocation.store(is_reading=True) as store, store.read() as unit:
        chosen = contacts.Filter(
            kinds=kinds,
            tag_key=folded(tag) if tag else None,
            partner_id=_user_id(unit, partner) if partner else None,
            broker_id=_broker_id(unit, broker) if broker else None,
            viewer_id=_user_id(unit, seen_by) if seen_by else None,
        )
        found = contacts.page(unit, chosen, after=after, most=limit)
    rows = [contact_facts.row_of(each) for each in found]
    invocation.table("contacts", rows, empty="There are no such contacts: `deedbox contact add`.")


@contact.command("remove")
@click.argument("number")
@with_installation
def remove(invocation: Invocation, *, number: str) -> None:
    """Take contact NUMBER out of the office for good; it goes from all devices."""
    from office.contacts import desk  # noqa: PLC0415 - loads the database
    from office.contacts.keeping import get  # noqa: PLC0415

    with invocation.store() as store, store.write() as unit:
        work = _work(unit)
        record = get(unit, work.who, number)
        desk.remove(work, record)
    name = record.fields.shown_name
    invocation.answer(f"Contact {number}, {name}, is removed.", number=number, name=name)


@contact.command("release-broker")
@click.argument("number")
@click.argument("user")
@with_installation
def release_broker(invocation: Invocation, *, number: str, user: str) -> None:
    """Show the customers of broker NUMBER to USER beside the user's own."""
    _set_release(invocation, number, user, is_released=True)


@contact.command("withdraw-broker")
@click.argument("number")
@click.argument("user")
@with_installation
def withdraw_broker(invocation: Invocation, *, number: str, user: str) -> None:
    """Show the customers of broker NUMBER to USER no more."""
    _set_release(invocation, number, user, is_released=False)


def _set_release(invocation: Invocation, number: str, user: str, *, is_released: bool) -> None:
    from office.contacts import brokers  # noqa: PLC0415 - loads the database

    act = brokers.release if is_released else brokers.withdraw
    with invocation.store() as store, store.write() as unit:
        has_changed = act(_work(unit), number, user)
    if is_released:
        text = f"{user} sees the customers of broker {number}."
    else:
        text = f"{user} does not see the customers of broker {number} as such."
    invocation.answer(
        text, number=number, username=user, released=is_released, changed=has_changed
    )


def _work(unit: "WriteUnit") -> "GroupwareWork":
    from office.command import at_the_machine  # noqa: PLC0415 - loads the database
    from office.work import GroupwareWork  # noqa: PLC0415
    from server.installation import now_us  # noqa: PLC0415

    return GroupwareWork(unit, at_the_machine(), now_us())


def _changed(said: Mapping[str, Any]) -> dict[str, str]:
    """What was said of the card's fields, by their names."""
    names = (name.replace("-", "_") for name in _TEXTS)
    return {name: said[name] for name in names if said[name] is not None}


def _office(unit: "Unit", said: Mapping[str, Any]) -> "OfficeFields":
    """What was said that the office keeps."""
    from office.contacts.kinds import Kind  # noqa: PLC0415 - loads the database

    office: OfficeFields = {}
    if said["kind"] is not None:
        office["kind"] = Kind(said["kind"])
    if said["business"] is not None:
        office["is_business"] = said["business"]
    if (partner := said["partner"]) is not None:
        office["partner_id"] = None if partner == _NOBODY else _user_id(unit, partner)
    if (broker := said["broker"]) is not None:
        office["broker_id"] = None if broker == _NOBODY else _broker_id(unit, broker)
    if said["location"] is not None:
        office["location"] = said["location"]
    if said["tag"]:
        office["tags"] = said["tag"]
    return office


def _user_id(unit: "Unit", name: str) -> int:
    from auth import people  # noqa: PLC0415 - loads the database

    return people.get(unit, name).id


def _broker_id(unit: "Unit", number: str) -> int:
    from storage import contacts  # noqa: PLC0415 - loads the database

    row = contacts.find_by_number(unit, number)
    if row is None or row.kind != "broker":
        raise RefusedError(f"There is no broker {number}.")
    return row.id
