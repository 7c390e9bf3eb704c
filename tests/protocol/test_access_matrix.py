"""The rights matrix: user x block x place x method, against a table written by hand.

What may be done is said here a second time, independently of ``office.access``. Every request
runs in a transaction that is given up, so that each one meets the same office. Every door joins
here.
"""

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from auth.errors import CredentialsError
from dav_providers.documents.options import METHODS
from office.tracking import Act
from tests.documents_door import Client, Reply, SampleOffice, url
from tests.forgetful import ForgetfulStore, forgetful_store
from tests.rights_office import (
    ADMINISTRATOR,
    DOCUMENT,
    ELSEWHERE,
    ESTATE,
    FOLDER,
    GROUPS,
    MANAGER,
    NOTE,
    PUBLISHED,
    READER,
    RELEASE,
    RESOURCE,
    STAFF,
    rights_office,
)

EDITORS = frozenset({ADMINISTRATOR, STAFF})
ADMINISTRATORS = frozenset({ADMINISTRATOR})
NOBODY: frozenset[str] = frozenset()

FOREIGN = "/jonas/Tagebuch.txt"
UNHEARD = "/walter/Tagebuch.txt"


class Place(NamedTuple):
    """A place and who may change it.

    Attributes:
        path: Below ``/files``.
        writers: May change its content or its properties, and lock it.
        adders: May put a new document into it.
        founders: May make a folder in it.
        removers: May delete it or carry it off.
        is_document: It holds bytes.
    """

    path: str
    writers: frozenset[str]
    adders: frozenset[str] = NOBODY
    founders: frozenset[str] = NOBODY
    removers: frozenset[str] = NOBODY
    is_document: bool = False


PLACES = (
    Place("/", NOBODY),
    Place("/Objekte", EDITORS, founders=EDITORS),
    Place(ESTATE, EDITORS, EDITORS, EDITORS),
    Place(RELEASE, EDITORS, EDITORS, EDITORS),
    Place(PUBLISHED, EDITORS, removers=EDITORS, is_document=True),
    Place(FOLDER, EDITORS, EDITORS, EDITORS, removers=EDITORS),
    Place(DOCUMENT, EDITORS, removers=EDITORS, is_document=True),
    Place(ELSEWHERE, EDITORS, EDITORS, EDITORS),
    Place("/Ressourcen", ADMINISTRATORS, ADMINISTRATORS, ADMINISTRATORS),
    Place(RESOURCE, ADMINISTRATORS, removers=ADMINISTRATORS, is_document=True),
    Place("/Adressen", NOBODY),
    Place("/Home", EDITORS, EDITORS, EDITORS),
    Place(NOTE, EDITORS, removers=EDITORS, is_document=True),
)

BLOCKS = {
    "none": None,
    "on it": FOLDER,
    "above it": ESTATE,
    "far above it": "/Objekte",
    "elsewhere": ELSEWHERE,
}
SECRETS = {
    FOLDER: ("Dachboden", "Balken"),
    ESTATE: ("Lindenallee", "Lageplan", "Dachboden", "Balken"),
    "/Objekte": ("Objekte", "Lindenallee", "Marktplatz", "Balken"),
    ELSEWHERE: ("Marktplatz",),
}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def filled(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SampleOffice]:
    """One office for all of the matrix: no request on it leaves anything."""
    with forgetful_store(request, tmp_path_factory) as (store, folder):
        yield rights_office(store, folder)


@pytest.fixture
def office(filled: SampleOffice) -> Iterator[SampleOffice]:
    """The office; blocks end with the test."""
    yield filled
    assert isinstance(filled.store, ForgetfulStore)
    filled.store.is_forgetful = False
    with filled.store.write() as unit:
        unit.execute("DELETE FROM block")
        unit.execute("UPDATE person SET state = 'active'")


PROPPATCH = (
    b'<D:propertyupdate xmlns:D="DAV:"><D:set><D:prop><x xmlns="urn:x">1</x></D:prop></D:set>'
    b"</D:propertyupdate>"
)

