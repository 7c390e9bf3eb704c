"""Letters to those who take part from outside the office (RFC 6047)."""

from email.message import EmailMessage
from pathlib import Path

import pytest

from config.settings import Mail, Settings
from dav_providers.groupware.application import make_groupware
from jobs.letters import Post, send_one
from storage.store import Unit
from tests.builders import NOW_US
from tests.groupware_door import LIMITS, Device, GroupwareOffice
from tests.mail_server import Inbox, mail_server
from tests.meetings import PATH, attendee, copy_of, meeting, status_of

CUSTOMER = attendee("kunde@example.net")


@pytest.fixture
def mailing(groupware: GroupwareOffice, tmp_path: Path) -> GroupwareOffice:
    """The office with a mail server."""
    settings = Settings(data_folder=tmp_path)
    storage = settings.storage.model_copy(update={"blobs_folder": tmp_path})
    mail = Mail(host="127.0.0.1", sender="post@buero.example")
    settings = settings.model_copy(update={"storage": storage, "mail": mail})
    groupware.door = make_groupware(
        groupware.store, settings, limits=LIMITS, clock=groupware.clock
    )
    return groupware


def _origin(_unit: Unit) -> str:
    return "https://x.example"


def _sent(office: GroupwareOffice) -> list[EmailMessage]:
    """What leaves when the outbox is emptied."""
    inbox = Inbox()
    with mail_server(inbox) as port:
        mail = Mail(host="127.0.0.1", port=port, security="none", sender="post@buero.example")
        post = Post(mail)
        now_us = NOW_US * 2
        while send_one(office.store, post.send, mail, origin=_origin, now_us=now_us):
            pass
    return [message for _, message in inbox.taken]


class TestLetters:
    def test_who_has_no_account_gets_a_letter(self, mailing: GroupwareOffice) -> None:
        anna: Device = mailing.people["anna"]

        anna.put(PATH, meeting(CUSTOMER, "LOCATION:Villa\\, 1. Stock"))

        assert status_of(copy_of(anna)[1], "kunde") == "1.1"
        [letter] = _sent(mailing)
        assert letter["To"] == "kunde@example.net"
        assert letter["From"] == "Musterbüro <post@buero.example>"
        assert letter["Reply-To"] == "anna@buero.example"
        assert letter["Subject"] == "Einladung: Besprechung"
        words, appointment = letter.iter_parts()
        assert "Wo: Villa, 1. Stock" in words.get_content()
        assert "2027-05-04 10:00 UTC" in words.get_content()
        assert appointment.get_content_type() == "text/calendar"
        assert appointment["Content-Type"].params["method"] == "REQUEST"
        assert "METHOD:REQUEST" in appointment.get_content()

    def test_and_another_when_it_is_cancelled(self, mailing: GroupwareOffice) -> None:
        anna = mailing.people["anna"]
        anna.put(PATH, meeting(CUSTOMER))
        _sent(mailing)

        anna.put(PATH, meeting(CUSTOMER, "X-NOTE:1"))
        anna.delete(PATH)

        [letter] = _sent(mailing)
        assert letter["Subject"] == "Abgesagt: Besprechung"
        assert "STATUS:CANCELLED" in list(letter.iter_parts())[1].get_content()

    @pytest.mark.parametrize(
        "address",
        ["a@", "<", '"', "a@x.example,b@y.example", "a@x.example%2Cb@y.example"],
    )
    def test_what_is_not_one_address_gets_none(
        self, mailing: GroupwareOffice, address: str
    ) -> None:
        anna = mailing.people["anna"]

        anna.put(PATH, meeting(CUSTOMER, f"ATTENDEE:mailto:{address}"))

        assert f"ATTENDEE;SCHEDULE-STATUS=3.7:mailto:{address}\n" in copy_of(anna)[1]
        assert [each["To"] for each in _sent(mailing)] == ["kunde@example.net"]

    def test_nor_does_an_organizer_of_such_an_address(self, mailing: GroupwareOffice) -> None:
        jonas = mailing.people["jonas"]

        jonas.put(PATH, meeting("ORGANIZER:mailto:chef@", attendee("jonas", "ACCEPTED")))

        assert "ORGANIZER;SCHEDULE-STATUS=3.7:mailto:chef@\n" in copy_of(jonas)[1]
        assert _sent(mailing) == []

    def test_an_answer_to_one_outside_goes_by_mail(self, mailing: GroupwareOffice) -> None:
        jonas = mailing.people["jonas"]
        invited = meeting(
            "ORGANIZER:mailto:chef@example.net", attendee("jonas", "ACCEPTED"), CUSTOMER
        )

        put = jonas.put(PATH, invited)

        assert put.status == 201
        [letter] = _sent(mailing)
        assert letter["To"] == "chef@example.net"
        answer = list(letter.iter_parts())[1].get_content()
        assert "METHOD:REPLY" in answer
        assert "PARTSTAT=ACCEPTED:mailto:jonas@buero.example" in answer
        assert "kunde" not in answer
