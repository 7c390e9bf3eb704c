"""Sync profiles: what reaches a user's devices, and what comes back from them (C1 to C10, T1, T2).

What was stored for the user stands over what was stored for their groups (the group that was
made last first), and that over the defaults of :class:`SyncProfile`; each setting by itself.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from auth import audit
from auth.audit import COMMAND_LINE, Act, Actor, Subject
from auth.errors import InvalidValueError
from auth.rights import FunctionRight, rights_of
from office import sync_settings
from office.contacts.kinds import Kind, folded
from office.sync_settings import SETTINGS, Conflicts, Deletes, Notices, Where
from storage import contacts, epochs, people, sync_profiles
from storage.colleague_rules import ColleagueRule
from storage.contact_rules import ContactRule
from storage.cuts import CutRule
from storage.store import Unit, WriteUnit
from storage.sync_profiles import ProfileRows

_DAY_US = 24 * 3600 * 1_000_000


class ProfileError(InvalidValueError):
    """A profile that cannot be taken.

    Attributes:
        faults: Sentences by setting.
    """

    def __init__(self, faults: Mapping[str, str]) -> None:
        told = (f"{name.replace('_', '-')}: {fault}" for name, fault in faults.items())
        super().__init__(" ".join(told))
        self.faults = dict(faults)


@dataclass(frozen=True, slots=True)
class SyncProfile:
    """What one user wants; the defaults are those of an office that never said anything.

    Contacts come along if they pass every filter that is set, and the user sees them.

    Attributes:
        book_name: What the office book is called on devices; empty: the office's own word.
        kinds: The kinds of contact that come along.
        tags: At least one of these has to be among the contact's; none: whatever its tags.
        own_customers_only: Of customers and prospects those whose partner contact the user is.
        brokers: Of customers and prospects those who came by one of these contacts; none: all.
        edited_days: Contacts that a person edited within so many days; None: all.
        contract_alarm_days: How long before its end a contract's period is told.
        contract_notices: How the user hears by mail of contracts of customers they look after.
        appointment_days: No appointment whose last change is older; None: all.
        colleagues: The users whose calendars come along; nobody for who may not see the
            department's appointments.
    """

    office_book: Where = Where.DEVICES
    book_name: str = ""
    kinds: frozenset[Kind] = frozenset(Kind)
    tags: frozenset[str] = frozenset()
    own_customers_only: bool = False
    brokers: frozenset[int] = frozenset()
    edited_days: int | None = None
    birthdays: bool = False
    contract_alarms: bool = False
    contract_alarm_days: int = 60
    contract_notices: Notices = Notices.DIGEST
    appointments: bool = True
    appointment_days: int | None = None
    colleagues: frozenset[int] = frozenset()
    contact_deletes: Deletes = Deletes.HIDE
    appointment_deletes: Deletes = Deletes.HIDE
    contact_conflicts: Conflicts = Conflicts.SERVER
    appointment_conflicts: Conflicts = Conflicts.SERVER

    @property
    def values(self) -> dict[str, Any]:
        """All settings by name."""
        return {each.name: getattr(self, each.name) for each in fields(self)}

    @property
    def tag_keys(self) -> frozenset[str]:
        """The tags as contacts' tags are compared."""
        return frozenset(map(folded, self.tags))

    @property
    def mark(self) -> str:
        """What differs from the mark of every other profile; a form says by it what it showed."""
        return hashlib.sha256(sync_settings.stored(self.values).encode()).hexdigest()[:32]


DEFAULTS = SyncProfile()


def contact_rule(profile: SyncProfile, user_id: int) -> ContactRule:
    """Which contacts the office book of this user's devices holds."""
    days = profile.edited_days
    return ContactRule(
        user_id,
        is_off=profile.office_book is not Where.DEVICES,
        kinds=None if profile.kinds == DEFAULTS.kinds else profile.kinds,
        tag_keys=profile.tag_keys or None,
        is_own_only=profile.own_customers_only,
        broker_ids=profile.brokers or None,
        edited_within_us=None if days is None else days * _DAY_US,
    )


def colleague_rule(profile: SyncProfile, user_id: int, colleague_id: int) -> ColleagueRule:
    """Which of a colleague's appointments this user's devices get."""
    days = profile.appointment_days
    return ColleagueRule(user_id, colleague_id, None if days is None else days * _DAY_US)


def cut_rule(profile: SyncProfile) -> CutRule:
    """What this user's devices get of their own default calendar."""
    days = profile.appointment_days
    return CutRule(not profile.appointments, None if days is None else days * _DAY_US)


def of_user(unit: Unit, user_id: int) -> SyncProfile:
    """What a user wants and may want now; one query."""
    rows = sync_profiles.of_user(unit, user_id)
    return _allowed(_under(rows, own=True), rows, user_id)


def of_groups_of(unit: Unit, user_id: int) -> SyncProfile:
    """What a user would have who never said anything themself."""
    rows = sync_profiles.of_user(unit, user_id)
    return _allowed(_under(rows, own=False), rows, user_id)


