"""What macOS scatters beside every file (``._name``, ``.DS_Store``): taken, and dropped.

Refusing it makes Finder give a whole copy up; keeping it litters customers' folders. So a write
succeeds, and a look finds nothing.
"""

import uuid

from dav_providers.documents.properties import active_lock
from dav_providers.documents.request import DocumentRequest, href
from dav_providers.multistatus.answers import Answer
from dav_providers.multistatus.writer import (
    CONTENT_TYPE,
    document,
    element,
    response,
    xml_document,
)
from office.errors import NotFoundError
from storage.locks import LockRow
from wire.bodies import AnnouncedBody

_LOCK_SECONDS = 600


def swallows(name: str) -> bool:
    """Whether a document of this name is taken and dropped."""
    return name.startswith("._") or name == ".DS_Store"


def answer(request: DocumentRequest) -> Answer:
    """Say yes to a write and keep nothing; for a look there is nothing."""
    empty = [("Content-Length", "0")]
    match request.method:
        case "PUT":
            body = AnnouncedBody.from_environ(request.environ)
            while body.read():
                pass
            return Answer(201, empty)
        case "LOCK":
            return _lock(request)
        case "UNLOCK" | "DELETE":
            return Answer(204, empty)
        case "PROPPATCH":
            where = href(request.names, is_collection=False)
            text = document([response(where)])
            return Answer(
                207, [("Content-Type", CONTENT_TYPE), ("Content-Length", str(len(text)))], [text]
            )
        case _:
            raise NotFoundError("There is nothing here.")


def _lock(request: DocumentRequest) -> Answer:
    token = f"opaquelocktoken:{uuid.uuid4()}"
    lock = LockRow(
        token=token,
        node_id=0,
        is_exclusive=True,
        is_deep=False,
        owner_xml=b"",
        user_id=request.who.user_id,
        device_id=request.who.device_id,
        timeout_seconds=_LOCK_SECONDS,
        created_us=request.now_us,
        expires_us=request.now_us + _LOCK_SECONDS * 1_000_000,
        user_name=request.who.user_name,
        device_label=request.who.device_label,
    )
    active = active_lock(lock, href(request.names, is_collection=False), request.now_us)
    body = xml_document("{DAV:}prop", element("{DAV:}lockdiscovery", active))
    return Answer(
        200,
        [
            ("Content-Type", CONTENT_TYPE),
            ("Content-Length", str(len(body))),
            ("Lock-Token", f"<{token}>"),
        ],
        [body],
    )
