"""All meetings of a calendar go with it: portion after portion, each in its own transaction."""

from dataclasses import dataclass

from office import collections
from office.items.errors import InvalidItemError
from office.meetings.desk import Desk, Reach, parties_of
from office.meetings.meeting import Meeting, is_meeting
from office.meetings.scheduling import Scheduling
from office.work import GroupwareWork
from storage import deliveries
from storage.collections import CollectionRow
from storage.items import ItemRow

MOST_AT_ONCE = 50
"""Meetings in one transaction: all others who write meetings wait for it."""


@dataclass(frozen=True, slots=True)
class Portion:
    """Meetings that go together.

    Attributes:
        calendar: Where they lie, held until the commit.
        hrefs: Their names.
        is_last: There are no others.
    """

    calendar: CollectionRow
    hrefs: list[str]
    is_last: bool


def begin(work: GroupwareWork, reach: Reach, name: str) -> Portion:
    """Hold the calendar and, in one order with it, all that its next meetings may concern.

    Raises:
        NotFoundError: The calendar is not there, or not for them.
    """
    deliveries.alone(work.unit)
    found = collections.find(work.unit, work.who, name)
    rows = deliveries.meetings_in(work.unit, found.id, most=MOST_AT_ONCE + 1)
    here = rows[:MOST_AT_ONCE]
    held = collections.hold_with(work, name, _concerned(work, reach, found, here))
    return Portion(held.collection, [each.href for each in here], len(rows) <= MOST_AT_ONCE)


def carry_out(work: GroupwareWork, reach: Reach, portion: Portion, *, has_answer: bool) -> None:
    """Remove the meetings of *portion*; raises as ``Scheduling.remove``."""
    for href in portion.hrefs:
        desk = Desk(work, reach, portion.calendar.name, href, None)
        if desk.item is not None:
            Scheduling(desk).remove(has_answer=has_answer)


def _concerned(
    work: GroupwareWork, reach: Reach, calendar: CollectionRow, rows: list[ItemRow]
) -> set[int]:
    """All calendars and inboxes of whoever takes part; more than are written, and never fewer."""
    meetings: list[Meeting] = []
    for each in rows:
        try:
            found = Meeting(each.text, reach.hosts) if is_meeting(each.text) else None
        except InvalidItemError:
            continue
        if found and found.instances:
            meetings.append(found)
    parties = parties_of(work.unit, meetings, calendar.owner_name)
    places = deliveries.places(work.unit, {each.id for each in parties}, "")
    return {each.id for each in places}
