"""Devices that somebody looks at just now, so that what is known of them is written down soon."""

from collections.abc import Collection

from storage.store import Unit, WriteUnit


def until(unit: Unit) -> dict[int, int]:
    """Until when (microseconds) somebody looks, by device; what is over may be among them."""
    rows = unit.rows("SELECT device_id, until_us FROM look")
    return {int(device_id): int(until_us) for device_id, until_us in rows}


def look(unit: WriteUnit, device_ids: Collection[int], *, now_us: int, until_us: int) -> None:
    """Say that somebody looks at these devices; forget what is over by now."""
    unit.execute("DELETE FROM look WHERE until_us < :now", {"now": now_us})
    unit.execute_many(
        "INSERT INTO look (device_id, until_us) VALUES (:device, :until)"
        " ON CONFLICT (device_id) DO UPDATE SET until_us = excluded.until_us",
        [{"device": each, "until": until_us} for each in sorted(device_ids)],
    )
