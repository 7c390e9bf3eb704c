"""LOCK and UNLOCK: RFC 4918 sections 6, 7, 9.10 and 9.11."""

import pytest

from office.tracking import Act
from tests.documents_door import Client, Reply, SampleOffice, url

DISCOVERY = "{DAV:}lockdiscovery"


def tokens(reply: Reply, href: str | None = None) -> list[str]:
    """The tokens that a PROPFIND shows, also of locks from above."""
    found = reply.found(href)[DISCOVERY]
    return [str(each.text) for each in found.iterfind(".//{DAV:}locktoken/{DAV:}href")]


@pytest.fixture
def paper(anna: Client, estate: str) -> str:
    """A document that both may edit."""
    path = f"{estate}/Vertrag.docx"
    anna.put(path, b"first")
    return path


class TestExclusive:
    def test_the_answer_shows_token_depth_owner_and_root(self, anna: Client, paper: str) -> None:
        reply = anna.lock(paper, Timeout="Second-300")

        active = reply.xml.find(f"{DISCOVERY}/{{DAV:}}activelock")
        assert active is not None
        assert reply.status == 200
        assert active.findtext("{DAV:}locktoken/{DAV:}href") == reply.token
        assert active.findtext("{DAV:}depth") == "0"
        assert active.findtext("{DAV:}owner") == "Anna Berg"
        assert active.findtext("{DAV:}timeout") == "Second-300"
        assert str(active.findtext("{DAV:}lockroot/{DAV:}href")).endswith("/Vertrag.docx")

    @pytest.mark.parametrize("method", ["PUT", "DELETE", "MOVE", "PROPPATCH", "LOCK"])
    def test_others_are_refused_and_told_where_the_lock_is(
        self, anna: Client, jonas: Client, paper: str, method: str
    ) -> None:
        anna.lock(paper)

        reply = change(jonas, method, paper)

        assert reply.status == 423
        wanted = "no-conflicting-lock" if method == "LOCK" else "lock-token-submitted"
        assert wanted in reply.conditions
        assert reply.xml.findtext(f"{{DAV:}}{wanted}/{{DAV:}}href") == path_of(paper)
        assert "anna has it open on “Laptop”" in reply.text

    @pytest.mark.parametrize("method", ["PUT", "DELETE", "MOVE", "PROPPATCH"])
    def test_the_holder_without_the_token_is_refused_too(
        self, anna: Client, paper: str, method: str
    ) -> None:
        # Section 6.4: to be the lock's creator is not enough, the token must be submitted.
        anna.lock(paper)

        assert change(anna, method, paper).status == 423

    def test_the_token_of_somebody_else_opens_nothing(
        self, anna: Client, jonas: Client, paper: str
    ) -> None:
        token = anna.lock(paper).token

        assert jonas.put(paper, b"x", If=f"(<{token}>)").status == 423
        assert jonas.request("LOCK", paper, If=f"(<{token}>)").status == 412
        assert jonas.unlock(paper, token).status == 403

    @pytest.mark.parametrize("method", ["PUT", "DELETE", "MOVE", "PROPPATCH"])
    def test_the_token_opens_it(self, anna: Client, paper: str, method: str) -> None:
        token = anna.lock(paper).token

        assert change(anna, method, paper, If=f"(<{token}>)").status in {201, 204, 207}

    def test_reading_needs_no_token(self, anna: Client, jonas: Client, paper: str) -> None:
        anna.lock(paper)

        assert jonas.get(paper).body == b"first"
        assert jonas.copy(paper, "/Home/Kopie.docx").status == 201

    def test_another_device_of_the_holder_may_use_the_token(
        self, office: SampleOffice, anna: Client, paper: str
    ) -> None:
        token = anna.lock(paper).token

        assert office.device("anna", "Handy").put(paper, b"x", If=f"(<{token}>)").status == 204

    def test_the_lock_root_in_a_home_is_the_way_its_owner_knows(self, anna: Client) -> None:
        anna.put("/Home/a.txt")
        anna.lock("/Home/a.txt")

        reply = anna.put("/Home/a.txt", b"y")

        assert reply.xml.findtext(".//{DAV:}href") == "/files/Home/a.txt"


