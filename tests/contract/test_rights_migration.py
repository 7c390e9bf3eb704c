"""An office from before rights were rows keeps what was allowed in it."""

from importlib import import_module

from alembic.migration import MigrationContext
from alembic.operations import Operations

from auth import people, rights
from auth.grants import EVERYBODY
from auth.rights import GROUPS, DataRight
from auth.visibility import Visibility
from office import granting, opening
from storage.store import Store
from tests.builders import NOW_US, a_person


def test_groups_everybody_and_the_first_user_keep_what_they_had(store: Store) -> None:
    opening.prepare_office(store, "de", now_us=NOW_US)
    with store.write() as unit:
        a_person(unit, "anna", groups=("administration",))
        a_person(unit, "jonas")
        before = granting.listed(unit)
        unit.execute("DELETE FROM function_right")
        unit.execute("DELETE FROM node_grant")
        unit.execute("UPDATE person SET visibility = 'own'")
    module = import_module("storage.migrations.versions.0005_rights_and_visibility")

    with (
        store.engine.begin() as connection,
        Operations.context(MigrationContext.configure(connection)),
    ):
        module._keep_what_was_allowed()

    with store.read() as unit:
        for group in GROUPS:
            assert rights.given_to(unit, group.name) == group.rights
        assert granting.listed(unit) == before
        assert {each.name for each in before} == {EVERYBODY}
        assert {each.right for each in before} == {DataRight.READ, DataRight.WRITE}
        seen = [people.get(unit, name).visibility for name in ("anna", "jonas")]
        assert seen == [Visibility.ALL, Visibility.OWN]
