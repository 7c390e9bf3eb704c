"""Sync tokens (RFC 6578): ``deedbox:/sync/<collection>/<epoch>/<modseq>``.

A calendar or address book is named by its number, a folder by ``f``, its node and the tree whose
counter numbers its changes, so that no token fits where it was not given.

A token names the last change that its client knows of. The epoch rises when a collection is put
back to an earlier state, so that numbers given twice never meet. Only characters that need no
escaping in XML occur: CalDav Synchronizer does not escape, and Evolution wants ``:`` or ``/``.

In the middle of a first listing ``.<modseq>`` follows: how far the counter was when it began.
What went before that the client never had, so it need not be remembered.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, Protocol, TypeVar

from office.errors import SyncTokenError

_TOKEN = re.compile(
    r"deedbox:/sync/([a-z0-9.]{1,40})/(\d{1,9})/(\d{1,18})(?:\.(\d{1,18}))?", re.ASCII
)


class Counted(Protocol):
    """What counts its members' changes: ``modseq`` is the last one's number.

    Tokens from before ``pruned_modseq`` can't be answered.
    """

    @property
    def id(self) -> int | str:
        """What its tokens name it by."""

    @property
    def epoch(self) -> int:
        """Rises when it is put back to an earlier state."""

    @property
    def modseq(self) -> int:
        """The number of the last change."""

    @property
    def pruned_modseq(self) -> int:
        """From which number on tokens are answered."""


class Numbered(Protocol):
    """A change, with its number."""

    @property
    def modseq(self) -> int:
        """Its number."""


Changed = TypeVar("Changed", bound=Numbered)
Gone = TypeVar("Gone", bound=Numbered)


class Known(NamedTuple):
    """What a client knows of: members up to a number, and what went up to another (no lower)."""

    changed: int
    gone: int


def token_of(collection: Counted, known: Known | None = None) -> str:
    """The token of a client that knows this much; by default everything."""
    changed, gone = known or Known(collection.modseq, collection.modseq)
    began = f".{gone}" if gone > changed else ""
    return f"deedbox:/sync/{collection.id}/{collection.epoch}/{changed}{began}"


def known_by(collection: Counted, token: str) -> Known:
    """What the holder of *token* knows of.

    Raises:
        SyncTokenError: Not a token of this collection as it is now, or from before what is
            still remembered of deleted members.
    """
    found = _TOKEN.fullmatch(token)
    if not found:
        raise SyncTokenError("This is not a sync token of this server.")
    collection_id, epoch, changed = found[1], int(found[2]), int(found[3])
    gone = int(found[4] or changed)
    if (collection_id, epoch) != (str(collection.id), collection.epoch):
        raise SyncTokenError("This sync token belongs to another collection, or to its past.")
    if changed > gone or not collection.pruned_modseq <= gone <= collection.modseq:
        raise SyncTokenError("This sync token is too old, or from the future.")
    return Known(changed, gone)


@dataclass(frozen=True, slots=True)
class Portion(Generic[Changed, Gone]):
    """As much of what changed as is told at once, and the token of who has taken it in."""

    changed: Sequence[Changed]
    gone: Sequence[Gone]
    token: str
    is_truncated: bool


def portion(
    collection: Counted,
    known: Known,
    changed: Sequence[Changed],
    gone: Sequence[Gone],
    limit: int | None,
) -> Portion[Changed, Gone]:
    """Cut what changed since *known* to *limit* changes, the oldest first.

    *changed* and *gone* hold one more than *limit* each, where there are that many.
    """
    if limit is None or len(changed) + len(gone) <= limit:
        return Portion(changed, gone, token_of(collection), is_truncated=False)
    numbers = [each.modseq for each in changed] + [each.modseq for each in gone]
    last = sorted(numbers)[limit - 1]
    return Portion(
        [each for each in changed if each.modseq <= last],
        [each for each in gone if each.modseq <= last],
        token_of(collection, Known(last, max(last, known.gone))),
        is_truncated=True,
    )
