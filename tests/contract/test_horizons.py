"""What devices have of a collection: in any order of notes by two processes, never back."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auth.identity import Identity
from office import collections, horizons, in_step
from office.horizons import Change, Knowledge
from office.sync_tokens import Known
from office.tracking import Act
from server.horizons import SEEN_US, Horizons
from storage import devices, epochs, lags
from storage import horizons as rows
from storage.collections import CollectionRow
from storage.horizons import Horizon, Program, Stand, Version
from storage.store import Store
from tests.accesses import NOON, an_access
from tests.item_sync import NAMES, Step, steps, try_to_write, with_two_calendars
from wire.clients import Family

FAMILIES = (Family.ANDROID, Family.THUNDERBIRD)
_FEW = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def who(store: Store) -> Identity:
    return with_two_calendars(store)


def calendar(store: Store, who: Identity) -> CollectionRow:
    with store.read() as unit:
        return collections.find(unit, who, "calendar")


def numbers(store: Store, collection: CollectionRow) -> tuple[dict[str, int], dict[str, int]]:
    """The members and those that went, with the numbers of their changes."""
    found = []
    with store.read() as unit:
        for table in ("item", "item_tombstone"):
            sql = f"SELECT href, modseq FROM {table} WHERE collection_id = :id"
            found.append(dict(unit.rows(sql, {"id": collection.id})))
    return found[0], found[1]


def stored(store: Store, program: Program) -> tuple[Stand | None, dict[str, Version]]:
    """What the database has of a program."""
    with store.read() as unit:
        return rows.find(unit, program), rows.fetched(unit, program, NAMES)


def behind(store: Store, who: Identity) -> int | None:
    """How many changes the device is behind with its calendar; None: never synced."""
    with store.read() as unit:
        steps = in_step.of_devices(unit, devices.active_of(unit, who.user_id))[who.device_id]
    found = {each.collection.name: each.behind for each in steps.collections}
    assert list(found) == ["calendar", "tasks", "contacts", "office", "zweiter"]
    return found["calendar"]


def laggards(store: Store, who: Identity) -> list[in_step.Laggard]:
    """Which of the device's programs are told to lag."""
    with store.read() as unit:
        return in_step.of_devices(unit, devices.active_of(unit, who.user_id))[
            who.device_id
        ].laggards


@dataclass
class Process:
    """A worker's memory of what it learnt, and how it is written."""

    store: Store
    who: Identity
    memory: Horizons = field(default_factory=Horizons)
    now_us: int = NOON

    def see(
        self, knowledge: Knowledge, family: Family = Family.ANDROID, *, is_finished: bool = True
    ) -> None:
        access = an_access(
            Act.LISTED, family=family, device_id=self.who.device_id, is_finished=is_finished
        )
        access.note.knowledge = knowledge
        self.memory.see([access._replace(until_us=self.now_us)])

    def flush(self) -> bool:
        """Write as the journal's thread does; whether there was anything to be written."""
        marks = self.memory.due(self.store)
        if marks:
            with self.store.write() as unit:
                rows.note(unit, marks)
        self.memory.written(marks)
        return bool(marks)


@dataclass
class Model:
    """What a program truly has, told from all that was noted."""

    horizon: Horizon | None = None
    fetched: dict[str, Version] = field(default_factory=dict)

    def see(self, knowledge: Knowledge) -> None:
        known = knowledge.presented or knowledge.told
        if known is not None:
            horizon = Horizon(knowledge.epoch, known.changed, known.gone)
            self.horizon = max(self.horizon, horizon) if self.horizon else horizon
        for each in knowledge.fetched:
            version = Version(knowledge.epoch, each.modseq)
            self.fetched[each.href] = max(version, self.fetched.get(each.href, version))

    @property
    def beyond(self) -> dict[str, Version]:
        passed = Version(*self.horizon[:2]) if self.horizon else Version(0, 0)
        return {href: version for href, version in self.fetched.items() if version > passed}

    def behind(
        self, collection: CollectionRow, members: dict[str, int], gone: dict[str, int]
    ) -> int:
        assert self.horizon is not None
        epoch, nothing = collection.epoch, (collection.epoch, 0, collection.modseq)
        _, modseq, gone_modseq = self.horizon if self.horizon.epoch == epoch else nothing
        missed = [(href, number) for href, number in members.items() if number > modseq]
        missed += [(href, number) for href, number in gone.items() if number > gone_modseq]
        has = {href: each.modseq for href, each in self.fetched.items() if each.epoch == epoch}
        return sum(number > has.get(href, 0) for href, number in missed)


