"""Filters of queries matched against objects (RFC 4791 sections 9.7 and 9.9, RFC 6352 10.5)."""

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

import pytest

from office.items import Budget, Indexed, TooManyInstancesError, read_address_object
from office.items.collations import Collation
from office.items.filters import CardFilter, ComponentFilter, matches_calendar, matches_card
from office.items.property_filters import (
    MatchType,
    ParameterFilter,
    PropertyFilter,
    Test,
    TextMatch,
    Within,
)
from tests.calendar_texts import calendar, component, read

BERLIN = ZoneInfo("Europe/Berlin")
MOST = Budget(100_000, 10_000_000)


def within(start: str | None, end: str | None, zone: tzinfo = UTC) -> Within:
    """A time of 4 May 2026, by hours and minutes, or of whole dates and times."""
    return Within(_second(start), _second(end), zone)


def _second(text: str | None) -> int | None:
    if text is None:
        return None
    whole = text if "-" in text else f"2026-05-04T{text}"
    return int(datetime.fromisoformat(whole).replace(tzinfo=UTC).timestamp())


def fits(data: bytes, *asked: ComponentFilter) -> bool:
    found = read(data)
    return matches_calendar(
        found.text.decode(), found.indexed, ComponentFilter("VCALENDAR", components=asked), MOST
    )


def event_fits(data: bytes, *properties: PropertyFilter, time: Within | None = None) -> bool:
    return fits(data, ComponentFilter("VEVENT", within=time, properties=properties))


def event(*lines: str) -> bytes:
    return calendar(*component("DTSTART:20260504T100000Z", "DURATION:PT1H", *lines))


def has(name: str, *tests: Test) -> PropertyFilter:
    return PropertyFilter(name, tests)


class TestTasks:
    """The table for VTODO, each line just inside and just outside of both ends."""

    DTSTART, DUE = "DTSTART:20260504T100000Z", "DUE:20260504T120000Z"
    COMPLETED, CREATED = "COMPLETED:20260504T120000Z", "CREATED:20260504T100000Z"

    @pytest.mark.parametrize(
        ("lines", "inside", "outside"),
        [
            (
                [DTSTART, "DURATION:PT2H"],
                [("12:00", "13:00"), ("09:00", "10:01"), ("11:00", "11:10")],
                [("12:01", "13:00"), ("09:00", "10:00")],
            ),
            (
                [DTSTART, DUE],
                [("11:59", "13:00"), ("09:00", "10:01")],
                [("12:00", "13:00"), ("09:00", "10:00")],
            ),
            ([DTSTART, "DUE:20260504T100000Z"], [("10:00", "11:00"), ("09:00", "10:00")], []),
            ([DTSTART], [("10:00", "10:01")], [("10:01", "11:00"), ("09:00", "10:00")]),
            ([DUE], [("11:59", "12:00")], [("12:00", "13:00"), ("11:00", "11:59")]),
            (
                [COMPLETED, CREATED],
                [("12:00", "13:00"), ("09:00", "10:00"), ("10:30", "11:00")],
                [("12:01", "13:00"), ("09:00", "09:59")],
            ),
            (
                [COMPLETED],
                [("12:00", "13:00"), ("11:00", "12:00")],
                [("12:01", "13:00"), ("11:00", "11:59")],
            ),
            (
                [CREATED],
                [("10:00", "11:00"), ("23:00", "23:10"), ("09:00", "10:01")],
                [("09:00", "10:00")],
            ),
            ([], [("00:00", "00:01"), (None, "00:01"), ("23:00", None)], []),
        ],
    )
    def test_the_table(
        self,
        lines: list[str],
        inside: list[tuple[str | None, str | None]],
        outside: list[tuple[str, str]],
    ) -> None:
        data = calendar(*component(*lines, kind="VTODO"))

        def happens(start: str | None, end: str | None) -> bool:
            return fits(data, ComponentFilter("VTODO", within=within(start, end)))

        assert [happens(*time) for time in inside] == [True] * len(inside)
        assert [happens(*time) for time in outside] == [False] * len(outside)


