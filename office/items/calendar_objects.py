"""Calendar objects: checked by RFC 4791 section 4.1, mended where it helps, and indexed."""

from collections.abc import Mapping

from office.items import content_lines
from office.items.clocks import Clocks
from office.items.components import Component, Fault, read_components
from office.items.errors import InvalidItemError, Precondition, shown
from office.items.indexed import CalendarObject, Indexed
from office.items.limits import DEFAULT_LIMITS, ItemLimits
from office.items.scheduling import Scheduler
from office.items.zone_mending import mended

_FORM = "VCALENDAR"
_SUMMARY_LENGTH = 1_000


def read_calendar_object(
    data: bytes, *, components: frozenset[str], limits: ItemLimits = DEFAULT_LIMITS
) -> CalendarObject:
    """The calendar object that *data* is.

    Args:
        data: What a client sent.
        components: The kinds that the collection takes, such as VEVENT.
        limits: How large an object may be.

    Raises:
        InvalidItemError: It is not one that every device could read; with the precondition of
            RFC 4791 section 5.3.2.1 and a sentence.
    """
    if len(data) > limits.object_bytes:
        raise InvalidItemError(
            Precondition.CALENDAR_SIZE,
            f"The object has {len(data)} bytes; {limits.object_bytes} are taken.",
        )
    text = read_text(data, Precondition.CALENDAR_DATA)
    root = _root(text, limits)
    whole = mended(text, root, limits)
    if whole != text:
        text, root = whole, _root(whole, limits)
    indexed = _indexed(root, text, components, limits)
    kept = text.encode()
    return CalendarObject(indexed, kept, was_changed=kept != data)


def read_text(data: bytes, precondition: Precondition) -> str:
    """*data* as text, without what no text may hold.

    Raises:
        InvalidItemError: It is not UTF-8, or empty.
    """
    try:
        text = content_lines.decode(content_lines.clean(data))
    except UnicodeDecodeError as error:
        byte = error.object[error.start]
        raise InvalidItemError(
            precondition,
            f"The text is not UTF-8: byte {byte:#04x} at {error.start}; Latin-1 is not taken.",
        ) from None
    if not text.strip():
        raise InvalidItemError(precondition, "The object is empty.")
    return text


def _root(text: str, limits: ItemLimits) -> Component:
    fault = Fault(text, Precondition.CALENDAR_DATA, _FORM)
    root = read_components(text, fault, limits)
    if root.name != _FORM:
        raise fault.at(0, f"the text begins with BEGIN:{shown(root.name)}, not VCALENDAR.")
    version = root.value("VERSION").strip()
    if version != "2.0":
        raise InvalidItemError(
            Precondition.CALENDAR_SUPPORTED,
            f"VERSION is {shown(version) or 'missing'}; only iCalendar 2.0 is taken.",
        )
    return root


def _indexed(
    root: Component, text: str, components: frozenset[str], limits: ItemLimits
) -> Indexed:
    fault = Fault(text, Precondition.CALENDAR_DATA, _FORM)
    mains = _mains(root, components)
    uid = _uid(mains, fault, limits)
    clocks = Clocks(root.children, limits)
    columns = Scheduler(clocks, fault, limits).columns(mains)
    first = next((each for each in mains if not each.all("RECURRENCE-ID")), mains[0])
    return Indexed(
        uid=uid,
        component=first.name,
        starts_us=columns.starts_us,
        ends_us=columns.ends_us,
        recurrence=columns.recurrence,
        summary=content_lines.unescape(first.value("SUMMARY")[: 2 * _SUMMARY_LENGTH])[
            :_SUMMARY_LENGTH
        ],
        fields=_fields(first),
    )


def _mains(root: Component, components: frozenset[str]) -> list[Component]:
    """The components that are not zones: at least one, all of one kind that is taken."""
    if root.all("METHOD"):
        raise _not_one("METHOD makes it a message; a stored object has none.")
    mains = [each for each in root.children if each.name != "VTIMEZONE"]
    if not mains:
        raise _not_one("There is no event, task or journal entry in it.")
    kinds = sorted({each.name for each in mains})
    if len(kinds) > 1:
        raise _not_one(f"{shown(' and '.join(kinds))} can't lie in one object.")
    if kinds[0] not in components:
        raise InvalidItemError(
            Precondition.CALENDAR_COMPONENT,
            f"{shown(kinds[0])} is not taken here, only {', '.join(sorted(components))}.",
        )
    return mains


def _uid(mains: list[Component], fault: Fault, limits: ItemLimits) -> str:
    uids = {line[1].strip() for each in mains for line in each.all("UID")}
    without = next((each for each in mains if not each.value("UID").strip()), None)
    if without is not None:
        raise fault.at(without.first, f"a {without.name} without UID.")
    if len(uids) > 1:
        raise _not_one(f"There are {len(uids)} UIDs; one object has one.")
    uid = uids.pop()
    if len(uid.encode()) > limits.text:
        raise fault.whole(f"The UID has more than {limits.text} bytes.")
    return uid


def _fields(component: Component) -> Mapping[str, str]:
    access = component.value("CLASS").strip().upper()
    return {"CLASS": access} if access else {}


def _not_one(sentence: str) -> InvalidItemError:
    return InvalidItemError(Precondition.CALENDAR_OBJECT, sentence)
