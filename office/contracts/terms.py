"""What a contract says of time, and when its period ends: plain dates, nothing stored.

A period is whole months counted from the start, so that one that begins on 31 January ends at
months' ends. It ends on the day on which the next begins.
"""

import calendar
from datetime import date, timedelta
from typing import NamedTuple

EARLIEST, LATEST = date(1900, 1, 1), date(2200, 12, 31)
"""Between which days of a contract lie."""
MOST_MONTHS, MOST_NOTICE_MONTHS = 1200, 120
_YEAR = 12


class Terms(NamedTuple):
    """What was agreed, and what became of it.

    Attributes:
        starts_on: The first day.
        period_months: How long a period is; 0: there are none, it holds until it is cancelled.
        renews: A period is followed by another until the contract is cancelled.
        notice_months: How long before the end it has to be cancelled.
        cancelled_on: When it was.
        ended_on: When it ended or is to end, whatever was agreed.
    """

    starts_on: date
    period_months: int = 12
    renews: bool = True
    notice_months: int = 0
    cancelled_on: date | None = None
    ended_on: date | None = None

    @property
    def goes_on(self) -> bool:
        """Another period follows the one that ends."""
        is_left_alone = self.cancelled_on is None and self.ended_on is None
        return self.period_months > 0 and self.renews and is_left_alone

    def end(self, today: date) -> date | None:
        """When the contract ends, or while it goes on the period that has not ended before today.

        A cancellation that came too late for one period's end is one for the next. None: nothing
        says that it ends.
        """
        if self.ended_on is not None:
            return self.ended_on
        due = None if self.cancelled_on is None else later(self.cancelled_on, self.notice_months)
        if not self.period_months:
            return None if due is None else max(due, self.starts_on)
        if not self.renews:
            return later(self.starts_on, self.period_months)
        return self._first_end(today if due is None else due)

    def cancel_by(self, end: date) -> date:
        """The last day on which cancelling lets the contract end on *end*, an end of a period."""
        day = later(end, -self.notice_months)
        while later(day + timedelta(days=1), self.notice_months) <= end:
            day += timedelta(days=1)
        return day

    def _first_end(self, not_before: date) -> date:
        months = (not_before.year - self.starts_on.year) * _YEAR
        months += not_before.month - self.starts_on.month
        count = max(1, months // self.period_months)
        end = later(self.starts_on, count * self.period_months)
        # Of the month that was counted to the day may be one that has passed.
        return (
            end if end >= not_before else later(self.starts_on, (count + 1) * self.period_months)
        )


def later(day: date, months: int) -> date:
    """The same day so many months later, or the last one of a month that does not have it."""
    year, month = divmod(day.year * _YEAR + day.month - 1 + months, _YEAR)
    if year > date.max.year:
        return date.max
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))
