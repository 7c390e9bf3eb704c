"""POST of a new object to a collection, which names it (RFC 5995)."""

import uuid

from dav_providers.groupware import preconditions
from dav_providers.groupware.options import ALLOW
from dav_providers.groupware.put import describe, received, saved
from dav_providers.groupware.request import GroupwareRequest, collection_href
from dav_providers.multistatus.answers import Answer, RefusedError
from office import collections, horizons, item_store
from office.collections import Kind
from office.errors import NotFoundError
from office.horizons import Change
from storage.collections import CollectionRow


def answer(request: GroupwareRequest) -> Answer:
    """Store an object under a name of the server's: 201 with its Location."""
    request.demand_own_home()
    collection = _collection(request)
    read = received(request, collection)
    suffix = "vcf" if collection.kind == Kind.ADDRESSBOOK else "ics"
    name = f"{uuid.uuid4()}.{suffix}"
    with request.change() as work:
        [held] = collections.hold(work, collection.name)
        if held.id != collection.id:
            raise NotFoundError("There is nothing here.")
        preconditions.check_collection(request, work.unit, exists=True)
        stored = item_store.put(work, held, None, name, read.content)
        describe(request, stored)
        if not read.was_changed:
            own = Change(name, stored.modseq)
            request.note.knowledge = horizons.fetched(held, (own,))
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
