"""A browser without JavaScript: it keeps cookies, reads forms, and sends what a person types."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urljoin, urlsplit

FORM = "application/x-www-form-urlencoded"
SEE_OTHER = 303


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
    forms: list[tuple[str, dict[str, str]]] = field(default_factory=list)
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
            self.forms.append((self.action, {}))
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
        is_ticked = "checked" in found or found.get("type") not in {"radio", "checkbox"}
        if is_ticked and found.get("type") != "file":
            self.fields[found["name"]] = found.get("value", "")
            self.forms[-1][1][found["name"]] = found.get("value", "")

    def form(self, action: str) -> tuple[str, dict[str, str]]:
        """The address and fields of the form that goes to *action* (its end)."""
        return next(each for each in self.forms if each[0].endswith(action))


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

    def send_to(self, page: Page, action: str, **typed: str) -> Page:
        """Send the one of the page's forms that goes to *action* (its end)."""
        target, fields = page.form(action)
        return self._ask("POST", urljoin(page.url, target), urlencode(fields | typed))

    def send_files(self, page: Page, **files: tuple[str, bytes]) -> Page:
        """Send the page's own form, which takes files, with these (name and content)."""
        target, fields = next(each for each in page.forms if not each[0])
        parts = [f'name="{name}"\r\n\r\n{value}'.encode() for name, value in fields.items()]
        for name, (filename, content) in files.items():
            parts.append(f'name="{name}"; filename="{filename}"\r\n\r\n'.encode() + content)
        head = b"--deedbox\r\nContent-Disposition: form-data; "
        body = b"".join(head + part + b"\r\n" for part in parts) + b"--deedbox--\r\n"
        kind = "multipart/form-data; boundary=deedbox"
        return self._ask("POST", urljoin(page.url, target), body, kind)

    def follow(self, page: Page) -> Page:
        """Go where the answer leads."""
        while page.status == SEE_OTHER:
            page = self.get(urljoin(page.url, page.headers["location"]))
        return page

    def _ask(self, method: str, url: str, body: str | bytes = "", kind: str = FORM) -> Page:
        parts = urlsplit(url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        headers = {"Accept-Language": self._language, "User-Agent": "Mozilla/5.0 Firefox/140.0"}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{k}={v.value}" for k, v in self.cookies.items())
        if method == "POST":
            headers["Content-Type"] = kind
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
