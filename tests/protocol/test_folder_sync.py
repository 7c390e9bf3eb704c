"""sync-collection on folders (RFC 6578): what clients are told, limits, tokens and blocks."""

from typing import NamedTuple

import pytest

from jobs.tombstones import forget_deletions
from office import people
from storage import epochs
from tests.builders import NOW_US
from tests.documents_door import DAV, Client, Reply, SampleOffice

DAY_US = 86_400 * 1_000_000


class Told(NamedTuple):
    """What a sync-collection said."""

    changed: list[str]
    gone: list[str]
    token: str
    is_truncated: bool


def sync_reply(client: Client, path: str, token: str = "", limit: int = 0, **more: str) -> Reply:
    many = f"<D:limit><D:nresults>{limit}</D:nresults></D:limit>" if limit else ""
    level = more.pop("level", "1")
    body = (
        f'<D:sync-collection xmlns:D="DAV:"><D:sync-token>{token}</D:sync-token>'
        f"<D:sync-level>{level}</D:sync-level>{many}<D:prop><D:getetag/><D:resourcetype/></D:prop>"
        "</D:sync-collection>"
    )
    return client.request("REPORT", path, body.encode(), **{"Depth": "0", **more})


def sync(client: Client, path: str, token: str = "", limit: int = 0) -> Told:
    reply = sync_reply(client, path, token, limit)
    assert reply.status == 207, reply.text
    statuses = {
        str(each.findtext(f"{DAV}href")): str(each.findtext(f"{DAV}status") or "")
        for each in reply.xml.iterfind(f"{DAV}response")
    }
    return Told(
        [href for href, status in statuses.items() if not status],
        [href for href, status in statuses.items() if "404" in status],
        str(reply.xml.findtext(f"{DAV}sync-token")),
        any("507" in status for status in statuses.values()),
    )


def token_property(client: Client, path: str) -> str:
    return str(client.propfind(path, f"{DAV}sync-token").found()[f"{DAV}sync-token"].text)


class TestChanges:
    def test_an_empty_token_lists_all_and_nothing_that_went(self, anna: Client) -> None:
        anna.put("/Home/a.txt")
        anna.request("MKCOL", "/Home/b")
        anna.put("/Home/weg.txt")
        anna.request("DELETE", "/Home/weg.txt")

        told = sync(anna, "/Home")

        assert sorted(told.changed) == ["/files/Home/a.txt", "/files/Home/b/"]
        assert told.gone == []
        assert told.token == token_property(anna, "/Home")

    def test_a_token_brings_what_changed_since(self, anna: Client) -> None:
        for name in "abc":
            anna.put(f"/Home/{name}.txt")
        token = sync(anna, "/Home").token

        anna.put("/Home/b.txt", b"new")
        anna.request("DELETE", "/Home/a.txt")
        told = sync(anna, "/Home", token)

        assert (told.changed, told.gone) == (["/files/Home/b.txt"], ["/files/Home/a.txt"])
        assert sync(anna, "/Home", told.token) == Told([], [], told.token, is_truncated=False)

    def test_a_moved_folder_is_one_removal_and_one_new_member(
        self, anna: Client, estate: str
    ) -> None:
        anna.request("MKCOL", "/Home/Mappe")
        for name in "abc":
            anna.put(f"/Home/Mappe/{name}.txt")
        home, there = sync(anna, "/Home").token, sync(anna, estate).token

        anna.move("/Home/Mappe", f"{estate}/Mappe")

        assert sync(anna, "/Home", home)[:2] == ([], ["/files/Home/Mappe/"])
        moved = "/files/Objekte/4711%20Lindenallee%203/Mappe/"
        assert sync(anna, estate, there)[:2] == ([moved], [])
        assert len(sync(anna, f"{estate}/Mappe").changed) == 3

    def test_a_change_elsewhere_leaves_the_token(self, anna: Client) -> None:
        anna.request("MKCOL", "/Home/a")
        anna.request("MKCOL", "/Home/b")
        before = token_property(anna, "/Home/a"), token_property(anna, "/Home")

        anna.put("/Home/b/x.txt")

        assert (token_property(anna, "/Home/a"), token_property(anna, "/Home")) == before

    def test_a_listing_brings_the_token_of_each_folder(self, anna: Client) -> None:
        anna.request("MKCOL", "/Home/a")
        anna.put("/Home/a/x.txt")
        anna.put("/Home/b.txt")

        listing = anna.propfind("/Home", f"{DAV}sync-token", Depth="1")

        shown = {href: listing.found(href).get(f"{DAV}sync-token") for href in listing.hrefs}
        assert shown["/files/Home/b.txt"] is None
        for path in ("/Home", "/Home/a"):
            found = shown[f"/files{path}/"]
            assert found is not None
            assert found.text == token_property(anna, path)

    def test_properties_come_along(self, anna: Client) -> None:
        tag = anna.put("/Home/a.txt").headers["etag"]

        reply = sync_reply(anna, "/Home")

        assert reply.found("/files/Home/a.txt")[f"{DAV}getetag"].text == tag


