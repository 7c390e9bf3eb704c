"""The office book of an office with 50,000 contacts and 200 users: what changes and polls cost.

``make soak`` measures it, on both databases, and says what it saw. Processor seconds are those of
the server and, where it is another process, of the database; they are the least of several tries,
since what a busy machine adds is no cost of ours.
"""

import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from auth.visibility import Visibility
from office.contacts import desk
from office.contacts.fields import ContactFields
from office.contacts.keeping import get
from office.sync_settings import Where
from storage import collections, records
from storage import people as person_rows
from storage.store import Store
from tests import statements
from tests.builders import NOW_US
from tests.e2e.growing_calendars import work_ns
from tests.forgetful import bring_up_all, forgetful_store
from tests.groupware_door import GroupwareOffice, card, groupware_office
from tests.office_book import profile, work_of
from tests.pace import is_within

pytestmark = pytest.mark.soak

CONTACTS, USERS = 50_000, 200
TRIES = 15
DAY_US = 24 * 3600 * 1_000_000
MOST_SECONDS_A_RECORD = 0.001
MOST_OF_A_PLAIN_POLL = 1.5
MOST_SECONDS_OF_VISIBILITY = 1.0
Seconds = Callable[[], float]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def office(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[GroupwareOffice]:
    with forgetful_store(request, tmp_path_factory) as (store, folder):
        made = groupware_office(store, folder)
        made.person("berta", "administration")
        for number in range(USERS):
            made.person(f"u{number}")
        _fill(store, made)
        for number in range(USERS):
            profile(made, f"u{number}", **_wanted(number))
        _see(made, "berta", Visibility.ALL)
        bring_up_all(store)
        yield made


def _wanted(number: int) -> dict[str, Any]:
    """Profiles differ: u0, u5 ... want whatever they may see."""
    kinds: list[dict[str, Any]] = [
        {},
        {"tags": frozenset({f"Viertel {number % 50}"})},
        {"own_customers_only": True, "birthdays": True},
        {"edited_days": 30 + number},
        {"office_book": Where.NOWHERE} if number % 10 == 4 else {"book_name": "Kunden"},
    ]
    return kinds[number % 5]


def _fill(store: Store, office: GroupwareOffice) -> None:
    """50,000 contacts; each user looks after as many as any other, a tenth are companies."""
    with store.write() as unit:
        place = records.hold(unit)
        users = [person_rows.find_principal(unit, f"u{number}") or 0 for number in range(USERS)]
        unit.execute_many(
            "INSERT INTO item (collection_id, href, uid, component, etag, size, created_us,"
            " modified_us, modseq, summary, text) VALUES (:place, :href, :uid, 'VCARD', :etag,"
            " :size, 0, 0, :number, '', :text)",
            [_item(place.id, number) for number in range(1, CONTACTS + 1)],
        )
        unit.execute_many(
            "INSERT INTO contact (item_id, number, kind, partner_id, seq, edited_us, created_us)"
            " SELECT id, :number, :kind, :partner, :seq, :edited, :edited FROM item"
            " WHERE collection_id = :place AND href = :href",
            [
                {
                    "place": place.id,
                    "href": f"{number}.vcf",
                    "number": f"{number}",
                    "kind": "customer" if number % 10 else "company",
                    "partner": users[number % USERS],
                    "seq": number,
                    "edited": NOW_US - number % 400 * DAY_US,
                }
                for number in range(1, CONTACTS + 1)
            ],
        )
        unit.execute_many(
            "INSERT INTO contact_tag (contact_id, tag_key, tag)"
            " SELECT id, :key, :tag FROM contact WHERE seq % 50 = :rest",
            [{"key": f"viertel {n}", "tag": f"Viertel {n}", "rest": n} for n in range(50)],
        )
        unit.execute(
            "UPDATE collection SET modseq = :modseq WHERE id = :id",
            {"modseq": CONTACTS, "id": place.id},
        )
    for number in range(USERS):
        _see(office, f"u{number}", Visibility.ALL if number % 4 == 0 else Visibility.OWN)


def _item(place_id: int, number: int) -> dict[str, Any]:
    text = card(f"uid-{number}", f"Anna Berg {number}", "NOTE:" + "Besichtigung " * 20).decode()
    return {
        "place": place_id,
        "href": f"{number}.vcf",
        "uid": f"uid-{number}",
        "etag": f"{number:064}",
        "size": len(text),
        "number": number,
        "text": text,
    }


def _see(office: GroupwareOffice, name: str, visibility: Visibility) -> None:
    with office.store.write() as unit:
        person_rows.set_visibility(unit, person_rows.find_principal(unit, name) or 0, visibility)


@pytest.fixture
def spent(office: GroupwareOffice) -> Seconds:
    """Processor seconds spent so far, by this process and the database's."""
    with office.store.read() as unit:
        backend = 0 if unit.is_sqlite else int(unit.row("SELECT pg_backend_pid()")[0])

    def seconds() -> float:
        others = work_ns(_parent(backend)) / 1e9 if backend else 0
        return time.process_time() + others

    return seconds


def _parent(pid: int) -> int:
    """The process that started *pid*: of a connection's, the database server."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def _least(act: Callable[[], object], spent: Seconds, *, times: int, tries: int = TRIES) -> float:
    """Processor seconds that one *act* takes."""
    found = []
    for _ in range(tries):
        begun = spent()
        for _ in range(times):
            act()
        found.append((spent() - begun) / times)
    return min(found)


def _tell(figure: str) -> None:
    print(figure)  # noqa: T201 - figures for who runs this


def _change(office: GroupwareOffice, numbers: range) -> None:
    """Somebody at the office gives these contacts another name."""
    with work_of(office, "berta") as work:
        for number in numbers:
            record = get(work.unit, work.who, f"{number}")
            name = f"Berg {time.monotonic_ns()}"
            desk.change_fields(work, record, ContactFields(last_name=name))


def test_a_poll_without_news_costs_hardly_more_than_an_ordinary_one(
    office: GroupwareOffice, spent: Seconds
) -> None:
    device = office.people["u0"]
    tokens = {name: device.sync(name).token for name in ("office/", "contacts/")}

    costs = {
        name: _least(partial(device.sync, name, tokens[name]), spent, times=100)
        for name in ("contacts/", "office/", "contacts/", "office/")
    }

    ratio = costs["office/"] / costs["contacts/"]
    _tell(f"a poll: {costs['office/'] * 1e3:.2f} ms, {ratio:.2f} times an ordinary one")
    assert ratio < MOST_OF_A_PLAIN_POLL


@pytest.mark.parametrize("count", [1, 10, 100, 1_000])
@pytest.mark.parametrize("name", ["u0", "u1", "u2", "u3"])
def test_the_next_poll_costs_under_a_millisecond_for_each_change(
    office: GroupwareOffice, spent: Seconds, name: str, count: int
) -> None:
    device = office.people[name]
    token = device.sync("office/").token
    quiet = _least(partial(device.sync, "office/", token), spent, times=20, tries=5)
    found = []
    for run in range(max(3, 40 // count)):
        # In their own cut: contacts that this user looks after.
        _change(office, range(1 + run * count, 1 + (run + 1) * count))
        begun = spent()
        token = device.sync("office/", token).token
        found.append(spent() - begun - quiet)

    cost = min(found) / count
    _tell(f"{name}, {count} changes: {cost * 1e3:.3f} ms each, beside {quiet * 1e3:.2f} ms")
    assert is_within(cost, MOST_SECONDS_A_RECORD)


def test_the_writer_does_nothing_for_views(
    office: GroupwareOffice, spent: Seconds, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = statements.count(lambda: _change(office, range(1, 2)), monkeypatch)
    with_views = _least(lambda: _change(office, range(1, 2)), spent, times=10)
    with office.store.write() as unit:
        kept = unit.rows("SELECT collection_id, applied_seq, applied_rules, expires_us FROM view")
        unit.execute("DELETE FROM view")
    try:
        alone = statements.count(lambda: _change(office, range(1, 2)), monkeypatch)
        without = _least(lambda: _change(office, range(1, 2)), spent, times=10)
    finally:
        with office.store.write() as unit:
            unit.execute_many(
                "INSERT INTO view (collection_id, applied_seq, applied_rules, expires_us)"
                " VALUES (:id, :seq, :rules, :expires)",
                [dict(zip(("id", "seq", "rules", "expires"), row, strict=True)) for row in kept],
            )

    _tell(f"a change: {with_views * 1e3:.2f} ms with {len(kept)} views, {without * 1e3:.2f} alone")
    assert told == alone
    assert with_views < without * 1.25


def test_another_visibility_is_there_within_a_second(office: GroupwareOffice) -> None:
    device = office.people["u5"]
    token = device.sync("office/").token
    for visibility in (Visibility.ALL, Visibility.OWN, Visibility.NONE, Visibility.OWN):
        _see(office, "u5", visibility)
        begun = time.perf_counter()
        with office.store.read() as unit:
            collection = collections.find(
                unit, person_rows.find_principal(unit, "u5") or 0, "office"
            )
        assert collection is not None
        changes = device.sync("office/", token, limit=500)
        first = time.perf_counter() - begun
        while changes.is_truncated:
            changes = device.sync("office/", changes.token, limit=500)
        token = changes.token
        _tell(f"visibility {visibility}: the first answer after {first:.2f} s")
        assert is_within(first, MOST_SECONDS_OF_VISIBILITY)
