"""Views of the office's records: found behind by who reads them, and brought up (rule A4)."""

from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta

from office import collections, own_calendar, sync_profiles
from office.contracts import following
from office.days import day_of, end_us
from office.sync_profiles import SyncProfile
from storage import colleague_views, views
from storage import collections as rows
from storage.collections import CollectionRow
from storage.contract_rules import AlarmRule, AlarmTimes
from storage.store import Store, Unit, WriteUnit
from storage.view_choices import Rule
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
    is_old = collection.expires_us is not None and collection.expires_us <= now_us
    return (collection.is_view or collection.is_cut) and (is_old or not collection.is_current)


def bring_up(store: Store, collection_ids: Iterable[int], *, now_us: int) -> None:
    """Apply to these views what is outstanding, each in a transaction of its own.

    On days on which the periods of many contracts end they are moved on in portions before, so
    that no writer waits long.
    """
    for each in collection_ids:
        is_done = False
        while not is_done:
            with store.write() as unit:
                is_done = _bring_up(unit, each, now_us=now_us)


def bring_up_of(store: Store, user_ids: Collection[int], *, now_us: int) -> None:
    """The same for whatever is behind of what these users have at home."""
    with store.read() as unit:
        homes = rows.of_viewers(unit, user_ids)
    behind = [each.id for home in homes.values() for each in home if _is_behind(each, now_us)]
    bring_up(store, behind, now_us=now_us)


def bring_up_in(unit: WriteUnit, collection_id: int, *, now_us: int) -> None:
    """Apply it to one view in a transaction that goes on, and holds the view until its commit."""
    while not _bring_up(unit, collection_id, now_us=now_us):
        pass


def _bring_up(unit: WriteUnit, collection_id: int, *, now_us: int) -> bool:
    """The same, or a portion of what has to be done before; whether that was all."""
    view = views.hold(unit, collection_id)
    if view is None:
        own_calendar.bring_up_in(unit, collection_id, now_us=now_us)
        return True
    if view.is_current(now_us):
        return True
    profile = sync_profiles.of_user(unit, view.owner_id)
    if view.applied_rules != view.rules and not _follow(unit, view, profile, now_us):
        return True
    if view.role == collections.ALARMS and following.move_on(unit, now_us=now_us):
        return False  # the records' numbers went on
    views.apply(unit, view, _rule(unit, view, profile, now_us), now_us=now_us)
    return True


def _follow(unit: WriteUnit, view: ViewState, profile: SyncProfile, now_us: int) -> bool:
    """Let a user have the views that their profile names, as it names them.

    Returns:
        Whether *view* is still one of them.
    """
    owner_id = view.owner_id
    if view.role == collections.COLLEAGUE:
        # It lets the others be: two at once would wait for each other.
        return collections.keep_colleague(unit, owner_id, view.id, profile.colleagues)
    by_choice = {
        collections.BIRTHDAYS: profile.birthdays,
        collections.ALARMS: profile.contract_alarms,
    }
    wanted = {role for role, is_wanted in by_choice.items() if is_wanted}
    collections.choose_views(unit, owner_id, wanted, now_us=now_us)
    if view.role == collections.OFFICE_BOOK:
        collections.choose_colleagues(unit, owner_id, profile.colleagues, now_us=now_us)
    if view.role == collections.OFFICE_BOOK and profile.book_name:
        rows.set_display_name(unit, view.id, profile.book_name)
    return view.role in wanted | {collections.OFFICE_BOOK}


def _rule(unit: Unit, view: ViewState, profile: SyncProfile, now_us: int) -> Rule:
    if view.role == collections.ALARMS:
        return _alarms(view, profile, now_us)
    if view.role == collections.COLLEAGUE:
        colleague_id = colleague_views.colleague_of(unit, view.id)
        return sync_profiles.colleague_rule(profile, view.owner_id, colleague_id)
    rule = sync_profiles.contact_rule(profile, view.owner_id)
    # Who has the contacts on devices by another way may still want the birthdays from here.
    return rule if view.role == collections.OFFICE_BOOK else rule._replace(is_off=False)


def _alarms(view: ViewState, profile: SyncProfile, now_us: int) -> AlarmRule:
    """Of which contracts the user is told today; tomorrow others may come and go."""
    today = day_of(now_us)
    # A day is judged twice rather than not at all, should the machine's zone change.
    expired = today if view.expires_us is None else day_of(view.expires_us)
    return AlarmRule(
        view.owner_id,
        AlarmTimes(today, profile.contract_alarm_days),
        end_us(today),
        min(today, expired) - timedelta(days=2),
    )
