"""Precondition elements of CalDAV and CardDAV, and conditional headers on objects."""

from dav_providers.groupware.names import CAL, CARD
from dav_providers.groupware.request import GroupwareRequest, OutsideError
from dav_providers.multistatus.answers import ConditionFailedError
from dav_providers.multistatus.preconditions import Precondition
from office.errors import NotFoundError
from office.items.card_versions import VERSIONS
from storage import items
from storage.items import ItemRow
from storage.store import Unit
from wire.conditions import Outcome
from wire.dav_headers import ForeignHostError
from wire.if_header import ResourceState
from wire.paths import PathError

_MICROSECONDS = 1_000_000
_ITEM_DEPTH = 3
_HALF, _HASH = 32, 64  # characters


def _caldav(local: str, status: int, sentence: str) -> Precondition:
    return Precondition(CAL + local, status, sentence)


# RFC 4791 sections 5.3.1.1, 5.3.2.1, 7.8
CALENDAR_LOCATION_OK = _caldav(
    "calendar-collection-location-ok", 403, "A collection can only be made in one's own home."
)
SUPPORTED_COMPONENT = _caldav(
    "supported-calendar-component", 403, "The calendar takes no such objects."
)
# RFC 6638 sections 4.3.1, 5.2
DEFAULT_CALENDAR_NEEDED = _caldav(
    "default-calendar-needed", 403, "Invitations need a calendar to go to."
)
VALID_DEFAULT_CALENDAR = _caldav(
    "valid-schedule-default-calendar-URL",
    403,
    "Invitations can go to one's own calendars that take appointments.",
)
VALID_SCHEDULING_MESSAGE = _caldav(
    "valid-scheduling-message", 400, "This is no request for free and busy times."
)
VALID_ORGANIZER = _caldav(
    "valid-organizer", 403, "The ORGANIZER has to be an address of one's own."
)
SUPPORTED_FILTER = _caldav("supported-filter", 403, "This filter is not understood.")
VALID_FILTER = _caldav("valid-filter", 403, "The filter is not one.")
SUPPORTED_CARD_FILTER = Precondition(
    f"{CARD}supported-filter", 403, "This filter is not understood."
)
SUPPORTED_CALENDAR_DATA = _caldav(
    "supported-calendar-data", 403, "There is only iCalendar 2.0 here."
)
SUPPORTED_CONVERSION = Precondition(
    f"{CARD}supported-address-data-conversion", 403, "vCards are given as 3.0 and as 4.0."
)
SUPPORTED_ADDRESS_DATA = Precondition(
    f"{CARD}supported-address-data", 403, "An address book takes vCards."
)


def uid_conflict(*, is_address_book: bool) -> Precondition:
    """``no-uid-conflict`` in the words of the collection's RFC."""
    prefix = CARD if is_address_book else CAL
    return Precondition(f"{prefix}no-uid-conflict", 409, "The UID is taken.")


def named(name: str) -> Precondition:
    """The element that ``office.items`` means by ``CALDAV:valid-calendar-data`` and its like."""
    prefix, _, local = name.partition(":")
    return Precondition((CAL if prefix == "CALDAV" else CARD) + local, 403, "")


class NotModifiedError(Exception):
    """The client has these bytes already: 304 (RFC 9110 section 15.4.5).

    Attributes:
        item: The object.
        tag: The entity tag of what would have been sent.
    """

    def __init__(self, item: ItemRow, tag: str) -> None:
        super().__init__()
        self.item = item
        self.tag = tag


def etag(item: ItemRow) -> str:
    """An object's strong entity tag, from the hash of its bytes."""
    return etag_of(item.etag)


def etag_of(stored: str) -> str:
    """The strong entity tag: half of the bytes' hash, and ``.r<n>`` where they are sent anew."""
    return f'"{stored[:_HALF]}{stored[_HASH:]}"'


