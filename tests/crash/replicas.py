"""What a device has of a calendar or address book, kept in step over HTTP by sync-collection."""

import threading
from dataclasses import dataclass, field
from http.client import HTTPException
from itertools import cycle
from xml.etree import ElementTree as ET

from tests.e2e.dav_client import DAV, Client, Heard

_MOST_KEPT = 200


@dataclass
class Replica:
    """Hrefs and entity tags of a collection, and the token that came with them."""

    href: str
    token: str = ""
    known: dict[str, str] = field(default_factory=dict)

    def ask(self, client: Client, limit: int | None) -> Heard:
        """Ask what changed since the token."""
        many = f"<D:limit><D:nresults>{limit}</D:nresults></D:limit>" if limit else ""
        body = (
            f'<D:sync-collection xmlns:D="DAV:"><D:sync-token>{self.token}</D:sync-token>'
            f"<D:sync-level>1</D:sync-level>{many}<D:prop><D:getetag/></D:prop>"
            "</D:sync-collection>"
        )
        return client("REPORT", self.href, body.encode(), Depth="0")

    def take(self, heard: Heard) -> bool:
        """Take an answer in; False when there is more to be had."""
        assert heard.status == 207, (self.token, heard.status, heard.body)
        root = ET.fromstring(heard.body)
        is_whole = True
        for each in root.iterfind(f"{DAV}response"):
            href, status = str(each.findtext(f"{DAV}href")), each.findtext(f"{DAV}status") or ""
            if "507" in status:
                is_whole = False
            elif "404" in status:
                assert self.token, "the first answer tells of what is gone"
                self.known.pop(href, None)
            else:
                self.known[href] = str(each.findtext(f".//{DAV}getetag"))
        self.token = str(root.findtext(f"{DAV}sync-token"))
        return is_whole

    def catch_up(self, client: Client, limit: int | None = None) -> None:
        """Sync until there is no more."""
        while not self.take(self.ask(client, limit)):
            pass

    def copy(self) -> "Replica":
        """The same device, left behind as it is now."""
        return Replica(self.href, self.token, dict(self.known))


class Watcher(threading.Thread):
    """A device that syncs collections until the server is gone; keeps what it was in between."""

    def __init__(self, client: Client, hrefs: list[str]) -> None:
        super().__init__(name="watcher", daemon=True)
        self.replicas = [Replica(href) for href in hrefs]
        self.earlier: list[Replica] = []
        self.faults: list[str] = []
        self.synced = 0
        self._client = client

    def run(self) -> None:
        """Sync, sometimes in parts."""
        limits = cycle((None, 3, 20))
        try:
            while all(self._sync(each, next(limits)) for each in self.replicas):
                pass
        except (OSError, HTTPException):
            pass
        finally:
            self._client.close()

    def _sync(self, replica: Replica, limit: int | None) -> bool:
        heard = replica.ask(self._client, limit)
        if heard.status != 207:
            if heard.status != 503:
                self.faults.append(f"REPORT {replica.href} {replica.token}: {heard.status}")
            return False
        replica.take(heard)
        self.synced += 1
        self.earlier.append(replica.copy())
        # Of many the latest: what the crash is about; the first ones of all outlive every round.
        del self.earlier[len(self.replicas) : -_MOST_KEPT]
        return True
