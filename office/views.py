"""Views of the office's records: found behind by who reads them, and brought up (rule A4)."""

from collections.abc import Iterable, Sequence

from office import sync_profiles
from storage import views
from storage.collections import CollectionRow
from storage.store import Store, WriteUnit


class BehindError(Exception):
    """Views that somebody wants to read have to be brought up first.

    Attributes:
        collection_ids: Which.
    """

    def __init__(self, collection_ids: Sequence[int]) -> None:
        super().__init__(f"views are behind: {collection_ids}")
        self.collection_ids = collection_ids


def demand_current(found: Iterable[CollectionRow], now_us: int) -> None:
    """See to it that in the snapshot that found them nothing is outstanding for views.

    Raises:
        BehindError: Something is.
    """
    behind = [each.id for each in found if each.is_view and not _is_current(each, now_us)]
    if behind:
        raise BehindError(behind)


def _is_current(collection: CollectionRow, now_us: int) -> bool:
    is_young = collection.expires_us is None or now_us < collection.expires_us
    return collection.is_current and is_young


def bring_up(store: Store, collection_ids: Iterable[int], *, now_us: int) -> None:
    """Apply to these views what is outstanding, each in a transaction of its own."""
    for each in collection_ids:
        with store.write() as unit:
            bring_up_in(unit, each, now_us=now_us)


def bring_up_in(unit: WriteUnit, collection_id: int, *, now_us: int) -> None:
    """The same for one view in a transaction that goes on; it holds the view until the commit."""
    view = views.hold(unit, collection_id)
    if view is not None and not view.is_current(now_us):
        profile = sync_profiles.of_user(unit, view.owner_id)
        rule = sync_profiles.contact_rule(profile, view.owner_id)
        views.apply(unit, view, rule, now_us=now_us)
