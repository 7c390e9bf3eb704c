"""Locks and blocks: who is shut out holds nothing closed, and sees no lock that they may not."""

import pytest

from auth import devices, people
from jobs.lapsed_locks import drop_lapsed
from office import held_locks
from office import people as office_people
from office.errors import KindError, LockMissingError
from office.tracking import Act
from storage import journal_search, locks, tree
from storage.journal_search import Search
from tests.documents_door import Client, SampleOffice

PHOTOS = "/Objekte/4711 Lindenallee 3/Fotos"
SECRET = f"{PHOTOS}/geheim"
PLAN = f"{SECRET}/Plan.pdf"
DISCOVERY = "{DAV:}lockdiscovery"


@pytest.fixture(autouse=True)
def plan(anna: Client) -> None:
    anna.request("MKCOL", SECRET)
    anna.put(PLAN)


def tokens_on(client: Client, path: str, **headers: str) -> dict[str, list[str]]:
    """The tokens that ``lockdiscovery`` shows, by href."""
    reply = client.propfind(path, DISCOVERY, **headers)
    assert reply.status == 207, reply.text
    return {
        href: [
            str(each.text)
            for each in reply.found(href)[DISCOVERY].iterfind(".//{DAV:}locktoken/{DAV:}href")
        ]
        for href in reply.hrefs
    }


def locked(client: Client, path: str) -> str:
    """The token of a lock on a document that is there."""
    client.put(path)
    return client.lock(path).token


class TestShutOut:
    def test_a_blocked_users_locks_are_gone(
        self, office: SampleOffice, anna: Client, jonas: Client
    ) -> None:
        jonas.lock(PLAN)
        assert anna.put(PLAN).status == 423

        office.block("jonas")

        assert anna.put(PLAN).status == 204
        assert tokens_on(anna, PLAN) == {f"/files{PLAN}".replace(" ", "%20"): []}

    def test_letting_in_again_brings_none_back(
        self, office: SampleOffice, anna: Client, jonas: Client
    ) -> None:
        token = jonas.lock(PLAN).token
        office.block("jonas")
        with office.store.write() as unit:
            people.unblock(unit, "jonas")

        assert jonas.put(PLAN, b"y", If=f"(<{token}>)").status == 412
        assert anna.lock(PLAN).status == 200

    @pytest.mark.parametrize("path", [PHOTOS, SECRET])
    def test_a_path_block_ends_those_on_and_below_it_only(
        self, office: SampleOffice, anna: Client, jonas: Client, path: str
    ) -> None:
        jonas.put("/Objekte/4711 Lindenallee 3/Grundrisse/a.pdf")
        elsewhere = jonas.lock("/Objekte/4711 Lindenallee 3/Grundrisse/a.pdf").token
        jonas.lock(PLAN)
        jonas.lock(SECRET, "shared")

        office.block("jonas", path)

        assert anna.put(PLAN).status == 204
        assert anna.put(f"{SECRET}/neu.pdf").status == 201
        with office.store.read() as unit:
            assert [each.token for each in locks.everything(unit)] == [elsewhere]

    def test_a_retired_devices_locks_are_gone_and_the_others_stay(
        self, office: SampleOffice, anna: Client, jonas: Client
    ) -> None:
        phone = office.device("jonas", "Telefon")
        anna.put(f"{PHOTOS}/b.jpg")
        jonas.lock(PLAN)
        kept = phone.lock(f"{PHOTOS}/b.jpg").token

        with office.store.write() as unit:
            devices.retire(unit, user_name="jonas", label="Laptop", now_us=office.clock())

        assert anna.put(PLAN).status == 204
        with office.store.read() as unit:
            assert [each.token for each in locks.everything(unit)] == [kept]

    def test_a_colleagues_locks_stay(self, office: SampleOffice, anna: Client) -> None:
        token = anna.lock(PLAN).token

        office.block("jonas")
        office.block("anna", "/Objekte/4711 Lindenallee 3/Grundrisse")

        assert anna.put(PLAN, b"y", If=f"(<{token}>)").status == 204


