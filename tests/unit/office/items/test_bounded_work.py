"""Objects that are taken but made to keep whoever asks about them busy: told in milliseconds."""

import re
from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from office.items import (
    Budget,
    InvalidItemError,
    TooManyInstancesError,
    busy_intervals,
    occurrences,
    occurs_in,
)
from office.items.content_lines import clean, fold_line, unescape, unfold
from office.items.filters import ComponentFilter, matches_calendar
from office.items.property_filters import PropertyFilter, TextMatch, Within
from office.items.recurrence_limits import limited_overrides
from tests.calendar_texts import calendar, component, event, indexed, read, us
from tests.pace import within

EVER = us("0001-01-02"), us("9999-12-01")
MORNING = us("2026-01-02T02:00"), us("2026-01-02T03:00")
DAILY = ("DTSTART:00010101T000000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY")


def test_a_date_that_lasts_for_millennia() -> None:
    series = indexed(*DAILY, "RDATE;VALUE=PERIOD:00020101T000000Z/P9000D")

    with within(0.1):
        assert not occurs_in(series, *MORNING)
        assert occurs_in(series, us("0020-01-01T02:00"), us("0020-01-01T03:00"))


@pytest.mark.parametrize("year", [2026, 4026, 9000])
def test_a_series_that_goes_on_millennia_later(year: int) -> None:
    later = component(
        "RECURRENCE-ID;RANGE=THISANDFUTURE:00010103T000000Z",
        "DTSTART:30000103T060000Z",
        "DURATION:PT1H",
    )
    series = read(calendar(*component(*DAILY), *later)).indexed

    with within(0.1):
        assert not occurs_in(series, us(f"{year}-01-02T02:00"), us(f"{year}-01-02T03:00"))
        is_later = year > 3000
        assert occurs_in(series, us(f"{year}-01-02T06:00"), us(f"{year}-01-02T07:00")) == is_later


def test_a_thousand_turns_of_a_series() -> None:
    turns = [
        line
        for year in range(2, 1_500)
        for line in component(
            f"RECURRENCE-ID;RANGE=THISANDFUTURE:{year:04}0103T000000Z",
            f"DTSTART:{9000 - year}0103T000000Z",
            "DURATION:PT1H",
        )
    ]
    series = read(calendar(*component(*DAILY), *turns)).indexed

    with within(0.5):
        assert not occurs_in(series, *MORNING)
        assert len(occurrences(series, *EVER, limit=9_999)) == 9_999


def test_days_that_are_all_free_are_not_counted() -> None:
    series = indexed("DTSTART;VALUE=DATE:00010101", "RRULE:FREQ=DAILY", "TRANSP:TRANSPARENT")

    with within(0.1):
        assert busy_intervals(series, *EVER, budget=Budget(10)) == []


def test_more_than_is_told_at_once_is_refused_and_not_cut() -> None:
    series = indexed(*DAILY)

    with within(0.5), pytest.raises(TooManyInstancesError):
        busy_intervals(series, *EVER, budget=Budget(10_000))
    days = us("2026-01-01"), us("2026-01-11")
    assert len(busy_intervals(series, *days, budget=Budget(10))) == 10
    with pytest.raises(TooManyInstancesError):
        busy_intervals(series, *days, budget=Budget(9))


def zone(*parts: str) -> list[str]:
    return ["BEGIN:VTIMEZONE", "TZID:Eigene", *parts, "END:VTIMEZONE"]


def part(onset: str, *lines: str) -> list[str]:
    offsets = ("TZOFFSETFROM:+0200", "TZOFFSETTO:+0100")
    return ["BEGIN:STANDARD", f"DTSTART:{onset}", *lines, *offsets, "END:STANDARD"]


OWN = component("DTSTART;TZID=Eigene:16050101T100000", "DURATION:PT1H", "RRULE:FREQ=YEARLY")


def test_a_zone_of_its_own_over_ten_millennia() -> None:
    rules = [
        line
        for month in (3, 6, 9, 12)
        for line in part(
            f"16010{month % 10}01T030000", f"RRULE:FREQ=YEARLY;BYMONTH={month};BYDAY=-1SU"
        )
    ]
    series = read(calendar(*zone(*rules), *OWN)).indexed

    with within(2):
        found = busy_intervals(series, *EVER, budget=Budget(10_000))

    assert len(found) == 9999 - 1605 + 1
    # What it is in one year it is 400 years later.
    assert {each.starts_us // 3_600_000_000 % 24 for each in found} == {9}


def test_two_rules_of_a_zone_from_the_same_day_on() -> None:
    rules = [*part("20001028T030000", "RRULE:FREQ=YEARLY;BYMONTH=10"), *part("20001028T030000")]
    twice = [*rules, *part("20001028T030000", "RRULE:FREQ=YEARLY;BYMONTH=11")]

    assert read(calendar(*zone(*twice), *OWN)).indexed.recurrence


@pytest.mark.parametrize(
    "parts",
    [
        part("20001028T030000", "RRULE:FREQ=YEARLY;BYMONTH=10") * 5,
        part("20001028T030000", "RRULE:FREQ=YEARLY;UNTIL=20200101T000000Z;BYMONTH=10") * 31,
        part(
            "20001028T030000", "RDATE:" + ",".join(f"200101{day}T000000" for day in range(10, 20))
        )
        * 200,
        part("20001028T030000", "RRULE:FREQ=YEARLY;INTERVAL=7;BYMONTH=10"),
        part("99991028T030000"),
    ],
    ids=["rules without end", "rules", "dates", "odd years", "end of time"],
)
def test_a_zone_without_measure_is_refused(parts: list[str]) -> None:
    with within(0.5), pytest.raises(InvalidItemError):
        read(calendar(*zone(*parts), *OWN))


def test_more_zones_than_anybody_lives_in_are_refused() -> None:
    zones = [
        line
        for number in range(30)
        for line in zone(*part("20001028T030000"))
        for line in [line.replace("Eigene", f"Zone {number}")]
    ]
    dates = [f"EXDATE;TZID=Zone {number}:20260101T100000" for number in range(30)]

    with pytest.raises(InvalidItemError, match="more than 20"):
        read(calendar(*zones, *component("DTSTART:20260101T100000Z", *dates)))


@given(st.text("\\nN,;aä", max_size=12))
def test_escapes_are_undone_from_left_to_right(value: str) -> None:
    undone = re.sub(
        r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], value, flags=re.DOTALL
    )

    assert unescape(value) == undone


