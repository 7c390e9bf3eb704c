"""A person at the console of a server that runs: fills in its forms, without JavaScript."""

from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from lxml import html

from tests.e2e.browser import Browser, Page
from tests.e2e.server_process import Office

PASSWORD = "drei graue Eulen"


class ConsoleVisit:
    """One person's browser, signed in by a link for a new password."""

    def __init__(self, office: Office, name: str, password: str = PASSWORD) -> None:
        self.browser = Browser(office.port)
        link = office.command("user", "reset-password", name)["link"]
        self.send(self.get(urlsplit(link).path), password=password, repeated=password)
        page = self.get("/console/devices")
        self.send(page, login=name, password=password)
        assert "Sign in" not in self.get("/console/account").html.partition("</title>")[0]

    def get(self, url: str) -> Page:
        """Open an address, and what it leads to."""
        return self._follow(self.browser.get(url))

    def send(self, page: Page, action: str = "", **typed: Any) -> Page:
        """Send the form that goes to *action* (its end), with these fields typed in."""
        form = self.form(page, action)
        fields: dict[str, list[str]] = {}
        for name, value in form.form_values():
            fields.setdefault(name, []).append(value)
        body = urlencode(fields | typed, doseq=True)
        target = urljoin(page.url, form.get("action") or page.url)
        return self._follow(self.browser._ask("POST", target, body))

    def set_marks(self, url: str, **wanted: bool) -> None:
        """Take or give users' check marks on a page about who may."""
        page = self.get(url)
        assert page.status == 200
        boxes = self.form(page, "/marks").xpath(".//input[@name='open'][not(@disabled)]")
        chosen = [
            each.get("value")
            for each in boxes
            if wanted.get(
                each.getparent().text_content().split()[0], each.get("checked") is not None
            )
        ]
        assert self.send(page, "/marks", open=chosen).status == 200

    @staticmethod
    def form(page: Page, action: str = "") -> Any:
        """The form that goes to *action*, or the page's own."""
        root: Any = html.fromstring(page.html)
        for each in root.forms:
            target = each.get("action") or ""
            if target.endswith(action) if action else not target:
                return each
        raise AssertionError(f"no form to {action!r} on {page.url}: {page.status}")

    def _follow(self, page: Page) -> Page:
        for _ in range(5):
            if page.status not in (302, 303):
                return page
            page = self.browser.get(urljoin(page.url, page.headers["location"]))
        raise AssertionError(f"{page.url} leads round and round")
