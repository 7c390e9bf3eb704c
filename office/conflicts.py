"""Devices that change what was changed meanwhile (C6): what a program showed to know."""

import re
from collections.abc import Collection
from types import MappingProxyType

from storage import horizons, records
from storage.collections import CollectionRow
from storage.horizons import Program, Version, is_beyond
from storage.items import ItemRow
from storage.store import Unit

_STATE = re.compile(r"([0-9a-f]{32})(?:\.r\d+)?(?:-[\d.]+)?")
"""An entity tag: of which bytes, sent anew how often, in which version of vCard."""

WORD = MappingProxyType({"de": "Konflikt", "en": "conflict"})
"""What a second object says of itself, by the office's language."""


def shows_less(
    unit: Unit, collection: CollectionRow, item: ItemRow, *, device_id: int, family: str
) -> bool:
    """Whether a device's programs of a family show to know an earlier state of a member (A3).

    One that never showed to know anything does not.
    """
    program = Program(device_id, collection.id, family)
    stand = horizons.find(unit, program)
    change = Version(collection.epoch, item.modseq)
    if stand is not None and not is_beyond(change, stand.horizon):
        return False
    fetched = horizons.fetched(unit, program, [item.href]).get(item.href)
    return stand is not None if fetched is None else fetched < change


def names_earlier(unit: Unit, item_id: int, tags: Collection[str]) -> bool:
    """Whether one of these entity tags, without quotes, is that of an earlier state."""
    states = [found[1] for each in tags if (found := _STATE.fullmatch(each))]
    return records.has_version(unit, item_id, states)
