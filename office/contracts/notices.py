"""Telling partner contacts of alarms of contracts by mail, each alarm once (C10)."""

from datetime import date

from office import sync_profiles
from office.contracts import alarms
from office.contracts.letters import KIND, body_of
from office.days import day_of
from office.sync_settings import ALARM_DAYS, Notices
from storage import contract_notices, contracts, outbox, people
from storage.contract_notices import Notice
from storage.contract_rules import AlarmTimes
from storage.contracts import Filter
from storage.store import Store, Unit, WriteUnit

_MOST = 500
"""So many alarms are told of in one go; the rest is told of the next time."""


def tell_all(store: Store, *, now_us: int) -> int:
    """Have letters sent of all alarms that partner contacts were not told of; how many alarms."""
    times = AlarmTimes(day_of(now_us), max(ALARM_DAYS))
    with store.read() as unit:
        partners = contracts.partners_of_alarming(unit, times)
        waiting = [each for each in partners if _due(unit, each, times.today)]
    count = 0
    for user_id in waiting:
        with store.write() as write_unit:
            count += tell(write_unit, user_id, now_us=now_us)
    return count


def tell(unit: WriteUnit, user_id: int, *, now_us: int) -> int:
    """Have letters sent to one user; of how many alarms they tell."""
    people.hold(unit, user_id)  # of several processes one tells them
    today = day_of(now_us)
    due = _due(unit, user_id, today)
    if not due:
        return 0
    contract_notices.keep_told(unit, due, user_id=user_id, told_on=today)
    is_single = sync_profiles.of_user(unit, user_id).contract_notices is Notices.SINGLE
    bodies = [body_of([each]) for each in due] if is_single else [body_of(due)]
    outbox.put_for_user(unit, KIND, user_id, bodies, now_us=now_us)
    return len(due)


def _due(unit: Unit, user_id: int, today: date) -> list[Notice]:
    """The alarms of which the user is to be told now, by the contracts' ends."""
    profile = sync_profiles.of_user(unit, user_id)
    if profile.contract_notices is Notices.OFF or not people.is_active(unit, user_id):
        return []
    if profile.contract_notices is Notices.DIGEST and contract_notices.was_told_on(
        unit, user_id, today
    ):
        return []
    chosen = Filter(partner_id=user_id, viewer_id=user_id)
    found = alarms.listed(unit, chosen, today=today, days=profile.contract_alarm_days)
    told = contract_notices.told(unit, {each.contract.row.id for each in found})
    due = [
        notice
        for each in found
        for reason, day in each.reasons.items()
        if (notice := Notice(each.contract.row.id, reason, day)) not in told
    ]
    return due[:_MOST]
