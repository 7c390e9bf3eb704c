"""What became of each thing that was to be filled in."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from office.errors import (
    ExistsError,
    KindError,
    LockedError,
    MeetingError,
    NumberTakenError,
    OfficeError,
    ParentMissingError,
    TooLargeError,
    UnfitNameError,
)
from office.items.errors import InvalidItemError
from wire.paths import NAME_TOO_LONG

MOST_TOLD = 2_000
"""So many are named of each outcome; all are counted."""


class Outcome(StrEnum):
    """What was done with one thing."""

    CREATED = "created"
    CHANGED = "changed"
    SAME = "same"
    """It was there already, with these very bytes."""
    LEFT_OUT = "left-out"
    """What systems scatter beside files, such as ``.DS_Store``."""
    REFUSED = "refused"
    EMPTY = "empty"
    """A property that was made for documents of which all were refused."""


class Why(StrEnum):
    """Why something was refused."""

    NOT_HERE = "not-here"
    UNFIT_NAME = "unfit-name"
    LONG_NAME = "long-name"
    NUMBER_TAKEN = "number-taken"
    IN_THE_WAY = "in-the-way"
    LOCKED = "locked"
    MEETING = "meeting"
    """Others take part in what is there, and would not hear of the change."""
    OUTSIDE = "outside"
    LINK = "link"
    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"
    NOT_AN_ARCHIVE = "not-an-archive"
    TOO_MANY = "too-many"
    BOMB = "bomb"
    TOO_LARGE = "too-large"
    NO_ROOM = "no-room"
    NOTHING_IN_IT = "nothing-in-it"
    INVALID = "invalid"
    """The guard of calendars and contacts says what is wrong."""


class RefusedError(Exception):
    """Something can't be filled in."""

    def __init__(self, why: Why, detail: str = "") -> None:
        super().__init__(f"{why}: {detail}")
        self.why = why
        self.detail = detail


class Told(NamedTuple):
    """One thing by its name; *detail* is a sentence for who mends it, *line* where in the file."""

    name: str
    why: Why | None = None
    detail: str = ""
    line: int | None = None


@dataclass(slots=True)
class Report:
    """Counts, and the names of the first thousands."""

    counts: Counter[Outcome] = field(default_factory=Counter)
    told: dict[Outcome, list[Told]] = field(default_factory=dict)

    def tell(self, outcome: Outcome, name: str) -> None:
        """Something went well."""
        self._add(outcome, Told(name))

    def refuse(self, name: str, error: Exception, *, line: int | None = None) -> None:
        """Something was refused, perhaps for what stands in that line of its file."""
        self._add(Outcome.REFUSED, Told(name, why_of(error), _detail(error), line))

    def _add(self, outcome: Outcome, told: Told) -> None:
        self.counts[outcome] += 1
        named = self.told.setdefault(outcome, [])
        if len(named) < MOST_TOLD:
            named.append(told)


REFUSALS = (RefusedError, OfficeError)
"""What is told of one thing, while the others go on."""

_WHY: tuple[tuple[type[Exception], Why], ...] = (
    (InvalidItemError, Why.INVALID),
    (UnfitNameError, Why.UNFIT_NAME),
    (NumberTakenError, Why.NUMBER_TAKEN),
    (TooLargeError, Why.TOO_LARGE),
    (LockedError, Why.LOCKED),
    (MeetingError, Why.MEETING),
    (KindError, Why.IN_THE_WAY),
    (ExistsError, Why.IN_THE_WAY),
    (ParentMissingError, Why.IN_THE_WAY),
)


def why_of(error: Exception) -> Why:
    """The reason in one word."""
    if isinstance(error, RefusedError):
        return error.why
    if isinstance(error, UnfitNameError) and str(error) == NAME_TOO_LONG:
        return Why.LONG_NAME
    return next((why for kind, why in _WHY if isinstance(error, kind)), Why.NOT_HERE)


def _detail(error: Exception) -> str:
    if isinstance(error, InvalidItemError):
        return error.sentence
    return error.detail if isinstance(error, RefusedError) else str(error)
