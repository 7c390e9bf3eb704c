"""The office's days: dates by the clock on its wall, which is that of the machine's time zone."""

from datetime import UTC, date, datetime, time, timedelta

_US = 1_000_000


def day_of(at_us: int) -> date:
    """The day in which a time lies."""
    return datetime.fromtimestamp(at_us / _US, UTC).astimezone().date()


def end_us(day: date) -> int:
    """When a day is over, in microseconds since the epoch."""
    midnight = datetime.combine(day + timedelta(days=1), time.min)
    return round(midnight.astimezone().timestamp()) * _US
