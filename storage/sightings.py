"""When devices were last there, from where and with which programs."""

from collections.abc import Iterable
from typing import NamedTuple

from storage.store import Unit, WriteUnit


class Sighting(NamedTuple):
    """What one process saw of a device since it last wrote. Times in microseconds."""

    device_id: int
    seen_us: int
    wrote_us: int | None
    address: str
    families: frozenset[str]


def news(unit: Unit, sightings: Iterable[Sighting], *, stale_us: int) -> list[Sighting]:
    """Those that say something new: a write, a program, or a last-seen older than *stale_us*.

    Another process may just have written that the device is there.
    """
    return [each for each in sightings if _is_news(unit, each, stale_us)]


def note(unit: WriteUnit, sightings: Iterable[Sighting]) -> None:
    """Write down when devices were seen; never back in time.

    In the order of their ids, so that two who saw the same devices never wait for each other.
    """
    for each in sorted(sightings, key=lambda seen: seen.device_id):
        row = unit.row(
            "SELECT families FROM device WHERE id = :id"
            + ("" if unit.is_sqlite else " FOR UPDATE"),
            {"id": each.device_id},
        )
        if row is None:
            continue
        known = frozenset(row[0].split(",")) if row[0] else frozenset()
        unit.execute(
            "UPDATE device SET families = :families,"
            " last_address ="
            " CASE WHEN coalesce(last_seen_us, 0) <= :seen THEN :address ELSE last_address END,"
            " last_seen_us = CASE WHEN coalesce(last_seen_us, 0) <= :seen THEN :seen"
            " ELSE last_seen_us END,"
            " last_write_us = CASE WHEN coalesce(last_write_us, 0) <= :wrote THEN :wrote"
            " ELSE last_write_us END WHERE id = :id",
            {
                "id": each.device_id,
                "families": ",".join(sorted(known | each.families)),
                "address": each.address,
                "seen": each.seen_us,
                "wrote": -1 if each.wrote_us is None else each.wrote_us,
            },
        )


def _is_news(unit: Unit, sighting: Sighting, stale_us: int) -> bool:
    if sighting.wrote_us is not None:
        return True
    row = unit.row(
        "SELECT last_seen_us, families FROM device WHERE id = :id", {"id": sighting.device_id}
    )
    if row is None:
        return False
    last_seen_us, families = row
    return (
        last_seen_us is None
        or sighting.seen_us - last_seen_us >= stale_us
        or not sighting.families <= frozenset(families.split(","))
    )