class TestShared:
    def test_many_may_hold_one_and_none_exclusive(
        self, anna: Client, jonas: Client, paper: str
    ) -> None:
        assert anna.lock(paper, "shared").status == 200
        shown = jonas.lock(paper, "shared")

        assert len(shown.xml.findall(f"{DISCOVERY}/{{DAV:}}activelock")) == 2
        assert jonas.lock(paper).status == 423

    def test_one_of_the_tokens_is_enough(
        self, anna: Client, jonas: Client, office: SampleOffice, paper: str
    ) -> None:
        mine = anna.lock(paper, "shared").token
        jonas.lock(paper, "shared")

        assert anna.put(paper, b"x", If=f"(<{mine}>)").status == 204
        assert office.person("vera").put(paper, b"x").status == 423


class TestCollections:
    def test_a_deep_lock_covers_what_is_below_and_what_comes(
        self, anna: Client, jonas: Client, estate: str
    ) -> None:
        token = anna.lock(f"{estate}/Fotos", Depth="infinity").token

        assert jonas.put(f"{estate}/Fotos/neu.jpg").status == 423
        assert anna.put(f"{estate}/Fotos/neu.jpg", b"x", If=f"(<{token}>)").status == 201
        assert tokens(jonas.propfind(f"{estate}/Fotos/neu.jpg", DISCOVERY)) == [token]

    def test_depth_is_infinity_unless_told(self, anna: Client, jonas: Client, estate: str) -> None:
        body = b'<D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope>'
        body += b"<D:locktype><D:write/></D:locktype></D:lockinfo>"

        assert anna.request("LOCK", f"{estate}/Fotos", body).status == 200
        assert jonas.put(f"{estate}/Fotos/neu.jpg").status == 423

    def test_a_shallow_lock_guards_the_members_but_not_their_content(
        self, anna: Client, jonas: Client, estate: str
    ) -> None:
        # Section 7.4: names may not come, go or change; a member's content may.
        anna.put(f"{estate}/Fotos/a.jpg")
        token = anna.lock(f"{estate}/Fotos").token

        assert jonas.put(f"{estate}/Fotos/neu.jpg").status == 423
        assert jonas.request("DELETE", f"{estate}/Fotos/a.jpg").status == 423
        assert jonas.move(f"{estate}/Fotos/a.jpg", f"{estate}/a.jpg").status == 423
        assert jonas.put(f"{estate}/Fotos/a.jpg", b"new").status == 204
        header = f"<{url(f'{estate}/Fotos')}> (<{token}>)"
        assert anna.put(f"{estate}/Fotos/neu.jpg", b"x", If=header).status == 201

    def test_a_deep_lock_meets_a_lock_below(
        self, anna: Client, jonas: Client, estate: str, paper: str
    ) -> None:
        anna.lock(paper)

        reply = jonas.lock(estate, Depth="infinity")

        assert reply.status == 423
        assert reply.xml.findtext(".//{DAV:}no-conflicting-lock/{DAV:}href") == path_of(paper)
        assert jonas.lock(estate).status == 200

    def test_a_folder_with_a_locked_document_stays(
        self, anna: Client, jonas: Client, estate: str
    ) -> None:
        anna.put(f"{estate}/Fotos/a.jpg")
        anna.lock(f"{estate}/Fotos/a.jpg")

        assert jonas.request("DELETE", f"{estate}/Fotos").status == 423
        assert anna.get(f"{estate}/Fotos/a.jpg").status == 200

    def test_depth_1_is_no_depth_of_a_lock(self, anna: Client, paper: str) -> None:
        assert anna.lock(paper, Depth="1").status == 400


