"""Sync tokens (RFC 6578): ``deedbox:/sync/<collection>/<epoch>/<modseq>``.

A token names the last change that its client knows of. The epoch rises when a collection is put
back to an earlier state, so that numbers given twice never meet. Only characters that need no
escaping in XML occur: CalDav Synchronizer does not escape, and Evolution wants ``:`` or ``/``.

In the middle of a first listing ``.<modseq>`` follows: how far the counter was when it began.
What went before that the client never had, so it need not be remembered.
"""

import re
from typing import NamedTuple

from office.errors import SyncTokenError
from storage.collections import CollectionRow

_TOKEN = re.compile(r"deedbox:/sync/(\d{1,18})/(\d{1,9})/(\d{1,18})(?:\.(\d{1,18}))?", re.ASCII)


class Known(NamedTuple):
    """What a client knows of: members up to a number, and what went up to another (no lower)."""

    changed: int
    gone: int


def token_of(collection: CollectionRow, known: Known | None = None) -> str:
    """The token of a client that knows this much; by default everything."""
    changed, gone = known or Known(collection.modseq, collection.modseq)
    began = f".{gone}" if gone > changed else ""
    return f"deedbox:/sync/{collection.id}/{collection.epoch}/{changed}{began}"


def known_by(collection: CollectionRow, token: str) -> Known:
    """What the holder of *token* knows of.

    Raises:
        SyncTokenError: Not a token of this collection as it is now, or from before what is
            still remembered of deleted members.
    """
    found = _TOKEN.fullmatch(token)
    if not found:
        raise SyncTokenError("This is not a sync token of this server.")
    collection_id, epoch, changed = map(int, found.groups()[:3])
    gone = int(found[4] or changed)
    if (collection_id, epoch) != (collection.id, collection.epoch):
        raise SyncTokenError("This sync token belongs to another collection, or to its past.")
    if changed > gone or not collection.pruned_modseq <= gone <= collection.modseq:
        raise SyncTokenError("This sync token is too old, or from the future.")
    return Known(changed, gone)
