"""The console without a socket, and people who visit it with a browser that has no JavaScript."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from flask import Flask
from flask.testing import FlaskClient
from lxml import html as lxml_html
from werkzeug.test import TestResponse

from admin.application import make_console
from admin.parts import ConsoleParts
from auth import people
from auth.throttle import Throttle
from config.settings import Mail, Settings, Storage
from office.people import add_person
from storage.local_blobs import LocalBlobs
from storage.meters import Meters
from storage.store import Store
from tests.builders import KEY, with_groups

PASSWORD = "drei graue Eulen"
HOST = "http://dav.example.org"


class Clock:
    """The time that a test lets pass."""

    def __init__(self) -> None:
        self.us = 1_790_000_000_000_000

    def pass_seconds(self, seconds: float) -> None:
        self.us += int(seconds * 1_000_000)


@dataclass(frozen=True, slots=True)
class TimedParts(ConsoleParts):
    """The console's parts, with the test's clock."""

    clock: Callable[[], int] = field(kw_only=True)

    def now_us(self) -> int:  # type: ignore[override]
        return self.clock()


@dataclass
class Page:
    """An answer, and what is to be read and filled in on it."""

    url: str
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def html(self) -> str:
        return self.body.decode()

    @property
    def root(self) -> Any:
        return lxml_html.fromstring(self.html)

    @property
    def text(self) -> str:
        """What one reads, all white space being one blank."""
        main = self.root.xpath("//main")
        return " ".join((main[0] if main else self.root).text_content().split())

    @property
    def title(self) -> str:
        return str(self.root.findtext(".//title"))

    @property
    def token(self) -> str:
        """What proves that a form came from this page."""
        return str(self.root.xpath("//input[@name='form_token']/@value")[0])

    def form(self, action: str = "") -> Any:
        """The form that goes to *action* (its end), or the page's own, which says none."""
        for each in self.root.forms:
            target = each.get("action") or ""
            if target.endswith(action) if action else not target:
                return each
        raise AssertionError(f"no form to {action!r} on {self.url}: {self.text[:200]}")

    def codes(self) -> list[str]:
        """What is to be copied."""
        return [each.text_content() for each in self.root.iter("code")]


class Visit:
    """One person's browser."""

    def __init__(self, console: "Console", *, language: str = "en", address: str) -> None:
        self.client: FlaskClient = console.app.test_client()
        self._headers = {"Accept-Language": language, "User-Agent": "Mozilla/5.0 Firefox/140.0"}
        self._address = address

    def get(self, url: str, **headers: str) -> Page:
        """Open an address, and what it leads to."""
        return self._follow(self._ask("GET", url, None, headers))

    def send(self, page: Page, action: str = "", /, **typed: Any) -> Page:
        """Send a form of the page with these fields filled in; None leaves one out."""
        form = page.form(action)
        fields: dict[str, Any] = {}
        for name, value in form.form_values():
            fields.setdefault(name, []).append(value)
        fields |= typed
        fields = {name: value for name, value in fields.items() if value is not None}
        target = urljoin(page.url, form.get("action") or page.url)
        return self._follow(self._ask("POST", target, fields, {}))

    def confirm(self, asked: Page, password: str = PASSWORD) -> Page:
        """Give the password on the page that asks for it again."""
        assert "Your password, please" in asked.title
        [form] = asked.root.xpath("//form[.//input[@name='password_again']]")
        return self.send(asked, form.get("action") or "", password_again=password)

    def post(self, url: str, **fields: str) -> Page:
        """Send what no form of ours did."""
        return self._ask("POST", url, fields, {})

    def sign_in(self, login: str = "anna", password: str = PASSWORD) -> Page:
        """Sign in from the page that asks for it."""
        return self.send(self.get("/console/sign-in"), login=login, password=password)

    def is_in(self) -> bool:
        """Whether this browser is signed in."""
        return "Sign in" not in self.get("/console/confirm").title

    @property
    def session(self) -> str:
        """The token of its session."""
        found = self.client.get_cookie("deedbox_session", "dav.example.org")
        return found.value if found else ""

    def _follow(self, page: Page) -> Page:
        for _ in range(5):
            if page.status not in (302, 303):
                return page
            page = self._ask("GET", urljoin(page.url, page.headers["location"]), None, {})
        raise AssertionError(f"{page.url} leads round and round")

    def _ask(
        self, method: str, url: str, fields: dict[str, Any] | None, headers: dict[str, str]
    ) -> Page:
        answer: TestResponse = self.client.open(
            urljoin(HOST, url).removeprefix(HOST),
            base_url=HOST,
            method=method,
            data=fields,
            headers=self._headers | headers,
            environ_overrides={"deedbox.address": self._address},
        )
        sent = {name.lower(): value for name, value in answer.headers.items()}
        return Page(url, answer.status_code, sent, answer.get_data())


class Console:
    """An office's console with people of its own."""

    def __init__(self, store: Store, folder: Path, **settings: Any) -> None:
        with_groups(store)
        self.store = store
        self.folder = folder
        self.clock = Clock()
        self.meters = Meters(folder / "meters")
        self.throttle = Throttle(self.meters, KEY, clock=lambda: self.clock.us)
        storage = Storage(blobs_folder=folder / "blobs")
        self.settings = Settings(data_folder=folder, storage=storage, **settings)
        self.room = 1 << 40
        parts = TimedParts(
            store,
            self.settings,
            KEY,
            self.throttle,
            LocalBlobs(folder / "blobs"),
            lambda: self.room,
            clock=lambda: self.clock.us,
        )
        self.app: Flask = make_console(parts)

    def visit(self, *, language: str = "en", address: str = "192.0.2.1") -> Visit:
        """A browser that was never here."""
        return Visit(self, language=language, address=address)

    def person(self, name: str = "anna", *groups: str, password: str | None = PASSWORD) -> None:
        """A user who is active at once."""
        with self.store.write() as unit:
            add_person(
                unit,
                name,
                f"{name}@buero.example",
                password=password,
                groups=groups or ("mitarbeiter",),
                now_us=self.clock.us,
            )

    def user_id(self, name: str = "anna") -> int:
        """That user's id."""
        with self.store.read() as unit:
            return people.get(unit, name).id

    def signed_in(self, name: str = "anna", *, language: str = "en") -> Visit:
        """That user's browser."""
        visit = self.visit(language=language)
        assert visit.sign_in(name).status == 200
        return visit


MAIL = Mail(host="mail.example.org", sender="buero@example.org")
