"""``deedbox contract``: the office's contracts, and which of them need a look."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click

from server.cli import contract_facts
from server.cli.contact_facts import shown_of
from server.cli.invocation import Invocation, with_installation

if TYPE_CHECKING:
    from office.contracts.desk import Contract
    from office.work import GroupwareWork
    from storage.contracts import Filter
    from storage.store import Unit, WriteUnit

_DAY = click.DateTime(["%Y-%m-%d"])
_MOST = 10_000
_DAYS = (120, 90, 60, 30)


@click.group()
def contract() -> None:
    """The office's contracts: add, list, show, change, cancel, end, remove; alarms."""


@contract.command("add")
@click.argument("customer", metavar="CONTACT")
@click.argument("product")
@click.option("--start", "starts_on", type=_DAY, help="The first day; today unless it is said.")
@click.option("--months", default=12, show_default=True, help="Of a period; 0: there are none.")
@click.option("--renews/--runs-out", default=True, help="Whether a period follows the first.")
@click.option("--notice", default=0, show_default=True, help="Months of notice.")
@click.option("--number", default="", help="Of the contract; the next one unless it is said.")
@with_installation
def add(  # noqa: PLR0913 - each option by its name
    invocation: Invocation,
    *,
    customer: str,
    product: str,
    starts_on: datetime | None,
    months: int,
    renews: bool,
    notice: int,
    number: str,
) -> None:
    """Make a contract of the customer or prospect CONTACT about PRODUCT."""
    from office.contracts import desk  # noqa: PLC0415 - loads the database
    from office.contracts.terms import Terms  # noqa: PLC0415

    with invocation.store() as store, store.write() as unit:
        work = _work(unit)
        start = starts_on.date() if starts_on else _today()
        terms = Terms(start, months, renews, notice)
        made = desk.add(work, customer, product, terms, number=number)
        facts = contract_facts.of(made.listed)
    invocation.answer(f"{facts['product']} is contract {facts['number']}.", **facts)


@contract.command("change")
@click.argument("number")
@click.option("--product")
@click.option("--start", "starts_on", type=_DAY)
@click.option("--months", "period_months", type=int, help="Of a period; 0: there are none.")
@click.option("--renews/--runs-out", default=None, help="Whether a period follows the first.")
@click.option("--notice", "notice_months", type=int, help="Months of notice.")
@with_installation
def change(invocation: Invocation, *, number: str, **said: Any) -> None:  # noqa: ANN401
    """Say something else of contract NUMBER; what is not said stays as it is."""
    from office.contracts import desk  # noqa: PLC0415 - loads the database

    if said["starts_on"] is not None:
        said["starts_on"] = said["starts_on"].date()
    changes: Any = {name: value for name, value in said.items() if value is not None}
    with invocation.store() as store, store.write() as unit:
        work = _work(unit)
        facts = contract_facts.of(desk.change(work, _get(unit, number), **changes).listed)
    _told(invocation, facts, "is changed")


@contract.command("cancel")
@click.argument("number")
@click.option("--on", type=_DAY, help="Today unless it is said.")
@click.option("--undo", is_flag=True, help="It is not cancelled.")
@with_installation
def cancel(invocation: Invocation, *, number: str, on: datetime | None, undo: bool) -> None:
    """Say when contract NUMBER was cancelled; it ends as was agreed."""
    from office.contracts import desk  # noqa: PLC0415 - loads the database

    day = None if undo else _day(on)
    with invocation.store() as store, store.write() as unit:
        facts = contract_facts.of(desk.cancel(_work(unit), _get(unit, number), day).listed)
    _told(invocation, facts, "is not cancelled" if undo else "is cancelled")


@contract.command("end")
@click.argument("number")
@click.option("--on", type=_DAY, help="Today unless it is said.")
@click.option("--undo", is_flag=True, help="It ends as was agreed.")
@with_installation
def end(invocation: Invocation, *, number: str, on: datetime | None, undo: bool) -> None:
    """Say when contract NUMBER ends, whatever was agreed."""
    from office.contracts import desk  # noqa: PLC0415 - loads the database

    day = None if undo else _day(on)
    with invocation.store() as store, store.write() as unit:
        facts = contract_facts.of(desk.end(_work(unit), _get(unit, number), day).listed)
    _told(invocation, facts, "ends as agreed" if undo else f"ends on {day}")


