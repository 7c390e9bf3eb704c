import multiprocessing
import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from uuid import uuid4

import pytest

from auth import devices
from auth.errors import (
    NoNumberError,
    RangeError,
    RightMissingError,
    UnknownLeaseError,
    UnknownUserError,
)
from auth.identity import Identity, identify, renew_and_hold
from office import number_ranges
from office.number_ranges import HIGHEST, Lease
from storage.number_ranges import RangeRow
from storage.store import Store
from tests.builders import KEY, NOW_US, a_device, a_person, with_groups


@pytest.fixture
def office(store: Store) -> Store:
    with_groups(store)
    with store.write() as unit:
        for name in ("anna", "jonas"):
            a_person(unit, name, groups=("administration",))
        a_person(unit, "mia")
    return store


def _on(office: Store, name: str, label: str = "Laptop") -> Identity:
    with office.write() as unit:
        password = a_device(unit, name, label).password
        return identify(unit, name, password, secret_key=KEY)


def _range(office: Store, first: int, last: int, name: str = "anna") -> RangeRow:
    with office.write() as unit:
        return number_ranges.give_range(unit, name, first, last, now_us=NOW_US)


def _end(office: Store, row: RangeRow) -> RangeRow | None:
    with office.write() as unit:
        return number_ranges.end_range(unit, row.id, now_us=NOW_US)


def _lease(office: Store, who: Identity, reference: str = "") -> int:
    reference = reference or uuid4().hex
    with office.write() as unit:
        who = renew_and_hold(unit, who)
        return number_ranges.lease(unit, who, reference, now_us=NOW_US).number


def _give_back(office: Store, who: Identity, reference: str) -> None:
    with office.write() as unit:
        who = renew_and_hold(unit, who)
        number_ranges.give_back(unit, who, reference, now_us=NOW_US)


class TestRanges:
    @pytest.mark.parametrize(
        ("first", "last"), [(100, 199), (199, 300), (1, 100), (150, 150), (1, 1000)]
    )
    def test_never_overlap(self, office: Store, first: int, last: int) -> None:
        _range(office, 100, 199)

        with pytest.raises(RangeError, match="100 to 199"):
            _range(office, first, last, "jonas")

    def test_may_touch(self, office: Store) -> None:
        _range(office, 100, 199)
        _range(office, 200, 299, "jonas")
        _range(office, 1, 99)

        with office.read() as unit:
            found = [(each.first, each.last) for each in number_ranges.listed(unit)]
        assert found == [(1, 99), (100, 199), (200, 299)]

    @pytest.mark.parametrize(("first", "last"), [(0, 5), (-3, 5), (6, 5), (1, HIGHEST + 1)])
    def test_go_upwards_from_one(self, office: Store, first: int, last: int) -> None:
        with pytest.raises(RangeError):
            _range(office, first, last)

    def test_are_somebodys(self, office: Store) -> None:
        with pytest.raises(UnknownUserError):
            _range(office, 1, 5, "nobody")

    def test_that_overlap_are_never_made_by_eight_at_once(self, office: Store) -> None:
        start = threading.Barrier(8)

        def give(number: int) -> bool:
            start.wait()
            try:
                _range(office, 100 + number, 200 + number)
            except RangeError:
                return False
            return True

        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(give, range(8))) == 1


class TestEndingARange:
    def test_frees_what_nobody_had(self, office: Store) -> None:
        row, laptop = _range(office, 100, 199), _on(office, "anna")
        for reference in "abc":
            _lease(office, laptop, reference)
        _give_back(office, laptop, "c")

        left = _end(office, row)

        assert left is not None
        assert (left.first, left.last) == (100, 101)
        _range(office, 102, 199, "jonas")
        with pytest.raises(RangeError):
            _range(office, 101, 101, "jonas")
        with pytest.raises(NoNumberError, match="no number range"):
            _lease(office, laptop)

    def test_that_was_never_used_leaves_nothing(self, office: Store) -> None:
        row, laptop = _range(office, 100, 199), _on(office, "anna")
        _lease(office, laptop, "a")
        _give_back(office, laptop, "a")

        assert _end(office, row) is None
        _range(office, 100, 199, "jonas")

    def test_is_done_once(self, office: Store) -> None:
        row, laptop = _range(office, 100, 199), _on(office, "anna")
        _lease(office, laptop)
        _end(office, row)

        with pytest.raises(RangeError):
            _end(office, row)


