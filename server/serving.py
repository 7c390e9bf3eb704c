"""``deedbox serve``: from settings to processes that answer."""

import socket
from functools import partial

import click

from config.settings import Settings
from office import house_rules
from server import log, processes
from server.composition import Beginning, build, housekeeping, post_letters, prepare
from server.http_servers import ServerOptions
from server.worker import BackgroundWork
from storage.store import Unit

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_ANY_ADDRESS = frozenset({"0.0.0.0", "::"})  # noqa: S104 (compared with, not bound to)


def run(settings: Settings) -> int:
    """Serve until a signal says otherwise; return the exit code.

    The port is taken first: a second server on the same folder ends here, before it has touched
    anything.

    Raises:
        server.processes.ListenError: The port is taken.
        OSError: A folder cannot be made.
        storage.migrate.NewerDatabaseError: A later version wrote this database.
    """
    log.configure()
    with processes.bind(settings.server.host, settings.server.port) as listening:
        announce(settings, prepare(settings))
        return processes.serve(
            partial(build, settings),
            kind=settings.server.kind,
            options=_options(settings, listening),
            workers=settings.server.workers,
            background=_background(settings),
        )


def _background(settings: Settings) -> list[BackgroundWork]:
    """A process each for what goes on beside the requests."""
    work: list[BackgroundWork] = [partial(housekeeping, settings)]
    if settings.mail.is_on:
        work.append(partial(post_letters, settings, partial(chosen_origin, settings=settings)))
    return work


def _options(settings: Settings, listening: socket.socket) -> ServerOptions:
    server = settings.server
    return ServerOptions(
        listening=listening,
        certificate=settings.tls.certificate_file,
        private_key=settings.tls.key_file,
        threads=server.threads_per_worker,
        header_timeout_seconds=server.header_timeout_seconds,
        idle_timeout_seconds=server.idle_timeout_seconds,
        least_bytes_per_second=server.least_bytes_per_second,
        keep_alive_timeout_seconds=server.keep_alive_seconds,
        max_header_bytes=settings.limits.header_bytes,
        shutdown_grace_seconds=server.shutdown_grace_seconds,
    )


def origin(settings: Settings) -> str:
    """The address to tell people: as set, else from host and port."""
    return settings.server.public_url or _listening_at(settings)


def chosen_origin(unit: Unit, settings: Settings) -> str:
    """:func:`origin`, with what was chosen in the set-up between the two."""
    return house_rules.public_url(unit, settings) or _listening_at(settings)


def _listening_at(settings: Settings) -> str:
    server = settings.server
    host = socket.gethostname() if server.host in _ANY_ADDRESS else server.host
    host = f"[{host}]" if ":" in host else host
    return f"{'https' if settings.tls.is_on else 'http'}://{host}:{server.port}"


def announce(settings: Settings, beginning: Beginning) -> None:
    """Print where the server is and, until its set-up is done, where to begin or go on.

    Before the workers are up, since the port is: who comes at once waits a moment, and a script
    that sees ``/health/ready`` finds the link printed.
    """
    address = origin(settings)
    click.echo(f"deedbox serves {address}/")
    if settings.server.public_url:
        click.echo(f"Listening on {_listening_at(settings)}/")
    click.echo(f"Data folder: {settings.data_folder}")
    if not (settings.tls.is_on or settings.server.host in _LOOPBACK or settings.server.public_url):
        click.echo(
            "Warning: passwords cross the network unencrypted. Set [tls], or put a proxy with TLS "
            "in front and set server.public_url and server.trusted_proxies."
        )
    if beginning.is_being_set_up:
        click.echo("The set-up is not done; programs wait for it. Sign in as administrator at")
        click.echo(f"    {address}/console/")
    if (token := beginning.token) is not None:
        click.echo("Open this link once to set up the office and make its first administrator:")
        click.echo(f"    {address}/setup/{token}")
