"""A new user's way through the console in a real browser, and what axe-core says of each page.

The same walk on a phone and a desktop, light and dark, German and English. With
``DEEDBOX_SHOTS`` set to a folder it leaves a picture of each page there.
"""

import os
import re
import shutil
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest

from auth import people
from storage import hidden
from storage.store import Store, sqlite_url
from tests.builders import NOW_US
from tests.contact_rows import a_contact
from tests.e2e.http_client import ROOT
from tests.e2e.server_process import Office, Variant
from tests.groupware_door import event

CHROMIUM = shutil.which("chromium")
AXE = ROOT / ".venv" / "web" / "axe.js"
SHOTS = os.environ.get("DEEDBOX_SHOTS")
PASSWORD = "drei graue Eulen"
LONG = "w" * 63
"""The longest name of a user, in its widest letter."""

pytestmark = [
    pytest.mark.clients,
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed"),
]


class Look(NamedTuple):
    """How a browser looks at the pages."""

    name: str
    language: str
    scheme: str
    width: int


LOOKS = (
    Look("phone-dark-de", "de", "dark", 390),
    Look("desktop-light-en", "en", "light", 1280),
    Look("phone-light-en", "en", "light", 390),
    Look("desktop-dark-de", "de", "dark", 1280),
)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only where it is used

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    # An https address shows what only then is shown; it is not the one that is visited.
    settings = {"DEEDBOX_SERVER__PUBLIC_URL": "https://dav.example.org"}
    with Office(tmp_path, Variant(settings=settings)).serving() as running:
        yield running


class Walker:
    """Looks at each page it comes to."""

    def __init__(self, page: Any, look: Look) -> None:
        self.page = page
        self.look = look
        self.complaints: list[str] = []
        self.violations: list[str] = []
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def look_at(self, name: str) -> None:
        """Check the page for WCAG 2.2 AA, and that nothing sticks out at the side."""
        # Through the debugger: the page's own policy lets no script of others in.
        self.page.evaluate(AXE.read_text("utf-8"))
        found = self.page.evaluate(
            "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})"
        )
        self.violations += [
            f"{name}: {each['id']}: {node['html'][:160]}"
            for each in found["violations"]
            for node in each["nodes"]
        ]
        width = self.page.evaluate("document.documentElement.scrollWidth")
        if width > self.look.width:
            self.violations.append(f"{name}: {width} pixels wide")
        if SHOTS:
            target = Path(SHOTS) / f"{name}-{self.look.name}.png"
            self.page.screenshot(path=target, full_page=True)

    def fill(self, **fields: str) -> None:
        for name, value in fields.items():
            self.page.fill(f"[name={name}]", value)

    def send(self, action: str = "") -> None:
        form = f"main form[action$='{action}']" if action else "main form:not([action])"
        self.page.click(f"{form} button[type=submit]")

    def has(self, selector: str) -> None:
        self.page.wait_for_selector(selector)


@pytest.mark.parametrize("look", LOOKS, ids=[each.name for each in LOOKS])
def test_a_new_users_way(office: Office, chromium: Any, look: Look) -> None:
    office.command("user", "add", "berta", "--email", "berta@musterbuero.example", "--admin")
    office.command("user", "add", LONG, "--email", f"{LONG}@musterbuero.example")
    link = _path(office.command("user", "reset-password", "berta")["link"])
    context = chromium.new_context(
        locale=look.language,
        color_scheme=look.scheme,
        viewport={"width": look.width, "height": 800},
        base_url=office.origin,
    )
    walker = Walker(context.new_page(), look)

    for number in ("4711", "4712"):
        office.command("estate", "add", number, "Villa Parkallee")
    _contacts(office)
    _administrator(walker, link)
    invitation = walker.page.text_content("main code")
    context.clear_cookies()
    _invited(walker, _path(str(invitation)))
    _devices(walker)
    _account(walker)
    context.clear_cookies()
    page = walker.page
    page.goto("/console/sign-in")
    walker.fill(login="berta", password=PASSWORD)
    walker.send()
    walker.has("#devices")
    page.goto("/console/users/anna")
    page.click("a[href*='/devices/confirm']")
    walker.has("main form[method=post]")
    walker.look_at("anothers-device")
    walker.send("/confirm")
    walker.has(".notice.good")
    _asked_again(walker)

    assert walker.violations == []
    # A browser logs each answer that says no; nothing else may be there.
    assert [each for each in walker.complaints if "the server responded with" not in each] == []
    context.close()