SYNC = (
    b'<D:sync-collection xmlns:D="DAV:"><D:sync-token/><D:sync-level>1</D:sync-level><D:prop>'
    b"<D:displayname/><D:acl/></D:prop></D:sync-collection>"
)
EXPAND = (
    b'<D:expand-property xmlns:D="DAV:"><D:property name="displayname"/><D:property name="owner">'
    b'<D:property name="displayname"/></D:property></D:expand-property>'
)
ACL_PRINCIPALS = (
    b'<D:acl-principal-prop-set xmlns:D="DAV:"><D:prop><D:displayname/></D:prop>'
    b"</D:acl-principal-prop-set>"
)


def send(client: Client, method: str, path: str) -> Reply:
    """One request of this method on *path*, which would succeed if it were allowed."""
    match method:
        case "COPY" | "MOVE":
            return client.request(method, path, Destination=url("/Home/Neu"))
        case "LOCK":
            return client.lock(path)
        case "UNLOCK":
            return client.unlock(path, "opaquelocktoken:0")
        case "PROPPATCH":
            return client.request(method, path, PROPPATCH)
        case "PROPFIND":
            return client.propfind(path, Depth="1")
        case "PUT":
            return client.put(path, b"new bytes")
        case "REPORT":
            return client.request(method, path, SYNC, Depth="0")
        case _:
            return client.request(method, path)


ALWAYS = {"OPTIONS": 200, "GET": 200, "HEAD": 200, "PROPFIND": 207, "UNLOCK": 409, "MKCOL": 405}
"""What needs no right: looking, an unknown token, making what is there."""
MAKING = frozenset({"PUT", "MKCOL", "LOCK"})
"""What makes something where nothing is."""
DONE = {"PROPPATCH": 207, "LOCK": 200, "PUT": 204, "DELETE": 204, "COPY": 201, "MOVE": 201}


def expected(user: str, method: str, place: Place) -> int:
    """The status that the office's rules give where nothing is blocked."""
    if method == "REPORT":
        return 403 if place.is_document else 207
    if method in ALWAYS:
        return ALWAYS[method]
    if method == "PUT" and not place.is_document:
        return 405
    # Whoever may read it may copy it to a Home that they may fill; neither into itself.
    copiers = NOBODY if place.path in {"/", "/Home"} else EDITORS
    needed = {"DELETE": place.removers, "MOVE": place.removers, "COPY": copiers}
    return DONE[method] if user in needed.get(method, place.writers) else 403


def lies_in(path: str, block: str | None) -> bool:
    return block is not None and f"{path}/".startswith(f"{block}/")


@pytest.mark.parametrize("block", BLOCKS)
@pytest.mark.parametrize("user", GROUPS)
class TestMatrix:
    def test_every_method_on_every_place(
        self, office: SampleOffice, user: str, block: str
    ) -> None:
        client = _blocked(office, user, BLOCKS[block])

        wrong = []
        for place in PLACES:
            hidden = lies_in(place.path, BLOCKS[block])
            # Nobody carries off what holds something that they may not see.
            stays = lies_in(BLOCKS[block] or "/", place.path)
            for method in METHODS:
                status = send(client, method, place.path).status
                wanted = expected(user, method, place)
                if hidden and method != "OPTIONS":
                    # A name in a folder that is not there is no place to make anything.
                    is_below = place.path != BLOCKS[block]
                    wanted = 409 if is_below and method in MAKING else 404
                elif stays and method in {"DELETE", "MOVE"}:
                    wanted = 403
                if status != wanted:
                    wrong.append((method, place.path, status, wanted))

        assert wrong == []

    def test_new_members(self, office: SampleOffice, user: str, block: str) -> None:
        client = _blocked(office, user, BLOCKS[block])

        wrong = []
        for place in PLACES:
            new = f"{place.path.rstrip('/')}/99 Neu"
            statuses = {
                "PUT": client.put(new).status,
                "LOCK": client.lock(new).status,
                "COPY": client.copy(NOTE, new).status,
                "MOVE": client.move(NOTE, new).status,
                "MKCOL": client.request("MKCOL", new).status,
            }
            for method, status in statuses.items():
                allowed = place.founders if method == "MKCOL" else place.adders
                wanted = 201 if user in allowed else 403
                if place.is_document or lies_in(place.path, BLOCKS[block]):
                    wanted = 409
                    # The right to take the note away is asked for first.
                    if method == "MOVE" and user not in EDITORS:
                        wanted = 403
                if status != wanted:
                    wrong.append((method, new, status, wanted))

        assert wrong == []

    def test_names_and_bytes_of_a_blocked_place_are_in_no_answer(
        self, office: SampleOffice, user: str, block: str
    ) -> None:
        secrets = SECRETS.get(BLOCKS[block] or "", ())
        client = _blocked(office, user, BLOCKS[block])

        told = [
            (method, place.path, secret)
            for place in PLACES
            if not lies_in(place.path, BLOCKS[block])
            for method in METHODS
            for text in [_everything(send(client, method, place.path), place.path)]
            for secret in secrets
            if secret in text
        ]

        assert told == []


