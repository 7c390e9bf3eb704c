"""Allow new devices: which go, how far each is in step, and that their passwords are dead."""

import pytest

from auth import devices
from auth.audit import Act
from auth.errors import CredentialsError
from auth.identity import identify
from auth.rights import DataRight
from office import granting, horizons
from office.tracking import Action
from server.horizons import Horizons
from storage import audit, collections, item_changes, looks, sightings
from storage import devices as device_rows
from storage import horizons as horizon_rows
from storage.audit import AuditRow
from storage.collections import CollectionRow
from storage.sightings import Sighting
from storage.store import Unit
from tests.accesses import an_access
from tests.builders import KEY, a_device
from tests.console import Console, Page, Visit
from tests.item_sync import content
from tests.records import a_contact
from wire.clients import Family

OWN = "/console/devices/allow"
OTHERS = "/console/users/anna/devices"


@pytest.fixture
def passwords(console: Console) -> dict[str, str]:
    """Anna's two devices, by label."""
    console.person("anna")
    with console.store.write() as unit:
        return {label: a_device(unit, "anna", label).password for label in ("Laptop", "Handy")}


@pytest.fixture
def anna(console: Console, passwords: dict[str, str]) -> Visit:
    assert passwords
    return console.signed_in()


def is_alive(console: Console, password: str) -> bool:
    with console.store.read() as unit:
        try:
            return identify(unit, "anna", password, secret_key=KEY).user_name == "anna"
        except CredentialsError:
            return False


def number_of(console: Console, label: str) -> str:
    with console.store.read() as unit:
        [found] = [each.id for each in devices.listed(unit) if each.label == label]
    return str(found)


def collection(console: Console, name: str) -> CollectionRow:
    """One of anna's."""
    with console.store.read() as unit:
        found = collections.find(unit, console.user_id(), name)
    assert found is not None
    return found


def synced(
    console: Console, label: str, name: str = "calendar", family: Family = Family.WINDOWS
) -> None:
    """The device's program listed anna's calendar, or another collection of hers, just now."""
    memory = Horizons()
    access = an_access(None, device_id=int(number_of(console, label)), family=family)
    access.note.knowledge = horizons.listed(collection(console, name))
    memory.see([access])
    with console.store.write() as unit:
        horizon_rows.note(unit, memory.due(console.store))


def change(console: Console, count: int) -> None:
    """So many new appointments in anna's calendar."""
    where = collection(console, "calendar")
    with console.store.write() as unit:
        for number in range(where.modseq, where.modseq + count):
            name = f"{number}.ics"
            item_changes.create(unit, where.id, name, content(name, "a"), now_us=console.clock.us)


def _retirements(unit: Unit) -> list[AuditRow]:
    """What stands on record of devices that were let go."""
    everything = audit.page(unit, after_id=0, limit=100)
    return [each for each in everything if each.act == Act.DEVICE_RETIRED]


def steps(page: Page, console: Console, label: str) -> str:
    """What is refreshed of a device."""
    [found] = page.root.xpath(f"//div[@id='steps-{number_of(console, label)}']")
    return " ".join(found.text_content().split())


