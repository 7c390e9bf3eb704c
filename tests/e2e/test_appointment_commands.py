"""Commands about the office's appointments and the history of contacts and properties."""

from typing import Any

import pytest

from tests.e2e.commands import Installation, deedbox, office, run

__all__ = ["deedbox", "office", "run"]

TIMES = ("--from", "2026-05-04T10:00", "--to", "2026-05-04T11:00")


@pytest.fixture
def filled(office: Installation) -> Installation:
    office.json("contact", "add", "--last-name", "Holm", "--partner", "jonas")
    office.json("estate", "add", "4711", "Villa am See")
    return office


def _add(office: Installation, title: str, *options: str) -> dict[str, Any]:
    made: dict[str, Any] = office.json("appointment", "add", "jonas", title, *TIMES, *options)
    return made


class TestAppointments:
    def test_added_shown_tied_and_untied(self, filled: Installation) -> None:
        made = _add(filled, "Besichtigung", "--contact", "10001", "--note", "Schlüssel")
        number = str(made["appointment"])

        assert [each["number"] for each in made["ties"]] == ["10001"]
        tied = filled.json("appointment", "tie", number, "--estate", "4711")
        assert [(each["of"], each["found_by"]) for each in tied["ties"]] == [
            ("contact", "office"),
            ("estate", "office"),
        ]
        filled.json("appointment", "untie", number, "--contact", "10001")
        assert "contact 10001 Holm (office, undone)" in filled("appointment", "show", number).out
        [listed] = filled.json("appointment", "list", "jonas")["appointments"]
        assert (listed["kind"], listed["title"]) == ("TERMIN", "Besichtigung")

    @pytest.mark.parametrize(
        ("options", "sentence"),
        [
            ((), "--contact or --estate"),
            (("--contact", "9"), "no contact 9"),
            (("--estate", "9"), "no property 9"),
        ],
    )
    def test_about_nothing_that_is_there(
        self, filled: Installation, options: tuple[str, ...], sentence: str
    ) -> None:
        told = filled.json("appointment", "add", "jonas", "x", *TIMES, *options, code=1)

        assert sentence in told["error"]

    @pytest.mark.parametrize(
        "times",
        [("2026-05-04T11:00", "2026-05-04T10:00"), ("2026-05-04", "2026-05-04T10:00"), ("x", "y")],
    )
    def test_at_no_time_that_can_be(self, filled: Installation, times: tuple[str, str]) -> None:
        begins, ends = times
        said = ("--from", begins, "--to", ends, "--contact", "10001")

        filled.json("appointment", "add", "jonas", "x", *said, code=1)


class TestActivities:
    def test_by_contact_and_by_property_the_latest_first_in_parts(
        self, filled: Installation
    ) -> None:
        for title in ("eins", "zwei", "drei"):
            _add(filled, title, "--contact", "10001", "--estate", "4711")

        listed = filled.json("activity", "list", "--contact", "10001", "--limit", "2")
        first = listed["activities"]
        rest = filled.json(
            "activity", "list", "--contact", "10001", "--after", first[-1]["place"]
        )["activities"]
        of_estate = filled.json("activity", "list", "--estate", "4711")["activities"]

        assert [each["title"] for each in [*first, *rest]] == ["drei", "zwei", "eins"]
        assert of_estate == [*first, *rest]

    def test_of_one_of_both(self, filled: Installation) -> None:
        filled.json("activity", "list", code=1)
        filled.json("activity", "list", "--contact", "10001", "--estate", "4711", code=1)
        filled.json("activity", "list", "--contact", "10001", "--after", "x", code=1)
        filled.json("activity", "list", "--estate", "9", code=1)
        assert "nothing" in filled("activity", "list", "--contact", "10001").out
