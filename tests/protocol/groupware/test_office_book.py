"""The office book on devices: what is in it, and what becomes of what they do (rows C1 to C6)."""

from collections.abc import Iterator

import pytest

from auth.visibility import Visibility
from office import hiding
from office.contacts import brokers, desk
from office.contacts.keeping import get
from office.contacts.kinds import Kind
from office.sync_settings import Conflicts, Deletes, Where
from storage import contacts
from storage import people as person_rows
from tests import statements
from tests.builders import NOW_US
from tests.groupware_door import CARD, CS, DAV, Device, GroupwareOffice, card, event
from tests.office_book import (
    BOOK,
    add,
    etag,
    hrefs,
    logged,
    pass_time,
    profile,
    record,
    see,
    work_of,
)
from tests.office_book import listed as listed_of

DAY_US = 24 * 3600 * 1_000_000


@pytest.fixture(autouse=True)
def berta(groupware: GroupwareOffice) -> Device:
    """Administration, and sees all customers."""
    device = groupware.person("berta", "administration")
    for name in ("berta", "anna", "jonas"):
        see(groupware, name, Visibility.OWN)
    see(groupware, "berta", Visibility.ALL)
    return device


class TestWhatIsInIt:
    def test_customers_by_visibility_others_for_everybody(
        self, groupware: GroupwareOffice, anna: Device, jonas: Device, berta: Device
    ) -> None:
        add(groupware, "kunde")
        add(groupware, "firma", kind=Kind.COMPANY, partner="berta")

        assert (len(hrefs(anna)), len(hrefs(jonas)), len(hrefs(berta))) == (2, 1, 2)
        see(groupware, "berta", Visibility.NONE)
        assert len(hrefs(berta)) == 1

    def test_the_same_bytes_by_every_report(
        self, groupware: GroupwareOffice, anna: Device
    ) -> None:
        add(groupware, "kunde", "TEL:0711 1234", name="Änne Groß")
        [href] = anna.names(BOOK)
        name = href.rpartition("/")[2]
        text = anna.get(BOOK + name).text
        multiget = (
            '<C:addressbook-multiget xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav">'
            f"<D:prop><D:getetag/><C:address-data/></D:prop><D:href>{href}</D:href>"
            "</C:addressbook-multiget>"
        )
        query = (
            '<C:addressbook-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav">'
            "<D:prop><D:getetag/><C:address-data/></D:prop><C:filter><C:prop-filter name='FN'>"
            "<C:text-match>änne</C:text-match></C:prop-filter></C:filter></C:addressbook-query>"
        )

        for body in (multiget, query):
            found = anna.report(BOOK, body.encode()).found(href)
            assert found[f"{CARD}address-data"].text == text
            assert found[f"{DAV}getetag"].text == etag(anna, name)
        assert set(anna.sync(BOOK).changed) == {href}

    def test_deltas_tell_who_comes_and_goes(
        self, groupware: GroupwareOffice, anna: Device, jonas: Device
    ) -> None:
        number = add(groupware, "kunde", "CATEGORIES:Kunde,kauf")
        profile(groupware, "anna", tags=frozenset({"KAUF"}))
        first, other = anna.sync(BOOK), jonas.sync(BOOK)
        [href] = first.changed

        with work_of(groupware, "berta") as work:
            jonas_id = person_rows.find_principal(work.unit, "jonas")
            desk.change(work, get(work.unit, work.who, number), partner_id=jonas_id)

        left, came = anna.sync(BOOK, first.token), jonas.sync(BOOK, other.token)
        assert (left.changed, left.gone) == ({}, {href})
        assert [each.rpartition("/")[2] for each in came.changed] == [href.rpartition("/")[2]]
        assert anna.get(BOOK + href.rpartition("/")[2]).status == 404

    def test_tokens_and_ctag_stay_where_nothing_concerns_it(
        self, groupware: GroupwareOffice, anna: Device, jonas: Device
    ) -> None:
        names = (f"{CS}getctag", f"{DAV}sync-token")
        add(groupware, "kunde")
        before = [jonas.propfind(jonas.own(BOOK), each).text for each in names]

        add(groupware, "noch einer")

        assert [jonas.propfind(jonas.own(BOOK), each).text for each in names] == before
        assert len(hrefs(anna)) == 2

    def test_a_poll_without_news_asks_no_more_than_of_any_book(
        self, groupware: GroupwareOffice, anna: Device, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        add(groupware, "kunde")
        anna.names(BOOK)

        def poll(path: str) -> int:
            return statements.count(
                lambda: anna.propfind(anna.own(path), f"{CS}getctag"), monkeypatch
            )

        assert poll(BOOK) == poll("contacts/")

    def test_with_time_the_old_leave(self, groupware: GroupwareOffice, anna: Device) -> None:
        add(groupware, "eigene")
        add(groupware, "firma", kind=Kind.COMPANY, partner="berta")
        own = anna.sync(BOOK, limit=1).changed
        profile(groupware, "anna", edited_days=30)
        first = anna.sync(BOOK)

        groupware.clock.now_us = NOW_US + 30 * DAY_US - 1
        assert anna.sync(BOOK, first.token).gone == set()
        groupware.clock.now_us += 1
        # What one made oneself stays, whatever the filters say.
        assert anna.sync(BOOK, first.token).gone == set(first.changed) - set(own)

    @pytest.mark.parametrize("has_others", [False, True])
    def test_who_entered_later_leaves_in_time_too(
        self, groupware: GroupwareOffice, anna: Device, *, has_others: bool
    ) -> None:
        profile(groupware, "anna", edited_days=30)
        if has_others:
            add(groupware, "alt", kind=Kind.COMPANY, partner="berta")
        assert len(hrefs(anna)) == has_others
        groupware.clock.now_us += DAY_US
        add(groupware, "neu", kind=Kind.COMPANY, partner="berta")
        assert len(hrefs(anna)) == has_others + 1

        for day, left in ((29, has_others + 1), (30, 1), (31, 0)):
            groupware.clock.now_us = NOW_US + day * DAY_US
            assert len(hrefs(anna)) == left

    def test_a_broker_may_be_released(self, groupware: GroupwareOffice, jonas: Device) -> None:
        broker = add(groupware, "makler", kind=Kind.BROKER, partner="berta")
        with work_of(groupware, "berta") as work:
            broker_id = get(work.unit, work.who, broker).row.id
            desk.add(work, card("kunde"), kind=Kind.CUSTOMER, broker_id=broker_id)
        assert len(hrefs(jonas)) == 1

        with work_of(groupware, "berta") as work:
            brokers.release(work, broker, "jonas")
        assert len(hrefs(jonas)) == 2
        with work_of(groupware, "berta") as work:
            brokers.withdraw(work, broker, "jonas")
        assert len(hrefs(jonas)) == 1

    def test_who_wants_none_has_none(self, groupware: GroupwareOffice, anna: Device) -> None:
        add(groupware, "kunde")
        assert hrefs(anna)
        profile(groupware, "anna", office_book=Where.NOWHERE)
        assert not hrefs(anna)


class TestJoining:
    def test_without_its_category_a_card_is_private(self, anna: Device, berta: Device) -> None:
        reply = anna.put(f"{BOOK}neu.vcf", card("neu"))

        assert (reply.status, bool(reply.headers.get("etag"))) == (201, True)
        assert hrefs(anna) == {"neu.vcf"}
        assert not hrefs(berta)

    def test_with_it_the_office_has_it_and_its_maker_keeps_it(
        self, groupware: GroupwareOffice, anna: Device, berta: Device
    ) -> None:
        anna.put(f"{BOOK}neu.vcf", card("neu"))
        before = anna.sync(BOOK)
        profile(groupware, "anna", tags=frozenset({"niemand"}))

        reply = anna.put(f"{BOOK}neu.vcf", card("neu", "Anna Berg", "CATEGORIES:Kunde"))

        assert reply.status == 204
        assert hrefs(anna) == {"neu.vcf"}
        assert anna.sync(BOOK, before.token).gone == set()
        [href] = hrefs(berta)
        assert href != "neu.vcf"
        assert "UID:neu" in berta.get(BOOK + href).text
        with groupware.store.read() as unit:
            [listed] = contacts.page(unit, most=10)
        assert (listed.row.kind, listed.partner_name, listed.row.maker_href) == (
            "customer",
            "anna",
            "neu.vcf",
        )

    def test_it_joins_at_once_where_the_category_is_there(
        self, anna: Device, berta: Device
    ) -> None:
        reply = anna.put(f"{BOOK}neu.vcf", card("neu", "Anna Berg", "CATEGORIES:vip,Interessent"))

        assert reply.status == 201
        assert len(hrefs(berta)) == 1
        assert anna.get(f"{BOOK}neu.vcf").status == 200

    @pytest.mark.parametrize("category", ["Kunde", "vip"])
    def test_a_name_given_to_another_card_is_that_ones(
        self, groupware: GroupwareOffice, anna: Device, category: str
    ) -> None:
        anna.put(f"{BOOK}neu.vcf", card("neu", "Anna Berg", "CATEGORIES:Kunde"))
        with work_of(groupware, "berta") as work:
            jonas_id = person_rows.find_principal(work.unit, "jonas")
            [listed] = contacts.page(work.unit, most=10)
            desk.change(work, get(work.unit, work.who, listed.row.number), partner_id=jonas_id)
        assert anna.put(f"{BOOK}neu.vcf", card("a", "A", f"CATEGORIES:{category}")).status == 201

        see(groupware, "anna", Visibility.ALL)

        assert len(hrefs(anna)) == 2
        assert "UID:a" in anna.get(f"{BOOK}neu.vcf").text

    def test_it_joins_though_its_maker_has_no_book_on_devices(
        self, groupware: GroupwareOffice, anna: Device, berta: Device
    ) -> None:
        profile(groupware, "anna", office_book=Where.NOWHERE)
        token = anna.sync(BOOK).token

        reply = anna.put(f"{BOOK}neu.vcf", card("neu", "Anna Berg", "CATEGORIES:Kunde"))

        assert (reply.status, reply.headers.get("etag")) == (201, None)
        assert [each.rpartition("/")[2] for each in anna.sync(BOOK, token).gone] == ["neu.vcf"]
        assert len(hrefs(berta)) == 1

    @pytest.mark.parametrize("line", ["X-ADDRESSBOOKSERVER-KIND:group", "KIND:Group"])
    def test_a_list_of_contacts_is_none(self, anna: Device, berta: Device, line: str) -> None:
        assert anna.put(f"{BOOK}k.vcf", card("k", "K", "CATEGORIES:Kunde", line)).status == 201
        assert not hrefs(berta)

    def test_personal_books_are_never_looked_at(self, anna: Device, berta: Device) -> None:
        anna.put("contacts/neu.vcf", card("neu", "Anna Berg", "CATEGORIES:Kunde"))
        assert not hrefs(berta)

    def test_a_card_that_one_may_not_see_gives_no_hint(
        self, groupware: GroupwareOffice, jonas: Device, berta: Device
    ) -> None:
        add(groupware, "kunde")

        reply = jonas.put(f"{BOOK}neu.vcf", card("kunde", "Anna Berg", "CATEGORIES:Kunde"))

        assert reply.status == 201
        assert hrefs(jonas) == {"neu.vcf"}
        assert len(hrefs(berta)) == 1
        assert len(listed_of(groupware)) == 2

    def test_who_sees_nobody_keeps_nothing_here(
        self, groupware: GroupwareOffice, anna: Device
    ) -> None:
        see(groupware, "anna", Visibility.NONE)

        assert anna.put(f"{BOOK}neu.vcf", card("neu")).status == 403
        name = f"{DAV}current-user-privilege-set"
        found = anna.propfind(anna.own(BOOK), name).found()[name]
        assert {each[0].tag for each in found}.isdisjoint({f"{DAV}write", f"{DAV}bind"})

    def test_its_access_list_says_the_same(self, groupware: GroupwareOffice, anna: Device) -> None:
        name = f"{DAV}acl"
        for visibility in (Visibility.OWN, Visibility.NONE):
            see(groupware, "anna", visibility)
            found = anna.propfind(anna.own(BOOK), name).found()[name]
            may_write = visibility is Visibility.OWN
            assert (f"{DAV}bind" in {each.tag for each in found.iter()}) == may_write


class TestChanging:
    def test_fields_are_the_devices_the_rest_is_the_offices(
        self, groupware: GroupwareOffice, anna: Device
    ) -> None:
        number = add(groupware, "kunde", "CATEGORIES:Kunde,kauf", "X-DEEDBOX-TIE:7", "TEL:1")
        [href] = hrefs(anna)

        reply = anna.put(
            BOOK + href, card("kunde", "Anna Berg-Keil", "TEL:2"), If_Match=etag(anna, href)
        )

        assert (reply.status, reply.headers.get("etag")) == (204, None)
        text = record(groupware, number).item.text
        assert "FN:Anna Berg-Keil" in text
        assert "X-DEEDBOX-TIE:7" in text
        assert record(groupware, number).kind is Kind.CUSTOMER
        assert anna.get(BOOK + href).text == text

    def test_what_is_stored_as_sent_has_its_tag(
        self, groupware: GroupwareOffice, anna: Device
    ) -> None:
        number = add(groupware, "kunde")
        [href] = hrefs(anna)
        text = record(groupware, number).item.text.replace("FN:Anna Berg", "FN:Anna Keil")

        reply = anna.put(BOOK + href, text.encode())

        assert reply.status == 204
        assert reply.headers["etag"] == etag(anna, href)

    def test_a_stale_change_is_refused(
        self, groupware: GroupwareOffice, anna: Device, berta: Device
    ) -> None:
        add(groupware, "kunde")
        [href] = hrefs(anna)
        old = etag(anna, href)
        berta.put(BOOK + href, card("kunde", "Berta war schneller"))

        assert anna.put(BOOK + href, card("kunde", "Zu spät"), If_Match=old).status == 412
        assert "Berta war schneller" in anna.get(BOOK + href).text

    def test_a_stale_one_that_names_no_state_is_answered_and_sent_again(
        self, groupware: GroupwareOffice, anna: Device, berta: Device
    ) -> None:
        add(groupware, "kunde")
        [href] = hrefs(anna)
        with logged(groupware):
            first = anna.sync(BOOK)
        with logged(groupware):
            anna.sync(BOOK, first.token)
        berta.put(BOOK + href, card("kunde", "Berta war schneller"))
        fresh = etag(anna, href)

        reply = anna.put(BOOK + href, card("kunde", "Zu spät"))

        assert (reply.status, reply.headers.get("etag")) == (204, None)
        assert "Berta war schneller" in anna.get(BOOK + href).text
        again = anna.sync(BOOK, first.token)
        [tag] = again.changed.values()
        assert tag != fresh
        assert tag == anna.get(BOOK + href).headers["etag"] == f'{fresh[:-1]}.r1"'

    def test_so_is_one_of_a_program_that_only_fetched_it(
        self, groupware: GroupwareOffice, anna: Device, berta: Device
    ) -> None:
        add(groupware, "kunde")
        with logged(groupware):
            [href] = [each.rpartition("/")[2] for each in anna.sync(BOOK).changed]
            anna.get(BOOK + href)
        berta.put(BOOK + href, card("kunde", "Berta war schneller"))

        assert anna.put(BOOK + href, card("kunde", "Zu spät")).status == 204
        assert "Berta war schneller" in anna.get(BOOK + href).text

    def test_so_is_one_that_the_console_was_faster_than(
        self, groupware: GroupwareOffice, anna: Device
    ) -> None:
        number = add(groupware, "kunde")
        [href] = hrefs(anna)
        with logged(groupware):
            anna.put(BOOK + href, card("kunde", "Anna zuerst"), If_Match=etag(anna, href))
            first = anna.sync(BOOK)
        with logged(groupware):
            anna.sync(BOOK, first.token)
        with work_of(groupware, "berta") as work:
            known = get(work.unit, work.who, number)
            desk.change_fields(work, known, known.fields._replace(last_name="Konsole"))

        assert anna.put(BOOK + href, card("kunde", "Zu spät")).status == 204
        assert "Konsole" in anna.get(BOOK + href).text

    def test_one_who_knows_the_newest_is_not_stale(
        self, groupware: GroupwareOffice, anna: Device, berta: Device
    ) -> None:
        add(groupware, "kunde")
        [href] = hrefs(anna)
        berta.put(BOOK + href, card("kunde", "Berta"))
        with logged(groupware):
            first = anna.sync(BOOK)
        with logged(groupware):
            anna.sync(BOOK, first.token)

        anna.put(BOOK + href, card("kunde", "Anna danach"))

        assert "Anna danach" in anna.get(BOOK + href).text

    def test_the_device_wins_where_the_profile_says_so(
        self, groupware: GroupwareOffice, anna: Device, berta: Device
    ) -> None:
        add(groupware, "kunde")
        profile(groupware, "anna", contact_conflicts=Conflicts.DEVICE)
        [href] = hrefs(anna)
        old = etag(anna, href)
        berta.put(BOOK + href, card("kunde", "Berta"))

        assert anna.put(BOOK + href, card("kunde", "Anna"), If_Match='"x"').status == 412
        assert anna.put(BOOK + href, card("kunde", "Anna danach"), If_Match=old).status == 204
        assert "Anna danach" in berta.get(BOOK + href).text

    def test_it_may_name_a_state_that_was_sent_again(
        self, groupware: GroupwareOffice, anna: Device, berta: Device
    ) -> None:
        add(groupware, "kunde")
        profile(
            groupware, "anna", contact_conflicts=Conflicts.DEVICE, contact_deletes=Deletes.REFUSE
        )
        [href] = hrefs(anna)
        assert anna.delete(BOOK + href).status == 403
        old = etag(anna, href)
        assert old.endswith('.r1"')
        berta.put(BOOK + href, card("kunde", "Berta"))

        assert anna.put(BOOK + href, card("kunde", "Anna"), If_Match='""').status == 412
        assert anna.put(BOOK + href, card("kunde", "Anna danach"), If_Match=old).status == 204

    def test_both_are_kept_where_the_profile_says_so(
        self, groupware: GroupwareOffice, anna: Device, berta: Device
    ) -> None:
        add(groupware, "kunde")
        profile(groupware, "anna", contact_conflicts=Conflicts.BOTH)
        [href] = hrefs(anna)
        old = etag(anna, href)
        berta.put(BOOK + href, card("kunde", "Berta"))

        assert anna.put(BOOK + href, card("kunde", "Anna"), If_Match=old).status == 412

        assert anna.put(BOOK + href, card("kunde", "Anna"), If_Match=old).status == 412

        [copy] = hrefs(anna) - {href}  # one, however often the device says the same
        assert "FN:Anna (Konflikt\\, Laptop\\, " in anna.get(BOOK + copy).text
        assert "Berta" in anna.get(BOOK + href).text
        assert hrefs(berta) == {href}


class TestDeleting:
    def test_hides_by_default_and_the_office_keeps_it(
        self, groupware: GroupwareOffice, anna: Device, berta: Device
    ) -> None:
        add(groupware, "kunde")
        first = anna.sync(BOOK)
        [href] = hrefs(anna)

        assert anna.delete(BOOK + href).status == 204

        assert anna.sync(BOOK, first.token).gone == set(first.changed)
        assert hrefs(berta) == {href}

    def test_what_is_brought_back_returns(self, groupware: GroupwareOffice, anna: Device) -> None:
        number = add(groupware, "kunde")
        [href] = hrefs(anna)
        anna.delete(BOOK + href)
        token = anna.sync(BOOK).token

        with groupware.store.write() as unit:
            user_id = person_rows.find_principal(unit, "anna") or 0
            assert hiding.bring_back(unit, user_id, record(groupware, number).item.id)

        assert [each.rpartition("/")[2] for each in anna.sync(BOOK, token).changed] == [href]

    def test_may_be_refused_and_comes_again(
        self, groupware: GroupwareOffice, anna: Device
    ) -> None:
        add(groupware, "kunde")
        profile(groupware, "anna", contact_deletes=Deletes.REFUSE)
        first = anna.sync(BOOK)
        [href] = hrefs(anna)

        reply = anna.delete(BOOK + href)

        assert reply.status == 403
        assert "need-privileges" in reply.text
        assert set(anna.sync(BOOK, first.token).changed) == set(first.changed)

    def test_may_delete_in_the_office_with_the_right(
        self, groupware: GroupwareOffice, anna: Device, berta: Device
    ) -> None:
        add(groupware, "kunde")
        for name in ("anna", "berta"):
            profile(groupware, name, contact_deletes=Deletes.DELETE)
        [href] = hrefs(anna)

        assert anna.delete(BOOK + href).status == 204
        assert (hrefs(anna), hrefs(berta)) == (set(), {href})
        assert berta.delete(BOOK + href).status == 204
        assert not hrefs(berta)
        pass_time(groupware)
        with groupware.store.read() as unit:
            assert contacts.page(unit, most=10) == []

    def test_private_cards_go(self, anna: Device) -> None:
        anna.put(f"{BOOK}neu.vcf", card("neu"))
        assert anna.delete(f"{BOOK}neu.vcf").status == 204
        assert not hrefs(anna)

    def test_stale_it_is_refused(
        self, groupware: GroupwareOffice, anna: Device, berta: Device
    ) -> None:
        add(groupware, "kunde")
        [href] = hrefs(anna)
        old = etag(anna, href)
        berta.put(BOOK + href, card("kunde", "Berta"))
        assert anna.delete(BOOK + href, If_Match=old).status == 412
        assert hrefs(anna) == {href}


class TestMoving:
    def test_out_leaves_it_in_the_office_and_makes_a_private_copy(
        self, groupware: GroupwareOffice, anna: Device, berta: Device
    ) -> None:
        add(groupware, "kunde")
        [href] = hrefs(anna)

        assert anna.move(BOOK + href, "contacts/meine.vcf").status == 201

        assert not hrefs(anna)
        assert "UID:kunde" in anna.get("contacts/meine.vcf").text
        assert hrefs(berta) == {href}

    @pytest.mark.parametrize("how", ["move", "put"])
    def test_back_shows_the_record_again(
        self, groupware: GroupwareOffice, anna: Device, berta: Device, how: str
    ) -> None:
        number = add(groupware, "kunde")
        [href] = hrefs(anna)
        anna.move(BOOK + href, "contacts/meine.vcf")
        token = anna.sync(BOOK).token

        if how == "move":
            assert anna.move("contacts/meine.vcf", f"{BOOK}wieder.vcf").status == 201
        else:
            assert anna.put(f"{BOOK}wieder.vcf", card("kunde", "Anders")).status == 201

        assert hrefs(anna) == {"wieder.vcf"}
        changes = anna.sync(BOOK, token)
        assert [each.rpartition("/")[2] for each in changes.changed] == ["wieder.vcf"]
        assert anna.get(f"{BOOK}wieder.vcf").text == record(groupware, number).item.text
        assert hrefs(berta) == {href}

    @pytest.mark.parametrize("how", ["move", "put"])
    def test_back_of_one_that_is_no_longer_seen_keeps_the_card(
        self, groupware: GroupwareOffice, anna: Device, how: str
    ) -> None:
        add(groupware, "kunde", kind=Kind.PROSPECT)
        [href] = hrefs(anna)
        anna.move(BOOK + href, "contacts/meine.vcf")
        text = anna.get("contacts/meine.vcf").text
        with work_of(groupware, "berta") as work:
            jonas_id = person_rows.find_principal(work.unit, "jonas")
            [listed] = contacts.page(work.unit, most=10)
            desk.change(work, get(work.unit, work.who, listed.row.number), partner_id=jonas_id)

        if how == "move":
            assert anna.move("contacts/meine.vcf", f"{BOOK}wieder.vcf").status == 201
        else:
            assert anna.put(f"{BOOK}wieder.vcf", text.encode()).status == 201

        assert hrefs(anna) == {"wieder.vcf"}
        assert anna.get(f"{BOOK}wieder.vcf").text == text

    def test_in_joins_where_the_category_says_so(self, anna: Device, berta: Device) -> None:
        anna.put("contacts/neu.vcf", card("neu", "Anna Berg", "CATEGORIES:Kunde"))
        assert anna.move("contacts/neu.vcf", f"{BOOK}neu.vcf").status == 201
        assert (hrefs(anna), len(hrefs(berta))) == ({"neu.vcf"}, 1)

    @pytest.mark.parametrize("method", ["move", "copy"])
    def test_over_one_of_the_office_is_refused(
        self, groupware: GroupwareOffice, anna: Device, method: str
    ) -> None:
        number = add(groupware, "kunde")
        [href] = hrefs(anna)
        anna.put("contacts/neu.vcf", card("neu"))

        assert getattr(anna, method)("contacts/neu.vcf", BOOK + href).status == 403
        assert "UID:kunde" in record(groupware, number).item.text


def test_it_is_nobody_elses(groupware: GroupwareOffice, anna: Device, jonas: Device) -> None:
    add(groupware, "kunde")
    [href] = anna.names(BOOK)
    for method in ("GET", "PUT", "DELETE", "PROPFIND"):
        body = card("kunde") if method == "PUT" else b""
        assert jonas.request(method, href, body, Depth="0").status == 404
    assert anna.delete(BOOK).status == 403


class TestBirthdays:
    """C8: a calendar by choice, of those whom the book would hold."""

    def test_come_by_choice_and_go(self, groupware: GroupwareOffice, anna: Device) -> None:
        add(groupware, "kunde", "BDAY:1985-04-12", name="Änne Groß")
        home = anna.names("")
        assert anna.own("birthdays/") not in home

        profile(groupware, "anna", birthdays=True)
        assert anna.own("birthdays/") in anna.names("")
        [href] = anna.names("birthdays/")
        text = anna.get(href.removeprefix(anna.own(""))).text
        assert "Änne Groß" in text
        assert "RRULE:FREQ=YEARLY" in text
        assert [*anna.sync("birthdays/").changed] == [href]

        profile(groupware, "anna", birthdays=False)
        assert anna.names("") == home
        assert anna.propfind(anna.own("birthdays/"), f"{DAV}displayname").status == 404

    def test_follow_the_card(self, groupware: GroupwareOffice, anna: Device) -> None:
        add(groupware, "kunde", "BDAY:1985-04-12")
        profile(groupware, "anna", birthdays=True)
        anna.names("")
        first = anna.sync("birthdays/")
        [book_href] = hrefs(anna)

        anna.put(BOOK + book_href, card("kunde", "Anna Berg", "BDAY:1986-05-13"))
        changed = anna.sync("birthdays/", first.token)
        assert [*changed.changed] == [*first.changed]
        anna.on("DAVx5/4.5").put(BOOK + book_href, card("kunde"))
        assert anna.sync("birthdays/", changed.token).gone == {*first.changed}

    @pytest.mark.parametrize("visibility", [Visibility.NONE, Visibility.OWN])
    def test_of_those_whom_one_sees(
        self,
        groupware: GroupwareOffice,
        anna: Device,
        jonas: Device,
        visibility: Visibility,
    ) -> None:
        add(groupware, "kunde", "BDAY:1985-04-12")
        for name in ("anna", "jonas"):
            profile(groupware, name, birthdays=True)
        assert not jonas.names("") & anna.names("")
        [href] = anna.names("birthdays/")
        see(groupware, "anna", visibility)

        is_seen = visibility is Visibility.OWN
        assert anna.names("birthdays/") == ({href} if is_seen else set())
        assert anna.get(href.removeprefix(anna.own(""))).status == (200 if is_seen else 404)
        assert jonas.names("birthdays/") == set()

    def test_are_only_read(self, groupware: GroupwareOffice, anna: Device) -> None:
        add(groupware, "kunde", "BDAY:1985-04-12")
        profile(groupware, "anna", birthdays=True)
        anna.names("")
        [href] = anna.names("birthdays/")
        path = href.removeprefix(anna.own(""))
        text = anna.get(path).text

        assert anna.put(path, text.encode()).status == 403
        assert anna.put("birthdays/neu.ics", event("neu")).status == 403
        assert anna.delete(path).status == 403
        assert anna.move(path, "calendar/a.ics").status == 403
        assert anna.delete("birthdays/").status == 403
        assert anna.copy(path, "calendar/a.ics").status == 201
        assert anna.names("birthdays/") == {href}
        assert anna.propfind(anna.own("birthdays/"), f"{DAV}displayname").text.count("Geburtstage")

    def test_what_one_called_so_keeps_its_name(
        self, groupware: GroupwareOffice, anna: Device
    ) -> None:
        anna.request("MKCALENDAR", anna.own("birthdays"))
        add(groupware, "kunde", "BDAY:1985-04-12")
        profile(groupware, "anna", birthdays=True)
        assert anna.own("birthdays-2/") in anna.names("")
        assert len(anna.names("birthdays-2/")) == 1
        assert anna.names("birthdays/") == set()


class TestMidway:
    """An answer that is long on its way: what changes meanwhile comes as it is now."""

    MANY = 600

    @pytest.fixture
    def query(self, groupware: GroupwareOffice, anna: Device) -> Iterator[bytes]:
        with work_of(groupware, "anna") as work:
            for number in range(self.MANY):
                desk.add(work, card(f"kunde-{number:03}", f"Nr. {number:03}"))
        body = (
            '<C:addressbook-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav">'
            "<D:prop><D:getetag/><C:address-data/></D:prop></C:addressbook-query>"
        )
        anna.names(BOOK)
        return iter(anna.blocks("REPORT", anna.own(BOOK), body.encode(), Depth="1"))

    def test_a_change_of_the_office_does_not_end_it(
        self, groupware: GroupwareOffice, query: Iterator[bytes]
    ) -> None:
        begun = next(query)
        add(groupware, "neu")

        whole = (begun + b"".join(query)).decode()

        assert whole.rstrip().endswith("</D:multistatus>")
        assert whole.count("BEGIN:VCARD") == self.MANY

    def test_who_may_not_see_them_any_more_gets_no_more(
        self, groupware: GroupwareOffice, query: Iterator[bytes]
    ) -> None:
        begun = next(query)
        see(groupware, "anna", Visibility.NONE)

        whole = (begun + b"".join(query)).decode()

        assert whole.rstrip().endswith("</D:multistatus>")
        assert 0 < whole.count("BEGIN:VCARD") < self.MANY
