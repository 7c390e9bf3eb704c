"""Who may do what with a folder, as its access list tells: asked of ``office.access`` for each.

Blocks of single persons are in nobody's list, and of users only those are named who are active
and were given something themselves; all others have what their groups and everybody have.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import NamedTuple

from auth.identity import Identity
from auth.rights import DataRight, rights_of
from office.access import SOMEBODY
from storage import grants, principals
from storage.grants import GrantRow, Noun
from storage.principals import HolderRow
from storage.store import Unit


class Holder(NamedTuple):
    """Somebody an access list names (an empty name: everybody), and as whom they would come."""

    name: str
    is_group: bool
    identity: Identity


class Holders(NamedTuple):
    """All of them, and the nodes that something was granted on."""

    everybody: tuple[Holder, ...] = ()
    nodes: frozenset[int] = frozenset()


NO_HOLDERS = Holders()


def holders(unit: Unit, node_ids: Collection[int]) -> Holders:
    """Who may be named in the access lists of these nodes: the groups, then users, then all."""
    granted = grants.on_these(unit, Noun.NODE, node_ids)
    rows = principals.holders(unit, {each.principal_id or 0 for each in granted})
    ids = {each.name: each.id for each in rows if each.is_group}
    return Holders(
        (
            *(_holder(row, granted, {row.id, *map(ids.__getitem__, row.groups)}) for row in rows),
            _holder(HolderRow(0, "", False, frozenset(), None), granted, ()),
        ),
        frozenset(each.thing_id for each in granted),
    )


def _holder(row: HolderRow, granted: Collection[GrantRow], who: Collection[int]) -> Holder:
    groups = frozenset({row.name}) if row.is_group else row.groups
    identity = replace(
        SOMEBODY,
        function_rights=rights_of(groups, row.rights),
        groups=groups,
        grants=_merged(each for each in granted if each.principal_id in {None, *who}),
    )
    return Holder(row.name, row.is_group, identity)


def _merged(granted: Iterable[GrantRow]) -> Mapping[int, DataRight]:
    merged: dict[int, DataRight] = {}
    for each in granted:
        before = merged.get(each.thing_id, DataRight.NONE)
        merged[each.thing_id] = max(before, DataRight(each.level))
    return merged
