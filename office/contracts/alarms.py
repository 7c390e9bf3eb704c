"""The alarm filter (C10): which contracts somebody has to look at, and why."""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from auth.identity import Identity
from office.contracts.terms import Terms
from storage import contracts
from storage.contract_rules import LOOK_BACK_DAYS, AlarmTimes
from storage.contracts import ContractRow, Filter, ListedContract
from storage.store import Unit


class Reason(StrEnum):
    """Why a contract is an alarm."""

    ENDING = "ending"
    """Its period ends soon."""
    CANCELLED = "cancelled"
    """It was cancelled lately."""
    ENDED = "ended"
    """It ended lately."""


class Alarm(NamedTuple):
    """A contract that fits, and of each reason the day."""

    contract: ListedContract
    reasons: Mapping[Reason, date]


def terms_of(row: ContractRow) -> Terms:
    """What a contract says of time."""
    return Terms._make(getattr(row, name) for name in Terms._fields)


def reasons(terms: Terms, *, today: date, days: int) -> dict[Reason, date]:
    """Why a contract is an alarm, and of which day it is told; nothing: it is none.

    Args:
        terms: Of the contract.
        today: The office's day.
        days: How long before its end a period is told.
    """
    since = today - timedelta(days=LOOK_BACK_DAYS)
    found = {}
    end = terms.end(today)
    if end is not None:
        # What somebody ended today has ended; what ends by itself does so when the day is over.
        is_over = end < today or end == terms.ended_on == today
        if is_over and end >= since:
            found[Reason.ENDED] = end
        elif not is_over and end <= today + timedelta(days=days):
            found[Reason.ENDING] = end
    if terms.cancelled_on is not None and since <= terms.cancelled_on <= today:
        found[Reason.CANCELLED] = terms.cancelled_on
    return found


def listed(unit: Unit, chosen: Filter, *, today: date, days: int) -> list[Alarm]:
    """The contracts of *chosen* that are alarms, by their ends."""
    found = [
        Alarm(each._replace(row=current(each.row, today)), why)
        for each in contracts.alarming(unit, chosen, AlarmTimes(today, days))
        if (why := reasons(terms_of(each.row), today=today, days=days))
    ]
    return sorted(
        found, key=lambda each: (each.contract.row.ends_on or date.max, each.contract.row.id)
    )


def current(row: ContractRow, today: date) -> ContractRow:
    """A contract with the end of its period as it is today, moved on or not."""
    return row._replace(ends_on=terms_of(row).end(today))


def viewed_by(who: Identity) -> Filter:
    """The contracts that *who* sees; all at the command line."""
    return Filter(viewer_id=who.user_id or None)
