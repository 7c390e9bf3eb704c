"""What a command says when it can't: a sentence on stderr, or ``{"error": ...}`` with --json."""

import json
import os
import traceback

import click

USAGE = 2
_REFUSED = 1
_OUR_FAULT = 70  # EX_SOFTWARE of sysexits.h


class RefusedError(Exception):
    """The command can't do what was asked; the text is a sentence for the person who asked."""


def report(message: str, *, as_json: bool) -> None:
    """Tell what went wrong."""
    if as_json:
        click.echo(json.dumps({"error": message}, ensure_ascii=False))
    else:
        click.echo(message, err=True)


def explain(error: Exception, *, as_json: bool) -> int:
    """Tell what *error* means for a person and return the exit code."""
    if isinstance(error, ImportError):
        # A damaged environment; the imports below could only stumble over the same.
        return _admit(error, as_json=as_json)
    if isinstance(error, _sentences()):
        report(str(error), as_json=as_json)
        return _REFUSED
    if isinstance(error, OSError):
        name = f"{error.filename}: " if error.filename else ""
        report(f"{name}{error.strerror or error}.", as_json=as_json)
        return _REFUSED
    if _is_database_away(error):
        # psycopg's first line says it; the others guess at causes and repeat it per address.
        cause = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
        report(f"The database does not answer: {cause.rstrip('.')}.", as_json=as_json)
        return _REFUSED
    return _admit(error, as_json=as_json)


def _sentences() -> tuple[type[Exception], ...]:
    """The errors whose text is made for people; imported only when something went wrong."""
    from auth.errors import AuthError  # noqa: PLC0415
    from config.faults import ConfigError  # noqa: PLC0415
    from office.errors import OfficeError  # noqa: PLC0415
    from server.installation import NoInstallationError  # noqa: PLC0415
    from server.processes import ListenError  # noqa: PLC0415
    from storage.migrate import NewerDatabaseError  # noqa: PLC0415

    return (
        AuthError,
        ConfigError,
        ListenError,
        NewerDatabaseError,
        NoInstallationError,
        OfficeError,
        RefusedError,
    )


def _is_database_away(error: Exception) -> bool:
    from storage.failures import is_unavailable  # noqa: PLC0415 - as above

    return is_unavailable(error)


def _admit(error: Exception, *, as_json: bool) -> int:
    if os.environ.get("DEEDBOX_TRACEBACK"):
        traceback.print_exception(error)
    report(
        f"This is a fault in deedbox: {type(error).__name__}: {error}\n"
        "Please report it, with what DEEDBOX_TRACEBACK=1 adds to the message.",
        as_json=as_json,
    )
    return _OUR_FAULT
