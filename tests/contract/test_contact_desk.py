"""The office's contacts as it adds, changes and removes them, and what hangs on each change."""

from dataclasses import replace

import pytest

from auth.audit import check
from auth.errors import UnknownUserError
from auth.identity import Identity, of_user
from auth.rights import FunctionRight
from auth.visibility import Visibility
from office import layout
from office.command import at_the_machine
from office.contacts import brokers, desk, keeping, sending
from office.contacts.fields import Birthday, ContactFields
from office.contacts.keeping import Record
from office.contacts.kinds import Kind
from office.contacts.merging import categories
from office.contacts.writing import new_card
from office.errors import (
    ExistsError,
    ForbiddenError,
    NotFoundError,
    NumberTakenError,
    UIDConflictError,
    UnfitNameError,
)
from office.items import InvalidItemError
from office.work import GroupwareWork
from storage import audit, collections, contacts, item_changes, people, records
from storage.collections import NewCollection
from storage.items import ItemRow
from storage.store import Store, Unit, WriteUnit
from tests.builders import NOW_US, a_person, with_groups
from tests.records import card, content, found_records
from tests.statements import count
from wire.clients import Family

_JOINING = ("Kunde", "Interessent")
_BORN = ContactFields(first_name="Anna", last_name="Berg", birthday=Birthday(1985, 4, 12))


@pytest.fixture
def office(store: Store) -> Store:
    with_groups(store)
    with store.write() as unit:
        layout.prepare(unit, "de", now_us=NOW_US)
        found_records(unit)
        a_person(unit, "chef", groups=("administration",))
        for name in ("anna", "jonas"):
            people.set_visibility(unit, a_person(unit, name).id, "own")
    return store


def _work(unit: WriteUnit, name: str = "", *, now_us: int = NOW_US) -> GroupwareWork:
    return GroupwareWork(unit, _who(unit, name), now_us)


def _who(unit: Unit, name: str) -> Identity:
    if not name:
        return at_the_machine()
    user_id = people.find_principal(unit, name)
    assert user_id is not None
    return of_user(unit, user_id)


def _id(unit: Unit, name: str) -> int:
    return _who(unit, name).user_id


def _seq(unit: Unit) -> int:
    found = records.find(unit)
    assert found is not None
    return found.seq


def _rules(unit: Unit, name: str) -> int:
    row = unit.row("SELECT rules FROM person WHERE principal_id = :id", {"id": _id(unit, name)})
    return int(row[0])


def _added(unit: WriteUnit, *lines: str, uid: str = "1", number: str = "") -> Record:
    return desk.add(_work(unit), card(*lines, uid=uid).encode(), number=number)


def _birthday(unit: Unit, record: Record) -> ItemRow | None:
    event_id = record.row.birthday_item_id
    return None if event_id is None else records.find_item(unit, event_id)


