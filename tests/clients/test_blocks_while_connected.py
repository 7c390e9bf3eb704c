"""An administrator takes a check mark in the console while programs of two people are connected.

The next request of each program of the one is refused, those of the other hear of nothing; and
once the mark is there again, all have the same, and nothing twice.
"""

import hashlib
import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.clients.conftest import demand
from tests.clients.machines import Machine, a_machine
from tests.e2e.accounts import card
from tests.e2e.console_visit import ConsoleVisit
from tests.e2e.dav_client import Client
from tests.e2e.dialects import Program, data_of
from tests.e2e.sequences.test_apple_calendars import DIALECT as APPLES
from tests.e2e.sequences.test_apple_calendars import XML as APPLES_XML
from tests.e2e.sequences.test_apple_contacts import PHONE
from tests.e2e.sequences.test_davx5 import AGENT as DAVX5
from tests.e2e.sequences.test_davx5 import DIALECT as DAVX5S
from tests.e2e.server_process import Device, Office

pytestmark = [
    pytest.mark.clients,
    pytest.mark.parametrize(
        "office", ["uvicorn-sqlite", "cheroot-postgresql"], indirect=True, scope="package"
    ),
]

ESTATE = "Objekte/4711 Parkallee"
VCF = "text/vcard; charset=utf-8"
UID = re.compile(rb"UID:(\S+)")
DIRECTORY_NOT_FOUND = 3


@dataclass
class Phone:
    """A phone's contacts program, which keeps what it synced."""

    program: Program
    path: str
    token: str = ""
    cards: dict[str, bytes] = field(default_factory=dict)

    def ask(self) -> int:
        """The status of the request that it polls with."""
        names = ("CS:getctag", "D:sync-token")
        return self.program.asks(self.path, 0, *names).status

    def sync(self) -> int:
        """Take in what changed; the status of its report."""
        body = self.program.dialect.sync(self.token, ["D:getetag"])
        heard = self.program.reports(self.path, body)
        if heard.status != 207:
            return heard.status
        changes = self.program.syncs(self.path, self.token)
        for href in changes.gone:
            self.cards.pop(href, None)
        changed = [href for href in changes.changed if href.endswith(".vcf")]
        if changed:
            found = self.program.fetches(self.path, changed)
            self.cards |= {href: data_of(member) for href, member in found.items()}
        self.token = changes.token
        return heard.status

    def uids(self) -> list[bytes]:
        """Of what it has, one for each address: what is there twice shows."""
        return sorted(uid for each in self.cards.values() for uid in UID.findall(each))


