"""python-caldav, a client that asks for everything CalDAV has: find, make, search, sync."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from caldav.davclient import DAVClient

from tests.e2e.server_process import Device, Office

pytestmark = pytest.mark.clients


def _client(office: Office, device: Device) -> Any:
    """The library's client; its types speak of coroutines too, hence Any."""
    return DAVClient(url=office.url("/"), username=device.user_name, password=device.password)


@pytest.fixture
def calendar(office: Office, device: Device) -> Iterator[Any]:
    """A calendar of its own, found and made as the library does it."""
    with _client(office, device) as client:
        made = client.principal().make_calendar(
            name="Besichtigungen", supported_calendar_component_set=["VEVENT"]
        )
        yield made
        made.delete()


def at(day: int, hour: int = 0, *, year: int = 2026, month: int = 5) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


def test_it_finds_the_default_calendars(office: Office, device: Device) -> None:
    with _client(office, device) as client:
        names = {each.get_display_name() for each in client.principal().calendars()}

    assert {"Kalender", "Aufgaben"} <= names


def test_an_event_is_kept_found_and_gone(calendar: Any) -> None:
    event = calendar.save_event(dtstart=at(4, 10), dtend=at(4, 11), summary="Notar")

    assert [each.url for each in calendar.search(start=at(4), end=at(5), event=True)] == [
        event.url
    ]
    assert calendar.search(start=at(5), end=at(6), event=True) == []
    assert len(calendar.search(summary="ota", event=True)) == 1

    event.delete()
    assert calendar.events() == []


def test_a_series_is_expanded_by_the_server(calendar: Any) -> None:
    calendar.save_event(
        dtstart=at(4, 10), dtend=at(4, 11), summary="Jour fixe", rrule={"FREQ": "WEEKLY"}
    )

    found = calendar.search(
        start=at(1, year=2027), end=at(29, year=2027), event=True, server_expand=True
    )

    assert len(found) == 4


def test_it_syncs_by_token(calendar: Any) -> None:
    kept = calendar.save_event(dtstart=at(4, 10), dtend=at(4, 11), summary="Notar")
    lost = calendar.save_event(dtstart=at(5, 10), dtend=at(5, 11), summary="Besichtigung")
    known = calendar.objects_by_sync_token(load_objects=True)
    lost.delete()

    changed = list(calendar.objects_by_sync_token(known.sync_token))

    assert {each.url for each in known} == {kept.url, lost.url}
    assert [each.url for each in changed] == [lost.url]


def test_free_and_busy(calendar: Any) -> None:
    calendar.save_event(dtstart=at(4, 10), dtend=at(4, 11), summary="Geheim")

    told = calendar.freebusy_request(at(1), at(29)).data

    assert "FREEBUSY;FBTYPE=BUSY:20260504T100000Z/20260504T110000Z" in told
    assert "Geheim" not in told


def test_a_colleague_is_invited_and_answers(office: Office, device: Device) -> None:
    office.add_user("mona")
    other = office.add_device("mona", "Rechner")
    with _client(office, device) as client, _client(office, other) as second:
        organizer, invited = client.principal(), second.principal()
        calendar = organizer.calendars()[0]
        text = (
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Test//EN\r\nBEGIN:VEVENT\r\nUID:notar\r\n"
            "DTSTAMP:20260101T000000Z\r\nDTSTART:20270504T100000Z\r\nDTEND:20270504T110000Z\r\n"
            "SUMMARY:Notar\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        )
        calendar.save_with_invites(text, [organizer, invited])

        [message] = [
            each for each in invited.schedule_inbox().get_items() if each.is_invite_request()
        ]
        [copy] = [each for each in invited.calendars()[0].events() if "UID:notar" in each.data]
        copy.change_attendee_status(attendee=invited.get_vcal_address(), partstat="ACCEPTED")
        copy.save()
        message.delete()

        [answer] = organizer.schedule_inbox().get_items()
        answer.load()
        assert "METHOD:REPLY" in answer.data
        assert "PARTSTAT=ACCEPTED" in calendar.event_by_uid("notar").data
        address = invited.get_vcal_address()
        busy = organizer.freebusy_request(at(4, year=2027), at(5, year=2027), [address])
        assert "20270504T100000Z/20270504T110000Z" in busy[str(address)].data