what = st.one_of(
    steps,
    steps,
    st.sampled_from(("sync", "list", "flush", "flush", "epoch")),
    st.frozensets(st.sampled_from(NAMES), min_size=1),
)
"""A write, what a client or process does, or the members that a client fetches."""


class Run:
    """Two programs of one device, whose requests either of two processes may answer."""

    def __init__(self, store: Store, who: Identity) -> None:
        self.store, self.who = store, who
        self.processes = [Process(store, who) for _ in range(2)]
        self.models = [Model() for _ in FAMILIES]
        collection = calendar(store, who)
        self.programs = [Program(who.device_id, collection.id, each) for each in FAMILIES]
        self._tokens: list[Known | None] = [None, None]
        self._earlier: list[Horizon | None] = [None, None]

    def act(self, act: Step | str | frozenset[str], process: int, family: int) -> None:
        if isinstance(act, Step):
            try_to_write(self.store, self.who, act)
        elif act == "epoch":
            with self.store.write() as unit:
                epochs.renew(unit)
            self._tokens = [None, None]
        elif act == "flush":
            self.processes[process].flush()
            self._check_never_back()
        else:
            knowledge = self._knowledge(act, family)
            self.models[family].see(knowledge)
            self.processes[process].see(knowledge, FAMILIES[family])

    def _knowledge(self, act: str | frozenset[str], family: int) -> Knowledge:
        collection = calendar(self.store, self.who)
        if act == "list":
            return horizons.listed(collection)
        if act == "sync":
            known = self._tokens[family] or Known(0, collection.modseq)
            self._tokens[family] = Known(collection.modseq, collection.modseq)
            return horizons.presented(collection, known)
        members, _ = numbers(self.store, collection)
        sent = [Change(href, members[href]) for href in members.keys() & act]
        return horizons.fetched(collection, sent)

    def _check_never_back(self) -> None:
        for number, program in enumerate(self.programs):
            stands, _ = stored(self.store, program)
            now = stands.horizon if stands else None
            before = self._earlier[number]
            assert before is None or (now is not None and now >= before)
            self._earlier[number] = now

    def end(self) -> None:
        """Write all; then the database has what the models say, and so has the figure."""
        for each in self.processes:
            each.flush()
            assert not each.flush()
        for program, model in zip(self.programs, self.models, strict=True):
            stands, beyond = stored(self.store, program)
            assert (stands.horizon if stands else None) == model.horizon
            assert beyond == model.beyond
        collection = calendar(self.store, self.who)
        members, gone = numbers(self.store, collection)
        expected = [each.behind(collection, members, gone) for each in self.models if each.horizon]
        assert behind(self.store, self.who) == max(expected, default=None)


