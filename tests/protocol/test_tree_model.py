"""Random sequences of requests against a model of RFC 4918's tree; RFC 6578 readiness after each.

After every request the listing, bytes, properties and locks equal the model's, every change
number of a tree was given once and only rises, and what changed since any earlier moment can be
told from the numbers and tombstones alone.
"""

from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from lxml import etree

from storage.store import Store, sqlite_url
from tests.documents_door import Client, Reply, SampleOffice, sample_office
from tests.tree_model import Caller, Lock, Need, TreeModel
from tests.tree_model import Path as Names

FIRST: Names = ("Objekte", "4711 Lindenallee")
SECOND: Names = ("Objekte", "4712 Marktplatz")
ROOTS = (FIRST, SECOND)
USERS = ("anna", "jonas")
DEEPEST = 5

# Few places, so that requests meet what others left: 6 in each property, seldom a deeper one.
names = st.sampled_from("ab")
inner = st.builds(
    lambda root, rest: (*root, *rest),
    st.sampled_from(ROOTS),
    st.sampled_from(["a", "b", "a", "b", "aa", "ab", "ba", "bb", "aab"]).map(tuple),
)
anywhere = st.one_of(inner, st.sampled_from(ROOTS))
# Two of three times something that is there: its number among all that is.
numbers = st.integers(0, 11)
known = st.one_of(numbers, numbers, anywhere)
known_inner = st.one_of(numbers, numbers, inner)
# Likewise where something new may go: a folder's number and a name in it.
vacant = st.one_of(st.tuples(numbers, names), st.tuples(numbers, names), inner)
contents = st.sampled_from([b"", b"one", b"two", b"three"])
users = st.sampled_from(USERS)
claims = st.sampled_from([True, True, False])
yes_mostly = st.sampled_from([True, True, False])
_PROPERTY = "{urn:x}"


class Member(NamedTuple):
    """A member of a collection as the database has it; ``state`` is all that clients see of it."""

    node_id: int
    modseq: int
    state: tuple[object, ...]


class Moment(NamedTuple):
    """What a client with a sync token knows of a collection: the counter and the members."""

    tree_id: int
    token: int
    members: dict[str, Member]


