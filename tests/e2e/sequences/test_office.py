"""Microsoft Office that opens a document by its address, and what its locks do to colleagues."""

import pytest

from tests.e2e.dav_client import Client
from tests.e2e.http_client import until
from tests.e2e.offices import MakeClient
from tests.e2e.sequences.test_explorer import WIN32_TIMES
from tests.e2e.server_process import Device

DISCOVERY = "Microsoft Office Protocol Discovery"
EXISTENCE = "Microsoft Office Existence Discovery"
WORD = "Microsoft Office Word 2014"
LOCK_BODY = (
    b'<?xml version="1.0" encoding="utf-8" ?><D:lockinfo xmlns:D="DAV:"><D:lockscope>'
    b"<D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype><D:owner>"
    b"<D:href>Anna Berg</D:href></D:owner></D:lockinfo>"
)
ALWAYS = {"X_Office_Major_Version": "16", "X_IDCRL_ACCEPTED": "t", "Translate": "f"}


@pytest.fixture
def word(make_client: MakeClient, anna: Device) -> Client:
    return make_client(WORD, anna, **ALWAYS)


@pytest.fixture
def letter(word: Client, folder: str) -> str:
    """The path of a document that is there."""
    path = f"{folder}/Expos%C3%A9.docx"
    assert word("PUT", path, b"PK first").status == 201
    return path


def _parents(path: str) -> list[str]:
    names = path.strip("/").split("/")[:-1]
    return ["/" + "".join(f"{name}/" for name in names[:depth]) for depth in range(len(names) + 1)]


class TestDiscovery:
    @pytest.mark.parametrize("authorization", [None, "Bearer", "Bearer "])
    def test_it_may_ask_folders_and_parents_without_signing_in(
        self, make_client: MakeClient, letter: str, authorization: str | None
    ) -> None:
        discovery = make_client(DISCOVERY, **ALWAYS)
        discovery.authorization = authorization

        for path in _parents(letter):
            options, head = discovery("OPTIONS", path), discovery("HEAD", path)

            assert (options.status, head.status) == (200, 200), path
            assert "2" in options.headers["dav"].split(", ")
            assert options.headers["ms-author-via"] == "DAV"
            assert "LOCK" in options.headers["allow"]

    @pytest.mark.parametrize("authorization", [None, "Bearer"])
    def test_it_may_ask_whether_a_document_exists(
        self, make_client: MakeClient, letter: str, authorization: str | None
    ) -> None:
        existence = make_client(EXISTENCE, **ALWAYS)
        existence.authorization = authorization

        assert existence("HEAD", letter).status == 200

    def test_a_stranger_learns_nothing_by_asking(
        self, make_client: MakeClient, letter: str
    ) -> None:
        existence = make_client(EXISTENCE, **ALWAYS)

        there, nowhere = existence("HEAD", letter), existence("HEAD", letter + "x")

        assert there.status == nowhere.status
        assert there.headers.keys() == nowhere.headers.keys()
        assert "etag" not in there.headers

    def test_reading_wants_credentials(self, make_client: MakeClient, letter: str) -> None:
        refused = make_client(WORD, **ALWAYS)("GET", letter)

        assert refused.status == 401
        assert refused.headers["www-authenticate"].startswith("Basic realm=")
        assert b"PK" not in refused.body

    def test_other_programs_are_asked_to_sign_in_at_once(
        self, make_client: MakeClient, letter: str
    ) -> None:
        # Apple's clients take an OPTIONS that is answered without credentials for a failure.
        assert make_client("iOS/18.5 (22F76) dataaccessd/1.0")("OPTIONS", letter).status == 401


