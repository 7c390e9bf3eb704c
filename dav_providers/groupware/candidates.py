"""The resources of this door as the reports of RFC 3744 and 3253 take them: an href and values."""

from collections.abc import Iterator

from dav_providers.groupware.properties import COLLECTIONS, ITEMS, Listing
from dav_providers.groupware.propfind import dead
from dav_providers.groupware.request import GroupwareRequest, collection_href
from dav_providers.multistatus import principals
from dav_providers.multistatus.principal_match import Candidate
from dav_providers.multistatus.principals import PrincipalScope
from office.principals import Principal, everybody
from storage import items
from storage.collections import CollectionRow
from storage.items import ItemRow
from storage.store import Unit
from wire.paths import quote_segment


def of_principal(request: GroupwareRequest, principal: Principal) -> Candidate:
    """A user or group."""
    scope = PrincipalScope(request.who, request.space)
    return Candidate(
        principals.href_of(principal),
        lambda names: principals.REGISTRY.values(names, scope, principal),
        is_principal=True,
    )


def of_collection(request: GroupwareRequest, collection: CollectionRow) -> Candidate:
    """A calendar, task list or address book."""
    listing = Listing(request, collection)
    return Candidate(
        collection_href(request.who.user_name, collection),
        lambda names: COLLECTIONS.values(names, listing, collection, dead=dead),
    )


def of_item(request: GroupwareRequest, collection: CollectionRow, item: ItemRow) -> Candidate:
    """A calendar or address object."""
    return _item(Listing(request, collection), collection, item)


def _item(listing: Listing, collection: CollectionRow, item: ItemRow) -> Candidate:
    return Candidate(
        collection_href(listing.request.who.user_name, collection) + quote_segment(item.href),
        lambda names: ITEMS.values(names, listing, item),
    )


def below(request: GroupwareRequest, unit: Unit) -> Iterator[Candidate]:
    """All that lies below the address asked, at any depth, as far as the caller may know of it."""
    if request.is_top:
        for each in everybody(unit, request.who):
            yield of_principal(request, each)
        return
    if request.is_principal:
        return
    found = request.home(unit) if request.is_home else [request.collection(unit)]
    for collection in found:
        if request.is_home:
            yield of_collection(request, collection)
        listing = Listing(request, collection)
        for item in items.of_collection(unit, collection.place):
            yield _item(listing, collection, item)
