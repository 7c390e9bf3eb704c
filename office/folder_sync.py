"""What changed in a folder since a token, as one person sees it (RFC 6578, one level at a time).

A block changes what its user sees without any change of the folder: whatever happens to a member
that is blocked for somebody ends the tokens that they hold of that folder
(``storage.sync_floors``).
"""

from collections.abc import Collection
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


def tokens(unit: Unit, who: Identity, folder_ids: Collection[int]) -> dict[int, str]:
    """The token of each of these folders for one who knows all that *who* may see in it now."""
    found = folder_changes.numbers(unit, folder_ids, user_id=who.user_id, hidden=who.blocked_nodes)
    return {node_id: token_of(_counter(each)) for node_id, each in found.items()}


def top_token(unit: Unit, who: Identity, layout: Layout, place: Place) -> str:
    """The token of ``/files/`` itself."""
    return token_of(_top_counter(places.members(unit, who, layout, place)))


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
    if not node.id:
        return _delta_of_top(places.members(unit, who, layout, place), token, limit)
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


def _top_counter(members: list[NodeRow]) -> Counter:
    """``/files/`` is made of roots of several trees: its state stands for a number."""
    state = "/".join(f"{each.id} {each.modseq} {each.name}" for each in members)
    number = int.from_bytes(sha256(state.encode()).digest()[:8]) % 10**_DIGEST_DIGITS
    return Counter("files", 1, number, number)


def _delta_of_top(members: list[NodeRow], token: str, limit: int | None) -> FolderDelta:
    own = token_of(_top_counter(members))
    if token not in ("", own):
        raise SyncTokenError("Since this token, what lies here has changed.")
    changed = [] if token else members
    if limit is not None and limit < len(changed):
        raise TooLargeError(f"Ask for at least {len(changed)} changes here.")
    return FolderDelta(changed, [], own, is_truncated=False)
