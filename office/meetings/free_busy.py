"""When colleagues are busy, without saying why (RFC 6638 section 5)."""

from collections.abc import Iterable
from datetime import UTC, tzinfo

from auth.identity import Identity
from office.collections import Kind
from office.items import Budget, BusyInterval, busy_intervals
from office.items.free_busy import joined
from storage import deliveries
from storage.deliveries import PartyRow, PlaceRow
from storage.store import Unit

MOST_INSTANCES = 50_000


def busy_times(
    unit: Unit,
    who: Identity,
    people: Iterable[PartyRow],
    start_us: int,
    end_us: int,
    *,
    but_for: str = "",
    zone: tzinfo = UTC,
) -> dict[int, list[BusyInterval]]:
    """Tell *who* when each of *people* is busy from *start_us* to *end_us*, by their ids.

    All their own calendars count, but for those that they made transparent
    and those that are closed to them.

    Args:
        unit: The transaction.
        who: Who asks; a calendar that is closed to them is not there for them here either.
        people: Active users.
        start_us: In microseconds.
        end_us: In microseconds.
        but_for: The UID of a meeting that is being moved: it does not stand in its own way.
        zone: For dates and floating times.

    Raises:
        TooManyInstancesError: More happens in it than is looked at.
    """
    ids = [each.id for each in people]
    places = {
        each.id: each
        for each in deliveries.places(unit, ids, but_for, viewer_id=who.user_id)
        if _counts(each)
    }
    found: dict[int, list[BusyInterval]] = {each: [] for each in ids}
    budget = Budget(MOST_INSTANCES)
    for place, each in deliveries.busy_candidates(unit, [*places], start_us, end_us):
        if not but_for or each.uid != but_for:
            owner = places[place].owner_id
            found[owner] += busy_intervals(each, start_us, end_us, budget=budget, zone=zone)
    return {owner: joined(each) for owner, each in found.items()}


def _counts(place: PlaceRow) -> bool:
    is_calendar = place.role not in {Kind.INBOX, Kind.OUTBOX}
    return is_calendar and not place.is_transparent and "VEVENT" in place.components
