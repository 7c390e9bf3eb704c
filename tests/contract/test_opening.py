import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from auth import rights, setup_link
from auth.errors import SetupEndedError
from office import layout, opening
from storage import revision
from storage.migrate import migrate
from storage.store import Store
from tests.builders import NOW_US, a_person


def _prepare(store: Store, language: str = "de") -> bool:
    return opening.prepare_office(store, language, name="Musterbüro", now_us=NOW_US)


class TestPrepare:
    def test_an_office_begins_with_groups_and_shared_folders(self, store: Store) -> None:
        assert _prepare(store)

        with store.read() as unit:
            groups = {name for (name,) in unit.rows("SELECT name FROM principal")}
            shared = layout.load(unit).shared
            assert opening.office_name(unit) == "Musterbüro"
            assert not opening.is_open(unit)
        assert groups == {each.name for each in rights.GROUPS}
        assert set(shared) == {"Objekte", "Adressen", "Ressourcen"}

    def test_a_second_start_changes_nothing(self, store: Store) -> None:
        _prepare(store)

        assert not _prepare(store, "en")

        with store.read() as unit:
            assert "Objekte" in layout.load(unit).shared

    def test_many_starts_at_once_prepare_once(self, store: Store) -> None:
        start = threading.Barrier(4)

        def prepare(_number: int) -> bool:
            start.wait()
            return _prepare(store)

        with ThreadPoolExecutor(4) as pool:
            outcomes = list(pool.map(prepare, range(4)))

        assert sum(outcomes) == 1
        with store.read() as unit:
            assert unit.row("SELECT count(*) FROM node WHERE parent_id IS NULL") == (3,)


class TestSetupLink:
    def test_the_token_that_was_issued_last_is_valid(self, store: Store) -> None:
        with store.write() as unit:
            first, second = setup_link.issue(unit), setup_link.issue(unit)

            assert setup_link.is_valid(unit, second)
            assert not setup_link.is_valid(unit, first)
            assert not setup_link.is_valid(unit, "")
            assert not setup_link.is_valid(unit, second + "ä\udcff")

    def test_only_a_hash_is_stored(self, store: Store) -> None:
        with store.write() as unit:
            token = setup_link.issue(unit)

            assert token not in str(unit.rows("SELECT * FROM instance"))

    def test_the_first_user_ends_it_and_opens_the_office(self, store: Store) -> None:
        _prepare(store)
        with store.write() as unit:
            token = setup_link.issue(unit)

            a_person(unit)

            assert not setup_link.is_valid(unit, token)
            assert setup_link.is_ended(unit)
            assert opening.is_open(unit)
            with pytest.raises(SetupEndedError):
                setup_link.issue(unit)


class TestRevision:
    def test_a_migrated_database_has_the_newest(self, store: Store) -> None:
        assert revision.find(store) == revision.NEWEST == migrate(store)

    def test_a_database_of_something_else_has_none(self, store: Store) -> None:
        with store.write() as unit:
            unit.execute("DROP TABLE alembic_version")

        assert revision.find(store) is None
