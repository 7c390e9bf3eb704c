"""Letters on their way: from the outbox through a mail server on loopback, on both databases."""

import logging
import re
import socket
import threading
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from auth import invitations, people
from auth.throttle import Throttle
from auth.tokens import Purpose
from config.settings import Mail
from jobs import letters as job
from jobs.lapsed_links import KEPT_DAYS, forget_lapsed
from jobs.letters import RETRY_MINUTES, Post, send_letters, send_one
from office import inviting, opening
from office.letters import Letter
from office.meetings.letters import KIND, body_of
from storage import outbox
from storage.meters import Meters
from storage.store import Store, Unit
from tests.builders import KEY, NOW_US, a_person, with_groups
from tests.mail_server import Inbox, mail_server

ORIGIN = "https://dav.buero.example"
MINUTE_US = 60_000_000
DAY_US = 24 * 60 * MINUTE_US
WORDS = {
    "summary": "Besprechung",
    "start": "2027-05-04 10:00 UTC",
    "place": "",
    "name": "anna",
    "email": "anna@buero.example",
}


def chosen(_unit: Unit) -> str:
    return ORIGIN


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def mail(inbox: Inbox) -> Iterator[Mail]:
    with mail_server(inbox) as port:
        yield Mail(host="127.0.0.1", port=port, security="none", sender="post@buero.example")


@pytest.fixture
def office(store: Store) -> Store:
    with_groups(store)
    with store.write() as unit:
        opening.name_office(unit, "Musterbüro {Berg}")
        a_person(unit, "anna", groups=("administration",))
    return store


def _invite(office: Store, email: str = "jonas@buero.example") -> None:
    with office.write() as unit:
        person = inviting.invite_new(unit, "jonas", email, now_us=NOW_US)
        inviting.send_link(unit, person, Purpose.INVITATION, now_us=NOW_US)


def _send(office: Store, mail: Mail, *, now_us: int = NOW_US) -> bool:
    return send_one(office, Post(mail).send, mail, origin=chosen, now_us=now_us)


def _waiting(office: Store) -> list[outbox.WaitingRow]:
    with office.read() as unit:
        return outbox.waiting(unit)


def _token(message: EmailMessage, path: str = "/invite/") -> str:
    found = re.search(rf"^{ORIGIN}{path}([\w-]{{32}})\s*$", message.get_content(), re.MULTILINE)
    assert found
    return found[1]


def test_an_invitation_arrives_with_a_link_that_works(
    office: Store, mail: Mail, inbox: Inbox
) -> None:
    _invite(office)

    assert _send(office, mail)

    [(recipients, message)] = inbox.taken
    assert recipients == ["jonas@buero.example"]
    assert message["From"] == "Musterbüro {Berg} <post@buero.example>"
    assert message["To"] == "jonas@buero.example"
    assert message["Subject"] == "Einladung: Musterbüro {Berg}"
    assert message["Auto-Submitted"] == "auto-generated"
    assert "Ihr Benutzername ist jonas." in message.get_content()
    token = _token(message)
    with office.read() as unit:
        person = invitations.invited_person(unit, token, Purpose.INVITATION, now_us=NOW_US)
    assert person.name == "jonas"
    assert not _send(office, mail)
    assert _waiting(office) == []


def test_an_address_with_umlauts_gets_its_letter(office: Store, mail: Mail, inbox: Inbox) -> None:
    _invite(office, "jörg@büro.example")

    _send(office, mail)

    assert inbox.taken[0][0] == ["jörg@büro.example"]


def test_the_server_is_logged_in_to(office: Store, mail: Mail, inbox: Inbox) -> None:
    _invite(office)
    known = mail.model_copy(update={"user": "post"})
    wrong = Mail.model_validate({**known.model_dump(), "password": "falsch"})
    right = Mail.model_validate({**known.model_dump(), "password": "geheim"})

    _send(office, wrong)
    assert inbox.taken == []
    assert _waiting(office)[0].due_us is not None
    _send(office, right, now_us=NOW_US + MINUTE_US)

    assert len(inbox.taken) == 1


class TestANewPassword:
    @pytest.fixture
    def ask(self, office: Store, tmp_path: Path) -> Callable[[str], None]:
        throttle = Throttle(Meters(tmp_path / "meters"), KEY)
        return lambda login: inviting.ask_for_reset(
            office, throttle, login=login, address="192.0.2.1", now_us=NOW_US
        )

    @pytest.mark.parametrize("login", ["anna", "Anna@Buero.example"])
    def test_has_its_letter(
        self, office: Store, mail: Mail, inbox: Inbox, ask: Callable[[str], None], login: str
    ) -> None:
        ask(login)

        _send(office, mail)

        [(recipients, message)] = inbox.taken
        assert recipients == ["anna@buero.example"]
        inviting.reset_password(
            office, _token(message, "/reset/"), password="vier graue Eulen", now_us=NOW_US
        )

    def test_has_none_for_whom_nobody_is(
        self, office: Store, mail: Mail, inbox: Inbox, ask: Callable[[str], None]
    ) -> None:
        with office.write() as unit:
            a_person(unit, "mia")
        with office.write() as unit:
            people.block(unit, "mia")
        _invite(office)
        for login in ("nobody", "mia", "jonas"):  # unknown, blocked, not yet there
            ask(login)

        while _send(office, mail):
            pass

        assert [message["Subject"][:9] for _, message in inbox.taken] == ["Einladung"]
        with office.read() as unit:
            assert unit.row("SELECT count(*) FROM outbox") == (0,)


