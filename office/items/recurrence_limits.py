"""Stored objects with only what touches a time (RFC 4791 sections 9.6.6 and 9.6.7)."""

from office.items.components import Component, Fault, Line, read_components
from office.items.content_lines import fold_line, logical_lines, newline
from office.items.errors import Precondition
from office.items.filters import ObjectScope
from office.items.indexed import IndexColumns
from office.items.instants import DAY, read_length, read_moment
from office.items.limits import DEFAULT_LIMITS
from office.items.property_filters import Within
from office.items.series import Series, meets

_NO_FAULT = Fault("", Precondition.CALENDAR_DATA, "object")


def limited_overrides(text: str, indexed: IndexColumns, within: Within) -> str:
    """The object without overridden instances that make no difference in a time.

    One makes a difference if it happens then, or would have happened then had it not been
    overridden, or if it counts for all that follow and begins before the time ends.

    Args:
        text: A stored calendar object.
        indexed: Its columns.
        within: The time; both sides are told.

    Raises:
        InvalidItemError: The object can't be read any more.
    """
    scope = ObjectScope(text, indexed)
    series = scope.series(within.zone)
    if series is None or not series.schedule.overrides:
        return text
    mains = [each for each in scope.root.children if each.name == indexed.component]
    changed = [each for each in mains if each.all("RECURRENCE-ID")]
    lines = logical_lines(text)
    for number, component in enumerate(changed):
        if scope.happens(component, scope.root, within):
            continue
        if not _would_have_happened(series, number, component, scope, within):
            lines[component.first : component.last + 1] = [""] * (
                component.last - component.first + 1
            )
    return "".join(lines)


def _would_have_happened(
    series: Series, number: int, component: Component, scope: ObjectScope, within: Within
) -> bool:
    start, end = within.start or 0, within.end or 0
    found = series.original(number)
    if found is not None:
        kind, starts, ends = found
        is_future = series.schedule.overrides[number].is_future and starts < end
        return is_future or meets(kind, starts, ends, start, end)
    # Of an instance without its series only the time is known.
    params, value, _ = component.all("RECURRENCE-ID")[0]
    second = scope.second_of(params, value, within.zone)
    return second is not None and within.holds(second)


def limited_free_busy(text: str, within: Within) -> str:
    """The object with only those FREEBUSY periods that overlap a time.

    Raises:
        InvalidItemError: It can't be read any more.
    """
    if "FREEBUSY" not in text.upper():
        return text
    root = read_components(text, _NO_FAULT, DEFAULT_LIMITS)
    lines, ending = logical_lines(text), newline(text)
    start, end = within.start or 0, within.end or 0
    for component in root.children:
        found = component.all("FREEBUSY") if component.name == "VFREEBUSY" else []
        for line in found:
            kept = _overlapping(line, start, end)
            if kept != line[1].split(","):
                value = f"FREEBUSY{line[0]}:{','.join(kept)}"
                lines[line[2]] = fold_line(value, ending) + ending if kept else ""
    return "".join(lines)


def _overlapping(line: Line, start: int, end: int) -> list[str]:
    return [each for each in line[1].split(",") if _overlaps(each, start, end)]


def _overlaps(period: str, start: int, end: int) -> bool:
    begin, _, until = period.strip().partition("/")
    try:
        starts = read_moment(begin, "").local
        if until[:1] in {"P", "p", "+", "-"}:
            days, seconds = read_length(until)
            ends = starts + days * DAY + seconds
        else:
            ends = read_moment(until, "").local
    except ValueError:
        return True  # it is not ours to drop what can't be read
    return start < ends and end > starts
