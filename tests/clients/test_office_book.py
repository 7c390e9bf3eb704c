"""The office book with vdirsyncer, and with python-caldav by reports: what comes and leaves."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from caldav.davclient import DAVClient
from caldav.lib.error import AuthorizationError
from lxml import etree

from auth.visibility import Visibility
from office.contacts.kinds import Kind
from office.sync_settings import Deletes
from tests.clients.machines import Machine, a_machine
from tests.e2e.accounts import card
from tests.e2e.office_staff import Staff
from tests.e2e.server_process import Device, Office

pytestmark = pytest.mark.clients

_D, _CARD = "{DAV:}", "{urn:ietf:params:xml:ns:carddav}"
_SYNC = (
    '<D:sync-collection xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav">'
    "<D:sync-token>{token}</D:sync-token><D:sync-level>1</D:sync-level>"
    "<D:prop><D:getetag/><C:address-data/></D:prop></D:sync-collection>"
)
_numbers = count(1)


@pytest.fixture
def user(office: Office) -> str:
    """Somebody with nothing on devices yet."""
    name = f"vera{next(_numbers)}"
    office.add_user(name)
    return name


@pytest.fixture
def device(office: Office, user: str) -> Device:
    return office.add_device(user, "Rechner")


@pytest.fixture
def staff(office: Office, user: str) -> Iterator[Staff]:
    """The office's people; the user sees their own customers."""
    staff = Staff(office)
    staff.see(user, Visibility.OWN)
    yield staff
    staff.close()


class TestVdirsyncer:
    @pytest.fixture
    def machine(self, vdirsyncer: Path, tmp_path: Path, office: Office, device: Device) -> Machine:
        return a_machine(vdirsyncer, tmp_path / "rechner", office, device, "office")

    def test_a_tag_a_category_a_delete_and_a_refusal(
        self, machine: Machine, staff: Staff, user: str
    ) -> None:
        staff.profile(user, tags=frozenset({"Villa"}))
        number = staff.add("CATEGORIES:Kunde,Villa", partner=user)
        staff.add("CATEGORIES:Kunde,Villa", partner=user, name="Bleibt Da")
        mine = machine.contacts / "neu.vcf"
        mine.write_bytes(card(f"neu-{user}", "Änne Groß"))
        machine.run("sync")
        assert self._names(machine) == {"Änne Groß", "Bleibt Da"}
        assert len(machine.state()) == 3
        assert staff.made_by(user) == []

        # Tag removed: it leaves. Category added: it joins, and its maker keeps it.
        staff.change(number, tags=["Haus"])
        mine.write_bytes(card(f"neu-{user}", "Änne Groß", "CATEGORIES:Kunde"))
        machine.run("sync")
        assert [each.item.uid for each in staff.made_by(user)] == [f"neu-{user}"]
        assert len(machine.state()) == 2
        assert mine.exists()

        # Deleted: hidden. Brought back: it returns.
        staff.change(number, tags=["Villa"])
        machine.run("sync")
        [file] = [each for each in machine.contacts.iterdir() if self._is(staff, number, each)]
        file.unlink()
        machine.run("sync")
        assert len(machine.state()) == 2
        assert staff.contact(number).fields.first_name == "Änne"
        assert staff.bring_back(user, number)
        machine.run("sync")
        [file] = [each for each in machine.contacts.iterdir() if self._is(staff, number, each)]

        # Refused: it says so each time; a card that comes again with the same bytes it takes for
        # the one that was deleted.
        staff.profile(user, contact_deletes=Deletes.REFUSE)
        file.unlink()
        code, said = machine.tries("sync")
        assert code, said
        assert "403" in said
        assert not staff.is_hidden(user, number)

    def test_who_may_see_no_customers_has_none_left(
        self, machine: Machine, staff: Staff, user: str
    ) -> None:
        for _ in range(3):
            staff.add(partner=user)
        staff.add(partner=user, kind=Kind.COMPANY, name="Musterbau Köln")
        machine.run("sync")
        assert self._names(machine) == {"Änne Groß", "Musterbau Köln"}

        staff.see(user, Visibility.NONE)
        machine.run("sync")

        assert self._names(machine) == {"Musterbau Köln"}

    def _names(self, machine: Machine) -> set[str]:
        """Those in the cards that the machine has."""
        texts = [each.read_text() for each in machine.contacts.iterdir()]
        return {text.partition("FN:")[2].splitlines()[0] for text in texts}

    def _is(self, staff: Staff, number: str, file: Path) -> bool:
        return f"UID:{staff.contact(number).item.uid}" in file.read_text().splitlines()


