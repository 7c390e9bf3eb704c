"""Changes in the office book (C3 to C6): what a door asks of ``office.office_book``."""

from collections.abc import Callable

from dav_providers.groupware.request import GroupwareRequest
from dav_providers.multistatus.answers import ConditionFailedError
from office import views
from office.errors import FixedError, ForbiddenError
from office.item_store import ReadItem, Stored, Target
from office.office_book import Book, Sender
from office.work import GroupwareWork
from storage import contacts
from storage.collections import CollectionRow
from storage.items import ItemRow
from storage.store import Unit

Check = Callable[[Unit, ItemRow | None], None]


def sender(request: GroupwareRequest) -> Sender:
    """The program that sent the request, and the states that it names."""
    listed = request.conditions.if_match
    named = None if listed is None else frozenset(each.opaque for each in listed.tags)
    joining = request.services.settings.contacts.join_categories
    return Sender(request.family, named, joining, request.who.device_label)


def store(
    request: GroupwareRequest, collection: CollectionRow, href: str, read: ReadItem, check: Check
) -> Stored:
    """Store a card, if the request's conditions hold or the user's profile lets it pass (C6).

    Raises:
        ConditionFailedError: They do not; what the device has may have become a second card.
    """
    failed: ConditionFailedError | None = None
    with request.change() as work:
        book = Book(work, collection.name, href)
        program = sender(request)
        try:
            check(work.unit, book.item)
        except ConditionFailedError as error:
            if book.wants_copies() and program.named:
                book.keep_copy(read.content.text, program)
                failed = error
            elif not book.may_take_stale(program):
                raise
        if failed is None:
            return book.put(read, program)
    raise failed


def remove(request: GroupwareRequest, work: GroupwareWork, check: Check) -> int | None:
    """Take a card off; the number of its going, None where it stays and is sent again."""
    book = Book(work, request.names[1], request.names[2])
    check(work.unit, book.item)
    return book.remove()


def kept(request: GroupwareRequest) -> ForbiddenError:
    """What a DELETE is told of a card that stays."""
    return ForbiddenError(
        "The office keeps what is its own; this one comes again.",
        privilege="unbind",
        names=request.names[1:],
    )


def bring_up(work: GroupwareWork, *held: CollectionRow) -> None:
    """Apply what is outstanding to those of the held collections that are views."""
    for each in held:
        if each.is_view:
            views.bring_up_in(work.unit, each.id, now_us=work.now_us)


def demand_replaceable(work: GroupwareWork, target: Target) -> None:
    """See to it that nothing of the office is overwritten by a MOVE or COPY.

    Raises:
        FixedError: A contact of the office is there.
    """
    if not target.collection.is_office_book or target.item is None:
        return
    if contacts.find_by_item(work.unit, target.item.id) is not None:
        raise FixedError("A contact of the office is there; it keeps its place.")


def move_out(
    request: GroupwareRequest, work: GroupwareWork, target: Target, *, may_overwrite: bool
) -> bool:
    """Move a card to another book; True if nothing was there."""
    return Book(work, request.names[1], request.names[2]).move_out(
        target, may_overwrite=may_overwrite
    )
