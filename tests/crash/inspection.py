"""Reading a folder back after a crash, and using what is in it."""

import hashlib
from random import Random
from urllib.parse import quote, unquote

from tests.crash.document_hands import EMPTY_SHA256, LOCK_BODY, NOTE
from tests.crash.ledger import Entry, Names, State
from tests.e2e.dav_client import DAV, Client, Member

_LISTING = (
    b'<D:propfind xmlns:D="DAV:" xmlns:N="urn:example:crash"><D:prop><D:resourcetype/>'
    b"<D:getetag/><D:getcontentlength/><D:lockdiscovery/><N:note/></D:prop></D:propfind>"
)
_USED_LOCKS = 3


def read_state(client: Client, folder: str) -> dict[Names, Entry]:
    """Everything below *folder*: listed, and each document's bytes read and hashed.

    Raises:
        AssertionError: Listing and bytes do not say the same.
    """
    found: dict[Names, Entry] = {}
    _read_folder(client, folder, (), found)
    return found


def _read_folder(client: Client, folder: str, names: Names, found: dict[Names, Entry]) -> None:
    href = "/".join([folder, *map(quote, names)]) + "/"
    members = client("PROPFIND", href, _LISTING, Depth="1").members
    assert href in members
    for each in (member for key, member in members.items() if key != href):
        inside = (*names, unquote(each.href.removeprefix(href).rstrip("/")))
        if each.is_collection:
            found[inside] = Entry(None, note=_note(each))
            _read_folder(client, folder, inside, found)
        else:
            found[inside] = _document(client, each)


def _document(client: Client, member: Member) -> Entry:
    heard = client("GET", member.href)
    assert heard.status == 200, (member.href, heard.status)
    sha256 = hashlib.sha256(heard.body).hexdigest()
    assert heard.headers["content-length"] == member.text("getcontentlength")
    assert len(heard.body) == int(heard.headers["content-length"])
    assert heard.headers["etag"] == member.text("getetag")
    if sha256 != EMPTY_SHA256:
        assert heard.headers["etag"] == f'"{sha256[:32]}"', member.href
    lock = member.found[f"{DAV}lockdiscovery"].findtext(
        f"{DAV}activelock/{DAV}locktoken/{DAV}href"
    )
    return Entry(sha256, len(heard.body), _note(member), lock)


def _note(member: Member) -> str | None:
    element = member.found.get(NOTE)
    return None if element is None else element.text


def use(client: Client, folder: str, state: State, random: Random) -> None:
    """Show that locks hold and open for their token, and that what is not locked can be saved.

    The folder is not what it was after this.
    """
    documents = {names: each for names, each in state.items() if each.sha256 is not None}
    locked = sorted(names for names, each in documents.items() if each.token)
    for names in random.sample(locked, min(_USED_LOCKS, len(locked))):
        _use_lock(client, _href(folder, names), str(documents[names].token))
    free = sorted(documents.keys() - set(locked))
    if free:
        href = _href(folder, random.choice(free))
        assert client("PUT", href, b"frei").status == 204
        assert client("GET", href).body == b"frei"
    assert client("PUT", _href(folder, ("Neu danach.txt",)), b"neu").status == 201


def _use_lock(client: Client, href: str, token: str) -> None:
    assert client("PUT", href, b"ohne").status == 423
    assert client("LOCK", href, LOCK_BODY, Depth="0").status == 423
    assert client("PUT", href, b"mit", If=f"(<{token}>)").status == 204
    assert client("GET", href).body == b"mit"
    assert client("LOCK", href, If=f"(<{token}>)").active_lock[0] == token
    assert client("UNLOCK", href, Lock_Token=f"<{token}>").status == 204
    assert client("PUT", href, b"danach").status == 204


def _href(folder: str, names: Names) -> str:
    return "/".join([folder, *map(quote, names)])
