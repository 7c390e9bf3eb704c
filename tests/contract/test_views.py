"""A view shows what its rule chooses, and tells clients of it by deltas: against plain Python."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auth import identity
from auth.identity import Identity
from auth.visibility import Visibility
from office import collections, item_store
from office.visibility import CustomerTies, sees_customer
from storage import item_changes, items, views
from storage import people as person_rows
from storage.contact_rules import ContactRule
from storage.items import Content
from storage.store import Store, WriteUnit
from tests.builders import NOW_US, a_person, with_groups

NAMES = ("anna", "berta", "vera")
KINDS = ("customer", "prospect", "company", "broker", "other")
CUSTOMERS = KINDS[:2]
TAGS = ("kauf", "miete", "vip")
DAY_US = 24 * 3600 * 1_000_000
MOST = 8


@dataclass
class Record:
    """A contact as the model has it; *version* stands for its bytes."""

    number: int
    item_id: int
    contact_id: int
    kind: str
    edited_us: int
    partner: str | None = None
    broker: int | None = None
    maker: str | None = None
    tags: frozenset[str] = frozenset()
    version: int = 0


@dataclass
class Office:
    """The office twice: in the database and as plain values."""

    store: Store
    ids: dict[str, int]
    records: list[Record] = field(default_factory=list)
    released: set[tuple[int, str]] = field(default_factory=set)
    hidden: set[tuple[str, int]] = field(default_factory=set)
    visibility: dict[str, Visibility] = field(default_factory=dict)
    rules: dict[str, ContactRule] = field(default_factory=dict)
    now_us: int = NOW_US
    made: int = 0

    def wants(self, name: str, record: Record) -> bool:
        """The rules, said once more."""
        rule = self.rules[name]
        is_hidden = (name, record.item_id) in self.hidden
        if rule.is_off or is_hidden or not self._sees(name, record):
            return False
        is_customer = record.kind in CUSTOMERS
        wishes = (
            rule.kinds is None or record.kind in rule.kinds,
            rule.tag_keys is None or bool(rule.tag_keys & record.tags),
            not (rule.is_own_only and is_customer) or record.partner == name,
            rule.broker_ids is None or not is_customer or record.broker in rule.broker_ids,
            rule.edited_within_us is None
            or record.edited_us > self.now_us - rule.edited_within_us,
        )
        return record.maker == name or all(wishes)

    def _sees(self, name: str, record: Record) -> bool:
        if record.kind not in CUSTOMERS:
            return True
        partner = None if record.partner is None else self.ids[record.partner]
        released = [self.ids[each] for broker, each in self.released if broker == record.broker]
        return sees_customer(
            self.visibility[name], self.ids[name], CustomerTies(partner, released)
        )


def _content(uid: int, version: int) -> Content:
    text = f"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:u{uid}\r\nFN:{version}\r\nEND:VCARD\r\n"
    return Content(f"u{uid}", "VCARD", f"{uid:03}-{version}", len(text), None, None, "", "", text)


def _records_id(unit: WriteUnit) -> int:
    return int(unit.row("SELECT id FROM collection WHERE role = 'records'")[0])


def _touch(unit: WriteUnit, record: Record, **changes: Any) -> None:
    """Write what the office knows of a record, with the next number of its sequence."""
    setting = ", ".join(f"{name} = :{name}" for name in changes)
    unit.execute(
        f"UPDATE contact SET seq = (SELECT modseq FROM collection WHERE role = 'records')"
        f"{', ' + setting if setting else ''} WHERE id = :id",
        {**changes, "id": record.contact_id},
    )


def _next(unit: WriteUnit) -> None:
    unit.execute("UPDATE collection SET modseq = modseq + 1 WHERE role = 'records'")


def add(office: Office, kind: str, maker: str | None) -> None:
    """A new contact."""
    if len(office.records) >= MOST:
        return
    office.made += 1
    number = office.made
    with office.store.write() as unit:
        place = _records_id(unit)
        seq = item_changes.create(
            unit, place, f"{number}.vcf", _content(number, 0), now_us=office.now_us
        )
        item_id = unit.row("SELECT id FROM item WHERE uid = :uid", {"uid": f"u{number}"})[0]
        contact_id = unit.row(
            "INSERT INTO contact (item_id, number, kind, maker_id, maker_href, seq, edited_us,"
            " created_us) VALUES (:item, :number, :kind, :maker, :href, :seq, :now, :now)"
            " RETURNING id",
            {
                "item": item_id,
                "number": str(number),
                "kind": kind,
                "maker": None if maker is None else office.ids[maker],
                "href": "" if maker is None else f"eigene-{number}.vcf",
                "seq": seq,
                "now": office.now_us,
            },
        )[0]
    office.records.append(Record(number, item_id, contact_id, kind, office.now_us, maker=maker))


def _picked(office: Office, which: int) -> Record | None:
    return office.records[which % len(office.records)] if office.records else None


def assign(office: Office, which: int, partner: str | None) -> None:
    """Another partner contact."""
    if record := _picked(office, which):
        record.partner, record.edited_us = partner, office.now_us
        with office.store.write() as unit:
            _next(unit)
            partner_id = None if partner is None else office.ids[partner]
            _touch(unit, record, partner_id=partner_id, edited_us=office.now_us)


def broker(office: Office, which: int, other: int) -> None:
    """Another broker: any contact will do."""
    if (record := _picked(office, which)) and (by := _picked(office, other)):
        record.broker, record.edited_us = by.contact_id, office.now_us
        with office.store.write() as unit:
            _next(unit)
            _touch(unit, record, broker_id=by.contact_id, edited_us=office.now_us)


def tag(office: Office, which: int, tags: frozenset[str]) -> None:
    """Other tags."""
    if record := _picked(office, which):
        record.tags, record.edited_us = tags, office.now_us
        with office.store.write() as unit:
            _next(unit)
            unit.execute(
                "DELETE FROM contact_tag WHERE contact_id = :id", {"id": record.contact_id}
            )
            unit.execute_many(
                "INSERT INTO contact_tag (contact_id, tag_key, tag) VALUES (:id, :tag, :tag)",
                [{"id": record.contact_id, "tag": each} for each in sorted(tags)],
            )
            _touch(unit, record, edited_us=office.now_us)


def write(office: Office, which: int) -> None:
    """Other bytes."""
    if record := _picked(office, which):
        record.version += 1
        record.edited_us = office.now_us
        with office.store.write() as unit:
            row = items.ItemRow(
                *unit.row(
                    "SELECT id, collection_id, href, uid, component, etag, size, modified_us,"
                    " modseq, schedule_tag FROM item WHERE id = :id",
                    {"id": record.item_id},
                )
            )
            content = _content(int(row.uid[1:]), record.version)
            item_changes.replace(unit, row, content, now_us=office.now_us)
            _touch(unit, record, edited_us=office.now_us)


def remove(office: Office, which: int) -> None:
    """Delete a contact in the office."""
    if record := _picked(office, which):
        office.records.remove(record)
        office.hidden = {each for each in office.hidden if each[1] != record.item_id}
        office.released = {each for each in office.released if each[0] != record.contact_id}
        for each in office.records:
            if each.broker == record.contact_id:
                each.broker = None
        with office.store.write() as unit:
            _next(unit)
            unit.execute(
                "UPDATE contact SET seq = (SELECT modseq FROM collection WHERE role = 'records')"
                " WHERE broker_id = :id",
                {"id": record.contact_id},
            )
            unit.execute(
                "INSERT INTO record_tombstone (item_id, seq, deleted_us)"
                " SELECT :item, modseq, :now FROM collection WHERE role = 'records'",
                {"item": record.item_id, "now": office.now_us},
            )
            unit.execute("DELETE FROM item WHERE id = :id", {"id": record.item_id})


def release(office: Office, which: int, name: str) -> None:
    """Show a broker's customers to somebody, or no longer."""
    if record := _picked(office, which):
        pair = (record.contact_id, name)
        user = {"broker": record.contact_id, "user": office.ids[name]}
        with office.store.write() as unit:
            if pair in office.released:
                sql = "DELETE FROM broker_release WHERE broker_id = :broker AND user_id = :user"
            else:
                sql = "INSERT INTO broker_release (broker_id, user_id) VALUES (:broker, :user)"
            unit.execute(sql, user)
            _rules_changed(unit, office, name)
        office.released ^= {pair}


