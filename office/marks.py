"""Who may, with check marks: all users of a folder or collection, and what their rights give them.

A mark that is taken away is a block, which beats every grant. What whoever looks may not know of
is not there for them; ``office.access`` says so, and who may change what.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from auth import blocks
from auth.audit import Actor
from auth.errors import RightMissingError
from auth.identity import Identity
from auth.rights import ADMINISTRATION, DataRight, rights_of
from office import access, markable
from office.access import SOMEBODY, Act, Verdict
from office.errors import ChangedError, NotFoundError
from office.markable import Thing
from office.targets import Target
from storage import grants, marks
from storage import people as people_rows
from storage.collections import CollectionRow
from storage.grants import GrantRow, Noun
from storage.marks import MemberRow
from storage.store import Unit, WriteUnit
from storage.tree import NodeRow


class Origin(NamedTuple):
    """Whence a right comes: to whom it was granted (empty: everybody), and on what folder.

    ``kind`` is ``everybody``, ``group``, ``user``, ``owner`` or ``administration``; the place is
    empty where it is the very thing.
    """

    kind: str
    name: str
    place: str


@dataclass(frozen=True, slots=True)
class Mark:
    """One user and the thing.

    Attributes:
        is_open: No block on the thing itself.
        closed_above: The folder above it that is closed to the user, or nothing.
        right: How far groups and grants let the user go, blocks aside.
        may_write: Whether the function rights allow what *right* does.
        origins: Where *right* comes from.
        is_changeable: Whether whoever looks may set or take the mark.
    """

    user_id: int
    name: str
    state: str
    is_open: bool
    closed_above: str
    right: DataRight
    may_write: bool
    origins: tuple[Origin, ...]
    is_changeable: bool


def standings(unit: Unit, who: Identity, thing: Thing) -> list[Mark]:
    """Everybody and the thing, by name; a fixed number of queries, however many they are."""
    nouns = _Granted.load(unit, thing)
    if thing.collection is not None:
        closed = marks.closed_collection(unit, thing.target.id)
        return [
            _mark_on_collection(who, thing.collection, each, nouns, is_closed=each.id in closed)
            for each in marks.everybody(unit)
        ]
    closed_nodes = marks.closed_nodes(unit, thing.node_ids)
    return [
        _mark_on_folder(who, thing.chain, each, nouns, closed_nodes)
        for each in marks.everybody(unit)
    ]


def save(
    unit: WriteUnit,
    who: Identity,
    thing: Thing,
    *,
    shown: Mapping[int, bool],
    wanted: Collection[int],
    now_us: int,
) -> list[str]:
    """Close the thing to those who lost their mark and open it to those who got one.

    Args:
        unit: The transaction, in which *who* and *thing* were found after everybody was held.
        who: Whoever does it.
        thing: Where.
        shown: What was to be seen, by user: whether it was open.
        wanted: The users to whom it shall be open; others who were shown are shut out.
        now_us: The time, in microseconds.

    Returns:
        The names of those for whom something changed.

    Raises:
        ChangedError: The marks are no longer as they were shown; nothing was done.
    """
    now = {each.user_id: each for each in standings(unit, who, thing)}
    seen = {user_id: is_open for user_id, is_open in shown.items() if user_id in now}
    changed = [
        now[user_id].name
        for user_id, is_open in seen.items()
        if now[user_id].is_open != is_open or not now[user_id].is_changeable
    ]
    if changed:
        raise ChangedError(sorted(changed))
    differing = [now[each] for each in seen if now[each].is_open != (each in wanted)]
    for each in differing:
        _set(unit, thing.target, each.name, is_open=not each.is_open, now_us=now_us, who=who)
    return sorted(each.name for each in differing)


def lift(
    unit: WriteUnit, who: Identity, person: people_rows.PersonRow, noun: Noun, thing_id: int
) -> None:
    """Open one place to a user again.

    Raises:
        NotFoundError: It is not there for *who*, or not closed to the user.
        RightMissingError: *who* may not change this user's mark.
    """
    thing = markable.find(unit, who, noun, thing_id)
    is_owner = thing.collection is not None and thing.collection.owner_id == person.id
    if not access.may_mark_user(who, person.id, person.groups, is_owner=is_owner):
        raise RightMissingError("Only administrators do this to an administrator.")
    _set(unit, thing.target, person.name, is_open=True, now_us=0, who=who)


def granted_on(unit: Unit, thing: Thing) -> list[tuple[str, DataRight]]:
    """What was granted on the very thing, the oldest first; everybody's name is empty."""
    return [
        (each.principal_name or "", DataRight(each.level))
        for each in grants.named_on(unit, thing.target.noun, thing.target.id)
    ]


