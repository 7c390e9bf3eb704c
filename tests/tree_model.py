"""RFC 4918's tree in memory: what documents, folders, properties and locks must be like.

Written from the RFC, not from the code it is compared with. Each act says which refusals are
right, an empty set meaning that it must succeed; the caller then lets it happen here as well.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

Path = tuple[str, ...]


@dataclass
class Resource:
    """A document (with bytes) or a collection (None)."""

    content: bytes | None
    dead: dict[str, str] = field(default_factory=dict)

    @property
    def is_collection(self) -> bool:
        return self.content is None


@dataclass(frozen=True)
class Lock:
    """A write lock (section 6), by its root's path at this moment."""

    token: str
    root: Path
    user: str
    is_exclusive: bool
    is_deep: bool
    expires: float

    def covers(self, path: Path) -> bool:
        return self.root == path or (self.is_deep and is_above(self.root, path))


@dataclass(frozen=True)
class Caller:
    """Who sends a request, with which lock tokens."""

    user: str
    tokens: frozenset[str]


def is_above(path: Path, other: Path) -> bool:
    return len(path) < len(other) and other[: len(path)] == path


@dataclass
class Need:
    """The locks that an act meets: *path* itself, and all below it where it *is_deep*."""

    path: Path
    is_deep: bool = False


