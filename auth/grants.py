"""Data rights: what a group, a user or everybody may do with a folder or collection.

On folders they hold for all below, too. There is one grant on a thing for each of them; of all
that somebody has the farthest counts, and a block beats every one.
"""

from auth import audit
from auth.audit import Act, Actor, Subject
from auth.errors import UnknownPrincipalError
from auth.rights import DataRight
from storage import collection_viewers, grants, people
from storage.grants import Noun
from storage.store import Unit, WriteUnit

EVERYBODY = "@everybody"
"""How commands name whoever is signed in; no user and no group can be called so."""


def principal_of(unit: Unit, name: str) -> int | None:
    """The id of the user or group of this name; None for :data:`EVERYBODY`.

    Raises:
        UnknownPrincipalError: There is no such user or group.
    """
    if name == EVERYBODY:
        return None
    found = people.find_principal(unit, name)
    if found is None:
        raise UnknownPrincipalError(name)
    return found


def grant(
    unit: WriteUnit, noun: Noun, thing_id: int, name: str, right: DataRight, *, by: Actor
) -> None:
    """Let them go this far with the thing and no farther, whatever was granted to them before.

    A collection that somebody took out of their home is in it again. The caller holds the thing.

    Raises:
        UnknownPrincipalError: There is no such user or group.
    """
    principal_id = principal_of(unit, name)
    grants.put(unit, noun, thing_id, principal_id, right)
    if noun is Noun.COLLECTION:
        collection_viewers.bring_back(unit, principal_id=principal_id, collection_id=thing_id)
    _record(unit, Act.GRANT_SET, noun, thing_id, principal_id, right, by)


def revoke(unit: WriteUnit, noun: Noun, thing_id: int, name: str, *, by: Actor) -> bool:
    """Take back what they were granted on this very thing; False if there was nothing.

    Raises:
        UnknownPrincipalError: There is no such user or group.
    """
    principal_id = principal_of(unit, name)
    before = grants.remove(unit, noun, thing_id, principal_id)
    if before:
        _record(unit, Act.GRANT_REVOKED, noun, thing_id, principal_id, DataRight(before), by)
    return before > 0


def _record(
    unit: WriteUnit,
    act: Act,
    noun: Noun,
    thing_id: int,
    principal_id: int | None,
    right: DataRight,
    by: Actor,
) -> None:
    details: dict[str, int | str] = {"right": right.name.lower()}
    if noun is Noun.COLLECTION:
        details["collection"] = thing_id
    node_id = thing_id if noun is Noun.NODE else None
    # Nobody's id stands for everybody.
    audit.record(unit, act, by=by, on=Subject(principal_id, node_id=node_id), details=details)
