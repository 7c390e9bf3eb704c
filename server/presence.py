"""When devices were last there, as one process saw it: polls fold into one write a minute.

While somebody looks at a device (*Allow new devices*) its polls are written at once.
"""

from collections.abc import Iterable

from office.tracking import WRITING, WRITTEN_DOWN, Access
from storage import looks, sightings
from storage.sightings import Sighting
from storage.store import Store

POLL_US = 60_000_000
"""A device that only polls is written down at most this often, by all processes together."""

LOOK_SECONDS = 2.0
"""So often is looked whether somebody looks, while there is a poll that is not written."""


class Presence:
    """The sightings that were not written yet; used by one thread."""

    def __init__(self) -> None:
        self._pending: dict[int, Sighting] = {}
        self._written_us: dict[int, int] = {}
        self._active: set[int] = set()

    def __bool__(self) -> bool:
        return bool(self._pending)

    def see(self, accesses: Iterable[Access]) -> None:
        """Take in what devices did."""
        for access in accesses:
            act, device_id = access.note.act, access.device_id
            known = self._pending.get(device_id)
            wrote_us = access.until_us if act in WRITING else known and known.wrote_us
            families = frozenset({str(access.family)})
            self._pending[device_id] = Sighting(
                device_id,
                max(access.until_us, known.seen_us if known else 0),
                wrote_us,
                access.address,
                families | known.families if known else families,
            )
            if act in WRITTEN_DOWN or act in WRITING:
                self._active.add(device_id)

    def due(self, store: Store) -> list[Sighting]:
        """What is worth a write now: acts, polls of devices looked at, others once a minute.

        Polls that another process has just written are forgotten.
        """
        active = [each for each in self._pending.values() if each.device_id in self._active]
        quiet = [each for each in self._pending.values() if each.device_id not in self._active]
        if not quiet:
            return active
        with store.read() as unit:
            until_us = looks.until(unit)
            watched = [each for each in quiet if each.seen_us <= until_us.get(each.device_id, -1)]
            stale = [each for each in quiet if each not in watched and self._is_stale(each)]
            news = sightings.news(unit, stale, stale_us=POLL_US) if stale else []
        self.written([each for each in stale if each not in news])
        return active + watched + news

    def _is_stale(self, seen: Sighting) -> bool:
        return seen.seen_us - self._written_us.get(seen.device_id, 0) >= POLL_US

    def rest(self) -> list[Sighting]:
        """All that is not written."""
        return list(self._pending.values())

    def written(self, done: Iterable[Sighting]) -> None:
        """Forget what the database has."""
        for each in done:
            self._pending.pop(each.device_id, None)
            self._active.discard(each.device_id)
            self._written_us[each.device_id] = each.seen_us
