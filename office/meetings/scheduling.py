"""Meetings are written: whoever takes part has their copy and a message in the same transaction.

RFC 6638 sections 3.2 and 4. The door asks here for every object that names an organizer, and for
every one that was stored as a meeting; nothing else comes this way.
"""

import uuid
from dataclasses import dataclass, replace

from auth.errors import InvalidValueError
from auth.names import checked_email
from office import access, item_store
from office.access import Act
from office.errors import NotFoundError, SchedulingDeniedError
from office.item_store import ReadItem, Stored
from office.items.content_lines import unescape
from office.items.errors import InvalidItemError, Precondition
from office.meetings import answering, contents
from office.meetings.addresses import email_in
from office.meetings.copies import new_copy
from office.meetings.desk import Desk, Role
from office.meetings.letters import KIND, body_of, shown_time
from office.meetings.meeting import Instance, Meeting, is_meeting
from office.meetings.organizing import Notice, Revision
from office.meetings.parts import Part, write
from office.meetings.views import message
from storage import deliveries, outbox
from storage.deliveries import Delivery, PartyRow
from storage.items import Content, ItemRow

MOST_DELIVERED_BYTES = 16 * 1024 * 1024
DELIVERED, SENT, UNKNOWN, UNREACHED, REFUSED = "1.2", "1.1", "3.7", "5.2", "5.3"
"""What became of a message (RFC 6638 section 3.2.9)."""


@dataclass(frozen=True, slots=True)
class _Message:
    """A message on its way: to whom, what it says, and the copy it makes."""

    method: str
    part: Part