class TestAdd:
    def test_the_next_number_the_kind_of_the_card_and_its_tags(self, office: Store) -> None:
        with office.write() as unit:
            first = _added(unit, "CATEGORIES:VIP,Interessent", uid="1")
            second = _added(unit, uid="2")

            assert (first.row.number, first.row.kind) == ("10001", "prospect")
            assert (second.row.number, second.row.kind) == ("10002", "customer")
            assert contacts.tags_of(unit, first.row.id) == {"vip": "VIP"}
            assert categories(second.item.text) == ["Kunde"]
            assert first.row.seq < second.row.seq == _seq(unit)
            assert keeping.get(unit, at_the_machine(), "10001") == first

    def test_a_number_that_somebody_chose_is_passed_over(self, office: Store) -> None:
        with office.write() as unit:
            _added(unit, uid="1", number="10001")
            _added(unit, uid="2", number="K-7")

            assert _added(unit, uid="3").row.number == "10002"
            with pytest.raises(NumberTakenError, match="K-7"):
                _added(unit, uid="4", number="K-7")

    @pytest.mark.parametrize("number", ["-1", "a b", " 1", "x" * 33, "a\nb"])
    def test_what_is_no_number_is_refused(self, office: Store, number: str) -> None:
        with office.write() as unit, pytest.raises(UnfitNameError):
            _added(unit, number=number)

    def test_who_adds_looks_after_it_and_another_is_named_by_who_may(self, office: Store) -> None:
        with office.write() as unit:
            own = desk.add(_work(unit, "anna"), card().encode())
            jonas = _id(unit, "jonas")

            assert (own.row.partner_id, own.row.maker_id) == (_id(unit, "anna"),) * 2
            with pytest.raises(ForbiddenError, match="assign-partner-contact"):
                desk.add(_work(unit, "anna"), card(uid="2").encode(), partner_id=jonas)
            given = desk.add(_work(unit, "chef"), card(uid="2").encode(), partner_id=jonas)
            assert given.row.partner_id == jonas
            assert _added(unit, uid="3").row.partner_id is None

    def test_a_card_that_is_there_is_refused_only_where_it_is_seen(self, office: Store) -> None:
        with office.write() as unit:
            first = _added(unit)

            with pytest.raises(ExistsError, match="10001"):
                _added(unit)
            second = desk.add(_work(unit, "anna"), card().encode())

            assert second.row.duplicate_of == first.row.id
            assert second.item.uid.partition("\n")[0] == "1"
            assert second.item.uid != "1"
            assert "UID:1\r\n" in second.item.text

    def test_who_sees_no_customers_adds_none(self, office: Store) -> None:
        with office.write() as unit:
            people.set_visibility(unit, _id(unit, "anna"), "none")

            with pytest.raises(ForbiddenError, match="customers"):
                desk.add(_work(unit, "anna"), card().encode())

    def test_a_broken_card_is_refused(self, office: Store) -> None:
        with office.write() as unit, pytest.raises(InvalidItemError):
            desk.add(_work(unit), b"BEGIN:VCARD\r\nEND:VCARD\r\n")

    def test_a_business_says_so_in_its_card(self, office: Store) -> None:
        with office.write() as unit:
            record = desk.add(
                _work(unit),
                card("BDAY:1985-04-12", name="Musterbüro").encode(),
                kind=Kind.COMPANY,
                is_business=True,
            )

        assert record.row.is_business
        assert record.row.birthday_item_id is None
        assert record.fields.name == "Musterbüro"
        assert categories(record.item.text) == ["Gesellschaft"]


