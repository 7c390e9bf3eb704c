"""Requests at the same moment: one of them is first, and the tree stays a tree."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from tests.documents_door import Client, Reply, SampleOffice

AT_ONCE = 6


def at_once(*acts: Callable[[], Reply]) -> Counter[int]:
    """Begin all of them together; how often each status came."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], Reply]) -> int:
        barrier.wait(timeout=30)
        return act().status

    with ThreadPoolExecutor(len(acts)) as pool:
        return Counter(pool.map(run, acts))


def test_one_of_many_gets_an_exclusive_lock(anna: Client, jonas: Client, estate: str) -> None:
    path = f"{estate}/Vertrag.docx"
    anna.put(path)

    statuses = at_once(*(lambda who=who: who.lock(path) for who in [anna, jonas] * 3))

    assert statuses == {200: 1, 423: AT_ONCE - 1}


def test_one_of_many_makes_a_free_name(anna: Client) -> None:
    statuses = at_once(
        *(lambda: anna.put("/Home/a.txt", b"x", If_None_Match="*") for _ in range(AT_ONCE))
    )

    assert statuses == {201: 1, 412: AT_ONCE - 1}


def test_one_of_many_saves_over_a_version(anna: Client) -> None:
    tag = anna.put("/Home/a.txt", b"first").headers["etag"]

    statuses = at_once(
        *(
            lambda number=number: anna.put("/Home/a.txt", b"%d" % number, If_Match=tag)
            for number in range(AT_ONCE)
        )
    )

    assert statuses == {204: 1, 412: AT_ONCE - 1}


def test_properties_made_at_once_get_numbers_of_their_own(
    office: SampleOffice, anna: Client
) -> None:
    statuses = at_once(
        *(
            lambda number=number: anna.request("MKCOL", f"/Objekte/Neu {number}x")
            for number in "abcdef"
        )
    )

    assert statuses == {201: AT_ONCE}
    with office.store.read() as unit:
        numbers = [row[0] for row in unit.rows("SELECT number FROM estate")]
    assert len(numbers) == len(set(numbers)) == AT_ONCE + 1


@pytest.mark.parametrize("turn", range(5))
def test_two_folders_are_never_put_into_each_other(
    office: SampleOffice, anna: Client, estate: str, turn: int
) -> None:
    # Across two trees, where two writers hold different locks until they know both.
    first, second = f"/Home/a{turn}", f"{estate}/b{turn}"
    anna.request("MKCOL", first)
    anna.request("MKCOL", second)

    statuses = at_once(
        lambda: anna.move(first, f"{second}/in"), lambda: anna.move(second, f"{first}/in")
    )

    assert statuses[201] == 1
    assert sum(statuses[status] for status in (404, 409)) == 1
    with office.store.read() as unit:
        reached = unit.row(
            "WITH RECURSIVE sub(id) AS (SELECT id FROM node WHERE parent_id IS NULL UNION ALL "
            "SELECT node.id FROM node JOIN sub ON node.parent_id = sub.id) "
            "SELECT (SELECT count(*) FROM sub), (SELECT count(*) FROM node)"
        )
    assert reached[0] == reached[1]


def test_a_document_saved_while_its_folder_goes_is_never_half_there(
    office: SampleOffice, anna: Client
) -> None:
    for _ in range(5):
        anna.request("MKCOL", "/Home/f")

        statuses = at_once(
            lambda: anna.request("DELETE", "/Home/f"), lambda: anna.put("/Home/f/a.txt")
        )

        assert statuses[204] == 1
        assert statuses[201] + statuses[409] == 1
        assert anna.get("/Home/f").status == 404
    with office.store.read() as unit:
        # What was saved first went to the trash with its folder; nothing lies in no folder.
        assert (
            unit.rows(
                "SELECT n.id FROM node n JOIN node f ON f.id = n.parent_id WHERE n.name = 'a.txt'"
                " AND f.id NOT IN (SELECT node_id FROM trash)"
            )
            == []
        )
        assert unit.rows("SELECT id FROM node WHERE name = 'a.txt' AND parent_id IS NULL") == []


def test_moves_between_properties_never_wait_in_a_ring(
    office: SampleOffice, anna: Client, estate: str
) -> None:
    # PostgreSQL ends a ring by breaking one of the requests off, which would be raised here.
    estates = [estate, office.estate("4712", "Marktplatz"), office.estate("4713", "Hafen")]
    for number in range(AT_ONCE):
        anna.put(f"{estates[number % 3]}/{number}.txt")

    def move_about(number: int) -> Counter[int]:
        found: Counter[int] = Counter()
        for step in range(8):
            at, to = estates[(number + step) % 3], estates[(number + step + 1) % 3]
            found[anna.move(f"{at}/{number}.txt", f"{to}/{number}.txt").status] += 1
            found[anna.request("MKCOL", f"{to}/{number}-{step}").status] += 1
            found[anna.move(f"{to}/{number}-{step}", f"{at}/{number}-{step}").status] += 1
        found[anna.request("MKCOL", f"/Objekte/48{number}1 Neu").status] += 1
        return found

    with ThreadPoolExecutor(4) as pool:
        statuses = sum(pool.map(move_about, range(4)), Counter())

    assert statuses == {201: 4 * (8 * 3 + 1)}