class TestOtherComponents:
    @pytest.mark.parametrize(
        ("lines", "start", "end", "is_there"),
        [
            (["DTSTART:20260504T100000Z"], "10:00", "10:01", True),
            (["DTSTART:20260504T100000Z"], "10:01", "11:00", False),
            (["DTSTART;VALUE=DATE:20260504"], "23:59", "2026-05-05T01:00", True),
            ([], "00:00", "23:00", False),
        ],
    )
    def test_journals(self, lines: list[str], start: str, end: str, *, is_there: bool) -> None:
        data = calendar(*component(*lines, kind="VJOURNAL"))

        assert fits(data, ComponentFilter("VJOURNAL", within=within(start, end))) == is_there

    @pytest.mark.parametrize(
        ("lines", "start", "end", "is_there"),
        [
            (["DTSTART:20260504T100000Z", "DTEND:20260504T110000Z"], "11:00", "12:00", True),
            (["DTSTART:20260504T100000Z", "DTEND:20260504T110000Z"], "09:00", "10:00", False),
            (["FREEBUSY:20260504T100000Z/PT1H"], "10:59", "12:00", True),
            (["FREEBUSY:20260504T100000Z/PT1H"], "11:00", "12:00", False),
            ([], "00:00", "23:00", False),
        ],
    )
    def test_free_busy(self, lines: list[str], start: str, end: str, *, is_there: bool) -> None:
        data = calendar(*component(*lines, kind="VFREEBUSY"))

        assert fits(data, ComponentFilter("VFREEBUSY", within=within(start, end))) == is_there

    def test_days_and_floating_times_are_the_askers(self) -> None:
        day = calendar(*component("DTSTART;VALUE=DATE:20260504"))
        floating = calendar(*component("DTSTART:20260504T100000", "DURATION:PT1H"))
        evening = within("2026-05-03T22:00", "2026-05-03T22:30", BERLIN)
        morning = within("08:00", "08:30", BERLIN)

        assert event_fits(day, time=evening)
        assert event_fits(floating, time=morning)
        assert not event_fits(day, time=within("2026-05-03T22:00", "2026-05-03T22:30"))
        assert not event_fits(floating, time=within("08:00", "08:30"))


class TestComponents:
    def test_there_is_one_or_none(self) -> None:
        data = event()

        assert fits(data, ComponentFilter("VEVENT"))
        assert not fits(data, ComponentFilter("VTODO"))
        assert fits(data, ComponentFilter("VTODO", is_not_defined=True))
        assert not fits(data, ComponentFilter("VEVENT", is_not_defined=True))

    def test_those_inside_are_asked_too(self) -> None:
        alarm = ["BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT5M", "END:VALARM"]
        display = has("ACTION", TextMatch("display"))

        def alarmed(*inner: ComponentFilter) -> ComponentFilter:
            return ComponentFilter("VEVENT", components=inner)

        assert fits(event(*alarm), alarmed(ComponentFilter("VALARM", properties=(display,))))
        assert not fits(event(), alarmed(ComponentFilter("VALARM")))
        assert fits(event(), alarmed(ComponentFilter("VALARM", is_not_defined=True)))

    def test_all_that_is_asked_is_of_one_component(self) -> None:
        # RFC 4791 section 9.7.1: “also match the targeted calendar component”.
        series = component("DTSTART:20260504T100000Z", "RRULE:FREQ=DAILY", "SUMMARY:Kaffee")
        moved = component(
            "RECURRENCE-ID:20260506T100000Z", "DTSTART:20260506T150000Z", "SUMMARY:Tee"
        )
        data = calendar(*series, *moved)
        tea, coffee = has("SUMMARY", TextMatch("Tee")), has("SUMMARY", TextMatch("Kaffee"))
        that_day = within("2026-05-06T00:00", "2026-05-07T00:00")

        assert event_fits(data, tea, time=that_day)
        assert not event_fits(data, coffee, time=that_day)
        assert not event_fits(data, tea, time=within("00:00", "23:00"))
        assert event_fits(data, coffee, time=within("2036-05-06T00:00", None))
        assert not event_fits(data, tea, time=within("2026-05-07T00:00", None))

    def test_who_counts_for_all_that_follow_is_asked_for_them(self) -> None:
        series = component("DTSTART:20260504T100000Z", "RRULE:FREQ=DAILY", "SUMMARY:Kaffee")
        from_then = component(
            "RECURRENCE-ID;RANGE=THISANDFUTURE:20260510T100000Z",
            "DTSTART:20260510T120000Z",
            "SUMMARY:Tee",
        )
        data = calendar(*series, *from_then)
        years_later = within("2036-05-10T00:00", "2036-05-11T00:00")

        assert event_fits(data, has("SUMMARY", TextMatch("Tee")), time=years_later)
        assert not event_fits(data, has("SUMMARY", TextMatch("Kaffee")), time=years_later)

    def test_a_zone_is_a_component_like_any_other(self) -> None:
        berlin = calendar(*component("DTSTART;TZID=Europe/Berlin:20260504T100000"))
        in_berlin = ComponentFilter(
            "VTIMEZONE", properties=(has("TZID", TextMatch("Europe/Berlin")),)
        )

        assert fits(berlin, in_berlin)
        assert not fits(event(), in_berlin)


