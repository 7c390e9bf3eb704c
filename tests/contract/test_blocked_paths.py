import pytest

from auth import people as auth_people
from auth.errors import UnknownUserError
from office import estates, layout, opening, people
from office.command import at_the_machine
from office.errors import FixedError, NotFoundError
from office.work import Work
from storage.store import Store
from tests.builders import NOW_US, a_person


@pytest.fixture
def office(store: Store) -> Store:
    opening.prepare_office(store, "de", now_us=NOW_US)
    with store.write() as unit:
        a_person(unit, "anna")
        a_person(unit, "jonas")
        work = Work(unit, at_the_machine(), layout.load(unit), NOW_US)
        estates.add(work, estates.Label("4711", "Schöne Aussicht 3"))
    return store


def _blocked(office: Store, name: str) -> list[str]:
    with office.read() as unit:
        return people.blocked_paths(unit, auth_people.get(unit, name))


@pytest.mark.parametrize(
    "path",
    [
        "/files/Objekte/4711 Schöne Aussicht 3",
        "/files/Objekte/4711 Schöne Aussicht 3/",
        "Objekte/4711 Schöne Aussicht 3",
        "Objekte/4711 Scho\u0308ne Aussicht 3",  # as macOS types it
    ],
)
def test_a_folder_is_closed_to_one_user_and_opened_again(office: Store, path: str) -> None:
    with office.write() as unit:
        people.block_on_path(unit, "jonas", path, now_us=NOW_US)
    assert _blocked(office, "jonas") == ["/files/Objekte/4711 Schöne Aussicht 3"]
    assert _blocked(office, "anna") == []

    with office.write() as unit:
        people.unblock_on_path(unit, "jonas", path)

    assert _blocked(office, "jonas") == []


def test_home_is_the_blocked_users_own(office: Store) -> None:
    with office.write() as unit:
        people.block_on_path(unit, "jonas", "/files/Home", now_us=NOW_US)

    assert _blocked(office, "jonas") == ["/files/Home"]
    with office.read() as unit:
        home = auth_people.get(unit, "jonas").home_node_id
        assert unit.rows("SELECT node_id FROM block") == [(home,)]


def test_a_second_block_on_the_same_is_no_error(office: Store) -> None:
    with office.write() as unit:
        people.block_on_path(unit, "jonas", "Objekte", now_us=NOW_US)
        people.block_on_path(unit, "jonas", "Objekte", now_us=NOW_US)

    assert _blocked(office, "jonas") == ["/files/Objekte"]


@pytest.mark.parametrize("path", ["/files/Objekte/4712", "/files/Nichts", "Objekte/x/y"])
def test_what_is_not_there_cannot_be_blocked(office: Store, path: str) -> None:
    with pytest.raises(NotFoundError), office.write() as unit:
        people.block_on_path(unit, "jonas", path, now_us=NOW_US)


@pytest.mark.parametrize("path", ["/files/", "/", ""])
def test_everything_is_not_a_folder(office: Store, path: str) -> None:
    with pytest.raises(FixedError, match="as a whole"), office.write() as unit:
        people.block_on_path(unit, "jonas", path, now_us=NOW_US)


def test_lifting_a_block_that_is_not_there_says_so(office: Store) -> None:
    with pytest.raises(NotFoundError, match="not blocked"), office.write() as unit:
        people.unblock_on_path(unit, "jonas", "Objekte")


def test_somebody_unknown_cannot_be_blocked(office: Store) -> None:
    with pytest.raises(UnknownUserError), office.write() as unit:
        people.block_on_path(unit, "nobody", "Objekte", now_us=NOW_US)
