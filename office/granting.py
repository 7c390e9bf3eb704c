"""Grants as administration gives them: on shared folders and on people's collections, by path."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from auth import grants, identity, people, rights
from auth.audit import COMMAND_LINE, Actor
from auth.errors import CredentialsError
from auth.grants import EVERYBODY
from auth.identity import Identity
from auth.rights import DataRight, FunctionRight
from office import access, layout, places, targets
from office.access import Act, Verdict
from office.command import at_the_machine
from office.errors import ChangedError, FixedError, KindError, NotFoundError
from office.layout import Role
from office.targets import Target
from storage import collections, tree
from storage import grants as grant_rows
from storage import locks as lock_rows
from storage import people as people_rows
from storage.grants import Noun
from storage.locks import LockRow
from storage.store import Unit, WriteUnit
from storage.tree import NodeRow

_GRANTABLE = frozenset({Role.ESTATES, Role.RESOURCES})


class Granted(NamedTuple):
    """A grant as people read it: to whom (:data:`EVERYBODY` or a name), how far, on what."""

    name: str
    right: DataRight
    path: str


def grant(
    unit: WriteUnit, name: str, right: DataRight, path: str, *, who: Identity | None = None
) -> Granted:
    """Let a user, a group or everybody go this far with what is at *path*, and no farther.

    Args:
        unit: The transaction.
        name: Of the user or group, or :data:`EVERYBODY`.
        right: How far.
        path: As :func:`office.targets.find` has it.
        who: Who says so; None: whoever sits at the machine, who may.

    Raises:
        UnknownPrincipalError: There is no such user or group.
        NotFoundError: There is nothing at the path, or not for *who*.
        ForbiddenError: It is not theirs to manage.
        FixedError: It is no place where something can be granted.
        KindError: It is a document.
    """
    people_rows.hold_everybody(unit)
    target = targets.find(unit, path)
    _check(unit, target, who)
    grants.grant(unit, target.noun, target.id, name, right, by=_actor(who))
    end_locks_without_right(unit)
    return Granted(name, right, target.path)


def revoke(unit: WriteUnit, name: str, path: str, *, who: Identity | None = None) -> None:
    """Take back what was granted to them at this very path.

    Raises:
        UnknownPrincipalError: There is no such user or group.
        NotFoundError: There is nothing at the path, or nothing was granted to them there.
        ForbiddenError, FixedError, KindError: As :func:`grant`.
    """
    people_rows.hold_everybody(unit)
    target = targets.find(unit, path)
    _check(unit, target, who)
    if not grants.revoke(unit, target.noun, target.id, name, by=_actor(who)):
        raise NotFoundError(f"Nothing was granted to {name} on “{target.path}” itself.")
    end_locks_without_right(unit)


def change(
    unit: WriteUnit, target: Target, name: str, right: DataRight, *, was: int, who: Identity
) -> None:
    """Let somebody go this far with *target*, who could go as far as *was* by a grant on itself.

    :attr:`DataRight.NONE` takes it back; what is as it was is not written down again.

    Raises:
        ChangedError: They can go another distance by now; nothing was done.
        UnknownPrincipalError: There is no such user or group.
        NotFoundError, ForbiddenError, FixedError, KindError: As :func:`grant`.
    """
    people_rows.hold_everybody(unit)
    _check(unit, target, who)
    principal_id = grants.principal_of(unit, name)
    there = {
        each.principal_id: each.level
        for each in grant_rows.on_these(unit, target.noun, [target.id])
    }
    if (now := there.get(principal_id, 0)) != was:
        raise ChangedError([name])
    if right == now:
        return
    if right is DataRight.NONE:
        grants.revoke(unit, target.noun, target.id, name, by=_actor(who))
    else:
        grants.grant(unit, target.noun, target.id, name, right, by=_actor(who))
    end_locks_without_right(unit)


def is_grantable(chain: Sequence[NodeRow]) -> bool:
    """Whether something can be granted on the folder at the end of *chain*."""
    return chain[0].role in _GRANTABLE


def take_rights(
    unit: WriteUnit, name: str, taken: Iterable[FunctionRight], *, by: Actor = COMMAND_LINE
) -> None:
    """Take function rights from a user or group, and with them the locks that needed them.

    Raises:
        UnknownPrincipalError, InvalidValueError: As :func:`auth.rights.take`.
    """
    people_rows.hold_everybody(unit)
    rights.take(unit, name, taken, by=by)
    end_locks_without_right(unit)


def set_groups(
    unit: WriteUnit, name: str, groups: Iterable[str], *, by: Actor = COMMAND_LINE
) -> people_rows.PersonRow:
    """Put a user into these groups; their locks end where they may no longer write.

    Raises:
        UnknownUserError, InvalidValueError, LastAdministratorError: As
            :func:`auth.people.set_groups`.
    """
    person = people.set_groups(unit, name, groups, by=by)
    end_locks_without_right(unit)
    return person


def listed(unit: Unit) -> list[Granted]:
    """All grants, by path."""
    where = layout.load(unit)
    shown = [
        _shown(each, f"/files/{'/'.join(places.names_of(unit, where, at_the_machine(), each[0]))}")
        for each in grant_rows.everything(unit, Noun.NODE)
    ]
    for each in grant_rows.everything(unit, Noun.COLLECTION):
        found = collections.find_by_id(unit, each.thing_id, viewer_id=0)
        if found is not None:
            shown.append(_shown(each, f"/dav/{found.owner_name}/{found.name}"))
    return sorted(shown, key=lambda each: (each.path, each.name))


def end_locks_without_right(unit: WriteUnit) -> None:
    """End each lock whose holder may no longer write there: nobody else could give it back."""
    ended = [each.token for each in lock_rows.everything(unit) if not _may_hold(unit, each)]
    if ended:
        lock_rows.delete(unit, ended)


def _may_hold(unit: Unit, lock: LockRow) -> bool:
    try:
        who = identity.renew_device(unit, lock.device_id)
    except CredentialsError:
        return True  # shut out as a whole or retired: that ends locks by itself
    return access.decide(who, Act.WRITE, _chain(unit, lock.node_id)) is Verdict.ALLOWED


def _shown(row: grant_rows.NamedGrantRow, path: str) -> Granted:
    return Granted(row.principal_name or EVERYBODY, DataRight(row.level), path)


def _actor(who: Identity | None) -> Actor:
    return COMMAND_LINE if who is None else Actor(who.user_id, who.device_id or None)


def _check(unit: Unit, target: Target, who: Identity | None) -> None:
    """Whether anything can be granted there, and by *who*."""
    if who is not None:
        _demand_management(unit, who, target)
    if target.node is None:
        return
    if not target.node.is_collection:
        raise KindError(f"“{target.node.name}” is a document; grant the folder that it lies in.")
    if not is_grantable(_chain(unit, target.id)):
        raise FixedError(f"“{target.path}” is seen as the office rules; nothing is granted there.")


def _demand_management(unit: Unit, who: Identity, target: Target) -> None:
    if target.node is not None:
        access.demand(who, Act.MANAGE, _chain(unit, target.id))
        return
    found = collections.find_by_id(unit, target.id, viewer_id=who.user_id)
    if found is not None:
        access.demand_granting(who, found)


def _chain(unit: Unit, node_id: int) -> list[NodeRow]:
    return tree.ancestries(unit, [node_id]).get(node_id, [])
