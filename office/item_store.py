"""Calendar and address objects in their collections: read, put, removed, moved, and what changed.

Bytes are stored as they came. What is checked about them is ``office.items``'s; here stands
what a collection takes, and that its UIDs are unique (RFC 4791 section 5.3.2.1, RFC 6352 6.3.2.1).
"""

from dataclasses import dataclass
from hashlib import sha256

from office import access
from office.access import Act
from office.appointments import following
from office.collections import Kind
from office.errors import (
    ExistsError,
    FixedError,
    IntoItselfError,
    MeetingError,
    UIDConflictError,
    UnfitItemError,
    UnfitNameError,
)
from office.items import (
    AddressObject,
    CalendarObject,
    InvalidItemError,
    ItemLimits,
    Precondition,
    read_address_object,
    read_calendar_object,
)
from office.meetings.contents import new_tag
from office.sync_tokens import Known, known_by, portion
from office.work import GroupwareWork
from storage import item_changes, items
from storage.collections import CollectionRow
from storage.item_words import FIELDS
from storage.items import Content, ItemRow
from storage.store import Unit

MOST_NAME_BYTES = 255


@dataclass(frozen=True, slots=True)
class ReadItem:
    """An object that was read: what is to be stored, and whether it is what was sent."""

    content: Content
    was_changed: bool


@dataclass(frozen=True, slots=True)
class Stored:
    """What a put did: the hash of the bytes that are there now, and what was new about it.

    ``modseq`` is the number of the member's last change, whether it is this one or not.
    ``content`` is what is there now; without ``is_as_sent`` it is not what the client sent.
    """

    etag: str
    modseq: int
    is_new: bool
    has_changed: bool
    content: Content
    is_as_sent: bool = True


@dataclass(frozen=True, slots=True)
class Delta:
    """What changed in a collection since a token, the oldest change first.

    Attributes:
        changed: Members that are new or have other bytes.
        gone: Names of members that are no longer there.
        known: What the client knew before.
        token: What the client knows when it has taken all of this in.
        is_truncated: There is more; it is to be asked for with *token*.
    """

    changed: list[ItemRow]
    gone: list[str]
    known: Known
    token: str
    is_truncated: bool


def read(collection: CollectionRow, data: bytes, limits: ItemLimits) -> ReadItem:
    """Read what somebody wants to store in *collection*; nothing is looked up.

    Raises:
        office.items.InvalidItemError: It is no object that this collection could take.
    """
    found: AddressObject | CalendarObject = (
        read_address_object(data, limits=limits)
        if collection.kind == Kind.ADDRESSBOOK
        else read_calendar_object(data, components=collection.components, limits=limits)
    )
    return ReadItem(content_of(found), found.was_changed)


def content_of(found: AddressObject | CalendarObject) -> Content:
    """What is stored of an object that was read."""
    indexed = found.indexed
    return Content(
        uid=indexed.uid,
        component=indexed.component,
        etag=sha256(found.text).hexdigest(),
        size=len(found.text),
        starts_us=indexed.starts_us,
        ends_us=indexed.ends_us,
        recurrence=indexed.recurrence,
        summary=indexed.summary,
        text=found.text.decode(),
        **{name: indexed.fields.get(name.upper(), "") for name in FIELDS},
    )


def put(
    work: GroupwareWork,
    collection: CollectionRow,
    item: ItemRow | None,
    href: str,
    content: Content,
    *,
    may_end_meeting: bool = False,
    is_private: bool = False,
) -> Stored:
    """Store an object under *href* in a held collection, over *item* if that is there.

    The same bytes again are no change: no client has to fetch them.

    Args:
        work: The change.
        collection: Where it is to lie.
        item: What is there.
        href: Its name.
        content: What is stored.
        may_end_meeting: The meetings' desk says so: whoever took part in *item* hears of it.
        is_private: The office is known to keep nothing of *item*.

    Raises:
        MeetingError: *item* is a meeting, and *content* none.
        NotFoundError: The right is missing.
        UnfitNameError: *href* is too long.
        UIDConflictError: Another member has the UID, or *item* has another one.
    """
    access.demand_collection(work.who, Act.ADD if item is None else Act.WRITE, collection)
    if item and item.schedule_tag and not (content.schedule_tag or may_end_meeting):
        raise MeetingError("A meeting is there; only a calendar program can change it.")
    _check_uid(work.unit, collection, item, href, content.uid)
    if item is None:
        check_name(href)
        made = item_changes.create(work.unit, collection.id, href, content, now_us=work.now_us)
        following.follow(work, collection, href, content.text)
        return Stored(content.etag, made, is_new=True, has_changed=True, content=content)
    modseq = item.modseq
    has_changed = (content.etag, content.schedule_tag) != (item.etag, item.schedule_tag)
    if has_changed:
        before = None if is_private else following.look(work, collection, item)
        modseq = item_changes.replace(work.unit, item, content, now_us=work.now_us)
        following.follow(work, collection, href, content.text, before=before)
    return Stored(content.etag, modseq, is_new=False, has_changed=has_changed, content=content)


def remove(work: GroupwareWork, collection: CollectionRow, item: ItemRow) -> int:
    """Take a member out of a held collection; the number of its going.

    Raises:
        NotFoundError: The right is missing.
    """
    access.demand_collection(work.who, Act.REMOVE_FROM, collection)
    following.leave(work, item)
    return item_changes.delete(work.unit, item, now_us=work.now_us)


@dataclass(frozen=True, slots=True)
class Target:
    """Where an object is to go: a held collection, the name, and what has that name now."""

    collection: CollectionRow
    href: str
    item: ItemRow | None