class TestUnmapped:
    def test_locking_a_free_name_makes_an_empty_document(self, anna: Client) -> None:
        # Section 7.3, and what Finder and Office do before they save.
        reply = anna.lock("/Home/neu.docx")

        assert reply.status == 201
        assert reply.note.act is Act.LOCKED
        assert anna.get("/Home/neu.docx").body == b""
        assert anna.put("/Home/neu.docx", b"x", If=f"(<{reply.token}>)").status == 204

    def test_without_a_parent_it_is_409(self, anna: Client) -> None:
        assert anna.lock("/Home/nirgends/neu.docx").status == 409

    def test_a_name_windows_cannot_hold_is_refused(self, anna: Client) -> None:
        assert anna.lock("/Home/a:b").status == 403


class TestTime:
    def test_a_refresh_keeps_the_token(
        self, office: SampleOffice, anna: Client, jonas: Client, paper: str
    ) -> None:
        token = anna.lock(paper, Timeout="Second-60").token
        office.clock.advance(50)

        reply = anna.request("LOCK", paper, If=f"(<{token}>)", Timeout="Second-60")
        office.clock.advance(50)

        assert reply.status == 200
        assert "lock-token" not in reply.headers  # section 9.10.2
        assert reply.note.act is None
        assert jonas.put(paper).status == 423
        assert tokens(anna.propfind(paper, DISCOVERY)) == [token]

    def test_a_refresh_of_a_deep_lock_may_name_what_is_below(
        self, anna: Client, estate: str, paper: str
    ) -> None:
        token = anna.lock(estate, Depth="infinity").token

        reply = anna.request("LOCK", paper, If=f"(<{token}>)")

        assert reply.status == 200
        root = reply.xml.findtext(".//{DAV:}lockroot/{DAV:}href")
        assert str(root).endswith("/4711%20Lindenallee%203/")

    def test_a_stale_lock_is_shown_no_more_but_still_its_holders(
        self, office: SampleOffice, anna: Client, paper: str
    ) -> None:
        token = anna.lock(paper, Timeout="Second-60").token
        office.clock.advance(3600)

        assert tokens(anna.propfind(paper, DISCOVERY)) == []
        assert anna.put(paper, b"after lunch", If=f"(<{token}>)").status == 204

    @pytest.mark.parametrize("method", ["PUT", "LOCK", "PROPPATCH"])
    def test_whoever_asks_next_takes_it_over(
        self, office: SampleOffice, anna: Client, jonas: Client, paper: str, method: str
    ) -> None:
        token = anna.lock(paper, Timeout="Second-60").token
        office.clock.advance(61)

        assert change(jonas, method, paper).status in {200, 204, 207}
        assert anna.put(paper, b"too late", If=f"(<{token}>)").status in {412, 423}

    def test_an_endless_wish_is_cut_to_the_longest(
        self, office: SampleOffice, anna: Client, paper: str
    ) -> None:
        reply = anna.lock(paper, Timeout="Infinite, Second-4100000000")

        longest = office.settings.locks.max_seconds
        assert reply.xml.findtext(".//{DAV:}timeout") == f"Second-{longest}"


class TestUnlock:
    def test_it_frees(self, anna: Client, jonas: Client, paper: str) -> None:
        token = anna.lock(paper).token

        assert anna.unlock(paper, token).status == 204
        assert jonas.put(paper).status == 204

    def test_a_deep_lock_may_be_named_from_below(
        self, anna: Client, estate: str, paper: str
    ) -> None:
        # Section 9.11: the Request-URI is any resource in the scope of the lock.
        token = anna.lock(estate, Depth="infinity").token

        assert anna.unlock(paper, token).status == 204
        assert tokens(anna.propfind(estate, DISCOVERY)) == []

    def test_a_token_of_elsewhere_is_409(self, anna: Client, paper: str) -> None:
        anna.put("/Home/a.txt")
        token = anna.lock("/Home/a.txt").token

        reply = anna.unlock(paper, token)

        assert reply.status == 409
        assert "lock-token-matches-request-uri" in reply.conditions

    def test_without_the_header_it_is_400(self, anna: Client, paper: str) -> None:
        assert anna.request("UNLOCK", paper).status == 400