class TestEditing:
    def test_a_document_is_opened_saved_and_closed(self, word: Client, letter: str) -> None:
        probed = word("HEAD", letter)
        assert (probed.status, probed.headers["content-length"]) == (200, "8")
        assert word("GET", letter).body == b"PK first"

        locked = word("LOCK", letter, LOCK_BODY, Depth="0", Timeout="Second-3600")
        assert locked.status == 200
        assert locked.active_lock[1:] == ("0", "Second-3600")
        token = locked.lock_token
        for _ in range(2):
            again = word("LOCK", letter, If=f"(<{token}>)", Timeout="Second-3600")
            assert again.status == 200
            assert again.active_lock[0] == token
        saved = word("PUT", letter, b"PK second", If=f"(<{token}>)")
        assert saved.status == 204
        assert saved.headers["etag"] != probed.headers["etag"]
        assert len(word("PROPPATCH", letter, WIN32_TIMES).members[letter].found) == 4
        assert word("UNLOCK", letter, Lock_Token=f"<{token}>").status == 204

        assert word("GET", letter).body == b"PK second"
        after = word("HEAD", letter)
        assert after.headers["last-modified"] == "Wed, 04 Feb 2026 16:45:10 GMT"

    def test_the_lock_is_seen_by_a_colleague(
        self, word: Client, make_client: MakeClient, jonas: Device, letter: str
    ) -> None:
        token = word("LOCK", letter, LOCK_BODY, Depth="0", Timeout="Second-3600").lock_token
        other = make_client(WORD, jonas, **ALWAYS)

        refused = other("LOCK", letter, LOCK_BODY, Depth="0", Timeout="Second-3600")

        assert refused.status == 423
        assert b"no-conflicting-lock" in refused.body
        assert b"anna" in refused.body
        assert other("GET", letter).body == b"PK first"
        assert word("UNLOCK", letter, Lock_Token=f"<{token}>").status == 204
        assert other("LOCK", letter, LOCK_BODY, Depth="0", Timeout="Second-60").status == 200

    def test_a_new_document_is_made_by_its_lock(self, word: Client, folder: str) -> None:
        path = f"{folder}/Neu.docx"

        locked = word("LOCK", path, LOCK_BODY, Depth="0", Timeout="Second-3600")

        assert locked.status == 201
        token = locked.lock_token
        assert word("HEAD", path).headers["content-length"] == "0"
        assert word("PUT", path, b"PK", If=f"(<{token}>)").status == 204
        assert word("UNLOCK", path, Lock_Token=f"<{token}>").status == 204
        assert word("GET", path).body == b"PK"

    def test_the_owner_file_comes_and_goes(self, word: Client, folder: str) -> None:
        path = f"{folder}/~$xpos%C3%A9.docx"

        token = word("LOCK", path, LOCK_BODY, Depth="0", Timeout="Second-3600").lock_token
        assert word("PUT", path, b"\x09Anna Berg", If=f"(<{token}>)").status == 204
        assert word("UNLOCK", path, Lock_Token=f"<{token}>").status == 204
        assert word("GET", path).body == b"\x09Anna Berg"
        assert word("DELETE", path).status == 204
        assert word("HEAD", path).status == 404


class TestLapsedLock:
    """Lunch, or a laptop that slept: the lock's time is over, the program still holds it."""

    @pytest.fixture
    def token(self, word: Client, letter: str) -> str:
        token = word("LOCK", letter, LOCK_BODY, Depth="0", Timeout="Second-1").lock_token
        until(lambda: b"opaquelocktoken" not in word("PROPFIND", letter, b"", Depth="0").body)
        return token

    def test_who_returns_may_still_save(self, word: Client, letter: str, token: str) -> None:
        assert word("PUT", letter, b"PK after lunch", If=f"(<{token}>)").status == 204

        again = word("LOCK", letter, If=f"(<{token}>)", Timeout="Second-3600")
        assert again.active_lock[0] == token
        assert word("UNLOCK", letter, Lock_Token=f"<{token}>").status == 204

    def test_whoever_asks_next_takes_it_over(
        self, word: Client, make_client: MakeClient, jonas: Device, letter: str, token: str
    ) -> None:
        other = make_client(WORD, jonas, **ALWAYS)
        taken = other("LOCK", letter, LOCK_BODY, Depth="0", Timeout="Second-3600")
        assert taken.status == 200
        assert other("PUT", letter, b"PK jonas", If=f"(<{taken.lock_token}>)").status == 204

        late = word("PUT", letter, b"PK anna", If=f"(<{token}>)")

        assert late.status in {412, 423}
        assert word("LOCK", letter, If=f"(<{token}>)").status in {412, 423}
        assert word("GET", letter).body == b"PK jonas"

    def test_whoever_writes_ends_it(
        self, word: Client, make_client: MakeClient, jonas: Device, letter: str, token: str
    ) -> None:
        assert make_client("curl/8", jonas)("PUT", letter, b"PK jonas").status == 204

        assert word("PUT", letter, b"PK anna", If=f"(<{token}>)").status in {412, 423}
        assert word("GET", letter).body == b"PK jonas"
