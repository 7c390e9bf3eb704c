"""Check marks that two people save at the same moment: one of them hears what changed."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from auth import identity
from office import layout, markable, marks, opening
from office.errors import ChangedError
from storage import people
from storage.grants import Noun
from storage.store import Store
from tests.builders import NOW_US, a_person, with_groups


@pytest.fixture
def place(store: Store) -> int:
    """A shared folder in an office with two administrators and some staff."""
    with_groups(store)
    opening.prepare_office(store, "de", name="Musterbüro", now_us=NOW_US)
    with store.write() as unit:
        for name in ("berta", "clara"):
            a_person(unit, name, groups=("administration",))
        for name in ("anna", "jonas"):
            a_person(unit, name)
        return layout.load(unit).shared["Objekte"]


@pytest.mark.parametrize("round_", range(3))
def test_one_of_two_is_told(store: Store, place: int, round_: int) -> None:
    ids = {name: _id(store, name) for name in ("anna", "jonas", "berta", "clara")}
    shown = {ids["anna"]: True, ids["jonas"]: True}
    start = Barrier(2)

    def save(who: str, wanted: str) -> str:
        start.wait()
        try:
            with store.write() as unit:
                people.hold_everybody(unit)
                visitor = identity.of_user(unit, ids[who])
                thing = markable.find(unit, visitor, Noun.NODE, place)
                done = marks.save(
                    unit, visitor, thing, shown=shown, wanted={ids[wanted]}, now_us=NOW_US
                )
        except ChangedError as error:
            return f"changed: {', '.join(error.names)}"
        return ", ".join(done)

    with ThreadPoolExecutor(2) as threads:
        hers = threads.submit(save, "berta", "anna")
        theirs = threads.submit(save, "clara", "jonas")
        said = {hers.result(), theirs.result()}

    # Whoever was first shut out one, and the other hears of it: never are both shut out.
    assert said in ({"jonas", "changed: jonas"}, {"anna", "changed: anna"}), round_


def _id(store: Store, name: str) -> int:
    with store.read() as unit:
        person = people.find(unit, name)
    assert person is not None
    return person.id