class TestTop:
    def test_it_is_told_as_a_whole(self, anna: Client) -> None:
        told = sync(anna, "/")

        assert told.changed == [
            f"/files/{name}/" for name in ("Adressen", "Home", "Objekte", "Ressourcen")
        ]
        assert told.token == token_property(anna, "/")
        assert sync(anna, "/", told.token)[:2] == ([], [])

    def test_a_block_there_ends_its_token(self, office: SampleOffice, anna: Client) -> None:
        token = sync(anna, "/").token

        office.block("anna", "/Objekte")

        assert "valid-sync-token" in sync_reply(anna, "/", token).conditions
        assert "/files/Objekte/" not in sync(anna, "/").changed

    def test_a_limit_that_is_too_small_is_507(self, anna: Client) -> None:
        reply = sync_reply(anna, "/", limit=2)

        assert reply.status == 507
        assert "number-of-matches-within-limits" in reply.conditions


class TestLimits:
    def test_a_limit_ends_in_507_and_goes_on_from_its_token(self, anna: Client) -> None:
        for number in range(5):
            anna.put(f"/Home/{number}.txt")

        found, token, rounds = [], "", 0
        while True:
            told = sync(anna, "/Home", token, 2)
            found += told.changed
            token, rounds = told.token, rounds + 1
            if not told.is_truncated:
                break

        assert found == [f"/files/Home/{number}.txt" for number in range(5)]
        assert rounds == 3

    def test_hidden_members_do_not_count(self, office: SampleOffice, anna: Client) -> None:
        berta = office.person("berta", "administration")
        for name in ("a", "b", "c", "d"):
            berta.request("MKCOL", f"/Ressourcen/{name}")
        for name in ("a", "b"):
            office.block("anna", f"/Ressourcen/{name}")

        told = sync(anna, "/Ressourcen", limit=2)

        assert told.changed == ["/files/Ressourcen/c/", "/files/Ressourcen/d/"]
        assert not told.is_truncated


class TestTokens:
    @pytest.mark.parametrize(
        "token",
        ["x", "deedbox:/sync/1/1/0", "deedbox:/sync/f1.1/1/999", "deedbox:/sync/files/1/1"],
    )
    def test_a_stale_token_is_told_by_its_precondition(self, anna: Client, token: str) -> None:
        reply = sync_reply(anna, "/Home", token)

        assert reply.status == 403
        assert reply.conditions >= {"valid-sync-token"}

    def test_that_of_before_a_backup_was_put_back_is_stale(
        self, office: SampleOffice, anna: Client
    ) -> None:
        token = sync(anna, "/Home").token
        with office.store.write() as unit:
            epochs.renew(unit)

        assert sync_reply(anna, "/Home", token).status == 403

    def test_that_of_another_folder_is_stale(self, anna: Client) -> None:
        anna.request("MKCOL", "/Home/a")

        assert sync_reply(anna, "/Home", sync(anna, "/Home/a").token).status == 403

    def test_that_of_a_folder_that_went_to_another_counter_is_stale(
        self, anna: Client, estate: str
    ) -> None:
        anna.request("MKCOL", "/Home/a")
        token = sync(anna, "/Home/a").token
        anna.move("/Home/a", f"{estate}/a")

        assert sync_reply(anna, f"{estate}/a", token).status == 403

    def test_one_from_before_what_is_remembered_is_stale(
        self, office: SampleOffice, anna: Client
    ) -> None:
        anna.put("/Home/a.txt")
        anna.put("/Home/b.txt")
        old = sync(anna, "/Home").token
        anna.request("DELETE", "/Home/a.txt")
        new = sync(anna, "/Home").token

        gone = forget_deletions(
            office.store, tombstone_days=400, now_us=NOW_US + 400 * DAY_US + 1, portion=1
        )

        assert gone == 1
        assert sync_reply(anna, "/Home", old).status == 403
        assert sync(anna, "/Home", new)[:2] == ([], [])
        assert sync(anna, "/Home").changed == ["/files/Home/b.txt"]


