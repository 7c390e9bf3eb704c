"""``deedbox activity``: the history of contacts and properties."""

from typing import TYPE_CHECKING, Any

import click

from server.cli.failures import RefusedError
from server.cli.invocation import Invocation, moment, with_installation

if TYPE_CHECKING:
    from storage.activities import Activity, Place

_MOST = 1_000


@click.group()
def activity() -> None:
    """What happened with a contact or property: appointments, meetings, tasks."""


@activity.command("list")
@click.option("--contact", metavar="NUMBER", help="Of this contact.")
@click.option("--estate", metavar="NUMBER", help="Of this property.")
@click.option("--after", metavar="PLACE", help="Go on behind this entry's `place`.")
@click.option("--limit", default=200, type=click.IntRange(1, _MOST), show_default=True)
@with_installation
def list_activities(
    invocation: Invocation,
    *,
    contact: str | None,
    estate: str | None,
    after: str | None,
    limit: int,
) -> None:
    """Show the history of one contact or property, the latest first."""
    from office import activities  # noqa: PLC0415 - loads the database
    from office.command import at_the_machine  # noqa: PLC0415

    if (contact is None) == (estate is None):
        raise RefusedError("Say one of --contact and --estate.")
    behind = place_of(after)
    with invocation.store(is_reading=True) as store, store.read() as unit:
        who = at_the_machine()
        if contact is not None:
            found = activities.of_contact(unit, who, contact, behind=behind, most=limit)
        else:
            found = activities.of_estate(unit, who, estate or "", behind=behind, most=limit)
    rows = [row_of(each) for each in found]
    invocation.table("activities", rows, empty="There is nothing in its history yet.")


def place_of(text: str | None) -> "Place | None":
    """The place that somebody gives back as it was told.

    Raises:
        RefusedError: It is none.
    """
    from storage.activities import Place  # noqa: PLC0415 - loads the database

    if text is None:
        return None
    at_us, _, item_id = text.partition("/")
    if not (at_us.removeprefix("-").isdecimal() and item_id.isdecimal()):
        raise RefusedError(f"“{text}” is no place of an entry.")
    return Place(int(at_us), int(item_id))


def row_of(each: "Activity") -> dict[str, Any]:
    """An entry as a list has it."""
    return {
        "appointment": each.item_id,
        "kind": each.kind,
        "title": each.title,
        "user": each.owner_name,
        "begins": moment(each.starts_us),
        "ends": moment(each.ends_us),
        "place": f"{each.at_us}/{each.item_id}",
    }