class TreeModel:
    """A tree below fixed roots, which are never deleted or moved."""

    def __init__(self, roots: Iterable[Path]) -> None:
        self.roots = frozenset(roots)
        self.resources = {root: Resource(None) for root in self.roots}
        self.locks: dict[str, Lock] = {}
        self.now = 0.0

    # What is there ---------------------------------------------------------------------------

    def find(self, path: Path) -> Resource | None:
        return self.resources.get(path)

    def below(self, path: Path) -> list[Path]:
        return sorted(each for each in self.resources if is_above(path, each))

    def children(self, path: Path) -> list[Path]:
        return [each for each in self.below(path) if len(each) == len(path) + 1]

    def covering(self, path: Path) -> list[Lock]:
        return [lock for lock in self.locks.values() if lock.covers(path)]

    def is_live(self, lock: Lock) -> bool:
        return lock.expires > self.now

    # What an act meets -----------------------------------------------------------------------

    def _met(self, need: Need) -> Iterator[Lock]:
        for lock in self.locks.values():
            if lock.covers(need.path) or (need.is_deep and is_above(need.path, lock.root)):
                yield lock

    @staticmethod
    def _opened(lock: Lock, met: list[Lock], caller: Caller) -> bool:
        """Its own token opens a lock; of shared ones met on a root anyone's own does (6.2)."""
        mine = [
            each
            for each in met
            if each.root == lock.root and each.token in caller.tokens and each.user == caller.user
        ]
        return lock in mine or (not lock.is_exclusive and bool(mine))

    def _refused(self, caller: Caller, *needs: Need) -> set[int]:
        return {
            423
            for met in (list(self._met(need)) for need in needs)
            for lock in met
            if self.is_live(lock) and not self._opened(lock, met, caller)
        }

    def take_over(self, caller: Caller, *needs: Need) -> None:
        """A change ends the stale locks that it meets and does not name."""
        for lock in [each for need in needs for each in self._met(need)]:
            is_named = lock.token in caller.tokens and lock.user == caller.user
            if not self.is_live(lock) and not is_named:
                self.locks.pop(lock.token, None)

    def _parent_faults(self, path: Path) -> set[int]:
        parent = self.find(path[:-1])
        return set() if parent and parent.is_collection else {409}

    # Acts: needs and refusals ----------------------------------------------------------------

    def put_needs(self, path: Path) -> list[Need]:
        return [Need(path if path in self.resources else path[:-1])]

    def put_refusals(self, caller: Caller, path: Path) -> set[int]:
        found = self.find(path)
        if found and found.is_collection:
            return {405}
        return self._parent_faults(path) or self._refused(caller, *self.put_needs(path))

    def mkcol_refusals(self, caller: Caller, path: Path) -> set[int]:
        if self.find(path):
            return {405}
        return self._parent_faults(path) or self._refused(caller, Need(path[:-1]))

    def delete_needs(self, path: Path) -> list[Need]:
        return [Need(path, is_deep=True), Need(path[:-1])]

    def delete_refusals(self, caller: Caller, path: Path) -> set[int]:
        if not self.find(path):
            return {404}
        if path in self.roots:
            return {403}
        return self._refused(caller, *self.delete_needs(path))

    def transfer_needs(self, source: Path, target: Path, *, is_move: bool) -> list[Need]:
        needs = self.delete_needs(source) if is_move else []
        if self.is_save(source, target):
            return [*needs, Need(target)]
        needs.append(Need(target[:-1]))
        if target in self.resources:
            needs.append(Need(target, is_deep=True))
        return needs

    def is_save(self, source: Path, target: Path) -> bool:
        """A document over a document: the target stays, no member comes or goes (section 7.4)."""
        found, old = self.find(source), self.find(target)
        return bool(found and old and not (found.is_collection or old.is_collection))

    def transfer_refusals(
        self, caller: Caller, source: Path, target: Path, *, is_move: bool, overwrite: bool
    ) -> set[int]:
        if not self.find(source):
            return {404}
        refusals = self._parent_faults(target)
        if source == target or is_above(source, target) or is_above(target, source):
            refusals.add(403)
        if (is_move and source in self.roots) or target in self.roots:
            refusals.add(403)
        if target in self.resources and not overwrite:
            refusals.add(412)
        needs = self.transfer_needs(source, target, is_move=is_move)
        return refusals | self._refused(caller, *needs)

    def lock_refusals(
        self, caller: Caller, path: Path, *, is_exclusive: bool, is_deep: bool
    ) -> set[int]:
        refusals = set() if self.find(path) else self.put_refusals(caller, path)
        if 409 in refusals:
            return refusals
        conflicting = [
            lock
            for lock in self._met(Need(path, is_deep=is_deep))
            if self.is_live(lock) and (lock.is_exclusive or is_exclusive)
        ]
        return refusals | ({423} if conflicting else set())

    def change_refusals(self, caller: Caller, path: Path) -> set[int]:
        return self._refused(caller, Need(path)) if self.find(path) else {404}

    def unlock_refusals(self, user: str, path: Path, token: str) -> set[int]:
        if not self.find(path):
            return {404}
        lock = self.locks.get(token)
        if lock is None or not lock.covers(path):
            return {409}
        return set() if lock.user == user else {403}

    # Acts: what they do ----------------------------------------------------------------------

    def put(self, path: Path, content: bytes) -> None:
        found = self.find(path)
        if found:
            found.content = content
        else:
            self.resources[path] = Resource(content)

    def mkcol(self, path: Path) -> None:
        self.resources[path] = Resource(None)

    def delete(self, path: Path) -> None:
        gone = {path, *self.below(path)}
        self.resources = {k: v for k, v in self.resources.items() if k not in gone}
        self.locks = {k: v for k, v in self.locks.items() if v.root not in gone}

    def copy(self, source: Path, target: Path, *, is_deep: bool) -> None:
        is_save = self.is_save(source, target)
        copied = [source, *(self.below(source) if is_deep else [])]
        made = {
            target + path[len(source) :]: replace(
                self.resources[path], dead=dict(self.resources[path].dead)
            )
            for path in copied
        }
        if is_save:
            self.resources[target] = made[target]  # its locks stay
            return
        self.delete(target)
        self.resources.update(made)

    def move(self, source: Path, target: Path) -> None:
        if self.is_save(source, target):
            # Section 7.6: what is moved to where a lock is joins it.
            self.resources[target] = self.resources[source]
            self.delete(source)
            return
        self.delete(target)
        moved = [source, *self.below(source)]
        # Section 7.5: a lock does not move along with its resource.
        self.locks = {k: v for k, v in self.locks.items() if v.root not in moved}
        for path in moved:
            self.resources[target + path[len(source) :]] = self.resources.pop(path)
