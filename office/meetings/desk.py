"""The desk that a meeting is written at: who takes part, and what of it lies where.

Everything is looked up before anything is written, with a number of queries that does not depend
on how many take part.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property

from office import collections
from office.collections import Kind
from office.errors import OvertakenError
from office.items.errors import InvalidItemError, Precondition
from office.items.limits import ItemLimits
from office.meetings.addresses import email_in, keys_of, user_in
from office.meetings.meeting import Meeting, is_meeting
from office.work import GroupwareWork
from storage import deliveries, items
from storage.collections import CollectionRow
from storage.deliveries import PartyRow, PlaceRow
from storage.items import ItemRow
from storage.store import Unit

MOST_ATTENDEES = 500
MOST_INVITATIONS = 50_000
"""Attendees times changed instances: each is told of each."""
_MOST_ATTEMPTS = 5
"""How often it is looked up anew what somebody changed before it was held."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What of this installation meetings need to know.

    Attributes:
        hosts: The hosts under which this server knows itself.
        sends_mail: Letters leave it.
        limits: How large objects may be.
    """

    hosts: frozenset[str]
    sends_mail: bool
    limits: ItemLimits


class Role(Enum):
    """What a calendar's owner is in an object of it (RFC 6638 section 3.1)."""

    NONE = auto()
    ORGANIZER = auto()
    ATTENDEE = auto()


def parties_of(unit: Unit, meetings: Collection[Meeting], owner_name: str) -> list[PartyRow]:
    """The users who take part in *meetings*, and the one of this name."""
    keys = {each.organizer for each in meetings}
    for each in meetings:
        if len(each.everybody()) <= MOST_ATTENDEES:
            keys |= each.everybody().keys()
    emails = {found for each in keys if (found := email_in(each))}
    names = {found for each in keys if (found := user_in(each))}
    return deliveries.parties(unit, emails, names | {owner_name})


def _state(item: ItemRow | None) -> tuple[int, int] | None:
    """What differs after every change of a member, one that went and came again included."""
    return (item.id, item.modseq) if item else None