def schedule_tag_of(stored: str) -> str:
    """A meeting's schedule tag as it stands in headers and properties (RFC 6638 section 8.2)."""
    return f'"{stored}"'


def converted_etag(item: ItemRow, version: str) -> str:
    """The strong entity tag of a vCard in a version that it is not stored in."""
    return f'"{item.etag[:_HALF]}{item.etag[_HASH:]}-{version}"'


def varying(item: ItemRow) -> list[tuple[str, str]]:
    """The header that says on what the bytes of *item* depend besides its address."""
    return [("Vary", "Accept")] if item.component == "VCARD" else []


def check(
    request: GroupwareRequest, unit: Unit, item: ItemRow | None, *, tag: str | None = None
) -> None:
    """Let the request go on only if its conditions hold for *item* (None: nothing is there).

    Args:
        request: The request.
        unit: The transaction.
        item: The object.
        tag: The entity tag of what a GET would be sent, where that is not what is stored.

    Raises:
        ConditionFailedError: One does not.
        NotModifiedError: A GET or HEAD of what the client has.
    """
    if not request.conditions.is_empty:
        tag = tag or (_tag_in_hand(request, item) if item else None)
        outcome = request.conditions.evaluate(
            method=request.method,
            exists=item is not None,
            etag=tag,
            modified_seconds=item.modified_us // _MICROSECONDS if item else None,
        )
        if outcome is Outcome.NOT_MODIFIED and item is not None and tag is not None:
            raise NotModifiedError(item, tag)
        if outcome is not Outcome.PROCEED:
            raise ConditionFailedError("The object is not the version that the request names.")
    wanted = request.header("If-Schedule-Tag-Match")
    if wanted is not None and (
        item is None
        or not item.schedule_tag
        or wanted.strip() != schedule_tag_of(item.schedule_tag)
    ):
        # RFC 6638 section 3.2.10.
        raise ConditionFailedError("The meeting is not the version that the request names.")
    if request.if_header and not request.if_header.evaluate(
        lambda tag: _state(request, unit, item, tag)
    ):
        raise ConditionFailedError("The condition in the If header does not hold.")


def _tag_in_hand(request: GroupwareRequest, item: ItemRow) -> str:
    """The entity tag by which a client knows this state of *item*.

    Whoever was sent the vCard in another version names that one's in If-Match, and has seen the
    newest state as well.
    """
    listed = request.conditions.if_match
    named = {str(each) for each in listed.tags} if listed else set()
    converted = (converted_etag(item, version) for version in VERSIONS)
    return next((each for each in converted if each in named), etag(item))


def check_collection(request: GroupwareRequest, unit: Unit, *, exists: bool) -> None:
    """The same for a collection, which has no entity tag."""
    outcome = request.conditions.evaluate(
        method=request.method, exists=exists, etag=None, modified_seconds=None
    )
    if outcome is not Outcome.PROCEED:
        raise ConditionFailedError("The condition does not hold for a collection.")
    check_if = request.if_header
    if check_if and not check_if.evaluate(lambda tag: _state(request, unit, None, tag)):
        raise ConditionFailedError("The condition in the If header does not hold.")


def _state(
    request: GroupwareRequest, unit: Unit, item: ItemRow | None, tag: str | None
) -> ResourceState | None:
    """What ``If:`` compares with: the entity tag; there are no locks here."""
    if tag is not None:
        try:
            names = request.names_in(tag).segments
        except (ForeignHostError, OutsideError, PathError):
            return None
        item = _find(request, unit, names)
    return ResourceState(etag(item), []) if item else None


def _find(request: GroupwareRequest, unit: Unit, names: tuple[str, ...]) -> ItemRow | None:
    if len(names) != _ITEM_DEPTH or names[0] != request.who.user_name:
        return None
    try:
        collection = request.collection(unit, names[1])
    except NotFoundError:
        return None
    return items.find(unit, collection.place, names[2])
