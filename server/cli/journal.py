"""``deedbox journal``: who did what with which document."""

import json
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from server.cli.invocation import Invocation, moment, shown, with_installation

if TYPE_CHECKING:
    from storage.journal_search import JournalEntry, Search
    from storage.store import Store, Unit

FOLLOW_FIRST = 20
_AT_ONCE = 1_000
_FOLLOW_SECONDS = 1.0
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_AGO = re.compile(r"(\d{1,6})([mhdw])")
_COLUMNS = (
    ("time", 19),
    ("who", 12),
    ("device", 12),
    ("action", 18),
    ("version", 7),
    ("bytes", 13),
    ("part", 5),
    ("from", 15),
    ("program", 11),
    ("document", 0),
)
_BINARY_STEP = 1024


@click.command()
@click.option(
    "--follow", is_flag=True, help="Begin with the last 20 and show new ones as they come."
)
@click.option("--user", help="Only what this user did.")
@click.option(
    "--path", help="Only this document or folder, such as /files/Objekte/4711 Parkallee."
)
@click.option(
    "--since", help="Only from then on: 30m, 2h, 7d, 4w, 2026-03-01 or 2026-03-01T12:00."
)
@click.option(
    "--limit",
    type=click.IntRange(1, 1_000_000),
    default=100,
    show_default=True,
    help="At most so many, the newest.",
)
@with_installation
def journal(
    invocation: Invocation,
    *,
    follow: bool,
    user: str | None,
    path: str | None,
    since: str | None,
    limit: int,
) -> None:
    """Show who read, saved, moved … which document, on which device and from where.

    Paths are those of that time. A walk through many documents is one line; with --path its
    documents are shown one by one. With --follow and --json, each line is one JSON object.
    """
    from storage import journal_search  # noqa: PLC0415 - loads the database

    since_us = parse_since(since, datetime.now(UTC)) if since else None
    with invocation.store(is_reading=True) as store:
        with store.read() as unit:
            search = journal_search.Search(
                user_id=_user_id(unit, user), path=_below_files(path), since_us=since_us
            )
            if not follow:
                _show_all(invocation, journal_search.find(unit, search, limit=limit))
                return
        for entry in followed(store, search):
            _show(invocation, entry)


def parse_since(text: str, now: datetime) -> int:
    """A time or an age, in microseconds since the epoch; without a zone it is local.

    Raises:
        click.BadParameter: It is neither.
    """
    ago = _AGO.fullmatch(text)
    try:
        if ago:
            at = now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        else:
            at = datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError):
        raise click.BadParameter(
            f"“{text}” is neither an age (30m, 2h, 7d, 4w) nor a time (2026-03-01T12:00)."
        ) from None
    return int(at.timestamp() * 1_000_000)


def followed(
    store: "Store",
    search: "Search",
    pause: Callable[[float], object] = time.sleep,
) -> "Iterator[JournalEntry]":
    """The last rows that fit, and then new ones without end.

    Args:
        store: The installation's store.
        search: Which rows.
        pause: Called with the seconds to wait before the next look.
    """
    from storage import journal_search  # noqa: PLC0415 - loads the database

    with store.read() as unit:
        last_id = journal_search.newest_id(unit)
        found = journal_search.find(unit, search, limit=FOLLOW_FIRST)
    while True:
        yield from found
        last_id = max((last_id, *(entry.id for entry in found)))
        if len(found) < _AT_ONCE:
            pause(_FOLLOW_SECONDS)
        with store.read() as unit:
            found = journal_search.after(unit, search, last_id, limit=_AT_ONCE)


def facts(entry: "JournalEntry") -> dict[str, object]:
    """A row for programs."""
    return {
        "id": entry.id,
        "time": moment(entry.at_us),
        "until": moment(entry.until_us),
        "user": entry.user_name,
        "device": entry.device_label,
        "action": entry.action,
        "path": _shown_path(entry.path),
        "target": _shown_path(entry.target_path) if entry.target_path else None,
        "node": entry.node_id,
        "version": entry.version,
        "size": entry.size,
        "bytes": entry.bytes_sent,
        "whole": entry.is_whole,
        "requests": entry.requests,
        "documents": entry.documents,
        "address": entry.address,
        "program": entry.family,
    }


def line(cells: Sequence[str]) -> str:
    """One line of the table; a cell that is too wide pushes the others."""
    widths = (width for _, width in _COLUMNS)
    safe = map(shown, cells)
    return "  ".join(cell.ljust(width) for cell, width in zip(safe, widths, strict=True)).rstrip()


def cells_of(entry: "JournalEntry") -> list[str]:
    """A row for people."""
    document = _shown_path(entry.path)
    if entry.target_path:
        document += f" → {_shown_path(entry.target_path)}"
    if entry.documents > 1:
        document += f" ({entry.documents} documents)"
    is_transfer = entry.bytes_sent > 0 or not entry.is_whole
    return [
        (moment(entry.at_us) or "")[:19],
        entry.user_name or f"({entry.user_id})",
        entry.device_label or f"({entry.device_id})",
        entry.action,
        "-" if entry.version is None else str(entry.version),
        human_bytes(entry.bytes_sent) if is_transfer else "-",
        ("whole" if entry.is_whole else "part") if is_transfer else "-",
        entry.address or "-",
        entry.family or "-",
        document,
    ]


def human_bytes(count: int) -> str:
    """A number of bytes for people: exact below 1 KiB."""
    if count < _BINARY_STEP:
        return f"{count} B"
    amount, unit = float(count), "B"
    for unit in ("KiB", "MiB", "GiB", "TiB"):  # noqa: B007 - its last value is used
        amount /= _BINARY_STEP
        if amount < _BINARY_STEP:
            break
    return f"{amount:.1f} {unit}"


def _show_all(invocation: Invocation, entries: "Sequence[JournalEntry]") -> None:
    if invocation.as_json:
        invocation.answer("", journal=[facts(entry) for entry in entries])
        return
    if not entries:
        click.echo("Nothing was written down that fits.")
        return
    click.echo(line([title for title, _ in _COLUMNS]))
    for entry in entries:
        click.echo(line(cells_of(entry)))


def _show(invocation: Invocation, entry: "JournalEntry") -> None:
    if invocation.as_json:
        click.echo(json.dumps(facts(entry), ensure_ascii=False))
    else:
        click.echo(line(cells_of(entry)))
    sys.stdout.flush()


def _user_id(unit: "Unit", name: str | None) -> int | None:
    from auth import people  # noqa: PLC0415 - loads the database

    return None if name is None else people.get(unit, name).id


def _below_files(path: str | None) -> str | None:
    """What the journal calls ``/files/<path>``; None for all of it."""
    if path is None:
        return None
    names = [name for name in path.split("/") if name]
    if names[:1] == ["files"]:
        names = names[1:]
    return "/".join(names) or None


def _shown_path(path: str) -> str:
    # Documents are named from /files/ on, and no root there has the name of another door.
    return f"/{path}" if path.startswith("dav/") else f"/files/{path}"
