"""An office in its set-up, and what it is filled with in tests."""

import io
import stat
import zipfile
from collections.abc import Mapping

from auth import setup_link
from office import opening
from storage.store import Store
from tests.console import PASSWORD, Console, Page, Visit

OFFICE = {"office_name": "Musterbüro", "office_language": "en", "public_url": ""}
YOU = {
    "user_name": "anna",
    "email": "anna@buero.example",
    "password": PASSWORD,
    "repeated": PASSWORD,
}
ACCESS = {"visibility": "own", "devices_per_user": "2", "device_label": "", "agreed": "yes"}


def link_of(store: Store) -> str:
    """The path of a new set-up link of an office that nobody is in."""
    opening.prepare_office(store, "de", now_us=1_790_000_000_000_000)
    with store.write() as unit:
        return f"/setup/{setup_link.issue(unit)}"


class SetUp:
    """A browser on its way through the set-up."""

    def __init__(self, console: Console, link: str) -> None:
        self.visit: Visit = console.visit()
        self.link = link

    def office(self, **typed: str) -> Page:
        """Send step 1."""
        return self.visit.send(self.visit.get(self.link), "lang=en", **OFFICE | typed)

    def you(self, **typed: str) -> Page:
        """Send step 1, and the first administrator."""
        return self.visit.send(self.office(), "lang=en", **YOU | typed)

    def access(self) -> Page:
        """Come to step 3."""
        return self.visit.send(self.you(), "/users/done")

    def fill(self, **typed: str) -> Page:
        """Come to step 4."""
        return self.visit.send(self.access(), "/access", **ACCESS | typed)


def upload(content: bytes, name: str) -> tuple[io.BytesIO, str]:
    """A file as a test's browser sends it."""
    return io.BytesIO(content), name


def archive(
    members: Mapping[str, bytes],
    *,
    links: Mapping[str, str] | None = None,
    compressed: bool = True,
) -> bytes:
    """A zip archive; names ending in a slash are folders."""
    made = io.BytesIO()
    method = zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
    with zipfile.ZipFile(made, "w", method) as file:
        for name, content in members.items():
            file.writestr(zipfile.ZipInfo(name, (2025, 3, 1, 12, 0, 0)), content, method)
        for name, target in (links or {}).items():
            link = zipfile.ZipInfo(name)
            link.external_attr = (stat.S_IFLNK | 0o777) << 16
            file.writestr(link, target)
    return made.getvalue()


def card(uid: str, name: str, *, version: str = "3.0") -> bytes:
    """A vCard; without a UID where that is empty."""
    line = f"UID:{uid}\r\n" if uid else ""
    return (
        f"BEGIN:VCARD\r\nVERSION:{version}\r\n{line}FN:{name}\r\nN:{name};;;;\r\nEND:VCARD\r\n"
    ).encode()


def event(uid: str, title: str, *, start: str = "20260504T100000Z", more: str = "") -> bytes:
    """An event alone, without its calendar."""
    line = f"UID:{uid}\r\n" if uid else ""
    return (
        f"BEGIN:VEVENT\r\n{line}DTSTAMP:20260101T000000Z\r\nDTSTART:{start}\r\n"
        f"SUMMARY:{title}\r\n{more}END:VEVENT\r\n"
    ).encode()


def calendar(*components: bytes) -> bytes:
    """A calendar's file as programs export it."""
    head = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Test//EN\r\nMETHOD:PUBLISH\r\n"
    return head + b"".join(components) + b"END:VCALENDAR\r\n"
