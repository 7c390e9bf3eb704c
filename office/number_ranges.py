"""Number ranges (Nummernkreise): which numbers a user's devices may give to invoices.

Ranges never overlap, also with ended ones, so that a number means one invoice for ever. A device
leases a number before it uses it; one that was not used is given back and leased next.
"""

from dataclasses import dataclass

from auth import audit, people
from auth.audit import COMMAND_LINE, Act, Actor, Subject
from auth.errors import NoNumberError, RangeError, RangeTakenError, RightMissingError
from auth.identity import Identity
from auth.rights import FunctionRight
from storage import devices, number_ranges
from storage import people as people_rows
from storage.number_ranges import LeaseRow, RangeRow
from storage.store import Unit, WriteUnit

HIGHEST = 10**15
"""Spreadsheets and JavaScript still count there exactly."""


@dataclass(frozen=True, slots=True)
class Lease:
    """A number that is this device's alone, and the range that it is from."""

    number: int
    range_id: int
    first: int
    last: int
    device_id: int


def give_range(
    unit: WriteUnit,
    user_name: str,
    first: int,
    last: int,
    *,
    now_us: int,
    by: Actor = COMMAND_LINE,
) -> RangeRow:
    """Give the numbers from *first* to *last* to a user; a user may have several ranges.

    Raises:
        UnknownUserError: There is no such user.
        RangeError: No range.
        RangeTakenError: Another one has numbers of it.
    """
    if not 1 <= first <= last <= HIGHEST:
        raise RangeError(f"A number range goes from 1 or more to at most {HIGHEST}, upwards.")
    person = people.get(unit, user_name)
    number_ranges.serialise(unit)
    taken = number_ranges.overlapping(unit, first, last)
    if taken:
        raise RangeTakenError(taken[0].first, taken[0].last)
    range_id = number_ranges.insert(unit, user_id=person.id, first=first, last=last, now_us=now_us)
    details = {"range": range_id, "first": first, "last": last}
    audit.record(unit, Act.NUMBER_RANGE_GIVEN, by=by, on=Subject(person.id), details=details)
    return RangeRow(range_id, person.id, first, last, first, now_us, None)


def end_range(
    unit: WriteUnit, range_id: int, *, now_us: int, by: Actor = COMMAND_LINE
) -> RangeRow | None:
    """Lease no more from a range; the numbers behind the last one in use are free again.

    Returns:
        What is left of it; None if no number of it is in use, and so nothing is.

    Raises:
        RangeError: There is no such range, or it was ended.
    """
    number_ranges.serialise(unit)
    found = number_ranges.find(unit, range_id)
    if found is None or found.ended_us is not None:
        raise RangeError("There is no such number range, or it was ended already.")
    if found.user_id is not None:
        people_rows.hold(unit, found.user_id)  # who leases holds it too
    last = number_ranges.highest_used(unit, range_id)
    if last is None:
        number_ranges.delete(unit, range_id)
    else:
        number_ranges.end(unit, range_id, last=last, now_us=now_us)
    details = {"range": range_id, "last": last}
    audit.record(unit, Act.NUMBER_RANGE_ENDED, by=by, on=Subject(found.user_id), details=details)
    return number_ranges.find(unit, range_id)


def lease(unit: WriteUnit, who: Identity, *, now_us: int) -> Lease:
    """Give the device its next number: the lowest that was given back, else a fresh one.

    Raises:
        RightMissingError: The user may not create invoices on a device.
        NoNumberError: The user has no range, or all numbers of it are leased.
    """
    _demand_right(who)
    people_rows.hold(unit, who.user_id)
    ranges = number_ranges.open_of(unit, who.user_id)
    for each in ranges:
        returned = number_ranges.lowest_returned(unit, each.id)
        if returned is not None:
            number_ranges.lease_again(
                unit, returned.number, device_id=who.device_id, now_us=now_us
            )
            return _lease(each, returned.number, who)
    for each in ranges:
        if each.next <= each.last:
            number = number_ranges.lease_next(unit, each, device_id=who.device_id, now_us=now_us)
            return _lease(each, number, who)
    raise NoNumberError(
        "All your numbers are given out; ask whoever runs your office for another number range."
        if ranges
        else "You have no number range; ask whoever runs your office for one."
    )


def give_back(unit: WriteUnit, who: Identity, number: int, *, now_us: int) -> None:
    """Say that the device did not use a number of its own, or its user's retired one did not.

    Raises:
        RightMissingError: The user may not create invoices on a device.
        NoNumberError: The device does not have this number.
    """
    _demand_right(who)
    people_rows.hold(unit, who.user_id)
    held = number_ranges.find_lease(unit, number)
    if held is None or held.returned_us is not None or not _is_theirs(unit, who, held):
        raise NoNumberError(f"This device does not have the number {number}.")
    number_ranges.give_back(unit, number, now_us=now_us)


def held(unit: Unit, who: Identity) -> list[LeaseRow]:
    """The numbers that the device has; for one that did not hear the answer to its question."""
    return number_ranges.held_by(unit, who.device_id)


def listed(unit: Unit) -> list[RangeRow]:
    """All ranges, also ended ones, by their numbers."""
    return number_ranges.everything(unit)


def _lease(row: RangeRow, number: int, who: Identity) -> Lease:
    return Lease(number, row.id, row.first, row.last, who.device_id)


def _is_theirs(unit: Unit, who: Identity, held: LeaseRow) -> bool:
    if held.device_id is None or held.device_id == who.device_id:
        return held.device_id is not None
    holder = devices.find_bearer_of(unit, held.device_id)
    return holder is not None and holder.user_id == who.user_id and holder.retired_us is not None


def _demand_right(who: Identity) -> None:
    if not who.may(FunctionRight.CREATE_INVOICES):
        raise RightMissingError("You may not create invoices on a device.")