class DocumentTree(RuleBasedStateMachine):
    """Two people at work in two properties."""

    office: SampleOffice
    fixed: dict[Names, set[str]]

    def __init__(self) -> None:
        super().__init__()
        self.model = TreeModel(ROOTS)
        self.moments: list[dict[int, Moment]] = []
        self.counters: dict[int, int] = {}

    @initialize()
    def start_afresh(self) -> None:
        """A few documents to begin with; the properties' own folders take no part."""
        clear(self.office)
        for path in ((*FIRST, "a"), (*SECOND, "b")):
            self.mkcol("anna", path, claiming=False)
            self.put("anna", (*path, "a"), b"one", claiming=False)
            self.mkcol("anna", (*path, "b"), claiming=False)
        self.look()

    # Requests --------------------------------------------------------------------------------

    def place(self, where: int | Names) -> Names:
        if not isinstance(where, int):
            return where
        there = sorted(set(self.model.resources) - self.model.roots) or [(*FIRST, "a")]
        return there[where % len(there)]

    def caller(self, user: str, *, claiming: bool) -> tuple[Client, Caller, dict[str, str]]:
        """Who sends, and (claiming) an If header that names every token and always holds."""
        client = self.office.clients[user]
        tokens = frozenset(self.model.locks) if claiming else frozenset()
        lists = "".join(f"(<{token}>)" for token in tokens)
        header = {"If": f"{lists}(Not <DAV:no-lock>)"} if tokens else {}
        return client, Caller(user, tokens), header

    def goal(self, where: tuple[int, str] | Names) -> Names:
        number, name = where[0], where[-1]
        if not isinstance(number, int):
            return tuple(map(str, where))
        folders = [
            path
            for path, each in self.model.resources.items()
            if each.is_collection and len(path) < DEEPEST
        ]
        return (*sorted(folders)[number % len(folders)], name)

    def judged(self, reply: Reply, refusals: set[int], success: set[int]) -> bool:
        """Whether the request was allowed, after comparing the answer with the model's word."""
        assert reply.status in (refusals or success), (reply.status, refusals, reply.text)
        return not refusals

    @rule(user=users, spot=vacant, content=contents, claiming=claims)
    def put(
        self, user: str, spot: tuple[int, str] | Names, content: bytes, *, claiming: bool
    ) -> None:
        path = self.goal(spot)
        client, caller, header = self.caller(user, claiming=claiming)
        refusals = self.model.put_refusals(caller, path)
        is_new = path not in self.model.resources

        reply = client.put(spelled(path), content, **header)

        if self.judged(reply, refusals, {201 if is_new else 204}):
            self.model.take_over(caller, *self.model.put_needs(path))
            self.model.put(path, content)

    @rule(user=users, spot=vacant, claiming=claims)
    def mkcol(self, user: str, spot: tuple[int, str] | Names, *, claiming: bool) -> None:
        path = self.goal(spot)
        client, caller, header = self.caller(user, claiming=claiming)
        refusals = self.model.mkcol_refusals(caller, path)

        reply = client.request("MKCOL", spelled(path), **header)

        if self.judged(reply, refusals, {201}):
            self.model.take_over(caller, Need(path[:-1]))
            self.model.mkcol(path)

    @rule(user=users, where=known, claiming=claims)
    def delete(self, user: str, where: int | Names, *, claiming: bool) -> None:
        path = self.place(where)
        client, caller, header = self.caller(user, claiming=claiming)
        refusals = self.model.delete_refusals(caller, path)

        reply = client.request("DELETE", spelled(path), **header)

        if self.judged(reply, refusals, {204}):
            self.model.take_over(caller, *self.model.delete_needs(path))
            self.model.delete(path)

    @rule(
        user=users,
        where=known_inner,
        spot=vacant,
        is_deep=yes_mostly,
        overwrite=yes_mostly,
        claiming=claims,
    )
    def copy(
        self,
        user: str,
        where: int | Names,
        spot: tuple[int, str] | Names,
        *,
        is_deep: bool,
        overwrite: bool,
        claiming: bool,
    ) -> None:
        destination = self.goal(spot)
        source = self.place(where)
        client, caller, header = self.caller(user, claiming=claiming)
        refusals = self.model.transfer_refusals(
            caller, source, destination, is_move=False, overwrite=overwrite
        )
        is_new = destination not in self.model.resources

        reply = client.copy(
            spelled(source),
            spelled(destination),
            Overwrite="T" if overwrite else "F",
            Depth="infinity" if is_deep else "0",
            **header,
        )

        if self.judged(reply, refusals, {201 if is_new else 204}):
            needs = self.model.transfer_needs(source, destination, is_move=False)
            self.model.take_over(caller, *needs)
            self.model.copy(source, destination, is_deep=is_deep)

    @rule(user=users, where=known, spot=vacant, overwrite=yes_mostly, claiming=claims)
    def move(
        self,
        user: str,
        where: int | Names,
        spot: tuple[int, str] | Names,
        *,
        overwrite: bool,
        claiming: bool,
    ) -> None:
        destination = self.goal(spot)
        source = self.place(where)
        client, caller, header = self.caller(user, claiming=claiming)
        refusals = self.model.transfer_refusals(
            caller, source, destination, is_move=True, overwrite=overwrite
        )
        is_new = destination not in self.model.resources

        reply = client.move(
            spelled(source), spelled(destination), Overwrite="T" if overwrite else "F", **header
        )

        if self.judged(reply, refusals, {201 if is_new else 204}):
            needs = self.model.transfer_needs(source, destination, is_move=True)
            self.model.take_over(caller, *needs)
            self.model.move(source, destination)

    @rule(
        user=users,
        where=known,
        is_exclusive=st.booleans(),
        is_deep=yes_mostly,
        seconds=st.sampled_from([60, 600, 600]),
        claiming=claims,
    )
    def lock(
        self,
        user: str,
        where: int | Names,
        *,
        is_exclusive: bool,
        is_deep: bool,
        seconds: int,
        claiming: bool,
    ) -> None:
        path = self.place(where)
        client, caller, header = self.caller(user, claiming=claiming)
        refusals = self.model.lock_refusals(
            caller, path, is_exclusive=is_exclusive, is_deep=is_deep
        )
        is_new = path not in self.model.resources

        reply = client.lock(
            spelled(path),
            "exclusive" if is_exclusive else "shared",
            Depth="infinity" if is_deep else "0",
            Timeout=f"Second-{seconds}",
            **header,
        )

        if self.judged(reply, refusals, {201 if is_new else 200}):
            if is_new:
                self.model.take_over(caller, *self.model.put_needs(path))
                self.model.put(path, b"")
            # A new lock takes over every stale one that it meets, the holder's own too.
            self.model.take_over(Caller(user, frozenset()), Need(path, is_deep=is_deep))
            expires = self.model.now + seconds
            self.model.locks[reply.token] = Lock(
                reply.token, path, user, is_exclusive, is_deep, expires
            )

    @rule(user=users, where=known, choice=st.integers(0, 9))
    def unlock(self, user: str, where: int | Names, choice: int) -> None:
        path = self.place(where)
        tokens = [*self.model.locks, "opaquelocktoken:unknown"]
        token = tokens[choice % len(tokens)]
        refusals = self.model.unlock_refusals(user, path, token)

        reply = self.office.clients[user].unlock(spelled(path), token)

        if self.judged(reply, refusals, {204}):
            del self.model.locks[token]

    @rule(user=users, choice=st.integers(0, 9), seconds=st.sampled_from([60, 600, 600]))
    def refresh(self, user: str, choice: int, seconds: int) -> None:
        tokens = [*self.model.locks]
        if not tokens:
            return
        lock = self.model.locks[tokens[choice % len(tokens)]]

        reply = self.office.clients[user].request(
            "LOCK", spelled(lock.root), If=f"(<{lock.token}>)", Timeout=f"Second-{seconds}"
        )

        if self.judged(reply, set() if lock.user == user else {412}, {200}):
            self.model.locks[lock.token] = Lock(
                *(lock.token, lock.root, user, lock.is_exclusive, lock.is_deep),
                expires=self.model.now + seconds,
            )

    @rule(
        user=users,
        where=known,
        name=names,
        value=st.sampled_from(["1", "2", None]),
        claiming=claims,
    )
    def proppatch(
        self, user: str, where: int | Names, name: str, value: str | None, *, claiming: bool
    ) -> None:
        path = self.place(where)
        client, caller, header = self.caller(user, claiming=claiming)
        refusals = self.model.change_refusals(caller, path)
        action = "remove" if value is None else "set"
        body = (
            f'<D:propertyupdate xmlns:D="DAV:"><D:{action}><D:prop><{name} xmlns="urn:x">'
            f"{value or ''}</{name}></D:prop></D:{action}></D:propertyupdate>"
        )

        reply = client.request("PROPPATCH", spelled(path), body.encode(), **header)

        if self.judged(reply, refusals, {207}):
            self.model.take_over(caller, Need(path))
            found = self.model.resources[path].dead
            if value is None:
                found.pop(name, None)
            else:
                found[name] = value

    @rule(seconds=st.sampled_from([1, 1, 61, 601]))
    def wait(self, seconds: int) -> None:
        self.office.clock.advance(seconds)
        self.model.now += seconds

    # What must hold after each ---------------------------------------------------------------

    @invariant()
    def look(self) -> None:
        anna = self.office.clients["anna"]
        for path, resource in self.model.resources.items():
            if resource.is_collection:
                self.compare_listing(anna, path)
            else:
                assert anna.get(spelled(path)).body == resource.content

    def compare_listing(self, client: Client, path: Names) -> None:
        reply = client.propfind(spelled(path), Depth="1")
        shown = {each.rstrip("/").rpartition("/")[2] for each in reply.hrefs[1:]}
        expected = {each[-1] for each in self.model.children(path)}
        assert shown - self.fixed.get(path, set()) == expected
        for response in reply.xml.iterfind("{DAV:}response"):
            href = str(response.findtext("{DAV:}href"))
            below = href.removeprefix(reply.hrefs[0]).strip("/")
            self.compare_resource((*path, below) if below else path, response)

    def compare_resource(self, path: Names, response: etree._Element) -> None:
        resource = self.model.find(path)
        if resource is None:
            return  # one of the property's own folders
        [prop] = response.iterfind("{DAV:}propstat/{DAV:}prop")
        dead = {
            str(each.tag).removeprefix(_PROPERTY): each.text
            for each in prop
            if str(each.tag).startswith(_PROPERTY)
        }
        assert dead == resource.dead
        is_collection = prop.find("{DAV:}resourcetype/{DAV:}collection") is not None
        assert is_collection == resource.is_collection
        tokens = [each.text for each in prop.iterfind(".//{DAV:}locktoken/{DAV:}href")]
        live = [lock.token for lock in self.model.covering(path) if self.model.is_live(lock)]
        assert sorted(map(str, tokens)) == sorted(live)

    @invariant()
    def numbers_tell_what_changed(self) -> None:
        now, counters = snapshot(self.office)
        for tree_id, counter in counters.items():
            assert counter >= self.counters.get(tree_id, 0)
        before = self.moments[-1] if self.moments else {}
        for node_id, moment in now.items():
            self.compare_deltas(node_id, moment)
            self.compare_numbers(moment, before.get(node_id))
        self.counters = counters
        self.moments.append(now)

    def compare_numbers(self, now: Moment, before: Moment | None) -> None:
        """What changed has a number above the counter of before; what did not keeps its own."""
        for name, member in now.members.items():
            assert member.modseq <= now.token
            if before is None or before.tree_id != now.tree_id:
                continue
            known = before.members.get(name)
            if known is not None and known.state == member.state:
                # Saving the same bytes again may take a number: nobody loses by it.
                assert member.modseq >= known.modseq
            else:
                assert member.modseq > before.token

    def compare_deltas(self, node_id: int, now: Moment) -> None:
        """Any earlier listing with the changes since then applied is the listing of now."""
        gone = tombstones(self.office, node_id)
        for earlier in {id(each): each for each in self.moments[::7]}.values():
            known = earlier.get(node_id)
            if known is None or known.tree_id != now.tree_id:
                continue
            told = {n: m for n, m in now.members.items() if m.modseq > known.token}
            removed = {name for name, modseq in gone.items() if modseq > known.token}
            assert not removed & set(told)
            merged = {n: m.state for n, m in known.members.items() if n not in removed}
            merged |= {n: m.state for n, m in told.items()}
            assert merged == {n: m.state for n, m in now.members.items()}


