"""Commands about the office's contracts."""

from datetime import date, timedelta

import pytest

from office.contracts.terms import later
from tests.e2e.commands import Installation, deedbox, office, run

__all__ = ["deedbox", "office", "run"]


def _day(days: int = 0) -> str:
    return (date.today() + timedelta(days=days)).isoformat()  # noqa: DTZ011 - the office's day


@pytest.fixture
def customer(office: Installation) -> str:
    made = office.json("contact", "add", "--last-name", "Berg", "--partner", "jonas")
    return str(made["number"])


def test_made_shown_changed_and_removed(office: Installation, customer: str) -> None:
    start = later(date.fromisoformat(_day(40)), -12).isoformat()
    made = office.json(
        "contract", "add", customer, "Haftpflicht", "--start", start, "--notice", "1"
    )
    end = later(date.fromisoformat(start), 12).isoformat()
    assert (made["number"], made["product"], made["end"]) == ("V10001", "Haftpflicht", end)
    assert (made["contact"], made["name"], made["partner"]) == (customer, "Berg", "jonas")
    assert made["goes_on"]
    assert made["cancel_by"] < end
    assert office.json("contract", "show", "V10001") == made
    assert "Haftpflicht" in office("contract", "show", "V10001").out

    changed = office.json("contract", "change", "V10001", "--product", "Hausrat", "--months", "24")
    assert (changed["product"], changed["months"]) == ("Hausrat", 24)
    assert changed["end"] == later(date.fromisoformat(start), 24).isoformat()

    assert office("contract", "remove", "V10001").out == "Contract V10001 is removed.\n"
    assert "There is no contract V10001." in office("contract", "show", "V10001").err


def test_cancelled_and_ended_and_back(office: Installation, customer: str) -> None:
    office.json("contract", "add", customer, "Haftpflicht", "--start", _day(-400))
    cancelled = office.json("contract", "cancel", "V10001")
    assert (cancelled["cancelled"], cancelled["goes_on"]) == (_day(), False)
    back = office.json("contract", "cancel", "V10001", "--undo")
    assert (back["cancelled"], back["goes_on"]) == (None, True)

    told = office("contract", "end", "V10001", "--on", _day(-1))
    assert told.out == f"Contract V10001 ends on {_day(-1)}.\n"
    assert office.json("contract", "show", "V10001")["ended"] == _day(-1)
    assert office.json("contract", "end", "V10001", "--undo")["ended"] is None
    refused = office("contract", "cancel", "V10001", "--on", _day(2))
    assert (refused.code, refused.err) == (1, "A contract was cancelled today or before.\n")


def test_lists_and_alarms(office: Installation, customer: str) -> None:
    other = office.json("contact", "add", "--last-name", "Keil", "--partner", "none")["number"]
    soon = later(date.fromisoformat(_day(100)), -12).isoformat()
    office.json("contract", "add", customer, "A", "--start", soon)
    office.json("contract", "add", other, "B", "--start", _day(-100))
    office.json("contract", "cancel", "V10002")

    def numbers(*options: str) -> list[str]:
        found = office.json("contract", *options)
        return [each["number"] for each in next(iter(found.values()))]

    assert numbers("list") == ["V10001", "V10002"]
    assert numbers("list", "--after", "V10001") == ["V10002"]
    assert numbers("list", "--limit", "1") == ["V10001"]
    assert numbers("list", "--contact", other) == ["V10002"]
    assert numbers("list", "--partner", "jonas") == ["V10001"]
    assert numbers("alarms") == ["V10002"]
    assert numbers("alarms", "--days", "120") == ["V10001", "V10002"]
    assert numbers("alarms", "--days", "120", "--partner", "jonas") == ["V10001"]
    told = office.json("contract", "alarms", "--days", "120")["alarms"]
    assert [each["why"] for each in told] == [["ending"], ["cancelled"]]
    assert "cancelled" in office("contract", "alarms").out


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("99", "A"), "There is no contact 99."),
        (("10001", " "), "A contract is about something"),
        (("10001", "A", "--months", "-1"), "A period has at most 1200 months"),
        (("10001", "A", "--start", "1899-12-31"), "between 1900-01-01 and 2200-12-31"),
        (("10001", "A", "--number", "a b"), "is no number"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(
    office: Installation, customer: str, options: tuple[str, ...], sentence: str
) -> None:
    assert customer == "10001"
    told = office("contract", "add", *options)
    assert told.code == 1
    assert sentence in told.err
    assert office.json("contract", "list")["contracts"] == []
