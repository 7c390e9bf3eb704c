"""``deedbox estate``: properties and their folders."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from server.cli.failures import RefusedError
from server.cli.invocation import Invocation, shown, with_installation

if TYPE_CHECKING:
    from office.estate_removal import Doomed


@click.group()
def estate() -> None:
    """Properties: add, list, remove."""


@estate.command("add")
@click.argument("number")
@click.argument("title")
@click.option("--address", default="", help="Where it stands.")
@with_installation
def add(invocation: Invocation, *, number: str, title: str, address: str) -> None:
    """Make the property NUMBER TITLE with its folder from the template."""
    from office import estates, layout  # noqa: PLC0415 - loads the database
    from office.command import at_the_machine  # noqa: PLC0415
    from office.work import Work  # noqa: PLC0415
    from server.installation import now_us  # noqa: PLC0415

    with invocation.store() as store, store.write() as unit:
        where = layout.load(unit)
        work = Work(unit, at_the_machine(), where, now_us())
        node = estates.add(work, estates.Label(number, title), address=address)
    path = _path((where.names.estates, node.name))
    invocation.answer(
        f"The folder is {path}", number=number, title=title, address=address, path=path
    )


@estate.command("list")
@with_installation
def list_estates(invocation: Invocation) -> None:
    """Show all properties by number."""
    from office import layout, places  # noqa: PLC0415 - loads the database
    from office.command import at_the_machine  # noqa: PLC0415
    from storage.estates import all_estates  # noqa: PLC0415

    with invocation.store(is_reading=True) as store, store.read() as unit:
        where = layout.load(unit)
        rows = [
            {
                "number": row.number,
                "title": row.title,
                "address": row.address,
                "status": row.status,
                "path": _path(places.names_of(unit, where, at_the_machine(), row.node_id)),
            }
            for row in all_estates(unit)
        ]
    invocation.table("estates", rows, empty="There are no properties: `deedbox estate add`.")


@estate.command("remove")
@click.argument("number")
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_installation
def remove(invocation: Invocation, *, number: str, yes: bool) -> None:
    """Remove the property NUMBER with its folder and ALL that is in it, for ever.

    Refused while somebody holds a lock in there (`deedbox lock list`).
    """
    from office import estate_removal, layout  # noqa: PLC0415 - loads the database
    from server.installation import now_us  # noqa: PLC0415

    with invocation.store(is_reading=True) as store:
        with store.read() as unit:
            where = layout.load(unit)
            doomed = estate_removal.look(unit, where, number)
        if not yes and not click.confirm(f"Remove {_told(doomed)} for ever?", err=True):
            raise RefusedError("Nothing was removed.")
        with store.write() as unit:
            doomed = estate_removal.remove(unit, where, number, now_us=now_us())
    invocation.answer(
        f"Removed {_told(doomed)}.",
        number=doomed.number,
        title=doomed.title,
        path=f"{doomed.path}/",
        folders=doomed.folders,
        documents=doomed.documents,
    )


def _told(doomed: "Doomed") -> str:
    return (
        f"{shown(doomed.path)}/ with {doomed.documents} documents in {doomed.folders + 1} folders"
    )


def _path(names: Sequence[str]) -> str:
    return f"/files/{'/'.join(names)}/"