class TestAlarms:
    def rings(self, lines: list[str], start: str | None, end: str | None) -> bool:
        data = calendar(*component(*lines))
        alarm = ComponentFilter("VALARM", within=within(start, end))
        return fits(data, ComponentFilter("VEVENT", components=(alarm,)))

    @staticmethod
    def alarm(*lines: str) -> list[str]:
        return ["BEGIN:VALARM", "ACTION:AUDIO", *lines, "END:VALARM"]

    START, HOUR = "DTSTART:20260504T100000Z", "DURATION:PT1H"

    @pytest.mark.parametrize(
        ("alarm", "at"),
        [
            (["TRIGGER:-PT15M"], "09:45"),
            (["TRIGGER:PT0S"], "10:00"),
            (["TRIGGER;RELATED=END:PT5M"], "11:05"),
            (["TRIGGER;VALUE=DATE-TIME:20260504T073000Z"], "07:30"),
            (["TRIGGER:-PT15M", "REPEAT:2", "DURATION:PT10M"], "10:05"),
            (["TRIGGER;VALUE=DATE-TIME:20260504T073000Z", "REPEAT:1", "DURATION:PT1H"], "08:30"),
        ],
    )
    def test_it_rings_at_that_minute_and_not_around(self, alarm: list[str], at: str) -> None:
        lines = [self.START, self.HOUR, *self.alarm(*alarm)]
        hour, minute = int(at[:2]), int(at[3:])

        def minutes(first: int, last: int) -> bool:
            begin, end = hour * 60 + minute + first, hour * 60 + minute + last
            return self.rings(
                lines, f"{begin // 60:02}:{begin % 60:02}", f"{end // 60:02}:{end % 60:02}"
            )

        assert minutes(0, 1)
        assert not minutes(1, 2)
        assert not minutes(-1, 0)

    def test_it_rings_for_each_instance_of_a_series(self) -> None:
        lines = [self.START, self.HOUR, "RRULE:FREQ=DAILY", *self.alarm("TRIGGER:-P1D")]

        assert self.rings(lines, "2036-07-01T09:59", "2036-07-01T10:01")
        assert not self.rings(lines, "2036-07-01T10:01", "2036-07-02T10:00")
        assert not self.rings(lines, None, "2026-05-03T10:00")

    def test_a_changed_instance_has_its_own(self) -> None:
        series = component(
            self.START, self.HOUR, "RRULE:FREQ=DAILY", *self.alarm("TRIGGER:-PT15M")
        )
        silent = component("RECURRENCE-ID:20260506T100000Z", "DTSTART:20260506T100000Z", self.HOUR)
        alarm = ComponentFilter("VALARM", within=within("2026-05-06T09:00", "2026-05-06T10:00"))
        asked = ComponentFilter("VEVENT", components=(alarm,))

        assert fits(calendar(*series), asked)
        assert not fits(calendar(*series, *silent), asked)

    def test_tasks_ring_before_they_are_due(self) -> None:
        alarm = ComponentFilter("VALARM", within=within("09:00", "09:01"))
        data = calendar(
            *component(
                "DUE:20260504T100000Z", *self.alarm("TRIGGER;RELATED=END:-PT1H"), kind="VTODO"
            )
        )

        assert fits(data, ComponentFilter("VTODO", components=(alarm,)))

    @pytest.mark.parametrize("lines", [[], ["TRIGGER:soon"], ["TRIGGER:20260504T100000"]])
    def test_what_can_not_be_told_never_rings(self, lines: list[str]) -> None:
        assert not self.rings([self.START, *self.alarm(*lines)], "00:00", "23:00")


