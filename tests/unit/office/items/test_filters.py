"""Filters of queries on objects (RFC 4791 section 9.7, RFC 6352 section 10.5)."""

from datetime import UTC
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from office.items import Budget, TooManyInstancesError
from office.items.filters import CardFilter, ComponentFilter, matches_calendar, matches_card
from office.items.property_filters import (
    Collation,
    MatchType,
    ParameterFilter,
    PropertyFilter,
    TextMatch,
    Within,
)
from tests.calendar_texts import calendar, component, event, read, us
from tests.groupware_door import card

NOON = "DTSTART:20260504T120000Z"


def within(start: str | None, end: str | None) -> Within:
    seconds = [None if each is None else us(each) // 1_000_000 for each in (start, end)]
    return Within(seconds[0], seconds[1], UTC)


def fits(data: bytes, *properties: PropertyFilter, inner: ComponentFilter | None = None) -> bool:
    """Whether an object's VEVENT passes."""
    components = () if inner is None else (inner,)
    asked = ComponentFilter("VEVENT", properties=properties, components=components)
    taken = read(data)
    return matches_calendar(
        taken.text.decode(),
        taken.indexed,
        ComponentFilter("VCALENDAR", components=(asked,)),
        Budget(0, 10_000_000),
        zone=UTC,
    )


def summary(
    text: str, collation: Collation = Collation.ASCII, *, is_negated: bool = False
) -> PropertyFilter:
    return PropertyFilter("SUMMARY", (TextMatch(text, collation, is_negated=is_negated),))


@pytest.mark.parametrize(
    ("text", "collation", "is_found"),
    [
        ("besichtigung", Collation.ASCII, True),
        ("BESICHT", Collation.ASCII, True),
        ("BESICHT", Collation.OCTET, False),
        ("Besicht", Collation.OCTET, True),
        ("müller", Collation.ASCII, False),  # only A to Z are folded there
        ("müller", Collation.UNICODE, True),
        ("mu\u0308ller", Collation.UNICODE, True),
        ("müller, ha", Collation.UNICODE, True),
        ("strasse", Collation.UNICODE, True),
        ("nirgends", Collation.UNICODE, False),
        ("", Collation.ASCII, True),
    ],
)
def test_a_text_by_its_collation(text: str, collation: Collation, is_found: bool) -> None:  # noqa: FBT001 - a row of the table
    sent = event(NOON, "SUMMARY:Besichtigung MÜller\\, Hafen\r\n straße")

    assert fits(sent, summary(text, collation)) == is_found


def test_a_word_across_a_fold_or_behind_a_backslash_is_found() -> None:
    assert fits(event(NOON, "SUMMARY:Besich\r\n tigung"), summary("besichtigung"))
    assert fits(event(NOON, "SUMMARY:Besich\\tigung"), summary("besichtigung"))


def test_negated_means_that_no_line_has_it_but_one_is_there() -> None:
    negated = summary("notar", is_negated=True)

    assert fits(event(NOON, "SUMMARY:Besichtigung"), negated)
    assert not fits(event(NOON, "SUMMARY:Notar"), negated)
    assert not fits(event(NOON), negated)


def test_lines_that_are_there_or_not() -> None:
    there, missing = PropertyFilter("LOCATION"), PropertyFilter("LOCATION", is_not_defined=True)

    for line, is_there in (("LOCATION:Köln", True), ("DESCRIPTION:LOCATION", False)):
        assert fits(event(NOON, line), there) == is_there
        assert fits(event(NOON, line), missing) != is_there


def test_all_are_asked_of_one_component() -> None:
    master = component(NOON, "RRULE:FREQ=DAILY", "SUMMARY:Jour fixe", "LOCATION:Köln")
    moved = component("RECURRENCE-ID:20260505T120000Z", NOON, "SUMMARY:Notar", "LOCATION:Bonn")
    sent = calendar(*master, *moved)
    place = PropertyFilter("LOCATION", (TextMatch("bonn"),))

    assert fits(sent, summary("notar"), place)
    assert not fits(sent, summary("jour"), place)


def test_each_category_is_a_text_of_its_own() -> None:
    asked = TextMatch("privat", match_type=MatchType.EQUALS)

    assert fits(event(NOON, "CATEGORIES:Büro,Privat"), PropertyFilter("CATEGORIES", (asked,)))


def test_parameters() -> None:
    sent = event(NOON, 'ATTENDEE;PARTSTAT=ACCEPTED;CN="Berg, Anna":mailto:a@x.example')

    for name, text, is_found in (
        ("PARTSTAT", "accepted", True),
        ("CN", "berg, a", True),
        ("CN", "keil", False),
        ("ROLE", None, False),
        ("CN", None, True),
    ):
        test = ParameterFilter(name, None if text is None else TextMatch(text))
        assert fits(sent, PropertyFilter("ATTENDEE", (test,))) == is_found, name
    absent = ParameterFilter("ROLE", is_not_defined=True)
    assert fits(sent, PropertyFilter("ATTENDEE", (absent,)))


def test_a_propertys_time() -> None:
    sent = event(NOON, "LAST-MODIFIED:20260101T120000Z", "X-A;TZID=Europe/Berlin:20260101T003000")
    changed = PropertyFilter("LAST-MODIFIED", (within("2026-01-01", "2026-01-02"),))

    assert fits(sent, changed)
    assert not fits(sent, PropertyFilter("LAST-MODIFIED", (within("2026-01-02", None),)))
    assert fits(sent, PropertyFilter("X-A", (within(None, "2026-01-01"),)))
    assert not fits(sent, PropertyFilter("SUMMARY", (within(None, "2026-01-01"),)))


@pytest.mark.parametrize(
    ("trigger", "start", "is_found"),
    [
        ("TRIGGER:-PT15M", "2026-05-04T11:45", True),
        ("TRIGGER:-PT15M", "2026-05-04T12:00", False),
        ("TRIGGER:-PT15M", "2026-05-11T11:45", True),  # the week after
        ("TRIGGER;RELATED=END:PT5M", "2026-05-04T13:05", True),
        ("TRIGGER;VALUE=DATE-TIME:20260101T000000Z", "2026-01-01", True),
        ("TRIGGER:-P2D\r\nREPEAT:3\r\nDURATION:PT1H", "2026-05-02T15:00", True),
        ("TRIGGER:-P2D\r\nREPEAT:3\r\nDURATION:PT1H", "2026-05-02T16:00", False),
        ("TRIGGER:nie", "2026-05-04T12:00", False),
        ("ACTION:DISPLAY", "2026-05-04T12:00", False),
    ],
)
def test_alarms_by_when_they_ring(trigger: str, start: str, is_found: bool) -> None:  # noqa: FBT001 - a row of the table
    sent = event(NOON, "DURATION:PT1H", "RRULE:FREQ=WEEKLY", "BEGIN:VALARM", trigger, "END:VALARM")
    end = f"{start}:59" if "T" in start else f"{start}T00:00:59"

    assert fits(sent, inner=ComponentFilter("VALARM", within=within(start, end))) == is_found


def test_components_that_are_there_or_not() -> None:
    alarmed = event(NOON, "BEGIN:VALARM", "TRIGGER:PT0S", "END:VALARM")
    none = ComponentFilter("VALARM", is_not_defined=True)

    assert fits(alarmed, inner=ComponentFilter("VALARM"))
    assert not fits(alarmed, inner=none)
    assert fits(event(NOON), inner=none)


def test_dates_are_the_askers() -> None:
    taken = read(event("DTSTART;VALUE=DATE:20260504"))
    whole = ComponentFilter("VCALENDAR", within=within("2026-05-03T22:30", "2026-05-03T23:00"))

    for zone, is_found in ((ZoneInfo("Europe/Berlin"), True), (UTC, False)):
        text = taken.text.decode()
        assert matches_calendar(text, taken.indexed, whole, Budget(0, 999), zone=zone) == is_found


def found(data: bytes, *properties: PropertyFilter, is_any: bool = True) -> bool:
    return matches_card(data.decode(), CardFilter(properties, is_any=is_any), Budget(0, 10_000))


def test_cards_by_any_or_by_all() -> None:
    sent = card("1", "Anna Berg", "item1.EMAIL;TYPE=WORK:anna@berg.example")
    name = PropertyFilter("FN", (TextMatch("anna", Collation.UNICODE),))
    other = PropertyFilter("NOTE", is_not_defined=True)
    mail = PropertyFilter("EMAIL", (TextMatch("keil"), ParameterFilter("TYPE")), is_any=True)
    wrong = PropertyFilter("EMAIL", (TextMatch("keil"),))

    assert found(sent, name, wrong)
    assert not found(sent, name, wrong, is_any=False)
    assert found(sent, name, other, mail, is_any=False)


@pytest.mark.parametrize(
    ("match_type", "text", "is_found"),
    [
        (MatchType.EQUALS, "anna berg", True),
        (MatchType.EQUALS, "anna", False),
        (MatchType.STARTS_WITH, "anna", True),
        (MatchType.STARTS_WITH, "berg", False),
        (MatchType.ENDS_WITH, "berg", True),
        (MatchType.ENDS_WITH, "anna", False),
    ],
)
def test_where_in_a_value_a_text_stands(match_type: MatchType, text: str, is_found: bool) -> None:  # noqa: FBT001 - a row of the table
    asked = PropertyFilter("FN", (TextMatch(text, Collation.UNICODE, match_type),))

    assert found(card("1", "Anna Berg"), asked) == is_found


def test_no_query_looks_through_more_than_its_measure() -> None:
    asked = CardFilter((PropertyFilter("FN", (TextMatch("x"),)),), is_any=True)
    budget = Budget(0, 1_000)
    text = card("1", "Anna Berg").decode()

    for _ in range(budget.characters // len(text)):
        matches_card(text, asked, budget)

    with pytest.raises(TooManyInstancesError):
        matches_card(text, asked, budget)


@given(
    value=st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), max_size=12),
    text=st.text("aAkKsSß\u017f\u212aé .@", max_size=3),
    collation=st.sampled_from(Collation),
)
def test_what_is_found_is_found_by_its_words_too(
    value: str, text: str, collation: Collation
) -> None:
    """What is looked for before a text is read never hides what reading it would find."""
    sent = card("1", value)

    is_in = collation.key(text) in collation.key(value)
    if "\\" not in value:
        assert found(sent, PropertyFilter("FN", (TextMatch(text, collation),))) == is_in
