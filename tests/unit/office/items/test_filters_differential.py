"""Our filters against Radicale's, where it is right; where not, the RFC's sentence that decides.

Radicale is no part of the server: it is here to be compared with.
"""

import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from itertools import compress, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from radicale import item as radicale_item
from radicale.app.report import test_filter as radicale_matches

from office.items import Budget, read_address_object
from office.items.collations import Collation
from office.items.filters import CardFilter, ComponentFilter, matches_calendar, matches_card
from office.items.property_filters import (
    MatchType,
    ParameterFilter,
    PropertyFilter,
    TextMatch,
    Within,
)
from tests.calendar_texts import calendar, component, read

CAL = "{urn:ietf:params:xml:ns:caldav}"
CARD = "{urn:ietf:params:xml:ns:carddav}"
MIDNIGHT = 1_777_852_800  # 4 May 2026
HOUR = 3600
WORDS = ("Notar", "NOTAR", "Besichtigung", "a", "be", "x y")


def _texts(*kinds: MatchType) -> st.SearchStrategy[TextMatch]:
    collations = st.sampled_from((Collation.ASCII, Collation.OCTET))
    return st.builds(
        TextMatch,
        st.sampled_from((*WORDS, "o", "T")),
        collations,
        st.sampled_from(kinds),
        st.booleans(),
    )


def _asked(names: tuple[str, ...], *kinds: MatchType) -> st.SearchStrategy[PropertyFilter]:
    name = st.sampled_from(names)
    language = st.builds(
        ParameterFilter, st.just("LANGUAGE"), st.none() | _texts(*kinds)
    ) | st.just(ParameterFilter("LANGUAGE", is_not_defined=True))
    tests = st.one_of(
        st.just(()),
        st.tuples(_texts(*kinds)),
        st.tuples(_texts(*kinds), language),
        st.tuples(language),
    )
    return st.builds(PropertyFilter, name, tests, st.just(value=False)) | st.builds(
        PropertyFilter, name, is_not_defined=st.just(value=True)
    )


times = st.builds(
    lambda start, length: Within(MIDNIGHT + start * HOUR, MIDNIGHT + (start + length) * HOUR, UTC),
    st.integers(-30, 200),
    st.integers(1, 30),
)


@st.composite
def events(draw: st.DrawFn) -> bytes:
    """One event whose properties come once each: what Radicale sees as the RFC does."""
    lines = [f"DTSTART:202605{draw(st.integers(3, 6)):02}T{draw(st.integers(0, 23)):02}0000Z"]
    lines.append(f"DURATION:PT{draw(st.integers(1, 50))}H")
    if draw(st.booleans()):
        lines.append(f"RRULE:FREQ=DAILY;INTERVAL={draw(st.integers(3, 5))};COUNT=4")
    for name in ("SUMMARY", "LOCATION", "DESCRIPTION"):
        if draw(st.booleans()):
            language = draw(st.sampled_from(("", ";LANGUAGE=Notar")))
            lines.append(f"{name}{language}:{draw(st.sampled_from(WORDS))}")
    return calendar(*component(*lines))


calendars = given(
    data=events(),
    asked=st.lists(_asked(("SUMMARY", "LOCATION", "DESCRIPTION"), MatchType.CONTAINS), max_size=2),
    within=st.none() | times,
)


@calendars
def test_events_pass_where_they_pass_radicale(
    data: bytes, asked: list[PropertyFilter], within: Within | None
) -> None:
    _check(data, ComponentFilter("VEVENT", within=within, properties=tuple(asked)))


@pytest.mark.soak
@settings(max_examples=5_000)
@calendars
def test_so_do_thousands(data: bytes, asked: list[PropertyFilter], within: Within | None) -> None:
    _check(data, ComponentFilter("VEVENT", within=within, properties=tuple(asked)))


def _check(data: bytes, event: ComponentFilter) -> None:
    assert _ours(data, event) == _theirs(data, event)


def _ours(data: bytes, event: ComponentFilter) -> bool:
    found = read(data)
    whole = ComponentFilter("VCALENDAR", components=(event,))
    budget = Budget(100_000, 1_000_000)
    return matches_calendar(found.text.decode(), found.indexed, whole, budget)