class TestTexts:
    @pytest.mark.parametrize(
        ("text", "collation", "is_there"),
        [
            ("jour", Collation.ASCII, True),
            ("jour", Collation.OCTET, False),
            ("Jour", Collation.OCTET, True),
            ("MÜLLER", Collation.ASCII, False),
            ("MÜLLER", Collation.UNICODE, True),
            ("fixe, dann", Collation.ASCII, True),
            ("dann; Mittag", Collation.ASCII, True),
            ("Mittag\nund", Collation.ASCII, True),
            ("C:\\Objekte", Collation.OCTET, True),
            ("", Collation.ASCII, True),
        ],
    )
    def test_a_value_is_read_as_people_do(
        self,
        text: str,
        collation: Collation,
        *,
        is_there: bool,
    ) -> None:
        long = r"SUMMARY:Jour fixe\, dann\; Mittag\nund C:\\Objekte mit Frau Müller"
        data = event(long[:40] + "\r\n " + long[40:])

        assert event_fits(data, has("SUMMARY", TextMatch(text, collation))) == is_there

    def test_a_word_over_a_fold_is_one_word(self) -> None:
        data = event("DESCRIPTION:Besich\r\n\ttigung")

        assert event_fits(data, has("DESCRIPTION", TextMatch("besichtigung")))

    def test_a_letter_may_stand_behind_a_backslash(self) -> None:
        assert event_fits(event("SUMMARY:Besich\\tigung"), has("SUMMARY", TextMatch("sichtig")))

    def test_negated_the_property_has_to_be_there_all_the_same(self) -> None:
        # RFC 4791 section 9.7.2: “A property … exists, and … it matches”.
        confirmed = has("STATUS", TextMatch("CANCELLED", is_negated=True))

        assert event_fits(event("STATUS:CONFIRMED"), confirmed)
        assert not event_fits(event("STATUS:CANCELLED"), confirmed)
        assert not event_fits(event(), confirmed)

    def test_of_several_properties_one_has_to_pass(self) -> None:
        two = event("ATTENDEE:mailto:anna@berg.example", "ATTENDEE:mailto:jonas@keil.example")

        assert event_fits(two, has("ATTENDEE", TextMatch("jonas")))
        assert event_fits(two, has("ATTENDEE", TextMatch("anna", is_negated=True)))

    def test_and_it_has_to_pass_all_tests(self) -> None:
        data = event(
            "ATTENDEE;PARTSTAT=ACCEPTED:mailto:anna@berg.example",
            "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:jonas@keil.example",
        )
        undecided = ParameterFilter("PARTSTAT", TextMatch("NEEDS-ACTION"))

        assert event_fits(data, has("ATTENDEE", TextMatch("jonas"), undecided))
        assert not event_fits(data, has("ATTENDEE", TextMatch("anna"), undecided))

    def test_of_a_list_each_entry_is_a_value_too(self) -> None:
        data = event(r"CATEGORIES:Objekt\, Köln,Notar")

        def equal(text: str) -> bool:
            match = TextMatch(text, Collation.UNICODE, MatchType.EQUALS)
            return event_fits(data, has("CATEGORIES", match))

        assert [equal(text) for text in ("notar", "objekt, köln", "objekt")] == [True, True, False]