class TestBlocks:
    def test_a_block_and_its_end_begin_anew(self, office: SampleOffice, anna: Client) -> None:
        berta = office.person("berta", "administration")
        berta.request("MKCOL", "/Ressourcen/Zu")
        berta.put("/Ressourcen/Offen.txt")
        token, hers = sync(anna, "/Ressourcen").token, sync(berta, "/Ressourcen").token

        office.block("anna", "/Ressourcen/Zu")

        assert sync_reply(anna, "/Ressourcen", token).status == 403
        told = sync(anna, "/Ressourcen")
        assert told.changed == ["/files/Ressourcen/Offen.txt"]
        assert token_property(anna, "/Ressourcen") == told.token != token
        assert sync(berta, "/Ressourcen", hers)[:2] == ([], [])

        with office.store.write() as unit:
            people.unblock_on_path(unit, "anna", "/files/Ressourcen/Zu")
        assert sync_reply(anna, "/Ressourcen", told.token).status == 403
        assert "/files/Ressourcen/Zu/" in sync(anna, "/Ressourcen").changed

    def test_nothing_is_heard_of_what_is_hidden(self, office: SampleOffice, anna: Client) -> None:
        berta = office.person("berta", "administration")
        berta.request("MKCOL", "/Ressourcen/Zu")
        office.block("anna", "/Ressourcen/Zu")
        replies = [sync_reply(anna, "/Ressourcen")]

        for path in ("/Ressourcen/Geheim", "/Ressourcen/Noch geheimer"):
            token = str(replies[-1].xml.findtext(f"{DAV}sync-token") or "")
            source = "/Ressourcen/Zu" if len(replies) == 1 else "/Ressourcen/Geheim"
            berta.move(source, path)
            replies += [sync_reply(anna, "/Ressourcen", token), sync_reply(anna, "/Ressourcen")]
        berta.request("DELETE", "/Ressourcen/Noch geheimer")
        token = str(replies[-1].xml.findtext(f"{DAV}sync-token"))
        replies += [sync_reply(anna, "/Ressourcen", token), sync_reply(anna, "/Ressourcen")]

        assert [each.status for each in replies] == [207, 403, 207, 403, 207, 403, 207]
        assert not any(word in each.text for each in replies for word in ("geheim", "Zu/"))

    def test_what_a_hidden_one_takes_the_name_of_is_gone(
        self, office: SampleOffice, anna: Client
    ) -> None:
        berta = office.person("berta", "administration")
        for path in ("/Ressourcen/Plan", "/Ressourcen/Fach", "/Ressourcen/Fach/Zu"):
            berta.request("MKCOL", path)
        office.block("anna", "/Ressourcen/Fach/Zu")
        token = sync(anna, "/Ressourcen").token

        berta.move("/Ressourcen/Fach/Zu", "/Ressourcen/Plan")

        assert sync_reply(anna, "/Ressourcen", token).status == 403
        assert sync(anna, "/Ressourcen").changed == ["/files/Ressourcen/Fach/"]

    def test_a_folder_takes_its_end_of_tokens_along_to_another_counter(
        self, office: SampleOffice, anna: Client, estate: str
    ) -> None:
        berta = office.person("berta", "administration")
        for path in ("/Ressourcen/Fach", "/Ressourcen/Fach/Zu"):
            berta.request("MKCOL", path)
        for number in range(40):
            berta.put("/Ressourcen/Fach/a.txt", b"%d" % number)
        office.block("anna", "/Ressourcen/Fach/Zu")
        berta.move("/Ressourcen/Fach", f"{estate}/Fach")
        token = sync(anna, f"{estate}/Fach").token

        berta.put(f"{estate}/Fach/b.txt")

        assert len(sync(anna, f"{estate}/Fach", token).changed) == 1


class TestRefusals:
    def test_infinite_levels_are_not_told(self, anna: Client) -> None:
        for reply in (
            sync_reply(anna, "/Home", level="infinite"),
            sync_reply(anna, "/Home", Depth="infinity"),
        ):
            assert reply.status == 403
            assert "sync-traversal-supported" in reply.conditions

    def test_a_document_has_no_members(self, anna: Client) -> None:
        anna.put("/Home/a.txt")

        reply = sync_reply(anna, "/Home/a.txt")

        assert reply.status == 403
        assert "supported-report" in reply.conditions

    def test_a_body_is_needed(self, anna: Client) -> None:
        assert anna.request("REPORT", "/Home").status == 400
        assert (
            anna.request("REPORT", "/Home", b'<D:sync-collection xmlns:D="DAV:"/>').status == 400
        )

    def test_what_is_not_there_is_404(self, anna: Client) -> None:
        assert sync_reply(anna, "/Home/nichts").status == 404

    def test_an_unknown_report_is_refused_and_the_known_are_listed(self, anna: Client) -> None:
        name = f"{DAV}supported-report-set"

        reply = anna.request("REPORT", "/Home", b'<x xmlns="urn:x"/>')
        known = anna.propfind("/Home", name).found()[name]

        assert reply.status == 403
        assert "supported-report" in reply.conditions
        assert known.find(f".//{DAV}sync-collection") is not None
