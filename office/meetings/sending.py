"""What a changed meeting puts into others' calendars, inboxes and letters.

All of it is gathered first, and written at once with :meth:`Sending.carry_out`.
"""

import uuid
from dataclasses import dataclass

from auth.errors import InvalidValueError
from auth.names import checked_email
from office.appointments import following
from office.items.content_lines import unescape
from office.items.errors import InvalidItemError, Precondition
from office.meetings import answering, contents
from office.meetings.addresses import email_in
from office.meetings.copies import new_copy
from office.meetings.desk import Desk
from office.meetings.letters import KIND, body_of, shown_time
from office.meetings.meeting import Instance, Meeting, is_meeting
from office.meetings.organizing import Notice
from office.meetings.parts import Part, write
from office.meetings.views import message
from storage import deliveries, outbox
from storage.deliveries import Delivery, PartyRow
from storage.items import ItemRow

MOST_DELIVERED_BYTES = 16 * 1024 * 1024
DELIVERED, SENT, UNKNOWN, UNREACHED, REFUSED = "1.2", "1.1", "3.7", "5.2", "5.3"
"""What became of a message (RFC 6638 section 3.2.9)."""


@dataclass(frozen=True, slots=True)
class _Message:
    """A message on its way: to whom, what it says, and the copy it makes."""

    method: str
    part: Part


