"""The second factor at sign-in."""

import pytest

from auth import second_factor, totp
from auth.audit import Actor
from tests.builders import KEY
from tests.console import Console


class TestSecondFactor:
    @pytest.fixture
    def secret(self, anna: Console) -> bytes:
        return turn_on(anna)[0]

    def test_is_asked_for_after_the_password(self, anna: Console, secret: bytes) -> None:
        anna.clock.pass_seconds(60)
        visit = anna.visit()
        asked = visit.sign_in()
        assert "Your code" in asked.title
        assert not visit.is_in()

        visit.send(asked, code=code(anna, secret))

        assert visit.is_in()

    def test_a_code_works_once(self, anna: Console, secret: bytes) -> None:
        anna.clock.pass_seconds(60)
        first, second = anna.visit(), anna.visit()
        pages = [first.sign_in(), second.sign_in()]
        first.send(pages[0], code=code(anna, secret))

        answer = second.send(pages[1], code=code(anna, secret))

        assert answer.status == 422
        assert first.is_in()
        assert not second.is_in()

    def test_a_code_from_before_a_used_one_is_refused(self, anna: Console, secret: bytes) -> None:
        anna.clock.pass_seconds(60)
        earlier = code(anna, secret)
        anna.clock.pass_seconds(30)
        first, second = anna.visit(), anna.visit()
        first.send(first.sign_in(), code=code(anna, secret))

        assert second.send(second.sign_in(), code=earlier).status == 422

    def test_guessing_is_slowed_although_the_password_is_right(
        self, anna: Console, secret: bytes
    ) -> None:
        anna.clock.pass_seconds(60)
        visit = anna.visit()
        statuses = []
        for _ in range(8):
            page = visit.sign_in()
            statuses.append(visit.send(page, code="000000").status)

        assert statuses == [422] * 5 + [429] * 3
        assert visit.send(visit.sign_in(), code=code(anna, secret)).status == 429

    def test_a_password_waits_for_it_five_minutes(self, anna: Console, secret: bytes) -> None:
        visit = anna.visit()
        page = visit.sign_in()
        anna.clock.pass_seconds(300)

        answer = visit.send(page, code=code(anna, secret))

        assert "Sign in" in answer.title
        assert not visit.is_in()

    def test_a_recovery_code_works_once_in_any_case(self, anna: Console) -> None:
        _, recovery = turn_on(anna)
        first, second = anna.visit(), anna.visit()

        first.send(first.sign_in(), code=recovery[0].upper().replace("-", " "))
        answer = second.send(second.sign_in(), code=recovery[0])

        assert first.is_in()
        assert answer.status == 422

    def test_lies_sealed_and_hashed(self, anna: Console) -> None:
        secret, recovery = turn_on(anna)

        with anna.store.read() as unit:
            rows = unit.rows("SELECT secret FROM second_factor")
            codes = unit.rows("SELECT code_hash FROM recovery_code")

        assert secret not in bytes(rows[0][0])
        assert len(codes) == 10
        assert recovery[0] not in repr(codes)

    def test_is_not_asked_for_before_a_code_proved_it(self, anna: Console) -> None:
        with anna.store.write() as unit:
            second_factor.begin(unit, anna.user_id(), secret_key=KEY, now_us=anna.clock.us)
        visit = anna.visit()

        visit.sign_in()

        assert visit.is_in()

    def test_that_is_off_is_gone_with_its_recovery_codes(
        self, anna: Console, secret: bytes
    ) -> None:
        with anna.store.write() as unit:
            second_factor.turn_off(unit, anna.user_id(), by=Actor(anna.user_id()))
        with anna.store.read() as unit:
            assert unit.rows("SELECT 1 FROM second_factor UNION SELECT 1 FROM recovery_code") == []

        assert secret
        assert anna.signed_in().is_in()


def turn_on(console: Console) -> tuple[bytes, list[str]]:
    """Give anna a second factor; its secret and recovery codes."""
    with console.store.write() as unit:
        anna, now_us = console.user_id(), console.clock.us
        secret = second_factor.begin(unit, anna, secret_key=KEY, now_us=now_us)
        codes = second_factor.turn_on(
            unit, anna, code(console, secret), secret_key=KEY, now_us=now_us
        )
    return secret, codes


def code(console: Console, secret: bytes) -> str:
    return totp.code_of(secret, totp.step_at(console.clock.us))
