"""What can go wrong in the office, in the office's own words.

* OfficeError
  - NotFoundError        404  not there, or the caller may not know that it is
    - BlockedError       404  a block of this user holds
  - ForbiddenError       403  known, but a right is missing (RFC 3744 section 7.1.1)
    - SchedulingDeniedError 403  it would send something in another's name (RFC 6638 section 6.2)
  - FixedError           403  the office fixes this name or folder
    - DefaultCalendarError 403  invitations go to this calendar (RFC 6638 section 4.3.1.1)
  - UnfitNameError       403  a name that not every device could hold
  - ExistsError          405/412  something of that name is there already
  - ParentMissingError   409  the collection it would lie in is not there (RFC 4918 section 9.7.1)
  - NumberTakenError     409  another property or contact has that number
  - KindError            405/409  a document where a collection is needed, or the reverse
  - IntoItselfError      403  a copy or move into its own subtree
  - TooLargeError        507  more than one act may take on
  - LockedError          423  a lock stands in the way (RFC 4918 section 6)
  - LockConflictError    423  a new lock meets one that is there
  - LockMissingError     409/412  no such lock here
  - SyncTokenError       403  a sync token that no change is known since (RFC 6578 section 3.2)
  - UIDConflictError     409  another object of the collection has the UID (RFC 4791, 6352)
  - UnfitItemError       403  an object that this collection does not take
  - ChangedError         409  somebody else changed what was looked at
  - MeetingError         403  a meeting, which is written otherwise; no client hears of it
  - OvertakenError       503  others changed it again and again while it was to be written

The status codes are only a reading aid: errors know nothing of HTTP.
``dav_providers.documents.failures`` owns the real table.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Blocked:
    """A block of the caller that held, for the journal; the answer says nothing of it.

    Attributes:
        node_id: The blocked node.
        names: The path below ``/files/`` that was asked for; none: the request's own.
    """

    node_id: int
    names: tuple[str, ...] = ()


class OfficeError(Exception):
    """Never raised itself; the text is a sentence for a person.

    Attributes:
        blocked: The block that is behind it, where one is.
    """

    blocked: Blocked | None = None


class NotFoundError(OfficeError):
    """It is not there, or the caller may not know that it is."""


class BlockedError(NotFoundError):
    """A block holds: for this user it is not there. The journal writes it down."""

    def __init__(self, blocked: Blocked) -> None:
        super().__init__("There is nothing here.")
        self.blocked = blocked


class ForbiddenError(OfficeError):
    """The caller sees it but lacks a right."""

    def __init__(self, message: str, *, privilege: str, names: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.privilege = privilege
        self.names = tuple(names)


class SchedulingDeniedError(ForbiddenError):
    """It would send invitations or answers in the name of *owner*, whose calendar it is."""

    def __init__(self, owner: str, privilege: str) -> None:
        super().__init__(
            f"Only {owner} can invite and answer in this calendar.",
            privilege=privilege,
            names=(owner, "outbox"),
        )
        self.owner = owner


class FixedError(OfficeError):
    """The office fixes this folder: nobody renames or deletes it here."""


class DefaultCalendarError(FixedError):
    """A calendar that invitations go to is to be deleted (RFC 6638 section 4.3.1.1)."""


class UnfitNameError(OfficeError):
    """A name that Windows, macOS or Linux could not hold."""


class ExistsError(OfficeError):
    """Something of that name is there already."""


class ParentMissingError(OfficeError):
    """The collection it would lie in is not there."""

    def __init__(
        self,
        blocked: Blocked | None = None,
        message: str = "The folder it would lie in does not exist.",
    ) -> None:
        super().__init__(message)
        self.blocked = blocked


class NumberTakenError(OfficeError):
    """Another property or contact has that number."""


class KindError(OfficeError):
    """A document where a collection is needed, or the reverse."""


class IntoItselfError(OfficeError):
    """A copy or move of something into itself."""


class TooLargeError(OfficeError):
    """More than one act may take on."""


class LockedError(OfficeError):
    """A lock stands in the way; *paths* are the lock roots that the caller may know of.

    Names from a root on: a Home's begin with its owner's name.
    """

    def __init__(self, message: str, paths: Sequence[Sequence[str]]) -> None:
        super().__init__(message)
        self.paths = tuple(tuple(path) for path in paths)


class LockConflictError(LockedError):
    """A new lock meets one that is there."""


class LockMissingError(OfficeError):
    """There is no such lock on this resource."""


class SyncTokenError(OfficeError):
    """The token is unknown, malformed, or older than what is remembered."""


class UIDConflictError(OfficeError):
    """Another member of the collection has this UID, or this member has another one.

    Attributes:
        names: The collection's name and that of the member in the way.
        is_address_book: The collection is one.
    """

    def __init__(self, message: str, *, names: tuple[str, str], is_address_book: bool) -> None:
        super().__init__(message)
        self.names = names
        self.is_address_book = is_address_book


class UnfitItemError(OfficeError):
    """An object that this collection does not take: a task for a calendar of appointments, say."""

    def __init__(self, message: str, *, is_address_book: bool) -> None:
        super().__init__(message)
        self.is_address_book = is_address_book


class ChangedError(OfficeError):
    """Somebody else changed what was looked at before it was to be changed; nothing was done.

    Attributes:
        names: Of those whose standing changed.
    """

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(f"Somebody changed this meanwhile, of: {', '.join(names)}.")
        self.names = tuple(names)


class MeetingError(OfficeError):
    """What is there was stored as a meeting: it is written at the meetings' desk, or not at all.

    No client hears of it: the door begins anew (``office.meetings``).
    """


class OvertakenError(OfficeError):
    """Others changed what was looked up, time and again, before it was held; nothing was done."""

    def __init__(self) -> None:
        super().__init__("Others are changing the same just now; try again in a moment.")