def move(
    work: GroupwareWork,
    collection: CollectionRow,
    item: ItemRow,
    target: Target,
    *,
    may_overwrite: bool,
) -> bool:
    """Carry a member of *collection* to *target*, both held; True if nothing was there.

    Raises:
        NotFoundError: A right is missing.
        ExistsError: Something is there and must not be overwritten.
        IntoItselfError: It is there already.
        UnfitItemError, UnfitNameError, UIDConflictError: The target can't take it.
    """
    access.demand_collection(work.who, Act.REMOVE_FROM, collection)
    if item.schedule_tag and target.collection.owner_id != collection.owner_id:
        raise FixedError("A meeting stays with who takes part; it can be moved between their own.")
    make_room(work, item, target, besides=item.id, may_overwrite=may_overwrite)
    item_changes.move(
        work.unit,
        item,
        target.collection.id,
        target.href,
        now_us=work.now_us,
        # Section 3.2.10 of RFC 6638 has it change.
        schedule_tag=new_tag() if item.schedule_tag else "",
    )
    following.follow_moved(work, target.collection, target.href)
    return target.item is None


def copy(work: GroupwareWork, item: ItemRow, target: Target, *, may_overwrite: bool) -> bool:
    """Put a copy of *item* to *target*; True if nothing was there.

    Raises:
        NotFoundError: A right is missing.
        ExistsError: Something is there and must not be overwritten.
        IntoItselfError: It is there already.
        UnfitItemError, UnfitNameError, UIDConflictError: The target can't take it.
    """
    if item.schedule_tag:
        # Section 3.2.4.1 of RFC 6638.
        raise InvalidItemError(Precondition.UNIQUE_MEETING, "There is one copy of a meeting.")
    make_room(work, item, target, besides=0, may_overwrite=may_overwrite)
    item_changes.copy(work.unit, item, target.collection.id, target.href, now_us=work.now_us)
    following.follow_moved(work, target.collection, target.href)
    return target.item is None


def delta(
    unit: Unit,
    collection: CollectionRow,
    token: str,
    *,
    limit: int | None = None,
) -> Delta:
    """What changed since *token* (RFC 6578 section 3.2), in the snapshot that found *collection*.

    Args:
        unit: The transaction.
        collection: As that transaction sees it.
        token: Of an earlier answer; empty asks for all that is there, and for nothing that went.
        limit: Most changes told, 1 or more; what is left out is told after the answer's token.

    Raises:
        SyncTokenError: The token can't be answered.
    """
    # Who has nothing yet needs no word of what went before.
    known = known_by(collection, token) if token else Known(0, collection.modseq)
    most = collection.modseq + 1 if limit is None else limit + 1
    changed = items.changed_since(unit, collection.place, known.changed, most=most)
    gone = items.gone_since(unit, collection.id, known.gone, most=most)
    told = portion(collection, known, changed, gone, limit)
    return Delta(
        list(told.changed),
        [each.href for each in told.gone],
        known,
        told.token,
        told.is_truncated,
    )


def make_room(
    work: GroupwareWork, item: ItemRow, target: Target, *, besides: int, may_overwrite: bool
) -> None:
    """See to it that *item* can be put to *target*; what is there is taken away.

    Raises:
        NotFoundError: A right is missing.
        ExistsError: Something is there and must not be overwritten.
        IntoItselfError: It is there already.
        UnfitItemError, UnfitNameError, UIDConflictError: The target can't take it.
    """
    if target.item is not None and target.item.id == item.id:
        raise IntoItselfError("Source and destination are the same.")
    access.demand_collection(work.who, Act.ADD, target.collection)
    check_name(target.href)
    _check_kind(target.collection, item.component)
    other = items.find_by_uid(work.unit, target.collection.place, item.uid)
    leaving = {besides, target.item.id if target.item else 0}
    if other is not None and other.id not in leaving:
        raise _conflict(target.collection, other.href, "The collection has this UID already.")
    if target.item is not None:
        if not may_overwrite:
            raise ExistsError("There is an object of that name already.")
        access.demand_collection(work.who, Act.REMOVE_FROM, target.collection)
        if target.item.schedule_tag:
            raise FixedError("A meeting is there; delete it first, so that the others hear of it.")
        following.leave(work, target.item)
        item_changes.delete(work.unit, target.item, now_us=work.now_us)


def _check_kind(collection: CollectionRow, component: str) -> None:
    is_address_book = collection.kind == Kind.ADDRESSBOOK
    if (component == "VCARD") != is_address_book:
        message = "Contacts lie in address books, all else in calendars."
        raise UnfitItemError(message, is_address_book=is_address_book)
    if not is_address_book and component not in collection.components:
        taken = ", ".join(sorted(collection.components))
        message = f"This calendar takes {taken} and no {component}."
        raise UnfitItemError(message, is_address_book=is_address_book)


def _check_uid(
    unit: Unit, collection: CollectionRow, item: ItemRow | None, href: str, uid: str
) -> None:
    if item is not None and item.uid != uid:
        raise _conflict(collection, href, "The object that is here has another UID.")
    if item is None:
        other = items.find_by_uid(unit, collection.place, uid)
        if other is not None:
            raise _conflict(collection, other.href, "The collection has this UID already.")


def _conflict(collection: CollectionRow, href: str, message: str) -> UIDConflictError:
    return UIDConflictError(
        message,
        names=(collection.name, href),
        is_address_book=collection.kind == Kind.ADDRESSBOOK,
    )


def check_name(href: str) -> None:
    """See to it that an object can have this name.

    Raises:
        UnfitNameError: It is too long.
    """
    if len(href.encode()) > MOST_NAME_BYTES:
        raise UnfitNameError(f"The name is longer than {MOST_NAME_BYTES} bytes.")
