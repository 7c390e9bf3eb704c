"""The audit log: who changed whose access, in a chain that shows when a row is missing.

A row is written in the transaction of the act it records, as that transaction's last statement,
so that whoever appends holds the chain's end for a moment only, and never waits for anything
while holding it. Rows speak in ids and fixed words: a person can be erased and the chain holds.

Each row's hash covers the row and the hash before it. Who can write to the database can also
compute a new chain: :func:`check` gives the end of the chain, to be kept elsewhere.
"""

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import partial
from typing import NamedTuple

from storage import audit
from storage.audit import AuditRow, Head
from storage.store import Unit, WriteUnit

_PAGE = 1_000


class Act(StrEnum):
    """What is recorded."""

    OFFICE_SET_UP = "office.set-up"
    OFFICE_OPENED = "office.opened"
    """The set-up was done, or its last step skipped: from then on DAV answers."""
    USER_ADDED = "user.added"
    USER_INVITED = "user.invited"
    USER_INVITATION_WITHDRAWN = "user.invitation-withdrawn"
    USER_JOINED = "user.joined"
    """Took the invitation up: consent given, password chosen."""
    USER_BLOCKED = "user.blocked"
    USER_UNBLOCKED = "user.unblocked"
    USER_GROUPS_SET = "user.groups-set"
    USER_DEVICE_LIMIT_SET = "user.device-limit-set"
    USER_VISIBILITY_SET = "user.visibility-set"
    BROKER_RELEASED = "broker.released"
    """A broker's customers are shown to a user."""
    BROKER_WITHDRAWN = "broker.withdrawn"
    RIGHTS_GIVEN = "rights.given"
    RIGHTS_TAKEN = "rights.taken"
    GROUP_ADDED = "group.added"
    GRANT_SET = "grant.set"
    GRANT_REVOKED = "grant.revoked"
    PASSWORD_RESET_ISSUED = "password.reset-issued"  # noqa: S105 - the name of an act
    PASSWORD_SET = "password.set"  # noqa: S105 - the name of an act
    SECOND_FACTOR_ON = "second-factor.on"
    SECOND_FACTOR_OFF = "second-factor.off"
    RECOVERY_CODES_MADE = "recovery-codes.made"
    RECOVERY_CODE_USED = "recovery-code.used"
    DEVICE_ADDED = "device.added"
    DEVICE_RETIRED = "device.retired"
    BLOCK_SET = "block.set"
    BLOCK_LIFTED = "block.lifted"
    CONSENT_TEXT_SET = "consent-text.set"
    CONSENT_GIVEN = "consent.given"
    """Once more, to a newer text."""
    NUMBER_RANGE_GIVEN = "number-range.given"
    NUMBER_RANGE_ENDED = "number-range.ended"
    ESTATE_REMOVED = "estate.removed"
    """A property with its folder and all that was in it."""
    SETTING_CHANGED = "setting.changed"
    SYNC_PROFILE_SET = "sync-profile.set"
    SYNC_PROFILE_RESET = "sync-profile.reset"
    HIDDEN_SHOWN = "hidden.shown"
    """What a user took off their devices was brought back by somebody else."""
    SIGN_INS_SLOWED = "sign-in.slowed"
    """Wrong passwords beyond what anybody mistypes; at most one row an hour for each source."""


class Actor(NamedTuple):
    """Who acts: a user, on a device where it is known; neither: nobody who is signed in."""

    user_id: int | None = None
    device_id: int | None = None


COMMAND_LINE = Actor(0)
"""Whoever sits at the machine; no user has this id."""
NOBODY = Actor()


class Subject(NamedTuple):
    """Whom or what an act is about, by ids; ``user_id`` may be a group's: ids are told apart."""

    user_id: int | None = None
    device_id: int | None = None
    node_id: int | None = None


NOTHING = Subject()

Details = Mapping[str, int | str | Sequence[int] | Sequence[str] | None]
"""Numbers, ids and fixed words; never a name, address or text that a person typed."""

_NO_DETAILS: Details = {}


def now_us() -> int:
    """The chain's own clock: rows are dated when they are written."""
    return time.time_ns() // 1000


def record(
    unit: WriteUnit,
    act: Act,
    *,
    by: Actor,
    on: Subject = NOTHING,
    details: Details = _NO_DETAILS,
    clock: Callable[[], int] = now_us,
) -> None:
    """Have *act* written down when, and only if, the transaction is committed."""
    text = json.dumps(details, sort_keys=True, separators=(",", ":"))
    row = AuditRow(0, 0, act, by.user_id, by.device_id, *on, text, "")
    unit.last(partial(_append, unit, row, clock))


def _append(unit: WriteUnit, row: AuditRow, clock: Callable[[], int]) -> None:
    head = audit.hold_head(unit)
    # A clock that was set back does not turn the order round.
    row = row._replace(id=head.last_id + 1, at_us=max(clock(), head.at_us))
    audit.append(unit, row._replace(hash=chained(head.hash, row)))


def chained(previous: str, row: AuditRow) -> str:
    """The hash of *row* (whatever its ``hash`` says) behind the row with hash *previous*."""
    text = json.dumps([previous, *row[:-1]], separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


class Checked(NamedTuple):
    """What a look through the whole chain found: its end, and where it does not hold."""

    head: Head
    rows: int
    faults: tuple[str, ...]


def check(unit: Unit) -> Checked:
    """Go through the chain from its first row; one snapshot, so that writers go on."""
    head = audit.head(unit)
    previous, rows, faults = "0" * 64, 0, []
    expected = 1
    for row in _all(unit):
        if row.id != expected:
            faults.append(f"rows {expected} to {row.id - 1} of the audit log are missing")
        if chained(previous, row) != row.hash and row.id == expected:
            faults.append(f"row {row.id} of the audit log is not what was written")
        previous, expected, rows = row.hash, row.id + 1, rows + 1
    if (expected - 1, previous) != (head.last_id, head.hash):
        faults.append(
            f"the audit log ends at row {expected - 1} and should end at {head.last_id}"
            if expected - 1 != head.last_id
            else f"row {head.last_id}, the last of the audit log, is not what was written"
        )
    return Checked(head, rows, tuple(dict.fromkeys(faults)))


def _all(unit: Unit) -> Iterator[AuditRow]:
    after_id = 0
    while page := audit.page(unit, after_id=after_id, limit=_PAGE):
        yield from page
        after_id = page[-1].id