class TestAServerThatTakesNothing:
    def test_is_tried_again_with_a_new_link_and_longer_and_longer(
        self, office: Store, mail: Mail, inbox: Inbox
    ) -> None:
        _invite(office)
        inbox.to_data = "451 later"
        now_us = NOW_US
        for minutes in RETRY_MINUTES:
            assert _send(office, mail, now_us=now_us)
            [waiting] = _waiting(office)
            assert waiting.due_us == now_us + minutes * MINUTE_US
            assert "later" in waiting.failure
            assert not _send(office, mail, now_us=waiting.due_us - 1)
            now_us = waiting.due_us

        assert _send(office, mail, now_us=now_us)
        assert _waiting(office)[0].due_us is None
        assert not _send(office, mail, now_us=now_us + 400 * DAY_US)

    def test_that_is_away_is_no_fault(self, office: Store, mail: Mail) -> None:
        _invite(office)
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]

        assert _send(office, mail.model_copy(update={"port": port}))
        assert _waiting(office)[0].failure == outbox.NO_ANSWER
        with office.read() as unit:
            assert outbox.held(unit) == (1, 0, 0)

    @pytest.mark.parametrize("says", ["to_recipient", "to_data"])
    def test_for_good_is_not_asked_again(
        self,
        office: Store,
        mail: Mail,
        inbox: Inbox,
        says: str,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        _invite(office)
        setattr(inbox, says, "550 no such mailbox")

        with caplog.at_level(logging.WARNING):
            _send(office, mail)

        [waiting] = _waiting(office)
        assert (waiting.due_us, waiting.failure) == (None, "550 no such mailbox")
        assert [each.getMessage() for each in caplog.records] == ["a letter was given up"]

    @pytest.mark.parametrize(
        "email", ["a@", "<", '"', "a@x.example,b@y.example", "=?utf-8?q?a=40b=2C?=@x.example"]
    )
    def test_what_no_letter_can_be_made_of_keeps_no_other(
        self, office: Store, mail: Mail, inbox: Inbox, email: str
    ) -> None:
        body = body_of(WORDS, method="REQUEST", calendar="BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")
        with office.write() as unit:
            for to in (email, "kunde@example.net"):
                outbox.put_many(unit, KIND, [(to, body)], now_us=NOW_US)

        while _send(office, mail):
            pass

        with office.read() as unit:
            assert unit.row("SELECT claimed, due_us FROM outbox") == (email, None)
        assert [to for to, _ in inbox.taken] == [["kunde@example.net"]]

    def test_is_shown_for_a_month(self, office: Store, mail: Mail, inbox: Inbox) -> None:
        _invite(office)
        inbox.to_recipient = "550 no"
        _send(office, mail)

        assert forget_lapsed(office, now_us=NOW_US + DAY_US) == 0
        forget_lapsed(office, now_us=NOW_US + (KEPT_DAYS + 1) * DAY_US)
        assert _waiting(office) == []


def test_whoever_was_killed_while_sending_leaves_the_letter_to_others(
    office: Store, mail: Mail, inbox: Inbox
) -> None:
    _invite(office)

    def die(_letter: Letter) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        send_one(office, die, mail, origin=chosen, now_us=NOW_US)

    assert not _send(office, mail, now_us=NOW_US + MINUTE_US)
    assert _send(office, mail, now_us=NOW_US + 10 * MINUTE_US)
    assert len(inbox.taken) == 1


def test_two_senders_send_each_letter_once(office: Store, mail: Mail) -> None:
    with office.write() as unit:
        for number in range(20):
            person = inviting.invite_new(
                unit, f"user{number}", f"user{number}@buero.example", now_us=NOW_US
            )
            inviting.send_link(unit, person, Purpose.INVITATION, now_us=NOW_US)
    sent: list[str] = []

    def work() -> None:
        while send_one(
            office,
            lambda letter: sent.append(letter.to),
            mail,
            origin=chosen,
            now_us=NOW_US,
        ):
            pass

    threads = [threading.Thread(target=work) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    work()

    assert sorted(sent) == sorted(f"user{number}@buero.example" for number in range(20))


class _Stop:
    """Stops the second time it is waited for; what happens meanwhile is the test's."""

    def __init__(self, meanwhile: Callable[[], None]) -> None:
        self._meanwhile: list[Callable[[], None]] = [meanwhile]
        self.waits: list[float | None] = []

    def wait(self, timeout: float | None = None) -> bool:
        if not timeout:
            return False
        self.waits.append(timeout)
        if not self._meanwhile:
            return True
        self._meanwhile.pop()()
        return False


def test_the_sender_looks_again_and_again(office: Store, mail: Mail, inbox: Inbox) -> None:
    stop = _Stop(lambda: _invite(office))

    send_letters(office, mail, origin=chosen, stop=stop, clock=lambda: NOW_US)

    assert len(inbox.taken) == 1
    assert stop.waits == [job.LOOK_SECONDS] * 2
