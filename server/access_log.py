"""The access log: what each answered request leaves for the journal.

Behind the gate and around a door. It sees the answer's last byte leave, or the client hang up,
and puts one record on a queue; ``server.journal_writer`` writes beside the requests. A journal
that can't be written holds nobody up.
"""

import ipaddress
from collections.abc import Callable
from functools import lru_cache
from time import time_ns
from typing import TYPE_CHECKING
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from config.settings import Tracking
from office.tracking import Access, Act
from server.journal_writer import JournalWriter
from storage.store import Store
from wire.streams import CountedBody

if TYPE_CHECKING:
    from _typeshed import OptExcInfo

_FIRST_SUCCESS, _FIRST_ERROR = 200, 400
_SHORTENED = {4: 24, 6: 48}


class AccessLog:
    """The middleware and its writer; one per worker, made after the fork."""

    def __init__(self, store: Store, tracking: Tracking) -> None:
        self._shortens = tracking.shorten_addresses
        self._writer = JournalWriter(
            store,
            batch_seconds=tracking.batch_seconds,
            window_us=int(tracking.merge_window_seconds * 1_000_000),
        )

    def around(self, door: WSGIApplication) -> WSGIApplication:
        """*door* with each of its answers written down; the gate has set identity and note."""

        def recorded(environ: WSGIEnvironment, start_response: StartResponse) -> CountedBody:
            at_us = time_ns() // 1000
            started = _Started(start_response)
            body = door(environ, started)

            def over(bytes_sent: int, is_finished: bool) -> None:  # noqa: FBT001 - CountedBody's
                self._put(environ, at_us, started.status, bytes_sent, is_finished=is_finished)

            return CountedBody(body, over)

        return recorded

    def close(self) -> None:
        """Write what is waiting and end the writer."""
        self._writer.close()

    def _put(
        self,
        environ: WSGIEnvironment,
        at_us: int,
        status: int,
        bytes_sent: int,
        *,
        is_finished: bool,
    ) -> None:
        who, note = environ["deedbox.identity"], environ["deedbox.note"]
        address = environ["deedbox.address"]
        if not _FIRST_SUCCESS <= status < _FIRST_ERROR and note.act is not Act.REFUSED:
            note.act = None
        if not _FIRST_SUCCESS <= status < _FIRST_ERROR:
            note.knowledge = None
        self._writer.put(
            Access(
                note,
                who.user_id,
                who.device_id,
                at_us,
                time_ns() // 1000,
                status,
                bytes_sent,
                is_finished,
                shortened(address) if self._shortens else address,
                environ["deedbox.family"],
            )
        )


class _Started:
    """``start_response`` that remembers the status."""

    __slots__ = ("_start_response", "status")

    def __init__(self, start_response: StartResponse) -> None:
        self._start_response = start_response
        self.status = 0

    def __call__(
        self,
        status: str,
        headers: list[tuple[str, str]],
        exc_info: "OptExcInfo | None" = None,
    ) -> Callable[[bytes], object]:
        self.status = int(status[:3])
        if exc_info is None:
            return self._start_response(status, headers)
        return self._start_response(status, headers, exc_info)


@lru_cache(maxsize=4096)
def shortened(address: str) -> str:
    """The network of a client's address (IPv4 /24, IPv6 /48), or what it was if it is none."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    length = _SHORTENED[parsed.version]
    return str(ipaddress.ip_network((parsed, length), strict=False))