class TestParameters:
    def test_there_or_not(self) -> None:
        data = event("ATTENDEE;RSVP=TRUE:mailto:anna@berg.example")

        assert event_fits(data, has("ATTENDEE", ParameterFilter("RSVP")))
        assert not event_fits(data, has("ATTENDEE", ParameterFilter("CN")))
        assert event_fits(data, has("ATTENDEE", ParameterFilter("CN", is_not_defined=True)))
        assert not event_fits(data, has("ATTENDEE", ParameterFilter("RSVP", is_not_defined=True)))

    @pytest.mark.parametrize(
        ("text", "is_there"),
        [("Berg, Anna", True), ("Anna", True), ('die "Chefin"', True), ("Jonas", False)],
    )
    def test_its_value_is_read_as_people_do(self, text: str, *, is_there: bool) -> None:
        data = event("ATTENDEE;CN=\"Berg, Anna, die ^'Chefin^'\":mailto:anna@berg.example")

        named = ParameterFilter("CN", TextMatch(text))
        assert event_fits(data, has("ATTENDEE", named)) == is_there

    def test_each_of_several_values_counts(self) -> None:
        data = event(
            'ATTENDEE;MEMBER="mailto:a@x.example","mailto:b@x.example":mailto:c@x.example'
        )
        member = TextMatch("mailto:b@x.example", match_type=MatchType.EQUALS)

        assert event_fits(data, has("ATTENDEE", ParameterFilter("MEMBER", member)))


class TestTimesOfProperties:
    @pytest.mark.parametrize(
        ("lines", "name", "start", "end", "is_there"),
        [
            (["CREATED:20260504T100000Z"], "CREATED", "10:00", "10:01", True),
            (["CREATED:20260504T100000Z"], "CREATED", "10:01", None, False),
            (["CREATED:20260504T100000Z"], "CREATED", None, "10:00", False),
            (["CREATED:tomorrow"], "CREATED", None, "23:00", False),
            ([], "CREATED", None, "23:00", False),
            # “the test should instead operate on the effective DTEND” (section 9.9)
            ([], "DTEND", "11:00", "11:01", True),
            ([], "DTEND", "11:01", "12:00", False),
        ],
    )
    def test_an_instant_lies_in_the_time(
        self,
        lines: list[str],
        name: str,
        start: str | None,
        end: str | None,
        *,
        is_there: bool,
    ) -> None:
        assert event_fits(event(*lines), has(name, within(start, end))) == is_there

    def test_it_goes_by_its_own_clock(self) -> None:
        own = [
            "BEGIN:VTIMEZONE",
            "TZID:Büro",
            "BEGIN:STANDARD",
            "DTSTART:19700101T000000",
            "TZOFFSETFROM:+0300",
            "TZOFFSETTO:+0300",
            "END:STANDARD",
            "END:VTIMEZONE",
        ]
        data = calendar(*own, *component("DTSTART;TZID=Büro:20260504T100000"))
        floating = calendar(*component("DTSTART:20260504T100000"))

        assert event_fits(data, has("DTSTART", within("07:00", "07:01")))
        assert event_fits(floating, has("DTSTART", within("08:00", "08:01", BERLIN)))

    def test_a_task_is_done_in_a_week(self) -> None:
        data = calendar(*component("COMPLETED:20260504T100000Z", kind="VTODO"))
        done = has("COMPLETED", within("2026-05-04T00:00", "2026-05-11T00:00"))

        assert fits(data, ComponentFilter("VTODO", properties=(done,)))


