import hashlib
import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import pytest

from storage.meters import FILE_BYTES, SETS, WAYS, Charge, Meters

SECOND = 1_000_000
NOW = 1_790_000_000 * SECOND


def key(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()[:16]


def in_one_set(number: int) -> bytes:
    """Keys that meet in one set of the table."""
    return (number * SETS).to_bytes(8, "little") + key(str(number))[:8]


def a_charge(text: str = "anna", *, cost: int = 10, burst: int = 3) -> Charge:
    return Charge(key(text), cost * SECOND, burst)


@pytest.fixture
def meters(tmp_path: Path) -> Iterator[Meters]:
    meters = Meters(tmp_path / "meters")
    yield meters
    meters.close()


def _wait(meters: Meters, charge: Charge, at: int = 0) -> float:
    return meters.take([charge], NOW + at * SECOND).wait_us / SECOND


class TestTake:
    def test_a_burst_fits_and_then_one_each_time(self, meters: Meters) -> None:
        waits = [_wait(meters, a_charge()) for _ in range(5)]

        assert waits == [0, 0, 0, 10, 10]
        assert _wait(meters, a_charge(), at=4) == 6
        assert _wait(meters, a_charge(), at=10) == 0
        assert _wait(meters, a_charge(), at=10) == 10

    def test_what_was_refused_is_not_charged(self, meters: Meters) -> None:
        for _ in range(100):
            _wait(meters, a_charge())

        assert _wait(meters, a_charge(), at=10) == 0

    def test_an_empty_meter_is_as_new(self, meters: Meters) -> None:
        for _ in range(3):
            _wait(meters, a_charge())

        assert [_wait(meters, a_charge(), at=30) for _ in range(4)] == [0, 0, 0, 10]

    def test_all_are_charged_or_none(self, meters: Meters) -> None:
        wide, narrow = a_charge("network", burst=5), a_charge("anna", burst=1)
        meters.take([wide, narrow], NOW)

        outcome = meters.take([wide, narrow], NOW)

        assert outcome.wait_us == 10 * SECOND
        assert [_wait(meters, wide) for _ in range(5)] == [0, 0, 0, 0, 10]

    def test_a_clock_that_was_set_back_shuts_nobody_out_for_long(self, meters: Meters) -> None:
        for _ in range(3):
            _wait(meters, a_charge(), at=365 * 86400)

        assert _wait(meters, a_charge()) == 10

    def test_an_overflow_is_news_once_an_hour(self, meters: Meters) -> None:
        charges = [a_charge("network"), a_charge("anna", burst=1, cost=7200)]

        def news(at: int) -> tuple[int, ...]:
            return meters.take(charges, NOW + at * SECOND).news

        assert [news(at) for at in (0, 1, 2, 3599, 3602)] == [(), (1,), (), (), (1,)]


class TestLess:
    def test_one_is_given_back(self, meters: Meters) -> None:
        for _ in range(3):
            _wait(meters, a_charge())

        meters.give_back([a_charge()])

        assert [_wait(meters, a_charge()) for _ in range(2)] == [0, 10]

    def test_all_is_forgotten_of_one_key_only(self, meters: Meters) -> None:
        for _ in range(3):
            _wait(meters, a_charge())
            _wait(meters, a_charge("jonas"))

        meters.forget(a_charge().key)

        assert _wait(meters, a_charge()) == 0
        assert _wait(meters, a_charge("jonas")) == 10

    def test_what_is_not_there_can_be_given_back(self, meters: Meters) -> None:
        meters.give_back([a_charge("nobody")])
        meters.forget(a_charge("nobody").key)


class TestTheTable:
    def test_never_grows(self, meters: Meters, tmp_path: Path) -> None:
        for number in range(5_000):
            _wait(meters, a_charge(str(number)))

        assert (tmp_path / "meters").stat().st_size == FILE_BYTES

    def test_new_keys_drive_out_the_least_filled(self, meters: Meters) -> None:
        full = Charge(in_one_set(0), 10 * SECOND, 3)
        for _ in range(3):
            _wait(meters, full)

        for number in range(1, 50 * WAYS):
            _wait(meters, Charge(in_one_set(number), 10 * SECOND, 3))

        assert _wait(meters, full) == 10

    def test_outlives_its_process(self, meters: Meters, tmp_path: Path) -> None:
        for _ in range(3):
            _wait(meters, a_charge())

        again = Meters(tmp_path / "meters")

        assert _wait(again, a_charge()) == 10
        again.close()

    def test_of_another_size_is_mended(self, tmp_path: Path) -> None:
        (tmp_path / "meters").write_bytes(b"x" * 100)

        meters = Meters(tmp_path / "meters")

        assert _wait(meters, a_charge()) == 0
        meters.close()


class TestManyAtOnce:
    def test_threads_get_no_more_than_the_burst(self, meters: Meters) -> None:
        charge = a_charge(burst=50, cost=3600)
        with ThreadPoolExecutor(8) as pool:
            waits = list(pool.map(lambda _: _wait(meters, charge), range(400)))

        assert waits.count(0) == 50

    def test_processes_get_no_more_than_the_burst(self, tmp_path: Path) -> None:
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(3, mp_context=context) as pool:
            let = sum(pool.map(_take_many, [tmp_path / "meters"] * 3))

        assert let == 500

    def test_a_fork_has_a_lock_of_its_own(self, meters: Meters) -> None:
        charge = a_charge(burst=500, cost=3600)
        _wait(meters, charge)
        context = multiprocessing.get_context("fork")
        children = [context.Process(target=_take, args=(meters, charge, 400)) for _ in range(2)]
        for child in children:
            child.start()
        _take(meters, charge, 400)
        for child in children:
            child.join()

        assert _wait(meters, charge) > 0
        meters.give_back([charge])
        assert [_wait(meters, charge) > 0 for _ in range(2)] == [False, True]


def _take(meters: Meters, charge: Charge, times: int) -> int:
    return [_wait(meters, charge) for _ in range(times)].count(0)


def _take_many(path: Path) -> int:
    meters = Meters(path)
    try:
        return _take(meters, a_charge(burst=500, cost=3600), 1000)
    finally:
        meters.close()
