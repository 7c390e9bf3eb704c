"""The event that is made of a contact's birthday, once for the office (C8).

It is all-day, recurs every year and takes nobody's time. Who was born on 29 February has it on
the last day of that month.
"""

import re
import uuid
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType

from office.contacts.fields import ContactFields
from office.items.card_lines import escaped
from office.items.content_lines import fold_line

_WORDS = MappingProxyType({"de": "Geburtstag", "en": "Birthday"})
_SPACE = uuid.UUID("8d7a1f7e-5d0b-4a3f-9d0e-0c9a7c0d3b52")
"""Of the names that UIDs are made of; fixed for ever."""
_UNKNOWN_YEAR = 1972  # a leap year that no program finds too long ago
_FEBRUARY, _LEAP_DAY = 2, 29
_LONGEST_NAME = 200
_STAMP = re.compile(r"^DTSTAMP:.*\r\n", re.MULTILINE)


def uid_of(card_uid: str) -> str:
    """The event's UID, always the same for one contact; *card_uid* is what it is kept by."""
    return str(uuid.uuid5(_SPACE, card_uid))


def event_of(fields: ContactFields, uid: str, *, language: str, now_us: int) -> str | None:
    """The calendar object of a contact's birthday; None: none is known.

    Args:
        fields: Of the contact.
        uid: Of the event.
        language: The office's, ``de`` or ``en``.
        now_us: The time, in microseconds.
    """
    if fields.birthday is None:
        return None
    year, month, day = fields.birthday
    first = date(year or _UNKNOWN_YEAR, month, day)
    rule = "FREQ=YEARLY"
    if (month, day) == (_FEBRUARY, _LEAP_DAY):
        rule = "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1"
    born = f" ({year})" if year else ""
    stamp = datetime.fromtimestamp(now_us // 1_000_000, UTC)
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//deedbox//birthdays//EN",
        "BEGIN:VEVENT",
        f"UID:{uid}",
        f"DTSTAMP:{stamp:%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{_basic(first)}",
        *_end_of(first),
        f"RRULE:{rule}",
        f"SUMMARY:{escaped(f'{_WORDS[language]}: {fields.shown_name[:_LONGEST_NAME]}{born}')}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
        "END:VCALENDAR",
    )
    return "".join([fold_line(line) + "\r\n" for line in lines])


def says_the_same(one: str, other: str) -> bool:
    """Whether two events differ in nothing but when they were made."""
    return _STAMP.sub("", one) == _STAMP.sub("", other)


def _basic(day: date) -> str:
    return f"{day.year:04}{day.month:02}{day.day:02}"


def _end_of(first: date) -> tuple[str, ...]:
    """DTEND, which some programs miss where it is left out; the last day there is has none."""
    if first == date.max:
        return ()
    return (f"DTEND;VALUE=DATE:{_basic(first + timedelta(days=1))}",)
