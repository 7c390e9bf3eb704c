"""``deedbox versions``: what a document held before, and bringing it back."""

import click

from server.cli.invocation import Invocation, moment, shown, with_installation

_PAGE = 500


@click.group()
def versions() -> None:
    """Earlier versions of documents: list, restore."""


@versions.command("list")
@click.argument("path")
@click.option("--user", "name", metavar="USER", help="Whose Home is meant by Home.")
@with_installation
def list_versions(invocation: Invocation, *, path: str, name: str | None) -> None:
    """Show the earlier versions of the document at PATH, the newest first."""
    from office import layout, places, targets  # noqa: PLC0415 - loads the database
    from office import versions as acts  # noqa: PLC0415

    with invocation.store(is_reading=True) as store, store.read() as unit:
        names = targets.names_in(path)
        place = places.find(unit, targets.desk(unit, name), layout.load(unit), names)
        before, rows = None, []
        while page := acts.listed(unit, place, most=_PAGE, before=before):
            before = page[-1][1].version
            rows += [
                {
                    "version": each.version,
                    "modified": moment(each.modified_us),
                    "replaced": moment(each.replaced_us),
                    "bytes": each.size,
                    "path": f"/files/{'/'.join(acts.path_of(names, called))}",
                }
                for called, each in page
            ]
    invocation.table("versions", rows, empty="It has no earlier versions.")


@versions.command("restore")
@click.argument("path")
@click.argument("version", type=click.IntRange(1))
@click.option("--to", metavar="PATH", default="", help="Where; by default over the document.")
@click.option("--user", "name", metavar="USER", help="Whose Home is meant by Home.")
@with_installation
def restore(invocation: Invocation, *, path: str, version: int, to: str, name: str | None) -> None:
    """Make VERSION of the document at PATH its newest one; what it holds now is kept.

    The journal says so.
    """
    from office import layout, places, restoring, targets  # noqa: PLC0415 - loads the database
    from office import versions as acts  # noqa: PLC0415
    from server.installation import now_us  # noqa: PLC0415

    with invocation.store() as store, store.write() as unit:
        who, where = targets.desk(unit, name), layout.load(unit)
        names = targets.names_in(path)
        called = acts.name_of(unit, places.find(unit, who, where, names), version)
        back = restoring.restore(
            unit,
            who,
            where,
            acts.path_of(names, called),
            targets.names_in(to),
            now_us=now_us(),
        )
    there = f"/files/{'/'.join(back.names)}"
    invocation.answer(
        f"{shown(there)} is as in version {version}; that is version {back.node.version} now.",
        path=there,
        version=back.node.version,
    )
