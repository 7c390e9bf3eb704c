"""The calendar of contracts' alarms in the rights matrix: of whose contracts one hears there.

What is expected is told from words: the customers of the office book, each with a contract.
"""

from collections.abc import Iterator
from datetime import timedelta

from auth.visibility import Visibility
from office import sync_profiles
from office.command import at_the_machine
from office.contracts import desk
from office.contracts.terms import Terms
from office.days import day_of
from office.work import GroupwareWork
from storage.store import Store
from tests.builders import NOW_US
from tests.groupware_door import Device, event
from tests.protocol.office_book_matrix import CONTACTS, InTheBook, is_seen

ALARMS = "alarms/"
OF_CUSTOMERS = tuple(each for each in CONTACTS if each.partner)
ON_AN_ALARM = {"GET": 200, "PROPFIND": 207, "PUT": 403, "DELETE": 403}
"""Also for who may do everything: it is made from the contract."""


def fill_alarms(store: Store) -> dict[str, str]:
    """Let each customer have a contract that ends soon; the alarms' names, by the customer's UID.

    Everybody wants the calendar.
    """
    soon = Terms(day_of(NOW_US) - timedelta(days=340))
    hrefs = {}
    with store.write() as unit:
        work = GroupwareWork(unit, at_the_machine(), NOW_US)
        numbers = {name: number for number, name in unit.rows(_NUMBERS)}
        for each in OF_CUSTOMERS:
            made = desk.add(work, numbers[each.name], f"Police {each.name}", soon)
            hrefs[each.uid] = f"contract-{made.row.item_id}.ics"
        for (user_id,) in unit.rows("SELECT principal_id FROM person"):
            wish = sync_profiles.SyncProfile(contract_alarms=True)
            sync_profiles.set_of_user(unit, user_id, wish)
    return hrefs


_NUMBERS = "SELECT c.number, i.summary FROM contact c JOIN item i ON i.id = c.item_id"


def wrong_among_alarms(
    device: Device, visibility: Visibility, hrefs: dict[str, str]
) -> Iterator[tuple[object, ...]]:
    """What is not as the words say, on every alarm and in every listing."""
    calendar = device.own(ALARMS)
    seen = {each for each in OF_CUSTOMERS if is_seen(device.name, visibility, each)}
    for contact in OF_CUSTOMERS:
        path = calendar + hrefs[contact.uid]
        for method, there in ON_AN_ALARM.items():
            body = event("neu") if method == "PUT" else b""
            reply = device.request(method, path, body, Depth="0")
            wanted = there if contact in seen or method == "PUT" else 404
            if reply.status != wanted:
                yield (method, path, reply.status, wanted)
            yield from _told(reply.text, seen, method, path)
    listed = {each.removeprefix(calendar) for each in device.names(ALARMS)}
    if listed != {hrefs[each.uid] for each in seen}:
        yield ("listing", listed)
    reply = device.sync_reply(ALARMS, "")
    yield from _told(reply.text, seen, "sync", calendar)
    if set(device.sync(ALARMS).changed) != {calendar + each for each in listed}:
        yield ("sync",)


def _told(text: str, seen: set[InTheBook], method: str, path: str) -> Iterator[tuple[object, ...]]:
    for other in set(OF_CUSTOMERS) - seen:
        if other.name in text:
            yield (method, path, "tells", other.name)