@dataclass
class Library:
    """python-caldav, which knows calendars and sends any request that it is given."""

    client: Any
    book: str
    token: str = ""

    def sync(self) -> tuple[dict[str, str], set[str]]:
        """The cards that changed by href, and the hrefs of those that went."""
        asked = self.client.request(
            self.book,
            "REPORT",
            _SYNC.format(token=self.token),
            {"Content-Type": "application/xml; charset=utf-8", "Depth": "1"},
        )
        assert asked.status == 207
        root = etree.fromstring(asked.raw.encode() if isinstance(asked.raw, str) else asked.raw)
        self.token = str(root.findtext(f"{_D}sync-token"))
        changed: dict[str, str] = {}
        gone: set[str] = set()
        for response in root.iterfind(f"{_D}response"):
            text = response.findtext(f".//{_CARD}address-data")
            href = str(response.findtext(f"{_D}href"))
            if text is None:
                gone.add(href)
            else:
                changed[href] = text
        return changed, gone

    def put(self, href: str, body: bytes) -> int:
        """Save a card."""
        headers = {"Content-Type": "text/vcard; charset=utf-8"}
        return int(self.client.put(href, body.decode(), headers).status)

    def delete(self, href: str) -> int:
        """Delete a card."""
        return int(self.client.request(href, "DELETE").status)


@pytest.fixture
def library(office: Office, device: Device) -> Iterator[Library]:
    with DAVClient(
        url=office.url("/"), username=device.user_name, password=device.password
    ) as client:
        yield Library(client, office.url(f"/dav/{device.user_name}/office/"))


class TestLibrary:
    def test_a_tag_a_category_and_no_customers(
        self, library: Library, staff: Staff, user: str
    ) -> None:
        staff.profile(user, tags=frozenset({"Villa"}))
        library.sync()
        number = staff.add("CATEGORIES:Kunde,Villa", partner=user)
        [(href, text)] = library.sync()[0].items()
        assert "FN:Änne Groß" in text

        staff.change(number, tags=[])
        assert library.sync() == ({}, {href})

        mine = f"{library.book}neu.vcf"
        assert library.put(mine, card(f"neu-{user}", "Änne Groß")) == 201
        assert len(library.sync()[0]) == 1
        assert staff.made_by(user) == []
        assert library.put(mine, card(f"neu-{user}", "Änne Groß", "CATEGORIES:Kunde")) == 204
        [path] = library.sync()[0]
        assert mine.endswith(path)
        assert [each.item.uid for each in staff.made_by(user)] == [f"neu-{user}"]

        staff.see(user, Visibility.NONE)
        assert library.sync() == ({}, {path})

    def test_a_delete_hides_or_is_refused(
        self, library: Library, office: Office, staff: Staff, user: str
    ) -> None:
        library.sync()
        number = staff.add(partner=user)
        [(href, text)] = library.sync()[0].items()
        assert library.delete(office.url(href)) == 204
        assert library.sync() == ({}, {href})
        assert staff.bring_back(user, number)
        assert library.sync() == ({href: text}, set())

        staff.profile(user, contact_deletes=Deletes.REFUSE)
        with pytest.raises(AuthorizationError, match="Forbidden"):
            library.delete(office.url(href))
        assert library.sync() == ({href: text}, set())
