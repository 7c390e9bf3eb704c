"""What a folder must hold after a crash: states, and what each request makes of one.

A hand that works alone in its folder has one request in flight at most. So after a crash its
folder is either what the last answer left, or what the request in flight would make of that.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

ANY_TOKEN = "?"
"""The token of a lock whose answer did not arrive."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A document or folder; `sha256` None is a folder, `note` a dead property."""

    sha256: str | None
    size: int = 0
    note: str | None = None
    token: str | None = None


Names = tuple[str, ...]
State = Mapping[Names, Entry]


def subtree(state: State, root: Names) -> dict[Names, Entry]:
    """What lies at *root* and below."""
    return {names: each for names, each in state.items() if names[: len(root)] == root}


def tokens(state: State, *roots: Names) -> dict[Names, str]:
    """The locks at and below *roots*."""
    return {
        names: each.token
        for root in roots
        for names, each in subtree(state, root).items()
        if each.token is not None
    }


def stored(state: State, names: Names, sha256: str, size: int) -> State:
    """Return *state* with these bytes saved at *names*; property and lock stay."""
    old = state.get(names, Entry(sha256))
    return {**state, names: replace(old, sha256=sha256, size=size)}


def with_folder(state: State, names: Names) -> State:
    """Return *state* with a new folder."""
    return {**state, names: Entry(None)}


def noted(state: State, names: Names, note: str) -> State:
    """Return *state* with a dead property set."""
    return {**state, names: replace(state[names], note=note)}


def locked(state: State, names: Names, token: str, *, empty_sha256: str) -> State:
    """Return *state* with a lock; a name that nothing had becomes an empty document."""
    return {**state, names: replace(state.get(names, Entry(empty_sha256)), token=token)}


def unlocked(state: State, names: Names) -> State:
    """Return *state* with the lock at *names* released."""
    return {**state, names: replace(state[names], token=None)}


def without(state: State, root: Names) -> State:
    """Return *state* with what is at *root*, and all below, deleted."""
    gone = subtree(state, root)
    return {names: each for names, each in state.items() if names not in gone}


def copied(state: State, source: Names, target: Names) -> State:
    """Return *state* with a copy: locks are not copied, a target that is there keeps its own."""
    kept = state[target].token if target in state else None
    copies = {
        target + names[len(source) :]: replace(each, token=None)
        for names, each in subtree(state, source).items()
    }
    copies[target] = replace(copies[target], token=kept)
    return {**state, **copies}


def moved(state: State, source: Names, target: Names) -> State:
    """Return *state* with *source* at *target*, without its locks.

    A document over a document is that one's next version, under the lock that it has.
    """
    is_save = target in state and None not in (state[source].sha256, state[target].sha256)
    kept = state if is_save else without(state, target)
    return without(copied(kept, source, target), source)


def fits(actual: State, expected: State) -> bool:
    """Whether *actual* is *expected*, wholly; a lock of unknown token may have any."""
    if actual.keys() != expected.keys():
        return False
    for names, entry in expected.items():
        found = actual[names]
        if entry.token == ANY_TOKEN and found.token:
            found = replace(found, token=ANY_TOKEN)
        if found != entry:
            return False
    return True


def difference(actual: State, expected: State) -> list[str]:
    """Return what is not as expected, a line each."""
    return [
        f"{'/'.join(names)}: {actual.get(names)} instead of {expected.get(names)}"
        for names in sorted(actual.keys() | expected.keys())
        if actual.get(names) != expected.get(names)
    ]