def _theirs(data: bytes, event: ComponentFilter) -> bool:
    filter_ = ET.Element(f"{CAL}filter")
    _component(filter_, ComponentFilter("VCALENDAR", components=(event,)))
    item = radicale_item.Item(collection_path="a", text=data.decode(), component_name=event.name)
    item._name = "VCALENDAR"
    return bool(radicale_matches("VCALENDAR", item, filter_))


def test_tasks_happen_when_they_do_for_radicale() -> None:
    """Every kind of task of RFC 4791 section 9.9, every time that begins or ends on an edge."""
    dates = (
        "DTSTART:20260504T100000Z",
        "DUE:20260504T120000Z",
        "DURATION:PT2H",
        "COMPLETED:20260504T120000Z",
        "CREATED:20260504T100000Z",
    )
    hours = [(start, end) for start in range(9, 13) for end in range(start + 1, 14)]
    for is_there in product((True, False), repeat=len(dates)):
        starts, is_due, lasts, *_ = is_there
        if lasts and (is_due or not starts):
            continue
        data = calendar(*component(*compress(dates, is_there), kind="VTODO"))
        for start, end in hours:
            within = Within(MIDNIGHT + start * HOUR, MIDNIGHT + end * HOUR, UTC)
            _check(data, ComponentFilter("VTODO", within=within))


@st.composite
def cards(draw: st.DrawFn) -> bytes:
    lines = [
        "BEGIN:VCARD",
        "VERSION:3.0",
        "UID:1",
        f"FN:{draw(st.sampled_from(WORDS))}",
        "N:a;;;;",
    ]
    for name in ("NOTE", "TITLE"):
        if draw(st.booleans()):
            language = draw(st.sampled_from(("", ";LANGUAGE=Notar")))
            lines.append(f"{name}{language}:{draw(st.sampled_from(WORDS))}")
    return "\r\n".join([*lines, "END:VCARD", ""]).encode()


contacts = given(
    data=cards(),
    asked=st.builds(
        CardFilter,
        st.lists(_asked(("FN", "NOTE", "TITLE"), *MatchType), min_size=1, max_size=3).map(tuple),
        st.booleans(),
    ),
)


@contacts
def test_contacts_pass_where_they_pass_radicale(data: bytes, asked: CardFilter) -> None:
    _check_card(data, asked)


@pytest.mark.soak
@settings(max_examples=5_000)
@contacts
def test_so_do_thousands_of_contacts(data: bytes, asked: CardFilter) -> None:
    _check_card(data, asked)


def _check_card(data: bytes, asked: CardFilter) -> None:
    text = read_address_object(data).text.decode()
    filter_ = ET.Element(f"{CARD}filter", test="anyof" if asked.is_any else "allof")
    for each in asked.properties:
        _property(filter_, CARD, each)
    item = radicale_item.Item(collection_path="a", text=text, component_name="VCARD")
    item._name = "VCARD"

    theirs = radicale_matches("VADDRESSBOOK", item, filter_)
    assert matches_card(text, asked, Budget(characters=1_000_000)) == bool(theirs)


def _component(parent: ET.Element, asked: ComponentFilter) -> None:
    element = ET.SubElement(parent, f"{CAL}comp-filter", name=asked.name)
    if asked.within is not None:
        _range(element, asked.within)
    for each in asked.properties:
        _property(element, CAL, each)
    for inner in asked.components:
        _component(element, inner)


def _range(parent: ET.Element, within: Within) -> None:
    sides = {"start": within.start, "end": within.end}
    shown = {
        name: datetime.fromtimestamp(second, UTC).strftime("%Y%m%dT%H%M%SZ")
        for name, second in sides.items()
        if second is not None
    }
    ET.SubElement(parent, f"{CAL}time-range", shown)


def _property(parent: ET.Element, prefix: str, asked: PropertyFilter) -> None:
    test = {} if prefix == CAL else {"test": "anyof" if asked.is_any else "allof"}
    element = ET.SubElement(parent, f"{prefix}prop-filter", {"name": asked.name, **test})
    if asked.is_not_defined:
        ET.SubElement(element, f"{prefix}is-not-defined")
    for each in asked.tests:
        if isinstance(each, TextMatch):
            _text(element, prefix, each)
        elif isinstance(each, ParameterFilter):
            inner = ET.SubElement(element, f"{prefix}param-filter", name=each.name)
            if each.is_not_defined:
                ET.SubElement(inner, f"{prefix}is-not-defined")
            if each.text is not None:
                _text(inner, prefix, each.text)


