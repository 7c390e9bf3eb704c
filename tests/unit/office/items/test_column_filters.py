"""What columns say to filters, compared with what the text itself says."""

from dataclasses import dataclass
from datetime import UTC

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from office.items import Budget, Indexed, fold, read_address_object
from office.items.collations import Collation
from office.items.column_filters import calendar_verdict, card_verdict
from office.items.filters import (
    CardFilter,
    ComponentFilter,
    ObjectScope,
    matches_calendar,
    matches_card,
)
from office.items.property_filters import (
    MatchType,
    ParameterFilter,
    PropertyFilter,
    TextMatch,
    Within,
)
from tests.calendar_texts import calendar, component, read

MIDNIGHT = 1_777_852_800  # 4 May 2026
HOUR = 3600
WORDS = ("", "Notar", "NOTAR", "Müller", "mu\u0308ller", "straße", "STRASSE", "a,b", "m²", "é")
COLUMNS = ("FN", "N", "ORG", "EMAIL", "TEL", "CATEGORIES", "BDAY")

texts = st.builds(
    TextMatch,
    st.sampled_from((*WORDS, "o", "e", "ss", "2", "\n")),
    st.sampled_from(Collation),
    st.sampled_from(MatchType),
    st.booleans(),
)
parameters = st.builds(
    ParameterFilter, st.sampled_from(("TYPE", "LANGUAGE")), st.one_of(st.none(), texts)
) | st.builds(ParameterFilter, st.just("TYPE"), is_not_defined=st.just(value=True))
times = st.builds(
    lambda start, length: Within(MIDNIGHT + start * HOUR, MIDNIGHT + (start + length) * HOUR, UTC),
    st.integers(-30, 60),
    st.integers(1, 30),
)


def properties(*names: str) -> st.SearchStrategy[PropertyFilter]:
    tests = st.lists(texts | parameters, max_size=2).map(tuple)
    name = st.sampled_from(names)
    return st.builds(PropertyFilter, name, tests, st.booleans()) | st.builds(
        PropertyFilter, name, is_not_defined=st.just(value=True)
    )


inside = st.sampled_from(((), (), (ComponentFilter("VALARM"),)))


@st.composite
def components(draw: st.DrawFn) -> ComponentFilter:
    name = draw(st.sampled_from(("VEVENT", "VEVENT", "VEVENT", "VTODO", "VALARM")))
    if draw(st.integers(0, 9)) == 0:
        return ComponentFilter(name, is_not_defined=True)
    asked = draw(st.lists(properties("SUMMARY", "UID", "LOCATION"), max_size=2))
    return ComponentFilter(
        name, within=draw(st.none() | times), properties=tuple(asked), components=draw(inside)
    )


def _lines(draw: st.DrawFn) -> list[str]:
    lines = []
    for name in ("SUMMARY", "LOCATION"):
        if draw(st.booleans()):
            language = draw(st.sampled_from(("", ";LANGUAGE=de", ';X="a;b"')))
            value = draw(st.sampled_from(WORDS)) + draw(
                st.sampled_from(("", " bei Müller", r"\n"))
            )
            lines.append(f"{name}{language}:{value}")
    if draw(st.booleans()):
        lines += ["BEGIN:VALARM", "TRIGGER:-PT5M", "END:VALARM"]
    return lines


@st.composite
def objects(draw: st.DrawFn) -> bytes:
    repeats = draw(st.booleans())
    rule = ["RRULE:FREQ=DAILY;COUNT=3"] if repeats else []
    master = component(
        "DTSTART:20260504T100000Z", "DURATION:PT1H", *rule, *_lines(draw), uid="Notar@x"
    )
    changed: list[str] = []
    if repeats and draw(st.booleans()):
        changed = component(
            draw(
                st.sampled_from(
                    (
                        "RECURRENCE-ID:20260505T100000Z",
                        "RECURRENCE-ID;RANGE=THISANDFUTURE:20260505T100000Z",
                    )
                )
            ),
            "DTSTART:20260505T200000Z",
            *_lines(draw),
            uid="Notar@x",
        )
    return calendar(*master, *changed)


@dataclass
class Columns:
    """An object's columns, as a row of the store has them."""

    indexed: Indexed

    component = property(lambda self: self.indexed.component)
    starts_us = property(lambda self: self.indexed.starts_us)
    ends_us = property(lambda self: self.indexed.ends_us)
    recurrence = property(lambda self: self.indexed.recurrence)
    uid = property(lambda self: self.indexed.uid)
    summary = property(lambda self: self.indexed.summary)


calendars = given(data=objects(), asked=st.lists(components(), min_size=1, max_size=2))


@calendars
def test_columns_say_of_events_what_their_texts_say(
    data: bytes, asked: list[ComponentFilter]
) -> None:
    _check_calendar(data, asked)


