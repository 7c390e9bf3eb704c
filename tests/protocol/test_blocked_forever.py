"""No order of grants and blocks lets a blocked user read a byte or a name, on any door.

Grants to the person, to their groups and to everybody, blocks, function rights and groups come
and go as they like. After each, everything is asked for on both doors: also with the sync tokens
and addresses of when it was open, by searches and by reports that name it.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from auth import people as users
from auth import rights
from auth.grants import EVERYBODY
from auth.identity import Identity
from auth.rights import DataRight, FunctionRight
from dav_providers.groupware.application import make_groupware
from office import granting, people
from office.errors import NotFoundError
from storage.store import Store
from tests.builders import NOW_US
from tests.documents_door import Client, Reply, SampleOffice, sample_office, url
from tests.groupware_door import HOST, Device, GroupwareOffice, card, event
from tests.meetings import send_to_outbox

NS = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"'
ESTATES = "/Objekte"
FIRST, SECOND = "/Objekte/4711 Birnbaum", "/Objekte/4712 Kirschgarten"
FOLDERS = (ESTATES, FIRST, f"{FIRST}/Dachstuhl", SECOND)
NAMES = {
    FIRST: "Birnbaum",
    f"{FIRST}/Dachstuhl": "Dachstuhl",
    f"{FIRST}/Dachstuhl/Sparren.txt": "Sparren",
    SECOND: "Kirschgarten",
    f"{SECOND}/Mietvertrag.txt": "Mietvertrag",
}
"""Below Objekte: what gives each away."""
BYTES = {f"{FIRST}/Dachstuhl/Sparren.txt": b"Fichte", f"{SECOND}/Mietvertrag.txt": b"Warmmiete"}
PAST = {
    f"{FIRST}/Dachstuhl/Sparren.txt": ("Laerche",),
    f"{FIRST}/Dachstuhl/Pfette.txt": ("Pfette", "Tanne"),
}
"""What was: of an earlier version and of something deleted, what gives it away."""
COLLECTIONS = {
    "/dav/jonas/calendar": ("Notartermin", "Tagesplan"),
    "/dav/jonas/contacts": ("Eigentuemer", "Kartei"),
}
"""Of each a word in what lies there, and what it is called."""
THINGS = (*FOLDERS, *COLLECTIONS)

whom = st.sampled_from(["anna", "anna", "mitarbeiter", "kollaboration", EVERYBODY])
things = st.sampled_from(THINGS)
steps = st.one_of(
    st.tuples(st.just("grant"), whom, st.sampled_from(list(DataRight)[1:]), things),
    st.tuples(st.just("revoke"), whom, st.just(DataRight.NONE), things),
    st.tuples(st.just("block"), st.just("anna"), st.just(DataRight.NONE), things),
    st.tuples(st.just("unblock"), st.just("anna"), st.just(DataRight.NONE), things),
    st.tuples(st.just("join"), whom, st.just(DataRight.NONE), things),
    st.tuples(st.just("give"), whom, st.just(DataRight.NONE), things),
)
Step = tuple[str, str, DataRight, str]


def take(store: Store, step: Step) -> None:
    """Do it; what is not possible just now changes nothing."""
    act, name, right, path = step
    with suppress(NotFoundError), store.write() as unit:
        match act:
            case "grant":
                granting.grant(unit, name, right, path)
            case "revoke":
                granting.revoke(unit, name, path)
            case "block":
                people.block_on_path(unit, name, path, now_us=NOW_US)
            case "unblock":
                people.unblock_on_path(unit, name, path)
            case "join":
                groups = ("mitarbeiter",) if name == "mitarbeiter" else ("kollaboration",)
                granting.set_groups(unit, "anna", groups)
            case _:
                rights.give(unit, "anna", [FunctionRight.EDIT_DOCUMENTS])


class Watcher:
    """Anna, who asks for everything, and remembers every token and address she was told."""

    def __init__(self, files: Client, dav: Device, past: Sequence[str]) -> None:
        self.files = files
        self.past = past
        self.dav = dav
        self.tokens: dict[str, set[str]] = {}
        self.shared: set[str] = set()

    def identity(self) -> Identity:
        return self.files.identity()

    def look(self) -> Iterator[tuple[str, str]]:
        """What was asked, and all that came back but for the words of the question."""
        yield from self._documents()
        yield from self._past()
        yield from self._collections()

    def _documents(self) -> Iterator[tuple[str, str]]:
        for path in ("/", "/Home", "/Ressourcen", *FOLDERS, *NAMES):
            for method, reply in self._of_document(path):
                yield f"{method} {path}", _without(reply, path)

    def _past(self) -> Iterator[tuple[str, str]]:
        for path in self.past:
            for depth in ("0", "1"):
                yield f"PROPFIND {path}", _without(self.files.propfind(path, Depth=depth), path)
            yield f"GET {path}", _without(self.files.get(path), path)
            copied = self.files.copy(path, "/Home/Kopie")
            yield f"COPY {path}", _without(copied, path)
            if copied.status == 201:
                yield f"copied {path}", self.files.propfind("/Home/Kopie", Depth="1").text
                self.files.request("DELETE", "/Home/Kopie")

    def _of_document(self, path: str) -> Iterator[tuple[str, Reply]]:
        files = self.files
        yield "GET", files.get(path)
        yield "PROPFIND", files.propfind(path, Depth="1")
        names = ("{DAV:}acl", "{DAV:}sync-token", "{DAV:}lockdiscovery", "{DAV:}owner")
        listing = files.propfind(path, *names, Depth="1")
        yield "PROPFIND", listing
        for token in ("", *sorted(self.tokens.get(path, ()))):
            body = _sync(token)
            reply = files.request("REPORT", path, body, Depth="0")
            yield "sync", reply
            if reply.status == 207 and (told := reply.xml.findtext("{DAV:}sync-token")):
                self.tokens.setdefault(path, set()).add(told)
        expand = f'<D:expand-property {NS}><D:property name="displayname"/></D:expand-property>'
        yield "expand", files.request("REPORT", path, expand.encode(), Depth="0")
        copied = files.copy(path, "/Home/Kopie")
        yield "COPY", copied
        if copied.status == 201:
            yield "copied", files.propfind("/Home/Kopie", Depth="1")
            files.request("DELETE", "/Home/Kopie")
        yield "If", files.get("/Home", If=f'<{url(path)}> (["x"]) (Not ["x"])')

    def _collections(self) -> Iterator[tuple[str, str]]:
        home = self.dav.own("")
        listing = self.dav.propfind(home, "{DAV:}displayname", "{DAV:}acl", Depth="1")
        yield "PROPFIND home", listing.text
        self.shared |= {href for href in listing.hrefs if "/shared-" in href}
        for path in sorted(self.shared):
            for method, reply in self._of_collection(path):
                yield f"{method} {path}", _without(reply, path)
        for place in ("inbox/", "outbox/"):
            yield f"PROPFIND {place}", self.dav.propfind(self.dav.own(place), Depth="1").text
            where = f"/dav/jonas/{place}"
            yield f"PROPFIND {where}", self.dav.propfind(where, Depth="1").text
        yield "free-busy", send_to_outbox(self.dav, "jonas").text
        search = (
            f"<D:principal-property-search {NS}><D:property-search><D:prop><D:displayname/>"
            "</D:prop><D:match>n</D:match></D:property-search><D:prop><D:displayname/></D:prop>"
            "</D:principal-property-search>"
        )
        match = f"<D:principal-match {NS}><D:self/><D:prop><D:displayname/></D:prop>"
        for body in (search, f"{match}</D:principal-match>"):
            for path in ("/principals/", home):
                reply = self.dav.request("REPORT", path, body.encode(), Depth="0")
                yield f"search {path}", reply.text

    def _of_collection(self, path: str) -> Iterator[tuple[str, Reply]]:
        dav = self.dav
        yield "PROPFIND", dav.request("PROPFIND", path, Depth="1")
        for name in ("a.ics", "a.vcf"):
            yield "GET", dav.request("GET", f"{path}{name}")
            where = f"https://{HOST}{dav.own('contacts/b.vcf')}"
            yield "COPY", dav.request("COPY", f"{path}{name}", Destination=where, Overwrite="T")
        for token in ("", *sorted(self.tokens.get(path, ()))):
            reply = dav.request("REPORT", path, _sync(token, "<C:calendar-data/>"), Depth="0")
            yield "sync", reply
            if reply.status == 207 and (told := reply.xml.findtext("{DAV:}sync-token")):
                self.tokens.setdefault(path, set()).add(told)
        multiget = (
            f"<C:calendar-multiget {NS}><D:prop><C:calendar-data/></D:prop>"
            f"<D:href>{path}a.ics</D:href></C:calendar-multiget>"
        )
        query = (
            f"<C:calendar-query {NS}><D:prop><C:calendar-data/></D:prop><C:filter><C:comp-filter "
            'name="VCALENDAR"/></C:filter></C:calendar-query>'
        )
        busy = (
            f'<C:free-busy-query {NS}><C:time-range start="20260101T000000Z" '
            'end="20270101T000000Z"/></C:free-busy-query>'
        )
        own = multiget.replace("calendar-multiget ", "calendar-multiget  ")
        for where, body in (
            (path, multiget),
            (path, query),
            (path, busy),
            (dav.own("calendar/"), own),
        ):
            yield "report", dav.request("REPORT", where, body.encode(), Depth="1")


def _sync(token: str, more: str = "") -> bytes:
    return (
        f"<D:sync-collection {NS}><D:sync-token>{token}</D:sync-token><D:sync-level>1"
        f"</D:sync-level><D:prop><D:getetag/>{more}</D:prop></D:sync-collection>"
    ).encode()


def _without(reply: Reply, asked: str) -> str:
    text = f"{dict(reply.headers)} {reply.body!r}"
    for part in asked.split("/"):
        text = text.replace(part.replace(" ", "%20"), "") if part else text
    return text


def hidden(store: Store, user: str) -> list[str]:
    """The words that nothing may hold which the user is sent: those of what a block hides."""
    with store.read() as unit:
        person = users.get(unit, user)
        blocked = [each.removeprefix("/files") for each in people.blocked_paths(unit, person)]
    words = [
        word
        for path, word in [
            *NAMES.items(),
            *((path, data.decode()) for path, data in BYTES.items()),
            *((path, word) for path, words in PAST.items() for word in words),
        ]
        if any(f"{path}/".startswith(f"{each}/") for each in blocked)
    ]
    return words + [word for path, each in COLLECTIONS.items() if path in blocked for word in each]


@pytest.fixture
def watched(store: Store, tmp_path: Path) -> tuple[SampleOffice, GroupwareOffice]:
    files = sample_office(store, tmp_path)
    keeper = files.person("berta", "administration")
    files.person("anna")
    files.person("jonas")
    for number, title in (("4711", "Birnbaum"), ("4712", "Kirschgarten")):
        files.estate(number, title)
    keeper.request("MKCOL", f"{FIRST}/Dachstuhl")
    for path, (*_, word) in PAST.items():
        assert keeper.put(path, word.encode()).status == 201
    assert keeper.request("DELETE", f"{FIRST}/Dachstuhl/Pfette.txt").status == 204
    for path, data in BYTES.items():
        assert keeper.put(path, data).status in {201, 204}
    dav = GroupwareOffice(
        store, make_groupware(store, files.settings, clock=files.clock), files.clock, {}
    )
    for name, client in files.clients.items():
        dav.people[name] = Device(dav, name, client.password)
    dav.people["jonas"].put("calendar/a.ics", event("a", "Notartermin"))
    dav.people["jonas"].put("contacts/a.vcf", card("a", "Eigentuemer"))
    for path, (_word, name) in COLLECTIONS.items():
        body = (
            f"<D:propertyupdate {NS}><D:set><D:prop><D:displayname>{name}</D:displayname>"
            "</D:prop></D:set></D:propertyupdate>"
        )
        assert dav.people["jonas"].request("PROPPATCH", f"{path}/", body.encode()).status == 207
    return files, dav


def _past_of(keeper: Client) -> list[str]:
    """The places of what was, as who sees all of it knows them."""
    history = f"{FIRST}/Dachstuhl/.versions"
    [version] = keeper.names(f"{history}/Sparren.txt")
    [moment] = keeper.names(f"/.trash{FIRST}")
    version, moment = (unquote(each).removeprefix("/files") for each in (version, moment))
    inside = (moment, f"{moment}Dachstuhl", f"{moment}Dachstuhl/Pfette.txt")
    return [history, version, "/.trash", "/.trash/Objekte", f"/.trash{FIRST}", *inside]


def _run(watched: tuple[SampleOffice, GroupwareOffice], script: list[Step]) -> None:
    files, dav = watched
    watcher = Watcher(files.clients["anna"], dav.people["anna"], _past_of(files.clients["berta"]))
    for step in script:
        # What is copied is one's own from then on: it is taken away before the next look.
        dav.people["anna"].delete("contacts/b.vcf")
        take(files.store, step)
        words = hidden(files.store, "anna")
        told = [(asked, word) for asked, text in watcher.look() for word in words if word in text]
        assert told == [], script
    for act in ("revoke", "unblock"):
        for name in ("anna", "mitarbeiter", "kollaboration", EVERYBODY):
            for thing in THINGS:
                take(
                    files.store, (act, name if act == "revoke" else "anna", DataRight.NONE, thing)
                )
    take(files.store, ("grant", EVERYBODY, DataRight.WRITE, ESTATES))


_SETTINGS = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
NONE, READ, WRITE, MANAGE = DataRight
ATTIC = f"{FIRST}/Dachstuhl"
CALENDAR, BOOK = COLLECTIONS
WITHIN: list[Step] = [
    ("block", "anna", NONE, FIRST),
    ("grant", "anna", WRITE, FIRST),
    ("unblock", "anna", NONE, FIRST),
    ("block", "anna", NONE, ATTIC),
    ("grant", "anna", MANAGE, ATTIC),
    ("block", "anna", NONE, ESTATES),
    ("unblock", "anna", NONE, ATTIC),
]
"""Blocks in what one reads: few drawn orders come to one, its grant and its token."""
ON_THE_WAY: list[Step] = [
    ("revoke", EVERYBODY, NONE, ESTATES),
    ("grant", "anna", READ, ATTIC),
    ("block", "anna", NONE, ATTIC),
    ("grant", "mitarbeiter", WRITE, FIRST),
    ("unblock", "anna", NONE, ATTIC),
    ("block", "anna", NONE, FIRST),
    ("grant", "anna", READ, SECOND),
    ("block", "anna", NONE, SECOND),
]
"""Blocks where one only goes through."""
SHARED: list[Step] = [
    ("grant", "anna", WRITE, CALENDAR),
    ("grant", EVERYBODY, READ, BOOK),
    ("block", "anna", NONE, CALENDAR),
    ("block", "anna", NONE, BOOK),
    ("grant", "mitarbeiter", MANAGE, CALENDAR),
    ("join", "anna", NONE, ESTATES),
]
"""Blocks on what others share."""
scripts = st.lists(steps, min_size=4, max_size=10)


@settings(_SETTINGS, max_examples=1)
@given(scripts)
@example(WITHIN)
@example(ON_THE_WAY)
@example(SHARED)
def test_whatever_the_order(
    watched: tuple[SampleOffice, GroupwareOffice], script: list[Step]
) -> None:
    _run(watched, script)


@pytest.mark.soak
@settings(_SETTINGS, max_examples=200)
@given(scripts)
def test_whatever_the_order_at_length(
    watched: tuple[SampleOffice, GroupwareOffice], script: list[Step]
) -> None:
    _run(watched, script)