CARD = """BEGIN:VCARD
VERSION:3.0
UID:1
FN:Anna Berg
N:Berg;Anna;;;
item1.EMAIL;TYPE=home,pref:anna@berg.example
item1.X-ABLabel:Privat
EMAIL;TYPE=work:berg@muster.example
TEL;CELL:+49 170 1
CATEGORIES:Eigentümer,Köln
END:VCARD
""".replace("\n", "\r\n").encode()


class TestCards:
    def fits(self, *asked: PropertyFilter, is_any: bool = True, data: bytes = CARD) -> bool:
        text = read_address_object(data).text.decode()
        return matches_card(text, CardFilter(asked, is_any), MOST)

    def test_any_or_all(self) -> None:
        anna = has("FN", TextMatch("anna", Collation.UNICODE))
        jonas = has("FN", TextMatch("jonas", Collation.UNICODE))

        assert self.fits(jonas, anna)
        assert not self.fits(jonas, anna, is_any=False)
        assert self.fits()

    @pytest.mark.parametrize(
        ("match_type", "text", "is_there"),
        [
            (MatchType.EQUALS, "anna berg", True),
            (MatchType.EQUALS, "anna", False),
            (MatchType.STARTS_WITH, "anna", True),
            (MatchType.STARTS_WITH, "berg", False),
            (MatchType.ENDS_WITH, "berg", True),
            (MatchType.ENDS_WITH, "anna", False),
            (MatchType.CONTAINS, "na be", True),
        ],
    )
    def test_where_a_text_stands(
        self, match_type: MatchType, text: str, *, is_there: bool
    ) -> None:
        assert self.fits(has("FN", TextMatch(text, match_type=match_type))) == is_there

    def test_a_group_is_asked_for_or_does_not_matter(self) -> None:
        # RFC 6352 section 10.5.1
        private = TextMatch("anna@")

        assert self.fits(has("EMAIL", private))
        assert self.fits(has("ITEM1.EMAIL", private))
        assert not self.fits(has("ITEM2.EMAIL", private))
        assert not self.fits(has("ITEM1.EMAIL", TextMatch("muster")))
        assert self.fits(PropertyFilter("ITEM2.EMAIL", is_not_defined=True))

    def test_tests_of_one_property_join_by_its_own_word(self) -> None:
        home, muster = ParameterFilter("TYPE", TextMatch("home")), TextMatch("muster")

        assert self.fits(PropertyFilter("EMAIL", (home, muster), is_any=True))
        assert not self.fits(PropertyFilter("EMAIL", (home, muster), is_any=False))

    def test_a_type_of_old_has_no_name(self) -> None:
        assert self.fits(has("TEL", ParameterFilter("TYPE", TextMatch("cell"))))

    def test_one_of_its_categories(self) -> None:
        match = TextMatch("eigentümer", Collation.UNICODE, MatchType.EQUALS)

        assert self.fits(has("CATEGORIES", match))

    def test_not_there(self) -> None:
        assert self.fits(PropertyFilter("NOTE", is_not_defined=True))
        assert not self.fits(PropertyFilter("FN", is_not_defined=True))


class TestMeasure:
    def test_a_query_looks_through_no_more_than_its_measure(self) -> None:
        found = read(event())
        text, columns = found.text.decode(), found.indexed
        asked = ComponentFilter("VCALENDAR", components=(ComponentFilter("VEVENT"),))
        budget = Budget(characters=6 * len(text))

        assert matches_calendar(text, columns, asked, budget)
        with pytest.raises(TooManyInstancesError):
            matches_calendar(text, columns, asked, budget)

    def test_a_text_that_can_not_fit_is_not_read(self) -> None:
        columns = Indexed("1", "VEVENT", None, None, "", "", {})
        notary = has("SUMMARY", TextMatch("Notar"))
        asked = ComponentFilter(
            "VCALENDAR", components=(ComponentFilter("VEVENT", properties=(notary,)),)
        )

        assert not matches_calendar("VCALENDAR VEVENT SUMMARY: broken", columns, asked, MOST)
