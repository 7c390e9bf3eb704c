"""A large calendar costs what a small one does: GET, PUT, DELETE, polls, and syncs without news.

Counted, not timed, so that a busy machine decides nothing: the calls that Python makes, and what
the database does (SQLite's machine instructions; the rows that PostgreSQL reads). Times and
processor seconds through real servers are in ``tests/e2e/test_growth.py``.
"""

import sys
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import pytest

from storage import collections, item_changes, items, people
from storage.collections import NewCollection
from storage.items import Content
from storage.store import Store
from tests import statements
from tests.builders import NOW_US
from tests.groupware_door import CS, DAV, Device, GroupwareOffice, event
from tests.meetings import attendee, meeting

FEW, MANY = 50, 1_000
MOST_GROWTH = 1.25


class Work(NamedTuple):
    """What a request took: Python's calls, and the database's own measure."""

    calls: int
    reads: int


def fill(office: GroupwareOffice, owner: Device, name: str, members: int) -> None:
    """A calendar with so many events; a fifth as many were deleted."""
    with office.store.write() as unit:
        person = people.find(unit, owner.name)
        assert person is not None
        new = NewCollection(name, "calendar", frozenset({"VEVENT"}))
        collections.create(unit, person.id, new, now_us=NOW_US)
        collection = collections.find(unit, person.id, name)
        assert collection is not None
        for number in range(members * 6 // 5):
            uid = f"{name}-{number}"
            item_changes.create(unit, collection.id, f"{uid}.ics", _content(uid), now_us=NOW_US)
        for number in range(members, members * 6 // 5):
            item = items.find(unit, collection.place, f"{name}-{number}.ics")
            assert item is not None
            item_changes.delete(unit, item, now_us=NOW_US)


def _content(uid: str) -> Content:
    text = event(uid).decode()
    return Content(uid, "VEVENT", f"{uid:0<64}", len(text), 0, 1, "", "", text)


def _rows_read(store: Store) -> int:
    """Rows of the tables of calendars that PostgreSQL has read so far."""
    with store.read() as unit:
        # A connection publishes its counts when it is next idle.
        unit.row("SELECT pg_stat_force_next_flush()")
    with store.read() as unit:
        row = unit.row(
            "SELECT sum(seq_tup_read + idx_tup_fetch) FROM pg_stat_user_tables "
            "WHERE relname IN ('collection', 'item', 'item_tombstone')"
        )
    return int(row[0])


def _reads(store: Store, act: Callable[[], None]) -> int:
    """What the database does during *act*, which runs on the store's one connection."""
    if store.is_sqlite:
        steps = 0

        def step() -> int:
            nonlocal steps
            steps += 1
            return 0

        with store.read() as unit:
            connection = unit.cursor.connection
        connection.set_progress_handler(step, 1)
        act()
        connection.set_progress_handler(None, 1)
        return steps
    before = _rows_read(store)
    act()
    return _rows_read(store) - before


def _calls(act: Callable[[], None]) -> int:
    calls = 0

    def count(_frame: object, kind: str, _argument: object) -> None:
        nonlocal calls
        calls += kind in {"call", "c_call"}

    sys.setprofile(count)
    try:
        act()
    finally:
        sys.setprofile(None)
    return calls


def works(office: GroupwareOffice, owner: Device, name: str) -> dict[str, Work]:
    """What each kind of request takes on the calendar *name*."""
    token = owner.sync(name).token
    member, fresh = f"{name}/{name}-7.ics", f"{name}/neu.ics"
    poll = (f"{DAV}resourcetype", f"{CS}getctag", f"{DAV}sync-token")
    acts: dict[str, Callable[[], int]] = {
        "sync": lambda: owner.sync_reply(name, token).status,
        "poll": lambda: owner.propfind(owner.own(f"{name}/"), *poll).status,
        "get": lambda: owner.get(member).status,
        "change": lambda: owner.put(member, event(f"{name}-7", "Anders")).status,
        "new": lambda: owner.put(fresh, event(f"{name}-neu")).status,
        "delete": lambda: owner.delete(fresh).status,
    }

    def do(act: Callable[[], int]) -> None:
        status = act()
        assert 200 <= status < 300, status

    found = {}
    for label, act in acts.items():
        # The databases' counts include the first try of what Python remembers afterwards.
        reads = _reads(office.store, partial(do, act))
        if label == "new":
            do(acts["delete"])
        if label == "delete":
            do(acts["new"])
        found[label] = Work(_calls(partial(do, act)), reads)
    return found


@pytest.fixture
def measured(groupware: GroupwareOffice, anna: Device) -> tuple[dict[str, Work], dict[str, Work]]:
    """What requests take on a small calendar and on a large one."""
    for name, members in (("klein", FEW), ("gross", MANY)):
        fill(groupware, anna, name, members)
        works(groupware, anna, name)
    return works(groupware, anna, "klein"), works(groupware, anna, "gross")


def test_requests_on_one_object_and_polls_take_no_more_in_a_large_calendar(
    measured: tuple[dict[str, Work], dict[str, Work]],
) -> None:
    small, large = measured
    grown = {
        label: (small[label], large[label])
        for label in small
        if large[label].calls > MOST_GROWTH * small[label].calls
        or large[label].reads > MOST_GROWTH * small[label].reads
    }
    assert not grown


def test_what_is_no_meeting_costs_no_query_more(
    anna: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    def save(summary: str) -> None:
        assert anna.put("calendar/a.ics", event("a", summary)).status in {201, 204}

    # Who asks, the calendar; who still asks, the calendar held, the object; UID, tombstone,
    # counter, row. A change needs neither UID nor tombstone, but whether it is the office's.
    assert statements.count(partial(save, "Notar"), monkeypatch) == 9
    assert statements.count(partial(save, "Bank"), monkeypatch) == 8


def test_a_meeting_costs_as_many_queries_whoever_takes_part(
    groupware: GroupwareOffice, anna: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"kollege{number}" for number in range(12)]
    for name in names:
        groupware.person(name)

    def save(uid: str, invited: list[str]) -> None:
        body = meeting(*map(attendee, invited), uid=uid)
        assert anna.put(f"calendar/{uid}.ics", body).status == 201

    few = statements.count(partial(save, "a", names[:2]), monkeypatch)
    many = statements.count(partial(save, "b", names), monkeypatch)

    assert few == many
