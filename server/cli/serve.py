"""``deedbox serve``, ``deedbox setup-link`` and ``deedbox open``."""

import click

from server.cli.failures import RefusedError
from server.cli.invocation import Invocation, with_installation


@click.command()
@click.option("--host", help="Address to listen on (127.0.0.1); 0.0.0.0 or :: for all.")
@click.option("--port", type=int, help="Port to listen on (8080).")
@click.option("--workers", type=int, help="Processes that answer; 0: one per core, 2 to 8.")
@click.option(
    "--server", "kind", type=click.Choice(["cheroot", "uvicorn"]), help="What speaks HTTP."
)
@with_installation
def serve(
    invocation: Invocation,
    *,
    host: str | None,
    port: int | None,
    workers: int | None,
    kind: str | None,
) -> int:
    """Serve until a signal says otherwise; prints the address and, at first, the set-up link."""
    from server import serving  # noqa: PLC0415 - the whole application

    given = {"host": host, "port": port, "workers": workers, "kind": kind}
    return serving.run(invocation.settings({"server": given}))


@click.command("setup-link")
@with_installation
def setup_link(invocation: Invocation) -> None:
    """Print a new set-up link; one printed before no longer works."""
    from auth.setup_link import issue  # noqa: PLC0415 - loads the database
    from server.serving import origin  # noqa: PLC0415

    settings = invocation.settings()
    with invocation.store(settings) as store, store.write() as unit:
        token = issue(unit)
    link = f"{origin(settings)}/setup/{token}"
    invocation.answer(link, link=link)


@click.command("open")
@with_installation
def open_office(invocation: Invocation) -> None:
    """Open an office whose set-up was left before its end; nothing is filled in."""
    from auth import people  # noqa: PLC0415 - loads the database
    from auth.audit import COMMAND_LINE  # noqa: PLC0415
    from office import wizard  # noqa: PLC0415
    from server.installation import now_us  # noqa: PLC0415

    with invocation.store() as store, store.write() as unit:
        if not people.has_administrator(unit):
            raise RefusedError(
                "Nobody is in who could look after this office. Open its set-up link "
                "(`deedbox setup-link`), or make an administrator with `deedbox user add --admin`."
            )
        was_closed = wizard.finish(unit, by=COMMAND_LINE, now_us=now_us())
    text = "The office is open." if was_closed else "The office was open already."
    invocation.answer(text, opened=was_closed)
