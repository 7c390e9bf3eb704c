"""What is written down about documents: the words of the journal.

A door says in a :class:`Note` what happened (:class:`Deed`); the access log adds who, from where
and how many bytes, which makes an :class:`Access`; ``office.journaling`` folds accesses into rows,
each with an :class:`Action` that means something to a person.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from typing import NamedTuple


class Action(StrEnum):
    """What a row of the journal says: a closed list, stored by these words.

    The first nine tell reading and saving apart, the others are changes of the tree, a lock that
    nothing followed, and a block that held.
    """

    OPENED = "opened"
    OPENED_FOR_EDITING = "opened-for-editing"
    SAVED = "saved"
    UPLOADED = "uploaded"
    PREVIEWED = "previewed"
    DOWNLOADED = "downloaded"
    PREFETCHED = "prefetched"
    BULK_SYNCED = "bulk-synced"
    RE_VALIDATED = "re-validated"
    CREATED_FOLDER = "created-folder"
    COPIED = "copied"
    MOVED = "moved"
    DELETED = "deleted"
    LOCKED = "locked"
    REFUSED = "refused"


class Deed(Enum):
    """What a request did, as the door saw it."""

    NOTHING = auto()
    """HEAD, OPTIONS, PROPFIND of a document, PROPPATCH, UNLOCK, a refreshed lock, same bytes."""
    LISTED = auto()
    """A collection's members were listed."""
    READ = auto()
    """GET of a document; an answer 304 makes it a re-validation."""
    PREVIEWED = auto()
    """A picture of a document was shown."""
    CREATED = auto()
    """A document that was not there before (PUT, or LOCK of a free name)."""
    CHANGED = auto()
    """A document has other bytes than before."""
    MADE_FOLDER = auto()
    COPIED = auto()
    MOVED = auto()
    DELETED = auto()
    LOCKED = auto()
    """A new lock, not a refreshed one."""
    REFUSED = auto()
    """A block of this user on the node or above it held. Written down whatever the status is."""


@dataclass(slots=True)
class Note:
    """What a door says about its request; ``environ["deedbox.note"]``, filled while answering.

    What the door leaves alone is not written down. An answer of 400 or more drops the note, unless
    it says REFUSED, so that a door may fill it in before it knows how things end.

    Attributes:
        deed: What happened.
        node_id: The document or collection; for COPIED the one that was copied.
        path: Its path below ``/files`` at the beginning, decoded, with a leading slash.
        target_path: Where it was copied or moved to, likewise.
        version: The document's version after the request.
        size: The document's length in bytes after the request.
        parts: The slices of the document that the body brings, as ``wire.ranges`` plans them:
            ``(bytes before the slice, offset, length)``; None: all of it.
    """

    deed: Deed = Deed.NOTHING
    node_id: int | None = None
    path: str = ""
    target_path: str = ""
    version: int | None = None
    size: int | None = None
    parts: Sequence[tuple[bytes, int, int]] | None = None


class Access(NamedTuple):
    """One request that is to be written down.

    Attributes:
        at_us: When it began.
        until_us: When its last byte had left, or the client hung up.
        deed: What happened; never NOTHING.
        is_revalidation: The answer was 304.
        is_finished: The body ran to its end.
        bytes_sent: Bytes of the body that left.
        parts: As in :class:`Note`.
        family: The kind of client, by its own account (``wire.clients.Family``).
    """

    at_us: int
    until_us: int
    deed: Deed
    user_id: int
    device_id: int
    node_id: int | None
    path: str
    target_path: str
    version: int | None
    size: int | None
    parts: Sequence[tuple[bytes, int, int]] | None
    bytes_sent: int
    is_finished: bool
    is_revalidation: bool
    address: str
    family: str
