"""The office book in the rights matrix: whom one sees there, and what may be done with it.

What is expected is told from words: a customer's name, whose it is, and what is seen.
"""

from collections.abc import Iterator
from typing import NamedTuple

from auth import identity
from auth.visibility import Visibility
from dav_providers.groupware.options import METHODS
from office.contacts import desk
from office.contacts.kinds import Kind
from office.work import GroupwareWork
from storage import people
from storage.store import Store
from tests.builders import NOW_US
from tests.documents_door import Reply
from tests.groupware_door import HOST, Device, card
from tests.protocol.groupware.test_access import PROPPATCH, REPORT

ON_A_CARD = {
    "OPTIONS": 200,
    "GET": 200,
    "HEAD": 200,
    "PUT": 204,
    "POST": 405,
    "DELETE": 204,
    "MKCOL": 403,
    "MKCALENDAR": 403,
    "COPY": 201,
    "MOVE": 201,
    "PROPFIND": 207,
    "PROPPATCH": 207,
    "REPORT": 403,
}
CHANGES = frozenset({"PUT", "DELETE", "MOVE"})
"""What the office's book does not take from who sees no customers."""


class InTheBook(NamedTuple):
    """A contact of the office; *partner* is empty where everybody sees it."""

    uid: str
    name: str
    partner: str
    kind: Kind


CONTACTS = (
    InTheBook("kunde-anna", "Xaver Annakunde", "anna", Kind.CUSTOMER),
    InTheBook("kunde-karl", "Xaver Karlkunde", "karl", Kind.PROSPECT),
    InTheBook("kunde-berta", "Xaver Bertakunde", "berta", Kind.CUSTOMER),
    InTheBook("firma", "Xaver GmbH", "", Kind.COMPANY),
)


def fill(store: Store) -> dict[str, str]:
    """Let the office have these contacts; their names in everybody's book, by UID."""
    with store.write() as unit:
        keeper = people.find_principal(unit, "berta") or 0
        work = GroupwareWork(unit, identity.of_user(unit, keeper), NOW_US)
        hrefs = {}
        for each in CONTACTS:
            partner = people.find_principal(unit, each.partner) if each.partner else None
            made = desk.add(work, card(each.uid, each.name), kind=each.kind, partner_id=partner)
            hrefs[each.uid] = f"{made.row.id}.vcf"
    return hrefs


def is_seen(user: str, visibility: Visibility, contact: InTheBook) -> bool:
    """Row U7 in words."""
    if not contact.partner or visibility is Visibility.ALL:
        return True
    return visibility is Visibility.OWN and contact.partner == user


def wrong_in_the_book(
    device: Device, visibility: Visibility, hrefs: dict[str, str]
) -> Iterator[tuple[object, ...]]:
    """What is not as the words say, for every method on every card and in every listing."""
    book = device.own("office/")
    is_open = visibility is not Visibility.NONE
    seen = {each for each in CONTACTS if is_seen(device.name, visibility, each)}
    for contact in CONTACTS:
        path = book + hrefs[contact.uid]
        for method in METHODS:
            reply = _send(device, method, path, contact)
            wanted = _status(method, is_there=contact in seen, is_open=is_open)
            if reply.status != wanted:
                yield (method, path, reply.status, wanted)
            for other in set(CONTACTS) - seen:
                if other.name in reply.text:
                    yield (method, path, "tells", other.name)
    listed = {each.removeprefix(book) for each in device.names("office/")}
    if listed != {hrefs[each.uid] for each in seen}:
        yield ("listing", listed)
    if set(device.sync("office/").changed) != {book + each for each in listed}:
        yield ("sync",)


def _status(method: str, *, is_there: bool, is_open: bool) -> int:
    if method in CHANGES and not is_open:
        return 403 if is_there or method == "PUT" else 404
    if is_there or method in {"OPTIONS", "POST", "MKCALENDAR"}:
        return ON_A_CARD[method]
    # Nothing is there for them: a card of their own may take the name.
    return {"PUT": 201, "MKCOL": 403}.get(method, 404)


def _send(device: Device, method: str, path: str, contact: InTheBook) -> Reply:
    match method:
        case "COPY" | "MOVE":
            where = f"https://{HOST}{device.own('contacts/neu.vcf')}"
            return device.request(method, path, Destination=where)
        case "PUT":
            return device.request(method, path, card(contact.uid, "Neu"))
        case "PROPFIND":
            return device.request(method, path, Depth="0")
        case "PROPPATCH":
            return device.request(method, path, PROPPATCH)
        case "REPORT":
            return device.request(method, path, REPORT, Depth="0")
        case _:
            return device.request(method, path)
