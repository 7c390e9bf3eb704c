"""What a GET means: opened by a person, fetched by a program, or a piece of something larger.

Pure rules over the journal's rows; ``office.journaling`` finds the rows they are asked about.
"""

from office import spans
from office.tracking import Access, Act, Action
from storage.journal import JournalRow
from wire.clients import Family

SECOND_US = 1_000_000
LOCK_US = 10 * SECOND_US
"""A lock this near to a GET, before or after, shows that the document is being edited."""
BULK_US = 60 * SECOND_US
"""So many files in this time are a synchronisation: :data:`BULK_FILES`."""
BULK_FILES = 20
PREFETCH_US = 5 * SECOND_US
"""What Explorer fetches this soon after a listing was not asked for by a person."""
PREFETCH_BYTES = 2 * 1024 * 1024

_NOT_MODIFIED = 304

# The stronger word wins when pieces come together.
_OPENINGS = {Action.DOWNLOADED: 0, Action.OPENED: 1, Action.OPENED_FOR_EDITING: 2}
OPENINGS = frozenset(_OPENINGS)
BULKABLE = (Action.OPENED, Action.DOWNLOADED, Action.PREFETCHED, Action.RE_VALIDATED)
"""What a walk through a tree is made of; editing always stands by itself."""

_EDITORS = frozenset({Family.OFFICE, Family.LIBREOFFICE})
# They fetch for somebody to keep; all others show a folder in which a document is opened.
_FETCHERS = frozenset({Family.RCLONE, Family.TOOL, Family.BROWSER, Family.UNKNOWN})


def action_of(access: Access) -> Action:
    """What a READ or PREVIEWED is, seen by itself."""
    if access.status == _NOT_MODIFIED:
        return Action.RE_VALIDATED
    if access.note.act is Act.PREVIEWED:
        return Action.PREVIEWED
    if access.family in _EDITORS:
        return Action.OPENED_FOR_EDITING
    return Action.DOWNLOADED if access.family in _FETCHERS else Action.OPENED


def measure(row: JournalRow, access: Access) -> None:
    """Say in *row* how much of the document one answer brought."""
    row.bytes_sent = access.bytes_sent
    if row.action not in OPENINGS:
        return
    size = row.size or 0
    brought = spans.sent(
        access.note.ranges,
        size=size,
        bytes_sent=access.bytes_sent,
        is_finished=access.is_finished,
    )
    _set_spans(row, brought)


def may_be_prefetch(row: JournalRow) -> bool:
    """Whether a GET is of the kind that Explorer sends by itself (thumbnails, icons)."""
    return (
        row.action == Action.OPENED
        and row.family == Family.WINDOWS
        and row.size is not None
        and row.size <= PREFETCH_BYTES
    )


def is_piece(row: JournalRow, other: JournalRow, window_us: int) -> bool:
    """Whether two rows of one device and document are one.

    A row whose document is complete takes on nothing that begins later than *window_us* after
    its own beginning; an incomplete one, nothing later than that after its last byte, so that
    a long download which is resumed stays one row.
    """
    if row.version != other.version or not _is_same_kind(row.action, other.action):
        return False
    earlier, later = (row, other) if row.at_us <= other.at_us else (other, row)
    if row.bulk_id is not None and other.at_us > row.until_us + BULK_US:
        return False  # the walk is over: this is somebody who opens the document
    end_us = earlier.at_us if earlier.is_whole else earlier.until_us
    return later.at_us <= end_us + window_us


def is_near(row: JournalRow, at_us: int) -> bool:
    """Whether a lock at this time belongs to what the row speaks of."""
    return row.at_us - LOCK_US <= at_us <= row.until_us + LOCK_US


def absorb(row: JournalRow, other: JournalRow) -> None:
    """Let *row* speak for *other* too."""
    if row.action in OPENINGS:
        row.action = max(row.action, other.action, key=lambda action: _OPENINGS[Action(action)])
        _set_spans(row, spans.union(_spans_of(row), _spans_of(other)))
    if other.until_us >= row.until_us:
        row.address, row.family = other.address, other.family
    row.at_us = min(row.at_us, other.at_us)
    row.until_us = max(row.until_us, other.until_us)
    row.bytes_sent += other.bytes_sent
    row.requests += other.requests
    row.locked_us = row.locked_us or other.locked_us


def _is_same_kind(action: str, other: str) -> bool:
    return action == other or (action in OPENINGS and other in OPENINGS)


def _spans_of(row: JournalRow) -> list[spans.Span]:
    return [(0, row.size or 0)] if row.is_whole else spans.from_text(row.spans or "")


def _set_spans(row: JournalRow, found: list[spans.Span]) -> None:
    row.is_whole = spans.cover(found, row.size or 0)
    row.spans = None if row.is_whole else spans.to_text(found)
