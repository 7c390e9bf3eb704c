"""What storage keeps of contacts, and which of them the database lets somebody see."""

import itertools
from concurrent.futures import ThreadPoolExecutor, wait

import pytest

from auth.visibility import Visibility
from office.contacts.kinds import Kind
from office.visibility import CustomerTies, sees_contact
from storage import collections, contacts, item_changes, items, people, records
from storage.contacts import Filter
from storage.store import Store, Unit, WriteUnit
from tests.builders import NOW_US, a_person, with_groups
from tests.records import a_contact, card, content, found_records
from tests.statements import count


@pytest.fixture
def office(store: Store) -> Store:
    with_groups(store)
    with store.write() as unit:
        found_records(unit)
    return store


def _rules(unit: Unit, user_id: int) -> int:
    row = unit.row("SELECT rules FROM person WHERE principal_id = :id", {"id": user_id})
    return int(row[0])


class TestRecords:
    def test_of_two_who_hold_the_records_one_waits(self, office: Store) -> None:
        def take() -> int:
            with office.write() as unit:
                return records.next_seq(unit, records.hold(unit))

        with ThreadPoolExecutor(1) as pool:
            with office.write() as unit:
                place = records.hold(unit)
                other = pool.submit(take)
                wait([other], timeout=0.3)
                assert not other.done()
                first = records.next_seq(unit, place)
            assert other.result() == first + 1

    def test_a_change_of_bytes_and_one_of_office_fields_take_a_number_each(
        self, office: Store
    ) -> None:
        with office.write() as unit:
            row = a_contact(unit)
            place = records.hold(unit)
            item = records.find_item(unit, row.item_id)
            assert item is not None
            bytes_changed = item_changes.replace(unit, item, content("other"), now_us=NOW_US)

            assert row.seq < bytes_changed < records.next_seq(unit, place)

    def test_an_office_without_its_place_says_so(self, store: Store) -> None:
        with store.write() as unit:
            assert records.find(unit) is None
            with pytest.raises(LookupError, match="no place"):
                records.hold(unit)

    def test_a_private_card_becomes_a_record_and_stays_in_its_makers_view(
        self, office: Store
    ) -> None:
        with office.write() as unit:
            anna = a_person(unit, "anna")
            view_id = _a_view(unit, anna.id)
            item_changes.create(unit, view_id, "a.vcf", content(card()), now_us=NOW_US)
            place = records.hold(unit)
            row = unit.row("SELECT id FROM item WHERE href = 'a.vcf'")
            item = records.find_item(unit, row[0])
            assert item is not None

            seq = records.take_in(unit, place, item, href="r1.vcf", uid="1\n2")

        with office.read() as unit:
            moved = records.find_item(unit, item.id)
            assert moved is not None
            assert (moved.collection_id, moved.href, moved.uid) == (place.id, "r1.vcf", "1\n2")
            assert moved.modseq == seq == place.seq + 1
            members = unit.rows("SELECT view_id, item_id, href, modseq FROM view_member")
            assert [tuple(each) for each in members] == [(view_id, item.id, "a.vcf", item.modseq)]
            assert items.gone_since(unit, view_id, 0, most=9) == []


def _a_view(unit: WriteUnit, user_id: int) -> int:
    new = collections.NewCollection("office", "addressbook", role="office")
    collections.create(unit, user_id, new, now_us=NOW_US)
    found = collections.find(unit, user_id, "office")
    assert found is not None
    unit.execute(
        "INSERT INTO view (collection_id) VALUES (:id) ON CONFLICT DO NOTHING", {"id": found.id}
    )
    return found.id


class TestContacts:
    def test_are_found_by_id_item_and_number(self, office: Store) -> None:
        with office.write() as unit:
            row = a_contact(unit, "10007")

        with office.read() as unit:
            assert contacts.find(unit, row.id) == row
            assert contacts.find_by_item(unit, row.item_id) == row
            assert contacts.find_by_number(unit, "10007") == row
            assert contacts.by_items(unit, [row.item_id, 999]) == {row.item_id: row}
            assert contacts.find_by_number(unit, "10008") is None
            assert (row.is_business, row.created_us, row.edited_us) == (False, NOW_US, NOW_US)

    def test_all_that_may_change_is_kept(self, office: Store) -> None:
        with office.write() as unit:
            anna = a_person(unit, "anna")
            broker = a_contact(unit, "1", kind="broker")
            row = a_contact(unit, "2")._replace(
                kind="prospect",
                is_business=True,
                partner_id=anna.id,
                broker_id=broker.id,
                location="Nord",
                seq=77,
                edited_us=NOW_US + 1,
            )
            contacts.update(unit, row)

        with office.read() as unit:
            assert contacts.find_by_number(unit, "2") == row

    def test_tags_are_set_as_a_whole(self, office: Store) -> None:
        with office.write() as unit:
            row = a_contact(unit, tags=("VIP", "Golf"))
            contacts.set_tags(unit, row.id, {"golf": "Golf", "messe": "Messe"})

        with office.read() as unit:
            assert contacts.tags_of(unit, row.id) == {"golf": "Golf", "messe": "Messe"}
            assert contacts.tags_in_use(unit) == {"golf": "Golf", "messe": "Messe"}

    def test_one_who_is_no_broker_any_more_leaves_customers_without_one_and_changed(
        self, office: Store
    ) -> None:
        with office.write() as unit:
            jonas = a_person(unit, "jonas")
            broker = a_contact(unit, "1", kind="broker")
            customer = a_contact(unit, "2", broker_id=broker.id)
            contacts.release(unit, broker.id, jonas.id)

            told = contacts.end_broker(unit, broker.id, seq=55)

        with office.read() as unit:
            left = contacts.find(unit, customer.id)
            assert left is not None
            assert (told, left.broker_id, left.seq) == ([jonas.id], None, 55)
            assert contacts.released_to(unit, broker.id) == []

    def test_a_release_is_made_and_withdrawn_once(self, office: Store) -> None:
        with office.write() as unit:
            jonas = a_person(unit, "jonas")
            broker = a_contact(unit, kind="broker")

            assert contacts.release(unit, broker.id, jonas.id)
            assert not contacts.release(unit, broker.id, jonas.id)
            assert contacts.release_names(unit, broker.id) == ["jonas"]
            assert contacts.withdraw(unit, broker.id, jonas.id)
            assert not contacts.withdraw(unit, broker.id, jonas.id)