class TestMoving:
    def test_a_lock_does_not_move_along(self, anna: Client, estate: str, paper: str) -> None:
        # Section 7.5.
        token = anna.lock(paper).token

        assert anna.move(paper, f"{estate}/Neu.docx", If=f"(<{token}>)").status == 201
        assert tokens(anna.propfind(f"{estate}/Neu.docx", DISCOVERY)) == []

    def test_a_copy_is_not_locked(self, anna: Client, estate: str, paper: str) -> None:
        anna.lock(paper)

        anna.copy(paper, f"{estate}/Neu.docx")

        assert tokens(anna.propfind(f"{estate}/Neu.docx", DISCOVERY)) == []

    def test_a_locked_document_keeps_its_lock_under_a_copy_onto_it(
        self, anna: Client, estate: str, paper: str
    ) -> None:
        anna.put(f"{estate}/Neu.docx", b"second")
        token = anna.lock(paper).token
        header = f"<{url(paper)}> (<{token}>)"

        assert anna.copy(f"{estate}/Neu.docx", paper, If=header).status == 204
        assert tokens(anna.propfind(paper, DISCOVERY)) == [token]

    def test_what_is_moved_under_a_deep_lock_joins_it(
        self, anna: Client, estate: str, paper: str
    ) -> None:
        token = anna.lock(f"{estate}/Fotos", Depth="infinity").token
        header = f"<{url(f'{estate}/Fotos')}> (<{token}>)"

        assert anna.move(paper, f"{estate}/Fotos/Vertrag.docx", If=header).status == 201
        assert tokens(anna.propfind(f"{estate}/Fotos/Vertrag.docx", DISCOVERY)) == [token]


def test_the_listing_of_the_top_shows_locks_on_the_roots(anna: Client) -> None:
    token = anna.lock("/Home").token

    assert tokens(anna.propfind("/", DISCOVERY, Depth="1"), "/files/Home/") == [token]


def test_times_may_be_set_without_the_token_of_ones_own_lock(anna: Client, paper: str) -> None:
    # Office and Explorer send PROPPATCH of Win32 times while they hold the lock.
    anna.lock(paper)
    body = (
        b'<D:propertyupdate xmlns:D="DAV:" xmlns:Z="urn:schemas-microsoft-com:"><D:set><D:prop>'
        b"<Z:Win32LastModifiedTime>Sun, 06 Nov 1994 08:49:37 GMT</Z:Win32LastModifiedTime>"
        b"</D:prop></D:set></D:propertyupdate>"
    )

    assert anna.request("PROPPATCH", paper, body).status == 207
    assert anna.get(paper).headers["last-modified"] == "Sun, 06 Nov 1994 08:49:37 GMT"


@pytest.mark.parametrize(
    "body",
    [
        b"<D:lockinfo xmlns:D='DAV:'/>",
        b"<no/>",
        (
            b"<D:lockinfo xmlns:D='DAV:'><D:lockscope><D:exclusive/><D:shared/></D:lockscope>"
            b"<D:locktype><D:write/></D:locktype></D:lockinfo>"
        ),
    ],
)
def test_a_lockinfo_that_says_nothing_is_400(anna: Client, paper: str, body: bytes) -> None:
    assert anna.request("LOCK", paper, body).status == 400


def path_of(path: str) -> str:
    return url(path).partition("office.example")[2]


def change(client: Client, method: str, path: str, /, **headers: str) -> Reply:
    """A change of this kind to the document at *path*."""
    match method:
        case "PUT":
            return client.put(path, b"changed", **headers)
        case "MOVE":
            return client.move(path, "/Home/weg.docx", **headers)
        case "LOCK":
            return client.lock(path, **headers)
        case "PROPPATCH":
            body = b'<D:propertyupdate xmlns:D="DAV:"><D:set><D:prop><x xmlns="urn:x"/></D:prop>'
            return client.request(method, path, body + b"</D:set></D:propertyupdate>", **headers)
        case _:
            return client.request(method, path, b"", **headers)
