"""The whole matrix: user x group x own right x grant x block x visibility x method x place x door.

What may be done is told here a second time, from paths and words alone. All combinations are
some two hundred thousand requests; the short form takes an even sample of them, thousands too.
Nothing that is asked here is kept: each request meets the same office.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import NamedTuple

import pytest

from admin.api.application import make_api
from auth import people as users
from auth import rights
from auth.grants import EVERYBODY
from auth.rights import DataRight, FunctionRight
from auth.visibility import Visibility
from dav_providers.documents.options import METHODS
from dav_providers.groupware.application import make_groupware
from dav_providers.groupware.options import METHODS as GROUPWARE_METHODS
from office import granting, number_ranges, people
from tests.builders import NOW_US
from tests.documents_door import Reply, SampleOffice
from tests.forgetful import ForgetfulStore, bring_up_all, forgetful_store
from tests.groupware_door import Device, GroupwareOffice, event
from tests.meetings import send_to_outbox
from tests.number_api import LEASES, RANGES, Till
from tests.protocol.alarms_matrix import fill_alarms, wrong_among_alarms
from tests.protocol.colleague_matrix import fill_calendar, wrong_at_a_colleagues
from tests.protocol.groupware.test_access import send as send_to_groupware
from tests.protocol.office_book_matrix import fill, wrong_in_the_book
from tests.protocol.test_access_matrix import send as send_to_documents
from tests.rights_office import (
    DELETED,
    DOCUMENT,
    ELSEWHERE,
    ESTATE,
    FOLDER,
    GROUPS,
    past_of,
    rights_office,
)

OWNER = "jonas"
FOREIGN_NUMBER = "770077007"
CALENDAR = f"/dav/{OWNER}/calendar"
READ, WRITE = 1, 2
OK, NOT_FOUND = 200, 404
ROOT = "/Objekte"
INNER = f"{FOLDER}/Kammer"
PLACES = (ROOT, ESTATE, FOLDER, INNER, DOCUMENT, ELSEWHERE)
SECRETS = {
    ROOT: "Objekte",
    ESTATE: "Lindenallee",
    FOLDER: "Dachboden",
    INNER: "Kammer",
    DOCUMENT: "Balken",
    ELSEWHERE: "Marktplatz",
}

GRANTS: tuple[tuple[tuple[str, int, str], ...], ...] = (
    ((EVERYBODY, WRITE, ROOT),),
    (),
    ((EVERYBODY, READ, ROOT),),
    (("self", READ, ESTATE),),
    (("self", WRITE, FOLDER),),
    (("group", WRITE, ESTATE),),
    (("group", READ, ROOT), ("self", WRITE, FOLDER)),
    (("other", WRITE, ROOT), (EVERYBODY, READ, ELSEWHERE)),
    (("self", READ, FOLDER), ("group", WRITE, ELSEWHERE)),
    (("self", READ, CALENDAR),),
    (("group", WRITE, CALENDAR), (EVERYBODY, READ, ROOT)),
    ((EVERYBODY, READ, CALENDAR), ("other", WRITE, CALENDAR)),
)
"""To whom (oneself, one's group, another's group, all), how far, on what."""
BLOCKS: tuple[tuple[str, ...], ...] = (
    (),
    (FOLDER,),
    (INNER,),
    (ESTATE,),
    (ROOT,),
    (ELSEWHERE, CALENDAR),
    (CALENDAR,),
)


class Case(NamedTuple):
    """One person in one office."""

    user: str
    may_edit: bool
    grants: tuple[tuple[str, int, str], ...]
    blocks: tuple[str, ...]
    visibility: Visibility


CASES = [Case(*each) for each in product(GROUPS, (False, True), GRANTS, BLOCKS, Visibility)]
_STEP = 97  # shares no factor with the lengths of the dimensions: each value comes equally often
SAMPLE = CASES[::_STEP]


@dataclass
class Oracle:
    """What the words of a case mean for places and acts."""

    case: Case
    found: dict[str, int] = field(default_factory=dict)

    def level(self, path: str) -> int:
        """How far the person may go with it, but for blocks."""
        if self.case.user == "berta" and not path.startswith("/dav"):
            return 3
        return max(
            (
                level
                for whom, level, where in self.case.grants
                if whom != "other" and lies_in(path, where)
            ),
            default=0,
        )

    def is_blocked(self, path: str) -> bool:
        return any(lies_in(path, block) for block in self.case.blocks)

    def is_seen(self, path: str) -> bool:
        if self.is_blocked(path):
            return False
        leads_on = any(
            whom != "other" and lies_in(where, path) and not self.is_blocked(where)
            for whom, _, where in self.case.grants
        )
        return self.level(path) >= READ or (leads_on and not path.startswith("/dav"))

    def may_write(self, path: str) -> bool:
        return self.level(path) >= WRITE and not self.is_blocked(path)

    def has(self, right: FunctionRight) -> bool:
        own = {FunctionRight.EDIT_DOCUMENTS} if self.case.may_edit else set()
        groups = {
            "berta": set(FunctionRight),
            "anna": {FunctionRight.EDIT_DOCUMENTS, FunctionRight.EDIT_PROPERTIES},
        }
        return right in own | groups.get(self.case.user, set())

    def hides_within(self, path: str) -> bool:
        return any(lies_in(block, path) for block in self.case.blocks)

    def of_documents(self, method: str, path: str) -> int:
        """The status of a request on a place among the properties."""
        if method == "OPTIONS":
            return 200
        if not self.is_seen(path):
            is_below = path != ROOT and not self.is_seen(path.rpartition("/")[0])
            return 409 if is_below and method in {"PUT", "MKCOL", "LOCK"} else 404
        always = {"GET": 200, "HEAD": 200, "PROPFIND": 207, "UNLOCK": 409, "MKCOL": 405}
        if method in always:
            return always[method]
        if method == "REPORT":
            return 403 if path == DOCUMENT else 207
        if method == "PUT" and path != DOCUMENT:
            return 405
        done = {"PROPPATCH": 207, "LOCK": 200, "PUT": 204, "DELETE": 204, "COPY": 201, "MOVE": 201}
        return done[method] if self.may(method, path) else 403

    def of_the_past(self, method: str, path: str, where: str) -> int:
        """The status of a request on what was: at *path*, of what lay at *where*."""
        if not self.is_seen(where):
            return 404
        edits = self.has(FunctionRight.EDIT_DOCUMENTS)
        # A version is copied, whatever is asked; what was deleted leaves the folder it lay in.
        is_taken = method == "MOVE" and path.startswith("/.trash")
        may = edits and (not is_taken or self.may_write(FOLDER))
        done = {"GET": 200, "PROPFIND": 207, "DELETE": 403}
        return done.get(method, 201 if may else 403)

    def may(self, method: str, path: str) -> bool:
        edits = self.has(FunctionRight.EDIT_DOCUMENTS)
        if method == "COPY":
            return edits  # to one's own Home
        if method in {"DELETE", "MOVE"}:
            above = path.rpartition("/")[0]
            is_fixed = path in {ROOT, ESTATE, ELSEWHERE} or self.hides_within(path)
            return edits and not is_fixed and self.may_write(path) and self.may_write(above)
        needs = FunctionRight.EDIT_PROPERTIES if path == ROOT else FunctionRight.EDIT_DOCUMENTS
        return self.has(needs) and self.may_write(path)

    def of_the_calendar(self, method: str) -> int:
        """The status of a request on another's calendar, at its place in one's own home."""
        always = {"OPTIONS": 200, "PUT": 405, "MKCOL": 403, "MKCALENDAR": 403}
        always |= {"COPY": 403, "MOVE": 403}
        if method in always:
            return always[method]
        if not self.is_seen(CALENDAR):
            return 404
        if method == "POST":
            return 201 if self.may_write(CALENDAR) else 403
        return {"GET": 405, "HEAD": 405, "DELETE": 204}.get(method, 207)

    def of_an_appointment(self, method: str) -> int:
        always = {"OPTIONS": 200, "POST": 405, "MKCOL": 403, "MKCALENDAR": 403}
        if method in always:
            return always[method]
        if not self.is_seen(CALENDAR):
            return 409 if method == "PUT" else 404
        if method in {"PUT", "DELETE", "MOVE"} and not self.may_write(CALENDAR):
            return 403
        done = {"GET": 200, "HEAD": 200, "PUT": 204, "DELETE": 204, "COPY": 201, "MOVE": 201}
        return done.get(method, 403 if method == "REPORT" else 207)


def lies_in(path: str, above: str) -> bool:
    return f"{path}/".startswith(f"{above}/")


@dataclass
class Both:
    """One office behind all doors.

    ``calendar`` is the number of the shared one, ``cards`` are the office's contacts' names in
    everybody's book, by UID, ``alarms`` those of their contracts' alarms, ``appointments`` those
    of the owner's appointments about them; ``past`` is an earlier version and what was deleted.
    """

    files: SampleOffice
    dav: GroupwareOffice
    tills: dict[str, Till]
    calendar: int
    cards: dict[str, str]
    past: tuple[str, str]
    alarms: dict[str, str]
    appointments: dict[str, str]

    @property
    def store(self) -> ForgetfulStore:
        assert isinstance(self.files.store, ForgetfulStore)
        return self.files.store

    def arrange(self, case: Case) -> None:
        """Make the office that the case tells of; from then on nothing is kept."""
        self.store.is_forgetful = False
        with self.store.write() as unit:
            for table in ("block", "node_grant", "collection_grant", "collection_block"):
                unit.execute(f"DELETE FROM {table}")
            named = {"self": case.user, "group": GROUPS[case.user]}
            named["other"] = GROUPS[next(each for each in GROUPS if each != case.user)]
            for whom, level, where in case.grants:
                granting.grant(unit, named.get(whom, whom), DataRight(level), where)
            for where in case.blocks:
                people.block_on_path(unit, case.user, where, now_us=NOW_US)
            change = rights.give if case.may_edit else rights.take
            if case.user != "berta":
                change(unit, case.user, [FunctionRight.EDIT_DOCUMENTS])
            users.set_visibility(unit, case.user, case.visibility)
        bring_up_all(self.store)
        self.store.is_forgetful = True


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def both(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Both]:
    with forgetful_store(request, tmp_path_factory) as (store, folder):
        files = rights_office(store, folder)
        assert files.clients["berta"].request("MKCOL", INNER).status == 201
        dav = GroupwareOffice(
            store, make_groupware(store, files.settings, clock=files.clock), files.clock, {}
        )
        for name, client in files.clients.items():
            dav.people[name] = Device(dav, name, client.password)
            dav.people[name].request("MKCALENDAR", f"/dav/{name}/zweiter/")
        dav.people[OWNER].put("calendar/a.ics", event("a", "Notartermin"))
        with store.read() as unit:
            [(number,)] = unit.rows(
                "SELECT c.id FROM collection c JOIN principal p ON p.id = c.owner_id"
                " WHERE p.name = :owner AND c.name = 'calendar'",
                {"owner": OWNER},
            )
        cards = fill(store)
        alarms, appointments = fill_alarms(store), fill_calendar(store, OWNER, cards)
        tills, past = _tills(store, files), past_of(files)
        yield Both(files, dav, tills, number, cards, past, alarms, appointments)


def _tills(store: ForgetfulStore, files: SampleOffice) -> dict[str, Till]:
    """Everybody's device at the API; everybody has a range, and the owner a number of it."""
    api = make_api(store, files.clock)
    tills = {}
    with store.write() as unit:
        rights.give(unit, OWNER, [FunctionRight.CREATE_INVOICES])
        for index, (name, client) in enumerate(files.clients.items()):
            first = int(FOREIGN_NUMBER) if name == OWNER else 1000 * (index + 1)
            number_ranges.give_range(unit, name, first, first + 9, now_us=NOW_US)
            tills[name] = Till(api, store, name, client.password)
    assert tills[OWNER].number(OWNER) == int(FOREIGN_NUMBER)
    return tills


