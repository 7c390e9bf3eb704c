"""The settings of a sync profile: their words, what each of them takes, and their form as JSON."""

import json
from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple

from office.contacts.kinds import Kind


class Where(StrEnum):
    """Where the office's contacts go."""

    DEVICES = "devices"
    REMOTE = "remote-account"
    """To the user's account elsewhere, and from there to their devices."""
    NOWHERE = "none"


class Deletes(StrEnum):
    """What becomes of a record of the office that a device deletes."""

    HIDE = "hide"
    """It leaves this user's devices; in the office it stays."""
    REFUSE = "refuse"
    """The device gets it again."""
    DELETE = "delete"
    """It is deleted in the office too, if the user has the right to it; else hidden."""


class Conflicts(StrEnum):
    """Who wins when a device changes what was changed meanwhile."""

    SERVER = "server-wins"
    DEVICE = "device-wins"
    BOTH = "both"
    """As SERVER, and what the device has becomes a second record."""


class Notices(StrEnum):
    """How a partner contact is told of contracts by mail."""

    OFF = "off"
    SINGLE = "single"
    """A letter for each, at once."""
    DIGEST = "digest"
    """All in one letter, at most one a day."""


ALARM_DAYS = (120, 90, 60, 30)
"""How long before a contract's period ends it may be told."""

MOST_DAYS = 3650
LONGEST_NAME = 64
_LONGEST_TAG = 200
_MOST_CHOSEN = 1_000
_HIGHEST_ID = (1 << 63) - 1


class Setting(NamedTuple):
    """One setting.

    Attributes:
        read: Makes a value of what JSON holds.
            Raises ValueError or TypeError: it is none.
        takes: What is taken, as a sentence.
    """

    read: Callable[[Any], object]
    takes: str


def plain(value: object) -> object:
    """A value as JSON has it."""
    return sorted(value) if isinstance(value, frozenset) else value


def stored(values: Mapping[str, object]) -> str:
    """Settings as the text that is kept."""
    return json.dumps(
        {name: plain(value) for name, value in values.items()},
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
    )


def read(text: str | None) -> dict[str, Any]:
    """The settings in a text that was kept.

    What this version does not know or take counts as not said: another version may have kept it.
    """
    kept = json.loads(text) if text else {}
    found = {}
    for name, setting in SETTINGS.items():
        if name in kept and not is_fault(setting, kept[name]):
            found[name] = setting.read(kept[name])
    return found


def is_fault(setting: Setting, kept: object) -> bool:
    """Whether the setting does not take this value of JSON."""
    try:
        setting.read(kept)
    except (ValueError, TypeError):
        return True
    return False


def faults(values: Mapping[str, object]) -> dict[str, str]:
    """What cannot be taken, by setting, in sentences."""
    return {
        name: setting.takes
        for name, setting in SETTINGS.items()
        if name in values and is_fault(setting, plain(values[name]))
    }


def _choice(choices: type[StrEnum]) -> Setting:
    named = ", ".join(choices)
    return Setting(choices, f"One of these: {named}.")


def _flag(kept: object) -> bool:
    if not isinstance(kept, bool):
        raise TypeError
    return kept


def _number(kept: object, highest: int) -> int:
    if not isinstance(kept, int) or isinstance(kept, bool):
        raise TypeError
    if not 1 <= kept <= highest:
        raise ValueError
    return kept


def _days(kept: object) -> int | None:
    return None if kept is None else _number(kept, MOST_DAYS)


def _alarm_days(kept: object) -> int:
    if _number(kept, MOST_DAYS) not in ALARM_DAYS:
        raise ValueError
    return _number(kept, MOST_DAYS)


def _text(kept: object, longest: int) -> str:
    if not isinstance(kept, str):
        raise TypeError
    if len(kept) > longest or kept != kept.strip() or not kept.isprintable():
        raise ValueError
    return kept


def _list(kept: object) -> list[object]:
    if not isinstance(kept, list):
        raise TypeError
    if len(kept) > _MOST_CHOSEN:
        raise ValueError
    return kept


def _kinds(kept: object) -> frozenset[Kind]:
    chosen = frozenset(Kind(_text(each, LONGEST_NAME)) for each in _list(kept))
    if not chosen:
        raise ValueError
    return chosen


def _tags(kept: object) -> frozenset[str]:
    chosen = frozenset(_text(each, _LONGEST_TAG) for each in _list(kept))
    if "" in chosen:
        raise ValueError
    return chosen


def _ids(kept: object) -> frozenset[int]:
    return frozenset(_number(each, _HIGHEST_ID) for each in _list(kept))


_FLAG = Setting(_flag, "Either on or off.")
_DAYS = Setting(_days, f"A whole number of days from 1 to {MOST_DAYS}, or none.")

SETTINGS: Mapping[str, Setting] = MappingProxyType(
    {
        "office_book": _choice(Where),
        "book_name": Setting(
            lambda kept: _text(kept, LONGEST_NAME),
            f"At most {LONGEST_NAME} visible characters, with no blank at either end.",
        ),
        "kinds": Setting(_kinds, f"At least one of these: {', '.join(Kind)}."),
        "tags": Setting(_tags, f"At most {_MOST_CHOSEN} tags of visible characters."),
        "own_customers_only": _FLAG,
        "brokers": Setting(_ids, "Contacts of the office that are brokers."),
        "edited_days": _DAYS,
        "birthdays": _FLAG,
        "contract_alarms": _FLAG,
        "contract_alarm_days": Setting(
            _alarm_days, f"One of these numbers of days: {', '.join(map(str, ALARM_DAYS))}."
        ),
        "contract_notices": _choice(Notices),
        "appointments": _FLAG,
        "appointment_days": _DAYS,
        "colleagues": Setting(
            _ids,
            "Active users, and only for who has the right to see the department's appointments.",
        ),
        "contact_deletes": _choice(Deletes),
        "appointment_deletes": _choice(Deletes),
        "contact_conflicts": _choice(Conflicts),
        "appointment_conflicts": _choice(Conflicts),
    }
)
