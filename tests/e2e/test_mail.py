"""Letters leave by themselves: the server's own process, a real mail server, both databases."""

import re
from pathlib import Path

import pytest

from tests.databases import Postgres
from tests.e2e.http_client import until
from tests.e2e.server_process import Office, Variant
from tests.mail_server import Inbox, mail_server

ORIGIN = "https://dav.buero.example"


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_an_invitation_leaves_and_a_letter_that_waited_too(
    request: pytest.FixtureRequest, tmp_path: Path, database: str
) -> None:
    inbox, url = Inbox(), None
    if database == "postgresql":
        server: Postgres = request.getfixturevalue("postgres")
        url = server.empty().render_as_string(hide_password=False)
    with mail_server(inbox) as port:
        settings = {
            "DEEDBOX_MAIL__HOST": "127.0.0.1",
            "DEEDBOX_MAIL__PORT": str(port),
            "DEEDBOX_MAIL__SECURITY": "none",
            "DEEDBOX_MAIL__USER": "post",
            "DEEDBOX_MAIL__PASSWORD": "geheim",
            "DEEDBOX_MAIL__SENDER": "post@buero.example",
            "DEEDBOX_SERVER__PUBLIC_URL": ORIGIN,
        }
        office = Office(tmp_path, Variant(database_url=url, settings=settings))
        office.add_user("anna", "--admin")
        office.command("user", "reset-password", "anna")  # nobody serves yet
        with office.serving():
            office.add_user("jonas", "--invite")
            until(lambda: len(inbox.taken) == 2, 30)
            until(lambda: {each["letter"] for each in _users(office)} == {None}, 30)

    letters = {recipients[0]: message for recipients, message in inbox.taken}
    reset, invitation = letters["anna@musterbuero.example"], letters["jonas@musterbuero.example"]
    assert re.search(rf"^{ORIGIN}/reset/[\w-]{{32}}\s*$", reset.get_content(), re.MULTILINE)
    assert re.search(rf"^{ORIGIN}/invite/[\w-]{{32}}\s*$", invitation.get_content(), re.MULTILINE)


def _users(office: Office) -> list[dict[str, str | None]]:
    found: list[dict[str, str | None]] = office.command("user", "list")["users"]
    return found
