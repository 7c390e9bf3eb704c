"""Which contracts are alarms (C10), as SQL; ``office.contracts.alarms`` says it of values."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import NamedTuple

LOOK_BACK_DAYS = 60
"""For so long it is told that a contract was cancelled or has ended."""


class AlarmTimes(NamedTuple):
    """The days between which a contract is an alarm.

    Attributes:
        today: The office's day.
        days: How long before its end a period is told.
    """

    today: date
    days: int

    @property
    def condition(self) -> str:
        """What has to hold for a row ``k`` of contracts whose passed ends were moved on."""
        return "(k.ends_on BETWEEN :since AND :ahead OR k.cancelled_on BETWEEN :since AND :today)"

    @property
    def parameters(self) -> Mapping[str, str]:
        """Those of the condition."""
        return {
            "since": (self.today - timedelta(days=LOOK_BACK_DAYS)).isoformat(),
            "today": self.today.isoformat(),
            "ahead": (self.today + timedelta(days=self.days)).isoformat(),
        }


class AlarmRule(NamedTuple):
    """What one user's calendar of alarms holds.

    Attributes:
        viewer_id: The user.
        times: Which contracts are alarms for them today.
        expires_us: When it is tomorrow.
        applied_on: The day when the calendar was last brought up, or one before it.
    """

    viewer_id: int
    times: AlarmTimes
    expires_us: int
    applied_on: date