class Scheduling:
    """What one change of a meeting sets off; see :class:`Desk`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._work = desk.work
        self._deliveries: list[Delivery] = []
        self._letters: list[tuple[str, str]] = []
        self._bytes = 0

    def put(self, href: str, read: ReadItem) -> Stored:
        """Store what was sent at *href*, and tell those whom it concerns.

        Raises:
            SchedulingDeniedError: It would send something in another's name.
            InvalidItemError: What is sent is not allowed to who sends it.
            As ``item_store.put``.
        """
        desk = self._desk
        self._demand(Act.ADD if desk.item is None else Act.WRITE)
        was, now = desk.role_in(desk.before), desk.role_in(desk.after)
        self._check_unique(now)
        if was is Role.ATTENDEE and now is Role.ORGANIZER and desk.item and desk.item.schedule_tag:
            raise InvalidItemError(Precondition.ATTENDEE_CHANGE, "A meeting keeps its organizer.")
        if was is not now and was is not Role.NONE and desk.item and desk.item.schedule_tag:
            self._let_go(was, has_answer=True)
        sent = contents.same_text(read.content.text)
        if now is Role.ORGANIZER:
            self._organize(desk.before if was is now else None)
        elif now is Role.ATTENDEE:
            self._answer(desk.before if was is now else None)
        content, is_as_sent = self._to_store(read, sent, now)
        stored = item_store.put(
            self._work, desk.collection, desk.item, href, content, may_end_meeting=True
        )
        self._send()
        return replace(stored, content=content, is_as_sent=is_as_sent and not read.was_changed)

    def remove(self, *, has_answer: bool) -> int:
        """Take the meeting out of its calendar, and tell those whom it concerns.

        Args:
            has_answer: An attendee's organizer hears of it (``Schedule-Reply``, section 8.1).

        Raises:
            SchedulingDeniedError: It would send something in another's name.
            NotFoundError: The right is missing, or the meeting.

        Returns:
            The number of its going.
        """
        desk = self._desk
        if desk.item is None:
            raise NotFoundError("There is nothing here.")
        self._let_go(desk.role_in(desk.before), has_answer=has_answer)
        gone = item_store.remove(self._work, desk.collection, desk.item)
        self._send()
        return gone

    def _demand(self, act: Act) -> None:
        access.demand_collection(self._work.who, act, self._desk.collection)

    def _check_unique(self, now: Role) -> None:
        """A meeting lies in one of somebody's calendars only (section 3.2.4.1)."""
        desk = self._desk
        if now is Role.NONE or (desk.item is not None and desk.item.schedule_tag):
            return
        others = desk.copies(desk.owner.id)
        if any(each.schedule_tag and each.collection_id != desk.collection.id for each in others):
            raise InvalidItemError(
                Precondition.UNIQUE_MEETING, "The meeting lies in another of the calendars."
            )

    def _to_store(self, read: ReadItem, sent: str, now: Role) -> tuple[Content, bool]:
        """What is stored, and whether that is what was sent."""
        desk = self._desk
        if now is Role.NONE or desk.after is None:
            return read.content, True
        text = desk.after.text
        is_as_sent = text == sent
        tag = desk.item.schedule_tag if desk.item and self._is_same(read, is_as_sent) else ""
        found = contents.content(
            read.content.text if is_as_sent else text,
            desk.collection.components,
            desk.reach.limits,
            tag=tag or contents.new_tag(),
            hosts=desk.reach.hosts,
            attendee=desk.own_keys if now is Role.ATTENDEE else frozenset(),
        )
        return found, is_as_sent

    def _is_same(self, read: ReadItem, is_as_sent: bool) -> bool:  # noqa: FBT001 - private
        """The same bytes again are no change."""
        item = self._desk.item
        return is_as_sent and item is not None and item.etag == read.content.etag

    def _let_go(self, was: Role, *, has_answer: bool) -> None:
        """The owner takes part no longer."""
        before = self._desk.before
        if before is None:
            return
        if was is Role.ORGANIZER:
            self._notify(self._revision(before, None))
        elif was is Role.ATTENDEE and has_answer:
            told = answering.refusals(before, self._desk.own_keys)
            if told and before.agent_of_organizer() == "SERVER":
                self._reply(before, told)

    def _revision(self, before: Meeting | None, after: Meeting | None) -> Revision:
        desk = self._desk
        return Revision(before, after, mine=desk.own_keys, colleagues=desk.colleagues)

    def _organize(self, before: Meeting | None) -> None:
        after = self._desk.after
        revision = self._revision(before, after)
        revision.settle()
        statuses = self._notify(revision)
        revision.tidy()
        if after is None:
            return
        for part in after.instances.values():
            lines = {
                key: line.with_parameter("SCHEDULE-STATUS", statuses[key])
                for key, line in after.attendees(part)
                if key in statuses
            }
            after.change_attendees(part, lines)

    def _notify(self, revision: Revision) -> dict[str, str]:
        """Tell every attendee what changed for them; what became of it, by address."""
        notices = revision.notices()
        if notices and self._desk.acts_for_another:
            raise SchedulingDeniedError(self._desk.owner.name, "schedule-send-invite")
        found: dict[str, str] = {}
        told: dict[int, str] = {}
        for each in notices:
            party = self._desk.party(each.key)
            if party is None:
                found[each.key] = self._tell_outside(each)
                continue
            if party.id not in told:  # two addresses of one are one
                told[party.id] = self._tell(party, each)
            found[each.key] = told[party.id]
        return found

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

    def _add(self, delivery: Delivery) -> None:
        self._count(delivery.content.size)
        self._deliveries.append(delivery)

    def _count(self, size: int) -> None:
        self._bytes += size
        if self._bytes > MOST_DELIVERED_BYTES:
            raise InvalidItemError(
                Precondition.CALENDAR_SIZE, "All copies of it together are too large."
            )

    def _tell_outside(self, notice: Notice) -> str:
        """Have a letter sent to somebody who is nobody here."""
        return self._write_letter(notice.key, self._message(notice))

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

    def _answer(self, before: Meeting | None) -> None:
        """An attendee's change: what they may do, and their answer to the organizer."""
        desk = self._desk
        after = desk.after
        if after is None:
            return
        is_known = before is not None and desk.item is not None and desk.item.schedule_tag
        if before is not None and is_known and before.organizer != after.organizer:
            raise InvalidItemError(Precondition.ATTENDEE_CHANGE, "A meeting keeps its organizer.")
        if after.agent_of_organizer() != "SERVER":
            return
        if before is not None and is_known:
            answering.check(before, after, desk.own_keys)
            answering.restore_others(before, after, desk.own_keys)
        told = answering.answers(before, after, desk.own_keys)
        status = self._reply(after, told, known=before) if told else None
        answering.note_delivery(after, status)

    def _reply(
        self, meeting: Meeting, told: answering.Answers, known: Meeting | None = None
    ) -> str:
        """Give an attendee's answers to the organizer; what became of it."""
        desk = self._desk
        if desk.acts_for_another:
            raise SchedulingDeniedError(desk.owner.name, "schedule-send-reply")
        # Nothing but the zones of what they took out may be missing in their copy of now.
        source = known if known and any(meeting.of(at) is None for at in told) else meeting
        there = answering.spoken(meeting, known, told, desk.own_keys, now_us=self._work.now_us)
        party = desk.party(meeting.organizer)
        if party is None:
            part = answering.reply(source, there, now_us=self._work.now_us)
            return self._write_letter(meeting.organizer, _Message("REPLY", part))
        if party.state != "active":
            return UNKNOWN
        taken = self._take_in(party, there)
        if not taken:
            return REFUSED
        part = answering.reply(source, taken, now_us=self._work.now_us)
        self._add(self._message_for(party, part))
        return DELIVERED

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

    def _send(self) -> None:
        unit, now_us = self._work.unit, self._work.now_us
        deliveries.put(unit, self._deliveries, now_us=now_us)
        outbox.put_many(unit, KIND, self._letters, now_us=now_us)