class Desk:
    """One change of one meeting, in its transaction.

    Attributes:
        work: The change.
        reach: The installation.
        collection: The calendar that is written to, held until the commit.
        item: What is there, with its text.
        before: The same as a meeting, if it is one.
        after: What is to be there, if that is a meeting.
        owner: Whose calendar it is.
    """

    def __init__(
        self, work: GroupwareWork, reach: Reach, name: str, href: str, text: str | None
    ) -> None:
        """Look up all that is needed, and hold what is to be written.

        Raises:
            NotFoundError: The calendar is not there, or not for them.
            InvalidItemError: *text* is no meeting that could be written.
            OvertakenError: Others were quicker again and again.
        """
        self.work = work
        self.reach = reach
        self.after = self._meeting_in(text) if text else None
        deliveries.alone(work.unit)
        for _ in range(_MOST_ATTEMPTS):
            work.unit.mark()
            found = collections.find(work.unit, work.who, name)
            self._look_up(found, href)
            if self._hold(found, href):
                break
            work.unit.back_to_mark()  # gives back what is held, too: it is taken in its order
        else:
            raise OvertakenError
        rows = deliveries.members(work.unit, self._targets(), [self.uid, self.message_key])
        self._members: dict[tuple[int, str], ItemRow] = {
            (each.collection_id, each.uid): each for each in rows
        }

    def _look_up(self, found: CollectionRow, href: str) -> None:
        self.collection = found
        self.item = items.find(self.work.unit, found.place, href, with_text=True)
        self.before = self._stored()
        self._parties = parties_of(self.work.unit, self._meetings, found.owner_name)
        self.owner = next(each for each in self._parties if each.id == found.owner_id)
        self._check_number()
        self._places = self._find_places()

    def _hold(self, found: CollectionRow, href: str) -> bool:
        """Hold what is to be written; False if it is no longer what was looked up.

        Who writes no meeting waits for held collections only, and so may come in before.
        """
        held = collections.hold_with(self.work, found.name, self._targets())
        self.collection = held.collection
        item = items.find(self.work.unit, held.collection.place, href)
        if held.collection.id != found.id or _state(item) != _state(self.item):
            return False
        self._places = self._find_places()
        return self._targets() <= held.ids

    def _meeting_in(self, text: str) -> Meeting | None:
        """The meeting that *text* is; a journal entry has an organizer too, and is none."""
        found = Meeting(text, self.reach.hosts) if is_meeting(text) else None
        return found if found and found.instances else None

    def _stored(self) -> Meeting | None:
        try:
            return self._meeting_in(self.item.text) if self.item else None
        except InvalidItemError:
            return None  # stored before anybody looked at organizers

    @property
    def _meetings(self) -> list[Meeting]:
        return [each for each in (self.before, self.after) if each is not None]

    @property
    def uid(self) -> str:
        """The UID of the meeting."""
        return next((each.main.value("UID") for each in self._meetings), "")

    @property
    def message_key(self) -> str:
        """What messages of this owner on this meeting are called in inboxes."""
        return f"{self.uid}\n{self.owner.name}"

    def _check_number(self) -> None:
        """Whoever organizes may invite so many; of others' meetings they are not looked up."""
        if self.after is None or self.role_in(self.after) is not Role.ORGANIZER:
            return
        many = len(self.after.everybody())
        if many > MOST_ATTENDEES or many * len(self.after.instances) > MOST_INVITATIONS:
            raise InvalidItemError(
                Precondition.CALENDAR_ATTENDEES,
                f"At most {MOST_ATTENDEES} can take part, in series with many changed instances "
                "fewer.",
            )

    @cached_property
    def _by_key(self) -> dict[str, PartyRow]:
        return {key: each for each in self._parties for key in keys_of(each.name, each.email)}

    def party(self, key: str) -> PartyRow | None:
        """The user with the address *key*, whatever their state."""
        return self._by_key.get(key)

    @property
    def own_keys(self) -> frozenset[str]:
        """The keys of the owner's addresses."""
        return keys_of(self.owner.name, self.owner.email)

    @property
    def colleagues(self) -> frozenset[str]:
        """The keys of the addresses of users, but for the owner's."""
        return frozenset(self._by_key) - self.own_keys

    def _find_places(self) -> dict[int, list[PlaceRow]]:
        active = [each.id for each in self._parties if each.state == "active"]
        found: dict[int, list[PlaceRow]] = {}
        for each in deliveries.places(self.work.unit, {*active, self.owner.id}, self.uid):
            found.setdefault(each.owner_id, []).append(each)
        return found

    def _targets(self) -> set[int]:
        """Where something may have to be written."""
        found: set[int] = set()
        for owner_id, places in self._places.items():
            found |= {each.id for each in places if each.has_uid or each.role == Kind.INBOX}
            if default := self.default_place(owner_id):
                found.add(default.id)
            if any(each.role == "aside" and each.has_uid for each in places):
                # Whoever lets it come back holds the calendar that it was cut from.
                found |= {each.id for each in places if each.is_default and not each.role}
        return found

    @property
    def component(self) -> str:
        """What the meeting is: VEVENT or VTODO."""
        return next((each.main.name for each in self._meetings), "VEVENT")

    def default_place(self, user_id: int) -> PlaceRow | None:
        """Where what is new of this meeting goes for a user."""
        return collections.default_among(self._places.get(user_id, ()), self.component)

    def inbox(self, user_id: int) -> PlaceRow | None:
        """The inbox of a user who may be told something."""
        places: Iterable[PlaceRow] = self._places.get(user_id, ())
        return next((each for each in places if each.role == Kind.INBOX), None)

    def copies(self, user_id: int) -> list[ItemRow]:
        """The objects of this UID in a user's calendars."""
        found = (self.member(each.id, self.uid) for each in self._places.get(user_id, ()))
        return [each for each in found if each is not None]

    def member(self, collection_id: int, uid: str) -> ItemRow | None:
        """The member of a held collection with this UID."""
        return self._members.get((collection_id, uid))

    def role_in(self, meeting: Meeting | None) -> Role:
        """What the calendar's owner is in *meeting*."""
        if meeting is None or not meeting.organizer:
            return Role.NONE
        if meeting.organizer in self.own_keys:
            return Role.ORGANIZER
        return Role.ATTENDEE if meeting.has(self.own_keys) else Role.NONE

    @property
    def acts_for_another(self) -> bool:
        """It is somebody else's calendar."""
        return self.collection.owner_id != self.work.who.user_id