@pytest.mark.parametrize("look", LOOKS, ids=[each.name for each in LOOKS])
def test_the_set_up(tmp_path: Path, chromium: Any, look: Look) -> None:
    with Office(tmp_path, Variant()).serving() as office:
        context = chromium.new_context(
            locale=look.language,
            color_scheme=look.scheme,
            viewport={"width": look.width, "height": 800},
            base_url=office.origin,
        )
        walker = Walker(context.new_page(), look)
        printed = re.findall(r"http\S+/setup/\S+", office.log.read_text())[-1]

        _first_steps(walker, _path(printed))
        _access_step(walker)
        _fill_step(walker, tmp_path)

        assert walker.violations == []
        assert [
            each for each in walker.complaints if "the server responded with" not in each
        ] == []
        context.close()


def _first_steps(walker: Walker, link: str) -> None:
    page = walker.page
    page.goto(link)
    walker.look_at("setup-office")
    walker.fill(office_name="Musterbüro", public_url="http://localhost")
    page.click("main button[type=submit]")
    walker.has(".notice.bad")
    walker.look_at("setup-office-wrong")
    walker.fill(public_url="https://dav.musterbuero.example")
    page.click("main button[type=submit]")
    walker.has("[name=user_name]")
    walker.look_at("setup-you")
    you = {"user_name": "anna", "email": "anna@musterbuero.example"}
    walker.fill(**you, password="kurz1234", repeated="kurz12345")
    page.click("main button[type=submit]")
    walker.has(".notice.bad")
    walker.look_at("setup-you-wrong")
    walker.fill(**you, password="93751846", repeated="93751846")
    page.click("main button[type=submit]")
    walker.has(".notice.warn")
    walker.look_at("setup-weak")
    page.click("main a[role=button]")
    walker.fill(name="jonas", email="jonas@musterbuero.example")
    walker.send("/users")
    walker.has("main code")
    walker.look_at("setup-users")
    page.goto("/console/set-up/office")
    walker.look_at("setup-office-again")
    page.goto("/console/devices")
    walker.has(".notice.warn a")
    walker.look_at("devices-in-set-up")
    page.click(".notice.warn a")
    walker.send("/users/done")


def _access_step(walker: Walker) -> None:
    walker.has("[name=device_label]")
    walker.look_at("setup-access")
    walker.fill(device_label="Laptop", devices_per_user="0")
    walker.send("/access")
    walker.has(".notice.bad, :invalid")
    walker.fill(devices_per_user="3")
    page = walker.page
    page.check("[name=agreed]")
    walker.send("/access")
    walker.has(".credential")
    walker.look_at("setup-device")
    page.goto("/console/set-up/access")
    walker.fill(device_label="laptop")
    walker.send("/access")
    walker.has("[name=anew]")
    walker.look_at("setup-device-again")
    page.goto("/console/")


def _fill_step(walker: Walker, folder: Path) -> None:
    page = walker.page
    walker.has("[name=archive]")
    walker.look_at("setup-fill")
    tree = folder / "Meine Objekte"
    for name in ("4711 Villa/Fotos/Haus.jpg", "4712 Altbau/Plan.pdf", "lose.txt"):
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_bytes(b"x" * 1000)
    card = folder / "alle.vcf"
    card.write_text("BEGIN:VCARD\nVERSION:3.0\nUID:a\nFN:Jonas Keil\nN:Keil;;;;\nEND:VCARD\n")
    for expected in (3, 3):
        page.set_input_files("[name=folder]", tree)
        page.set_input_files("[name=cards]", card)
        page.evaluate("document.body.dataset.before = ''")
        with page.expect_request(lambda sent: sent.method == "POST") as sent:
            walker.send()
        walker.has("body:not([data-before]) details")
        # The script sends it, and shows how far it is; elsewhere the form is sent without one.
        assert sent.value.resource_type == "xhr"
        assert page.locator("details:not([open]) li").count() == expected
        assert page.locator("details[open] li").count() == 1
    page.click("details:not([open]) summary")
    walker.look_at("setup-filled")
    walker.send("/fill/done")
    walker.has("a[href='/console/users']")
    walker.look_at("setup-ready")


def _path(address: str) -> str:
    """The address without its host."""
    return urlsplit(address).path