def of_group(unit: Unit, group_id: int) -> SyncProfile:
    """What the members of a group begin with."""
    return _over(DEFAULTS, [sync_profiles.find(unit, group_id)])


def own_settings(unit: Unit, principal_id: int) -> frozenset[str]:
    """The names of the settings that were stored for this very user or group."""
    return frozenset(sync_settings.read(sync_profiles.find(unit, principal_id)))


def may_have_colleagues(unit: Unit, user_id: int) -> bool:
    """Whether the user may have colleagues' calendars."""
    return _may_have_colleagues(sync_profiles.of_user(unit, user_id))


def set_of_user(
    unit: WriteUnit, user_id: int, profile: SyncProfile, *, by: Actor = COMMAND_LINE
) -> None:
    """Let a user have this profile: at the next request of each of their devices.

    Only where it differs from what their groups say is it kept: the rest goes on following them.

    Raises:
        ProfileError: With all that cannot be taken.
    """
    people.hold(unit, user_id)
    rows = sync_profiles.of_user(unit, user_id)
    below, before = _under(rows, own=False), _under(rows, own=True)
    if not _may_have_colleagues(rows):
        _check_no_colleagues(profile)
        # Whoever may have them again has those that they had.
        profile = replace(profile, colleagues=before.colleagues)
    _check(unit, profile, before)
    _keep(unit, user_id, profile, below)
    _changed(unit, user_id, _differing(profile, before), by)


def set_of_group(
    unit: WriteUnit, group_id: int, profile: SyncProfile, *, by: Actor = COMMAND_LINE
) -> None:
    """Let the members of a group begin with this profile; what they chose themselves stays.

    Raises:
        ProfileError: With all that cannot be taken.
    """
    people.hold_everybody(unit)
    before = of_group(unit, group_id)
    _check(unit, profile, before)
    _keep(unit, group_id, profile, DEFAULTS)
    _changed(unit, group_id, _differing(profile, before), by)


def reset_of_user(unit: WriteUnit, user_id: int, *, by: Actor = COMMAND_LINE) -> None:
    """Give a user the profile of their groups, and have their devices fetch all views anew."""
    people.hold(unit, user_id)
    sync_profiles.delete(unit, user_id)
    epochs.renew_views(unit, user_id)
    people.rules_changed(unit, [user_id])
    audit.record(unit, Act.SYNC_PROFILE_RESET, by=by, on=Subject(user_id))


def _under(rows: ProfileRows, *, own: bool) -> SyncProfile:
    """What is stored, whether the user may have it or not."""
    return _over(DEFAULTS, [*rows.of_groups, rows.own if own else None])


def _over(below: SyncProfile, texts: Iterable[str | None]) -> SyncProfile:
    for text in texts:
        below = replace(below, **sync_settings.read(text))
    return below


def _may_have_colleagues(rows: ProfileRows) -> bool:
    return FunctionRight.SEE_DEPARTMENT_APPOINTMENTS in rights_of(rows.groups, rows.rights)


def _allowed(profile: SyncProfile, rows: ProfileRows, user_id: int) -> SyncProfile:
    if not profile.colleagues:
        return profile
    chosen = profile.colleagues - {user_id} if _may_have_colleagues(rows) else frozenset[int]()
    return replace(profile, colleagues=chosen)


def _check_no_colleagues(profile: SyncProfile) -> None:
    if profile.colleagues:
        raise ProfileError({"colleagues": SETTINGS["colleagues"].takes})


def _check(unit: Unit, profile: SyncProfile, before: SyncProfile) -> None:
    """Refuse values that are none, and ids of nobody; those that stood there may stay."""
    found = sync_settings.faults(profile.values)
    known: dict[str, Callable[[], set[int]]] = {
        "brokers": lambda: {each for each, _number, _name in contacts.brokers(unit)},
        "colleagues": lambda: {each.id for each in sync_profiles.colleagues(unit, besides=0)},
    }
    for name, ids in known.items():
        chosen = getattr(profile, name) - getattr(before, name)
        if name not in found and chosen and not chosen <= ids():
            found[name] = SETTINGS[name].takes
    if found:
        raise ProfileError(found)


def _differing(one: SyncProfile, other: SyncProfile) -> list[str]:
    others = other.values
    return [name for name, value in one.values.items() if value != others[name]]


def _keep(unit: WriteUnit, principal_id: int, profile: SyncProfile, below: SyncProfile) -> None:
    kept = {name: getattr(profile, name) for name in _differing(profile, below)}
    if kept:
        sync_profiles.put(unit, principal_id, sync_settings.stored(kept))
    else:
        sync_profiles.delete(unit, principal_id)


def _changed(unit: WriteUnit, principal_id: int, names: list[str], by: Actor) -> None:
    if not names:
        return
    people.rules_changed(unit, people.those_of(unit, principal_id))
    details = {"settings": names}
    audit.record(unit, Act.SYNC_PROFILE_SET, by=by, on=Subject(principal_id), details=details)