def hide(office: Office, which: int, name: str) -> None:
    """Take a contact off somebody's devices, or put it back."""
    if record := _picked(office, which):
        pair = (name, record.item_id)
        user = {"item": record.item_id, "user": office.ids[name]}
        with office.store.write() as unit:
            if pair in office.hidden:
                sql = "DELETE FROM hidden_item WHERE user_id = :user AND item_id = :item"
            else:
                sql = (
                    "INSERT INTO hidden_item (user_id, item_id, hidden_us)"
                    " VALUES (:user, :item, 0)"
                )
            unit.execute(sql, user)
            _rules_changed(unit, office, name)
        office.hidden ^= {pair}


def _rules_changed(unit: WriteUnit, office: Office, name: str) -> None:
    unit.execute(
        "UPDATE person SET rules = rules + 1 WHERE principal_id = :id", {"id": office.ids[name]}
    )


def see(office: Office, name: str, visibility: Visibility) -> None:
    """Another visibility."""
    office.visibility[name] = visibility
    with office.store.write() as unit:
        person_rows.set_visibility(unit, office.ids[name], visibility)


def want(office: Office, name: str, rule: ContactRule, brokers: int | None) -> None:
    """Another profile."""
    record = None if brokers is None else _picked(office, brokers)
    chosen = None if record is None else frozenset({record.contact_id})
    office.rules[name] = rule._replace(viewer_id=office.ids[name], broker_ids=chosen)
    with office.store.write() as unit:
        _rules_changed(unit, office, name)