def _administrator(walker: Walker, link: str) -> None:
    page = walker.page
    page.goto(link)
    walker.look_at("reset")
    walker.fill(password=PASSWORD, repeated=PASSWORD)
    walker.send()
    walker.look_at("password-taken")
    page.goto("/console/users")
    walker.look_at("sign-in")
    walker.fill(login="berta", password="falsch geraten")
    walker.send()
    walker.look_at("sign-in-wrong")
    walker.fill(login="berta", password=PASSWORD)
    walker.send()
    walker.has("#people")
    walker.look_at("users")
    page.goto("/console/users/new")
    walker.fill(name="anna", email="berta@musterbuero.example")
    walker.send()
    walker.look_at("invite-wrong")
    walker.fill(email="anna@musterbuero.example")
    walker.send()
    walker.has("main code")
    walker.look_at("link")
    address = page.text_content("main code")
    page.goto("/console/users/anna")
    walker.look_at("user")
    _marks(walker)
    _sync(walker)
    _consent(walker)
    page.goto("/console/audit")
    walker.look_at("record")
    page.goto("/console/users")
    page.type("#q", "ber")
    page.wait_for_selector("#people a[href$='/anna']", state="detached")
    page.goto("/console/users/anna")
    walker.send("/link")
    walker.has("main code")
    assert page.text_content("main code") != address


def _marks(walker: Walker) -> None:
    page = walker.page
    page.goto("/console/access")
    walker.look_at("access")
    page.type("#q", "4712")
    page.wait_for_selector("#properties a >> text=4711", state="detached")
    page.click("#properties a >> text=4712")
    walker.has("main form[action$='/marks']")
    page.uncheck("main label:has-text('anna') input")
    walker.send("/marks")
    page.wait_for_selector("main label:has-text('anna') input:not(:checked)")
    page.select_option("#name", "anna")
    page.select_option("#new-right", "manage")
    page.click("form.inline button")
    walker.has("form[action$='/grants'] #right-1")
    walker.look_at("access-folder")
    page.goto("/console/access/collections")
    walker.look_at("access-collections")
    page.click(f"#collections li:has-text('{LONG}') a")
    walker.look_at("access-collection")
    page.goto(f"/console/users/{LONG}")
    walker.look_at("user-long")
    page.goto("/console/users/anna")
    walker.fill(first="1000", last="1999")
    walker.send("/range#ranges")
    walker.look_at("user-closed")
    walker.fill(first="1500", last="2500")
    walker.send("/range#ranges")
    walker.has("#first[aria-invalid]")
    walker.look_at("user-range-wrong")


def _contacts(office: Office) -> None:
    """Brokers and tags to choose from, more than a box shows, and three hidden ones."""
    store = Store(sqlite_url(office.data / "deedbox.sqlite3"))
    with store.write() as unit:
        berta = people.get(unit, "berta").id
        for number in range(12):
            a_contact(unit, f"Makler Nr. {number}", kind="broker", tags=(f"Merkmal {number}",))
            name, tags = f"Baugesellschaft Nr. {number}", (f"Bau {number}",)
            _contact, item = a_contact(unit, name, kind="company", tags=tags)
            if number % 4 == 0:
                hidden.hide(unit, berta, item, now_us=NOW_US)
    store.close()


def _sync(walker: Walker) -> None:
    page = walker.page
    page.goto("/console/groups")
    walker.look_at("groups")
    page.click("a[href='/console/groups/mitarbeiter/sync']")
    walker.look_at("sync-group")
    page.goto("/console/users/anna/sync")
    walker.fill(edited_days="9999")
    walker.send("/sync")
    walker.has("#edited_days-fault")
    walker.look_at("sync-wrong")
    page.goto("/console/users/anna")
    page.goto("/console/sync")
    walker.fill(edited_days="90")
    page.check("main label:has-text('Makler Nr. 7') input")
    page.check("main label:has-text('Merkmal 11') input")
    walker.send("/sync")
    walker.has(".notice.good")
    walker.look_at("sync")
    page.click("a[href='/console/sync/reset']")
    walker.look_at("sync-reset")
    walker.send()
    walker.has(".notice.good")
    assert page.input_value("#edited_days") == ""
    page.click("a[href='/console/sync/hidden']")
    walker.look_at("hidden")
    page.click(".rows li:first-child button")
    page.wait_for_selector(".rows li:nth-child(3)", state="detached")


def _consent(walker: Walker) -> None:
    page = walker.page
    page.goto("/console/consent-text")
    walker.look_at("consent-text")
    walker.fill(text_de="Ich willige ein.")
    page.click("button[value=save]")
    walker.has(".notice.warn")
    walker.look_at("consent-one-language")
    walker.fill(text_de="Ich willige ein.", text_en="I consent.")
    page.click("button[value=preview]")
    walker.has("#preview")
    walker.look_at("consent-preview")
    page.click("button[value=save]")
    page.wait_for_selector("#preview", state="detached")
    page.goto("/console/consent-text/2")
    walker.look_at("consent-version")
    page.goto("/console/consent-text/agreed")
    walker.look_at("consent-agreed")


