import multiprocessing
import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import pytest

from auth import audit, blocks, devices, people
from auth.audit import COMMAND_LINE, NOBODY, Act, Actor, Subject
from auth.errors import NameTakenError
from storage import audit as rows
from storage.audit import AuditRow
from storage.store import Store, WriteUnit
from tests.builders import NOW_US, a_device, a_person, with_groups


@pytest.fixture
def office(store: Store) -> Store:
    return with_groups(store)


def _written(office: Store) -> list[AuditRow]:
    with office.read() as unit:
        return rows.page(unit, after_id=0, limit=1000)


def _faults(office: Store) -> tuple[str, ...]:
    with office.read() as unit:
        return audit.check(unit).faults


def _record(unit: WriteUnit, user_id: int = 7) -> None:
    audit.record(unit, Act.USER_BLOCKED, by=COMMAND_LINE, on=Subject(user_id))


def _record_and_fail(unit: WriteUnit) -> None:
    _record(unit)
    a_person(unit, "jonas")


def _tamper(office: Store, sql: str) -> None:
    """Change rows as somebody would who owns the database and takes the triggers off."""
    with office.write() as unit:
        if unit.is_sqlite:
            unit.execute("DROP TRIGGER audit_is_append_only_update")
            unit.execute("DROP TRIGGER audit_is_append_only_delete")
        else:
            unit.execute("DROP TRIGGER audit_is_append_only ON audit")
        unit.execute(sql)


class TestWhatIsWritten:
    def test_every_act_on_people_and_devices(self, office: Store) -> None:
        with office.write() as unit:
            anna = a_person(unit, "anna", groups=("administration",))
            jonas = a_person(unit, "jonas")
        by = Actor(anna.id, 5)
        with office.write() as unit:
            device = a_device(unit, "jonas")
            blocks.block_on(unit, user_name="jonas", node_id=jonas.home_node_id, now_us=1, by=by)
        with office.write() as unit:
            blocks.unblock_on(unit, user_name="jonas", node_id=jonas.home_node_id, by=by)
            devices.retire(unit, user_name="jonas", label="Laptop", now_us=NOW_US, by=by)
        with office.write() as unit:
            people.set_groups(unit, "jonas", ("kollaboration",), by=by)
            people.set_device_limit(unit, "jonas", 3, by=by)
            people.block(unit, "jonas", by=by)
            people.unblock(unit, "jonas", by=by)

        acts = [
            (each.act, each.by_user_id, each.user_id, each.device_id) for each in _written(office)
        ]
        assert acts == [
            (Act.USER_ADDED, 0, anna.id, None),
            (Act.USER_ADDED, 0, jonas.id, None),
            (Act.DEVICE_ADDED, 0, jonas.id, device.device_id),
            (Act.BLOCK_SET, anna.id, jonas.id, None),
            (Act.BLOCK_LIFTED, anna.id, jonas.id, None),
            (Act.DEVICE_RETIRED, anna.id, jonas.id, device.device_id),
            (Act.USER_GROUPS_SET, anna.id, jonas.id, None),
            (Act.USER_DEVICE_LIMIT_SET, anna.id, jonas.id, None),
            (Act.USER_BLOCKED, anna.id, jonas.id, None),
            (Act.USER_UNBLOCKED, anna.id, jonas.id, None),
        ]
        assert _faults(office) == ()

    def test_no_name_address_or_label_is_in_it(self, office: Store) -> None:
        with office.write() as unit:
            a_person(unit, "jonas")
            a_device(unit, "jonas", "Telefon")

        text = repr(_written(office))
        assert not any(word in text for word in ("jonas", "buero", "Telefon"))

    def test_an_act_that_is_given_up_leaves_no_row(self, office: Store) -> None:
        with office.write() as unit:
            a_person(unit, "jonas")

        with pytest.raises(NameTakenError), office.write() as unit:
            _record_and_fail(unit)

        assert [each.act for each in _written(office)] == [Act.USER_ADDED]

    def test_an_act_undone_within_its_transaction_leaves_no_row(self, office: Store) -> None:
        with office.write() as unit:
            _record(unit, 1)
            unit.mark()
            _record(unit, 2)
            unit.back_to_mark()

        assert [each.user_id for each in _written(office)] == [1]

    def test_lifting_no_block_is_no_act(self, office: Store) -> None:
        with office.write() as unit:
            jonas = a_person(unit, "jonas")
        with office.write() as unit:
            blocks.unblock_on(unit, user_name="jonas", node_id=jonas.home_node_id)

        assert [each.act for each in _written(office)] == [Act.USER_ADDED]

    def test_times_never_run_back(self, office: Store) -> None:
        times = iter((50, 20))
        with office.write() as unit:
            audit.record(unit, Act.USER_ADDED, by=NOBODY, clock=times.__next__)
            audit.record(unit, Act.USER_ADDED, by=NOBODY, clock=times.__next__)

        assert [each.at_us for each in _written(office)] == [50, 50]

    def test_names_are_shown_while_there_are_any(self, office: Store) -> None:
        with office.write() as unit:
            jonas = a_person(unit, "jonas")
        with office.write() as unit:
            _record(unit, 4711)

        with office.read() as unit:
            added, blocked = rows.newest(unit, since_us=0, limit=10)
            assert rows.after(unit, added.row.id, limit=10) == [blocked]
        assert (added.user_name, added.row.user_id) == ("jonas", jonas.id)
        assert (blocked.user_name, blocked.row.user_id) == (None, 4711)


