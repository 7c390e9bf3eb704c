"""Views of the office's records: found behind by who reads them, and brought up (rule A4)."""

from collections.abc import Iterable, Sequence

from office import collections, own_calendar, sync_profiles
from office.sync_profiles import SyncProfile
from storage import colleague_views, views
from storage import collections as rows
from storage.collections import CollectionRow
from storage.contact_rules import ContactRule
from storage.store import Store, WriteUnit
from storage.views import ViewState


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
    behind = [each.id for each in found if _is_behind(each, now_us)]
    if behind:
        raise BehindError(behind)


def _is_behind(collection: CollectionRow, now_us: int) -> bool:
    if not (collection.is_view or collection.is_cut):
        return False
    is_young = collection.expires_us is None or now_us < collection.expires_us
    return not (collection.is_current and is_young)


def bring_up(store: Store, collection_ids: Iterable[int], *, now_us: int) -> None:
    """Apply to these views what is outstanding, each in a transaction of its own."""
    for each in collection_ids:
        with store.write() as unit:
            bring_up_in(unit, each, now_us=now_us)


def bring_up_in(unit: WriteUnit, collection_id: int, *, now_us: int) -> None:
    """The same for one view in a transaction that goes on; it holds the view until the commit."""
    view = views.hold(unit, collection_id)
    if view is None:
        own_calendar.bring_up_in(unit, collection_id, now_us=now_us)
    elif not view.is_current(now_us):
        profile = sync_profiles.of_user(unit, view.owner_id)
        is_there = view.applied_rules == view.rules or _follow(unit, view, profile, now_us)
        if is_there:
            _apply(unit, view, profile, now_us)


def _apply(unit: WriteUnit, view: ViewState, profile: SyncProfile, now_us: int) -> None:
    if view.role == collections.COLLEAGUE:
        colleague_id = colleague_views.colleague_of(unit, view.id)
        rule = sync_profiles.colleague_rule(profile, view.owner_id, colleague_id)
        colleague_views.apply(unit, view, rule, now_us=now_us)
    else:
        views.apply(unit, view, _rule(view, profile), now_us=now_us)


def _follow(unit: WriteUnit, view: ViewState, profile: SyncProfile, now_us: int) -> bool:
    """Let a user have the views that their profile names, as it names them.

    Returns:
        Whether *view* is still one of them.
    """
    owner_id = view.owner_id
    if view.role == collections.COLLEAGUE:
        # It lets the others be: two at once would wait for each other.
        return collections.keep_colleague(unit, owner_id, view.id, profile.colleagues)
    wanted = {collections.BIRTHDAYS} if profile.birthdays else set[str]()
    collections.choose_views(unit, owner_id, wanted, now_us=now_us)
    if view.role == collections.OFFICE_BOOK:
        collections.choose_colleagues(unit, owner_id, profile.colleagues, now_us=now_us)
    if view.role == collections.OFFICE_BOOK and profile.book_name:
        rows.set_display_name(unit, view.id, profile.book_name)
    return view.role in wanted | {collections.OFFICE_BOOK}


def _rule(view: ViewState, profile: SyncProfile) -> ContactRule:
    rule = sync_profiles.contact_rule(profile, view.owner_id)
    # Who has the contacts on devices by another way may still want the birthdays from here.
    return rule if view.role == collections.OFFICE_BOOK else rule._replace(is_off=False)
