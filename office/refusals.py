"""The journal's rows of what a block refused, while one batch is folded."""

from collections.abc import Mapping

from office.tracking import Action
from storage import journal
from storage.journal import JournalRow
from storage.store import Unit

MOST = 200
"""So many paths that were refused to one device within a window have a row each; those beyond
are counted in one, so that a search through blocked folders can not flood the journal."""


class Refusals:
    """Each device's refusals by path; asked for once, however many paths there are."""

    def __init__(
        self,
        unit: Unit,
        spans_us: Mapping[tuple[int, int | None, str], tuple[int, int]],
        window_us: int,
    ) -> None:
        """Begin a batch.

        Args:
            unit: Its transaction.
            spans_us: By device, document and path the time in which rows can matter to it.
            window_us: What is further apart has rows of its own.
        """
        self._unit = unit
        self._spans_us = spans_us
        self._window_us = window_us
        self._known: dict[int, dict[str, list[JournalRow]]] = {}

    def like(self, row: JournalRow) -> list[JournalRow]:
        """The rows of the same device and path; the list is the caller's to keep true."""
        return self._of_device(row.device_id).setdefault(row.path, [])

    def has_room(self, row: JournalRow) -> bool:
        """Whether the device has few enough rows in this window for one more."""
        near = sum(
            abs(each.at_us - row.at_us) <= self._window_us
            for rows in self._of_device(row.device_id).values()
            for each in rows
        )
        return near < MOST

    def _of_device(self, device_id: int) -> dict[str, list[JournalRow]]:
        found = self._known.get(device_id)
        if found is None:
            found = self._known[device_id] = {}
            spans = [span for key, span in self._spans_us.items() if key[0] == device_id]
            for row in journal.of_device(
                self._unit,
                device_id=device_id,
                action=Action.REFUSED,
                from_us=min(from_us for from_us, _ in spans),
                to_us=max(to_us for _, to_us in spans),
            ):
                found.setdefault(row.path, []).append(row)
        return found
