"""What is written down about documents: the words of the journal.

A door says in a :class:`Note` what happened (:class:`Act`); the access log adds who, from where
and how many bytes, which makes an :class:`Access`; ``office.journaling`` folds accesses into rows,
each with an :class:`Action` that means something to a person.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from typing import NamedTuple

from office.horizons import Knowledge


class Action(StrEnum):
    """What a row of the journal says: a closed list, stored by these words.

    The first nine tell reading and saving apart, the others are changes of the tree, a lock that
    nothing followed, a lock of this user that administration ended, and a block that held.
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
    RESTORED = "restored"
    LOCKED = "locked"
    LOCK_RELEASED = "lock-released"
    REFUSED = "refused"


class Act(Enum):
    """What a request did, as the door saw it (what somebody *may* do is ``office.access.Act``)."""

    LISTED = auto()
    """The properties of a document or folder, or of a folder's members, were asked for."""
    READ = auto()
    """GET of a document; an answer 304 makes it a re-validation."""
    PREVIEWED = auto()
    """A picture of a document was shown."""
    CREATED = auto()
    """A document that was not there before."""
    CHANGED = auto()
    """A document has other bytes than before."""
    SAME = auto()
    """A document was written with the bytes it had."""
    FOLDER_CREATED = auto()
    COPIED = auto()
    MOVED = auto()
    DELETED = auto()
    RESTORED = auto()
    """Something came back: an earlier version, or out of the trash."""
    LOCKED = auto()
    """A new lock, not a refreshed one; an answer 201 says that it made an empty document."""
    UNLOCKED = auto()
    PROPERTIES_CHANGED = auto()
    REFUSED = auto()
    """A block of this user on the node or above it held."""


WRITING = frozenset(
    {
        Act.CREATED,
        Act.CHANGED,
        Act.SAME,
        Act.FOLDER_CREATED,
        Act.COPIED,
        Act.MOVED,
        Act.DELETED,
        Act.RESTORED,
        Act.PROPERTIES_CHANGED,
    }
)
"""What makes a device's last write."""

WRITTEN_DOWN = frozenset(Act) - {Act.LISTED, Act.SAME, Act.UNLOCKED, Act.PROPERTIES_CHANGED}
"""What makes or amends a row; the rest only shows that the device was there."""


@dataclass(slots=True)
class Note:
    """What a door says about its request; ``environ["deedbox.note"]``, filled while answering.

    An answer of 400 or more drops what the note says, unless it says REFUSED: a door may fill it
    in before it knows how things end.

    Attributes:
        act: What happened; None where nothing is to be said (HEAD, OPTIONS).
        node_id: The document or collection; for COPIED the one that was copied.
        path: Its path below ``/files/`` before the request, names joined by slashes.
        target_path: Where it was copied or moved to, likewise.
        version: The document's version after the request.
        size: The document's length in bytes after the request.
        ranges: The slices ``(offset, length)`` of the document that the answer brings, in the
            order of sending; None: all of it.
        knowledge: What the client shows to know of a calendar or address book.
    """

    act: Act | None = None
    node_id: int | None = None
    path: str = ""
    target_path: str = ""
    version: int | None = None
    size: int | None = None
    ranges: Sequence[tuple[int, int]] | None = None
    knowledge: Knowledge | None = None


class Access(NamedTuple):
    """One request that is to be written down.

    Attributes:
        at_us: When it began.
        until_us: When its last byte had left, or the client hung up.
        status: The answer's HTTP status.
        bytes_sent: Bytes of the body that left.
        is_finished: The body ran to its end.
        address: Where it came from.
        family: The kind of client, by its own account (``wire.clients.Family``).
    """

    note: Note
    user_id: int
    device_id: int
    at_us: int
    until_us: int
    status: int
    bytes_sent: int
    is_finished: bool
    address: str
    family: str
