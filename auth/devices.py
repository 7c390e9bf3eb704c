"""Devices: enrolled, at most so many per user, and retired."""

from collections.abc import Collection
from typing import NamedTuple

from auth import audit, credentials, people
from auth.audit import COMMAND_LINE, Act, Actor, Subject
from auth.errors import (
    DeviceLimitError,
    LabelTakenError,
    UnknownDeviceError,
    UserNotActiveError,
)
from auth.names import checked_label, label_key
from storage import devices, locks
from storage import people as people_rows
from storage.devices import DeviceRow
from storage.store import Unit, WriteUnit

# Two selectors of 30 random bits meet once in a thousand million; a third try is never needed.
_TRIES = 3


class Enrolment(NamedTuple):
    """A new device. The password is nowhere else: show it once."""

    device_id: int
    user_name: str
    label: str
    password: str


class Places(NamedTuple):
    """A user's active devices, oldest first, and how many they may have."""

    active: list[DeviceRow]
    limit: int

    @property
    def are_taken(self) -> bool:
        """Whether there is none for a further device."""
        return len(self.active) >= self.limit

    def named(self, label: str) -> DeviceRow | None:
        """The one that is called *label*, in capitals or small letters."""
        wanted = label_key(label)
        return next((each for each in self.active if label_key(each.label) == wanted), None)


def places_of(unit: Unit, user_name: str, *, limit: int) -> Places:
    """The user's places; *limit* is the office's, which an exception of the user's own beats.

    Raises:
        UnknownUserError: There is no such user.
    """
    person = people.get(unit, user_name)
    own = person.device_limit
    return Places(devices.active_of(unit, person.id), limit if own is None else own)


def enrol(
    unit: WriteUnit,
    *,
    user_name: str,
    label: str,
    limit: int,
    secret_key: bytes,
    now_us: int,
    by: Actor = COMMAND_LINE,
) -> Enrolment:
    """Give a user's device its credential, or refuse because the user's places are taken.

    Places are counted under a hold on the user, so that of two who ask at once for the last
    one only one gets it.

    Args:
        unit: The transaction.
        user_name: Who the device belongs to.
        label: What the user calls it; no other of their active devices may be called so, also
            in other capitals.
        limit: Active devices a user may have, unless the user has a number of their own.
        secret_key: The installation's key.
        now_us: The time, in microseconds.
        by: Who enrols it.

    Raises:
        UnknownUserError: There is no such user.
        UserNotActiveError: The user is blocked.
        DeviceLimitError: The user has that many; names them.
        LabelTakenError: One of them has the label.
        InvalidValueError: The label cannot be one.
    """
    label = checked_label(label)
    person = people.get(unit, user_name)
    people_rows.hold(unit, person.id)
    # Read again: what was true before the hold may have changed while we waited for it.
    person = people.get(unit, user_name)
    if person.state != "active":
        raise UserNotActiveError(user_name, person.state)
    places = places_of(unit, user_name, limit=limit)
    if places.are_taken:
        raise DeviceLimitError(user_name, places.limit, [each.label for each in places.active])
    if same := places.named(label):
        raise LabelTakenError(user_name, same.label)
    for _ in range(_TRIES):
        credential = credentials.new_credential()
        device_id = devices.insert(
            unit,
            user_id=person.id,
            label=label,
            selector=credential.selector,
            secret_hash=credentials.secret_hash(credential, secret_key),
            created_us=now_us,
        )
        if device_id is not None:
            audit.record(unit, Act.DEVICE_ADDED, by=by, on=Subject(person.id, device_id))
            return Enrolment(device_id, user_name, label, credential.password())
    raise LabelTakenError(user_name, label)


def retire(
    unit: WriteUnit, *, user_name: str, label: str, now_us: int, by: Actor = COMMAND_LINE
) -> DeviceRow:
    """End the user's active device of this label: 401 from the next request, its place free.

    The locks that were taken on it end with it.

    Raises:
        UnknownUserError: There is no such user.
        UnknownDeviceError: The user has no active device of this label.
    """
    person = people.get(unit, user_name)
    people_rows.hold(unit, person.id)
    for each in devices.active_of(unit, person.id):
        if each.label == label:
            return _retired(unit, each, now_us=now_us, by=by)
    raise UnknownDeviceError(user_name, label)


def retire_all(
    unit: WriteUnit,
    *,
    user_name: str,
    device_ids: Collection[int],
    now_us: int,
    by: Actor = COMMAND_LINE,
) -> list[DeviceRow]:
    """End several of the user's active devices, as :func:`retire` does; all of them, or none.

    Raises:
        UnknownUserError: There is no such user.
        UnknownDeviceError: One of them is no active device of the user.
    """
    person = people.get(unit, user_name)
    people_rows.hold(unit, person.id)
    active = {each.id: each for each in devices.active_of(unit, person.id)}
    for missing in sorted(set(device_ids) - active.keys()):
        raise UnknownDeviceError(user_name, str(missing))
    return [_retired(unit, active[each], now_us=now_us, by=by) for each in sorted(set(device_ids))]


def _retired(unit: WriteUnit, device: DeviceRow, *, now_us: int, by: Actor) -> DeviceRow:
    devices.retire(unit, device.id, now_us=now_us)
    locks.delete_of_device(unit, device.id)
    audit.record(unit, Act.DEVICE_RETIRED, by=by, on=Subject(device.user_id, device.id))
    return device._replace(retired_us=now_us)


def listed(unit: Unit, *, user_name: str | None = None) -> list[DeviceRow]:
    """All devices, also retired ones, of a user or of everybody, with when they were last seen.

    Raises:
        UnknownUserError: There is no such user.
    """
    if user_name is not None:
        people.get(unit, user_name)
    return [each for each in devices.everything(unit) if user_name in (None, each.user_name)]
