"""How far devices are in step, from what their programs ask: through the door and its log."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import time_ns
from typing import Any

import pytest

from auth import devices as enrolled
from auth.rights import DataRight
from config.settings import Tracking
from office import granting, in_step
from server.access_log import AccessLog
from server.presence import Presence
from storage import devices
from storage.store import Store
from tests.builders import a_device
from tests.groupware_door import CS, DAV, Device, GroupwareOffice, card, event

IOS = "iOS/19.0 (23A341) dataaccessd/1.0"
THUNDERBIRD = "Mozilla/5.0 (X11; Linux) Gecko/20100101 Thunderbird/140.0"
ALL_EVENTS = '<C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"/></C:comp-filter>'


@pytest.fixture
def phone(groupware: GroupwareOffice) -> Device:
    """Anna's second device."""
    with groupware.store.write() as unit:
        return Device(groupware, "anna", a_device(unit, "anna", "Handy").password)


@contextmanager
def logged(office: GroupwareOffice) -> Iterator[None]:
    """What is asked meanwhile passes the access log; at the end it is written."""
    door = office.door
    log = AccessLog(office.store, Tracking(batch_seconds=0.1))
    office.door = log.around(door)
    try:
        yield
    finally:
        office.door = door
        log.close()


def behind(office: GroupwareOffice, label: str = "Handy", name: str = "calendar") -> int | None:
    """How many changes anna's device of this label is behind with a collection."""
    with office.store.read() as unit:
        mine = [each for each in enrolled.listed(unit, user_name="anna") if each.label == label]
        [found] = in_step.of_devices(unit, mine).values()
    steps = {each.collection.name: each.behind for each in found.collections}
    return steps[name]


def fill(device: Device, *names: str) -> None:
    for name in names:
        assert device.put(f"calendar/{name}.ics", event(name)).status in (201, 204)


def multiget(device: Device, hrefs: Any, path: str = "calendar") -> None:
    is_card = path == "contacts"
    prefix, kind = ("addressbook", "address-data") if is_card else ("calendar", "calendar-data")
    body = (
        f'<C:{prefix}-multiget xmlns:D="DAV:"'
        f' xmlns:C="urn:ietf:params:xml:ns:{"carddav" if is_card else "caldav"}">'
        f"<D:prop><D:getetag/><C:{kind}/></D:prop>"
        + "".join(f"<D:href>{href}</D:href>" for href in hrefs)
        + f"</C:{prefix}-multiget>"
    )
    assert device.report(path, body.encode()).status == 207


def query(device: Device, filter_: str, data: str = "") -> None:
    body = (
        '<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">'
        f"<D:prop><D:getetag/>{data}</D:prop><C:filter>{filter_}</C:filter></C:calendar-query>"
    )
    assert device.report("calendar", body.encode()).status == 207


def search(device: Device, rest: str = "") -> None:
    body = (
        '<C:addressbook-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav">'
        f"<D:prop><D:getetag/></D:prop>{rest}</C:addressbook-query>"
    )
    assert device.report("contacts", body.encode()).status == 207


TWELVE = [f"neu-{number}" for number in range(12)]


