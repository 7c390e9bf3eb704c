"""``deedbox migrate``, ``restored`` and ``verify``: the database and the bytes beside it."""

from collections.abc import Sized

import click

from server.cli.failures import RefusedError
from server.cli.invocation import Invocation, shown, with_installation


@click.command()
@with_installation
def migrate(invocation: Invocation) -> None:
    """Bring the database to this version's tables, or make it."""
    from storage import revision  # noqa: PLC0415 - loads the database

    with invocation.store() as store:
        found = revision.find(store)
    invocation.answer(f"The database has revision {found}.", revision=found)


@click.command()
@with_installation
def restored(invocation: Invocation) -> None:
    """Say that the data were put back from a backup: every program fetches all of it anew.

    What programs heard after the backup was made is not in it, and they must not take the
    changes from now on for those.
    """
    from server.installation import existing_store  # noqa: PLC0415 - loads the database
    from storage import epochs  # noqa: PLC0415

    store = existing_store(invocation.settings())
    try:
        with store.write() as unit:
            epochs.renew(unit)
    finally:
        store.close()
    invocation.answer("Every program will fetch its calendars, contacts and folders anew.")


@click.command()
@with_installation
def verify(invocation: Invocation) -> int:
    """Compare every document's bytes with their checksum, and check the audit log's chain.

    Changes nothing. The exit code is 1 if anything is missing or damaged. The number and hash of
    the audit log's last row are worth noting elsewhere: whoever has the database can forge a
    chain, but not one that goes through a hash you have.
    """
    from auth import audit  # noqa: PLC0415 - loads the database
    from office.verification import verify as verify_bytes  # noqa: PLC0415 - loads the database
    from server.installation import existing_store  # noqa: PLC0415
    from storage.local_blobs import LocalBlobs  # noqa: PLC0415

    settings = invocation.settings()
    store = existing_store(settings)
    try:
        if not settings.storage.blobs_folder.is_dir():
            raise RefusedError(f"There is no folder {settings.storage.blobs_folder}.")
        with store.read() as unit:
            chain = audit.check(unit)
        report = verify_bytes(store, LocalBlobs(settings.storage.blobs_folder))
    finally:
        store.close()
    faults = [
        {"sha256": each.sha256, "fault": each.what, "paths": list(each.paths)}
        for each in report.faults
    ]
    lines = [
        shown(f"{each.sha256} is {each.what}: {', '.join(each.paths)}") for each in report.faults
    ]
    lines += [f"{each[0].upper()}{each[1:]}." for each in chain.faults]
    lines.append(
        f"{chain.rows} rows of the audit log, the last {chain.head.last_id} with hash "
        f"{chain.head.hash}: {_outcome(chain.faults)}."
    )
    lines.append(f"{report.blobs} documents' contents, {report.bytes} bytes: {_outcome(faults)}.")
    invocation.answer(
        "\n".join(lines),
        blobs=report.blobs,
        bytes=report.bytes,
        faults=faults,
        audit={
            "rows": chain.rows,
            "last": chain.head.last_id,
            "hash": chain.head.hash,
            "faults": list(chain.faults),
        },
    )
    return 1 if faults or chain.faults else 0


def _outcome(faults: Sized) -> str:
    if not faults:
        return "all is well"
    return "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
