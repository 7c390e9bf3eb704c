"""How large an object may be: far above what people make, far below what stops a server."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemLimits:
    """The sizes up to which an object is read.

    Attributes:
        object_bytes: A calendar object; files attached inside it are common.
        card_bytes: A vCard; a photo inside it is common.
        lines: Content lines after unfolding.
        parameters: Characters of one line's parameters together.
        depth: Components inside components.
        overrides: Components with a RECURRENCE-ID.
        dates: Values of RDATE and EXDATE together.
        count: COUNT of a rule; 5,000 days are more than 13 years.
        subdaily: Instances of HOURLY, MINUTELY and SECONDLY rules, which must end.
        day_times: Instances of one rule on one day.
        list_values: Values of one BY part of a rule.
        interval: INTERVAL of a rule.
        text: Bytes of a UID (indexes of PostgreSQL take 2,704), characters of a TZID.
    """

    object_bytes: int = 10 * 1024 * 1024
    card_bytes: int = 5 * 1024 * 1024
    lines: int = 20_000
    parameters: int = 64 * 1024
    depth: int = 8
    overrides: int = 2_000
    dates: int = 5_000
    count: int = 5_000
    subdaily: int = 1_000
    day_times: int = 96
    list_values: int = 400
    interval: int = 10_000
    text: int = 1_000


DEFAULT_LIMITS = ItemLimits()
