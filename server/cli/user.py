"""``deedbox user``: people."""

import sys

import click

from server.cli import invitation
from server.cli.failures import RefusedError
from server.cli.invocation import Invocation, moment, with_installation


@click.group()
def user() -> None:
    """People: add, invite, block, let in again."""


@user.command("add")
@click.argument("name")
@click.option("--email", required=True, help="An address of the user's own.")
@click.option("--admin", is_flag=True, help="Put the user into Administration.")
@click.option(
    "--group",
    "groups",
    multiple=True,
    help="A group to be in, as `deedbox group list` names them; mitarbeiter unless one is said.",
)
@click.option(
    "--password-stdin",
    is_flag=True,
    help="Read the console's password from standard input; without one there are devices only.",
)
@click.option(
    "--invite",
    is_flag=True,
    help="Not active at once: they consent and choose a password behind a link.",
)
@with_installation
def add(
    invocation: Invocation,
    *,
    name: str,
    email: str,
    admin: bool,
    groups: tuple[str, ...],
    password_stdin: bool,
    invite: bool,
) -> None:
    """Make a user NAME, active at once or invited. The first one opens the office."""
    from auth.rights import ADMINISTRATION, MITARBEITER  # noqa: PLC0415 - loads the database
    from office.people import add_person  # noqa: PLC0415
    from server.installation import now_us  # noqa: PLC0415

    if invite and password_stdin:
        raise click.UsageError("Who is invited chooses a password: leave --password-stdin out.")
    chosen = {*groups, *((ADMINISTRATION.name,) if admin else ())} or {MITARBEITER.name}
    if invite:
        invitation.invite_new(invocation, name, email, chosen)
        return
    password = _read_password() if password_stdin else None
    with invocation.store() as store, store.write() as unit:
        person = add_person(unit, name, email, password=password, groups=chosen, now_us=now_us())
    groups_text = " and ".join(sorted(person.groups))
    invocation.answer(
        f"{person.name} <{person.email}> is an active user in {groups_text}. "
        f"Next: `deedbox device add {person.name} LABEL`.",
        username=person.name,
        email=person.email,
        groups=sorted(person.groups),
        state=person.state,
    )


user.add_command(invitation.invite)
user.add_command(invitation.reset_password)


@user.command("groups")
@click.argument("name")
@click.argument("groups", nargs=-1, required=True)
@with_installation
def set_groups(invocation: Invocation, *, name: str, groups: tuple[str, ...]) -> None:
    """Put NAME into these GROUPS and no others; holds from the next request."""
    from office import granting  # noqa: PLC0415 - loads the database

    with invocation.store() as store, store.write() as unit:
        person = granting.set_groups(unit, name, groups)
    named = sorted(person.groups)
    invocation.answer(f"{name} is in {' and '.join(named)}.", username=name, groups=named)


@user.command("limit")
@click.argument("name")
@click.argument("devices", metavar="NUMBER|office")
@with_installation
def set_limit(invocation: Invocation, *, name: str, devices: str) -> None:
    """Let NAME have this many active devices, or as many as everybody in the office."""
    from auth import people  # noqa: PLC0415 - loads the database
    from office import house_rules  # noqa: PLC0415

    if devices != "office" and not (devices.isascii() and devices.isdecimal()):
        raise click.BadParameter(f"“{devices}” is neither a number nor “office”.")
    limit = None if devices == "office" else int(devices)
    settings = invocation.settings()
    with invocation.store(settings) as store, store.write() as unit:
        people.set_device_limit(unit, name, limit)
        holds = house_rules.device_limit(unit, settings) if limit is None else limit
    invocation.answer(
        f"{name} may have {holds} active devices.", username=name, limit=limit, holds=holds
    )


@user.command("visibility")
@click.argument("name")
@click.argument("visibility", type=click.Choice(["all", "own", "none"]))
@with_installation
def set_visibility(invocation: Invocation, *, name: str, visibility: str) -> None:
    """Let NAME see all customers, their own or none; holds from the next request."""
    from auth import people  # noqa: PLC0415 - loads the database
    from auth.visibility import Visibility  # noqa: PLC0415

    with invocation.store() as store, store.write() as unit:
        people.set_visibility(unit, name, Visibility(visibility))
    what = {"all": "all customers", "own": "their own customers", "none": "no customers"}
    invocation.answer(f"{name} sees {what[visibility]}.", username=name, visibility=visibility)


