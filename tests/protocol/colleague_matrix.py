"""A colleague's appointments in the rights matrix: which are there, and that none can be changed.

What is expected is told from words: whom an appointment is about, and whether that one is seen.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from auth import rights
from auth.rights import FunctionRight
from auth.visibility import Visibility
from dav_providers.groupware.options import METHODS
from office import sync_profiles
from office.appointments import desk
from office.appointments.desk import Ends, Plan
from office.command import at_the_machine
from office.work import GroupwareWork
from storage import contacts, people
from storage.store import Store
from tests.builders import NOW_US
from tests.documents_door import Reply
from tests.groupware_door import HOST, Device, event
from tests.protocol.groupware.test_access import PROPPATCH, REPORT
from tests.protocol.office_book_matrix import CONTACTS, InTheBook, is_seen

ON_ONE = {
    "OPTIONS": 200,
    "GET": 200,
    "HEAD": 200,
    "PUT": 403,
    "POST": 405,
    "DELETE": 403,
    "MKCOL": 403,
    "MKCALENDAR": 403,
    "COPY": 201,
    "MOVE": 403,
    "PROPFIND": 207,
    "PROPPATCH": 207,
    "REPORT": 403,
}
_ANYWHERE = frozenset({"OPTIONS", "POST", "MKCALENDAR", "MKCOL"})


def fill_calendar(store: Store, owner: str, cards: dict[str, str]) -> dict[str, str]:
    """Let a colleague have an appointment about each contact; their names, by the contact's UID.

    Everybody else wants to have them.
    """
    begins, ends = datetime(2026, 5, 4, 10, tzinfo=UTC), datetime(2026, 5, 4, 11, tzinfo=UTC)
    hrefs = {}
    with store.write() as unit:
        owner_id = people.find_principal(unit, owner) or 0
        work = GroupwareWork(unit, at_the_machine(), NOW_US)
        for each in CONTACTS:
            row = contacts.find(unit, int(cards[each.uid].partition(".")[0]))
            assert row is not None
            plan = Plan(f"Termin {each.name}", begins, ends)
            hrefs[each.uid] = f"{desk.add(work, owner_id, plan, Ends((row.number,))).id}.ics"
        for (name,) in unit.rows("SELECT name FROM principal WHERE kind = 'user'"):
            user_id = people.find_principal(unit, name) or 0
            if user_id != owner_id and name != "berta":
                rights.give(unit, name, [FunctionRight.SEE_DEPARTMENT_APPOINTMENTS])
            if user_id != owner_id:
                wanted = replace(
                    sync_profiles.of_user(unit, user_id), colleagues=frozenset({owner_id})
                )
                sync_profiles.set_of_user(unit, user_id, wanted)
        return hrefs | {"": f"colleague-{owner_id}"}


def wrong_at_a_colleagues(
    device: Device, visibility: Visibility, hrefs: dict[str, str], *, is_blocked: bool
) -> Iterator[tuple[object, ...]]:
    """What is not as the words say, for every method on every appointment and in listings."""
    where = device.own(f"{hrefs['']}/")
    seen = {each for each in CONTACTS if not is_blocked and is_seen(device.name, visibility, each)}
    is_at_home = where in device.names("")
    if is_at_home is is_blocked:
        yield ("home", is_at_home)
    for contact in CONTACTS:
        path = where + hrefs[contact.uid]
        for method in METHODS if contact is CONTACTS[1] else ("GET",):
            reply = _send(device, method, path)
            wanted = _status(method, is_there=contact in seen, is_blocked=is_blocked)
            if reply.status != wanted:
                yield (method, path, reply.status, wanted)
            yield from _told(reply, set(CONTACTS) - seen, method, path)
    if not is_blocked:
        listed = {each.removeprefix(where) for each in device.names(f"{hrefs['']}/")}
        if listed != {hrefs[each.uid] for each in seen}:
            yield ("listing", listed)


def _told(
    reply: Reply, unseen: set[InTheBook], method: str, path: str
) -> Iterator[tuple[object, ...]]:
    for other in unseen:
        if other.name in reply.text:
            yield (method, path, "tells", other.name)


def _status(method: str, *, is_there: bool, is_blocked: bool) -> int:
    if is_there or method in _ANYWHERE:
        return ON_ONE[method]
    if method == "PUT":
        return 409 if is_blocked else 403
    return 404


def _send(device: Device, method: str, path: str) -> Reply:
    match method:
        case "COPY" | "MOVE":
            where = f"https://{HOST}{device.own('calendar/neu.ics')}"
            return device.request(method, path, Destination=where)
        case "PUT":
            return device.request(method, path, event("x", "Neu"))
        case "PROPFIND":
            return device.request(method, path, Depth="0")
        case "PROPPATCH":
            return device.request(method, path, PROPPATCH)
        case "REPORT":
            return device.request(method, path, REPORT, Depth="0")
        case _:
            return device.request(method, path)
