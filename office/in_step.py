"""How far devices are in step with the calendars and address books that their users have.

A device is in step with a collection when each of its programs has every change; else it is so
many changes behind. Mounted folders hold nothing back: of them the last change is told.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from office import collections
from office.access import SOMEBODY
from office.tracking import Action
from storage import collections as rows
from storage import journal_search, lags
from storage.collections import CollectionRow
from storage.devices import DeviceRow
from storage.lags import Lag
from storage.store import Unit
from wire.clients import Family

_MOUNTING = frozenset(
    {
        Family.WINDOWS,
        Family.OFFICE,
        Family.MAC_FINDER,
        Family.LIBREOFFICE,
        Family.DAVFS2,
        Family.GVFS,
        Family.KIO,
        Family.RCLONE,
    }
)
_CHANGES = frozenset(
    {
        Action.SAVED,
        Action.UPLOADED,
        Action.CREATED_FOLDER,
        Action.COPIED,
        Action.MOVED,
        Action.DELETED,
        Action.RESTORED,
    }
)


class Laggard(NamedTuple):
    """The programs of a device that miss most, where others on it have more; when last there."""

    family: str
    seen_us: int


class CollectionStep(NamedTuple):
    """One collection on one device: how many changes it is behind; None: it never synced it."""

    collection: CollectionRow
    behind: int | None
    laggard: Laggard | None = None


@dataclass(frozen=True, slots=True)
class DeviceSteps:
    """All that is told of one device.

    Attributes:
        collections: What its user has, as it is called there.
        has_folders: Programs that mount folders, or open documents, were seen on it.
        last_document_us: When a document or folder was last changed from it.
    """

    collections: Sequence[CollectionStep]
    has_folders: bool
    last_document_us: int | None

    @property
    def behind(self) -> int | None:
        """How many changes altogether, of what it ever synced; None if that is nothing."""
        known = [each.behind for each in self.collections if each.behind is not None]
        return sum(known) if known else None

    @property
    def laggards(self) -> list[Laggard]:
        """Which programs miss something, of those that share the device; each once."""
        found = {each.laggard.family: each.laggard for each in self.collections if each.laggard}
        return [found[family] for family in sorted(found)]


def of_devices(unit: Unit, devices: Collection[DeviceRow]) -> dict[int, DeviceSteps]:
    """What is told of each of *devices*, by id; three queries, however many they are.

    Of views only what was brought up: `office.views.bring_up_of` comes first.
    """
    ids = [each.id for each in devices]
    homes = _homes(unit, devices)
    found = {(lag.device_id, lag.collection_id): lag for lag in lags.of_devices(unit, ids)}
    changed_us = journal_search.last_changes(unit, ids, _CHANGES)
    return {
        device.id: DeviceSteps(
            [_step(each, found.get((device.id, each.id))) for each in homes[device.user_id]],
            device.id in changed_us or bool(_MOUNTING & frozenset(device.families.split(","))),
            changed_us.get(device.id),
        )
        for device in devices
    }


def _step(collection: CollectionRow, lag: Lag | None) -> CollectionStep:
    if lag is None:
        return CollectionStep(collection, None)
    is_told = lag.behind > 0 and lag.programs > 1
    laggard = Laggard(lag.family, lag.seen_us) if is_told else None
    return CollectionStep(collection, lag.behind, laggard)


def _homes(unit: Unit, devices: Collection[DeviceRow]) -> dict[int, list[CollectionRow]]:
    """What the owners of *devices* have in their homes."""
    people = {
        each.user_id: replace(SOMEBODY, user_id=each.user_id, user_name=each.user_name)
        for each in devices
    }
    found = rows.of_viewers(unit, people.keys())
    return {
        user_id: [
            each
            for each in collections.seen_at_home(who, found.get(user_id, ()))
            # Few programs look into an inbox, and none keeps what only it has.
            if not each.is_for_meetings
        ]
        for user_id, who in people.items()
    }
