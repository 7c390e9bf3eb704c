"""Hands that work over a real socket until the server is gone, and know what was acknowledged."""

import threading
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from random import Random
from typing import Generic, TypeVar

from tests.e2e.server_process import Office

State = TypeVar("State")

_PIECE_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Act(Generic[State]):
    """A request, and what it makes of the hand's part of the world once it is acknowledged.

    `etag` is what the answer has to say; None where nothing is expected.
    """

    method: str
    href: str
    after: State
    statuses: frozenset[int]
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    is_chunked: bool = False
    etag: str | None = None


class Hand(threading.Thread, ABC, Generic[State]):
    """A client that remembers what was acknowledged, and the request whose answer it lacks."""

    def __init__(
        self, office: Office, label: str, authorization: str, random: Random, state: State
    ) -> None:
        super().__init__(name=label, daemon=True)
        self.state = state
        self.pending: Act[State] | None = None
        self.acknowledged: Counter[str] = Counter()
        self.faults: list[str] = []
        self.unavailable = 0
        self._random = random
        self._authorization = authorization
        self._connection: HTTPConnection = office.http()

    def run(self) -> None:
        """Work until the connection breaks or an answer is a refusal."""
        try:
            while self._do(self._draw()):
                pass
        except (OSError, HTTPException):
            pass
        finally:
            self._connection.close()

    @property
    @abstractmethod
    def _draws(self) -> Mapping[Callable[[], Act[State] | None], int]:
        """What it may do, and how often; None where that is not possible just now."""

    @abstractmethod
    def _put(self) -> Act[State]:
        """What is always possible."""

    def _settled(self, act: Act[State], _headers: Mapping[str, str]) -> State:
        """What its part of the world is after this answer."""
        return act.after

    def _draw(self) -> Act[State]:
        draws = self._draws
        [draw] = self._random.choices(list(draws), list(draws.values()))
        return draw() or self._put()

    def _do(self, act: Act[State]) -> bool:
        self.pending = act
        status, headers = self._send(act)
        if status == 503:
            # The database is gone, perhaps in the middle of the commit: who knows.
            self.unavailable += 1
            return False
        if status not in act.statuses:
            self.faults.append(f"{act.method} {act.href}: {status}")
            return False
        self.state = self._settled(act, headers)
        self.pending = None
        self.acknowledged[act.method] += 1
        if act.etag is not None and headers.get("etag") != act.etag:
            self.faults.append(f"{act.method} said ETag {headers.get('etag')}, not {act.etag}")
        return True

    def _send(self, act: Act[State]) -> tuple[int, Mapping[str, str]]:
        """Status and headers: from here on the change is acknowledged, whatever comes after."""
        headers = {"Authorization": self._authorization, **act.headers}
        body: bytes | Iterable[bytes] | None = act.body
        if act.is_chunked and act.body is not None:
            headers["Transfer-Encoding"] = "chunked"
            body = _pieces(act.body)
        self._connection.request(
            act.method, act.href, body, headers, encode_chunked=act.is_chunked
        )
        answer = self._connection.getresponse()
        said = {name.lower(): value for name, value in answer.getheaders()}
        with suppress(OSError, HTTPException):
            answer.read()
        return answer.status, said


def _pieces(body: bytes) -> Iterable[bytes]:
    for start in range(0, len(body), _PIECE_BYTES):
        yield body[start : start + _PIECE_BYTES]
