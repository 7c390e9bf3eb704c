"""Contacts on Mac, iPhone and iPad: set up, sync, groups, pictures and the own card."""

from base64 import b64encode

import pytest

from tests.e2e.accounts import EVERY_WAY, HOME, Connect, Vera, card
from tests.e2e.dialects import (
    Program,
    conditions_in,
    data_of,
    href_in,
    hrefs_in,
    kinds_of,
    outcomes_in,
    privileges_of,
    reports_of,
    value,
)
from tests.e2e.sequences.test_apple_calendars import DIALECT, POLL, WHO, XML, Start, sign_in
from tests.e2e.server_process import Device

pytestmark = EVERY_WAY

MAC = "macOS/26.5.1 (25F80) AddressBookCore/2732.600.11"
PHONE = "iOS/18.5 (22F76) dataaccessd/1.0"
VCF = "text/vcard; charset=utf-8"
PRINCIPAL = (
    "CR:addressbook-home-set",
    "CR:directory-gateway",
    "D:displayname",
    "CS:email-address-set",
    "D:principal-collection-set",
    "D:principal-URL",
    "D:resource-id",
    "D:supported-report-set",
)
BOOTSTRAP = (
    "D:add-member",
    "ME:bulk-requests",
    "D:current-user-privilege-set",
    "D:displayname",
    "ME:guardian-restricted",
    "CR:max-image-size",
    "CR:max-resource-size",
    "CS:me-card",
    "D:owner",
    "CS:push-transports",
    "CS:pushkey",
    "MM:quota-available",
    "D:quota-available-bytes",
    "MM:quota-used",
    "D:quota-used-bytes",
    "D:resource-id",
    "D:resourcetype",
    "D:supported-report-set",
    "D:sync-token",
)
GROUP = (
    "BEGIN:VCARD\r\nVERSION:3.0\r\nPRODID:-//Apple Inc.//macOS 26.5.1//EN\r\n"
    "N:Käufer Parkallee\r\nFN:Käufer Parkallee\r\nX-ADDRESSBOOKSERVER-KIND:group\r\n"
    "{members}REV:2026-08-25T03:01:37Z\r\nUID:5B1D2C\r\nEND:VCARD\r\n"
)


@pytest.fixture
def start(connect: Connect) -> Start:
    """Starts one of Apple's programs."""

    def program(agent: str, device: Device | None = None) -> Program:
        client = connect(agent, device, Accept="*/*", Accept_Language="de-DE,de;q=0.9")
        return Program(client, DIALECT, XML)

    return program


@pytest.fixture
def mac(start: Start, vera: Vera) -> Program:
    return start(MAC, vera.computer)


@pytest.fixture
def phone(start: Start, vera: Vera) -> Program:
    return start(PHONE, vera.phone)


def group(*uids: str) -> bytes:
    """A group of contacts, as Apple's programs keep one."""
    lines = [f"X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:{uid}\r\n" for uid in uids]
    return GROUP.replace("{members}", "".join(lines)).encode()


class TestSettingUp:
    def test_the_mac_finds_the_books(self, start: Start, vera: Vera, book: str) -> None:
        mac = start(MAC)
        assert mac.asks("/", 0, *WHO).status == 401
        sign_in(mac, vera.computer)
        assert href_in(mac.finds("/", *WHO), "D:current-user-principal") == HOME
        context = mac.follows("/.well-known/carddav", *WHO)
        principal = href_in(mac.finds(context, *WHO), "D:current-user-principal")
        assert "addressbook" in mac.options(principal)
        home = href_in(mac.finds(principal, *PRINCIPAL), "CR:addressbook-home-set")

        books = {
            href: member
            for href, member in mac.lists(home, *BOOTSTRAP).items()
            if "CR:addressbook" in kinds_of(member)
        }

        assert {book, f"{home}contacts/"} <= set(books)
        mine = books[book]
        assert {"D:sync-collection", "CR:addressbook-multiget"} <= reports_of(mine)
        assert {"D:read", "D:write", "D:bind", "D:unbind"} <= privileges_of(mine)
        assert int(value(mine, "CR:max-resource-size")) > 100_000
        polled = mac.finds(book, *POLL)
        assert value(polled, "CS:getctag")
        assert value(polled, "D:sync-token") == value(mine, "D:sync-token")

    def test_the_phone_finds_the_books(self, start: Start, vera: Vera, book: str) -> None:
        phone = start(PHONE)
        assert phone.asks("/.well-known/carddav", 0, *WHO).status == 401
        sign_in(phone, vera.phone)
        context = phone.follows("/.well-known/carddav", *WHO)
        phone.client.authorization = None
        assert phone.asks(context, 0, *WHO).status == 401
        sign_in(phone, vera.phone)
        principal = href_in(phone.finds(context, *WHO), "D:current-user-principal")
        assert "addressbook" in phone.options(principal)
        found = phone.finds(principal, *PRINCIPAL)
        home = href_in(found, "CR:addressbook-home-set")
        assert value(found, "D:displayname")

        assert "CR:addressbook" in kinds_of(phone.lists(home, *BOOTSTRAP)[book])
        polled = phone.finds(book, *POLL, "D:supported-report-set", "CR:max-image-size")
        assert "D:sync-collection" in reports_of(polled)
        assert value(polled, "CS:getctag")


