"""Self-service: one's own devices, and what each program is set up with."""

import plistlib
import re
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from admin.mounts import Mounts
from admin.set_ups import (
    davx5_address,
    office_registry_file,
    profile,
    windows_registry_file,
)
from auth import devices, people
from auth.errors import CredentialsError
from auth.identity import identify
from config.settings import Tls
from storage import sightings
from storage.sightings import Sighting
from tests.builders import KEY
from tests.certificates import a_certificate
from tests.console import Console, Page, Visit

HTTPS = Mounts("https://dav.example.org", "anna")


@pytest.fixture
def visit(console: Console) -> Visit:
    """Anna, signed in."""
    console.person("anna")
    return console.signed_in()


def password_on(page: Page) -> str:
    return next(each for each in page.codes() if re.fullmatch(r"\w{6}(-\w{6}){5}", each))


def make(visit: Visit, label: str) -> Page:
    return visit.send(visit.get("/console/devices/new"), label=label)


def opens(console: Console, password: str) -> bool:
    with console.store.read() as unit:
        try:
            return identify(unit, "anna", password, secret_key=KEY).user_name == "anna"
        except CredentialsError:
            return False


class TestDevices:
    def test_a_new_one_opens_the_folders_and_is_shown_once(
        self, console: Console, visit: Visit
    ) -> None:
        page = make(visit, "Laptop")

        password = password_on(page)
        assert page.status == 201
        assert opens(console, password)
        assert page.headers["cache-control"] == "no-store"
        assert password not in visit.get("/console/devices").html

    def test_a_third_is_refused_and_the_two_are_named(
        self, console: Console, visit: Visit
    ) -> None:
        form = visit.get("/console/devices/new")
        for label in ("Laptop", "iPhone"):
            make(visit, label)

        refused = [visit.get("/console/devices/new"), visit.send(form, label="Tablet")]

        for page in refused:
            assert page.status == 409
            assert "Laptop" in page.text
            assert "iPhone" in page.text
        assert "2 of 2" in visit.get("/console/devices").text
        with console.store.read() as unit:
            assert len(devices.listed(unit)) == 2

    def test_one_that_is_let_go_is_dead_at_once_and_its_place_free(
        self, console: Console, visit: Visit
    ) -> None:
        password = password_on(make(visit, "Laptop"))
        asked = visit.get(retire_link(visit, "Laptop"))
        assert opens(console, password)

        visit.send(asked)

        assert not opens(console, password)
        assert "0 of 2" in visit.get("/console/devices").text

    def test_the_list_says_when_from_where_and_with_what_it_was_seen(
        self, console: Console, visit: Visit
    ) -> None:
        make(visit, "Laptop")
        with console.store.write() as unit:
            [device] = devices.listed(unit)
            families = frozenset({"windows", "ios"})
            seen_us = console.clock.us
            sightings.note(unit, [Sighting(device.id, seen_us, None, "198.51.100.7", families)])

        page = visit.get("/console/devices").text

        assert "198.51.100.7" in page
        assert "Windows Explorer, iPhone/iPad" in page
        assert "more than one machine" in page

    def test_those_of_others_are_not_there(self, console: Console, visit: Visit) -> None:
        make(visit, "Laptop")
        link = retire_link(visit, "Laptop")
        console.person("jonas")
        jonas = console.signed_in("jonas")

        answers = [
            jonas.get(link),
            jonas.get(link.replace("retire", "deedbox.mobileconfig")),
            jonas.send(jonas.get("/console/account"), "language", language="de"),
        ]

        assert [each.status for each in answers] == [404, 404, 200]
        assert "Laptop" not in jonas.get("/console/devices").text

    @pytest.mark.parametrize(
        ("label", "fault"),
        [("", "1 to 64 visible"), ("x" * 65, "1 to 64 visible"), ("Laptop", "of this name")],
    )
    def test_a_name_that_cannot_be_taken_is_explained(
        self, visit: Visit, label: str, fault: str
    ) -> None:
        make(visit, "Laptop")

        page = make(visit, label)

        assert page.status == 422
        assert fault in page.text

    def test_the_password_is_asked_for_again_after_ten_minutes(
        self, console: Console, visit: Visit
    ) -> None:
        form = visit.get("/console/devices/new")
        console.clock.pass_seconds(600)

        asked = visit.send(form, label="Laptop")
        wrong = visit.confirm(asked, "falsch geraten")
        done = visit.confirm(wrong)

        assert (wrong.status, done.status) == (422, 201)
        assert "Laptop" in visit.get("/console/devices").text

    def test_a_form_of_another_session_is_refused(self, console: Console, visit: Visit) -> None:
        form = visit.get("/console/devices/new")
        visit.send(visit.get("/console/account"), "sign-out")
        visit.sign_in()

        assert visit.send(form, label="Laptop").status == 403
        assert console.clock.us

    def test_somebody_with_an_exception_gets_more(self, console: Console, visit: Visit) -> None:
        with console.store.write() as unit:
            people.set_device_limit(unit, "anna", 3)

        assert [make(visit, str(number)).status for number in range(3)] == [201] * 3
        assert visit.get("/console/devices/new").status == 409