@pytest.mark.soak
@settings(max_examples=20_000)
@calendars
def test_so_they_do_of_thousands(data: bytes, asked: list[ComponentFilter]) -> None:
    _check_calendar(data, asked)


def _check_calendar(data: bytes, asked: list[ComponentFilter]) -> None:
    found = read(data)
    whole = ComponentFilter("VCALENDAR", components=tuple(asked))
    scope = ObjectScope(found.text.decode(), found.indexed)
    told = whole.fits(scope.top, scope)

    budget = Budget(characters=1_000_000)
    assert matches_calendar(found.text.decode(), found.indexed, whole, budget) == told
    assert calendar_verdict(whole, Columns(found.indexed)) in {told, None}


@st.composite
def cards(draw: st.DrawFn) -> bytes:
    lines = ["BEGIN:VCARD", "VERSION:3.0", "UID:1", f"FN:{draw(st.sampled_from(WORDS)) or 'x'}"]
    for name in draw(st.lists(st.sampled_from(("EMAIL", "TEL", "ORG", "CATEGORIES", "NOTE")))):
        kind = draw(st.sampled_from(("", ";TYPE=home,work", ";TYPE=Notar", ";PREF")))
        group = draw(st.sampled_from(("", "item1.")))
        value = ",".join(draw(st.lists(st.sampled_from(WORDS), max_size=3)))
        lines.append(f"{group}{name}{kind}:{value}")
    return "\r\n".join([*lines, "END:VCARD", ""]).encode()


card_filters = st.builds(
    CardFilter,
    st.lists(
        properties("FN", "EMAIL", "ITEM1.EMAIL", "TEL", "ORG", "CATEGORIES", "NOTE"), max_size=3
    ).map(tuple),
    st.booleans(),
)
contacts = given(data=cards(), asked=card_filters)


@contacts
def test_columns_say_of_contacts_what_their_texts_say(data: bytes, asked: CardFilter) -> None:
    _check_card(data, asked)


@pytest.mark.soak
@settings(max_examples=20_000)
@contacts
def test_so_they_do_of_thousands_of_contacts(data: bytes, asked: CardFilter) -> None:
    _check_card(data, asked)


def _check_card(data: bytes, asked: CardFilter) -> None:
    found = read_address_object(data)
    scope = ObjectScope(found.text.decode(), None)
    told = asked.fits(scope.root, scope)

    budget = Budget(characters=1_000_000)
    assert matches_card(found.text.decode(), asked, budget) == told
    columns = {name: found.indexed.fields.get(name, "") for name in COLUMNS}
    assert card_verdict(asked, columns) in {told, None}


class TestKnown:
    """What is told without any text."""

    def verdict(self, data: bytes, *asked: PropertyFilter, within: Within | None = None) -> object:
        event = ComponentFilter("VEVENT", within=within, properties=asked)
        whole = ComponentFilter("VCALENDAR", components=(event,))
        return calendar_verdict(whole, Columns(read(data).indexed))

    def test_kind_time_and_the_words_of_a_summary(self) -> None:
        data = calendar(*component("DTSTART:20260504T100000Z", "SUMMARY:Termin beim Notar"))
        day = Within(MIDNIGHT, MIDNIGHT + 24 * HOUR, UTC)

        def summary(text: str) -> PropertyFilter:
            return PropertyFilter("SUMMARY", (TextMatch(text),))

        assert self.verdict(data, summary("notar"), within=day) is True
        assert self.verdict(data, summary("bank"), within=day) is False
        assert self.verdict(data, PropertyFilter("UID", (TextMatch("1@muster"),))) is True
        assert self.verdict(data, PropertyFilter("LOCATION")) is None

    def test_one_of_several_texts_is_enough_where_any_is_asked_for(self) -> None:
        data = calendar(*component("DTSTART:20260504T100000Z", "SUMMARY:Termin beim Notar"))
        texts_ = (TextMatch("bank"), TextMatch(""))

        def verdict(name: str, *tests: TextMatch) -> object:
            return self.verdict(data, PropertyFilter(name, tests, is_any=True))

        for name in ("UID", "SUMMARY"):
            assert verdict(name, *texts_) is True
            assert verdict(name, TextMatch("bank"), TextMatch("auto")) is False
            assert verdict(name) is True
            assert self.verdict(data, PropertyFilter(name, texts_)) is False

    def test_a_contact_that_does_not_hold_the_word(self) -> None:
        columns = {**dict.fromkeys(COLUMNS, ""), "FN": fold("Anna Müller")}

        def verdict(name: str, text: str) -> object:
            match = TextMatch(text, Collation.UNICODE)
            asked = (PropertyFilter(name, (match,)),)
            return card_verdict(CardFilter(asked, is_any=True), columns)

        assert verdict("FN", "keil") is False
        assert verdict("EMAIL", "anna") is False
        assert verdict("FN", "müller") is None
        assert verdict("NOTE", "müller") is None
