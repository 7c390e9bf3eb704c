import multiprocessing
import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import pytest

from auth import devices, people
from auth.errors import (
    AuthError,
    DeviceLimitError,
    InvalidValueError,
    LabelTakenError,
    UnknownDeviceError,
    UnknownUserError,
    UserNotActiveError,
)
from storage.store import Store
from tests.builders import NOW_US, a_device, a_person, with_groups


@pytest.fixture
def office(store: Store) -> Store:
    with_groups(store)
    with store.write() as unit:
        a_person(unit, "anna")
        a_person(unit, "jonas")
    return store


def _active(office: Store, user_name: str = "anna") -> list[str]:
    with office.read() as unit:
        found = devices.listed(unit, user_name=user_name)
    return [each.label for each in found if each.retired_us is None]


class TestEnrol:
    def test_a_third_device_is_refused_and_the_two_are_named(self, office: Store) -> None:
        with office.write() as unit:
            a_device(unit, label="Laptop")
            a_device(unit, label="iPhone")

        names = "'Laptop' and 'iPhone'"
        with pytest.raises(DeviceLimitError, match=names) as refused, office.write() as unit:
            a_device(unit, label="Tablet")

        assert refused.value.labels == ("Laptop", "iPhone")
        assert _active(office) == ["Laptop", "iPhone"]

    def test_others_devices_do_not_count(self, office: Store) -> None:
        with office.write() as unit:
            a_device(unit, "anna", "Laptop")
            a_device(unit, "anna", "iPhone")

            a_device(unit, "jonas", "Laptop")

        assert _active(office, "jonas") == ["Laptop"]

    def test_a_retired_device_gives_its_place_and_label_back(self, office: Store) -> None:
        with office.write() as unit:
            a_device(unit, label="Laptop")
            a_device(unit, label="iPhone")
            devices.retire(unit, user_name="anna", label="Laptop", now_us=NOW_US)

            a_device(unit, label="Laptop")

        assert _active(office) == ["iPhone", "Laptop"]

    def test_a_users_own_limit_goes_before_the_offices(self, office: Store) -> None:
        with office.write() as unit:
            unit.execute("UPDATE person SET device_limit = 1 WHERE email_key LIKE 'anna%'")
            a_device(unit, label="Laptop")

        words = "at most 1 active device and"
        with pytest.raises(DeviceLimitError, match=words), office.write() as unit:
            a_device(unit, label="iPhone")

    @pytest.mark.parametrize("label", [" Laptop ", "laptop", "LAPTOP"])
    def test_two_active_devices_of_one_label_cannot_be(self, office: Store, label: str) -> None:
        with office.write() as unit:
            a_device(unit, label="Laptop")

        with pytest.raises(LabelTakenError, match="Laptop"), office.write() as unit:
            a_device(unit, label=label)

    @pytest.mark.parametrize("label", ["", "  ", "x" * 65, "a\nb", "a\x00b"])
    def test_a_label_has_printable_characters(self, office: Store, label: str) -> None:
        with pytest.raises(InvalidValueError), office.write() as unit:
            a_device(unit, label=label)

    def test_a_blocked_user_gets_no_device(self, office: Store) -> None:
        with office.write() as unit:
            people.block(unit, "anna")

        with pytest.raises(UserNotActiveError, match="blocked"), office.write() as unit:
            a_device(unit)

    def test_somebody_unknown_gets_no_device(self, office: Store) -> None:
        with pytest.raises(UnknownUserError), office.write() as unit:
            a_device(unit, "nobody")

    def test_passwords_differ_and_are_not_stored(self, office: Store) -> None:
        with office.write() as unit:
            first, second = a_device(unit, label="Laptop"), a_device(unit, label="iPhone")
            stored = unit.rows("SELECT selector, secret_hash FROM device")

        assert first.password != second.password
        for each in (first, second):
            secret = each.password.replace("-", "")[6:]
            assert not any(secret.encode() in bytes(kept) for _, kept in stored)


class TestTheThirdIsNeverMade:
    def test_eight_threads_at_once(self, office: Store) -> None:
        start = threading.Barrier(8)

        def enrol(number: int) -> bool:
            start.wait()
            return _is_enrolled(office, number)

        with ThreadPoolExecutor(8) as pool:
            outcomes = list(pool.map(enrol, range(8)))

        assert sum(outcomes) == 2
        assert len(_active(office)) == 2

    def test_four_processes_at_once(self, office: Store) -> None:
        url = office.url.render_as_string(hide_password=False)
        context = multiprocessing.get_context("spawn")
        with context.Manager() as manager:
            start = manager.Barrier(4)
            with ProcessPoolExecutor(4, mp_context=context) as pool:
                outcomes = [pool.submit(_enrol_in_process, url, start, each) for each in range(4)]
                made = sum(each.result() for each in outcomes)

        assert made == 2
        assert len(_active(office)) == 2


class TestRetire:
    def test_only_an_active_device_can_be_retired(self, office: Store) -> None:
        with office.write() as unit:
            a_device(unit, label="Laptop")
            devices.retire(unit, user_name="anna", label="Laptop", now_us=NOW_US + 1)

        with pytest.raises(UnknownDeviceError, match="Laptop"), office.write() as unit:
            devices.retire(unit, user_name="anna", label="Laptop", now_us=NOW_US + 2)

        with office.read() as unit:
            assert [each.retired_us for each in devices.listed(unit)] == [NOW_US + 1]

    def test_anothers_device_is_not_touched(self, office: Store) -> None:
        with office.write() as unit:
            a_device(unit, "anna", "Laptop")

        with pytest.raises(UnknownDeviceError), office.write() as unit:
            devices.retire(unit, user_name="jonas", label="Laptop", now_us=NOW_US)


def _is_enrolled(office: Store, number: int) -> bool:
    try:
        with office.write() as unit:
            a_device(unit, label=f"Device {number}")
    except AuthError:
        return False
    return True


def _enrol_in_process(url: str, start: threading.Barrier, number: int) -> bool:
    office = Store(url)
    try:
        with office.read() as unit:  # connected before the start
            people.get(unit, "anna")
        start.wait()
        return _is_enrolled(office, number)
    finally:
        office.close()