class TestTheChain:
    @pytest.fixture(autouse=True)
    def five(self, office: Store) -> None:
        for user_id in range(5):
            with office.write() as unit:
                _record(unit, user_id)

    def test_holds(self, office: Store) -> None:
        with office.read() as unit:
            checked = audit.check(unit)

        assert (checked.rows, checked.head.last_id, checked.faults) == (5, 5, ())

    @pytest.mark.parametrize("statement", ["UPDATE audit SET user_id = 9", "DELETE FROM audit"])
    def test_rows_cannot_be_changed(self, office: Store, statement: str) -> None:
        with pytest.raises(Exception, match="append-only"), office.write() as unit:
            unit.execute(statement)

        assert _faults(office) == ()

    @pytest.mark.parametrize(
        ("column", "value"),
        [
            ("at_us", "1"), ("act", "'user.added'"), ("by_user_id", "3"), ("by_device_id", "3"),
            ("user_id", "3"), ("device_id", "3"), ("node_id", "3"), ("details", "'[]'"),
            ("hash", "'00'"),
        ],
    )  # fmt: skip
    def test_shows_a_row_that_was_changed(self, office: Store, column: str, value: str) -> None:
        _tamper(office, f"UPDATE audit SET {column} = {value} WHERE id = 2")

        assert _faults(office)[0] == "row 2 of the audit log is not what was written"

    def test_shows_a_row_that_is_missing(self, office: Store) -> None:
        _tamper(office, "DELETE FROM audit WHERE id IN (2, 3)")

        assert _faults(office) == ("rows 2 to 3 of the audit log are missing",)

    def test_shows_that_its_end_is_missing(self, office: Store) -> None:
        _tamper(office, "DELETE FROM audit WHERE id > 3")

        assert _faults(office) == ("the audit log ends at row 3 and should end at 5",)


class TestManyWriters:
    def test_threads_keep_one_chain(self, office: Store) -> None:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _: _record_some(office, 10), range(8)))

        assert len(_written(office)) == 80
        assert _faults(office) == ()

    def test_processes_keep_one_chain(self, office: Store) -> None:
        url = office.url.render_as_string(hide_password=False)
        context = multiprocessing.get_context("spawn")
        with context.Manager() as manager:
            start = manager.Barrier(3)
            with ProcessPoolExecutor(3, mp_context=context) as pool:
                running = [pool.submit(_record_in_process, url, start) for _ in range(3)]
                for each in running:
                    each.result()

        assert len(_written(office)) == 60
        assert _faults(office) == ()


def _record_some(office: Store, count: int) -> None:
    for number in range(count):
        with office.write() as unit:
            _record(unit, number)


def _record_in_process(url: str, start: threading.Barrier) -> None:
    office = Store(url)
    try:
        with office.read() as unit:
            audit.check(unit)
        start.wait()
        _record_some(office, 20)
    finally:
        office.close()
