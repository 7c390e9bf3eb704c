"""Hands that work in a folder each, over a real socket, until the server is gone."""

import hashlib
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from http.client import HTTPConnection, HTTPException
from random import Random
from urllib.parse import quote

from tests.crash import ledger
from tests.crash.ledger import ANY_TOKEN, Names, State
from tests.e2e.server_process import Office

BIG_BYTES = 5 * 1024 * 1024
_PIECE_BYTES = 64 * 1024
_NAMES = 12
EMPTY_SHA256 = hashlib.sha256().hexdigest()
NOTE = "{urn:example:crash}note"
LOCK_BODY = (
    b'<D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope>'
    b"<D:locktype><D:write/></D:locktype><D:owner>Musterb\xc3\xbcro</D:owner></D:lockinfo>"
)


@dataclass(frozen=True, slots=True)
class Act:
    """A request, and what it makes of the folder once it is acknowledged.

    `after` has `ledger.ANY_TOKEN` where the answer to a LOCK tells the token.
    """

    method: str
    names: Names
    after: State
    statuses: frozenset[int]
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    is_chunked: bool = False


class Hand(threading.Thread):
    """A client that remembers what was acknowledged, and the request whose answer it lacks."""

    def __init__(self, office: Office, folder: str, authorization: str, random: Random) -> None:
        super().__init__(name=folder, daemon=True)
        self.folder = folder
        self.state: State = {}
        self.pending: Act | None = None
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

    def _do(self, act: Act) -> bool:
        self.pending = act
        status, headers = self._send(act)
        if status == 503:
            # The database is gone, perhaps in the middle of the commit: who knows.
            self.unavailable += 1
            return False
        if status not in act.statuses:
            self.faults.append(f"{act.method} {'/'.join(act.names)}: {status}")
            return False
        self.state = _with_token(act.after, headers.get("lock-token", ""))
        self.pending = None
        self.acknowledged[act.method] += 1
        self._check_etag(act, headers)
        return True

    def _check_etag(self, act: Act, headers: Mapping[str, str]) -> None:
        if act.method == "PUT":
            expected = f'"{(self.state[act.names].sha256 or "")[:32]}"'
            if headers.get("etag") != expected:
                self.faults.append(f"PUT said ETag {headers.get('etag')}, not {expected}")

    def _send(self, act: Act) -> tuple[int, Mapping[str, str]]:
        """Status and headers: from here on the change is acknowledged, whatever comes after."""
        headers = {"Authorization": self._authorization, **act.headers}
        body: bytes | Iterable[bytes] | None = act.body
        if act.is_chunked and act.body is not None:
            headers["Transfer-Encoding"] = "chunked"
            body = _pieces(act.body)
        self._connection.request(
            act.method, self._href(act.names), body, headers, encode_chunked=act.is_chunked
        )
        answer = self._connection.getresponse()
        said = {name.lower(): value for name, value in answer.getheaders()}
        with suppress(OSError, HTTPException):
            answer.read()
        return answer.status, said

    def _href(self, names: Names) -> str:
        return "/".join([self.folder, *map(quote, names)])

    # What to do next -----------------------------------------------------------------------

    def _draw(self) -> Act:
        draws: dict[Callable[[], Act | None], int] = {
            self._put: 40,
            self._copy: 10,
            self._move: 10,
            self._delete: 6,
            self._lock: 10,
            self._unlock: 5,
            self._mkcol: 7,
            self._proppatch: 12,
        }
        [draw] = self._random.choices(list(draws), list(draws.values()))
        return draw() or self._put()

    def _put(self) -> Act:
        names = self._any_name()
        is_big = self._random.random() < 0.06
        size = BIG_BYTES if is_big else self._random.randint(1, 20_000)
        body = self._random.randbytes(size)
        return Act(
            "PUT",
            names,
            ledger.stored(self.state, names, hashlib.sha256(body).hexdigest(), size),
            frozenset({204 if names in self.state else 201}),
            self._if(names),
            body,
            is_chunked=self._random.random() < 0.5,
        )

    def _copy(self) -> Act | None:
        return self._transfer("COPY", ledger.copied)

    def _move(self) -> Act | None:
        return self._transfer("MOVE", ledger.moved)

    def _transfer(self, method: str, make: Callable[[State, Names, Names], State]) -> Act | None:
        source = self._existing()
        if source is None:
            return None
        is_folder = self.state[source].sha256 is None
        target = self._fresh("Ordner") if is_folder else self._any_name()
        if target == source or target[: len(source)] == source:
            return None
        affected = (source, target) if method == "MOVE" else (target,)
        headers = {"Destination": self._href(target), **self._if(*affected)}
        status = 204 if target in self.state else 201
        after = make(self.state, source, target)
        return Act(method, source, after, frozenset({status}), headers)

    def _delete(self) -> Act | None:
        names = self._existing()
        if names is None:
            return None
        after = ledger.without(self.state, names)
        return Act("DELETE", names, after, frozenset({204}), self._if(names))

    def _lock(self) -> Act | None:
        names = self._any_name()
        entry = self.state.get(names)
        if entry is not None and entry.token is not None:
            return None
        after = ledger.locked(self.state, names, ANY_TOKEN, empty_sha256=EMPTY_SHA256)
        headers = {"Depth": "0", "Timeout": "Second-3600"}
        statuses = frozenset({201 if entry is None else 200})
        return Act("LOCK", names, after, statuses, headers, LOCK_BODY)

    def _unlock(self) -> Act | None:
        held = ledger.tokens(self.state, ())
        if not held:
            return None
        names = self._random.choice(sorted(held))
        after = ledger.unlocked(self.state, names)
        headers = {"Lock-Token": f"<{held[names]}>"}
        return Act("UNLOCK", names, after, frozenset({204}), headers)

    def _mkcol(self) -> Act:
        names = self._fresh("Ordner")
        return Act("MKCOL", names, ledger.with_folder(self.state, names), frozenset({201}))

    def _proppatch(self) -> Act | None:
        names = self._existing()
        if names is None:
            return None
        note = f"Notiz {self._random.randint(0, 10**9)}"
        body = (
            '<D:propertyupdate xmlns:D="DAV:" xmlns:N="urn:example:crash"><D:set><D:prop>'
            f"<N:note>{note}</N:note></D:prop></D:set></D:propertyupdate>"
        ).encode()
        after = ledger.noted(self.state, names, note)
        return Act("PROPPATCH", names, after, frozenset({207}), self._if(names), body)

    def _if(self, *roots: Names) -> dict[str, str]:
        """The header that submits the tokens of all locks at and below *roots*."""
        held = ledger.tokens(self.state, *roots)
        lists = [f"<{self._href(names)}> (<{token}>)" for names, token in held.items()]
        return {"If": " ".join(lists)} if lists else {}

    def _existing(self) -> Names | None:
        return self._random.choice(sorted(self.state)) if self.state else None

    def _any_name(self) -> Names:
        """A document's name, taken or not."""
        name = f"Grundriß {self._random.randint(1, _NAMES)}.pdf"
        return (*self._parent(), name)

    def _fresh(self, word: str) -> Names:
        return (*self._parent(), f"{word} {self._random.randint(0, 10**9)}")

    def _parent(self) -> Names:
        folders = [names for names, each in self.state.items() if each.sha256 is None]
        return self._random.choice([(), (), *sorted(each for each in folders if len(each) < 3)])


def _with_token(state: State, header: str) -> State:
    token = header.strip("<>")
    return {
        names: replace(each, token=token) if each.token == ANY_TOKEN else each
        for names, each in state.items()
    }


def _pieces(body: bytes) -> Iterable[bytes]:
    for start in range(0, len(body), _PIECE_BYTES):
        yield body[start : start + _PIECE_BYTES]
