"""``deedbox migrate``, ``restored`` and ``verify``: the database and the bytes beside it."""

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
    """Read every document's bytes and compare them with their checksum; changes nothing.

    The exit code is 1 if anything is missing or damaged.
    """
    from office.verification import verify as verify_bytes  # noqa: PLC0415 - loads the database
    from server.installation import existing_store  # noqa: PLC0415
    from storage.local_blobs import LocalBlobs  # noqa: PLC0415

    settings = invocation.settings()
    store = existing_store(settings)
    try:
        if not settings.storage.blobs_folder.is_dir():
            raise RefusedError(f"There is no folder {settings.storage.blobs_folder}.")
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
    faults_text = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
    outcome = faults_text if faults else "all is well"
    lines.append(f"{report.blobs} documents' contents, {report.bytes} bytes: {outcome}.")
    invocation.answer("\n".join(lines), blobs=report.blobs, bytes=report.bytes, faults=faults)
    return 1 if faults else 0
