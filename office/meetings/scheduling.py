"""Meetings are written: whoever takes part has their copy and a message in the same transaction.

RFC 6638 sections 3.2 and 4. The door asks here for every object that names an organizer, and for
every one that was stored as a meeting; nothing else comes this way.
"""

from dataclasses import replace

from office import access, item_store
from office.access import Act
from office.errors import NotFoundError, SchedulingDeniedError
from office.item_store import ReadItem, Stored
from office.items.errors import InvalidItemError, Precondition
from office.meetings import answering, contents
from office.meetings.desk import Desk, Role
from office.meetings.meeting import Meeting
from office.meetings.organizing import Revision
from office.meetings.sending import Sending
from storage.items import Content


class Scheduling:
    """What one change of a meeting sets off; see :class:`Desk`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._work = desk.work
        self._sending = Sending(desk)

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
        self._sending.carry_out()
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
        self._sending.carry_out()
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
        return self._sending.tell(notices)

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
        return self._sending.answer(meeting.organizer, source, there)