class TestChange:
    def test_the_kind_goes_into_the_card_and_the_tags_stay(self, office: Store) -> None:
        with office.write() as unit:
            record = _added(unit, "CATEGORIES:Interessent,VIP")
            later = _work(unit, now_us=NOW_US + 5)
            changed = desk.change(later, record, kind=Kind.CUSTOMER, location=" Nord ")

            assert categories(changed.item.text) == ["Kunde", "VIP"]
            assert (changed.row.kind, changed.row.location) == ("customer", "Nord")
            assert changed.item.modseq == changed.row.seq == _seq(unit) > record.row.seq
            assert changed.row.edited_us == NOW_US + 5
            assert contacts.find(unit, record.row.id) == changed.row

    def test_what_only_the_office_keeps_takes_a_number_and_leaves_the_bytes(
        self, office: Store
    ) -> None:
        with office.write() as unit:
            record = _added(unit)
            changed = desk.change(_work(unit), record, partner_id=_id(unit, "anna"))

            assert changed.item == record.item
            assert changed.row.seq == record.row.seq + 1 == _seq(unit)

    def test_nothing_said_is_no_change(self, office: Store) -> None:
        with office.write() as unit:
            record = _added(unit)

            assert desk.change(_work(unit, now_us=NOW_US + 5), record, location="") == record
            assert desk.change_fields(_work(unit), record, record.fields) == record
            assert _seq(unit) == record.row.seq

    def test_the_partner_contact_is_said_by_who_may(self, office: Store) -> None:
        with office.write() as unit:
            record = desk.add(_work(unit, "anna"), card().encode())
            jonas = _id(unit, "jonas")

            with pytest.raises(ForbiddenError):
                desk.change(_work(unit, "anna"), record, partner_id=jonas)
            desk.change(_work(unit, "chef"), record, partner_id=jonas)

            with pytest.raises(NotFoundError):
                desk.change(_work(unit, "anna"), record, location="Nord")

    def test_a_broker_is_one_and_only_customers_have_one(self, office: Store) -> None:
        with office.write() as unit:
            customer, other = _added(unit, uid="1"), _added(unit, uid="2")
            broker = _added(unit, "CATEGORIES:Vermittler", uid="3")

            with pytest.raises(NotFoundError, match="brokers"):
                desk.change(_work(unit), customer, broker_id=other.row.id)
            with pytest.raises(NotFoundError, match="brokers"):
                desk.change(_work(unit), broker, broker_id=broker.row.id)
            with_broker = desk.change(_work(unit), customer, broker_id=broker.row.id)
            assert with_broker.row.broker_id == broker.row.id
            assert desk.change(_work(unit), customer, kind=Kind.COMPANY).row.broker_id is None

    def test_a_broker_who_is_one_no_more_is_nobodys(self, office: Store) -> None:
        with office.write() as unit:
            broker = _added(unit, "CATEGORIES:Vermittler", uid="3")
            customer = desk.change(_work(unit), _added(unit), broker_id=broker.row.id)
            brokers.release(_work(unit), broker.row.number, "anna")
            before = _rules(unit, "anna")

            desk.change(_work(unit), broker, kind=Kind.OTHER)

            left = contacts.find(unit, customer.row.id)
            assert left is not None
            assert left.broker_id is None
            assert left.seq > customer.row.seq
            assert _rules(unit, "anna") == before + 1

    def test_fields_are_written_into_the_card(self, office: Store) -> None:
        with office.write() as unit:
            record = _added(unit)
            wanted = record.fields._replace(town="Köln", mobile="0170")
            changed = desk.change_fields(_work(unit), record, wanted)

            assert changed.fields == wanted
            with pytest.raises(UnfitNameError, match="name"):
                desk.change_fields(_work(unit), record, ContactFields())


class TestRemove:
    def test_leaves_a_tombstone_for_card_and_birthday(self, office: Store) -> None:
        with office.write() as unit:
            record = desk.add(_work(unit), new_card(_BORN).encode())
            event_id = record.row.birthday_item_id
            desk.remove(_work(unit), record)

            gone = unit.rows("SELECT item_id, seq FROM record_tombstone ORDER BY seq")
            assert [row[0] for row in gone] == [event_id, record.item.id]
            assert gone[-1][1] == _seq(unit)
            assert contacts.find(unit, record.row.id) is None
            assert records.find_item(unit, record.item.id) is None

    def test_is_for_who_may_and_of_what_they_see(self, office: Store) -> None:
        with office.write() as unit:
            record = desk.add(_work(unit, "anna"), card().encode())

            with pytest.raises(ForbiddenError):
                desk.remove(_work(unit, "anna"), record)
            chef = _who(unit, "chef")
            blind = GroupwareWork(unit, replace(chef, visibility=Visibility.NONE), NOW_US)
            with pytest.raises(NotFoundError):
                desk.remove(blind, record)
            desk.remove(_work(unit, "chef"), record)

    def test_a_broker_leaves_customers_changed_and_users_told(self, office: Store) -> None:
        with office.write() as unit:
            broker = _added(unit, "CATEGORIES:Vermittler", uid="3")
            customer = desk.change(_work(unit), _added(unit), broker_id=broker.row.id)
            brokers.release(_work(unit), broker.row.number, "anna")
            before = _rules(unit, "anna")

            desk.remove(_work(unit), broker)

            left = contacts.find(unit, customer.row.id)
            assert left is not None
            assert left.broker_id is None
            assert left.seq > customer.row.seq
            assert _rules(unit, "anna") == before + 1


