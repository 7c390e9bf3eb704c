"""A mail server on loopback that keeps what it takes, or refuses what a test wants refused."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope


class Inbox:
    """What the mail server took, and what it says to the next letter."""

    def __init__(self) -> None:
        self.taken: list[tuple[list[str], EmailMessage]] = []
        self.to_recipient = "250 OK"
        self.to_data = "250 OK"

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, _server: object, _session: object, envelope: Envelope, address: str, _options: object
    ) -> str:
        if self.to_recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.to_recipient

    async def handle_DATA(  # noqa: N802 - the library's name
        self, _server: object, _session: object, envelope: Envelope
    ) -> str:
        if self.to_data.startswith("250"):
            assert isinstance(envelope.content, bytes)
            message = message_from_bytes(envelope.content, policy=policy.default)
            self.taken.append((list(envelope.rcpt_tos), message))
        return self.to_data


@contextmanager
def mail_server(inbox: Inbox) -> Iterator[int]:
    """Take mail into *inbox*, and logins of ``post`` with ``geheim``; the port."""

    def knows(_server: object, _session: object, _envelope: object, _mechanism: str, data: object):  # type: ignore[no-untyped-def]  # noqa: ANN202 - the library's types
        is_right = (data.login, data.password) == (b"post", b"geheim")  # type: ignore[attr-defined]
        return AuthResult(success=is_right, handled=False)

    controller = Controller(
        inbox,
        hostname="127.0.0.1",
        port=0,
        authenticator=knows,
        auth_require_tls=False,
        enable_SMTPUTF8=True,
    )
    with socket.create_server(("127.0.0.1", 0)) as free:
        controller.port = free.getsockname()[1]
    controller.start()
    try:
        yield int(controller.port)
    finally:
        controller.stop()
