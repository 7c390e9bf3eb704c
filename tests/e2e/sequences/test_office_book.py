"""The office book on an iPhone, with DAVx5 and in Thunderbird: what comes, leaves and returns."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count

import pytest

from auth.visibility import Visibility
from office.contacts.fields import Sex
from office.contacts.kinds import Kind
from office.sync_settings import Deletes
from tests.e2e.accounts import EVERY_WAY, HOME, Connect, Vera, card
from tests.e2e.dav_client import Heard
from tests.e2e.dialects import Changes, Program, changes_in, data_of
from tests.e2e.http_client import until
from tests.e2e.office_staff import Staff
from tests.e2e.sequences import test_apple_contacts as apple
from tests.e2e.sequences import test_davx5 as davx5
from tests.e2e.sequences import test_thunderbird as bird
from tests.e2e.sequences.test_apple_calendars import DIALECT, XML
from tests.e2e.server_process import Office

pytestmark = EVERY_WAY

BOOK = f"{HOME}office/"
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Handset:
    """A program that syncs Vera's office book.

    Attributes:
        program: Its connection.
        kind: The media type that it says cards are of.
        names_states: It sends If-Match and If-None-Match.
        synced: What it asks of members that changed.
    """

    program: Program
    kind: str
    names_states: bool
    synced: tuple[str, ...] = ("D:getetag",)

    def sync(self, token: str = "") -> Changes:
        """What it hears of the book."""
        body = self.program.dialect.sync(token, self.synced)
        return changes_in(self.program.reports(BOOK, body))

    def read(self, hrefs: Iterable[str]) -> dict[str, bytes]:
        """The cards that it fetches."""
        found = self.program.fetches(BOOK, hrefs)
        return {href: data_of(each) for href, each in found.items()}

    def save(self, href: str, body: bytes, tag: str | None) -> Heard:
        """Save a card; without a tag it is new."""
        headers = {"Content_Type": self.kind}
        if self.names_states:
            headers |= {"If_Match": tag} if tag else {"If_None_Match": "*"}
        return self.program("PUT", href, body, **headers)

    def delete(self, href: str, tag: str) -> Heard:
        """Delete a card."""
        headers = {"If_Match": tag} if self.names_states else {}
        return self.program("DELETE", href, None, **headers)


@pytest.fixture(params=["iphone", "davx5", "thunderbird"])
def handset(request: pytest.FixtureRequest, connect: Connect, vera: Vera) -> Handset:
    """One of the three programs."""
    if request.param == "thunderbird":
        program = bird.thunderbird(connect, vera, bird.TestAddressBook.DIALECT, "text/xml")
        synced = ("D:getetag", "CR:address-data")
        return Handset(program, "text/vcard", names_states=False, synced=synced)
    return _iphone(connect, vera) if request.param == "iphone" else _davx5(connect, vera)


def _iphone(connect: Connect, vera: Vera) -> Handset:
    client = connect(apple.PHONE, vera.phone, Accept="*/*", Accept_Language="de-DE,de;q=0.9")
    return Handset(Program(client, DIALECT, XML), apple.VCF, names_states=True)


def _davx5(connect: Connect, vera: Vera) -> Handset:
    client = connect(davx5.AGENT, vera.phone, Accept="*/*")
    headers = {"Content_Type": "application/xml; charset=utf-8"}
    return Handset(Program(client, davx5.DIALECT, headers), davx5.VCF, names_states=True)


@pytest.fixture
def staff(office: Office, vera: Vera) -> Iterator[Staff]:
    """The office's people; Vera sees her own customers, and nothing is hidden from her."""
    name = vera.phone.user_name
    staff = Staff(office)
    staff.start_anew(name)
    yield staff
    staff.start_anew(name)
    staff.close()


def arrived(handset: Handset, before: Changes) -> tuple[str, str, Changes]:
    """The card that came since: href, tag, and what is known now."""
    told = handset.sync(before.token)
    [(href, tag)] = told.tags.items()
    assert tag
    assert not told.gone
    return href, tag, told


def test_without_its_tag_a_contact_leaves_by_a_delta(handset: Handset, staff: Staff) -> None:
    staff.profile("vera", tags=frozenset({"Villa"}))
    before = handset.sync()
    number = staff.add("CATEGORIES:Kunde,Villa", partner="vera")
    href, _, known = arrived(handset, before)

    staff.change(number, tags=["Haus"])

    told = handset.sync(known.token)
    assert not told.changed
    assert told.gone == {href}
    assert handset.program("GET", href).status == 404
    staff.change(number, tags=["Haus", "Villa"])
    assert set(handset.sync(told.token).changed) == {href}