class TestAnyOrder:
    @_FEW
    @given(st.lists(st.tuples(what, st.integers(0, 1), st.integers(0, 1)), max_size=16))
    def test_the_database_ends_with_what_a_model_says(
        self,
        store: Store,
        who: Identity,
        script: list[tuple[Step | str | frozenset[str], int, int]],
    ) -> None:
        with store.write() as unit:
            unit.execute("DELETE FROM horizon")
            unit.execute("DELETE FROM fetched_beyond")
        run = Run(store, who)

        for step in script:
            run.act(*step)

        run.end()

    def test_one_that_looked_before_the_other_wrote(self, store: Store, who: Identity) -> None:
        collection = calendar(store, who)
        near, far = Process(store, who), Process(store, who)
        near.see(
            horizons.presented(collection, Known(3, 3), [Change("eins", 5), Change("zwei", 9)])
        )
        far.see(horizons.presented(collection, Known(7, 7)))

        for marks in (far.memory.due(store), near.memory.due(store)):
            with store.write() as unit:
                rows.note(unit, marks)

        stands, beyond = stored(store, Program(who.device_id, collection.id, Family.ANDROID))
        assert (stands and stands.horizon[1:]) == (7, 7)
        assert beyond == {"zwei": Version(collection.epoch, 9)}

    def test_two_that_write_at_once(self, store: Store, who: Identity) -> None:
        collection = calendar(store, who)
        stores = [Store(store.url) for _ in range(2)]

        def write(own: Store, order: Iterable[int]) -> None:
            process = Process(own, who)
            for number in order:
                for family in FAMILIES if own is stores[0] else reversed(FAMILIES):
                    known = Known(number, number)
                    sent = [Change(f"{each}", each) for each in (number, number + 20)]
                    process.see(horizons.presented(collection, known, sent), family)
                process.flush()

        threads = [
            threading.Thread(target=write, args=(own, order))
            for own, order in zip(stores, (range(1, 30), range(30, 1, -1)), strict=True)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for each in stores:
            each.close()

        for family in FAMILIES:
            stands, _ = stored(store, Program(who.device_id, collection.id, family))
            assert stands is not None
            assert stands.horizon.modseq == 30
        with store.read() as unit:
            [(first, count)] = unit.rows("SELECT min(modseq), count(*) FROM fetched_beyond")
        assert (first, count) == (31, 40)


class TestInStep:
    def put(self, store: Store, who: Identity, *names: str) -> None:
        for name in names:
            assert try_to_write(store, who, Step("put", "calendar", name, "b"))

    def test_twelve_changes_are_twelve(self, store: Store, who: Identity) -> None:
        process = Process(store, who)
        self.put(store, who, *(f"alt {number}" for number in range(3)))
        process.see(horizons.listed(calendar(store, who)))
        process.flush()
        assert behind(store, who) == 0

        self.put(store, who, *(f"neu {number}" for number in range(10)))
        for name in ("alt 0", "alt 1"):
            try_to_write(store, who, Step("delete", "calendar", name))

        assert behind(store, who) == 12

    def test_a_first_sync_needs_no_word_of_what_went_before(
        self, store: Store, who: Identity
    ) -> None:
        self.put(store, who, *NAMES)
        try_to_write(store, who, Step("delete", "calendar", NAMES[0]))
        collection = calendar(store, who)
        process = Process(store, who)
        process.see(horizons.presented(collection, Known(0, collection.modseq)))
        process.flush()
        assert behind(store, who) == 4

        members, _ = numbers(store, collection)
        sent = [Change(href, number) for href, number in members.items()]
        process.see(horizons.fetched(collection, sent[:3]))
        process.flush()
        assert behind(store, who) == 1

        try_to_write(store, who, Step("delete", "calendar", sent[0].href))
        assert behind(store, who) == 2

    def test_the_least_advanced_program_counts_while_it_is_there(
        self, store: Store, who: Identity
    ) -> None:
        process = Process(store, who)
        process.see(horizons.listed(calendar(store, who)), Family.THUNDERBIRD)
        process.flush()
        self.put(store, who, *NAMES)
        collection = calendar(store, who)
        process.now_us = NOON + lags.LATELY_US
        process.see(horizons.listed(collection))
        process.flush()
        assert behind(store, who) == 5
        assert laggards(store, who) == [in_step.Laggard("thunderbird", NOON)]

        process.now_us += SEEN_US
        process.see(horizons.listed(collection))
        process.flush()
        assert behind(store, who) == 0
        assert laggards(store, who) == []

    def test_who_fetched_a_version_misses_the_next(self, store: Store, who: Identity) -> None:
        process = Process(store, who)
        process.see(horizons.listed(calendar(store, who)))
        self.put(store, who, "eins")
        collection = calendar(store, who)
        process.see(horizons.fetched(collection, [Change("eins", collection.modseq)]))
        process.flush()
        assert behind(store, who) == 0

        assert try_to_write(store, who, Step("put", "calendar", "eins", "c"))

        assert behind(store, who) == 1

    def test_what_went_and_was_taken_away_by_the_device_itself(
        self, store: Store, who: Identity
    ) -> None:
        self.put(store, who, "eins")
        process = Process(store, who)
        process.see(horizons.listed(calendar(store, who)))
        assert try_to_write(store, who, Step("delete", "calendar", "eins"))
        process.flush()
        assert behind(store, who) == 1

        collection = calendar(store, who)
        process.see(horizons.fetched(collection, [Change("eins", collection.modseq)]))
        process.flush()

        assert behind(store, who) == 0

    def test_a_new_epoch_begins_anew(self, store: Store, who: Identity) -> None:
        self.put(store, who, *NAMES)
        process = Process(store, who)
        process.see(horizons.listed(calendar(store, who)))
        process.flush()
        with store.write() as unit:
            epochs.renew(unit)

        assert behind(store, who) == 5

    def test_retired_devices_are_nobodys(self, store: Store, who: Identity) -> None:
        process = Process(store, who)
        process.see(horizons.listed(calendar(store, who)))
        process.flush()
        with store.read() as unit:
            assert in_step.of_devices(unit, []) == {}


class TestWhatIsWritten:
    def test_what_says_nothing_new_is_not(self, store: Store, who: Identity) -> None:
        process, other = Process(store, who), Process(store, who)
        collection = calendar(store, who)
        process.see(horizons.listed(collection))
        assert process.flush()

        for each in (process, other):
            for _ in range(3):
                each.see(horizons.listed(collection))
                each.see(horizons.fetched(collection, [Change("eins", collection.modseq)]))
                assert not each.flush()

    def test_what_was_fetched_again_is_not(self, store: Store, who: Identity) -> None:
        collection = calendar(store, who)
        process, other = Process(store, who), Process(store, who)
        again = horizons.fetched(collection, [Change("eins", 7)])
        process.see(again)
        assert process.flush()

        for each in (process, other):
            each.see(again)
            assert not each.flush()

    def test_that_a_program_is_there_is_once_a_day(self, store: Store, who: Identity) -> None:
        process = Process(store, who)
        collection = calendar(store, who)
        process.see(horizons.listed(collection))
        process.flush()

        process.now_us += SEEN_US - 1
        process.see(horizons.listed(collection))
        assert not process.flush()
        process.now_us += 1
        process.see(horizons.listed(collection))
        assert process.flush()

        stands, _ = stored(store, Program(who.device_id, collection.id, Family.ANDROID))
        assert stands is not None
        assert stands.seen_us == NOON + SEEN_US

    def test_an_answer_that_broke_off_told_nothing(self, store: Store, who: Identity) -> None:
        process = Process(store, who)
        collection = calendar(store, who)
        sent = [Change("eins", 7)]
        for each in (horizons.listed(collection), horizons.fetched(collection, sent)):
            process.see(each, is_finished=False)
        assert not process.flush()

        process.see(horizons.presented(collection, Known(0, 0), sent), is_finished=False)
        assert process.flush()
        stands, beyond = stored(store, Program(who.device_id, collection.id, Family.ANDROID))
        assert (stands and stands.horizon[1:], beyond) == ((0, 0), {})

    def test_what_was_forgotten_to_be_known_is_looked_up(
        self, store: Store, who: Identity, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("server.horizons._MOST_REMEMBERED", 1)
        process = Process(store, who)
        collection = calendar(store, who)
        for family in FAMILIES:
            process.see(horizons.listed(collection), family)
        process.flush()

        for family in FAMILIES:
            process.see(horizons.listed(collection), family)
        assert not process.flush()
