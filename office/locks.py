"""Locks on documents and folders (RFC 4918 sections 6 and 7), as the office keeps them.

A lock that ran out is stale, not dead: its holder may still save with it as long as nobody else
locked or wrote meanwhile (lunch, a sleeping laptop). Whoever asks next takes it over.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from auth.identity import Identity
from office.errors import (
    FixedError,
    ForbiddenError,
    LockConflictError,
    LockedError,
    LockMissingError,
)
from office.layout import SHARED_ROLES, Role
from storage import blocks, locks, tree
from storage.locks import LockRow
from storage.store import Unit, WriteUnit
from storage.tree import NodeRow

MICROSECONDS = 1_000_000
_SHARED = frozenset({Role.TOP, *SHARED_ROLES})


@dataclass(frozen=True, slots=True)
class Wish:
    """A lock as the client asks for it; *owner_xml* is its ``DAV:owner`` element, verbatim."""

    is_exclusive: bool
    is_deep: bool
    owner_xml: bytes
    timeout_seconds: int


def covering(unit: Unit, chain: Sequence[NodeRow]) -> list[LockRow]:
    """The locks on the last node of *chain*: its own and deep ones on collections above it.

    Stale ones are among them. A deep lock does not reach what its holder may not see: they
    would keep others from a place that does not exist for them.
    """
    target = chain[-1].id
    node_ids = [node.id for node in chain]
    found = locks.on_nodes(unit, node_ids)
    from_above = {lock.user_id for lock in found if lock.is_deep and lock.node_id != target}
    shut_out = {user_id for user_id, _ in blocks.among(unit, from_above, node_ids)}
    return [
        lock
        for lock in found
        if lock.node_id == target or (lock.is_deep and lock.user_id not in shut_out)
    ]


def _reached(unit: Unit, who: Identity, node: NodeRow) -> list[LockRow]:
    """The locks below *node* that a deep lock of *who* would meet: not where they may not see."""
    found = locks.below(unit, node.id)
    if not who.blocked_nodes:
        return found
    return [lock for lock in found if _may_see(who, tree.lineage(unit, lock.node_id))]


def _may_see(who: Identity, lineage: Sequence[tuple[int, str]]) -> bool:
    return who.blocked_nodes.isdisjoint(node_id for node_id, _ in lineage)


def is_stale(lock: LockRow, now_us: int) -> bool:
    """Whether the lock ran out; its holder may still use it."""
    return lock.expires_us <= now_us


def demand(
    unit: Unit,
    who: Identity,
    chain: Sequence[NodeRow],
    tokens: frozenset[str],
    *,
    is_deep: bool,
    now_us: int,
) -> list[LockRow]:
    """Let *who* change the last node of *chain*, or say whose lock stands in the way.

    An exclusive lock asks for its token from its holder; of shared locks one token is enough.

    Args:
        unit: The transaction.
        who: The person and device.
        chain: The nodes from the root to the one that changes.
        tokens: The lock tokens that the request submitted.
        is_deep: Whether everything below changes too (DELETE, MOVE).
        now_us: The time, in microseconds.

    Returns:
        The stale locks whose token was not given: a change takes them over.

    Raises:
        LockedError: A lock without its token stands in the way.
    """
    found = covering(unit, chain)
    if is_deep and chain[-1].is_collection:
        found += locks.below(unit, chain[-1].id)
    held = {lock.token for lock in found if lock.token in tokens and lock.user_id == who.user_id}
    opened_roots = {lock.node_id for lock in found if lock.token in held}
    others = [lock for lock in found if lock.token not in held]
    in_the_way = [
        lock
        for lock in others
        if not is_stale(lock, now_us) and (lock.is_exclusive or lock.node_id not in opened_roots)
    ]
    if in_the_way:
        raise LockedError(*_told(unit, who, in_the_way))
    return [lock for lock in others if is_stale(lock, now_us)]


def guard(
    unit: WriteUnit,
    who: Identity,
    chain: Sequence[NodeRow],
    tokens: frozenset[str],
    *,
    is_deep: bool,
    now_us: int,
) -> None:
    """:func:`demand`, in the transaction of the change: stale locks in its way end here."""
    stale = demand(unit, who, chain, tokens, is_deep=is_deep, now_us=now_us)
    locks.delete(unit, [lock.token for lock in stale])


def acquire(
    unit: WriteUnit, who: Identity, chain: Sequence[NodeRow], wish: Wish, *, now_us: int
) -> LockRow:
    """Lock the last node of *chain* for *who*.

    Raises:
        FixedError: A deep lock on a folder that the whole office shares.
        LockConflictError: It, a collection above or (for a deep lock) something below is
            locked in a way that does not go together with the wish.
    """
    found = covering(unit, chain)
    if wish.is_deep and chain[-1].is_collection:
        _refuse_shared(chain[-1])
        found += _reached(unit, who, chain[-1])
    live = [lock for lock in found if not is_stale(lock, now_us)]
    conflicting = [lock for lock in live if lock.is_exclusive or wish.is_exclusive]
    if conflicting:
        raise LockConflictError(*_told(unit, who, conflicting))
    locks.delete(unit, [lock.token for lock in found if is_stale(lock, now_us)])
    lock = LockRow(
        token=f"opaquelocktoken:{uuid.uuid4()}",
        node_id=chain[-1].id,
        is_exclusive=wish.is_exclusive,
        is_deep=wish.is_deep,
        owner_xml=wish.owner_xml,
        user_id=who.user_id,
        device_id=who.device_id,
        timeout_seconds=wish.timeout_seconds,
        created_us=now_us,
        expires_us=now_us + wish.timeout_seconds * MICROSECONDS,
        user_name=who.user_name,
        device_label=who.device_label,
    )
    locks.insert(unit, lock)
    return lock


def _refuse_shared(node: NodeRow) -> None:
    if node.role in _SHARED:
        raise FixedError(
            f"“{node.name or 'files'}” belongs to everybody; lock a folder or document in it, "
            "or the folder alone (Depth: 0)."
        )


def refresh(
    unit: WriteUnit,
    who: Identity,
    chain: Sequence[NodeRow],
    tokens: Iterable[str],
    *,
    timeout_seconds: int,
    now_us: int,
) -> LockRow:
    """Give a lock of *who* more time; the token stays (Word loses a changed one).

    A stale lock that nobody took over comes back to life.

    Raises:
        LockMissingError: None of *tokens* is a lock of *who* on this resource.
    """
    wanted = frozenset(tokens)
    for lock in covering(unit, chain):
        if lock.token in wanted and lock.user_id == who.user_id:
            expires_us = now_us + timeout_seconds * MICROSECONDS
            locks.refresh(unit, lock.token, timeout_seconds=timeout_seconds, expires_us=expires_us)
            return lock._replace(timeout_seconds=timeout_seconds, expires_us=expires_us)
    raise LockMissingError("The lock is gone: it ran out and somebody else took it over.")


def release(unit: WriteUnit, who: Identity, chain: Sequence[NodeRow], token: str) -> None:
    """Release the lock *token* that covers the last node of *chain*.

    Raises:
        LockMissingError: No lock with this token covers it.
        ForbiddenError: It is somebody else's (RFC 4918 section 9.11.1).
    """
    for lock in covering(unit, chain):
        if lock.token == token:
            if lock.user_id != who.user_id:
                raise ForbiddenError(
                    f"{lock.user_name} holds this lock on “{lock.device_label}”.",
                    privilege="unlock",
                )
            locks.delete(unit, [token])
            return
    raise LockMissingError("There is no lock of yours with this token here.")


def _told(unit: Unit, who: Identity, found: Iterable[LockRow]) -> tuple[str, list[list[str]]]:
    """A sentence, and the roots of the locks that *who* may know of: names below ``/files``.

    A deep act meets locks on places inside that are blocked for them; of those nothing is said.
    """
    sentence = "Something in it is in use."
    roots: list[list[str]] = []
    for lock in found:
        lineage = tree.lineage(unit, lock.node_id)
        if _may_see(who, lineage):
            if not roots:
                sentence = f"{lock.user_name} has it open on “{lock.device_label}”."
            roots.append([name for _, name in lineage])
    return sentence, roots
