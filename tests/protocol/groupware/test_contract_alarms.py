"""The calendar of contracts' alarms on devices (C10): who has it, what comes and goes."""

from datetime import date, timedelta

import pytest

from auth.visibility import Visibility
from office.contacts import desk as contact_desk
from office.contracts import desk
from office.contracts.terms import Terms, later
from office.days import day_of, end_us
from storage import people
from tests.groupware_door import DAV, Changes, Device, GroupwareOffice, event
from tests.office_book import add, profile, record, see, work_of

ALARMS = "alarms/"
DAY_SECONDS = 24 * 3600


@pytest.fixture(autouse=True)
def berta(groupware: GroupwareOffice) -> Device:
    """Administration, and sees all customers; the others see their own."""
    device = groupware.person("berta", "administration")
    for name in ("anna", "jonas"):
        see(groupware, name, Visibility.OWN)
    see(groupware, "berta", Visibility.ALL)
    # Noon, so that days are passed by hours and no change of the clocks matters.
    groupware.clock.now_us = end_us(day_of(groupware.clock.now_us)) + 12 * 3600 * 1_000_000
    return device


def today(office: GroupwareOffice) -> date:
    return day_of(office.clock.now_us)


def sign(office: GroupwareOffice, ends_in: int, *, at: str, renews: bool = True) -> str:
    """A contract of the customer *at* whose year ends in so many days; its number."""
    end = today(office) + timedelta(days=ends_in)
    terms = Terms(later(end, -12), 12, renews)
    assert terms.end(today(office)) == end
    with work_of(office, "berta") as work:
        return desk.add(work, at, "Police", terms).row.number


def cancel(office: GroupwareOffice, number: str) -> None:
    with work_of(office, "anna") as work:
        found = desk.get(work.unit, work.who, number, now_us=work.now_us)
        desk.cancel(work, found, today(office))


def pass_days(office: GroupwareOffice, days: int) -> None:
    office.clock.advance(days * DAY_SECONDS)


def wish(office: GroupwareOffice, device: Device, **settings: object) -> Changes:
    """Let somebody want the calendar; what their devices get first."""
    profile(office, device.name, contract_alarms=True, **settings)
    device.names("")
    return device.sync(ALARMS)


def test_comes_by_choice_in_a_window_and_goes(groupware: GroupwareOffice, anna: Device) -> None:
    customer = add(groupware, "kunde")
    sign(groupware, 100, at=customer)
    sign(groupware, 50, at=customer)
    home = anna.names("")
    assert anna.own(ALARMS) not in home

    first = wish(groupware, anna)
    assert anna.own(ALARMS) in anna.names("")
    [href] = first.changed
    text = anna.get(href.removeprefix(anna.own(""))).text
    assert "SUMMARY:Vertragsperiode endet: Police (Anna Berg)" in text
    assert f"DTSTART;VALUE=DATE:{today(groupware) + timedelta(days=50):%Y%m%d}" in text

    profile(groupware, "anna", contract_alarm_days=120)
    wider = anna.sync(ALARMS, first.token)
    assert len(wider.changed) == 1
    assert anna.names(ALARMS) == {href, *wider.changed}
    profile(groupware, "anna", contract_alarm_days=30)
    assert anna.sync(ALARMS, wider.token).gone == {href, *wider.changed}

    profile(groupware, "anna", contract_alarms=False)
    assert anna.names("") == home


def test_time_alone_lets_them_come_and_go(groupware: GroupwareOffice, anna: Device) -> None:
    customer = add(groupware, "kunde")
    sign(groupware, 62, at=customer, renews=False)
    sign(groupware, 300, at=customer)
    first = wish(groupware, anna)
    assert first.changed == {}

    pass_days(groupware, 1)
    assert anna.sync(ALARMS, first.token) == first
    pass_days(groupware, 1)
    there = anna.sync(ALARMS, first.token)
    [href] = there.changed
    # It ends, and is told of as one that has ended.
    for days in (30, 32, 58):
        pass_days(groupware, days)
        later = anna.sync(ALARMS, there.token)
        assert (later.token, later.changed, later.gone) == (there.token, {}, set())
    pass_days(groupware, 1)
    gone = anna.sync(ALARMS, there.token)
    assert gone.gone == {href}
    assert gone.changed == {}


