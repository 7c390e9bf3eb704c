"""A form that waits for the password: it comes back as it was sent, to where it was sent."""

import pytest

from auth import people
from tests.console import Console, Page, Visit

WAITING = 600


@pytest.fixture
def berta(console: Console) -> Visit:
    console.person("berta", "administration")
    console.person("anna")
    return console.signed_in("berta")


def asked(console: Console, berta: Visit, **fields: str) -> Page:
    """The page that asks, in place of the groups being set."""
    page = berta.get("/console/users/anna")
    console.clock.pass_seconds(WAITING)
    return berta.send(page, "groups", **fields)


def groups(console: Console) -> frozenset[str]:
    with console.store.read() as unit:
        return people.get(unit, "anna").groups


def test_every_field_goes_along_as_often_as_it_was_sent(console: Console, berta: Visit) -> None:
    page = asked(console, berta, groups=["verwaltung", "kollaboration"])  # type: ignore[arg-type]

    done = berta.confirm(page)

    assert "Saved." in done.text
    assert groups(console) == {"verwaltung", "kollaboration"}


def test_what_was_typed_is_written_as_text(console: Console, berta: Visit) -> None:
    page = asked(console, berta, groups='"><script>alert(1)</script>')

    assert "<script>alert" not in page.html
    assert page.form("anna/groups").fields["groups"] == '"><script>alert(1)</script>'


def test_neither_token_nor_password_is_carried(console: Console, berta: Visit) -> None:
    page = asked(console, berta, groups="verwaltung")

    again = berta.confirm(page, "falsch geraten")

    assert again.status == 422
    assert "falsch geraten" not in again.html
    names = [each for each in again.root.xpath("//main//input/@name") if each]
    assert sorted(names) == ["form_token", "groups", "password_again", "was"]
    assert "Saved." in berta.confirm(again).text


def test_a_wrong_password_is_slowed_and_keeps_the_form(console: Console, berta: Visit) -> None:
    page = asked(console, berta, groups="verwaltung")
    for _ in range(30):
        page = berta.confirm(page, "falsch geraten")
        if page.status == 429:
            break

    assert page.status == 429
    assert groups(console) == {"mitarbeiter"}
    console.clock.pass_seconds(float(page.headers["retry-after"]))
    assert "Saved." in berta.confirm(page).text
    assert groups(console) == {"verwaltung"}


def test_another_user_cannot_send_it(console: Console, berta: Visit) -> None:
    page = asked(console, berta, groups="verwaltung")
    console.person("clara", "administration")
    clara = console.signed_in("clara")
    console.clock.pass_seconds(WAITING)

    answer = clara.confirm(page)

    assert answer.status == 403
    assert groups(console) == {"mitarbeiter"}


def test_what_changed_meanwhile_is_said(console: Console, berta: Visit) -> None:
    page = asked(console, berta, groups="verwaltung")
    with console.store.write() as unit:
        people.set_groups(unit, "anna", ["kollaboration"])

    answer = berta.confirm(page)

    assert answer.status == 409
    assert groups(console) == {"kollaboration"}


def test_the_password_lasts_for_the_next_acts(console: Console, berta: Visit) -> None:
    berta.confirm(asked(console, berta, groups="verwaltung"))

    done = berta.send(berta.get("/console/users/anna"), "anna/block")

    assert "The user is blocked." in done.text


def test_a_page_is_opened_after_the_password(console: Console, berta: Visit) -> None:
    console.clock.pass_seconds(WAITING)

    page = berta.confirm(berta.get("/console/users/new"))

    assert "Invite somebody" in page.title