class TestPage:
    def test_goes_by_number_in_one_statement_a_page(
        self, office: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with office.write() as unit:
            anna = a_person(unit, "anna")
            broker = a_contact(unit, "10", kind="broker", name="Jonas Keil")
            for number in range(11, 16):
                a_contact(
                    unit,
                    str(number),
                    partner_id=anna.id,
                    broker_id=broker.id,
                    tags=("VIP", "Golf"),
                )

        with office.read() as unit:
            first = contacts.page(unit, most=4)
            rest = contacts.page(unit, after=first[-1].row.number, most=4)
            statements = count(lambda: contacts.page(unit, most=4), monkeypatch)

        assert [each.row.number for each in first + rest] == ["10", "11", "12", "13", "14", "15"]
        assert statements == 1
        assert (first[0].name, first[0].partner_name, first[0].tags) == ("Jonas Keil", None, ())
        assert (rest[0].partner_name, rest[0].broker_number) == ("anna", "10")
        assert rest[0].tags == ("Golf", "VIP")

    @pytest.mark.parametrize(
        ("chosen", "numbers"),
        [
            (Filter(kinds=("broker", "prospect")), ["1", "3"]),
            (Filter(tag_key="vip"), ["2"]),
            (Filter(kinds=("customer",), tag_key="messe"), []),
        ],
    )
    def test_shows_what_fits_all_that_is_given(
        self, office: Store, chosen: Filter, numbers: list[str]
    ) -> None:
        with office.write() as unit:
            a_contact(unit, "1", kind="broker")
            a_contact(unit, "2", tags=("Vip",))
            a_contact(unit, "3", kind="prospect", tags=("Messe",))

        with office.read() as unit:
            assert [each.row.number for each in contacts.page(unit, chosen, most=9)] == numbers

    def test_shows_the_contacts_of_a_partner_contact_and_of_a_broker(self, office: Store) -> None:
        with office.write() as unit:
            anna = a_person(unit, "anna")
            broker = a_contact(unit, "1", kind="broker")
            a_contact(unit, "2", partner_id=anna.id)
            a_contact(unit, "3", broker_id=broker.id)

            of_anna = contacts.page(unit, Filter(partner_id=anna.id), most=9)
            of_broker = contacts.page(unit, Filter(broker_id=broker.id), most=9)

        assert [each.row.number for each in of_anna] == ["2"]
        assert [each.row.number for each in of_broker] == ["3"]


def test_rules_change_for_those_named_and_nobody_else(office: Store) -> None:
    with office.write() as unit:
        anna, jonas, third = (a_person(unit, name) for name in ("anna", "jonas", "third"))
        people.rules_changed(unit, [anna.id, jonas.id])
        people.rules_changed(unit, [anna.id])
        people.rules_changed(unit, [])

        assert [_rules(unit, each.id) for each in (anna, jonas, third)] == [2, 1, 0]


def test_visibility_is_a_rule(office: Store) -> None:
    with office.write() as unit:
        anna = a_person(unit, "anna")
        before = _rules(unit, anna.id)
        people.set_visibility(unit, anna.id, "all")

        assert _rules(unit, anna.id) == before + 1


def test_the_database_and_the_rule_in_words_see_the_same(office: Store) -> None:
    """Every kind, visibility, partner contact and release; each answer is there."""
    with office.write() as unit:
        anna, jonas = a_person(unit, "anna"), a_person(unit, "jonas")
        brokers = [a_contact(unit, f"b{i}", kind="broker") for i in range(3)]
        contacts.release(unit, brokers[1].id, anna.id)
        contacts.release(unit, brokers[2].id, jonas.id)
        released = {None: (), brokers[0].id: (), brokers[1].id: (anna.id,)}
        released[brokers[2].id] = (jonas.id,)
        cases = list(itertools.product(Kind, (None, anna.id, jonas.id), released))
        rows = [
            a_contact(unit, f"c{i}", kind=kind, partner_id=partner, broker_id=broker)
            for i, (kind, partner, broker) in enumerate(cases)
        ]
        answers = set()
        for visibility in Visibility:
            people.set_visibility(unit, anna.id, visibility)
            seen = {e.row.id for e in contacts.page(unit, Filter(viewer_id=anna.id), most=999)}
            for row, (kind, partner, broker) in zip(rows, cases, strict=True):
                ties = CustomerTies(partner, released[broker])
                rule = sees_contact(visibility, anna.id, kind, ties)

                assert (row.id in seen) is rule, (visibility, kind, partner, broker)
                answers.add((visibility, kind in {"customer", "prospect"}, rule))
            assert contacts.is_seen(unit, rows[0].id, anna.id) is (rows[0].id in seen)
    assert answers == {
        ("all", True, True),
        ("all", False, True),
        ("own", True, True),
        ("own", True, False),
        ("own", False, True),
        ("none", True, False),
        ("none", False, True),
    }
