"""From new to active: invitations, consent, new passwords."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from auth import audit, consent, devices, invitations, passwords, people
from auth.audit import Act
from auth.errors import (
    ConsentError,
    InvalidValueError,
    SlowDownError,
    TokenEndedError,
    UserNotActiveError,
    UserStateError,
    WeakPasswordError,
)
from auth.identity import identify
from auth.invitations import Consent, Issued
from auth.throttle import Throttle
from auth.tokens import LIFE_US, Purpose
from office import inviting
from office.errors import NotFoundError
from storage import audit as audit_rows
from storage import outbox
from storage.meters import Meters
from storage.store import Store
from tests.builders import KEY, NOW_US, a_device, a_person, with_groups

PASSWORD = "drei graue Eulen"
GERMAN = Consent(1, "de")


@pytest.fixture(autouse=True)
def fast_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """What argon2id makes of a password is tested elsewhere; here it would take seconds."""
    monkeypatch.setattr(passwords, "hashed", lambda password: f"hash of {password}")


@pytest.fixture
def office(store: Store) -> Store:
    with_groups(store)
    with store.write() as unit:
        a_person(unit, "anna", groups=("administration",))
    return store


def _invite(office: Store, name: str = "jonas") -> Issued:
    with office.write() as unit:
        person = inviting.invite_new(unit, name, f"{name}@buero.example", now_us=NOW_US)
        return inviting.hand_over(unit, person, Purpose.INVITATION, now_us=NOW_US)


def _take_up(
    office: Store,
    token: str,
    password: str = PASSWORD,
    *,
    given: Consent = GERMAN,
    now_us: int = NOW_US + 1,
) -> None:
    inviting.take_up(office, token, password=password, given=given, now_us=now_us)


def _reset_link(office: Store, name: str = "anna") -> Issued:
    with office.write() as unit:
        person = invitations.demand_reset(unit, name)
        return inviting.hand_over(unit, person, Purpose.RESET, now_us=NOW_US)


def _reset(office: Store, token: str, *, now_us: int = NOW_US + 1) -> None:
    inviting.reset_password(office, token, password=PASSWORD, now_us=now_us)


def _state(office: Store, name: str = "jonas") -> str:
    with office.read() as unit:
        return people.get(unit, name).state


def _acts(office: Store) -> list[str]:
    with office.read() as unit:
        assert audit.check(unit).faults == ()
        return [each.act for each in audit_rows.page(unit, after_id=0, limit=100)]


class TestTakingUp:
    def test_makes_an_invited_user_active(self, office: Store) -> None:
        issued = _invite(office)
        assert _state(office) == "invited"

        _take_up(office, issued.token)

        with office.read() as unit:
            jonas = people.get(unit, "jonas")
            [(given, text)] = consent.given_by(unit, jonas.id)
        assert (jonas.state, jonas.password_hash) == ("active", f"hash of {PASSWORD}")
        assert (given.version, given.language, given.given_us) == (1, "de", NOW_US + 1)
        assert text.text.startswith("Ich nehme Daten des Büros")
        assert _acts(office)[-3:] == [Act.USER_ADDED, Act.USER_INVITED, Act.USER_JOINED]

    def test_an_invited_user_has_no_device_before(self, office: Store) -> None:
        _invite(office)

        with pytest.raises(UserNotActiveError, match="invit"), office.write() as unit:
            a_device(unit, "jonas")

    def test_works_once(self, office: Store) -> None:
        issued = _invite(office)
        _take_up(office, issued.token)

        with pytest.raises(TokenEndedError):
            _take_up(office, issued.token)

    def test_of_eight_at_once_works_once(self, office: Store) -> None:
        issued = _invite(office)
        start = threading.Barrier(8)

        def take_up(_: int) -> bool:
            start.wait()
            try:
                _take_up(office, issued.token)
            except TokenEndedError:
                return False
            return True

        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(take_up, range(8))) == 1
        assert _acts(office).count(Act.USER_JOINED) == 1

    def test_ends_with_its_time(self, office: Store) -> None:
        issued = _invite(office)
        end_us = NOW_US + LIFE_US[Purpose.INVITATION]

        with pytest.raises(TokenEndedError):
            _take_up(office, issued.token, now_us=end_us)
        _take_up(office, issued.token, now_us=end_us - 1)

    @pytest.mark.parametrize("token", ["", "x" * 32, "\udcff", "' OR 1=1"])
    def test_needs_a_token_that_was_issued(self, office: Store, token: str) -> None:
        _invite(office)

        with pytest.raises(TokenEndedError):
            _take_up(office, token)

    def test_is_not_done_with_a_link_for_a_password(self, office: Store) -> None:
        with pytest.raises(TokenEndedError):
            _take_up(office, _reset_link(office).token)

    @pytest.mark.parametrize("password", ["kurz", "passwort", "12345678", "jonas@buero.example"])
    def test_a_weak_password_is_explained_and_the_link_works_on(
        self, office: Store, password: str
    ) -> None:
        issued = _invite(office)

        with pytest.raises(WeakPasswordError):
            _take_up(office, issued.token, password)
        _take_up(office, issued.token)

    def test_only_a_hash_of_the_token_is_kept(self, office: Store) -> None:
        issued = _invite(office)

        with office.read() as unit:
            kept = unit.rows("SELECT token_hash FROM one_time_token")
        assert len(issued.token) == 32  # 192 bits in base64
        assert issued.token not in repr(kept)


class TestInviting:
    def test_once_more_ends_the_link_before(self, office: Store) -> None:
        first = _invite(office)
        with office.write() as unit:
            person = invitations.mark_invited(unit, "jonas")
            second = inviting.hand_over(unit, person, Purpose.INVITATION, now_us=NOW_US)

        with pytest.raises(TokenEndedError):
            _take_up(office, first.token)
        _take_up(office, second.token)

    def test_can_be_taken_back_and_done_again(self, office: Store) -> None:
        issued = _invite(office)
        with office.write() as unit:
            invitations.withdraw(unit, "jonas")

        assert _state(office) == "new"
        with pytest.raises(TokenEndedError):
            _take_up(office, issued.token)
        with office.write() as unit:
            assert invitations.mark_invited(unit, "jonas").state == "invited"

    def test_is_for_somebody_who_is_not_in(self, office: Store) -> None:
        with pytest.raises(UserStateError, match="reset-password"), office.write() as unit:
            invitations.mark_invited(unit, "anna")
        with pytest.raises(UserStateError), office.write() as unit:
            invitations.withdraw(unit, "anna")

    def test_somebody_invited_cannot_be_blocked_or_let_in_by_unblocking(
        self, office: Store
    ) -> None:
        _invite(office)

        for act in (people.block, people.unblock):
            with pytest.raises(UserNotActiveError), office.write() as unit:
                act(unit, "jonas")


class TestANewPassword:
    def test_is_set_behind_the_link_and_devices_keep_theirs(self, office: Store) -> None:
        with office.write() as unit:
            laptop = a_device(unit, "anna")

        _reset(office, _reset_link(office).token)

        with office.read() as unit:
            assert people.get(unit, "anna").password_hash == f"hash of {PASSWORD}"
            assert identify(unit, "anna", laptop.password, secret_key=KEY).user_name == "anna"
        assert _acts(office)[-2:] == [Act.PASSWORD_RESET_ISSUED, Act.PASSWORD_SET]

    def test_is_set_once_and_soon(self, office: Store) -> None:
        first, second = _reset_link(office), _reset_link(office)

        for token, now_us in (
            (first.token, NOW_US),
            (second.token, NOW_US + LIFE_US[Purpose.RESET]),
        ):
            with pytest.raises(TokenEndedError):
                _reset(office, token, now_us=now_us)
        _reset(office, second.token)
        with pytest.raises(TokenEndedError):
            _reset(office, second.token)

    def test_blocking_ends_the_link_for_good(self, office: Store) -> None:
        with office.write() as unit:
            a_person(unit, "jonas")
        issued = _reset_link(office, "jonas")
        with office.write() as unit:
            people.block(unit, "jonas")
        with office.write() as unit:
            people.unblock(unit, "jonas")

        with pytest.raises(TokenEndedError):
            _reset(office, issued.token)

    def test_is_for_active_users(self, office: Store) -> None:
        _invite(office)

        with pytest.raises(UserNotActiveError), office.write() as unit:
            invitations.demand_reset(unit, "jonas")
        with office.read() as reading:
            person = people.get(reading, "jonas")
        with pytest.raises(NotFoundError), office.write() as unit:
            inviting.hand_over(unit, person, Purpose.RESET, now_us=NOW_US)


class TestAskingForANewPassword:
    @pytest.fixture
    def throttle(self, tmp_path: Path) -> Throttle:
        return Throttle(Meters(tmp_path / "meters"), KEY)

    @pytest.mark.parametrize("login", ["anna", "BUERO\\anna", "nobody", "nobody@x.example", ""])
    def test_leaves_the_same_row_whoever_it_is(
        self, office: Store, throttle: Throttle, login: str
    ) -> None:
        inviting.ask_for_reset(office, throttle, login=login, address="192.0.2.1", now_us=NOW_US)

        with office.read() as unit:
            rows = unit.rows("SELECT kind, user_id, attempts, due_us FROM outbox")
            assert rows == [("reset", None, 0, NOW_US)]
            assert unit.row("SELECT count(*) FROM one_time_token") == (0,)

    def test_is_slowed(self, office: Store, throttle: Throttle) -> None:
        for _ in range(3):
            inviting.ask_for_reset(office, throttle, login="a", address="::1", now_us=NOW_US)

        with pytest.raises(SlowDownError):
            inviting.ask_for_reset(office, throttle, login="a", address="::1", now_us=NOW_US)
        with office.read() as unit:
            assert unit.row("SELECT count(*) FROM outbox") == (3,)

    def test_takes_what_nobody_could_be_called(self, office: Store, throttle: Throttle) -> None:
        login = "\x00" + "x" * 10_000

        inviting.ask_for_reset(office, throttle, login=login, address="::1", now_us=NOW_US)


class TestTheTextOfTheConsent:
    def test_has_versions_that_are_kept(self, office: Store) -> None:
        _take_up(office, _invite(office).token)
        with office.write() as unit:
            version = consent.set_text(unit, {"de": " Neu. ", "en": "New."}, now_us=NOW_US)
        with office.read() as unit:
            current = consent.current(unit)
            [(given, text)] = consent.given_by(unit, people.get(unit, "jonas").id)

        assert (version, current["de"].text, current["en"].text) == (2, "Neu.", "New.")
        assert (given.version, text.version) == (1, 1)
        assert _acts(office)[-1] == Act.CONSENT_TEXT_SET

    def test_that_changed_meanwhile_has_to_be_read_again(self, office: Store) -> None:
        issued = _invite(office)
        with office.write() as unit:
            consent.set_text(unit, {"de": "Neu.", "en": "New."}, now_us=NOW_US)

        for given in (GERMAN, Consent(2, "fr"), Consent(3, "de")):
            with pytest.raises(ConsentError):
                _take_up(office, issued.token, given=given)
        assert _state(office) == "invited"
        _take_up(office, issued.token, given=Consent(2, "de"))

    @pytest.mark.parametrize("texts", [{"de": "Neu."}, {"de": " ", "en": "New."}, {}])
    def test_is_there_in_both_languages(self, office: Store, texts: dict[str, str]) -> None:
        with pytest.raises(InvalidValueError), office.write() as unit:
            consent.set_text(unit, texts, now_us=NOW_US)


def test_an_invitation_waits_in_the_outbox_without_its_token(office: Store) -> None:
    with office.write() as unit:
        person = inviting.invite_new(unit, "jonas", "jonas@buero.example", now_us=NOW_US)
        inviting.send_link(unit, person, Purpose.INVITATION, now_us=NOW_US)
        inviting.send_link(unit, person, Purpose.INVITATION, now_us=NOW_US + 1)

    with office.read() as unit:
        [waiting] = outbox.waiting(unit)
        assert unit.row("SELECT count(*) FROM one_time_token") == (0,)
        assert devices.listed(unit) == []
    assert (waiting.kind, waiting.due_us) == ("invitation", NOW_US + 1)


def test_a_letter_that_waits_does_not_end_a_link_that_was_handed_over(office: Store) -> None:
    with office.write() as unit:
        person = inviting.invite_new(unit, "jonas", "jonas@buero.example", now_us=NOW_US)
        inviting.send_link(unit, person, Purpose.INVITATION, now_us=NOW_US)
        inviting.hand_over(unit, person, Purpose.INVITATION, now_us=NOW_US)

    with office.read() as unit:
        assert outbox.waiting(unit) == []