class TestOneself:
    def test_the_page_that_refuses_a_third_leads_here(self, anna: Visit) -> None:
        refused = anna.get("/console/devices/new")
        assert refused.status == 409

        for page in (refused, anna.get("/console/devices")):
            assert page.root.xpath(f"//a[@href='{OWN}']")

    def test_where_places_are_free_nothing_leads_here(self, console: Console) -> None:
        console.person("jonas")
        jonas = console.signed_in("jonas")

        assert not jonas.get("/console/devices").root.xpath(f"//a[@href='{OWN}']")
        page = jonas.get(OWN)
        assert "all places are free" in page.text
        assert not page.root.xpath("//main//form")

    def test_it_says_how_far_each_device_is(self, console: Console, anna: Visit) -> None:
        synced(console, "Laptop")
        change(console, 11)
        synced(console, "Handy")
        change(console, 1)

        page = anna.get(OWN)

        assert "Kalender 12 changes behind Aufgaben not synced yet" in steps(
            page, console, "Laptop"
        )
        assert "Kalender 1 change behind" in steps(page, console, "Handy")
        synced(console, "Handy")
        assert "Kalender in step" in steps(anna.get(OWN), console, "Handy")
        assert "12 changes behind" in anna.get("/console/devices").text

    def test_changes_of_the_offices_contacts_count_before_anybody_fetches_them(
        self, console: Console, anna: Visit
    ) -> None:
        synced(console, "Handy", "office")
        with console.store.write() as unit:
            for number in ("10001", "10002"):
                a_contact(unit, number, kind="company")

        assert "2 changes behind" in steps(anna.get(OWN), console, "Handy")
        with console.store.write() as unit:
            a_contact(unit, "10003", kind="company")
        assert "3 changes behind" in anna.get("/console/devices").text

    def test_of_several_programs_the_one_that_lags_is_named(
        self, console: Console, anna: Visit
    ) -> None:
        synced(console, "Laptop", family=Family.THUNDERBIRD)
        change(console, 3)
        assert "Thunderbird" not in steps(anna.get(OWN), console, "Laptop")
        synced(console, "Laptop", family=Family.UNKNOWN)

        told = "Thunderbird, last there on"
        assert f"Kalender{told}" in steps(anna.get(OWN), console, "Laptop")
        assert told in anna.get("/console/devices").text
        synced(console, "Laptop", family=Family.THUNDERBIRD)
        assert told not in anna.get("/console/devices").text

    def test_contacts_of_devices_that_are_looked_at_are_written_soon(
        self, console: Console, anna: Visit
    ) -> None:
        anna.get("/console/devices")
        with console.store.read() as unit:
            assert looks.until(unit) == {}

        anna.get(OWN)

        expected = {int(number_of(console, each)) for each in ("Laptop", "Handy")}
        with console.store.read() as unit:
            first = looks.until(unit)
        assert first.keys() == expected
        assert min(first.values()) > console.clock.us
        console.clock.pass_seconds(4)
        anna.get(OWN, HX_Request="true")
        with console.store.read() as unit:
            assert looks.until(unit) == first

    def test_it_says_when_devices_were_there(self, console: Console, anna: Visit) -> None:
        device_id = int(number_of(console, "Laptop"))
        seen = Sighting(device_id, 1_790_000_000_000_000, None, "", frozenset({"windows", "ios"}))
        with console.store.write() as unit:
            sightings.note(unit, [seen])
            unit.execute(
                "INSERT INTO journal (at_us, until_us, action, device_id, node_id)"
                " VALUES (:at, :at, :action, :device, 7)",
                {"at": 1_780_000_000_000_000, "action": Action.SAVED, "device": device_id},
            )

        page = anna.get(OWN)

        assert "Last contact 21 Sep 2026" in steps(page, console, "Laptop")
        assert "in the folders from it 28 May 2026" in steps(page, console, "Laptop")
        assert "in the folders" not in steps(page, console, "Handy")
        assert page.text.count("more than one machine") == 1

    def test_all_go_unless_somebody_chooses(
        self, console: Console, anna: Visit, passwords: dict[str, str]
    ) -> None:
        page = anna.get(OWN)
        ticked = page.root.xpath("//input[@name='go'][@checked]/@value")
        assert ticked == [number_of(console, label) for label in ("Laptop", "Handy")]

        asked = anna.get(f"{OWN}/confirm?go={ticked[0]}&go={ticked[1]}")
        assert all(is_alive(console, each) for each in passwords.values())
        back = anna.send(asked, "confirm")

        assert not any(is_alive(console, each) for each in passwords.values())
        assert "0 of 2" in back.text
        with console.store.read() as unit:
            assert device_rows.active_of(unit, console.user_id()) == []
            acts = _retirements(unit)
        assert [(each.by_user_id, each.user_id) for each in acts] == [(console.user_id(),) * 2] * 2
        assert {str(each.device_id) for each in acts} == set(ticked)

    def test_one_that_is_kept_goes_on(
        self, console: Console, anna: Visit, passwords: dict[str, str]
    ) -> None:
        asked = anna.get(f"{OWN}/confirm?go={number_of(console, 'Laptop')}")
        assert "Handy" not in asked.text
        back = anna.send(asked, "confirm")

        assert not is_alive(console, passwords["Laptop"])
        assert is_alive(console, passwords["Handy"])
        assert "1 of 2" in back.text

    def test_the_password_is_asked_again_and_the_choice_kept(
        self, console: Console, anna: Visit, passwords: dict[str, str]
    ) -> None:
        console.clock.pass_seconds(601)
        laptop = number_of(console, "Laptop")

        asked = anna.get(f"{OWN}/confirm?go={laptop}")
        page = anna.confirm(asked)
        assert "Laptop" in page.text
        console.clock.pass_seconds(601)
        again = anna.send(page, "confirm")
        assert is_alive(console, passwords["Laptop"])
        anna.confirm(again)

        assert not is_alive(console, passwords["Laptop"])
        assert is_alive(console, passwords["Handy"])

    def test_looking_needs_no_fresh_password(self, console: Console, anna: Visit) -> None:
        console.clock.pass_seconds(601)

        assert "Laptop" in anna.get(OWN, HX_Request="true").text

    @pytest.mark.parametrize("go", ["", "go=x", "go=999999", "go=", "go=٣", f"go={'9' * 40}"])
    def test_what_is_no_choice_leads_back(self, console: Console, anna: Visit, go: str) -> None:
        page = anna.get(f"{OWN}/confirm?{go}")

        assert page.url.endswith(OWN)
        with console.store.read() as unit:
            assert len(device_rows.active_of(unit, console.user_id())) == 2

    def test_all_that_were_chosen_go_or_none(
        self, console: Console, anna: Visit, passwords: dict[str, str]
    ) -> None:
        both = "&".join(f"go={number_of(console, each)}" for each in passwords)
        asked = anna.get(f"{OWN}/confirm?{both}")
        anna.send(anna.get(f"{OWN}/confirm?go={number_of(console, 'Laptop')}"), "confirm")

        assert anna.send(asked, "confirm").url.endswith(OWN)
        assert is_alive(console, passwords["Handy"])

    def test_what_a_colleague_shares_is_listed_and_what_was_taken_back_is_not(
        self, console: Console, anna: Visit
    ) -> None:
        console.person("jonas")
        with console.store.write() as unit:
            granting.grant(unit, "anna", DataRight.READ, "/dav/jonas/calendar")
        assert "Kalender (jonas) not synced yet" in steps(anna.get(OWN), console, "Laptop")

        with console.store.write() as unit:
            granting.revoke(unit, "anna", "/dav/jonas/calendar")
        assert "jonas" not in steps(anna.get(OWN), console, "Laptop")