def _asked_again(walker: Walker) -> None:
    """The text was changed; whoever signs in reads the new one first."""
    page = walker.page
    page.goto("/console/consent-text")
    walker.fill(text_de="Ich willige auch darin ein.", text_en="I consent to this, too.")
    page.check("[name=asks_again]")
    page.click("button[value=save]")
    walker.has("#versions")
    page.context.clear_cookies()
    page.goto("/console/devices")
    walker.fill(login="anna", password="93751846")
    walker.send()
    walker.has("[name=agreed]")
    walker.look_at("consent-again")
    page.check("[name=agreed]")
    walker.send()
    walker.has("#devices")


def _invited(walker: Walker, invitation: str) -> None:
    walker.page.goto(invitation)
    walker.look_at("invitation")
    walker.page.check("[name=agreed]")
    walker.fill(password="kurz", repeated="kurz")
    walker.send()
    walker.look_at("invitation-wrong")
    walker.fill(password="93751846", repeated="93751846")
    walker.send()
    walker.has("main a[role=button]")
    walker.look_at("joined")


def _devices(walker: Walker) -> None:
    page = walker.page
    passwords = {}
    for number, label in enumerate(("Laptop", "iPhone")):
        page.goto("/console/devices/new")
        if not number:
            walker.look_at("device-new")
        walker.fill(label=label)
        walker.send()
        walker.has(".credential")
        password = page.text_content("[aria-labelledby=device-password]")
        assert re.fullmatch(r"\w{6}(-\w{6}){5}", str(password))
        passwords[label] = str(password)
    walker.has(".qr svg")
    walker.look_at("device-done")
    page.goto("/console/devices/new")
    assert "Laptop" in str(page.text_content("main"))
    walker.look_at("devices-full")
    page.goto("/console/devices")
    walker.look_at("devices")
    _allow_new_devices(walker, passwords)
    page.click("a[id^=retire]")
    walker.look_at("device-retire")
    walker.send()
    page.wait_for_selector("#new-device")
    begun = page.request.post("/index.php/login/v2").json()
    page.goto(_path(begun["login"]))
    walker.look_at("flow")
    walker.send()
    walker.look_at("flow-done")
    poll = begun["poll"]
    given = page.request.post(_path(poll["endpoint"]), form={"token": poll["token"]})
    assert given.json()["loginName"] == "anna"


def _allow_new_devices(walker: Walker, passwords: dict[str, str]) -> None:
    """While the page is open the devices sync; what it says follows, what was chosen stays."""
    page = walker.page
    calendar = "/dav/anna/calendar/"
    step = "section:has(h2:text-is('%s')) .rows li:first-child .state"
    page.click("#allow-devices")
    walker.has("input[name=go]")
    page.uncheck("input[name=go] >> nth=0")
    listing = {"Depth": "1"}
    assert _asked(page, passwords["Laptop"], "PROPFIND", calendar, listing) == 207
    page.wait_for_selector(f"{step % 'Laptop'}.active")
    for number in range(12):
        body = event(f"{number}").decode()
        there = f"{calendar}{number}.ics"
        assert _asked(page, passwords["iPhone"], "PUT", there, {}, body) == 201
    page.wait_for_selector(f"{step % 'Laptop'}.late")
    page.wait_for_function("document.querySelector('.state.late').textContent.includes('12')")
    walker.look_at("new-devices")
    assert not page.is_checked("input[name=go] >> nth=0")
    assert _asked(page, passwords["Laptop"], "PROPFIND", calendar, listing) == 207
    page.wait_for_selector(f"{step % 'Laptop'}.active")
    page.click("main form button[type=submit]")
    walker.has("main form[method=post]")
    walker.look_at("new-devices-confirm")
    walker.send("/confirm")
    walker.has("#new-device")
    assert _asked(page, passwords["Laptop"], "PROPFIND", calendar, listing) == 207
    assert _asked(page, passwords["iPhone"], "PROPFIND", calendar, listing) == 401


def _asked(
    page: Any, password: str, method: str, path: str, headers: dict[str, str], body: str = ""
) -> int:
    """What a device of anna's is answered."""
    proof = b64encode(f"anna:{password}".encode()).decode()
    headers = {"Authorization": f"Basic {proof}", "User-Agent": "DAVx5/4.5", **headers}
    return int(page.request.fetch(path, method=method, headers=headers, data=body).status)


def _account(walker: Walker) -> None:
    page = walker.page
    page.goto("/console/account")
    walker.look_at("account")
    page.goto("/console/account/password")
    walker.look_at("password")
    page.goto("/console/account/second-factor")
    walker.look_at("second-factor")
    page.goto("/console/confirm?next=/console/devices")
    walker.look_at("confirm")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.goto("/invite/x")
    walker.look_at("link-ended")
    page.goto("/console/forgot")
    walker.look_at("forgot")
    page.goto("/console/devices/999/retire")
    walker.look_at("error")