class TestBroker:
    def test_a_release_shows_customers_raises_rules_and_is_audited(self, office: Store) -> None:
        with office.write() as unit:
            broker = _added(unit, "CATEGORIES:Vermittler", uid="3")
            customer = desk.change(_work(unit), _added(unit), broker_id=broker.row.id)
            before = _rules(unit, "anna")
            anna = _who(unit, "anna")
            assert not keeping.sees(unit, anna, customer.row)

            assert brokers.release(_work(unit, "chef"), broker.row.number, "anna")
            assert not brokers.release(_work(unit, "chef"), broker.row.number, "anna")

            assert keeping.sees(unit, anna, customer.row)
            assert contacts.is_seen(unit, customer.row.id, anna.user_id)
            assert _rules(unit, "anna") == before + 1
            assert brokers.withdraw(_work(unit, "chef"), broker.row.number, "anna")
            assert not brokers.withdraw(_work(unit, "chef"), broker.row.number, "anna")
            assert not keeping.sees(unit, anna, customer.row)
            assert _rules(unit, "anna") == before + 2
            chef, anna_id, details = _id(unit, "chef"), anna.user_id, broker.row.id
        with office.read() as unit:
            told = audit.newest(unit, since_us=0, limit=2)
            assert [each.row.act for each in told] == ["broker.released", "broker.withdrawn"]
            assert {(each.row.by_user_id, each.row.user_id) for each in told} == {(chef, anna_id)}
            assert told[0].row.details == f'{{"contact":{details}}}'
            assert check(unit).faults == ()

    def test_is_for_who_manages_visibility_and_of_brokers(self, office: Store) -> None:
        with office.write() as unit:
            broker, customer = _added(unit, "CATEGORIES:Vermittler"), _added(unit, uid="2")

            with pytest.raises(ForbiddenError, match=FunctionRight.MANAGE_VISIBILITY):
                brokers.release(_work(unit, "anna"), broker.row.number, "anna")
            with pytest.raises(NotFoundError, match="no broker"):
                brokers.release(_work(unit), customer.row.number, "anna")
            with pytest.raises(NotFoundError, match="no contact 9"):
                brokers.release(_work(unit), "9", "anna")
            with pytest.raises(UnknownUserError):
                brokers.release(_work(unit), broker.row.number, "nobody")


