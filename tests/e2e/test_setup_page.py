import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import pytest

from tests.e2e.browser import Browser, Page
from tests.e2e.server_process import CommandError, Device, Office, Variant

CHROMIUM = shutil.which("chromium")
OFFICE = {"office_name": "Musterbüro", "office_language": "en", "public_url": ""}
YOU = {
    "user_name": "anna",
    "email": "anna@musterbuero.example",
    "password": "drei graue Eulen",
    "repeated": "drei graue Eulen",
}
ACCESS = {"visibility": "own", "devices_per_user": "2", "device_label": "Laptop", "agreed": "yes"}


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Office]:
    """A server that was started on an empty folder."""
    with Office(tmp_path, Variant()).serving() as running:
        yield running


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """The same, for tests that leave it as it is."""
    with Office(tmp_path_factory.mktemp("empty"), Variant()).serving() as running:
        yield running


def link(office: Office) -> str:
    found = re.findall(r"http\S+/setup/\S+", office.log.read_text())
    return str(found[-1])


def device_of(page: Page) -> Device:
    password = next(each for each in page.codes if re.fullmatch(r"\w{6}(-\w{6}){5}", each))
    return Device(page.codes[0], password)


def ask(office: Office, target: str, device: Device | None) -> tuple[int, dict[str, str], str]:
    connection = office.http()
    headers = {"Depth": "1"} | ({"Authorization": device.authorization} if device else {})
    connection.request("PROPFIND", target, headers=headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, text


def you_page(office: Office, browser: Browser) -> Page:
    """Step 1 is sent."""
    form = browser.follow(browser.get(link(office)))
    return browser.follow(browser.send(form, **OFFICE))


def access_page(office: Office, browser: Browser) -> Page:
    """The first administrator is in, and invites nobody."""
    users = browser.follow(browser.send(you_page(office, browser), **YOU))
    return browser.follow(browser.send_to(users, "/users/done"))


def device_page(office: Office, browser: Browser) -> Page:
    """The first device is made."""
    return browser.send_to(access_page(office, browser), "/access", **ACCESS)


@pytest.mark.parametrize("kind", ["uvicorn", "cheroot"])
def test_the_whole_way(tmp_path: Path, kind: str) -> None:
    with Office(tmp_path, Variant(kind)).serving() as office:
        browser = Browser(office.port)
        device = device_of(device_page(office, browser))
        for target in ("/files/", "/dav/anna/", "/", "/.well-known/caldav"):
            for whose in (device, Device("anna", "falsch"), None):
                status, headers, text = ask(office, target, whose)
                assert (status, headers["retry-after"]) == (503, "60")
                assert text == "This office is still being set up.\n"
        archive = BytesIO()
        with zipfile.ZipFile(archive, "w") as file:
            # More than one block, and more than any other form may hold.
            file.writestr("4711 Villa/Plan.pdf", os.urandom(3_000_000))
        card = (
            b"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:a\r\nFN:Jonas Keil\r\nN:Keil;;;;\r\nEND:VCARD\r\n"
        )
        fill = browser.get(office.url("/console/set-up/fill"))
        report = browser.send_files(
            fill, archive=("Objekte.zip", archive.getvalue()), cards=("alle.vcf", card)
        )
        assert "4711 Villa/Plan.pdf" in report.html
        assert "alle.vcf: Jonas Keil" in report.html
        assert ask(office, "/files/", device)[0] == 503

        ready = browser.follow(browser.send_to(report, "/fill/done"))

        assert "Your office is open" in ready.html
        assert ask(office, "/files/", None)[0] == 401
        status, _, listing = ask(office, "/files/Properties/4711%20Villa/", device)
        assert status == 207
        assert "Plan.pdf" in listing
        status, _, listing = ask(office, "/dav/anna/contacts/", device)
        assert status == 207
        assert ".vcf" in listing
        assert list(office.temporary_files()) == []


def test_the_command_opens_what_was_left(empty: Office) -> None:
    with pytest.raises(CommandError, match="Nobody is in"):
        empty.command("open")
    browser = Browser(empty.port)
    device = device_of(device_page(empty, browser))
    empty.command("user", "add", "jonas", "--email", "jonas@musterbuero.example")
    assert ask(empty, "/files/", device)[0] == 503

    assert empty.command("open") == {"opened": True}
    assert empty.command("open") == {"opened": False}

    assert ask(empty, "/files/", device)[0] == 207
    assert "Your office is open" in browser.get(empty.url("/console/set-up")).html


def test_a_start_in_the_middle_says_where_to_go_on(tmp_path: Path) -> None:
    office = Office(tmp_path, Variant())
    with office.serving():
        access_page(office, Browser(office.port))
    office.log.write_text("")

    with office.serving():
        said = office.log.read_text()
        assert "/setup/" not in said
        assert "The set-up is not done" in said
        browser = Browser(office.port)
        form = browser.follow(browser.get(office.url("/console/")))
        page = browser.follow(browser.send(form, login="anna", password=YOU["password"]))
        assert "Who may what?" in page.html


class TestTheLink:
    def test_works_once(self, empty: Office) -> None:
        browser = Browser(empty.port)
        form = you_page(empty, browser)
        first = browser.send(form, **YOU)

        second = browser.send(form, **YOU | {"user_name": "jonas"})

        assert (first.status, second.status, browser.get(form.url).status) == (303, 410, 410)
        assert [each["username"] for each in empty.command("user", "list")["users"]] == ["anna"]

    def test_makes_one_administrator_of_two_who_send_at_once(self, empty: Office) -> None:
        browsers = [Browser(empty.port), Browser(empty.port)]
        forms = [you_page(empty, each) for each in browsers]

        with ThreadPoolExecutor(2) as pool:
            answers = pool.map(
                lambda at: browsers[at].send(forms[at], **YOU | {"user_name": f"user{at}"}),
                (0, 1),
            )

        assert sorted(each.status for each in answers) == [303, 410]

    def test_that_is_wrong_says_how_to_get_another(self, lasting: Office) -> None:
        page = Browser(lasting.port).get(link(lasting)[:-1])

        assert page.status == 404
        assert "deedbox setup-link" in page.html

    def test_of_the_command_takes_the_place_of_the_first(self, empty: Office) -> None:
        first = link(empty)

        second = empty.command("setup-link")["link"]

        browser = Browser(empty.port)
        assert (browser.get(first).status, browser.get(second).status) == (404, 303)


class TestTheForm:
    def test_from_another_site_is_refused(self, lasting: Office) -> None:
        victim, stranger = Browser(lasting.port), Browser(lasting.port)
        victim.follow(victim.get(link(lasting)))

        answer = victim.send(stranger.follow(stranger.get(link(lasting))), **OFFICE)

        assert answer.status == 403

    def test_without_cookies_is_refused(self, lasting: Office) -> None:
        browser = Browser(lasting.port)
        form = browser.follow(browser.get(link(lasting)))
        browser.cookies.clear()

        assert browser.send(form, **OFFICE).status == 403

    def test_shows_what_was_typed_as_text(self, lasting: Office) -> None:
        browser = Browser(lasting.port)
        typed = '"><script>alert(1)</script>'

        form = browser.follow(browser.get(link(lasting)))
        answer = browser.send(form, **OFFICE | {"public_url": typed})

        assert answer.status == 422
        assert answer.scripts == 0
        assert answer.fields["public_url"] == typed


class TestEveryPage:
    @pytest.fixture(params=["form", "faults", "wrong", "landing"])
    def page(self, request: pytest.FixtureRequest, lasting: Office) -> Page:
        browser = Browser(lasting.port)
        form = browser.follow(browser.get(link(lasting)))
        if request.param == "form":
            return form
        if request.param == "faults":
            return browser.send(form, public_url="ftp://x")
        wrong = f"http://127.0.0.1:{lasting.port}"
        return browser.get(wrong + ("/setup/x" if request.param == "wrong" else "/"))

    def test_is_kept_nowhere_and_allows_no_foreign_code(self, page: Page) -> None:
        policy = page.headers["content-security-policy"]

        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "no-referrer"
        assert page.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy

    def test_loads_nothing_from_elsewhere_and_no_script(self, page: Page) -> None:
        assert page.scripts == 0
        assert all(each.startswith("/static/") for each in page.resources)
        assert "style=" not in page.html

    def test_loads_files_that_are_kept_for_good_and_change_their_name(
        self, page: Page, lasting: Office
    ) -> None:
        styles = [each for each in page.resources if ".css" in each]

        assert len(styles) == 2
        for each in styles:
            kept = Browser(lasting.port).get(lasting.url(each)).headers["cache-control"]
            changed = Browser(lasting.port).get(lasting.url(each + "0")).headers["cache-control"]
            assert kept == "public, max-age=31536000, immutable"
            assert "immutable" not in changed

    def test_names_each_field_and_points_at_what_is_there(self, page: Page) -> None:
        visible = [each for each in page.inputs if each.get("type") != "hidden"]

        assert {each["id"] for each in visible} <= page.labelled
        assert page.references <= set(page.ids)
        assert len(page.ids) == len(set(page.ids))


class TestLanguages:
    @pytest.mark.parametrize(
        ("preferred", "expected"),
        [("de-AT,de;q=0.9", "de"), ("en-GB", "en"), ("fr", "de"), ("fr, en;q=0.5", "en")],
    )
    def test_follow_the_browser(self, lasting: Office, preferred: str, expected: str) -> None:
        browser = Browser(lasting.port, preferred)

        assert browser.follow(browser.get(link(lasting))).language == expected

    def test_a_chosen_one_stays_through_the_form(self, lasting: Office) -> None:
        browser = Browser(lasting.port, "en")

        form = browser.follow(browser.get(link(lasting) + "?lang=de"))
        answer = browser.send(form, public_url="ftp://x")

        assert answer.language == "de"
        assert "Bitte prüfen Sie diese Felder" in answer.html


def test_the_result_gives_the_addresses_for_each_client(empty: Office) -> None:
    done = device_page(empty, Browser(empty.port))

    address = f"http://127.0.0.1:{empty.port}/files/"
    lines = "\n".join(done.codes)
    assert f"net use Z: {address} /user:anna" in lines
    assert f"mount -t davfs {address}" in lines
    assert f"url={address}" in lines
    assert "without encryption" in done.html
    assert done.headers["cache-control"] == "no-store"


@pytest.mark.clients
@pytest.mark.skipif(not shutil.which("rclone"), reason="rclone is not installed")
def test_the_line_for_rclone_works_as_printed(empty: Office, tmp_path: Path) -> None:
    done = device_page(empty, Browser(empty.port))
    empty.command("open")
    lines = next(each for each in done.codes if each.startswith("rclone config"))

    listed = subprocess.run(
        ["sh", "-ec", lines],
        env={"PATH": "/usr/bin:/bin", "RCLONE_CONFIG": str(tmp_path / "rclone.conf")},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert "Properties" in listed.stdout


@pytest.mark.clients
@pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed")
def test_chromium_shows_the_form_without_complaint(lasting: Office, tmp_path: Path) -> None:
    shown = subprocess.run(
        [
            str(CHROMIUM),
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--enable-logging=stderr",
            f"--user-data-dir={tmp_path / 'profile'}",
            "--dump-dom",
            link(lasting) + "?lang=de",
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert "Ihr Büro einrichten" in shown.stdout
    assert "CONSOLE" not in shown.stderr
