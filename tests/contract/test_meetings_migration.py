"""Whoever was there before meetings were gets an inbox and an outbox and keeps what they had."""

from importlib import import_module

from alembic.migration import MigrationContext
from alembic.operations import Operations

from office import opening
from storage import collections
from storage.collections import NewCollection
from storage.store import Store
from tests.builders import NOW_US, a_person


def test_everybody_gets_both_and_keeps_a_calendar_of_that_name(store: Store) -> None:
    opening.prepare_office(store, "de", now_us=NOW_US)
    with store.write() as unit:
        people = [a_person(unit, name).id for name in ("anna", "jonas")]
        unit.execute("DELETE FROM collection WHERE role <> ''")
        own = NewCollection("inbox", "calendar", frozenset({"VEVENT"}), "Eingang")
        collections.create(unit, people[0], own, now_us=NOW_US)
    module = import_module("storage.migrations.versions.0008_meetings")

    with (
        store.engine.begin() as connection,
        Operations.context(MigrationContext.configure(connection)),
    ):
        module._found_places()

    with store.read() as unit:
        for person in people:
            found = {each.name: each for each in collections.of_viewer(unit, person)}
            assert {found[name].kind for name in ("inbox", "outbox")} == {"inbox", "outbox"}
            assert found["inbox"].is_default
            assert found["inbox"].components == {"VEVENT", "VTODO"}
        kept = [
            each
            for each in collections.of_viewer(unit, people[0])
            if each.display_name == "Eingang"
        ]
        assert [(each.name, each.kind) for each in kept] == [(f"inbox-{kept[0].id}", "calendar")]