class TestBirthday:
    def test_is_one_event_that_takes_nobodys_time(self, office: Store) -> None:
        with office.write() as unit:
            record = desk.add(_work(unit), new_card(_BORN).encode())
            event = _birthday(unit, record)

        assert event is not None
        assert event.component == "VEVENT"
        assert "SUMMARY:Geburtstag: Anna Berg (1985)\r\n" in event.text
        assert "DTSTART;VALUE=DATE:19850412\r\n" in event.text
        assert "RRULE:FREQ=YEARLY\r\n" in event.text
        assert "TRANSP:TRANSPARENT\r\n" in event.text
        # Whoever follows the office-wide sequence by the contact hears of the event with it.
        assert record.row.seq >= event.modseq

    @pytest.mark.parametrize(
        ("birthday", "summary", "start", "rule"),
        [
            (Birthday(None, 4, 12), "Anna Berg", "19720412", "FREQ=YEARLY"),
            (Birthday(1988, 2, 29), "Anna Berg (1988)", "19880229", "YEARLY;BYMONTH=2;BYMON"),
            (Birthday(None, 2, 29), "Anna Berg", "19720229", "YEARLY;BYMONTH=2;BYMONTHDAY=-1"),
            (Birthday(9999, 12, 31), "Anna Berg (9999)", "99991231", "FREQ=YEARLY"),
            (Birthday(1, 1, 1), "Anna Berg (1)", "00010101", "FREQ=YEARLY"),
        ],
    )
    def test_of_any_day(
        self, office: Store, birthday: Birthday, summary: str, start: str, rule: str
    ) -> None:
        with office.write() as unit:
            text = new_card(_BORN._replace(birthday=birthday))
            event = _birthday(unit, desk.add(_work(unit), text.encode()))

        assert event is not None
        assert f"SUMMARY:Geburtstag: {summary}\r\n" in event.text
        assert f"DTSTART;VALUE=DATE:{start}\r\n" in event.text
        assert rule in event.text

    def test_follows_the_cards_name_and_birthday_and_nothing_else(self, office: Store) -> None:
        with office.write() as unit:
            record = desk.add(_work(unit), new_card(_BORN).encode())
            event = _birthday(unit, record)
            later = _work(unit, now_us=NOW_US + 3_000_000)
            moved = desk.change_fields(later, record, _BORN._replace(town="Köln"))
            assert _birthday(unit, moved) == event

            renamed = desk.change_fields(later, moved, _BORN._replace(last_name="Keil"))
            changed = _birthday(unit, renamed)

            assert event is not None
            assert changed is not None
            assert "SUMMARY:Geburtstag: Anna Keil (1985)\r\n" in changed.text
            assert (changed.id, changed.uid, changed.href) == (event.id, event.uid, event.href)
            assert event.modseq < changed.modseq <= renamed.row.seq == _seq(unit)

    def test_goes_with_the_birthday_and_comes_again(self, office: Store) -> None:
        with office.write() as unit:
            record = desk.add(_work(unit), new_card(_BORN).encode())
            event = _birthday(unit, record)
            assert event is not None

            without = desk.change_fields(_work(unit), record, _BORN._replace(birthday=None))

            assert without.row.birthday_item_id is None
            assert without.row.seq == _seq(unit)
            assert records.find_item(unit, event.id) is None
            gone = unit.row("SELECT item_id, seq FROM record_tombstone")
            assert tuple(gone) == (event.id, without.row.seq)
            again = _birthday(unit, desk.change_fields(_work(unit), without, _BORN))
            assert again is not None
            assert (again.uid, again.id) == (event.uid, again.id)
            assert again.id != event.id


class TestSent:
    def test_a_card_sent_back_is_merged_and_settled(self, office: Store) -> None:
        with office.write() as unit:
            record = _added(unit, "CATEGORIES:Kunde,VIP", "ROLE:Architektin", "BDAY:1985-04-12")
            data = card("CATEGORIES:Golf", "TEL;TYPE=CELL:1").encode()
            later = _work(unit, now_us=NOW_US + 5)

            sent = sending.take_sent(later, record, data, Family.OUTLOOK)

            assert (sent.has_changed, sent.is_as_sent) == (True, False)
            assert categories(sent.record.item.text) == ["Kunde", "Golf"]
            assert contacts.tags_of(unit, record.row.id) == {"golf": "Golf"}
            assert (sent.record.fields.mobile, sent.record.fields.birthday) == ("1", None)
            assert sent.record.fields.profession == "Architektin"
            assert sent.record.row.birthday_item_id is None
            assert sent.record.row.edited_us == NOW_US + 5
            assert sent.record.row.kind == "customer"

            again = sending.take_sent(
                _work(unit), sent.record, sent.record.item.text.encode(), Family.OUTLOOK
            )
            assert (again.has_changed, again.is_as_sent) == (False, True)
            assert again.record == sent.record

    def test_another_uid_is_refused(self, office: Store) -> None:
        with office.write() as unit:
            record = _added(unit)

            with pytest.raises(UIDConflictError):
                sending.take_sent(_work(unit), record, card(uid="2").encode(), Family.IOS)

    def test_a_second_record_of_a_uid_takes_its_own_card_back(self, office: Store) -> None:
        with office.write() as unit:
            _added(unit)
            second = desk.add(_work(unit, "anna"), card().encode())
            data = card("CATEGORIES:Kunde", "NOTE:neu").encode()

            sent = sending.take_sent(_work(unit, "anna"), second, data, Family.IOS)

            assert sent.is_as_sent
            assert sent.record.item.uid == second.item.uid

    def test_who_may_not_see_it_changes_nothing(self, office: Store) -> None:
        with office.write() as unit:
            record = _added(unit)
            with pytest.raises(NotFoundError):
                sending.take_sent(_work(unit, "anna"), record, card().encode(), Family.IOS)
            people.set_visibility(unit, _id(unit, "anna"), "none")
            with pytest.raises(ForbiddenError):
                sending.take_sent(_work(unit, "anna"), record, card().encode(), Family.IOS)