@dataclass
class Person:
    """One user with rclone and vdirsyncer on a computer, and two phones' programs."""

    name: str
    rclone: Path
    config: Path
    machine: Machine
    phones: Sequence[Phone]

    def files(self, *words: str) -> tuple[int, str]:
        """Run rclone; its exit code and what it said."""
        done = subprocess.run(
            [self.rclone, "--config", self.config, "--retries", "1", *words],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    def syncs_all(self, folder: Path) -> None:
        """Every program does what it does, and none may fail."""
        exit_code, said = self.files("sync", f"deedbox:{ESTATE}", str(folder))
        assert exit_code == 0, said
        self.machine.run("sync")
        assert [each.sync() for each in self.phones] == [207, 207]

    def state(self, folder: Path) -> tuple[object, ...]:
        """What the programs have: files, contacts of the computer, contacts of the phones."""
        files = {
            str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in folder.rglob("*")
            if path.is_file()
        }
        return files, self.uids(), *(each.uids() for each in self.phones)

    def uids(self) -> list[bytes]:
        """Of the contacts on the computer, one for each file: what is there twice shows."""
        texts = [each.read_bytes() for each in self.machine.contacts.iterdir()]
        return sorted(uid for each in texts for uid in UID.findall(each))


@dataclass
class Scene:
    """Vera, whose address book it is, and jonas, who may write it; and the administrator."""

    vera: Person
    jonas: Person
    berta: ConsoleVisit
    estate: str
    book: str
    folders: Sequence[Path]

    def converge(self) -> None:
        """All sync until nothing is left to tell; then all must have the same."""
        for _ in range(2):
            for each, folder in zip((self.vera, self.jonas), self.folders, strict=True):
                each.syncs_all(folder)
        first, second = (
            each.state(folder)
            for each, folder in zip((self.vera, self.jonas), self.folders, strict=True)
        )
        assert first == second
        assert len(set(self.vera.uids())) == len(self.vera.uids())
        assert all(each.uids() == self.vera.uids() for each in self.vera.phones)

    def vera_works(self, number: int) -> None:
        """She saves a document and a contact, and all her programs go on without an error."""
        folder = self.folders[0]
        (folder / f"Notiz {number}.txt").write_text(f"Besichtigung {number}")
        exit_code, said = self.vera.files("copy", str(folder), f"deedbox:{ESTATE}")
        assert exit_code == 0, said
        name = self.vera.machine.contacts / f"neu{number}.vcf"
        name.write_bytes(card(f"neu-{number}", f"Kundin Neu{number}"))
        self.vera.machine.run("sync")
        phone = self.vera.phones[0]
        href = f"{phone.path}telefon{number}.vcf"
        body = card(f"telefon-{number}", f"Kunde Telefon{number}")
        phone.program.saves(href, body, VCF, If_None_Match="*")
        self.vera.syncs_all(folder)


@pytest.fixture
def clients() -> Iterator[list[Client]]:
    made: list[Client] = []
    yield made
    for each in made:
        each.close()


@pytest.fixture
def scene(
    office: Office,
    vdirsyncer: Path,
    tmp_path: Path,
    clients: list[Client],
) -> Scene:
    rclone = Path(demand("rclone", "rclone"))
    for name, options in (("lena", ()), ("jonas", ()), ("berta", ("--admin",))):
        office.add_user(name, *options)
        if name != "berta":
            office.command("user", "limit", name, "5")
    office.command("estate", "add", "4711", "Parkallee")
    office.command("grant", "set", "jonas", "write", "/dav/lena/contacts")
    berta = ConsoleVisit(office, "berta")
    people = {}
    shared = _id_on_page(berta, "/console/access/collections?q=lena", "Adressen")
    for name, book in (("lena", "contacts"), ("jonas", f"shared-{shared}")):
        device = office.add_device(name, "Rechner")
        machine = a_machine(vdirsyncer, tmp_path / f"{name}-dav", office, device, book)
        config = _rclone_config(rclone, tmp_path / f"{name}.conf", office, device)
        phones = []
        for agent, dialect, headers in (
            (PHONE, APPLES, dict(APPLES_XML)),
            (DAVX5, DAVX5S, {"Content_Type": "application/xml; charset=utf-8"}),
        ):
            phone = office.add_device(name, agent.partition("/")[0])
            client = Client(office, agent, phone.authorization, {"Accept": "*/*"})
            clients.append(client)
            phones.append(Phone(Program(client, dialect, headers), f"/dav/{name}/{book}/"))
        people[name] = Person(name, rclone, config, machine, phones)
    folders = [tmp_path / f"{name}-files" for name in people]
    for folder in folders:
        folder.mkdir()
    lena = people["lena"]
    for number in range(5):
        path = lena.machine.contacts / f"c{number}.vcf"
        path.write_bytes(card(f"c-{number}", f"Kundin Nr{number}"))
    estate = _id_on_page(berta, "/console/access?q=4711", "4711 Parkallee")
    return Scene(
        lena,
        people["jonas"],
        berta,
        f"/console/access/folders/{estate}",
        f"/console/access/collections/{shared}",
        folders,
    )


def _id_on_page(berta: ConsoleVisit, url: str, title: str) -> str:
    """The number of the thing that a list shows under this title."""
    page = berta.get(url)
    [found] = re.findall(rf'href="/console/access/\w+/(\d+)">{re.escape(title)}<', page.html)
    return str(found)


def _rclone_config(rclone: Path, config: Path, office: Office, device: Device) -> Path:
    words = (
        f"config create deedbox webdav url={office.url('/files/')} vendor=owncloud"
        f" user={device.user_name} pass={device.password} --obscure"
    )
    subprocess.run([rclone, "--config", config, *words.split()], capture_output=True, check=True)
    return config


def test_marks_hold_from_the_next_request_and_all_converge(scene: Scene) -> None:
    jonas = scene.jonas
    scene.vera.machine.run("sync")
    scene.vera_works(1)
    scene.converge()

    # On the property and on the address book.
    for page in (scene.estate, scene.book):
        scene.berta.set_marks(page, jonas=False)

    exit_code, said = jonas.files("lsf", f"deedbox:{ESTATE}")
    assert exit_code == DIRECTORY_NOT_FOUND, said
    assert jonas.files("lsf", "deedbox:Home")[0] == 0
    assert "4711" not in jonas.files("lsf", "deedbox:Objekte")[1]
    assert [each.ask() for each in jonas.phones] == [404, 404]
    assert [each.sync() for each in jonas.phones] == [404, 404]
    before = jonas.machine.state()
    (jonas.machine.contacts / "wartet.vcf").write_bytes(card("wartet", "Kunde Wartet"))
    assert jonas.machine.tries("sync")[0] != 0
    assert before.items() <= jonas.machine.state().items()
    scene.vera_works(2)

    # As a whole.
    scene.berta.send(scene.berta.get("/console/users/jonas"), "jonas/block")

    exit_code, said = jonas.files("lsf", "deedbox:Home")
    assert exit_code != 0
    assert "401" in said
    assert [each.ask() for each in jonas.phones] == [401, 401]
    assert [each.sync() for each in jonas.phones] == [401, 401]
    homes = [each.program.asks("/dav/jonas/", 1, "D:displayname") for each in jonas.phones]
    assert [each.status for each in homes] == [401, 401]
    exit_code, said = jonas.machine.tries("sync")
    assert exit_code != 0
    assert before.items() <= jonas.machine.state().items()
    scene.vera_works(3)

    # Let in again, and then to those places.
    scene.berta.send(scene.berta.get("/console/users/jonas"), "jonas/unblock")
    assert jonas.files("lsf", "deedbox:Home")[0] == 0
    assert [each.ask() for each in jonas.phones] == [404, 404]
    for page_of in (scene.estate, scene.book):
        scene.berta.set_marks(page_of, jonas=True)

    scene.converge()
    uids = scene.vera.uids()
    assert len(uids) == 5 + 2 * 3 + 1
    assert b"wartet" in uids
    texts = sorted(path.name for path in scene.folders[1].glob("Notiz *"))
    assert texts == ["Notiz 1.txt", "Notiz 2.txt", "Notiz 3.txt"]
