"""Devices that somebody looks at just now, so that what is known of them is written down soon.

Kept among the installation's facts: a row for each device, which every process reads.
"""

from collections.abc import Collection

from storage.store import Unit, WriteUnit

_KEY = "looked-at."


def until(unit: Unit) -> dict[int, int]:
    """Until when (microseconds) somebody looks, by device; what is over is among them."""
    rows = unit.rows("SELECT key, value FROM instance WHERE key LIKE :keys", {"keys": f"{_KEY}%"})
    return {int(key.removeprefix(_KEY)): int(value) for key, value in rows}


def look(unit: WriteUnit, device_ids: Collection[int], *, now_us: int, until_us: int) -> None:
    """Say that somebody looks at these devices; forget what is over by now."""
    over = [device_id for device_id, ended_us in until(unit).items() if ended_us < now_us]
    unit.execute_many(
        "DELETE FROM instance WHERE key = :key", [{"key": f"{_KEY}{each}"} for each in over]
    )
    unit.execute_many(
        "INSERT INTO instance (key, value) VALUES (:key, :value)"
        " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        [{"key": f"{_KEY}{each}", "value": str(until_us)} for each in sorted(device_ids)],
    )