def spelled(path: Names) -> str:
    return "/" + "/".join(path)


def clear(office: SampleOffice) -> None:
    """Empty both properties of everything that no one fixed, beside the requests."""
    with office.store.write() as unit:
        unit.execute("DELETE FROM lock")
        unit.execute("DELETE FROM dead_property")
        unit.execute("DELETE FROM tombstone")
    anna = office.clients["anna"]
    for root in ROOTS:
        for name in "ab":
            assert anna.request("DELETE", f"{spelled(root)}/{name}").status in {204, 404}


def snapshot(office: SampleOffice) -> tuple[dict[int, Moment], dict[int, int]]:
    """Every collection's members with their numbers, and the trees' counters."""
    with office.store.read() as unit:
        counters = dict(unit.rows("SELECT id, modseq FROM tree"))
        dead: dict[int, list[Any]] = {}
        for node_id, name, xml in unit.rows("SELECT node_id, name, xml FROM dead_property"):
            dead.setdefault(node_id, []).append((name, bytes(xml)))
        nodes = unit.rows(
            "SELECT id, parent_id, tree_id, name, is_collection, blob_sha256, modified_us, modseq "
            "FROM node"
        )
        buried = unit.rows(
            "SELECT node.tree_id, tombstone.modseq FROM tombstone "
            "JOIN node ON node.id = tombstone.parent_id"
        )
    trees = {row[0]: row[2] for row in nodes if row[4]}
    moments = {node: Moment(tree, counters[tree], {}) for node, tree in trees.items()}
    given: dict[int, list[int]] = {}
    for node_id, parent, _tree, name, _kind, blob, modified, modseq in nodes:
        if parent is not None:
            state = (node_id, blob, modified, tuple(sorted(dead.get(node_id, ()))))
            moments[parent].members[name] = Member(node_id, modseq, state)
            given.setdefault(trees[parent], []).append(modseq)
    for tree, modseq in buried:
        given.setdefault(tree, []).append(modseq)
    for tree, numbers in given.items():
        assert len(set(numbers)) == len(numbers), f"a number was given twice in tree {tree}"
        assert max(numbers) <= counters[tree]
    return moments, counters