class TestOthers:
    @pytest.fixture
    def manager(self, console: Console, passwords: dict[str, str]) -> Visit:
        assert passwords
        console.person("maria", "verwaltung")
        return console.signed_in("maria")

    def test_who_manages_users_lets_their_devices_go(
        self, console: Console, manager: Visit, passwords: dict[str, str]
    ) -> None:
        assert manager.get("/console/users/anna").root.xpath(f"//a[@href='{OTHERS}']")
        page = manager.get(OTHERS)
        assert "Allow new devices: anna" in page.text

        asked = manager.get(f"{OTHERS}/confirm?go={number_of(console, 'Handy')}")
        back = manager.send(asked, "confirm")

        assert back.url.endswith("/console/users/anna")
        assert not is_alive(console, passwords["Handy"])
        assert is_alive(console, passwords["Laptop"])
        with console.store.read() as unit:
            [act] = _retirements(unit)
        assert (act.by_user_id, act.user_id) == (console.user_id("maria"), console.user_id())

    def test_not_those_of_administrators(
        self, console: Console, manager: Visit, passwords: dict[str, str]
    ) -> None:
        asked = manager.get(f"{OTHERS}/confirm?go={number_of(console, 'Handy')}")
        with console.store.write() as unit:
            granting.set_groups(unit, "anna", ["administration"])

        assert manager.get(OTHERS).status == 404
        assert manager.send(asked, "confirm").status == 404
        assert manager.get(f"{OTHERS}/confirm?go={number_of(console, 'Handy')}").status == 404
        assert is_alive(console, passwords["Handy"])
        assert not manager.get("/console/users/anna").root.xpath(f"//a[@href='{OTHERS}']")

    def test_devices_of_another_user_are_no_choice(
        self, console: Console, manager: Visit, passwords: dict[str, str]
    ) -> None:
        console.person("jonas")
        page = manager.get(f"{OTHERS}/confirm?go={number_of(console, 'Handy')}")
        token = page.token

        there = "/console/users/jonas/devices/confirm"
        reply = manager.post(there, go=number_of(console, "Handy"), form_token=token)

        assert reply.headers["location"] == "/console/users/jonas/devices"
        assert is_alive(console, passwords["Handy"])
