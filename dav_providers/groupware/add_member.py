"""POST of a new object to a collection, which names it (RFC 5995)."""

import uuid

from dav_providers.groupware import outbox, preconditions
from dav_providers.groupware.options import ALLOW
from dav_providers.groupware.put import received, saved, store
from dav_providers.groupware.request import GroupwareRequest, collection_href
from dav_providers.multistatus.answers import Answer, RefusedError
from office import collections
from office.collections import Kind
from storage.collections import CollectionRow


def answer(request: GroupwareRequest) -> Answer:
    """Store an object under a name of the server's: 201 with its Location."""
    request.demand_own_home()
    collection = _collection(request)
    if collection.kind == Kind.OUTBOX:
        return outbox.answer(request)
    read = received(request, collection)
    suffix = "vcf" if collection.kind == Kind.ADDRESSBOOK else "ics"
    name = f"{uuid.uuid4()}.{suffix}"
    stored = store(
        request,
        collection,
        name,
        read,
        lambda unit, _item: preconditions.check_collection(request, unit, exists=True),
    )
    href = collection_href(request.who.user_name, collection) + name
    request.note.path = f"{request.note.path}/{name}"
    answer = saved(request, stored, read, href)
    answer.headers.append(("Location", href))
    return answer


def _collection(request: GroupwareRequest) -> CollectionRow:
    if not request.is_collection:
        raise RefusedError(
            405,
            "New objects are posted to calendars and address books.",
            headers=(("Allow", ALLOW),),
        )
    with request.services.store.read() as unit:
        return collections.find(unit, request.who, request.names[1])