class TestJoin:
    def _private(self, unit: WriteUnit, *lines: str, uid: str = "1") -> ItemRow:
        anna = _id(unit, "anna")
        new = NewCollection("office", "addressbook", role="office")
        collections.create(unit, anna, new, now_us=NOW_US)
        book = collections.find(unit, anna, "office")
        assert book is not None
        text = card(*lines, uid=uid)
        item_changes.create(unit, book.id, "a.vcf", content(text, uid=uid), now_us=NOW_US)
        row = unit.row("SELECT id FROM item WHERE collection_id = :id", {"id": book.id})
        item = records.find_item(unit, row[0])
        assert item is not None
        return item

    def test_a_card_joins_with_its_bytes_and_its_maker(self, office: Store) -> None:
        with office.write() as unit:
            item = self._private(unit, "CATEGORIES:interessent,VIP", "BDAY:1985-04-12")
            record = sending.join(_work(unit, "anna"), item, _JOINING)

            assert record is not None
            anna = _id(unit, "anna")
            assert (record.row.partner_id, record.row.maker_id) == (anna, anna)
            assert (record.row.maker_href, record.row.kind) == ("a.vcf", "prospect")
            assert (record.item.text, record.item.uid) == (item.text, "1")
            assert record.item.collection_id != item.collection_id
            assert record.row.duplicate_of is None
            assert record.row.birthday_item_id is not None
            assert contacts.tags_of(unit, record.row.id) == {"vip": "VIP"}

    @pytest.mark.parametrize("line", ["CATEGORIES:VIP", "CATEGORIES:Vermittler", "NOTE:Kunde"])
    def test_others_stay_private(self, office: Store, line: str) -> None:
        with office.write() as unit:
            item = self._private(unit, line)

            assert sending.join(_work(unit, "anna"), item, _JOINING) is None
            assert records.find_item(unit, item.id) == item

    def test_a_uid_that_the_office_has_makes_a_second_record(self, office: Store) -> None:
        with office.write() as unit:
            first = _added(unit)
            item = self._private(unit, "CATEGORIES:Kunde")
            record = sending.join(_work(unit, "anna"), item, _JOINING)

            assert record is not None
            assert record.row.duplicate_of == first.row.id
            assert record.item.text == item.text
            assert record.item.uid.startswith("1\n")

    def test_who_sees_no_customers_brings_none(self, office: Store) -> None:
        with office.write() as unit:
            people.set_visibility(unit, _id(unit, "anna"), "none")
            item = self._private(unit, "CATEGORIES:Kunde")

            assert sending.join(_work(unit, "anna"), item, _JOINING) is None


def test_a_change_costs_the_same_in_a_large_office(
    office: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with office.write() as unit:
        record = _added(unit, "CATEGORIES:VIP", "BDAY:1985-04-12")

        def change() -> None:
            desk.change(_work(unit), record, location=f"{_seq(unit)}")

        few = count(change, monkeypatch)
        for number in range(2, 30):
            _added(unit, uid=str(number))
        assert count(change, monkeypatch) == few
