"""DELETE of objects and collections (RFC 4918 section 9.6)."""

from dav_providers.groupware import preconditions
from dav_providers.groupware.request import GroupwareRequest
from dav_providers.multistatus.answers import Answer
from office import collections, horizons, item_store
from office.errors import FixedError, NotFoundError
from office.horizons import Change
from office.tracking import Act
from storage import items


def answer(request: GroupwareRequest) -> Answer:
    """Take an object away, or a collection with all that is in it."""
    request.demand_own_home()
    if request.is_top or request.is_home:
        raise FixedError("A home stays as long as its user does.")
    with request.change() as work:
        unit = work.unit
        [collection] = collections.hold(work, request.names[1])
        if request.is_collection:
            preconditions.check_collection(request, unit, exists=True)
            collections.remove(work, collection)
        else:
            item = items.find(unit, collection.id, request.names[2]) if request.is_item else None
            preconditions.check(request, unit, item)
            if item is None:
                raise NotFoundError("There is nothing here.")
            own = Change(item.href, item_store.remove(work, collection, item))
            request.note.knowledge = horizons.fetched(collection, (own,))
        request.describe()
        request.note.act = Act.DELETED
    return Answer(204)
