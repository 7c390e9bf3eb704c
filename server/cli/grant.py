"""``deedbox grant``: who may read, write or manage which folders and collections."""

import click

from server.cli.invocation import Invocation, with_installation


@click.group()
def grant() -> None:
    """Data rights on folders, calendars and address books: list, set, revoke.

    WHO is a user, a group, or @everybody. A PATH is /files/Objekte/4711 Parkallee, with all that
    lies below, or /dav/OWNER/NAME. Writing documents also needs the function right.
    """


@grant.command("list")
@with_installation
def list_grants(invocation: Invocation) -> None:
    """Show what was granted, by path; Administration may manage all that is shared."""
    from office import granting  # noqa: PLC0415 - loads the database

    with invocation.store(is_reading=True) as store, store.read() as unit:
        rows = [
            {"path": each.path, "name": each.name, "right": each.right.name.lower()}
            for each in granting.listed(unit)
        ]
    invocation.table("grants", rows, empty="Nothing is granted to anybody.")


@grant.command("set")
@click.argument("who")
@click.argument("right", type=click.Choice(["read", "write", "manage"]))
@click.argument("path")
@with_installation
def set_grant(invocation: Invocation, *, who: str, right: str, path: str) -> None:
    """Let WHO go this far with PATH and no farther; holds from the next request."""
    from auth.rights import LEVELS  # noqa: PLC0415 - loads the database
    from office import granting  # noqa: PLC0415

    with invocation.store() as store, store.write() as unit:
        granted = granting.grant(unit, who, LEVELS[right], path)
    invocation.answer(f"{who} may {right} {granted.path}.", name=who, right=right, path=path)


@grant.command("revoke")
@click.argument("who")
@click.argument("path")
@with_installation
def revoke(invocation: Invocation, *, who: str, path: str) -> None:
    """Take back what was granted to WHO on PATH itself; what folders above give stays."""
    from office import granting  # noqa: PLC0415 - loads the database

    with invocation.store() as store, store.write() as unit:
        granting.revoke(unit, who, path)
    invocation.answer(f"{who} has no grant on {path} any more.", name=who, path=path)
