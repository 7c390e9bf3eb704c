"""``deedbox right``: what kinds of act groups and users may do at all."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from server.cli.invocation import Invocation, with_installation

if TYPE_CHECKING:
    from auth.rights import FunctionRight


@click.group()
def right() -> None:
    """Function rights of groups and users: list, give, take."""


@right.command("list")
@with_installation
def list_rights(invocation: Invocation) -> None:
    """Show who was given what; Administration may do everything."""
    from auth.rights import ADMINISTRATION, FunctionRight  # noqa: PLC0415 - loads the database
    from storage import function_rights, people  # noqa: PLC0415

    with invocation.store(is_reading=True) as store, store.read() as unit:
        given: dict[tuple[str, str], list[str]] = {
            ("group", name): [] for name in people.group_names(unit)
        }
        for name, kind, each in function_rights.everything(unit):
            given.setdefault((kind, name), []).append(each)
    given["group", ADMINISTRATION.name] = sorted(FunctionRight)
    rows = [
        {"name": name, "kind": kind, "rights": rights} for (kind, name), rights in given.items()
    ]
    invocation.table("rights", rows, empty="There are no groups yet.")


@right.command("give")
@click.argument("name", metavar="USER|GROUP")
@click.argument("rights", nargs=-1, required=True)
@with_installation
def give(invocation: Invocation, *, name: str, rights: tuple[str, ...]) -> None:
    """Let a user, or whoever is in a group, do these kinds of act; from the next request on."""
    from auth.rights import give as give_rights  # noqa: PLC0415 - loads the database

    chosen = _checked(rights)
    with invocation.store() as store, store.write() as unit:
        give_rights(unit, name, chosen)
    _answer(invocation, name)


@right.command("take")
@click.argument("name", metavar="USER|GROUP")
@click.argument("rights", nargs=-1, required=True)
@with_installation
def take(invocation: Invocation, *, name: str, rights: tuple[str, ...]) -> None:
    """Take them again; what others give the same person stays."""
    from office.granting import take_rights  # noqa: PLC0415 - loads the database

    chosen = _checked(rights)
    with invocation.store() as store, store.write() as unit:
        take_rights(unit, name, chosen)
    _answer(invocation, name)


def _checked(names: Sequence[str]) -> "list[FunctionRight]":
    from auth.rights import FunctionRight  # noqa: PLC0415 - loads the database

    known = [each.value for each in FunctionRight]
    for name in names:
        if name not in known:
            raise click.BadParameter(f"“{name}” is no right; they are {', '.join(known)}.")
    return [FunctionRight(name) for name in names]


def _answer(invocation: Invocation, name: str) -> None:
    from auth.rights import given_to  # noqa: PLC0415 - loads the database

    with invocation.store(is_reading=True) as store, store.read() as unit:
        rights = sorted(given_to(unit, name))
    invocation.answer(
        f"{name} has: {', '.join(rights) or 'no right of its own'}.", name=name, rights=rights
    )