class TestProfile:
    def test_has_apples_keys_and_no_password(self) -> None:
        made = plistlib.loads(profile(HTTPS, 7, "iPhone", Tls()))

        assert made["PayloadType"] == "Configuration"
        assert made["PayloadVersion"] == 1
        calendars, contacts = made["PayloadContent"]
        assert calendars["PayloadType"] == "com.apple.caldav.account"
        assert contacts["PayloadType"] == "com.apple.carddav.account"
        for prefix, payload in (("CalDAV", calendars), ("CardDAV", contacts)):
            assert payload[f"{prefix}HostName"] == "dav.example.org"
            assert payload[f"{prefix}Port"] == 443
            assert payload[f"{prefix}UseSSL"] is True
            assert payload[f"{prefix}Username"] == "anna"
            assert payload[f"{prefix}PrincipalURL"] == "https://dav.example.org/dav/anna/"
            assert f"{prefix}Password" not in payload

    def test_takes_the_place_of_an_older_one_of_the_same_device_only(self) -> None:
        first, again, other = (
            plistlib.loads(profile(HTTPS, number, "iPhone", Tls())) for number in (7, 7, 8)
        )

        assert uuids(first) == uuids(again)
        assert len(uuids(first)) == 3
        assert not uuids(first) & uuids(other)

    def test_is_signed_with_the_servers_certificate(self, tmp_path: Path) -> None:
        certificate, key = a_certificate(tmp_path, "dav")
        tls = Tls(certificate_file=certificate, key_file=key)

        made = profile(HTTPS, 7, "iPhone", tls)

        own = x509.load_pem_x509_certificates(certificate.read_bytes())[0]
        signers = pkcs7.load_der_pkcs7_certificates(made)
        assert own.public_bytes(Encoding.DER) in [
            each.public_bytes(Encoding.DER) for each in signers
        ]
        assert b"com.apple.caldav.account" in made

    def test_comes_by_its_type(self, visit: Visit) -> None:
        make(visit, "iPhone")

        answer = visit.get(retire_link(visit, "iPhone").replace("retire", "deedbox.mobileconfig"))

        assert answer.headers["content-type"] == "application/x-apple-aspen-config"
        assert plistlib.loads(answer.body)["PayloadDisplayName"].endswith("iPhone")


class TestOtherSetUps:
    def test_the_registry_files_are_what_windows_reads(self) -> None:
        windows, office = (
            made.decode("utf-16")
            for made in (windows_registry_file(), office_registry_file(HTTPS))
        )

        for text in (windows, office):
            assert text.startswith("Windows Registry Editor Version 5.00\r\n\r\n[HKEY_")
            assert text.replace("\r\n", "").count("\n") == 0
        assert '"FileSizeLimitInBytes"=dword:ffffffff\r\n' in windows
        allowed = re.findall(r'"basichostallowlist"=hex\(2\):(\S+)', office)
        assert bytes.fromhex(allowed[0].replace(",", "")).decode("utf-16-le") == (
            "dav.example.org\x00"
        )

    def test_what_needs_an_administrator_is_apart_from_what_is_a_users(self) -> None:
        windows, office = (
            made.decode("utf-16")
            for made in (windows_registry_file(), office_registry_file(HTTPS))
        )

        assert re.findall(r"\[(HKEY_\w+)", windows) == ["HKEY_LOCAL_MACHINE"]
        assert re.findall(r"\[(HKEY_\w+)", office) == ["HKEY_CURRENT_USER"]

    def test_can_be_looked_at_again_without_the_password(self, visit: Visit) -> None:
        password = password_on(make(visit, "Laptop"))
        page = visit.get("/console/devices")
        [link] = [
            str(each.get("href"))
            for each in page.root.iter("a")
            if str(each.get("href")).endswith("/set-up")
        ]

        again = visit.get(link)

        assert again.status == 200
        assert "Laptop" in again.title
        assert password not in again.html
        codes = " ".join(again.codes())
        for each in ("/files/", "/dav/anna/", "pass=DEVICE-PASSWORD", "net use"):
            assert each in codes
        assert "There is no QR code here" in again.text
        rclone = visit.get("/console/devices/rclone.conf")
        assert rclone.html.splitlines() == [
            "[deedbox]",
            "type = webdav",
            "url = http://dav.example.org/files/",
            "vendor = owncloud",
            "user = anna",
        ]
        assert "rclone.conf" in rclone.headers["content-disposition"]
        for name in ("deedbox.mobileconfig", "deedbox-windows.reg", "deedbox-office.reg"):
            [file] = [
                str(each.get("href"))
                for each in again.root.iter("a")
                if str(each.get("href")).endswith(name)
            ]
            assert visit.get(file).status == 200

    def test_a_code_without_the_password_asks_for_it(self) -> None:
        assert davx5_address(HTTPS, None) == "davx5://anna@dav.example.org/dav/anna/"

    def test_the_qr_code_says_it_all(self) -> None:
        assert davx5_address(HTTPS, "7k2m9q-x4tzcr") == (
            "davx5://anna:7k2m9q-x4tzcr@dav.example.org/dav/anna/"
        )

    def test_a_qr_code_is_shown_where_davx5_can_use_it(self, console: Console) -> None:
        console.person("anna")
        visit = console.signed_in()

        assert "<svg" not in make(visit, "Laptop").html


def retire_link(visit: Visit, label: str) -> str:
    page = visit.get("/console/devices")
    for each in page.root.iter("a"):
        if str(each.get("href")).endswith("/retire") and label in each.text_content():
            return str(each.get("href"))
    raise AssertionError(label)


def uuids(made: dict[str, object]) -> set[str]:
    return set(
        re.findall(r"<key>PayloadUUID</key>\s*<string>([^<]+)", plistlib.dumps(made).decode())
    )
