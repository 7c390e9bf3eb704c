"""What settings point to, made ready: folders, key, database with this version's tables, office.

Light to import, since every command begins here; the web processes get theirs from
``server.composition``.
"""

import time
from pathlib import Path

from auth.errors import SecretKeyError
from auth.secret_key import secret_key_of
from config.settings import Settings
from office.opening import prepare_office
from storage import devices, revision
from storage.local_blobs import LocalBlobs, sync_folder
from storage.meters import Meters
from storage.rights_revision import RightsRevision
from storage.store import Store


class NoInstallationError(Exception):
    """There is no database of this version where the settings point to."""


def now_us() -> int:
    """The time, in microseconds since the epoch, UTC."""
    return time.time_ns() // 1000


def connect(settings: Settings) -> Store:
    """The store of these settings, whatever is in it. Never keep one open over a fork."""
    return Store(
        settings.database.url_with_password,
        pool_size=settings.database.pool_size,
        rights=RightsRevision(settings.data_folder / "rights.revision"),
    )


def meters(settings: Settings) -> Meters:
    """The meters of wrong passwords, which all processes of this machine share."""
    return Meters(settings.data_folder / "sign-ins.meters")


def prepared_store(settings: Settings) -> Store:
    """The store of these settings, made or migrated where that is needed.

    Raises:
        storage.migrate.NewerDatabaseError: A later version wrote the database.
        OSError: A folder cannot be made.
    """
    if not settings.data_folder.is_dir():
        settings.data_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        sync_folder(settings.data_folder.parent)
    store = connect(settings)
    try:
        if revision.find(store) != revision.NEWEST:
            from storage.migrate import migrate  # noqa: PLC0415 - Alembic costs 0.3 s to import

            migrate(store)
        _demand_key(store, settings)
        if not settings.storage.blobs_folder.is_dir():
            LocalBlobs(settings.storage.blobs_folder)
        prepare_office(store, settings.office.language, name=settings.office.name, now_us=now_us())
    except BaseException:
        store.close()
        raise
    return store


def existing_store(settings: Settings) -> Store:
    """The store of these settings as it is; nothing is made or changed.

    Raises:
        NoInstallationError: There is none, or another version wrote it.
    """
    path = settings.database.url.removeprefix("sqlite:///")
    if settings.database.is_sqlite and not Path(path).exists():
        raise NoInstallationError(f"There is no database {path}; is it the right --data folder?")
    store = connect(settings)
    try:
        _demand_newest(revision.find(store))
    except BaseException:
        store.close()
        raise
    return store


def secret_key(settings: Settings) -> bytes:
    """The installation's key, made at the first use.

    Raises:
        auth.errors.SecretKeyError: The file cannot be read or made.
    """
    return secret_key_of(settings.security.secret_key_file)


def _demand_key(store: Store, settings: Settings) -> None:
    """Devices without the key of their secrets are lost: never make a new one silently."""
    file = settings.security.secret_key_file
    if file.exists():
        return
    with store.read() as unit:
        if not devices.has_any(unit):
            return
    raise SecretKeyError(
        f"The secret key {file} is missing; put it back from a backup (other machines on the same "
        "database need the same file). If it is lost, write 64 random hexadecimal digits into it "
        "and enrol every device again."
    )


def _demand_newest(found: str | None) -> None:
    if found is None:
        raise NoInstallationError("The database has no tables of deedbox.")
    if found != revision.NEWEST:
        raise NoInstallationError(
            f"The database has revision {found} and this deedbox needs {revision.NEWEST}; "
            "run `deedbox migrate` with the newest version first."
        )