class TestDeepLocks:
    @pytest.fixture
    def kim(self, office: SampleOffice) -> Client:
        kim = office.person("kim")
        office.block("kim", SECRET)
        return kim

    @pytest.mark.parametrize("headers", [{"Depth": "infinity"}, {"Depth": ""}])
    def test_nobody_locks_all_properties(
        self, anna: Client, jonas: Client, headers: dict[str, str]
    ) -> None:
        reply = anna.lock("/Objekte", **headers)

        assert reply.status in {400, 403}
        assert jonas.put(PLAN).status == 204

    def test_an_administrator_locks_no_shared_root_deeply(self, office: SampleOffice) -> None:
        boss = office.person("berta", "administration")

        statuses = [
            boss.lock(path, Depth="infinity").status for path in ("/Ressourcen", "/Objekte")
        ]

        assert statuses == [403, 403]
        assert boss.lock("/Ressourcen", Depth="0").status == 200

    def test_they_do_not_reach_what_their_holder_may_not_see(
        self, anna: Client, jonas: Client, kim: Client
    ) -> None:
        anna.put(f"{PHOTOS}/b.jpg")
        token = kim.lock(PHOTOS, Depth="infinity").token

        assert anna.put(f"{PHOTOS}/b.jpg").status == 423
        assert anna.put(PLAN).status == 204
        assert anna.lock(PLAN).status == 200
        assert jonas.put(PLAN).status == 423  # anna's
        shown = tokens_on(anna, PHOTOS, Depth="1")
        base = f"/files{PHOTOS}/".replace(" ", "%20")
        assert shown[base] == [token]
        assert shown[f"{base}b.jpg"] == [token]
        assert shown[f"{base}geheim/"] == []
        assert tokens_on(anna, SECRET) == {f"{base}geheim/": []}

    def test_they_meet_no_lock_in_there(self, anna: Client, kim: Client) -> None:
        token = anna.lock(PLAN).token

        reply = kim.lock(PHOTOS, Depth="infinity")

        assert reply.status == 200
        assert "geheim" not in reply.text
        assert anna.put(PLAN, b"y", If=f"(<{token}>)").status == 204

    def test_a_lapsed_one_in_there_is_not_taken_over(
        self, office: SampleOffice, anna: Client, kim: Client
    ) -> None:
        token = anna.lock(PLAN, Timeout="Second-60").token
        office.clock.advance(3600)

        kim.lock(PHOTOS, Depth="infinity")

        assert anna.put(PLAN, b"y", If=f"(<{token}>)").status == 204


class TestBelow:
    def test_other_trees_are_no_concern(self, office: SampleOffice, anna: Client) -> None:
        office.estate("4712", "Marktplatz")
        tokens = {
            locked(anna, path): path
            for path in ("/Home/a.txt", "/Objekte/4712 Marktplatz/Fotos/a.jpg", PLAN)
        }
        *_, inside = tokens
        with office.store.read() as unit:
            root = office.layout.shared["Objekte"]
            estate = tree.chain(unit, root, ["4711 Lindenallee 3"])[-1].id

            assert [each.token for each in locks.below(unit, estate)] == [inside]
            assert {each.token for each in locks.below(unit, root)} == {
                token for token, path in tokens.items() if path.startswith("/Objekte/")
            }

    def test_lapsed_long_ago_they_are_dropped(self, office: SampleOffice, anna: Client) -> None:
        anna.put("/Home/a.txt")
        anna.lock("/Home/a.txt", Timeout="Second-60")
        office.clock.advance(60 + 29 * 86_400)
        young = anna.lock(PLAN).token

        assert drop_lapsed(office.store, now_us=office.clock()) == 0
        office.clock.advance(1 + 86_400)
        assert drop_lapsed(office.store, now_us=office.clock()) == 1
        with office.store.read() as unit:
            assert [each.token for each in locks.everything(unit)] == [young]


class TestAdministration:
    @pytest.mark.parametrize("which", ["path", "short path", "token"])
    def test_it_sees_and_ends_any_lock(
        self, office: SampleOffice, anna: Client, jonas: Client, which: str
    ) -> None:
        token = jonas.lock(PLAN, Timeout="Second-600").token
        named = {"path": f"/files{PLAN}", "short path": PLAN[1:], "token": token}[which]
        with office.store.write() as unit:
            [held] = held_locks.listed(unit, office.layout, now_us=office.clock() + 599_999_999)
            assert (held.path, held.lock.user_name, held.is_stale) == (
                f"/files{PLAN}",
                "jonas",
                False,
            )

            held_locks.release(unit, office.layout, named, now_us=office.clock())

        assert anna.put(PLAN).status == 204
        with office.store.read() as unit:
            [row] = journal_search.find(unit, Search(), limit=9)
        assert (row.action, row.user_name, row.path) == ("lock-released", "jonas", PLAN[1:])

    def test_what_is_not_locked_is_said(self, office: SampleOffice) -> None:
        with pytest.raises(LockMissingError, match="no lock"), office.store.write() as unit:
            held_locks.release(unit, office.layout, PLAN, now_us=office.clock())

    def test_one_path_in_two_homes_wants_a_token(
        self, office: SampleOffice, anna: Client, jonas: Client
    ) -> None:
        tokens = [locked(client, "/Home/a.txt") for client in (anna, jonas)]

        with (
            pytest.raises(LockMissingError, match="Several") as refused,
            office.store.write() as unit,
        ):
            held_locks.release(unit, office.layout, "Home/a.txt", now_us=office.clock())

        assert all(token in str(refused.value) for token in tokens)
        with office.store.write() as unit:
            [ended] = held_locks.release(unit, office.layout, tokens[1], now_us=office.clock())
        assert (ended.lock.user_name, ended.path) == ("jonas", "/files/Home/a.txt")


def test_a_document_is_not_blocked_by_itself(office: SampleOffice) -> None:
    with pytest.raises(KindError, match="folder"), office.store.write() as unit:
        office_people.block_on_path(unit, "jonas", PLAN, now_us=office.clock())


def test_a_block_on_a_folder_outlives_a_save_by_rename(
    office: SampleOffice, anna: Client, jonas: Client
) -> None:
    office.block("jonas", SECRET)
    anna.put(f"{SECRET}/~tmp")

    assert anna.move(f"{SECRET}/~tmp", PLAN).status == 204
    reply = jonas.get(PLAN)
    assert (reply.status, reply.note.act) == (404, Act.REFUSED)