class TestPrograms:
    def test_one_that_goes_by_tokens(
        self, groupware: GroupwareOffice, anna: Device, phone: Device
    ) -> None:
        """DAVx5: sync-collection, and what changed by multiget, ten at a time."""
        fill(anna, "a", "b", "c")
        assert behind(groupware) is None
        with logged(groupware):
            first = phone.sync("calendar")
        assert behind(groupware) == 3
        with logged(groupware):
            multiget(phone, first.changed)
        assert behind(groupware) == 0

        fill(anna, *TWELVE)
        assert behind(groupware) == 12
        with logged(groupware):
            second = phone.sync("calendar", first.token)
        assert behind(groupware) == 12
        hrefs = list(second.changed)
        with logged(groupware):
            multiget(phone, hrefs[:10])
        assert behind(groupware) == 2
        with logged(groupware):
            multiget(phone, hrefs[10:])
        assert behind(groupware) == 0

        anna.delete("calendar/a.ics")
        with logged(groupware):
            third = phone.sync("calendar", second.token)
        assert behind(groupware) == 1  # that it was told of it, nobody knows yet
        with logged(groupware):
            phone.sync("calendar", third.token)
        assert behind(groupware) == 0

    def test_an_iphone_whose_first_sync_comes_in_parts(
        self, groupware: GroupwareOffice, anna: Device, phone: Device
    ) -> None:
        phone = phone.on(IOS)
        fill(anna, *TWELVE)
        anna.delete("calendar/neu-0.ics")
        with logged(groupware):
            part = phone.sync("calendar", limit=5)
            multiget(phone, part.changed)
        assert behind(groupware) == 6

        with logged(groupware):
            rest = phone.sync("calendar", part.token)
            multiget(phone, rest.changed)
            phone.sync("calendar", rest.token)

        assert behind(groupware) == 0

    def test_thunderbirds_address_book(
        self, groupware: GroupwareOffice, anna: Device, phone: Device
    ) -> None:
        """A whole listing and one multiget of it; then tokens, each answer with its cards."""
        phone = phone.on(THUNDERBIRD)
        for name in "abc":
            anna.put(f"contacts/{name}.vcf", card(name))
        with logged(groupware):
            multiget(phone, phone.names("contacts"), "contacts")
            token = phone.sync("contacts").token
        assert behind(groupware, name="contacts") == 0

        anna.put("contacts/d.vcf", card("d"))
        assert behind(groupware, name="contacts") == 1
        with logged(groupware):
            phone.report(
                "contacts",
                '<D:sync-collection xmlns:D="DAV:"><D:sync-level>1</D:sync-level>'
                f"<D:sync-token>{token}</D:sync-token><D:prop><D:getetag/>"
                '<C:address-data xmlns:C="urn:ietf:params:xml:ns:carddav"/></D:prop>'
                "</D:sync-collection>".encode(),
                Depth="0",
            )
        assert behind(groupware, name="contacts") == 0

    def test_one_that_only_polls(
        self, groupware: GroupwareOffice, anna: Device, phone: Device
    ) -> None:
        fill(anna, "a", "b")
        with logged(groupware):
            phone.propfind(phone.own("calendar"), f"{CS}getctag")
        assert behind(groupware) is None

        with logged(groupware):
            assert len(phone.names("calendar")) == 2
        assert behind(groupware) == 0
        fill(anna, "c", "d")
        with logged(groupware):
            phone.propfind(phone.own("calendar"), f"{CS}getctag")
            phone.get("calendar/c.ics")
            phone.request("HEAD", phone.own("calendar/d.ics"))
        assert behind(groupware) == 1

        with logged(groupware):
            phone.names("calendar")
        assert behind(groupware) == 0


class TestQueries:
    def test_of_all_events(self, groupware: GroupwareOffice, anna: Device, phone: Device) -> None:
        fill(anna, "a", "b")
        with logged(groupware):
            query(phone, ALL_EVENTS)
        assert behind(groupware) == 0

    @pytest.mark.parametrize(
        "inner",
        [
            '<C:time-range start="20260101T000000Z"/>',
            '<C:prop-filter name="SUMMARY"><C:text-match>e</C:text-match></C:prop-filter>',
        ],
    )
    def test_of_some_is_no_complete_listing(
        self, groupware: GroupwareOffice, anna: Device, phone: Device, inner: str
    ) -> None:
        fill(anna, "a", "b")
        with logged(groupware):
            query(phone, ALL_EVENTS.replace('"VEVENT"/>', f'"VEVENT">{inner}</C:comp-filter>'))
        assert behind(groupware) is None

        with logged(groupware):
            phone.sync("calendar")
            query(
                phone,
                ALL_EVENTS.replace('"VEVENT"/>', f'"VEVENT">{inner}</C:comp-filter>'),
                "<C:calendar-data/>",
            )
        assert behind(groupware) == 0

    def test_of_an_address_book(
        self, groupware: GroupwareOffice, anna: Device, phone: Device
    ) -> None:
        for name in "abc":
            anna.put(f"contacts/{name}.vcf", card(name))
        some = '<C:filter><C:prop-filter name="FN"/></C:filter>'
        few = "<C:limit><C:nresults>2</C:nresults></C:limit>"
        with logged(groupware):
            search(phone, some)
            search(phone, few)
        assert behind(groupware, name="contacts") is None

        with logged(groupware):
            search(phone, few.replace("2", "3"))
        assert behind(groupware, name="contacts") == 0

    def test_a_listing_without_entity_tags_tells_nothing(
        self, groupware: GroupwareOffice, phone: Device
    ) -> None:
        with logged(groupware):
            phone.propfind(phone.own("calendar"), f"{DAV}displayname", Depth="1")
            phone.request("PROPFIND", phone.own("calendar"), b"", Depth="0")
        assert behind(groupware) is None

        with logged(groupware):
            phone.request("PROPFIND", phone.own("calendar"), b"", Depth="1")
        assert behind(groupware) == 0