def _text(parent: ET.Element, prefix: str, asked: TextMatch) -> None:
    element = ET.SubElement(parent, f"{prefix}text-match", collation=asked.collation.value)
    element.set("negate-condition", "yes" if asked.is_negated else "no")
    element.set("match-type", asked.match_type.value)
    element.text = asked.text


class TestWhereRadicaleIsWrong:
    """Each with the sentence of the RFC that decides."""

    def differ(self, data: bytes, event: ComponentFilter) -> bool:
        """What we say where Radicale says the opposite."""
        ours = _ours(data, event)
        assert _theirs(data, event) != ours
        return ours

    def test_of_two_attendees_one_is_not_anna(self) -> None:
        # RFC 4791 section 9.7.2: “A property of the type … exists, and … it matches”.
        data = calendar(
            *component("DTSTART:20260504T100000Z", "ATTENDEE:mailto:anna", "ATTENDEE:mailto:jonas")
        )
        not_anna = PropertyFilter("ATTENDEE", (TextMatch("anna", is_negated=True),))

        assert self.differ(data, ComponentFilter("VEVENT", properties=(not_anna,)))

    def test_both_tests_are_of_one_attendee(self) -> None:
        # RFC 4791 section 7.8.7: the attendee who has to answer is the one that is named.
        data = calendar(
            *component(
                "DTSTART:20260504T100000Z",
                "ATTENDEE;PARTSTAT=ACCEPTED:mailto:anna",
                "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:jonas",
            )
        )
        open_ = ParameterFilter("PARTSTAT", TextMatch("NEEDS-ACTION"))
        anna = PropertyFilter("ATTENDEE", (TextMatch("anna"), open_))

        assert not self.differ(data, ComponentFilter("VEVENT", properties=(anna,)))

    def test_ascii_casemap_knows_no_umlauts(self) -> None:
        # RFC 4790 section 9.2.1: “the 26 … letters”.
        data = calendar(*component("DTSTART:20260504T100000Z", "SUMMARY:Müller"))
        capitals = PropertyFilter("SUMMARY", (TextMatch("MÜLLER"),))

        assert not self.differ(data, ComponentFilter("VEVENT", properties=(capitals,)))

    def test_unicode_casemap_knows_both_spellings_of_an_umlaut(self) -> None:
        # RFC 5051 section 2, step 2 (b): decompositions.
        data = calendar(*component("DTSTART:20260504T100000Z", "SUMMARY:Mu\u0308ller"))
        composed = PropertyFilter("SUMMARY", (TextMatch("müller", Collation.UNICODE),))

        assert self.differ(data, ComponentFilter("VEVENT", properties=(composed,)))

    def test_the_changed_instance_is_another_component(self) -> None:
        # RFC 4791 section 9.7.1: “… also match the targeted calendar component”.
        series = component(
            "DTSTART:20260504T100000Z",
            "DURATION:PT1H",
            "RRULE:FREQ=DAILY;COUNT=3",
            "SUMMARY:Kaffee",
        )
        tea = component(
            "RECURRENCE-ID:20260505T100000Z",
            "DTSTART:20260505T100000Z",
            "DURATION:PT1H",
            "SUMMARY:Tee",
        )
        tuesday = Within(MIDNIGHT + 24 * HOUR, MIDNIGHT + 48 * HOUR, UTC)
        coffee = PropertyFilter("SUMMARY", (TextMatch("Kaffee"),))

        asked = ComponentFilter("VEVENT", within=tuesday, properties=(coffee,))
        assert not self.differ(calendar(*series, *tea), asked)

    def test_an_alarm_rings_at_the_beginning_of_the_time(self) -> None:
        # RFC 4791 section 9.9: “(start <= trigger-time) AND (end > trigger-time)”.
        data = calendar(
            *component(
                "DTSTART:20260504T000000Z",
                "DURATION:PT1H",
                "BEGIN:VALARM",
                "ACTION:AUDIO",
                "TRIGGER:PT0S",
                "END:VALARM",
            )
        )
        alarm = ComponentFilter("VALARM", within=Within(MIDNIGHT, MIDNIGHT + HOUR, UTC))

        assert self.differ(data, ComponentFilter("VEVENT", components=(alarm,)))
