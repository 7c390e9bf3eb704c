"""Number ranges (Nummernkreise): which numbers a user's devices may give to invoices.

Ranges never overlap, also with ended ones, so that a number means one invoice for ever. A device
leases a number before it uses it, under a reference of its own, so that it can ask again where the
answer was lost; a number that was not used is given back and leased next.
"""

from dataclasses import dataclass

from auth import audit, people
from auth.audit import COMMAND_LINE, Act, Actor, Subject
from auth.errors import (
    NoNumberError,
    RangeError,
    RangeTakenError,
    RightMissingError,
    UnknownLeaseError,
)
from auth.identity import Identity
from auth.rights import FunctionRight
from storage import devices, number_ranges
from storage import people as people_rows
from storage.number_ranges import LeaseRow, RangeRow
from storage.store import Unit, WriteUnit

HIGHEST = 10**15
"""Spreadsheets and JavaScript still count there exactly."""


_NOTHING = "You have no number under the reference {}, or not on this device."


@dataclass(frozen=True, slots=True)
class Lease:
    """A number that is this device's alone, and the range that it is from.

    Attributes:
        device_label: What the user calls the device; it may be retired by now.
        reference: The client's own word for it.
        is_new: It was leased just now, and not before an answer that was lost.
    """

    number: int
    range_id: int
    first: int
    last: int
    device_id: int
    device_label: str
    leased_us: int
    reference: str
    is_new: bool


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


def lease(unit: WriteUnit, who: Identity, reference: str, *, now_us: int) -> Lease:
    """Give the device its next number: the lowest that was given back, else a fresh one.

    Asked again under the same *reference*, as after an answer that did not arrive, it is the same
    number. The caller renewed *who* in this transaction and holds them.

    Raises:
        RightMissingError: The user may not create invoices on a device.
        NoNumberError: The user has no range, or all numbers of it are leased; or the reference
            is another device's, or of a number that was given back.
    """
    _demand_right(who)
    known = number_ranges.find_lease(unit, who.user_id, reference)
    if known is not None:
        return _leased_before(unit, who, known)
    ranges = number_ranges.open_of(unit, who.user_id)
    if _take(unit, ranges, who.device_id, reference, now_us) is not None:
        return _found(unit, who, reference, is_new=True)
    raise NoNumberError(
        "All your numbers are given out; ask whoever runs your office for another number range."
        if ranges
        else "You have no number range; ask whoever runs your office for one."
    )


def give_back(unit: WriteUnit, who: Identity, reference: str, *, now_us: int) -> None:
    """Say that the device did not use a number of its own, or its user's retired one did not.

    The caller renewed *who* in this transaction and holds them.

    Raises:
        RightMissingError: The user may not create invoices on a device.
        UnknownLeaseError: The device has no number under this reference.
    """
    _demand_right(who)
    held = number_ranges.find_lease(unit, who.user_id, reference)
    if held is None or held.returned_us is not None or not _is_theirs(unit, who, held):
        raise UnknownLeaseError(_NOTHING.format(reference))
    number_ranges.give_back(unit, held.number, now_us=now_us)


def find_lease(unit: Unit, who: Identity, reference: str) -> Lease:
    """The number that one of the user's devices has under this reference.

    Raises:
        UnknownLeaseError: None of them has.
    """
    return _found(unit, who, reference, is_new=False)


def leases(unit: Unit, who: Identity, *, above: int, limit: int) -> list[Lease]:
    """The numbers above *above* that the user's devices have, at most *limit*, lowest first."""
    rows = number_ranges.held_by(unit, who.user_id, above=above, limit=limit)
    return [Lease(*row, is_new=False) for row in rows]


def open_ranges(unit: Unit, who: Identity) -> list[RangeRow]:
    """The ranges from which the user's devices get numbers, in the order of their use."""
    return number_ranges.open_of(unit, who.user_id)


def listed(unit: Unit) -> list[RangeRow]:
    """All ranges, also ended ones, by their numbers."""
    return number_ranges.everything(unit)


def _take(
    unit: WriteUnit, ranges: list[RangeRow], device_id: int, reference: str, now_us: int
) -> int | None:
    """The lowest number that was given back, else the next of the first range that has one."""
    for each in ranges:
        returned = number_ranges.lowest_returned(unit, each.id)
        if returned is not None:
            number_ranges.lease_again(
                unit, returned.number, device_id=device_id, reference=reference, now_us=now_us
            )
            return returned.number
    fresh = next((each for each in ranges if each.next <= each.last), None)
    if fresh is None:
        return None
    return number_ranges.lease_next(
        unit, fresh, device_id=device_id, reference=reference, now_us=now_us
    )


def _leased_before(unit: Unit, who: Identity, known: LeaseRow) -> Lease:
    reference = str(known.reference)
    if known.returned_us is not None:
        raise NoNumberError(
            f"The number under the reference {reference} was given back; use a new reference."
        )
    if known.device_id != who.device_id:
        raise NoNumberError(
            f"Another device of yours used the reference {reference}; use a new one."
        )
    return _found(unit, who, reference, is_new=False)


def _found(unit: Unit, who: Identity, reference: str, *, is_new: bool) -> Lease:
    row = number_ranges.find_held(unit, who.user_id, reference)
    if row is None:
        raise UnknownLeaseError(_NOTHING.format(reference))
    return Lease(*row, is_new=is_new)


def _is_theirs(unit: Unit, who: Identity, held: LeaseRow) -> bool:
    if held.device_id is None or held.device_id == who.device_id:
        return held.device_id is not None
    holder = devices.find_bearer_of(unit, held.device_id)
    return holder is not None and holder.user_id == who.user_id and holder.retired_us is not None


def _demand_right(who: Identity) -> None:
    if not who.may(FunctionRight.CREATE_INVOICES):
        raise RightMissingError("You may not create invoices on a device.")