class TestContacts:
    def test_first_the_list_then_only_what_changed(
        self, mac: Program, phone: Program, book: str
    ) -> None:
        href = f"{book}oqmvpzooywwmtwwx.vcf"
        first = card(
            "oqmvpzooywwmtwwx",
            "Jonas Keil",
            "EMAIL;type=INTERNET;type=pref:keil@musterbuero.example",
            "item1.TEL:+49 221 555 0100",
            "item1.X-ABLabel:_$!<Mobile>!$_",
            "BDAY;X-APPLE-OMIT-YEAR=1604:1604-01-01",
        )
        tag = phone.saves(href, first, VCF, If_None_Match="*")

        listed = mac.lists(book, "D:getetag")
        assert listed[href].text("getetag") == tag
        assert listed[book].text("getetag") is None
        assert data_of(mac.fetches(book, [href])[href]) == first
        token = value(mac.lists(book, *BOOTSTRAP)[book], "D:sync-token")

        assert mac.syncs(book, token).changed == {}
        changed = first.replace(b"555 0100", b"555 0199")
        newer = mac.saves(href, changed, VCF, If_Match=tag)
        assert mac.syncs(book, token).tags == {href: newer}
        assert data_of(phone.fetches(book, [href])[href]) == changed

    def test_who_is_late_is_refused_and_takes_what_is_there(
        self, mac: Program, phone: Program, book: str
    ) -> None:
        href = f"{book}a.vcf"
        tag = mac.saves(href, card("a", "Anna Berg"), VCF, If_None_Match="*")
        known = phone.syncs(book, "")
        mac.saves(href, card("a", "Anna Berg", "NOTE:neu"), VCF, If_Match=tag)

        late = phone(
            "PUT", href, card("a", "Anna Berg", "NOTE:spät"), Content_Type=VCF, If_Match=tag
        )

        assert late.status == 412
        told = phone.syncs(book, known.token)
        assert b"NOTE:neu" in data_of(phone.fetches(book, told.changed)[href])

    def test_a_contact_that_is_deleted_goes_on_the_other_device(
        self, mac: Program, phone: Program, book: str
    ) -> None:
        href = f"{book}a.vcf"
        tag = mac.saves(href, card("a", "Anna Berg"), VCF, If_None_Match="*")
        known = phone.syncs(book, "")

        assert mac("DELETE", href, If_Match=tag).status == 204

        assert phone.syncs(book, known.token).gone == {href}
        assert set(phone.lists(book, "D:getetag")) == {book}

    def test_a_token_of_another_server_leads_to_a_first_sync(
        self, mac: Program, book: str
    ) -> None:
        stale = mac.reports(
            book, DIALECT.sync("http://anderswo.example/sync/23/e0905a", ["D:getetag"])
        )

        assert stale.status == 403
        assert conditions_in(stale) == {"D:valid-sync-token"}
        assert mac.syncs(book, "").token

    def test_groups_are_kept_as_they_are(self, mac: Program, phone: Program, book: str) -> None:
        for uid, name in (("A1", "Anna Berg"), ("B2", "Jonas Keil")):
            mac.saves(f"{book}{uid}.vcf", card(uid, name), VCF, If_None_Match="*")
        href = f"{book}5B1D2C.vcf"
        tag = mac.saves(href, group("A1"), VCF, If_None_Match="*")
        known = phone.syncs(book, "")
        assert data_of(phone.fetches(book, [href])[href]) == group("A1")

        mac.saves(href, group("A1", "B2"), VCF, If_Match=tag)

        told = phone.syncs(book, known.token)
        assert set(told.changed) == {href}
        assert data_of(phone.fetches(book, told.changed)[href]) == group("A1", "B2")

    def test_a_picture_comes_back_whole(self, mac: Program, phone: Program, book: str) -> None:
        picture = b64encode(bytes(range(256)) * 400).decode()
        lines = [f" {picture[at : at + 74]}" for at in range(0, len(picture), 74)]
        photo = "\r\n".join(["PHOTO;ENCODING=b;TYPE=JPEG:", *lines])
        body = card("a", "Anna Berg", photo)
        mac.saves(f"{book}a.vcf", body, VCF, If_None_Match="*")

        assert data_of(phone.fetches(book, [f"{book}a.vcf"])[f"{book}a.vcf"]) == body

    def test_the_own_card_is_remembered(self, mac: Program, phone: Program, book: str) -> None:
        href = f"{book}a.vcf"
        mac.saves(href, card("a", "Vera Muster"), VCF, If_None_Match="*")

        told = mac(
            "PROPPATCH",
            book,
            DIALECT.proppatch(CS__me_card=DIALECT.hrefs([href])),
            Content_Type="text/xml",
        )

        assert outcomes_in(told) == {"CS:me-card": "200"}
        assert hrefs_in(phone.lists(HOME, *BOOTSTRAP)[book], "CS:me-card") == [href]

    def test_one_is_moved_to_another_book(self, mac: Program, book: str) -> None:
        tag = mac.saves(f"{book}a.vcf", card("a", "Anna Berg"), VCF, If_None_Match="*")
        target = f"{HOME}contacts/{book.split('/')[-2]}.vcf"

        assert mac("MOVE", f"{book}a.vcf", Destination=mac.url(target)).status == 201

        assert mac.lists(f"{HOME}contacts/", "D:getetag")[target].text("getetag") == tag
        assert mac("DELETE", target).status == 204
