"""``deedbox group``: groups of users."""

import click

from server.cli.invocation import Invocation, with_installation


@click.group()
def group() -> None:
    """Groups of users: add, list."""


@group.command("add")
@click.argument("name")
@click.option("--title", default="", help="What it is called in lists.")
@with_installation
def add(invocation: Invocation, *, name: str, title: str) -> None:
    """Make the group NAME; it begins with no right and nobody in it."""
    from auth.rights import add_group  # noqa: PLC0415 - loads the database
    from server.installation import now_us  # noqa: PLC0415

    with invocation.store() as store, store.write() as unit:
        add_group(unit, name, title=title, now_us=now_us())
    invocation.answer(
        f"{name} is a group. Next: `deedbox right give {name} …`, `deedbox grant set {name} …`.",
        name=name,
    )


@group.command("list")
@with_installation
def list_groups(invocation: Invocation) -> None:
    """Show all groups with who is in them."""
    from storage import people, principals  # noqa: PLC0415 - loads the database

    with invocation.store(is_reading=True) as store, store.read() as unit:
        rows = [
            {"name": name, "members": principals.members(unit, name)}
            for name in people.group_names(unit)
        ]
    invocation.table("groups", rows, empty="There are no groups yet.")
