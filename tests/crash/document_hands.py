"""Hands that work on documents, in a folder each."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from random import Random
from urllib.parse import quote

from tests.crash import ledger
from tests.crash.hands import Act, Hand
from tests.crash.ledger import ANY_TOKEN, Names, State
from tests.e2e.server_process import Office

BIG_BYTES = 5 * 1024 * 1024
_NAMES = 12
EMPTY_SHA256 = hashlib.sha256().hexdigest()
NOTE = "{urn:example:crash}note"
LOCK_BODY = (
    b'<D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope>'
    b"<D:locktype><D:write/></D:locktype><D:owner>Musterb\xc3\xbcro</D:owner></D:lockinfo>"
)


DocumentAct = Act[State]


class DocumentHand(Hand[State]):
    """A client that works alone in a folder.

    The state after a LOCK has `ledger.ANY_TOKEN` where the answer tells the token.
    """

    def __init__(self, office: Office, folder: str, authorization: str, random: Random) -> None:
        super().__init__(office, folder, authorization, random, {})
        self.folder = folder

    @property
    def _draws(self) -> Mapping[Callable[[], DocumentAct | None], int]:
        return {
            self._put: 40,
            self._copy: 10,
            self._move: 10,
            self._delete: 6,
            self._lock: 10,
            self._unlock: 5,
            self._mkcol: 7,
            self._proppatch: 12,
        }

    def _settled(self, act: DocumentAct, headers: Mapping[str, str]) -> State:
        token = headers.get("lock-token", "").strip("<>")
        return {
            names: replace(each, token=token) if each.token == ANY_TOKEN else each
            for names, each in act.after.items()
        }

    def _href(self, names: Names) -> str:
        return "/".join([self.folder, *map(quote, names)])

    def _put(self) -> DocumentAct:
        names = self._any_name()
        is_big = self._random.random() < 0.06
        size = BIG_BYTES if is_big else self._random.randint(1, 20_000)
        body = self._random.randbytes(size)
        sha256 = hashlib.sha256(body).hexdigest()
        return Act(
            "PUT",
            self._href(names),
            ledger.stored(self.state, names, sha256, size),
            frozenset({204 if names in self.state else 201}),
            self._if(names),
            body,
            is_chunked=self._random.random() < 0.5,
            etag=f'"{sha256[:32]}"',
        )

    def _copy(self) -> DocumentAct | None:
        return self._transfer("COPY", ledger.copied)

    def _move(self) -> DocumentAct | None:
        return self._transfer("MOVE", ledger.moved)

    def _transfer(
        self, method: str, make: Callable[[State, Names, Names], State]
    ) -> DocumentAct | None:
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
        return Act(method, self._href(source), after, frozenset({status}), headers)

    def _delete(self) -> DocumentAct | None:
        names = self._existing()
        if names is None:
            return None
        after = ledger.without(self.state, names)
        return Act("DELETE", self._href(names), after, frozenset({204}), self._if(names))

    def _lock(self) -> DocumentAct | None:
        names = self._any_name()
        entry = self.state.get(names)
        if entry is not None and entry.token is not None:
            return None
        after = ledger.locked(self.state, names, ANY_TOKEN, empty_sha256=EMPTY_SHA256)
        headers = {"Depth": "0", "Timeout": "Second-3600"}
        statuses = frozenset({201 if entry is None else 200})
        return Act("LOCK", self._href(names), after, statuses, headers, LOCK_BODY)

    def _unlock(self) -> DocumentAct | None:
        held = ledger.tokens(self.state, ())
        if not held:
            return None
        names = self._random.choice(sorted(held))
        after = ledger.unlocked(self.state, names)
        headers = {"Lock-Token": f"<{held[names]}>"}
        return Act("UNLOCK", self._href(names), after, frozenset({204}), headers)

    def _mkcol(self) -> DocumentAct:
        names = self._fresh("Ordner")
        return Act(
            "MKCOL", self._href(names), ledger.with_folder(self.state, names), frozenset({201})
        )

    def _proppatch(self) -> DocumentAct | None:
        names = self._existing()
        if names is None:
            return None
        note = f"Notiz {self._random.randint(0, 10**9)}"
        body = (
            '<D:propertyupdate xmlns:D="DAV:" xmlns:N="urn:example:crash"><D:set><D:prop>'
            f"<N:note>{note}</N:note></D:prop></D:set></D:propertyupdate>"
        ).encode()
        after = ledger.noted(self.state, names, note)
        return Act("PROPPATCH", self._href(names), after, frozenset({207}), self._if(names), body)

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
