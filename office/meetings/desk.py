"""The desk that a meeting is written at: who takes part, and what of it lies where.

Everything is looked up before anything is written, with a number of queries that does not depend
on how many take part.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property

from office import collections
from office.collections import Kind
from office.errors import NotFoundError
from office.items.errors import InvalidItemError, Precondition
from office.items.limits import ItemLimits
from office.meetings.addresses import email_in, keys_of, user_in
from office.meetings.meeting import Meeting, is_meeting
from office.work import GroupwareWork
from storage import deliveries, items
from storage.collections import CollectionRow
from storage.deliveries import PartyRow, PlaceRow
from storage.items import ItemRow

MOST_ATTENDEES = 500
MOST_INVITATIONS = 50_000
"""Attendees times changed instances: each is told of each."""


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
        """
        self.work = work
        self.reach = reach
        deliveries.alone(work.unit)
        found = collections.find(work.unit, work.who, name)
        self.item = items.find(work.unit, found.id, href, with_text=True)
        self.before = self._stored()
        self.after = self._meeting_in(text) if text else None
        self._parties = self._find_parties(found)
        self.owner = next(each for each in self._parties if each.id == found.owner_id)
        self._check_number()
        self._places = self._find_places()
        targets = self._targets()
        self.collection: CollectionRow = collections.hold_with(work, name, targets)
        if self.collection.id != found.id:
            raise NotFoundError("There is nothing here.")
        rows = deliveries.members(work.unit, targets, [self.uid, self.message_key])
        self._members: dict[tuple[int, str], ItemRow] = {
            (each.collection_id, each.uid): each for each in rows
        }

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

    def _find_parties(self, collection: CollectionRow) -> list[PartyRow]:
        keys = {each.organizer for each in self._meetings}
        for each in self._meetings:
            if len(each.everybody()) <= MOST_ATTENDEES:
                keys |= each.everybody().keys()
        emails = {found for each in keys if (found := email_in(each))}
        names = {found for each in keys if (found := user_in(each))}
        return deliveries.parties(self.work.unit, emails, names | {collection.owner_name})

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
