"""Sync tokens (RFC 6578): ``deedbox:/sync/<collection>/<epoch>/<modseq>``.

A token names the last change that its client knows of. The epoch rises when a collection is put
back to an earlier state, so that numbers given twice never meet. Only characters that need no
escaping in XML occur: CalDav Synchronizer does not escape, and Evolution wants ``:`` or ``/``.
"""

import re

from office.errors import SyncTokenError
from storage.collections import CollectionRow

_TOKEN = re.compile(r"deedbox:/sync/(\d{1,18})/(\d{1,9})/(\d{1,18})", re.ASCII)


def token_of(collection: CollectionRow, modseq: int | None = None) -> str:
    """The token of a client that knows all changes up to *modseq*; by default all of them."""
    known = collection.modseq if modseq is None else modseq
    return f"deedbox:/sync/{collection.id}/{collection.epoch}/{known}"


def modseq_of(collection: CollectionRow, token: str) -> int:
    """The last change that the holder of *token* knows of.

    Raises:
        SyncTokenError: Not a token of this collection as it is now, or from before what is
            still remembered of deleted members.
    """
    found = _TOKEN.fullmatch(token)
    if not found:
        raise SyncTokenError("This is not a sync token of this server.")
    collection_id, epoch, modseq = map(int, found.groups())
    if (collection_id, epoch) != (collection.id, collection.epoch):
        raise SyncTokenError("This sync token belongs to another collection, or to its past.")
    if not collection.pruned_modseq <= modseq <= collection.modseq:
        raise SyncTokenError("This sync token is too old, or from the future.")
    return modseq