def test_with_its_category_a_private_contact_joins_and_stays_with_its_maker(
    handset: Handset, staff: Staff
) -> None:
    staff.profile("vera", tags=frozenset({"Villa"}))
    name = f"neu-{next(_numbers)}"
    href = f"{BOOK}{name}.vcf"
    private = handset.save(href, card(name, "Änne Groß", "TEL;TYPE=HOME:1"), None)
    assert private.status == 201
    assert name not in {each.item.uid for each in staff.made_by("vera")}
    known = handset.sync()

    body = card(name, "Änne Groß", "TEL;TYPE=HOME:1", "CATEGORIES:Kunde")
    assert handset.save(href, body, private.headers["etag"]).status == 204

    told = handset.sync(known.token)
    assert set(told.changed) == {href}
    assert not told.gone
    assert handset.read([href]) == {href: body}
    [made] = [each for each in staff.made_by("vera") if each.item.uid == name]
    assert (made.kind, made.fields.phone_private) == (Kind.CUSTOMER, "1")
    # It has no tag that she wants, and is hers all the same.
    staff.change(made.row.number, tags=["Haus"])
    assert set(handset.sync(told.token).changed) == {href}


def test_what_is_deleted_is_hidden_and_returns_when_it_is_brought_back(
    handset: Handset, staff: Staff
) -> None:
    before = handset.sync()
    number = staff.add("BDAY:1985-04-12", partner="vera")
    href, tag, known = arrived(handset, before)
    body = handset.read([href])

    assert handset.delete(href, tag).status == 204

    gone = handset.sync(known.token)
    assert not gone.changed
    assert gone.gone == {href}
    assert staff.contact(number).fields.first_name == "Änne"
    assert staff.bring_back("vera", number)
    assert set(handset.sync(gone.token).changed) == {href}
    assert handset.read([href]) == body


def test_a_delete_that_is_refused_has_it_sent_again(handset: Handset, staff: Staff) -> None:
    staff.profile("vera", contact_deletes=Deletes.REFUSE)
    before = handset.sync()
    staff.add(partner="vera")
    href, tag, known = arrived(handset, before)
    body = handset.read([href])

    assert handset.delete(href, tag).status == 403

    [(again, other)] = handset.sync(known.token).tags.items()
    assert again == href
    assert other != tag
    assert handset.read([href]) == body


def test_a_change_that_comes_too_late_is_refused_and_the_card_sent_again(
    handset: Handset, staff: Staff
) -> None:
    before = handset.sync()
    number = staff.add(partner="vera")
    href, tag, known = arrived(handset, before)
    handset.sync(known.token)  # shows what it has
    until(lambda: staff.has_heard("vera", known.token))
    staff.rename(number, "Müßig")
    uid = staff.contact(number).item.uid

    late = handset.save(href, card(uid, "Änne Spät"), tag)

    # Who names no state is told that it was taken, and hears by the next sync that it was not.
    assert late.status == (412 if handset.names_states else 204)
    assert "etag" not in late.headers
    [(again, other)] = handset.sync(known.token).tags.items()
    assert again == href
    assert other != tag
    assert "Müßig".encode() in handset.read([href])[href]
    assert staff.contact(number).fields.last_name == "Müßig"


def test_who_may_see_no_customers_has_none_at_the_next_sync(
    handset: Handset, staff: Staff
) -> None:
    before = handset.sync()
    staff.add(partner="vera", kind=Kind.COMPANY, name="Musterbau Köln")
    company, _, told = arrived(handset, before)
    staff.add(partner="vera")
    staff.add(partner="vera", kind=Kind.PROSPECT)
    known = handset.sync(told.token)
    assert len(known.changed) == 2

    staff.see("vera", Visibility.NONE)

    told = handset.sync(known.token)
    assert not told.changed
    assert set(known.changed) <= told.gone
    assert company in handset.sync().changed
    staff.see("vera", Visibility.OWN)
    assert set(handset.sync(told.token).changed) == told.gone


def test_an_edit_on_an_iphone_leaves_sex_profession_and_kind_alone(
    connect: Connect, vera: Vera, staff: Staff
) -> None:
    phone = _iphone(connect, vera)
    before = phone.sync()
    number = staff.add(
        "X-GENDER:female",
        "ROLE:Architektin",
        "CATEGORIES:Kunde,Villa",
        "TEL;TYPE=CELL:+49 170 1",
        "BDAY:1985-04-12",
        partner="vera",
    )
    href, tag, known = arrived(phone, before)
    uid = staff.contact(number).item.uid

    edited = card(uid, "Änne Groß-Keil", "TEL;type=CELL;type=VOICE;type=pref:+49 170 2")
    saved = phone.save(href, edited, tag)

    assert (saved.status, saved.headers.get("etag")) == (204, None)
    assert set(phone.sync(known.token).changed) == {href}
    now = staff.contact(number)
    assert (now.fields.sex, now.fields.profession) == (Sex.FEMALE, "Architektin")
    assert now.kind is Kind.CUSTOMER
    assert (now.fields.last_name, now.fields.mobile) == ("Groß-Keil", "+49 170 2")
    # A birthday an iPhone does write: without it, it was taken away there.
    assert now.fields.birthday is None
    assert b"CATEGORIES:Kunde" in phone.read([href])[href]
