"""The console through real sockets: from a link to a device that reaches its calendars."""

import json
import re
from collections.abc import Iterator
from http.client import HTTPResponse
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from tests.e2e.browser import Browser
from tests.e2e.http_client import until
from tests.e2e.server_process import Device, Office, Variant
from tests.mail_server import Inbox, mail_server

PASSWORD = "drei graue Eulen"


@pytest.fixture(params=["uvicorn", "cheroot"])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    with Office(tmp_path, Variant(request.param)).serving() as running:
        yield running


def ask(
    office: Office, method: str, target: str, body: str = "", **headers: str
) -> tuple[HTTPResponse, bytes]:
    connection = office.http()
    connection.request(method, target, body, headers)
    answer = connection.getresponse()
    data = answer.read()
    connection.close()
    return answer, data


def test_from_a_link_to_a_device_by_nextclouds_login_flow(office: Office) -> None:
    office.add_user("anna")
    browser = Browser(office.port)
    link = urlsplit(office.command("user", "reset-password", "anna")["link"]).path
    browser.send(browser.get(office.url(link)), password=PASSWORD, repeated=PASSWORD)
    begun = json.loads(ask(office, "POST", "/index.php/login/v2")[1])
    form = browser.get(office.url("/console/sign-in"))
    assert browser.send(form, login="anna", password=PASSWORD).status == 303

    done = browser.send(browser.get(begun["login"]), label="Handy")
    polled, given = ask(
        office,
        "POST",
        urlsplit(begun["poll"]["endpoint"]).path,
        urlencode({"token": begun["poll"]["token"]}),
        **{"Content-Type": "application/x-www-form-urlencoded"},
    )

    assert (done.status, polled.status) == (200, 200)
    credential = json.loads(given)
    device = Device(credential["loginName"], credential["appPassword"])
    start = "/remote.php/dav"
    assert ask(office, "PROPFIND", start)[0].status == 401
    led, _ = ask(office, "PROPFIND", start, Authorization=device.authorization, Depth="0")
    assert (led.status, led.headers["Location"]) == (301, office.url("/dav/"))
    found, _ = ask(office, "PROPFIND", "/dav/", Authorization=device.authorization, Depth="0")
    assert found.status == 207


def test_pages_are_refused_to_whom_they_are_not_for(office: Office) -> None:
    for path in ("/console/devices", "/console/users", "/console/account"):
        answer, _ = ask(office, "GET", path)

        assert answer.status == 303
        assert answer.headers["Location"].startswith("/console/sign-in?next=")


def test_a_device_password_opens_no_page(office: Office) -> None:
    office.add_user("anna")
    device = office.add_device("anna", "Laptop")
    browser = Browser(office.port)

    answer = browser.send(
        browser.get(office.url("/console/sign-in")), login="anna", password=device.password
    )

    assert answer.status == 422
    led, _ = ask(office, "GET", "/console/devices", Authorization=device.authorization)
    assert led.status == 303


def test_invited_in_the_console_by_a_letter_through_a_mail_server(tmp_path: Path) -> None:
    inbox = Inbox()
    with mail_server(inbox) as port:
        settings = {
            "DEEDBOX_MAIL__HOST": "127.0.0.1",
            "DEEDBOX_MAIL__PORT": str(port),
            "DEEDBOX_MAIL__SECURITY": "none",
            "DEEDBOX_MAIL__USER": "post",
            "DEEDBOX_MAIL__PASSWORD": "geheim",
            "DEEDBOX_MAIL__SENDER": "post@buero.example",
        }
        office = Office(tmp_path, Variant(settings=settings))
        office.add_user("berta", "--admin")
        with office.serving():
            berta, jonas = Browser(office.port), Browser(office.port)
            asked = berta.send(berta.get(office.url("/console/forgot")), login="berta")
            assert asked.status == 200
            form = berta.get(_link_to("berta", inbox, office))
            berta.send(form, password=PASSWORD, repeated=PASSWORD)
            form = berta.get(office.url("/console/sign-in"))
            berta.send(form, login="berta", password=PASSWORD)
            form = berta.get(office.url("/console/users/new"))
            mail = "jonas@musterbuero.example"
            sent = berta.send(form, name="jonas", email=mail, groups="mitarbeiter")

            form = jonas.get(_link_to("jonas", inbox, office))
            joined = jonas.send(form, password=PASSWORD, repeated=PASSWORD, agreed="yes")

            assert (sent.status, joined.status) == (200, 200)
            assert jonas.get(office.url("/console/devices")).status == 200


def _link_to(name: str, inbox: Inbox, office: Office) -> str:
    """The link in the letter to this user, once it arrived; at the server's own port."""
    to = f"{name}@musterbuero.example"

    def letters() -> list[str]:
        return [message.get_content() for recipients, message in inbox.taken if to in recipients]

    until(lambda: bool(letters()), 30)
    found = re.search(r"/(?:reset|invite)/[\w-]{32}", letters()[-1])
    assert found
    return office.url(found[0])