def _set(
    unit: WriteUnit, target: Target, name: str, *, is_open: bool, now_us: int, who: Identity
) -> None:
    by = Actor(who.user_id, who.device_id or None)
    if target.noun is Noun.NODE and is_open:
        is_done = blocks.unblock_on(unit, user_name=name, node_id=target.id, by=by)
    elif target.noun is Noun.NODE:
        is_done = True
        blocks.block_on(unit, user_name=name, node_id=target.id, now_us=now_us, by=by)
    elif is_open:
        is_done = blocks.unblock_on_collection(
            unit, user_name=name, collection_id=target.id, by=by
        )
    else:
        is_done = True
        blocks.block_on_collection(
            unit, user_name=name, collection_id=target.id, now_us=now_us, by=by
        )
    if not is_done:
        raise NotFoundError(f"{name} is not blocked on “{target.path}”.")


@dataclass(frozen=True, slots=True)
class _Granted:
    """The grants on a thing and what it lies in, and the groups' names."""

    rows: Sequence[GrantRow]
    groups: Mapping[int, str]

    @classmethod
    def load(cls, unit: Unit, thing: Thing) -> "_Granted":
        ids = [thing.target.id] if thing.collection is not None else thing.node_ids
        return cls(grants.on_these(unit, thing.target.noun, ids), marks.groups(unit))

    def to(self, member: MemberRow) -> list[GrantRow]:
        """Those that the user has, also by groups and as one of all."""
        ids = {number for number, name in self.groups.items() if name in member.groups}
        return [each for each in self.rows if each.principal_id in {None, member.id, *ids}]

    def origin(self, row: GrantRow, place: str) -> Origin:
        if row.principal_id is None:
            return Origin("everybody", "", place)
        if row.principal_id in self.groups:
            return Origin("group", self.groups[row.principal_id], place)
        return Origin("user", "", place)


def _mark_on_folder(
    who: Identity,
    chain: Sequence[NodeRow],
    member: MemberRow,
    granted: _Granted,
    closed: Collection[tuple[int, int]],
) -> Mark:
    mine = granted.to(member)
    theirs = replace(
        SOMEBODY,
        user_id=member.id,
        function_rights=rights_of(member.groups, member.rights),
        groups=member.groups,
        grants={each: _farthest(mine, each) for each in {row.thing_id for row in mine}},
    )
    right = access.data_right(theirs, chain)
    above = [each.name for each in chain[:-1] if (member.id, each.id) in closed]
    names = {each.id: each.name for each in chain[:-1]}
    origins = [
        granted.origin(each, names.get(each.thing_id, "")) for each in mine if each.level == right
    ]
    if theirs.is_administrator and right is DataRight.MANAGE:
        origins = [Origin("administration", ADMINISTRATION.name, "")]
    return Mark(
        user_id=member.id,
        name=member.name,
        state=member.state,
        is_open=(member.id, chain[-1].id) not in closed,
        closed_above=above[0] if above else "",
        right=right,
        may_write=access.decide(theirs, Act.WRITE, chain) is Verdict.ALLOWED,
        origins=tuple(dict.fromkeys(origins)),
        is_changeable=not above and access.may_mark_user(who, member.id, member.groups),
    )


def _mark_on_collection(
    who: Identity, row: CollectionRow, member: MemberRow, granted: _Granted, *, is_closed: bool
) -> Mark:
    mine, is_owner = granted.to(member), row.owner_id == member.id
    theirs = replace(SOMEBODY, user_id=member.id, groups=member.groups)
    seen = row._replace(granted=_farthest(mine, row.id), is_blocked=False, is_away=False)
    right = access.collection_right(theirs, seen)
    origins = [granted.origin(each, "") for each in mine if each.level == right]
    return Mark(
        user_id=member.id,
        name=member.name,
        state=member.state,
        is_open=not is_closed,
        closed_above="",
        right=right,
        may_write=right >= DataRight.WRITE,
        origins=(Origin("owner", "", ""),) if is_owner else tuple(dict.fromkeys(origins)),
        is_changeable=access.may_mark_user(who, member.id, member.groups, is_owner=is_owner),
    )


def _farthest(rows: Iterable[GrantRow], thing_id: int) -> DataRight:
    levels = (each.level for each in rows if each.thing_id == thing_id)
    return DataRight(max(levels, default=DataRight.NONE))
