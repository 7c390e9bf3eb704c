"""Send the letters of the outbox over SMTP, with patience for mail servers that are away.

A letter is claimed and written in one transaction, sent outside of any, and deleted in another.
Who is killed in between leaves it to be sent again: with a new link, which ends the one before.
"""

import logging
import smtplib
import ssl
import time
from collections.abc import Callable
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from config.settings import Mail
from jobs.housekeeping import StopEvent
from office import letters
from office.letters import Letter
from storage import outbox
from storage.failures import is_unavailable
from storage.outbox import LetterRow
from storage.store import Store, Unit

LOOK_SECONDS = 2.0
_US = 1_000_000
_MINUTE_US = 60 * _US
RETRY_MINUTES = (1, 5, 15, 60, 180, 720, 1440)
"""After the first failure, the second …; after the last it is given up."""
_LEAST_LEASE_US = 5 * _MINUTE_US
_FINAL_CODE = 500
_KEPT_FAILURE = 300

_log = logging.getLogger("deedbox.letters")

Send = Callable[[Letter], None]


class FinalError(Exception):
    """The mail server will never take this letter."""


def send_letters(
    store: Store,
    mail: Mail,
    *,
    origin: Callable[[Unit], str],
    stop: StopEvent,
    clock: Callable[[], int] = lambda: time.time_ns() // 1000,
) -> None:
    """Send what is due, and look again every two seconds until *stop* is set."""
    post = Post(mail)
    while True:
        try:
            while send_one(store, post.send, mail, origin=origin, now_us=clock()):
                if stop.wait(0):
                    return
        except Exception as error:
            if not is_unavailable(error):
                raise
            _log.warning("letters wait for the database")
        if stop.wait(LOOK_SECONDS):
            return


def send_one(
    store: Store, send: Send, mail: Mail, *, origin: Callable[[Unit], str], now_us: int
) -> bool:
    """Send the letter that is due longest; False if none is.

    *origin* is the scheme, host and port of its link, as they stand when it is written.
    """
    with store.read() as unit:
        if not outbox.has_due(unit, now_us):
            return False
    # A slow server may take its time-out for each of several commands.
    lease_us = max(_LEAST_LEASE_US, int(mail.timeout_seconds * 10 * _US))
    with store.write() as unit:
        row = outbox.claim(unit, now_us=now_us, lease_us=lease_us)
        if row is None:
            return False
        letter = letters.write(unit, row, origin=origin(unit), now_us=now_us)
        if letter is None:
            outbox.delete(unit, row.id)
            return True
    try:
        send(letter)
    except (FinalError, smtplib.SMTPException, OSError, ValueError) as error:
        _put_off(store, row, error, now_us)
        return True
    with store.write() as unit:
        outbox.delete(unit, row.id)
    return True


def _put_off(store: Store, row: LetterRow, error: Exception, now_us: int) -> None:
    is_over = isinstance(error, FinalError) or row.attempts > len(RETRY_MINUTES)
    due_us = None if is_over else now_us + RETRY_MINUTES[row.attempts - 1] * _MINUTE_US
    failure = " ".join(str(error).split())[:_KEPT_FAILURE] or type(error).__name__
    told = outbox.NO_ANSWER if _is_no_answer(error) else failure
    with store.write() as unit:
        outbox.put_off(unit, row.id, failure=told, due_us=due_us)
    fields = {"letter": row.id, "kind": row.kind, "attempt": row.attempts, "reason": failure}
    event = "a letter was given up" if is_over else "a letter did not leave"
    _log.warning(event, extra={"fields": fields})


def _is_no_answer(error: Exception) -> bool:
    """Whether no mail server was there, or it fell silent; what it said itself is told."""
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return True
    has_spoken = isinstance(error, smtplib.SMTPException | ssl.SSLError)
    return isinstance(error, OSError) and not has_spoken


class Post:
    """The office's mail server."""

    def __init__(self, mail: Mail) -> None:
        self._mail = mail

    def send(self, letter: Letter) -> None:
        """Hand a letter over to the server.

        Raises:
            FinalError: No letter can be made of it, or the server refused the recipient or the
                letter for good (a code of 500 and more). A refused login or sender is a setting
                that somebody will mend.
            smtplib.SMTPException, OSError, ValueError: It did not take it now.
        """
        message = self._message(letter)
        with self._connected() as server:
            try:
                server.send_message(message, to_addrs=[letter.to])
            except smtplib.SMTPRecipientsRefused as error:
                [(code, text)] = error.recipients.values()
                _raise_final(code, text, error)
            except smtplib.SMTPDataError as error:
                _raise_final(error.smtp_code, error.smtp_error, error)

    def _message(self, letter: Letter) -> EmailMessage:
        try:
            message = self._written(letter)
            message.as_bytes()  # some of what is wrong with headers shows only here
        except Exception as error:
            # The library's parser of headers fails in many ways, and does so every time: a
            # letter that stays due would keep all others from leaving.
            raise FinalError(f"{type(error).__name__}: {error}") from error
        found = [each.addr_spec for each in message["To"].addresses]
        if found != [letter.to]:
            raise FinalError("The recipient is not one address.")
        return message

    def _written(self, letter: Letter) -> EmailMessage:
        message = EmailMessage()
        sender = self._mail.sender or ""
        message["From"] = Address(" ".join(letter.sender_name.split()), addr_spec=sender)
        if letter.reply_to:
            message["Reply-To"] = letter.reply_to
        message["To"] = letter.to
        message["Subject"] = " ".join(letter.subject.split())
        message["Date"] = formatdate(localtime=False)
        message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
        # No out-of-office answer, and no list takes it for one (RFC 3834).
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text)
        if letter.calendar:
            # RFC 6047 section 2.4: the method stands in the type as well.
            message.add_alternative(
                letter.calendar, subtype="calendar", params={"method": letter.method}
            )
        return message

    def _connected(self) -> smtplib.SMTP:
        mail = self._mail
        host, port = mail.host or "", mail.port
        if mail.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                host, port, timeout=mail.timeout_seconds, context=ssl.create_default_context()
            )
        else:
            server = smtplib.SMTP(host, port, timeout=mail.timeout_seconds)
        try:
            if mail.security == "starttls":
                server.starttls(context=ssl.create_default_context())
            if mail.user:
                server.login(mail.user, mail.plain_password)
        except BaseException:
            server.close()
            raise
        return server


def _raise_final(code: int, text: bytes | str, error: smtplib.SMTPException) -> None:
    """Say what a refusal means: below 500 it is for now only."""
    plain = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    if code >= _FINAL_CODE:
        raise FinalError(f"{code} {plain}") from error
    raise error