@pytest.mark.parametrize("block", BLOCKS)
@pytest.mark.parametrize("user", GROUPS)
@pytest.mark.parametrize("body", [SYNC, EXPAND, ACL_PRINCIPALS])
def test_every_report_on_every_place(
    office: SampleOffice, user: str, block: str, body: bytes
) -> None:
    secrets = SECRETS.get(BLOCKS[block] or "", ())
    client = _blocked(office, user, BLOCKS[block])

    wrong, told = [], []
    for place in PLACES:
        reply = client.request("REPORT", place.path, body, Depth="0")
        hidden = lies_in(place.path, BLOCKS[block])
        wanted = 404 if hidden else 403 if body is SYNC and place.is_document else 207
        if reply.status != wanted:
            wrong.append((place.path, reply.status, wanted))
        if not hidden:
            text = _everything(reply, place.path)
            told += [(place.path, secret) for secret in secrets if secret in text]

    assert (wrong, told) == ([], [])


def _blocked(office: SampleOffice, user: str, path: str | None) -> Client:
    """The user with that place closed to them; from now on nothing is kept."""
    if path is not None:
        office.block(user, path)
    assert isinstance(office.store, ForgetfulStore)
    office.store.is_forgetful = True
    return office.clients[user]


def _everything(reply: Reply, asked: str) -> str:
    """All that a client gets, without the path it asked for itself."""
    text = f"{dict(reply.headers)} {reply.body!r} {reply.note.target_path}"
    return text.replace(url(asked).partition("/files")[2], "")


@pytest.mark.parametrize("where", [FOLDER, ESTATE])
@pytest.mark.parametrize("method", [each for each in METHODS if each != "OPTIONS"])
def test_a_blocked_place_answers_like_one_that_is_not_there(
    office: SampleOffice, method: str, where: str
) -> None:
    anna = _blocked(office, STAFF, where)

    blocked = send(anna, method, f"{where}/Innen/Akte.txt")
    missing = send(anna, method, "/Home/Nirgends/Innen/Akte.txt")

    assert (blocked.status, blocked.headers, blocked.body) == (
        missing.status,
        missing.headers,
        missing.body,
    )


@pytest.mark.parametrize("method", METHODS)
def test_another_home_answers_like_a_name_nobody_has(office: SampleOffice, method: str) -> None:
    anna = office.clients[STAFF]

    guessed, unheard = (send(anna, method, path) for path in (FOREIGN, UNHEARD))

    assert guessed.status == unheard.status
    assert guessed.headers == unheard.headers
    assert guessed.body.replace(b"jonas", b"walter") == unheard.body


@pytest.mark.parametrize("method", METHODS)
def test_a_block_that_held_is_told_to_the_journal(office: SampleOffice, method: str) -> None:
    anna = _blocked(office, STAFF, FOLDER)

    note = send(anna, method, DOCUMENT).note

    if method != "OPTIONS":
        assert note.act is Act.REFUSED
        assert note.path == DOCUMENT.strip("/")


@pytest.mark.parametrize("user", [STAFF, READER, MANAGER])
def test_somebody_blocked_as_a_whole_is_nobody(office: SampleOffice, user: str) -> None:
    office.block(user)

    with pytest.raises(CredentialsError):
        office.clients[user].get("/")


def test_listings_show_the_same_privileges_as_the_folder_itself(office: SampleOffice) -> None:
    name = "{DAV:}current-user-privilege-set"
    for user in GROUPS:
        client = office.clients[user]
        listing = client.propfind("/", name, "{DAV:}supportedlock", Depth="1")
        for href in listing.hrefs[1:]:
            alone = client.propfind(href.removeprefix("/files"), name, "{DAV:}supportedlock")

            assert _shown(listing, href) == _shown(alone, href)


def _shown(reply: Reply, href: str) -> list[str]:
    return [str(each.tag) for found in reply.found(href).values() for each in found.iter()]