def test_a_cancelled_one_is_told_of_for_60_days(groupware: GroupwareOffice, anna: Device) -> None:
    cancel(groupware, sign(groupware, 300, at=add(groupware, "kunde")))
    first = wish(groupware, anna)
    [href] = first.changed

    pass_days(groupware, 60)
    assert anna.sync(ALARMS, first.token).token == first.token
    pass_days(groupware, 1)
    assert anna.sync(ALARMS, first.token).gone == {href}


def test_what_goes_on_is_moved_when_somebody_looks(
    groupware: GroupwareOffice, anna: Device
) -> None:
    """No job ran: a period of a month is over, and its alarm is of the next."""
    customer = add(groupware, "kunde")
    with work_of(groupware, "berta") as work:
        desk.add(work, customer, "Abo", Terms(today(groupware), 1))
    first = wish(groupware, anna)
    [href] = first.changed

    pass_days(groupware, 40)
    moved = anna.sync(ALARMS, first.token)
    assert [*moved.changed] == [href]
    assert moved.changed != first.changed
    end = Terms(today(groupware) - timedelta(days=40), 1).end(today(groupware))
    text = anna.get(href.removeprefix(anna.own(""))).text
    assert end is not None
    assert f"DTSTART;VALUE=DATE:{end:%Y%m%d}" in text
    assert anna.sync(ALARMS, moved.token).token == moved.token


def test_changes_of_the_contract_and_the_customer_are_told(
    groupware: GroupwareOffice, anna: Device, jonas: Device
) -> None:
    customer = add(groupware, "kunde")
    number = sign(groupware, 50, at=customer)
    far = sign(groupware, 300, at=customer)
    first, others = wish(groupware, anna), wish(groupware, jonas)
    [href] = first.changed
    assert others.changed == {}

    cancel(groupware, number)
    second = anna.sync(ALARMS, first.token)
    assert [*second.changed] == [href]
    cancel(groupware, far)
    third = anna.sync(ALARMS, second.token)
    assert len(third.changed) == 1
    assert href not in third.changed

    with work_of(groupware, "berta") as work:
        partner = people.find_principal(work.unit, "jonas")
        contact_desk.change(work, record(groupware, customer), partner_id=partner)
    both = {href.rpartition("/")[2], next(iter(third.changed)).rpartition("/")[2]}
    assert {each.rpartition("/")[2] for each in anna.sync(ALARMS, third.token).gone} == both
    arrived = jonas.sync(ALARMS, others.token).changed
    assert {each.rpartition("/")[2] for each in arrived} == both


@pytest.mark.parametrize("visibility", [Visibility.NONE, Visibility.ALL])
def test_who_sees_no_customers_has_no_alarms(
    groupware: GroupwareOffice, anna: Device, visibility: Visibility
) -> None:
    sign(groupware, 50, at=add(groupware, "kunde"))
    first = wish(groupware, anna)
    [href] = first.changed

    see(groupware, "anna", visibility)

    is_seen = visibility is Visibility.ALL
    assert anna.get(href.removeprefix(anna.own(""))).status == (200 if is_seen else 404)
    assert anna.sync(ALARMS, first.token).gone == (set() if is_seen else {href})


def test_they_are_only_read_and_take_no_time(groupware: GroupwareOffice, anna: Device) -> None:
    sign(groupware, 50, at=add(groupware, "kunde"))
    [href] = wish(groupware, anna).changed
    path = href.removeprefix(anna.own(""))
    text = anna.get(path).text

    assert anna.put(path, text.encode()).status == 403
    assert anna.put(ALARMS + "neu.ics", event("neu")).status == 403
    assert anna.delete(path).status == 403
    assert anna.move(path, "calendar/a.ics").status == 403
    assert anna.delete(ALARMS).status == 403
    assert anna.copy(path, "calendar/a.ics").status == 201
    assert anna.names(ALARMS) == {href}
    assert "Verträge" in anna.propfind(anna.own(ALARMS), f"{DAV}displayname").text
    assert "TRANSP:TRANSPARENT" in text
    assert text.count("BEGIN:VALARM") == 4
    for name in ("CONTACT:", "X-DEEDBOX-CONTACT:", "X-DEEDBOX-CONTRACT:V10001"):
        assert name in text


def test_a_poll_that_changes_nothing_writes_nothing(
    groupware: GroupwareOffice, anna: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign(groupware, 50, at=add(groupware, "kunde"))
    first = wish(groupware, anna)
    assert anna.sync(ALARMS, first.token).token == first.token

    def refuse(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr("storage.store.WriteUnit.execute", refuse)
    assert anna.sync(ALARMS, first.token).token == first.token