def _told(reply: Reply, asked: str) -> str:
    """All that a client gets, without the path it asked for itself."""
    text = f"{dict(reply.headers)} {reply.body!r}"
    for part in asked.split("/"):
        text = text.replace(part.replace(" ", "%20"), "") if part else text
    return text


def _wrong_among_documents(both: Both, oracle: Oracle) -> list[tuple[object, ...]]:
    client = both.files.clients[oracle.case.user]
    wrong: list[tuple[object, ...]] = []
    for method, path in product(METHODS, PLACES):
        reply = send_to_documents(client, method, path)
        if reply.status != (wanted := oracle.of_documents(method, path)):
            wrong.append((method, path, reply.status, wanted))
        hidden = [SECRETS[each] for each in PLACES if not oracle.is_seen(each)]
        wrong += [(method, path, "tells", each) for each in hidden if each in _told(reply, path)]
    places = zip(both.past, (DOCUMENT, DELETED), strict=True)
    for (path, where), method in product(places, ("GET", "PROPFIND", "COPY", "MOVE", "DELETE")):
        reply = send_to_documents(client, method, path)
        if reply.status != (wanted := oracle.of_the_past(method, path, where)):
            wrong.append((method, path, reply.status, wanted))
        if not oracle.is_seen(where) and "bytes of" in _told(reply, path):
            wrong.append((method, path, "tells"))
    return wrong


