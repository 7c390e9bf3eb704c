"""HTTP dates, creation dates and what Windows sends."""

from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire.dates import http_date, http_date_us, iso_date_us, parse_http_date, parse_win32_time

YEAR_9999 = 253_402_300_799


@given(st.integers(-2_000_000_000, YEAR_9999))
def test_a_date_agrees_with_the_standard_library(seconds: int) -> None:
    moment = datetime.fromtimestamp(seconds, UTC)

    assert http_date(seconds) == format_datetime(moment, usegmt=True)
    assert iso_date_us(seconds * 1_000_000) == moment.strftime("%Y-%m-%dT%H:%M:%SZ").zfill(20)


@given(st.integers(-2_000_000_000, YEAR_9999))
def test_a_date_read_back_is_the_same(seconds: int) -> None:
    assert parse_http_date(http_date(seconds)) == seconds


def test_microseconds_are_rounded_down() -> None:
    assert http_date_us(1_999_999) == "Thu, 01 Jan 1970 00:00:01 GMT"
    assert iso_date_us(1_999_999) == "1970-01-01T00:00:01Z"


@pytest.mark.parametrize(
    "text",
    [
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
        "Sun, 6 Nov 1994 08:49:37 GMT",
    ],
)
def test_the_three_forms_of_rfc_9110_are_read(text: str) -> None:
    assert parse_http_date(text) == 784_111_777


def test_the_leap_second_is_the_next_minute() -> None:
    assert parse_http_date("Sat, 31 Dec 2016 23:59:60 GMT") == 1_483_228_800


def test_a_two_digit_year_far_ahead_is_of_the_last_century() -> None:
    this_year = datetime.now(UTC).year
    far = this_year + 60

    seconds = parse_http_date(f"Monday, 01-Jan-{far % 100:02d} 00:00:00 GMT")

    assert seconds is not None
    assert datetime.fromtimestamp(seconds, UTC).year == far - 100


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "Sun, 31 Feb 2026 00:00:00 GMT",
        "Sun, 06 Nov 1994 25:00:00 GMT",
        "Sun, 06 Nov 1994 08:49:61 GMT",
        "Sun, 06 Foo 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 CET",
        "Sun, ٠٦ Nov 1994 08:49:37 GMT",
    ],
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert parse_http_date(text) is None
    assert parse_win32_time(text) is None


@given(st.text(max_size=60))
def test_any_text_is_a_date_or_none(text: str) -> None:
    seconds = parse_http_date(text)

    assert seconds is None or isinstance(seconds, int)
    assert parse_win32_time(text) is None or text


@pytest.mark.parametrize(
    ("text", "us"),
    [
        ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777_000_000),
        ("1994-11-06T08:49:37Z", 784_111_777_000_000),
        ("1994-11-06T09:49:37.250+01:00", 784_111_777_250_000),
        ("1994-11-06T08:49:37", 784_111_777_000_000),
    ],
)
def test_win32_times_are_read_as_microseconds(text: str, us: int) -> None:
    assert parse_win32_time(text) == us
