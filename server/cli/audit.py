"""``deedbox audit``: who changed whose access."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from server.cli.invocation import Invocation, moment, shown, with_installation
from server.cli.journal import parse_since

if TYPE_CHECKING:
    from storage.audit import NamedAuditRow
    from storage.store import Store

FOLLOW_FIRST = 20
_AT_ONCE = 1_000
_FOLLOW_SECONDS = 1.0


@click.command()
@click.option(
    "--follow", is_flag=True, help="Begin with the last 20 and show new ones as they come."
)
@click.option(
    "--since", help="Only from then on: 30m, 2h, 7d, 4w, 2026-03-01 or 2026-03-01T12:00."
)
@click.option(
    "--limit",
    type=click.IntRange(1, 10_000_000),
    default=100,
    show_default=True,
    help="At most so many, the newest.",
)
@with_installation
def audit(invocation: Invocation, *, follow: bool, since: str | None, limit: int) -> None:
    """Show who added, blocked, let in … whom, and when; `deedbox verify` checks the record.

    It is kept in ids; names are those that the ids have today. With --follow and --json, each
    line is one JSON object.
    """
    from storage import audit as rows  # noqa: PLC0415 - loads the database

    since_us = parse_since(since, datetime.now(UTC)) if since else 0
    with invocation.store(is_reading=True) as store:
        if follow:
            for each in followed(store, since_us):
                line = json.dumps(facts(each), ensure_ascii=False) if invocation.as_json else None
                click.echo(line or told(each))
                sys.stdout.flush()
            return
        with store.read() as unit:
            found = rows.newest(unit, since_us=since_us, limit=limit)
    if invocation.as_json:
        invocation.answer("", audit=[facts(each) for each in found])
    else:
        invocation.table("audit", [cells(each) for each in found], empty="Nothing is on record.")


def followed(
    store: "Store", since_us: int, pause: Callable[[float], object] = time.sleep
) -> "Iterator[NamedAuditRow]":
    """The last rows, and then new ones without end; *pause* is given the seconds to wait."""
    from storage import audit as rows  # noqa: PLC0415 - loads the database

    with store.read() as unit:
        last_id = rows.head(unit).last_id
        found = rows.newest(unit, since_us=since_us, limit=FOLLOW_FIRST)
    while True:
        yield from found
        last_id = max((last_id, *(each.row.id for each in found)))
        if len(found) < _AT_ONCE:
            pause(_FOLLOW_SECONDS)
        with store.read() as unit:
            found = rows.after(unit, last_id, limit=_AT_ONCE)


def facts(entry: "NamedAuditRow") -> dict[str, object]:
    """A row for programs: ids, and the names that they have today."""
    row = entry.row
    return {
        "id": row.id,
        "time": moment(row.at_us),
        "act": row.act,
        "by": {"user": row.by_user_id, "username": _who(row.by_user_id, entry.by_user_name),
               "device": row.by_device_id, "label": entry.by_device_label},
        "on": {"user": row.user_id, "username": entry.user_name,
               "device": row.device_id, "label": entry.device_label, "node": row.node_id},
        "details": json.loads(row.details),
        "hash": row.hash,
    }  # fmt: skip


def cells(entry: "NamedAuditRow") -> dict[str, object]:
    """A row of the table for people."""
    row = entry.row
    details = json.loads(row.details)
    if row.node_id is not None:
        details["node"] = row.node_id
    return {
        "id": row.id,
        "time": (moment(row.at_us) or "")[:19],
        "by": _on(_who(row.by_user_id, entry.by_user_name), row.by_user_id, None, None),
        "act": row.act,
        "on": _on(entry.user_name, row.user_id, entry.device_label, row.device_id),
        "details": ", ".join(f"{key}: {_plain(value)}" for key, value in details.items()) or None,
    }


def told(entry: "NamedAuditRow") -> str:
    """A row on a line of its own."""
    return "  ".join(shown(str(cell)) for cell in cells(entry).values() if cell is not None)


def _who(user_id: int | None, name: str | None) -> str | None:
    return "(command line)" if user_id == 0 else name


def _on(
    name: str | None, user_id: int | None, label: str | None, device_id: int | None
) -> str | None:
    if user_id is None:
        return None
    who = name or f"({user_id})"
    if device_id is None:
        return who
    return f"{who}, “{label}”" if label else f"{who}, device {device_id}"


def _plain(value: object) -> str:
    if isinstance(value, list):
        return " ".join(map(str, value))
    return "-" if value is None else str(value)