def _wrong_among_calendars(both: Both, oracle: Oracle) -> list[tuple[object, ...]]:
    device = both.dav.people[oracle.case.user]
    calendar = device.own(f"shared-{both.calendar}/")
    wrong: list[tuple[object, ...]] = []
    for method in GROUPWARE_METHODS:
        answers = (
            (calendar, oracle.of_the_calendar(method)),
            (f"{calendar}a.ics", oracle.of_an_appointment(method)),
        )
        for path, wanted in answers:
            reply = send_to_groupware(device, method, path)
            if reply.status != wanted:
                wrong.append((method, path, reply.status, wanted))
            if not oracle.is_seen(CALENDAR) and "Notartermin" in _told(reply, path):
                wrong.append((method, path, "tells"))
    # What came of meetings is its owner's, whatever was granted.
    for path in (f"/dav/{OWNER}/inbox/", f"/dav/{OWNER}/outbox/"):
        wrong += [
            (method, path)
            for method in ("GET", "POST", "PROPFIND", "DELETE")
            if send_to_groupware(device, method, path).status != NOT_FOUND
        ]
    busy = send_to_outbox(device, OWNER)
    if busy.status != OK or "Notartermin" in busy.text:
        wrong.append(("free-busy", busy.status))
    if ("FBTYPE" in busy.text) == oracle.is_blocked(CALENDAR):
        wrong.append(("free-busy", "blocked", oracle.is_blocked(CALENDAR)))
    is_listed = calendar in device.names("")
    if is_listed != oracle.is_seen(CALENDAR):
        wrong.append(("listing", calendar, is_listed))
    return wrong


