"""``deedbox lock``: who has what open, and ending a lock that nobody can give back."""

import click

from server.cli.invocation import Invocation, moment, with_installation


@click.group()
def lock() -> None:
    """Locks: list, release."""


@lock.command("list")
@with_installation
def list_locks(invocation: Invocation) -> None:
    """Show all locks: where, who, on which device, since and until when."""
    from office import held_locks, layout  # noqa: PLC0415 - loads the database
    from server.installation import now_us  # noqa: PLC0415

    with invocation.store(is_reading=True) as store, store.read() as unit:
        held = held_locks.listed(unit, layout.load(unit), now_us=now_us())
    rows = [
        {
            "path": each.path,
            "username": each.lock.user_name,
            "device": each.lock.device_label,
            "since": moment(each.lock.created_us),
            "until": moment(each.lock.expires_us),
            "stale": each.is_stale,
            "token": each.lock.token,
        }
        for each in held
    ]
    invocation.table("locks", rows, empty="Nothing is locked.")


@lock.command("release")
@click.argument("which", metavar="PATH|TOKEN")
@with_installation
def release(invocation: Invocation, *, which: str) -> None:
    """End the lock on PATH, or the one with TOKEN, whoever holds it; the journal says so.

    What its holder has not saved yet can then no longer be saved under it.
    """
    from office import held_locks, layout  # noqa: PLC0415 - loads the database
    from server.installation import now_us  # noqa: PLC0415

    with invocation.store() as store, store.write() as unit:
        ended = held_locks.release(unit, layout.load(unit), which, now_us=now_us())
    holders = " and ".join(
        f"{each.lock.user_name} (on “{each.lock.device_label}”)" for each in ended
    )
    invocation.answer(
        f"{ended[0].path} is free; it was locked by {holders}.",
        path=ended[0].path,
        released=[each.lock.token for each in ended],
    )