class TestLease:
    def test_names_number_range_and_device(self, office: Store) -> None:
        row, laptop = _range(office, 100, 101), _on(office, "anna")

        with office.write() as unit:
            got = number_ranges.lease(unit, laptop, "a", now_us=NOW_US)

        told = (100, row.id, 100, 101, laptop.device_id, "Laptop", NOW_US, "a")
        assert got == Lease(*told, is_new=True)
        with office.read() as unit:
            found = number_ranges.leases(unit, laptop, above=0, limit=10)
        assert found == [Lease(*told, is_new=False)]

    def test_is_the_same_under_the_same_reference(self, office: Store) -> None:
        _range(office, 100, 199)
        laptop = _on(office, "anna")

        assert [_lease(office, laptop, each) for each in "aab"] == [100, 100, 101]

    def test_is_the_same_for_eight_at_once_under_one_reference(self, office: Store) -> None:
        _range(office, 100, 199)
        laptop = _on(office, "anna")

        with ThreadPoolExecutor(8) as pool:
            numbers = list(pool.map(lambda _: _lease(office, laptop, "a"), range(16)))

        assert set(numbers) == {100}

    def test_goes_on_to_the_next_range_and_then_ends(self, office: Store) -> None:
        laptop = _on(office, "anna")
        _range(office, 100, 101)
        _range(office, 7, 7)

        assert [_lease(office, laptop) for _ in range(3)] == [100, 101, 7]
        with pytest.raises(NoNumberError, match="given out"):
            _lease(office, laptop)

    def test_a_returned_number_is_leased_next(self, office: Store) -> None:
        laptop, phone = _on(office, "anna"), _on(office, "anna", "iPhone")
        _range(office, 100, 199)
        for reference in "abcd":
            _lease(office, laptop, reference)
        _give_back(office, laptop, "c")
        _give_back(office, laptop, "b")

        assert [_lease(office, phone) for _ in range(3)] == [101, 102, 104]

    def test_is_from_the_users_own_range(self, office: Store) -> None:
        _range(office, 100, 199)

        with pytest.raises(NoNumberError):
            _lease(office, _on(office, "jonas"))

    def test_needs_the_right(self, office: Store) -> None:
        _range(office, 100, 199, "mia")

        with pytest.raises(RightMissingError):
            _lease(office, _on(office, "mia"))

    def test_eight_threads_get_different_numbers(self, office: Store) -> None:
        _range(office, 100, 199)
        laptop = _on(office, "anna")

        with ThreadPoolExecutor(8) as pool:
            numbers = list(pool.map(lambda _: _lease(office, laptop), range(40)))

        assert sorted(numbers) == list(range(100, 140))

    def test_three_processes_get_different_numbers(self, office: Store) -> None:
        _range(office, 100, 199)
        laptop = _on(office, "anna")
        url = office.url.render_as_string(hide_password=False)
        context = multiprocessing.get_context("spawn")
        with context.Manager() as manager:
            start = manager.Barrier(3)
            with ProcessPoolExecutor(3, mp_context=context) as pool:
                running = [pool.submit(_lease_in_process, url, laptop, start) for _ in range(3)]
                numbers = [number for each in running for number in each.result()]

        assert sorted(numbers) == list(range(100, 130))


class TestGivingBack:
    def test_is_for_the_device_that_has_it(self, office: Store) -> None:
        laptop, phone = _on(office, "anna"), _on(office, "anna", "iPhone")
        others = _on(office, "jonas")
        _range(office, 100, 199)
        _lease(office, laptop, "a")

        for who in (phone, others):
            with pytest.raises(UnknownLeaseError, match="reference a"):
                _give_back(office, who, "a")

    def test_is_for_the_next_device_of_its_user_once_that_is_retired(self, office: Store) -> None:
        laptop, phone = _on(office, "anna"), _on(office, "anna", "iPhone")
        _range(office, 100, 199)
        number = _lease(office, laptop, "a")
        with office.write() as unit:
            devices.retire(unit, user_name="anna", label="Laptop", now_us=NOW_US)

        _give_back(office, phone, "a")

        assert _lease(office, phone) == number

    def test_is_done_once(self, office: Store) -> None:
        laptop = _on(office, "anna")
        _range(office, 100, 199)
        _lease(office, laptop, "a")
        _give_back(office, laptop, "a")

        for each in ("a", "b"):
            with pytest.raises(UnknownLeaseError):
                _give_back(office, laptop, each)


def _lease_in_process(url: str, who: Identity, start: threading.Barrier) -> list[int]:
    office = Store(url)
    try:
        with office.read() as unit:
            number_ranges.open_ranges(unit, who)
        start.wait()
        return [_lease(office, who) for _ in range(10)]
    finally:
        office.close()