@given(st.text("\n\t a\r", max_size=12))
def test_folds_are_undone_from_left_to_right(text: str) -> None:
    assert unfold(text) == re.sub("\n[ \t]", "", text.replace("\r\n", "\n"))


@given(
    st.binary(max_size=12).map(
        lambda data: data.translate(bytes(b"\r\na"[i % 3] for i in range(256)))
    )
)
def test_no_return_is_left_alone(data: bytes) -> None:
    replacement = b"" if b"\n" in data else b"\r\n"

    assert clean(data) == re.sub(rb"\r(?!\n)", replacement, data)


@given(st.text("aäß日😀 ", max_size=200))
def test_folded_lines_are_short_whole_and_the_same(line: str) -> None:
    folded = fold_line(line)

    assert unfold(folded) == line
    assert all(len(piece.encode()) <= 75 for piece in folded.split("\r\n"))


@pytest.mark.parametrize("heap", ["\\n", "\r\n\t", "\n ", "\0", "\r", ";", '"', "ä"])
def test_ten_megabytes_of_one_thing(heap: str) -> None:
    data = event(
        "DTSTART:20260101T100000Z", "SUMMARY:" + heap * (10_000_000 // len(heap.encode()))
    )

    with within(1):
        try:
            read(data)
        except InvalidItemError as error:
            assert len(str(error)) < 500  # noqa: PT017


def test_a_list_that_ends_in_half_an_escape() -> None:
    found = read(event("DTSTART:20260101T100000Z", "CATEGORIES:b," + "a" * 200_000 + "\\"))
    text = found.text.decode()

    def is_said(word: str) -> bool:
        categories = PropertyFilter("CATEGORIES", (TextMatch(word),))
        asked = ComponentFilter("VEVENT", properties=(categories,))
        whole = ComponentFilter("VCALENDAR", components=(asked,))
        return matches_calendar(text, found.indexed, whole, Budget(characters=10_000_000))

    with within(0.5):
        assert is_said("aaa")
        assert not is_said("ab")


def moved(number: int, *, is_future: bool = False) -> list[str]:
    year, day = 2 + number // 28, number % 28 + 1
    scope = ";RANGE=THISANDFUTURE" if is_future else ""
    return component(
        f"RECURRENCE-ID{scope}:{year:04}01{day:02}T000000Z",
        f"DTSTART:{year:04}01{day:02}T060000Z",
        "DURATION:PT1H",
    )


def test_each_of_a_thousand_changes_is_asked_for() -> None:
    changes = [line for number in range(1_500) for line in moved(number)]
    series = read(calendar(*component(*DAILY), *changes))
    time = Within(us("2026-01-02") // 1_000_000, us("2026-01-03") // 1_000_000, UTC)

    with within(2):
        text = limited_overrides(series.text.decode(), series.indexed, time)
    assert "RRULE" in text
    assert "RECURRENCE-ID" not in text


def test_a_thousand_turns_between_thousands_of_dates() -> None:
    turns = [line for number in range(1_500) for line in moved(number, is_future=True)]
    dates = ",".join(f"{year:04}0601T000000Z" for year in range(2, 4_900))
    master = component("DTSTART:00010101T000000Z", "DURATION:PT1H", f"RDATE:{dates}")
    series = read(calendar(*master, *turns)).indexed

    with within(0.5):
        assert not occurs_in(series, us("2026-01-02"), us("2026-01-03"))


def test_alarms_that_ring_again_and_again_are_paid_for() -> None:
    alarms = ["BEGIN:VALARM", "TRIGGER:-P9D", "REPEAT:99", "DURATION:P30D", "END:VALARM"] * 1_000
    series = read(event("DTSTART:20260101T100000Z", "RRULE:FREQ=DAILY", *alarms))
    time = Within(us("2036-01-02T04:00") // 1_000_000, us("2036-01-02T05:00") // 1_000_000, UTC)
    alarm = ComponentFilter("VALARM", within=time)
    asked = ComponentFilter(
        "VCALENDAR", components=(ComponentFilter("VEVENT", components=(alarm,)),)
    )

    with within(1), pytest.raises(TooManyInstancesError):
        matches_calendar(series.text.decode(), series.indexed, asked, Budget(9_999, 10_000_000))
