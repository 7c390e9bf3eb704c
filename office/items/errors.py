"""Why a calendar or address object is refused: the RFC's precondition and a sentence.

* OfficeError
  - InvalidItemError     403  the object is not one that every device could read
"""

from enum import StrEnum

from office.errors import OfficeError


class Precondition(StrEnum):
    """The conditions on PUT of RFC 4791 5.3.2.1, RFC 6638 3.2.4 and RFC 6352 6.3.2.1."""

    CALENDAR_SUPPORTED = "CALDAV:supported-calendar-data"
    CALENDAR_DATA = "CALDAV:valid-calendar-data"
    CALENDAR_OBJECT = "CALDAV:valid-calendar-object-resource"
    CALENDAR_COMPONENT = "CALDAV:supported-calendar-component"
    CALENDAR_SIZE = "CALDAV:max-resource-size"
    CALENDAR_INSTANCES = "CALDAV:max-instances"
    CALENDAR_ATTENDEES = "CALDAV:max-attendees-per-instance"
    SAME_ORGANIZER = "CALDAV:same-organizer-in-all-components"
    UNIQUE_MEETING = "CALDAV:unique-scheduling-object-resource"
    ATTENDEE_CHANGE = "CALDAV:allowed-attendee-scheduling-object-change"
    ADDRESS_SUPPORTED = "CARDDAV:supported-address-data"
    ADDRESS_DATA = "CARDDAV:valid-address-data"
    ADDRESS_SIZE = "CARDDAV:max-resource-size"


class InvalidItemError(OfficeError):
    """The object can't be taken; the text says what is wrong, and where.

    Attributes:
        sentence: What is wrong, without where.
        line: In which line of the object's text, from 1; None: in no single one.
    """

    def __init__(
        self, precondition: Precondition, sentence: str, *, line: int | None = None
    ) -> None:
        super().__init__(sentence if line is None else f"Line {line}: {sentence}")
        self.precondition = precondition
        self.sentence = sentence
        self.line = line


class TooManyInstancesError(Exception):
    """An answer would hold more instances, or more of them, than are given out at once."""


def shown(text: str, most: int = 60) -> str:
    """What a client sent, short enough for a sentence."""
    return text if len(text) <= most else f"{text[:most]}…"
