"""A browser without JavaScript: it keeps cookies, reads forms, and sends what a person types."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urljoin, urlsplit


@dataclass
class Page(HTMLParser):
    """An answer and what a person, or a screen reader, finds in it."""

    url: str
    status: int
    headers: dict[str, str]
    html: str
    fields: dict[str, str] = field(default_factory=dict)
    inputs: list[dict[str, str]] = field(default_factory=list)
    labelled: set[str] = field(default_factory=set)
    ids: list[str] = field(default_factory=list)
    references: set[str] = field(default_factory=set)
    resources: list[str] = field(default_factory=list)
    action: str = ""
    language: str = ""
    scripts: int = 0
    codes: list[str] = field(default_factory=list)
    _is_code: bool = False

    def __post_init__(self) -> None:
        HTMLParser.__init__(self)
        self.feed(self.html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self._note_names(tag, found)
        if tag == "html":
            self.language = found.get("lang", "")
        elif tag == "form":
            self.action = found.get("action", "")
        elif tag == "input":
            self._note_input(found)
        elif tag == "script":
            self.scripts += 1
        elif tag in {"link", "img"}:
            self.resources.append(found.get("href") or found.get("src", ""))
        elif tag == "code":
            self._is_code = True
            self.codes.append("")

    def handle_endtag(self, tag: str) -> None:
        self._is_code = self._is_code and tag != "code"

    def handle_data(self, data: str) -> None:
        if self._is_code:
            self.codes[-1] += data

    def _note_names(self, tag: str, found: Mapping[str, str]) -> None:
        if "id" in found:
            self.ids.append(found["id"])
        if tag == "label":
            self.labelled.add(found.get("for", ""))
        for name in ("aria-describedby", "aria-labelledby"):
            self.references.update(found.get(name, "").split())

    def _note_input(self, found: dict[str, str]) -> None:
        self.inputs.append(found)
        if found.get("type") != "radio" or "checked" in found:
            self.fields[found["name"]] = found.get("value", "")


class Browser:
    """One person's visit."""

    def __init__(self, port: int, language: str = "en") -> None:
        self._port = port
        self._language = language
        self.cookies: SimpleCookie = SimpleCookie()

    def get(self, url: str) -> Page:
        """Open an address."""
        return self._ask("GET", url)

    def send(self, page: Page, **typed: str) -> Page:
        """Send the page's form with these fields typed in."""
        body = urlencode(page.fields | typed)
        return self._ask("POST", urljoin(page.url, page.action), body)

    def _ask(self, method: str, url: str, body: str = "") -> Page:
        parts = urlsplit(url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        headers = {"Accept-Language": self._language, "User-Agent": "Mozilla/5.0 Firefox/140.0"}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{k}={v.value}" for k, v in self.cookies.items())
        if method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection = HTTPConnection("127.0.0.1", self._port, timeout=30)
        try:
            connection.request(method, target, body, headers)
            answer = connection.getresponse()
            for name, value in answer.getheaders():
                if name.lower() == "set-cookie":
                    self.cookies.load(value)
            sent = {name.lower(): value for name, value in answer.getheaders()}
            return Page(url, answer.status, sent, answer.read().decode())
        finally:
            connection.close()
