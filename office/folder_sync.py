"""What changed in a folder since a token, as one person sees it (RFC 6578, one level at a time).

A block changes what its user sees without any change of the folder: whatever happens to a member
that is blocked for somebody ends the tokens that they hold of that folder
(``storage.sync_floors``). A folder that somebody only goes through, to what was granted to them in
it, is like ``/files/``: its token is a hash of what they see of it, and names no number.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

from auth.identity import Identity
from office import access, places
from office.errors import SyncTokenError, TooLargeError
from office.layout import Layout
from office.places import Place
from office.sync_tokens import Known, known_by, portion, token_of
from storage import folder_changes
from storage.folder_changes import FolderNumbers, GoneMember
from storage.store import Unit
from storage.tree import NodeRow

_DIGEST_DIGITS = 17
_TOP = "files"


class Counter(NamedTuple):
    """A folder's change counter, as one person sees it; see ``sync_tokens.Counted``."""

    id: str
    epoch: int
    modseq: int
    pruned_modseq: int


@dataclass(frozen=True, slots=True)
class FolderDelta:
    """What changed, the oldest change first; see ``item_store.Delta``."""

    changed: list[NodeRow]
    gone: list[GoneMember]
    token: str
    is_truncated: bool


def tokens(unit: Unit, who: Identity, folders: Sequence[Sequence[NodeRow]]) -> dict[int, str]:
    """The token of each of these folders (chains from the root) for one who knows all of it.

    Two queries at most, however many they are.
    """
    passed = [chain for chain in folders if access.is_passed(who, chain)]
    read = [chain[-1].id for chain in folders if not access.is_passed(who, chain)]
    found = folder_changes.numbers(unit, read, user_id=who.user_id, hidden=who.blocked_nodes)
    told = {node_id: token_of(_counter(each)) for node_id, each in found.items()}
    if passed:
        shown = places.passed_members(unit, who, passed)
        for node_id, members in shown.items():
            told[node_id] = token_of(_counter_of_shown(f"p{node_id}", members))
    return told


def top_token(unit: Unit, who: Identity, layout: Layout, place: Place) -> str:
    """The token of ``/files/`` itself."""
    return token_of(_counter_of_shown(_TOP, places.members(unit, who, layout, place)))


def delta(
    unit: Unit,
    who: Identity,
    layout: Layout,
    place: Place,
    token: str,
    *,
    limit: int | None = None,
) -> FolderDelta:
    """What changed in the folder at *place* since *token*; empty asks for all that is there.

    Raises:
        NotFoundError: There is nothing at *place*.
        SyncTokenError: The token can't be answered.
        TooLargeError: *limit* is too small for ``/files/``, which is told as a whole.
    """
    node = place.existing()
    if not node.id or access.is_passed(who, place.chain):
        name = f"p{node.id}" if node.id else _TOP
        return _delta_of_shown(name, places.members(unit, who, layout, place), token, limit)
    found = folder_changes.numbers(unit, [node.id], user_id=who.user_id, hidden=who.blocked_nodes)
    counter = _counter(found[node.id])
    # Who has nothing yet needs no word of what went before.
    known = known_by(counter, token) if token else Known(0, counter.modseq)
    most = counter.modseq + 1 if limit is None else limit + 1
    changed = folder_changes.changed_since(
        # Hidden ones may be among the first, and must not count.
        unit,
        node.id,
        known.changed,
        most=most + len(who.blocked_nodes),
    )
    seen = access.visible(who, place.chain, changed)
    gone = folder_changes.gone_since(unit, node.id, known.gone, most=most)
    told = portion(counter, known, seen, gone, limit)
    return FolderDelta(list(told.changed), list(told.gone), told.token, told.is_truncated)


def _counter(numbers: FolderNumbers) -> Counter:
    name = f"f{numbers.id}.{numbers.tree_id}"
    return Counter(name, numbers.epoch, numbers.modseq, numbers.floor)


def _counter_of_shown(name: str, members: list[NodeRow]) -> Counter:
    """Where no number tells all (``/files/`` is made of roots): what is shown stands for one."""
    state = "/".join(f"{each.id} {each.modseq} {each.name}" for each in members)
    number = int.from_bytes(sha256(state.encode()).digest()[:8]) % 10**_DIGEST_DIGITS
    return Counter(name, 1, number, number)


def _delta_of_shown(
    name: str, members: list[NodeRow], token: str, limit: int | None
) -> FolderDelta:
    own = token_of(_counter_of_shown(name, members))
    if token not in ("", own):
        raise SyncTokenError("Since this token, what lies here has changed.")
    changed = [] if token else members
    if limit is not None and limit < len(changed):
        raise TooLargeError(f"Ask for at least {len(changed)} changes here.")
    return FolderDelta(changed, [], own, is_truncated=False)
