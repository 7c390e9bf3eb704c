"""When a contract's period ends: against dateutil, which counts months in its own way."""

from datetime import date, timedelta
from itertools import count

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from office.contracts.terms import Terms, later

DAYS = st.dates(date(1950, 1, 1), date(2150, 12, 31))
MONTHS = st.one_of(st.integers(1, 24), st.integers(1, 1200))
MAYBE = st.none() | DAYS
ANY_TERMS = st.builds(
    Terms, DAYS, st.integers(0, 1) | MONTHS, st.booleans(), st.integers(0, 12), MAYBE, MAYBE
)


def plain_end(terms: Terms, today: date) -> date | None:
    """The rules once more, period after period."""

    def after(day: date, months: int) -> date:
        found: date = day + relativedelta(months=months)
        return found

    if terms.ended_on:
        return terms.ended_on
    due = after(terms.cancelled_on, terms.notice_months) if terms.cancelled_on else None
    if terms.period_months == 0:
        return max(due, terms.starts_on) if due else None
    for number in count(1):
        end = after(terms.starts_on, number * terms.period_months)
        if not terms.renews or end >= (due or today):
            return end
    raise AssertionError


@given(ANY_TERMS, DAYS)
def test_the_end_is_that_of_counting_periods(terms: Terms, today: date) -> None:
    assert terms.end(today) == plain_end(terms, today)


@given(ANY_TERMS, DAYS)
def test_the_end_of_what_goes_on_is_never_over(terms: Terms, today: date) -> None:
    end = terms.end(today)
    if terms.goes_on:
        assert end is not None
        assert end >= today
        assert terms.end(end) == end
        if end < date(9000, 1, 1):
            following = terms.end(end + timedelta(days=1))
            assert following is not None
            assert following > end


@given(DAYS, MONTHS, st.integers(0, 12), DAYS)
def test_the_last_day_to_cancel_is_the_last(
    start: date, months: int, notice: int, today: date
) -> None:
    terms = Terms(start, months, notice_months=notice)
    end = terms.end(today)
    assert end is not None
    last = terms.cancel_by(end)
    assert later(last, notice) <= end
    assert later(last + timedelta(days=1), notice) > end
    for day, is_in_time in ((last, True), (last + timedelta(days=1), False)):
        found = terms._replace(cancelled_on=day).end(today)
        assert found is not None
        assert (found <= end) == is_in_time


def test_the_31st_stays_at_months_ends() -> None:
    terms = Terms(date(2026, 1, 31), 1)
    ends = [terms.end(date(2026, month, 1)) for month in range(2, 7)]
    assert [(each.month, each.day) for each in ends if each] == [
        (2, 28),
        (3, 31),
        (4, 30),
        (5, 31),
        (6, 30),
    ]


@pytest.mark.parametrize(
    ("cancelled", "end"),
    [((2026, 9, 30), (2026, 12, 31)), ((2026, 10, 1), (2027, 12, 31))],
)
def test_what_is_cancelled_too_late_ends_a_period_later(
    cancelled: tuple[int, int, int], end: tuple[int, int, int]
) -> None:
    terms = Terms(date(2024, 12, 31), 12, notice_months=3, cancelled_on=date(*cancelled))
    assert terms.end(date(2026, 10, 2)) == date(*end)


def test_without_periods_it_holds_until_it_is_cancelled() -> None:
    terms = Terms(date(2024, 1, 1), 0, notice_months=1)
    assert terms.end(date(2026, 1, 1)) is None
    assert not terms.goes_on
    assert terms._replace(cancelled_on=date(2026, 1, 31)).end(date(2026, 2, 1)) == date(
        2026, 2, 28
    )
    assert terms._replace(cancelled_on=date(2023, 5, 5)).end(date(2026, 2, 1)) == date(2024, 1, 1)