class Sending:
    """What is under way of one change; see :class:`Desk`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._work = desk.work
        self._deliveries: list[Delivery] = []
        self._letters: list[tuple[str, str]] = []
        self._bytes = 0

    def tell(self, notices: list[Notice]) -> dict[str, str]:
        """Tell attendees what changed for them; what became of it, by address."""
        found: dict[str, str] = {}
        told: dict[int, str] = {}
        for each in notices:
            party = self._desk.party(each.key)
            if party is None:
                found[each.key] = self._write_letter(each.key, self._message(each))
                continue
            if party.id not in told:  # two addresses of one are one
                told[party.id] = self._tell(party, each)
            found[each.key] = told[party.id]
        return found

    def answer(self, key: str, source: Meeting, there: dict[Instance, Part]) -> str:
        """Give an attendee's answers to the organizer; what became of it.

        Args:
            key: Of the organizer's address.
            source: The object whose zones the message needs.
            there: What ``answering.spoken`` made.
        """
        party = self._desk.party(key)
        if party is None:
            return self._write_letter(key, self._reply(source, there))
        if party.state != "active":
            return UNKNOWN
        taken = self._take_in(party, there)
        if not taken:
            return REFUSED
        self._add(self._message_for(party, self._reply(source, taken).part))
        return DELIVERED

    def _reply(self, source: Meeting, there: dict[Instance, Part]) -> _Message:
        return _Message("REPLY", message(source, "REPLY", there, now_us=self._work.now_us))

    def carry_out(self) -> None:
        """Write all that was gathered."""
        unit, now_us = self._work.unit, self._work.now_us
        deliveries.put(unit, self._deliveries, now_us=now_us)
        following.follow_deliveries(self._work, self._deliveries)
        outbox.put_many(unit, KIND, self._letters, now_us=now_us)

    def _take_in(self, party: PartyRow, there: dict[Instance, Part]) -> dict[Instance, Part]:
        """Write answers into the organizer's object; which of them it has a place for."""
        desk = self._desk
        for each in desk.copies(party.id):
            if not (each.schedule_tag and is_meeting(each.text)):
                continue
            organizers = Meeting(each.text, desk.reach.hosts)
            if organizers.organizer not in self._keys_of(party):
                continue
            if taken := answering.take_in(organizers, there, desk.own_keys):
                made = contents.content(
                    organizers.text,
                    frozenset({desk.component}),
                    desk.reach.limits,
                    tag=each.schedule_tag,
                )
                self._add(Delivery(each.collection_id, each.href, each, made))
                return taken
        return {}

    def _tell(self, party: PartyRow, notice: Notice) -> str:
        """Put a copy into a colleague's calendar and a message into their inbox."""
        desk = self._desk
        inbox = desk.inbox(party.id)
        if party.state != "active" or inbox is None:
            return UNKNOWN
        known = self._known_copy(party)
        if known is None and desk.copies(party.id):
            return REFUSED  # something of theirs has this UID, and it is not this meeting
        keys = frozenset({notice.key})
        old = Meeting(known.text, desk.reach.hosts) if known else None
        part = new_copy(self._source(notice), notice, old, keys, now_us=self._work.now_us)
        if part is None:
            return DELIVERED
        try:
            copy = self._copy_for(party, known, part)
            note = self._message_for(party, self._message(notice).part)
        except InvalidItemError:
            return REFUSED
        self._add(copy)
        self._add(note)
        return DELIVERED

    def _known_copy(self, party: PartyRow) -> ItemRow | None:
        """The copy that a colleague has of this meeting: one of the same organizer."""
        for each in self._desk.copies(party.id):
            if not is_meeting(each.text):
                continue
            try:
                meeting = Meeting(each.text, self._desk.reach.hosts)
            except InvalidItemError:
                continue
            if meeting.organizer in self._desk.own_keys:
                return each
        return None

    def _copy_for(self, party: PartyRow, known: ItemRow | None, part: Part) -> Delivery:
        desk = self._desk
        place = desk.default_place(party.id)
        if known is None and place is None:
            raise InvalidItemError(
                Precondition.CALENDAR_COMPONENT, "They have no calendar for it."
            )
        made = contents.content(
            write(part),
            frozenset({desk.component}),
            desk.reach.limits,
            tag=contents.new_tag(),
            hosts=desk.reach.hosts,
            attendee=self._keys_of(party),
        )
        where = known.collection_id if known else place.id if place else 0
        href = known.href if known else f"{uuid.uuid4()}.ics"
        return Delivery(where, href, known, made)

    def _keys_of(self, party: PartyRow) -> frozenset[str]:
        return frozenset(
            key
            for key in self._desk.colleagues | self._desk.own_keys
            if (found := self._desk.party(key)) is not None and found.id == party.id
        )

    def _message_for(self, party: PartyRow, part: Part) -> Delivery:
        desk = self._desk
        inbox = desk.inbox(party.id)
        if inbox is None:
            raise InvalidItemError(Precondition.CALENDAR_COMPONENT, "They have no inbox.")
        made = contents.message_content(part, desk.message_key, desk.reach.limits)
        known = desk.member(inbox.id, desk.message_key)
        return Delivery(inbox.id, known.href if known else f"{uuid.uuid4()}.ics", known, made)

    def _source(self, notice: Notice) -> Meeting:
        """The object whose zones a notice needs."""
        desk = self._desk
        found = desk.before if notice.method == "CANCEL" or desk.after is None else desk.after
        if found is None:
            raise LookupError("a notice is about a meeting")
        return found

    def _message(self, notice: Notice) -> _Message:
        there = {at: part.copy() for at, part in notice.there.items()}
        method = notice.method
        if notice.is_only_lost:
            method, there = "CANCEL", {at: part.copy() for at, part in notice.lost.items()}
        made = message(self._source(notice), method, there, now_us=self._work.now_us)
        return _Message(method, made)

    def _write_letter(self, key: str, made: _Message) -> str:
        """Have a letter written to the one e-mail address that *key* names."""
        try:
            email = checked_email(email_in(key) or "")
        except InvalidValueError:
            return UNKNOWN
        if not self._desk.reach.sends_mail:
            return UNREACHED
        main = next((each for each in made.part.parts if each.name != "VTIMEZONE"), made.part)
        words = {
            "summary": unescape(main.value("SUMMARY")),
            "start": shown_time(main.value("DTSTART")),
            "place": unescape(main.value("LOCATION")),
            "name": self._desk.owner.name,
            "email": self._desk.owner.email,
        }
        body = body_of(words, method=made.method, calendar=write(made.part))
        self._count(len(body))
        self._letters.append((email, body))
        return SENT

    def _add(self, delivery: Delivery) -> None:
        self._count(delivery.content.size)
        self._deliveries.append(delivery)

    def _count(self, size: int) -> None:
        self._bytes += size
        if self._bytes > MOST_DELIVERED_BYTES:
            raise InvalidItemError(
                Precondition.CALENDAR_SIZE, "All copies of it together are too large."
            )
