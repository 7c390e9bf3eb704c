"""Number ranges and the numbers leased from them: the queries. Both ends belong to a range."""

from typing import NamedTuple

from storage.store import Unit, WriteUnit

# Taken as a tree's lock is; trees have positive numbers.
_RANGES = -0x0DEEDB2


class RangeRow(NamedTuple):
    """A range. ``next`` was never leased yet; ``ended_us``: no more are leased from it."""

    id: int
    user_id: int | None
    first: int
    last: int
    next: int
    created_us: int
    ended_us: int | None


class LeaseRow(NamedTuple):
    """A number that a device has, or (``returned_us``) gave back."""

    number: int
    range_id: int
    device_id: int | None
    leased_us: int
    returned_us: int | None
    reference: str | None


class HeldRow(NamedTuple):
    """A number that one of a user's devices has, also one that was retired since."""

    number: int
    range_id: int
    first: int
    last: int
    device_id: int
    device_label: str
    leased_us: int
    reference: str


_RANGE = f"SELECT {', '.join(RangeRow._fields)} FROM number_range"
_LEASE = f"SELECT {', '.join(LeaseRow._fields)} FROM number_lease"
_HELD = (
    "SELECT number_lease.number, number_range.id, number_range.first, number_range.last,"
    " device.id, device.label, number_lease.leased_us, number_lease.reference"
    " FROM number_range JOIN number_lease ON number_lease.range_id = number_range.id"
    " JOIN device ON device.id = number_lease.device_id"
    " WHERE number_range.user_id = :user_id AND number_lease.returned_us IS NULL"
)


def serialise(unit: WriteUnit) -> None:
    """Let nobody else make or end ranges until the commit."""
    unit.serialise(_RANGES)


def overlapping(unit: Unit, first: int, last: int) -> list[RangeRow]:
    """The ranges, also ended ones, that have a number from *first* to *last*."""
    rows = unit.rows(
        f"{_RANGE} WHERE first <= :last AND last >= :first ORDER BY first",
        {"first": first, "last": last},
    )
    return [RangeRow._make(row) for row in rows]


def insert(unit: WriteUnit, *, user_id: int, first: int, last: int, now_us: int) -> int:
    """Make a range and return its id."""
    row = unit.row(
        "INSERT INTO number_range (user_id, first, last, next, created_us)"
        " VALUES (:user_id, :first, :last, :first, :now_us) RETURNING id",
        {"user_id": user_id, "first": first, "last": last, "now_us": now_us},
    )
    return int(row[0])


def find(unit: Unit, range_id: int) -> RangeRow | None:
    """The range of this id."""
    row = unit.row(f"{_RANGE} WHERE id = :id", {"id": range_id})
    return RangeRow._make(row) if row else None


def everything(unit: Unit) -> list[RangeRow]:
    """All ranges by their numbers."""
    return [RangeRow._make(row) for row in unit.rows(f"{_RANGE} ORDER BY first")]


def open_of(unit: Unit, user_id: int) -> list[RangeRow]:
    """The user's ranges that are not ended, oldest first."""
    rows = unit.rows(
        f"{_RANGE} WHERE user_id = :user_id AND ended_us IS NULL ORDER BY id",
        {"user_id": user_id},
    )
    return [RangeRow._make(row) for row in rows]


def lowest_returned(unit: Unit, range_id: int) -> LeaseRow | None:
    """The lowest number of the range that was given back."""
    row = unit.row(
        f"{_LEASE} WHERE range_id = :id AND returned_us IS NOT NULL ORDER BY number LIMIT 1",
        {"id": range_id},
    )
    return LeaseRow._make(row) if row else None


def lease_again(
    unit: WriteUnit, number: int, *, device_id: int, reference: str, now_us: int
) -> None:
    """Give a returned number to a device."""
    unit.execute(
        "UPDATE number_lease SET device_id = :device_id, reference = :reference,"
        " leased_us = :now_us, returned_us = NULL WHERE number = :number",
        {"number": number, "device_id": device_id, "reference": reference, "now_us": now_us},
    )


def lease_next(
    unit: WriteUnit, row: RangeRow, *, device_id: int, reference: str, now_us: int
) -> int:
    """Give the range's next number to a device; it has one, and the caller holds its user."""
    unit.execute("UPDATE number_range SET next = next + 1 WHERE id = :id", {"id": row.id})
    unit.execute(
        "INSERT INTO number_lease (number, range_id, device_id, reference, leased_us)"
        " VALUES (:number, :range_id, :device_id, :reference, :now_us)",
        {
            "number": row.next,
            "range_id": row.id,
            "device_id": device_id,
            "reference": reference,
            "now_us": now_us,
        },
    )
    return row.next


def find_lease(unit: Unit, user_id: int, reference: str) -> LeaseRow | None:
    """The number that a user's device asked for under this reference, also a returned one."""
    row = unit.row(
        f"{_LEASE} WHERE reference = :reference AND range_id IN"
        " (SELECT id FROM number_range WHERE user_id = :user_id)",
        {"reference": reference, "user_id": user_id},
    )
    return LeaseRow._make(row) if row else None


def find_held(unit: Unit, user_id: int, reference: str) -> HeldRow | None:
    """The number that a user's device has under this reference."""
    row = unit.row(
        f"{_HELD} AND number_lease.reference = :reference",
        {"user_id": user_id, "reference": reference},
    )
    return HeldRow._make(row) if row else None


def held_by(unit: Unit, user_id: int, *, above: int, limit: int) -> list[HeldRow]:
    """The numbers above *above* that a user's devices have, at most *limit*, lowest first."""
    rows = unit.rows(
        f"{_HELD} AND number_lease.number > :above ORDER BY number_lease.number LIMIT :limit",
        {"user_id": user_id, "above": above, "limit": limit},
    )
    return [HeldRow._make(row) for row in rows]


def give_back(unit: WriteUnit, number: int, *, now_us: int) -> None:
    """The number was not used."""
    unit.execute(
        "UPDATE number_lease SET returned_us = :now_us WHERE number = :number",
        {"number": number, "now_us": now_us},
    )


def highest_used(unit: Unit, range_id: int) -> int | None:
    """The highest number of the range that somebody has."""
    row = unit.row(
        "SELECT max(number) FROM number_lease WHERE range_id = :id AND returned_us IS NULL",
        {"id": range_id},
    )
    return None if row is None or row[0] is None else int(row[0])


def end(unit: WriteUnit, range_id: int, *, last: int, now_us: int) -> None:
    """Lease no more from the range, and free what lies behind *last*."""
    unit.execute(
        "DELETE FROM number_lease WHERE range_id = :id AND number > :last",
        {"id": range_id, "last": last},
    )
    unit.execute(
        "UPDATE number_range SET last = :last, ended_us = :now_us WHERE id = :id",
        {"id": range_id, "last": last, "now_us": now_us},
    )


def delete(unit: WriteUnit, range_id: int) -> None:
    """Free the whole range; no number of it is in use."""
    unit.execute("DELETE FROM number_lease WHERE range_id = :id", {"id": range_id})
    unit.execute("DELETE FROM number_range WHERE id = :id", {"id": range_id})