def _wrong_among_numbers(both: Both, oracle: Oracle) -> list[tuple[object, ...]]:
    """Only Administration may create invoices here, whatever the grants and blocks."""
    till = both.tills[oracle.case.user]
    may = oracle.has(FunctionRight.CREATE_INVOICES)
    wrong: list[tuple[object, ...]] = []
    for method, path, wanted in (
        ("GET", f"{RANGES}/", 200),
        ("GET", LEASES, 200),
        ("GET", f"{LEASES}{OWNER}", 404),
        ("PUT", f"{LEASES}new", 201 if may else 403),
        ("PUT", f"{LEASES}{OWNER}", 201 if may else 403),
        ("DELETE", f"{LEASES}{OWNER}", 404 if may else 403),
        ("DELETE", f"{LEASES}new", 404 if may else 403),
    ):
        answer = till.ask(method, path)
        if answer.status != wanted:
            wrong.append((method, path, answer.status, wanted))
        if FOREIGN_NUMBER in answer.text:
            wrong.append((method, path, "tells", FOREIGN_NUMBER))
    return wrong


def _wrong(both: Both, case: Case) -> list[tuple[object, ...]]:
    both.arrange(case)
    oracle = Oracle(case)
    device = both.dav.people[case.user]
    return [
        *_wrong_among_documents(both, oracle),
        *_wrong_among_calendars(both, oracle),
        *_wrong_among_numbers(both, oracle),
        *wrong_in_the_book(device, case.visibility, both.cards),
        *wrong_among_alarms(device, case.visibility, both.alarms),
        *wrong_at_a_colleagues(
            device,
            case.visibility,
            both.appointments,
            is_blocked=oracle.is_blocked(CALENDAR),
        ),
    ]


def test_the_sample_has_all_of_each_dimension() -> None:
    for index in range(len(Case._fields)):
        assert {each[index] for each in SAMPLE} == {each[index] for each in CASES}


@pytest.mark.parametrize("case", SAMPLE, ids=map(str, range(len(SAMPLE))))
def test_every_method_on_every_place_behind_every_door(both: Both, case: Case) -> None:
    assert _wrong(both, case) == []


@pytest.mark.soak
def test_all_of_it(both: Both) -> None:
    """All of it on SQLite; on PostgreSQL, which takes four times as long, each fifth case."""
    with both.store.read() as unit:
        cases = CASES if unit.is_sqlite else CASES[::5]

    assert [(case, found) for case in cases if (found := _wrong(both, case))] == []