@user.command("block")
@click.argument("name")
@click.option(
    "--path", help="Only this: /files/Objekte/4711 Parkallee, or a collection, /dav/OWNER/NAME."
)
@with_installation
def block(invocation: Invocation, *, name: str, path: str | None) -> None:
    """Shut NAME out: as a whole, or of one folder or collection; from the next request on."""
    from auth import people  # noqa: PLC0415 - loads the database
    from office.people import block_on_path  # noqa: PLC0415
    from server.installation import now_us  # noqa: PLC0415

    with invocation.store() as store, store.write() as unit:
        if path is None:
            people.block(unit, name)
        else:
            block_on_path(unit, name, path, now_us=now_us())
    what = path or "as a whole"
    invocation.answer(f"{name} is blocked: {what}.", username=name, blocked=True, path=path)


@user.command("unblock")
@click.argument("name")
@click.option("--path", help="Only this folder, calendar or address book.")
@with_installation
def unblock(invocation: Invocation, *, name: str, path: str | None) -> None:
    """Let NAME in again, with the devices they had; or open one folder to them."""
    from auth import people  # noqa: PLC0415 - loads the database
    from office.people import blocked_paths, unblock_on_path  # noqa: PLC0415

    with invocation.store() as store, store.write() as unit:
        before = people.get(unit, name)
        if path is None:
            people.unblock(unit, name)
        else:
            unblock_on_path(unit, name, path)
        left = blocked_paths(unit, before)
    was_blocked = path is not None or before.state == "blocked"
    if left and not was_blocked:
        raise RefusedError(
            f"{name} was not blocked as a whole; still blocked on: {', '.join(left)}. "
            f"`deedbox user unblock {name} --path …` opens a folder."
        )
    what = f"is let in: {path or 'as a whole'}" if was_blocked else "was not blocked"
    still = f"; still blocked on: {', '.join(left)}" if left else ""
    invocation.answer(
        f"{name} {what}{still}.", username=name, blocked=False, path=path, blocked_on=left
    )


@user.command("second-factor-off")
@click.argument("name")
@with_installation
def second_factor_off(invocation: Invocation, *, name: str) -> None:
    """Ask NAME for no codes any more, whose phone and recovery codes are lost."""
    from auth import people, second_factor  # noqa: PLC0415 - loads the database
    from auth.audit import COMMAND_LINE  # noqa: PLC0415

    with invocation.store() as store, store.write() as unit:
        was_on = second_factor.turn_off(unit, people.get(unit, name).id, by=COMMAND_LINE)
    what = "is asked for no codes any more" if was_on else "had no second factor"
    invocation.answer(f"{name} {what}.", username=name, second_factor=False)


@user.command("list")
@with_installation
def list_users(invocation: Invocation) -> None:
    """Show all users with their groups, state, devices and what is closed to them."""
    from auth import devices, people  # noqa: PLC0415 - loads the database
    from office.people import blocked_paths  # noqa: PLC0415
    from storage import outbox  # noqa: PLC0415

    with invocation.store(is_reading=True) as store, store.read() as unit:
        letters = {each.user_id: each for each in outbox.waiting(unit)}
        held = outbox.held(unit)
        active: dict[str, list[str]] = {}
        for device in devices.listed(unit):
            if device.retired_us is None:
                active.setdefault(device.user_name, []).append(device.label)
        rows = [
            {
                "username": person.name,
                "email": person.email,
                "state": person.state,
                "groups": sorted(person.groups),
                "visibility": person.visibility,
                "devices": active.get(person.name, []),
                "blocked_on": blocked_paths(unit, person),
                "letter": invitation.letter_state(letters.get(person.id)),
                "since": moment(person.created_us),
            }
            for person in people.listed(unit)
        ]
    empty = "There are no users yet: `deedbox user add`."
    invocation.table("users", rows, empty=empty, notes=invitation.held_back(held))


def _read_password() -> str:
    if sys.stdin.isatty():
        password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
        return password
    password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise RefusedError("There is no password on standard input.")
    return password
