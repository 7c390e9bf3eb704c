"""Devices: the queries, among them the one that each request begins with."""

from typing import NamedTuple

from storage import function_rights, node_grants
from storage.people import joined_groups
from storage.store import Unit, WriteUnit


class DeviceRow(NamedTuple):
    """A device and its owner's name. ``families`` are the client families seen on it."""

    id: int
    user_id: int
    user_name: str
    label: str
    selector: str
    created_us: int
    retired_us: int | None
    last_seen_us: int | None
    last_write_us: int | None
    last_address: str | None
    families: str


class BearerRow(NamedTuple):
    """All that a request must know about its device's owner, read at once.

    ``groups``, ``rights`` and ``blocked_nodes`` are joined by commas, or None if there are none;
    so are ``grants``, as :func:`storage.node_grants.joined` has them.
    """

    device_id: int
    device_label: str
    secret_hash: bytes
    retired_us: int | None
    user_id: int
    user_name: str
    email_key: str
    state: str
    home_node_id: int
    groups: str | None
    blocked_nodes: str | None
    visibility: str
    rights: str | None
    grants: str


def _owner_columns(unit: Unit, user_id: str) -> str:
    """What a :class:`BearerRow` has of its user, whose id is the SQL expression *user_id*."""
    blocked = (
        "group_concat(b.node_id)" if unit.is_sqlite else "string_agg(CAST(b.node_id AS text), ',')"
    )
    return (
        "p.id, p.name, person.email_key,"
        f" person.state, person.home_node_id, {joined_groups(unit, user_id)},"
        f" (SELECT {blocked} FROM block b WHERE b.user_id = {user_id}), person.visibility,"
        f" {function_rights.joined(unit, user_id)},"
        f" {node_grants.joined(unit, user_id)}"
    )


def _bearer_sql(unit: Unit) -> str:
    return (
        "SELECT d.id, d.label, d.secret_hash, d.retired_us,"
        f" {_owner_columns(unit, 'd.user_id')}"
        " FROM device d JOIN principal p ON p.id = d.user_id"
        " JOIN person ON person.principal_id = d.user_id"
    )


_bearer_statements: dict[bool, str] = {}


def _find_bearer(unit: Unit, where: str, value: object) -> BearerRow | None:
    sql = _bearer_statements.get(unit.is_sqlite)
    if sql is None:
        sql = _bearer_statements[unit.is_sqlite] = _bearer_sql(unit)
    rows = unit.prepared(f"{sql} WHERE {where} = :value", {"value": value})
    return BearerRow._make(rows[0]) if rows else None


def find_bearer(unit: Unit, selector: str) -> BearerRow | None:
    """The device with this selector, its owner, their groups and blocks: one indexed read."""
    return _find_bearer(unit, "d.selector", selector)


def find_bearer_of(unit: Unit, device_id: int) -> BearerRow | None:
    """The same by the device's id, for a request that proved its credential before."""
    return _find_bearer(unit, "d.id", device_id)


def find_user(unit: Unit, user_id: int) -> BearerRow | None:
    """The same of a user who comes without a device (its id is 0), by the console."""
    row = unit.row(
        f"SELECT {_owner_columns(unit, 'p.id')} FROM principal p"
        " JOIN person ON person.principal_id = p.id WHERE p.id = :user_id",
        {"user_id": user_id},
    )
    return BearerRow(0, "", b"", None, *row) if row else None


_SELECT = (
    "SELECT d.id, d.user_id, p.name, d.label, d.selector, d.created_us, d.retired_us,"
    " d.last_seen_us, d.last_write_us, d.last_address, d.families"
    " FROM device d JOIN principal p ON p.id = d.user_id"
)


def active_of(unit: Unit, user_id: int) -> list[DeviceRow]:
    """The user's devices that are not retired, oldest first."""
    rows = unit.rows(
        f"{_SELECT} WHERE d.user_id = :user_id AND d.retired_us IS NULL ORDER BY d.id",
        {"user_id": user_id},
    )
    return [DeviceRow._make(row) for row in rows]


def has_any(unit: Unit) -> bool:
    """Whether a device was ever made."""
    return unit.row("SELECT 1 FROM device LIMIT 1") is not None


def everything(unit: Unit) -> list[DeviceRow]:
    """All devices, also retired ones, by owner and age."""
    return [DeviceRow._make(row) for row in unit.rows(f"{_SELECT} ORDER BY p.name, d.id")]


def insert(
    unit: WriteUnit,
    *,
    user_id: int,
    label: str,
    selector: str,
    secret_hash: bytes,
    created_us: int,
) -> int | None:
    """Make a device and return its id; None if the selector or the label is in use."""
    made = unit.rows(
        "INSERT INTO device (user_id, label, selector, secret_hash, created_us)"
        " VALUES (:user_id, :label, :selector, :secret_hash, :created_us)"
        " ON CONFLICT DO NOTHING RETURNING id",
        {
            "user_id": user_id,
            "label": label,
            "selector": selector,
            "secret_hash": secret_hash,
            "created_us": created_us,
        },
    )
    return made[0][0] if made else None


def retire(unit: WriteUnit, device_id: int, *, now_us: int) -> None:
    """End a device for good; its row stays, since the journal speaks of it."""
    unit.execute(
        "UPDATE device SET retired_us = :now_us WHERE id = :id AND retired_us IS NULL",
        {"now_us": now_us, "id": device_id},
    )
    unit.rights_shrank()
