from collections.abc import Iterator
from pathlib import Path

import pytest

from auth import throttle as rules
from auth.errors import SlowDownError
from auth.throttle import Throttle, network_of
from storage.meters import Meters

OFFICE = "192.0.2.1"
ELSEWHERE = "198.51.100.7"


class Clock:
    def __init__(self) -> None:
        self.seconds = 1_790_000_000.0

    def __call__(self) -> int:
        return int(self.seconds * 1_000_000)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def throttle(tmp_path: Path, clock: Clock) -> Iterator[Throttle]:
    meters = Meters(tmp_path / "meters")
    yield Throttle(meters, b"k" * 32, clock=clock)
    meters.close()


def _fail(throttle: Throttle, times: int, account: str = "anna", address: str = OFFICE) -> int:
    """How many of these sign-ins were let through to the check."""
    let = 0
    for _ in range(times):
        try:
            throttle.begin_sign_in(account, address)
        except SlowDownError:
            continue
        let += 1
    return let


class TestADevicesPassword:
    def test_wrong_for_a_while_is_only_wrong(self, throttle: Throttle) -> None:
        answers = [throttle.device_failed("anna", 7, OFFICE) for _ in range(12)]

        assert [each.retry_seconds for each in answers] == [0] * 10 + [30, 30]
        assert [each.sources for each in answers[9:]] == [(), ("device",), ()]

    def test_an_old_one_that_is_tried_now_and_then_is_never_slowed(
        self, throttle: Throttle, clock: Clock
    ) -> None:
        for _ in range(200):
            assert throttle.device_failed("anna", 7, OFFICE).retry_seconds == 0
            clock.seconds += 30

    def test_an_account_is_counted_from_everywhere(self, throttle: Throttle) -> None:
        answers = [
            throttle.device_failed("anna", None, f"198.51.100.{number}") for number in range(40)
        ]

        assert sum(each.retry_seconds == 0 for each in answers) == rules.DEVICE_ACCOUNT.at_once
        assert answers[-1].retry_seconds == 10

    def test_a_network_is_counted_over_all_accounts(self, throttle: Throttle) -> None:
        answers = [throttle.device_failed(f"user{number}", None, OFFICE) for number in range(100)]

        assert sum(each.retry_seconds == 0 for each in answers) == rules.DEVICE_NETWORK.at_once
        assert ("network",) in [each.sources for each in answers]
        assert throttle.device_failed("anna", None, ELSEWHERE).retry_seconds == 0

    def test_the_audit_log_is_not_flooded_by_many_networks(self, throttle: Throttle) -> None:
        assert sum(throttle.may_write_news() for _ in range(1000)) == rules.NEWS.at_once


class TestAConsolePassword:
    def test_a_few_are_checked_and_then_one_a_minute(
        self, throttle: Throttle, clock: Clock
    ) -> None:
        assert _fail(throttle, 20) == 5
        with pytest.raises(SlowDownError, match="60 seconds") as slowed:
            throttle.begin_sign_in("anna", OFFICE)
        assert slowed.value.retry_seconds == 60

        clock.seconds += 61
        assert _fail(throttle, 20) == 1

    def test_colleagues_behind_the_same_address_come_in(self, throttle: Throttle) -> None:
        _fail(throttle, 1000)

        throttle.succeeded(throttle.begin_sign_in("jonas", OFFICE))

    def test_many_accounts_from_one_address_share_a_measure(self, throttle: Throttle) -> None:
        let = sum(_fail(throttle, 1, f"user{number}") for number in range(200))

        assert let == rules.CONSOLE_NETWORK.at_once
        assert _fail(throttle, 1, "jonas", ELSEWHERE) == 1

    def test_one_account_from_many_addresses_has_a_measure(self, throttle: Throttle) -> None:
        let = sum(_fail(throttle, 5, "anna", f"198.51.100.{number}") for number in range(50))

        assert let == rules.CONSOLE_ACCOUNT.at_once

    def test_a_browser_that_was_here_is_kept_out_by_nobody(self, throttle: Throttle) -> None:
        for number in range(200):
            _fail(throttle, 1, f"user{number}")
            _fail(throttle, 2, "anna", f"198.51.100.{number}")

        throttle.begin_sign_in("anna", OFFICE, known_browser="b1")

    def test_a_known_browser_has_a_measure_of_its_own(self, throttle: Throttle) -> None:
        for _ in range(10):
            throttle.begin_sign_in("anna", OFFICE, known_browser="b1")

        with pytest.raises(SlowDownError):
            throttle.begin_sign_in("anna", OFFICE, known_browser="b1")

    def test_a_right_one_forgets_the_mistyped_ones(self, throttle: Throttle) -> None:
        _fail(throttle, 4)
        throttle.succeeded(throttle.begin_sign_in("anna", OFFICE))

        assert _fail(throttle, 20) == 5

    def test_who_has_an_account_does_not_clear_the_way_to_others(self, throttle: Throttle) -> None:
        let = 0
        for number in range(200):
            let += _fail(throttle, 1, f"user{number}")
            try:
                throttle.succeeded(throttle.begin_sign_in("mallory", OFFICE))
            except SlowDownError:
                break

        assert let <= rules.CONSOLE_NETWORK.at_once

    def test_one_that_was_not_checked_is_not_counted(self, throttle: Throttle) -> None:
        for _ in range(50):
            throttle.take_back(throttle.begin_sign_in("anna", OFFICE))

        assert _fail(throttle, 20) == 5


class TestResets:
    def test_are_counted_for_accounts_that_nobody_has_too(self, throttle: Throttle) -> None:
        for _ in range(3):
            throttle.count_reset("nobody@buero.example", OFFICE)

        with pytest.raises(SlowDownError):
            throttle.count_reset("nobody@buero.example", ELSEWHERE)

    def test_are_counted_for_the_office(self, throttle: Throttle) -> None:
        for number in range(rules.RESET_OFFICE.at_once):
            throttle.count_reset(f"user{number}", f"198.51.100.{number}")

        with pytest.raises(SlowDownError):
            throttle.count_reset("anna", OFFICE)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("", ""),
    ],
)
def test_a_network_is_what_one_office_has(address: str, network: str) -> None:
    assert network_of(address) == network


def test_a_pseudonym_is_the_networks_and_tells_no_address(throttle: Throttle) -> None:
    here = throttle.pseudonym("2001:db8:1:2::7")

    assert here == throttle.pseudonym("2001:db8:1:2::8") != throttle.pseudonym(OFFICE)
    assert len(here) == 12