class TestOwnChanges:
    def test_they_are_not_missed(self, groupware: GroupwareOffice, phone: Device) -> None:
        with logged(groupware):
            phone.names("calendar")
            fill(phone, "a", "b")
            phone.delete("calendar/a.ics")
            phone.request("POST", phone.own("calendar"), event("c"), CONTENT_TYPE="text/calendar")
        assert behind(groupware) == 0

    def test_but_for_bytes_that_were_mended(
        self, groupware: GroupwareOffice, phone: Device
    ) -> None:
        mended = event("a", start="DTSTART;TZID=W. Europe Standard Time:20260504T100000")
        with logged(groupware):
            phone.names("calendar")
            reply = phone.put("calendar/a.ics", mended)
        assert (reply.status, "etag" in reply.headers) == (201, False)
        assert behind(groupware) == 1

    def test_what_was_refused_is_not_known(
        self, groupware: GroupwareOffice, anna: Device, phone: Device
    ) -> None:
        with logged(groupware):
            phone.names("calendar")
        fill(anna, "a")
        with logged(groupware):
            reply = phone.get("calendar/a.ics", If_Match='"x"')
        assert (reply.status, behind(groupware)) == (412, 1)

        tag = anna.get("calendar/a.ics").headers["etag"]
        with logged(groupware):
            reply = phone.get("calendar/a.ics", If_None_Match=tag)
        assert (reply.status, behind(groupware)) == (304, 0)

    def test_a_stale_token_shows_nothing(self, groupware: GroupwareOffice, phone: Device) -> None:
        with logged(groupware):
            assert phone.sync_reply("calendar", "deedbox:/sync/1/99/1").status == 403
        assert behind(groupware) is None


class TestShared:
    def test_what_was_granted_is_told_where_it_lies(
        self, groupware: GroupwareOffice, jonas: Device, phone: Device
    ) -> None:
        assert jonas.put("calendar/a.ics", event("a")).status == 201
        with groupware.store.write() as unit:
            granting.grant(unit, "anna", DataRight.READ, "/dav/jonas/calendar")
        [name] = [each for each in phone.names("") if "shared-" in each]
        name = name.rstrip("/").rpartition("/")[2]
        assert behind(groupware, name=name) is None
        with logged(groupware):
            phone.names(name)
        assert behind(groupware, name=name) == 0

        with groupware.store.write() as unit:
            granting.revoke(unit, "anna", "/dav/jonas/calendar")
        with pytest.raises(KeyError):
            behind(groupware, name=name)

    def test_one_query_tells_as_many_homes_as_one_each(self, groupware: GroupwareOffice) -> None:
        with groupware.store.write() as unit:
            granting.grant(unit, "mitarbeiter", DataRight.READ, "/dav/jonas/calendar")
        with groupware.store.read() as unit:
            everybody = devices.everything(unit)
            together = in_step.of_devices(unit, everybody)
            for each in everybody:
                assert in_step.of_devices(unit, [each]) == {each.id: together[each.id]}
        assert [len(each.collections) for each in together.values()] == [5, 4]


class TestPolls:
    def test_a_thousand_that_change_nothing_write_nothing(
        self,
        groupware: GroupwareOffice,
        anna: Device,
        phone: Device,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        # When a device was last there is another matter: once a minute, and when a worker ends.
        now = time_ns()
        monkeypatch.setattr("server.access_log.time_ns", lambda: now)
        monkeypatch.setattr(Presence, "rest", lambda _presence: [])
        fill(anna, "a", "b")
        with logged(groupware):
            token = phone.sync("calendar").token
            phone.sync("calendar", token)
            phone.names("calendar")

        noted: list[object] = []
        monkeypatch.setattr(
            "server.journal_writer.horizons.note", lambda _unit, marks: noted.append(marks)
        )
        with _commits(groupware.store) as count:
            before = count()
            with logged(groupware):
                for _ in range(450):
                    phone.sync("calendar", token)
                    phone.propfind(phone.own("calendar"), f"{CS}getctag")
                for _ in range(50):
                    phone.names("calendar")
                    phone.get("calendar/a.ics")
            assert count() == before
            assert noted == []
            fill(anna, "c")
            assert count() != before
        assert behind(groupware) == 1


@contextmanager
def _commits(store: Store) -> Iterator[Callable[[], object]]:
    """Tells what is another number after each commit of something written, whoever wrote it."""
    if store.is_sqlite:
        connection = sqlite3.connect(str(store.url.database))
        yield lambda: connection.execute("PRAGMA data_version").fetchone()
        connection.close()
        return

    def next_transaction() -> object:
        with store.read() as unit:
            return unit.row("SELECT CAST(pg_snapshot_xmax(pg_current_snapshot()) AS text)")

    yield next_transaction
