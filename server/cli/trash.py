"""``deedbox trash``: what was deleted, bringing it back, removing it for good."""

import click

from server.cli.failures import RefusedError
from server.cli.invocation import Invocation, moment, shown, with_installation

_PAGE = 500
_DAY_US = 86_400 * 1_000_000


@click.group()
def trash() -> None:
    """Deleted documents and folders: list, restore, empty."""


@trash.command("list")
@click.argument("path", required=False, default="")
@click.option("--user", "name", metavar="USER", help="Whose Home is meant by Home.")
@with_installation
def list_trash(invocation: Invocation, *, path: str, name: str | None) -> None:
    """Show what was deleted (below PATH), the latest first."""
    from office import layout, targets, trash_places  # noqa: PLC0415 - loads the database

    with invocation.store(is_reading=True) as store, store.read() as unit:
        where, who = layout.load(unit), targets.desk(unit, name)
        below, before, rows = targets.names_in(path), None, []
        while page := trash_places.entries(
            unit, who, where, most=_PAGE, below=below, before=before
        ):
            before = (page[-1].row.deleted_us, page[-1].row.node_id)
            rows += [
                {
                    "path": f"/files/{'/'.join(each.names)}",
                    "folder": bool(each.row.is_collection),
                    "bytes": each.row.size,
                    "deleted": moment(each.row.deleted_us),
                    "username": each.row.user_name,
                    "device": each.row.device_label,
                    "trash": f"/files/{'/'.join(each.full_path)}",
                }
                for each in page
            ]
    invocation.table("trash", rows, empty="Nothing was deleted.")


@trash.command("restore")
@click.argument("path")
@click.option("--to", metavar="PATH", default="", help="Where; by default where it lay.")
@click.option("--user", "name", metavar="USER", help="Whose Home is meant by Home.")
@with_installation
def restore(invocation: Invocation, *, path: str, to: str, name: str | None) -> None:
    """Bring back what lies at PATH in the trash, as `deedbox trash list` shows it.

    Nothing that is there is ever replaced. The journal says so.
    """
    from office import layout, restoring, targets  # noqa: PLC0415 - loads the database
    from server.installation import now_us  # noqa: PLC0415

    with invocation.store() as store, store.write() as unit:
        back = restoring.restore(
            unit,
            targets.desk(unit, name),
            layout.load(unit),
            targets.names_in(path),
            targets.names_in(to),
            now_us=now_us(),
        )
    there = f"/files/{'/'.join(back.names)}"
    invocation.answer(f"{shown(there)} is back.", path=there)


@trash.command("empty")
@click.argument("path", required=False, default="")
@click.option("--older-than", "days", type=click.IntRange(0), default=0, metavar="DAYS")
@click.option("--user", "name", metavar="USER", help="Whose Home is meant by Home.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_installation
def empty(invocation: Invocation, *, path: str, days: int, name: str | None, yes: bool) -> None:
    """Remove for ever what was deleted (below PATH, more than DAYS ago)."""
    from jobs import past  # noqa: PLC0415 - loads the database
    from office import layout, targets  # noqa: PLC0415
    from office import trash as acts  # noqa: PLC0415
    from office.work import Work  # noqa: PLC0415
    from server.installation import now_us  # noqa: PLC0415

    if not yes and not click.confirm("Remove it from the trash for ever?", err=True):
        raise RefusedError("Nothing was removed.")
    gone, before_us = 0, now_us() - days * _DAY_US + 1
    with invocation.store() as store:
        while True:
            with store.write() as unit:
                work = Work(unit, targets.desk(unit, name), layout.load(unit), now_us())
                below = targets.names_in(path)
                went = acts.empty(work, most=_PAGE, below=below, before_us=before_us)
            gone += len(went)
            if not went:
                break
        past.remove_going(store)
    invocation.answer(f"Removed {gone} from the trash.", removed=gone)