def tombstones(office: SampleOffice, node_id: int) -> dict[str, int]:
    with office.store.read() as unit:
        rows = unit.rows(
            "SELECT name, modseq FROM tombstone WHERE parent_id = :id", {"id": node_id}
        )
    return dict(rows)


def machine(store: Store, folder: Path) -> type[DocumentTree]:
    """The state machine over an office of its own."""
    office = sample_office(store, folder)
    for user in USERS:
        office.person(user)
    for root in ROOTS:
        number, _, title = root[-1].partition(" ")
        office.estate(number, title)
    anna = office.clients["anna"]
    fixed = {
        root: {href.rstrip("/").rpartition("/")[2] for href in anna.names(spelled(root))}
        for root in ROOTS
    }
    return type("Machine", (DocumentTree,), {"office": office, "fixed": fixed})


def run(store: Store, folder: Path, *, examples: int, steps: int) -> None:
    run_state_machine_as_test(
        machine(store, folder),
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            suppress_health_check=list(HealthCheck),
            deadline=None,
        ),
    )


def test_any_sequence_of_requests_gives_what_the_rfc_says(
    sqlite_template: Path, tmp_path: Path
) -> None:
    path = tmp_path / "deedbox.sqlite3"
    path.write_bytes(sqlite_template.read_bytes())
    store = Store(sqlite_url(path))
    try:
        run(store, tmp_path, examples=15, steps=50)
    finally:
        store.close()


@pytest.mark.soak
def test_any_long_sequence_of_requests(store: Store, tmp_path: Path) -> None:
    run(store, tmp_path, examples=400, steps=60)
