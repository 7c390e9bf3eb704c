"""Where everything is joined: the one place that chooses implementations.

:func:`prepare` runs once, in the parent process, and leaves no connection behind; :func:`build`
runs in every worker after the fork. A request's way through what it builds::

    Faults > Trust > Limits > Router > health
                                     > console (Flask)
                                     > Gate > access log > DAV root | documents | groupware | API
"""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from admin.api.application import make_api
from admin.application import CONSOLE_AREAS, UPLOAD_PAGES, make_console
from admin.parts import ConsoleParts
from auth import setup_link
from auth.identity import Identity, identify
from auth.throttle import Throttle
from config.settings import Settings
from dav_providers.documents.application import make_documents
from dav_providers.groupware.application import make_groupware
from dav_providers.multistatus.disk_space import disk_space
from dav_providers.root import make_root
from dav_providers.well_known import make_well_known
from jobs.housekeeping import Ages, StopEvent, keep_house
from jobs.letters import send_letters
from office import layout, opening
from office.opening import Opening
from server import installation
from server.access_log import AccessLog
from server.faults import Faults
from server.gate import Gate
from server.health import database_answers, folder_is_writable, health
from server.limits import BodyLimits, Limits
from server.nextcloud_paths import make_nextcloud_paths
from server.refused_sign_ins import RefusedSignIns
from server.router import Router, not_found
from server.settings_record import record_changes
from server.trust import Trust
from storage.blobs import BlobStore
from storage.local_blobs import LocalBlobs
from storage.store import Store, Unit


@dataclass(frozen=True, slots=True)
class App:
    """The whole WSGI application of one worker."""

    entry: WSGIApplication
    close_parts: tuple[Callable[[], None], ...]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        return self.entry(environ, start_response)

    def close(self) -> None:
        """Write what is still buffered and let go of all connections; after the last request."""
        for close in self.close_parts:
            close()


class Beginning(NamedTuple):
    """How far an office's set-up is: the link's token while nobody is in, and whether it ended."""

    token: str | None
    is_being_set_up: bool


def prepare(settings: Settings) -> Beginning:
    """Make or migrate what *settings* point to; return how far the set-up is.

    Each start makes a new token, since only its hash is kept; the one before it is void.

    Raises:
        storage.migrate.NewerDatabaseError: A later version wrote this database.
        auth.errors.SecretKeyError: The key cannot be read or made, or is missing.
        OSError: A folder cannot be made.
    """
    store = installation.prepared_store(settings)
    try:
        installation.secret_key(settings)
        record_changes(store, settings)
        with store.write() as unit:
            token = None if setup_link.is_ended(unit) else setup_link.issue(unit)
            return Beginning(token, opening.is_being_set_up(unit))
    finally:
        store.close()


def build(settings: Settings) -> App:
    """Make the application of one worker, after the fork."""
    store = installation.connect(settings)
    blobs = LocalBlobs(settings.storage.blobs_folder)
    secret_key = installation.secret_key(settings)
    meters = installation.meters(settings)
    throttle = Throttle(meters, secret_key)
    space = disk_space(settings)
    console = make_console(
        ConsoleParts(store, settings, secret_key, throttle, blobs, room=lambda: space()[1])
    )
    access_log = AccessLog(store, settings.tracking)
    guarded = _guard(store, secret_key, access_log, throttle)
    documents = AfterOpening(lambda: _documents(store, blobs, settings))
    groupware = make_groupware(store, settings)
    router = Router(
        {
            "files": guarded(documents),
            "dav": guarded(groupware),
            "principals": guarded(groupware),
            ".well-known": guarded(make_well_known("/dav/")),
            "remote.php": guarded(make_nextcloud_paths("/dav/")),
            "api": guarded(make_api(store)),
            "health": health(
                (
                    database_answers(store),
                    folder_is_writable(settings.storage.blobs_folder / "tmp"),
                )
            ),
            **dict.fromkeys(CONSOLE_AREAS, console),
        },
        root=guarded(make_root(settings.limits.xml_bytes, groupware)),
        landing=console,
        otherwise=guarded(not_found),
    )
    limits = BodyLimits(settings.limits.xml_bytes, settings.limits.upload_bytes, UPLOAD_PAGES)
    entry = Faults(Trust(Limits(router, limits), settings.server.trusts))
    return App(entry, (access_log.close, store.close, meters.close))


def housekeeping(settings: Settings, stop: StopEvent) -> None:
    """What the process beside the workers does, after the fork, until *stop* is set."""
    store = installation.connect(settings)
    blobs = LocalBlobs(settings.storage.blobs_folder)
    try:
        keep_house(
            store,
            blobs,
            orphan_grace_seconds=settings.storage.orphan_grace_seconds,
            ages=Ages(
                journal_days=settings.tracking.retention_days,
                tombstone_days=settings.sync.tombstone_days,
                version_days=settings.contacts.version_days,
            ),
            sends_mail=settings.mail.is_on,
            stop=stop,
        )
    finally:
        store.close()


def post_letters(settings: Settings, origin: Callable[[Unit], str], stop: StopEvent) -> None:
    """What the process does that sends mail, after the fork, until *stop* is set."""
    store = installation.connect(settings)
    try:
        send_letters(store, settings.mail, origin=origin, stop=stop)
    finally:
        store.close()


def _guard(
    store: Store, secret_key: bytes, access_log: AccessLog, throttle: Throttle
) -> Callable[[WSGIApplication], Gate]:
    """What puts the gate, and behind it the access log, before a DAV door."""

    def who(username: str, password: str) -> Identity:
        with store.read() as unit:
            return identify(unit, username, password, secret_key=secret_key)

    refused = RefusedSignIns(store, throttle)
    return lambda door: Gate(
        access_log.around(door),
        identify=who,
        rights_revision=store.rights_revision,
        is_open=Opening(store).is_done,
        refused=refused,
    )


def _documents(store: Store, blobs: BlobStore, settings: Settings) -> WSGIApplication:
    with store.read() as unit:
        facts = layout.load(unit)
    return make_documents(store, blobs, settings, facts)


class AfterOpening:
    """A door that is made at its first request: what the office fixes is not known before."""

    def __init__(self, make: Callable[[], WSGIApplication]) -> None:
        self._make = make
        self._making = threading.Lock()
        self._door: WSGIApplication | None = None

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Pass the request on."""
        door = self._door
        if door is None:
            with self._making:
                door = self._door = self._door or self._make()
        return door(environ, start_response)
