import re
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.e2e.browser import Browser, Page
from tests.e2e.server_process import Device, Office, Variant

CHROMIUM = shutil.which("chromium")
GOOD = {
    "office_name": "Musterbüro",
    "office_language": "en",
    "user_name": "anna",
    "email": "anna@musterbuero.example",
    "password": "drei graue Eulen",
    "repeated": "drei graue Eulen",
    "device_label": "Laptop",
}


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


def propfind(office: Office, device: Device | None) -> tuple[int, str]:
    connection = office.http()
    headers = {"Depth": "1"} | ({"Authorization": device.authorization} if device else {})
    connection.request("PROPFIND", "/files/", headers=headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


class TestTheLink:
    def test_makes_an_administrator_whose_device_opens_the_folders(self, empty: Office) -> None:
        browser = Browser(empty.port)
        assert propfind(empty, None)[0] == 503

        done = browser.send(browser.get(link(empty)), **GOOD)

        assert done.status == 200
        assert "no phone and no other computer reaches it" in done.html
        status, listing = propfind(empty, device_of(done))
        assert status == 207
        assert "/files/Properties/" in listing
        assert empty.command("user", "list")["users"][0]["username"] == "anna"

    def test_works_once(self, empty: Office) -> None:
        browser = Browser(empty.port)
        form = browser.get(link(empty))
        first = browser.send(form, **GOOD)

        second = browser.send(form, **GOOD | {"user_name": "jonas"})

        assert (first.status, second.status, browser.get(form.url).status) == (200, 410, 410)
        assert device_of(first).password not in second.html
        assert [each["username"] for each in empty.command("user", "list")["users"]] == ["anna"]

    def test_makes_one_administrator_of_two_who_send_at_once(self, empty: Office) -> None:
        browsers = [Browser(empty.port), Browser(empty.port)]
        forms = [each.get(link(empty)) for each in browsers]

        with ThreadPoolExecutor(2) as pool:
            answers = pool.map(
                lambda at: browsers[at].send(forms[at], **GOOD | {"user_name": f"user{at}"}),
                (0, 1),
            )

        assert sorted(each.status for each in answers) == [200, 410]

    def test_that_is_wrong_says_how_to_get_another(self, lasting: Office) -> None:
        page = Browser(lasting.port).get(link(lasting)[:-1])

        assert page.status == 404
        assert "deedbox setup-link" in page.html

    def test_of_the_command_takes_the_place_of_the_first(self, empty: Office) -> None:
        first = link(empty)

        second = empty.command("setup-link")["link"]

        browser = Browser(empty.port)
        assert (browser.get(first).status, browser.get(second).status) == (404, 200)


class TestTheForm:
    @pytest.mark.parametrize(
        ("fields", "fault"),
        [
            ({"user_name": "Anna Berg"}, "Lower-case letters"),
            ({"user_name": "administration"}, "This name is in use"),
            ({"email": "anna"}, "looks like name@example.org"),
            ({"password": "short", "repeated": "short"}, "At least 8 characters"),
            ({"password": "12345678", "repeated": "12345678"}, "most common"),
            ({"repeated": "drei graue Eule"}, "The two passwords differ"),
            ({"password": "short", "repeated": "other"}, "The two passwords differ"),
            ({"password": "short", "repeated": "other"}, "At least 8 characters"),
            ({"device_label": " "}, "1 to 64 characters"),
            ({"device_label": "Lap\x07top"}, "No control or invisible characters"),
            ({"office_language": "fr"}, "Choose German or English"),
            ({"office_name": "x" * 201}, "At most 200 characters"),
        ],
    )
    def test_says_what_is_wrong_keeps_the_rest_and_makes_nothing(
        self, lasting: Office, fields: dict[str, str], fault: str
    ) -> None:
        browser = Browser(lasting.port)

        answer = browser.send(browser.get(link(lasting)), **GOOD | fields)

        assert answer.status == 422
        assert fault in answer.html
        assert answer.fields["email"] == (GOOD | fields)["email"]
        assert "Eulen" not in answer.html
        assert browser.get(link(lasting)).status == 200

    def test_from_another_site_is_refused(self, lasting: Office) -> None:
        victim, stranger = Browser(lasting.port), Browser(lasting.port)
        victim.get(link(lasting))

        answer = victim.send(stranger.get(link(lasting)), **GOOD)

        assert answer.status == 403
        assert victim.get(link(lasting)).status == 200

    def test_without_cookies_is_refused(self, lasting: Office) -> None:
        browser = Browser(lasting.port)
        form = browser.get(link(lasting))
        browser.cookies.clear()

        assert browser.send(form, **GOOD).status == 403

    def test_shows_what_was_typed_as_text(self, lasting: Office) -> None:
        browser = Browser(lasting.port)
        typed = '"><script>alert(1)</script>'

        answer = browser.send(browser.get(link(lasting)), **GOOD | {"email": typed})

        assert answer.scripts == 0
        assert answer.fields["email"] == typed


class TestEveryPage:
    @pytest.fixture(params=["form", "faults", "wrong", "landing"])
    def page(self, request: pytest.FixtureRequest, lasting: Office) -> Page:
        browser = Browser(lasting.port)
        form = browser.get(link(lasting))
        if request.param == "form":
            return form
        if request.param == "faults":
            return browser.send(form)
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
        assert Browser(lasting.port, preferred).get(link(lasting)).language == expected

    def test_a_chosen_one_stays_through_the_form(self, lasting: Office) -> None:
        browser = Browser(lasting.port, "en")

        answer = browser.send(browser.get(link(lasting) + "?lang=de"), email="x")

        assert answer.language == "de"
        assert "Bitte prüfen Sie diese Felder" in answer.html


def test_the_result_gives_the_addresses_for_each_client(empty: Office) -> None:
    browser = Browser(empty.port)

    done = browser.send(browser.get(link(empty)), **GOOD)

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
    browser = Browser(empty.port)
    done = browser.send(browser.get(link(empty)), **GOOD)
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