@contract.command("show")
@click.argument("number")
@with_installation
def show(invocation: Invocation, *, number: str) -> None:
    """Show all that is known of contract NUMBER."""
    with invocation.store(is_reading=True) as store, store.read() as unit:
        facts = contract_facts.of(_get(unit, number).listed)
    invocation.answer(shown_of(facts), **facts)


@contract.command("list")
@click.option("--contact", metavar="NUMBER", help="Only those of this contact.")
@click.option("--partner", metavar="USER", help="Only those of whom the user looks after.")
@click.option("--seen-by", metavar="USER", help="Only those that the user sees.")
@click.option("--after", default="", metavar="NUMBER", help="Go on behind this number.")
@click.option("--limit", default=200, type=click.IntRange(1, _MOST), show_default=True)
@with_installation
def list_contracts(invocation: Invocation, *, after: str, limit: int, **said: str | None) -> None:
    """Show contracts by number, a page at a time."""
    from office.contracts.alarms import current  # noqa: PLC0415 - loads the database
    from storage import contracts  # noqa: PLC0415

    with invocation.store(is_reading=True) as store, store.read() as unit:
        found = contracts.page(unit, _filter(unit, said), after=after, most=limit)
    rows = [
        contract_facts.row_of(each._replace(row=current(each.row, _today()))) for each in found
    ]
    invocation.table("contracts", rows, empty="There are no such contracts.")


@contract.command("alarms")
@click.option(
    "--days",
    type=click.Choice([str(each) for each in _DAYS]),
    default="60",
    show_default=True,
    help="How long before its end a period is told.",
)
@click.option("--contact", metavar="NUMBER", help="Only those of this contact.")
@click.option("--partner", metavar="USER", help="Only those of whom the user looks after.")
@click.option("--seen-by", metavar="USER", help="Only those that the user sees.")
@with_installation
def alarms(invocation: Invocation, *, days: str, **said: str | None) -> None:
    """Show contracts that end soon, were cancelled or have ended lately, and why each is shown."""
    from office.contracts.alarms import listed  # noqa: PLC0415 - loads the database

    with invocation.store(is_reading=True) as store, store.read() as unit:
        found = listed(unit, _filter(unit, said), today=_today(), days=int(days))
    rows = [
        {
            **contract_facts.row_of(each.contract),
            "why": [str(why) for why in each.reasons],
        }
        for each in found
    ]
    invocation.table("alarms", rows, empty="No contract needs a look.")


@contract.command("remove")
@click.argument("number")
@with_installation
def remove(invocation: Invocation, *, number: str) -> None:
    """Take contract NUMBER out of the office for good."""
    from office.contracts import desk  # noqa: PLC0415 - loads the database

    with invocation.store() as store, store.write() as unit:
        found = _get(unit, number)
        desk.remove(_work(unit), found)
    invocation.answer(f"Contract {number} is removed.", number=number, product=found.row.product)


def _told(invocation: Invocation, facts: Mapping[str, Any], what: str) -> None:
    invocation.answer(f"Contract {facts['number']} {what}.", **facts)


def _work(unit: "WriteUnit") -> "GroupwareWork":
    from office.command import at_the_machine  # noqa: PLC0415 - loads the database
    from office.work import GroupwareWork  # noqa: PLC0415
    from server.installation import now_us  # noqa: PLC0415

    return GroupwareWork(unit, at_the_machine(), now_us())


def _get(unit: "Unit", number: str) -> "Contract":
    from office.command import at_the_machine  # noqa: PLC0415 - loads the database
    from office.contracts import desk  # noqa: PLC0415
    from server.installation import now_us  # noqa: PLC0415

    return desk.get(unit, at_the_machine(), number, now_us=now_us())


def _filter(unit: "Unit", said: Mapping[str, str | None]) -> "Filter":
    from auth import people  # noqa: PLC0415 - loads the database
    from office.command import at_the_machine  # noqa: PLC0415
    from office.contacts.keeping import get  # noqa: PLC0415
    from storage.contracts import Filter  # noqa: PLC0415

    partner, viewer, customer = said["partner"], said["seen_by"], said["contact"]
    return Filter(
        contact_id=get(unit, at_the_machine(), customer).row.id if customer else None,
        partner_id=people.get(unit, partner).id if partner else None,
        viewer_id=people.get(unit, viewer).id if viewer else None,
    )


def _today() -> date:
    from office.days import day_of  # noqa: PLC0415 - loads the office
    from server.installation import now_us  # noqa: PLC0415

    return day_of(now_us())


def _day(on: datetime | None) -> date:
    return on.date() if on else _today()
