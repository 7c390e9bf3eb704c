"""Rules that would stop a server are refused at once; what people make is taken."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from office.items import InvalidItemError, Precondition, occurs_in
from tests.calendar_texts import indexed, us
from tests.pace import is_within

START = "DTSTART:20260112T090000Z"
DATA, INSTANCES = Precondition.CALENDAR_DATA, Precondition.CALENDAR_INSTANCES
LONG = ",".join(["1"] * 100_000)


@pytest.mark.parametrize(
    ("rule", "precondition", "words"),
    [
        ("FREQ=SECONDLY", INSTANCES, "has no end"),
        ("FREQ=MINUTELY;INTERVAL=5", INSTANCES, "has no end"),
        ("FREQ=HOURLY", INSTANCES, "has no end"),
        ("FREQ=HOURLY;COUNT=1001", INSTANCES, "more than 1000 times"),
        ("FREQ=HOURLY;COUNT=87600", INSTANCES, "is over 5000"),
        ("FREQ=HOURLY;UNTIL=20360101T000000Z", INSTANCES, "more than 1000 times"),
        ("FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30;COUNT=2", INSTANCES, "too long"),
        ("FREQ=DAILY;BYHOUR=1,2,3,4,5;BYMINUTE=" + ",".join(map(str, range(20))), INSTANCES, "96"),
        ("FREQ=DAILY;COUNT=5001", INSTANCES, "is over 5000"),
        ("FREQ=DAILY;COUNT=" + "9" * 5000, INSTANCES, "is over 5000"),
        ("FREQ=WEEKLY;BYMONTH=1;COUNT=5000", INSTANCES, "too long"),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", DATA, "never comes"),
        ("FREQ=WEEKLY;BYMONTH=2;BYMONTHDAY=30", DATA, "never comes"),
        ("FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30", DATA, "never comes"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", DATA, "never comes"),
        ("FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6", DATA, "never comes"),
        ("FREQ=YEARLY;BYYEARDAY=1;BYMONTH=12", DATA, "never comes"),
        ("FREQ=MONTHLY;BYDAY=6MO", DATA, "never comes"),
        ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=6", DATA, "never comes"),
        ("FREQ=DAILY;BYSETPOS=2", DATA, "never comes"),
        ("FREQ=DAILY;INTERVAL=0", DATA, "INTERVAL=0"),
        ("FREQ=DAILY;INTERVAL=99999999999", DATA, "INTERVAL="),
        ("FREQ=DAILY;COUNT=0", DATA, "COUNT=0"),
        ("FREQ=DAILY;COUNT=2;UNTIL=20270101", DATA, "exclude each other"),
        ("FREQ=DAILY;UNTIL=soon", DATA, "UNTIL=soon"),
        ("FREQ=DAILY;FREQ=WEEKLY", DATA, "twice"),
        ("FREQ=FORTNIGHTLY", DATA, "FREQ is FORTNIGHTLY"),
        ("INTERVAL=2", DATA, "FREQ is missing"),
        ("FREQ=DAILY;BYMOON=FULL", DATA, "BYMOON is not known"),
        ("FREQ=YEARLY;RSCALE=CHINESE", DATA, "Gregorian"),
        ("FREQ=MONTHLY;RSCALE=GREGORIAN;SKIP=FORWARD", DATA, "SKIP"),
        ("FREQ=MONTHLY;BYWEEKNO=3", DATA, "YEARLY only"),
        ("FREQ=MONTHLY;BYMONTHDAY=0", DATA, "BYMONTHDAY=0"),
        ("FREQ=MONTHLY;BYMONTHDAY=32", DATA, "BYMONTHDAY=32"),
        ("FREQ=YEARLY;BYMONTH=13", DATA, "BYMONTH=13"),
        ("FREQ=YEARLY;BYDAY=54MO", DATA, "BYDAY=54MO"),
        ("FREQ=WEEKLY;BYDAY=XX", DATA, "BYDAY=XX"),
        ("FREQ=WEEKLY;WKST=XX", DATA, "WKST=XX"),
        (f"FREQ=YEARLY;BYYEARDAY={LONG}", DATA, "400 values"),
        (f"FREQ=WEEKLY;BYDAY={LONG}", DATA, "400 values"),
    ],
)
def test_it_is_refused_at_once_and_told_why(
    rule: str, precondition: Precondition, words: str
) -> None:
    began = time.process_time()
    with pytest.raises(InvalidItemError) as caught:
        indexed(START, f"RRULE:{rule}")

    assert is_within(time.process_time() - began, 0.5)
    assert caught.value.precondition is precondition
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=WEEKLY;",
        "freq=weekly;byday=mo,we",
        "FREQ=WEEKLY;BYDAY=1MO",
        "FREQ=DAILY;X-NAME=1",
        "FREQ=DAILY;UNTIL=99991231T235959Z",
        "FREQ=DAILY;UNTIL=20200101T000000Z",
        "FREQ=DAILY;UNTIL=20270101",
        "FREQ=DAILY;COUNT=5000",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=SU",
        "FREQ=YEARLY;INTERVAL=10000",
        "FREQ=HOURLY;COUNT=1000",
        "FREQ=MINUTELY;INTERVAL=15;UNTIL=20260112T180000Z",
        "FREQ=SECONDLY;COUNT=10",
        "FREQ=YEARLY;BYWEEKNO=53",
    ],
)
def test_what_people_make_is_taken(rule: str) -> None:
    found = indexed(START, f"RRULE:{rule}")

    assert occurs_in(found, us("2026-01-12"), us("2026-01-13"))


NAMES = (
    *("FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", "BYMONTH", "BYMONTHDAY"),
    *("BYYEARDAY", "BYWEEKNO", "BYSETPOS", "BYHOUR", "BYMINUTE", "BYSECOND"),
)
FREQUENCIES = ("YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY")
VALUES = (
    *("0", "1", "2", "-1", "29", "31", "53", "366", "-366", "400", "5000", "9999", "10000"),
    *("MO", "-1SU", "5FR", "53MO", "1,2,3", "-1,-2", "20270101", "99991231T235959Z"),
    *("00010101T000000", "DAILY", "x"),
)


@given(
    parts=st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(VALUES)), max_size=6),
    frequency=st.sampled_from(FREQUENCIES),
    start=st.sampled_from(["20260131T090000Z", "00010101T000000Z", "99991231T235959", "20240229"]),
)
def test_any_rule_is_refused_or_can_be_asked_in_bounded_time(
    parts: list[tuple[str, str]], frequency: str, start: str
) -> None:
    rule = ";".join(
        f"{name}={value}" for name, value in {"FREQ": frequency, **dict(parts)}.items()
    )
    began = time.process_time()
    try:
        found = indexed(f"DTSTART:{start}", f"RRULE:{rule}")
    except InvalidItemError:
        pass
    else:
        for year in ("0002", "2026", "2100", "9998"):
            occurs_in(found, us(f"{year}-03-01"), us(f"{year}-03-08"))

    assert is_within(time.process_time() - began, 1)