def wait(office: Office, days: int) -> None:
    """Let time pass."""
    office.now_us += days * DAY_US


@dataclass
class Client:
    """A device that only syncs by token: what it has, by href."""

    who: Identity
    limit: int | None
    token: str = ""
    has: dict[str, str] = field(default_factory=dict)

    def sync(self, office: Office) -> None:
        """Take all in that there is."""
        with office.store.write() as unit:
            book = collections.find(unit, self.who, "office")
            view = views.hold(unit, book.id)
            assert view is not None
            if not view.is_current(office.now_us):
                views.apply(unit, view, office.rules[self.who.user_name], now_us=office.now_us)
        while True:
            with office.store.read() as unit:
                book = collections.find(unit, self.who, "office")
                assert book.is_current
                delta = item_store.delta(unit, book, self.token, limit=self.limit)
                listed = {each.href: each.etag for each in items.of_collection(unit, book.place)}
            numbers = [each.modseq for each in delta.changed]
            assert len(set(numbers)) == len(numbers)
            self.has.update({each.href: each.etag for each in delta.changed})
            for href in delta.gone:
                self.has.pop(href, None)
            self.token = delta.token
            if not delta.is_truncated:
                break
        assert self.has == listed


names = st.sampled_from(NAMES)
which = st.integers(0, MOST - 1)
rules = st.just(ContactRule(0, edited_within_us=DAY_US)) | st.builds(
    ContactRule,
    viewer_id=st.just(0),
    is_off=st.sampled_from([False, False, False, True]),
    kinds=st.none() | st.frozensets(st.sampled_from(KINDS), min_size=3),
    tag_keys=st.none() | st.frozensets(st.sampled_from(TAGS), max_size=2),
    is_own_only=st.booleans(),
    edited_within_us=st.none() | st.integers(1, 2).map(lambda days: days * DAY_US),
)
steps = st.one_of(
    st.tuples(st.just(add), st.sampled_from(KINDS), st.none() | names),
    st.tuples(st.just(assign), which, st.none() | names),
    st.tuples(st.just(broker), which, which),
    st.tuples(st.just(tag), which, st.frozensets(st.sampled_from(TAGS))),
    st.tuples(st.just(write), which),
    st.tuples(st.just(remove), which),
    st.tuples(st.just(release), which, names),
    st.tuples(st.just(hide), which, names),
    st.tuples(st.just(see), names, st.sampled_from(list(Visibility))),
    st.tuples(st.just(want), names, rules, st.none() | which),
    st.tuples(st.just(wait), st.just(1)),
    st.tuples(st.just(wait), st.just(1)),
)


@pytest.fixture
def office(store: Store) -> Office:
    with_groups(store)
    with store.write() as unit:
        ids = {name: a_person(unit, name).id for name in NAMES}
    return Office(store, ids)


def _begin(office: Office) -> list[Client]:
    """Empty the office, and begin with new clients: two for each user."""
    with office.store.write() as unit:
        for table in ("hidden_item", "broker_release", "contact_tag", "contact"):
            unit.execute(f"DELETE FROM {table}")
        unit.execute(
            "DELETE FROM item WHERE collection_id IN"
            " (SELECT id FROM collection WHERE role = 'records')"
        )
        unit.execute("DELETE FROM record_tombstone")
    fresh = Office(office.store, office.ids, made=office.made)
    office.__dict__.update(fresh.__dict__)
    for name in NAMES:
        see(office, name, Visibility.OWN)
        want(office, name, ContactRule(0), None)
    with office.store.read() as unit:
        found = {name: identity.of_user(unit, office.ids[name]) for name in NAMES}
    return [Client(found[name], limit) for name in NAMES for limit in (None, 1)]


def _check(office: Office, clients: list[Client]) -> None:
    for client in clients:
        client.sync(office)
        name = client.who.user_name
        expected = sorted(_href(name, each) for each in office.records if office.wants(name, each))
        assert sorted(client.has) == expected, name
        for each in office.records:
            if (href := _href(name, each)) in client.has:
                assert client.has[href].endswith(f"-{each.version}")


def _href(name: str, record: Record) -> str:
    return f"eigene-{record.number}.vcf" if record.maker == name else f"{record.contact_id}.vcf"


@given(runs=st.lists(st.lists(steps, max_size=6), max_size=6))
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40
)
def test_every_client_has_what_the_rules_choose(
    office: Office, runs: list[list[tuple[Any, ...]]]
) -> None:
    clients = _begin(office)
    for run in runs:
        for act, *arguments in run:
            act(office, *arguments)
        _check(office, clients)
