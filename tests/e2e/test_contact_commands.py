"""Commands about the office's contacts."""

from pathlib import Path
from typing import Any

import pytest

from tests.e2e.commands import Installation, deedbox, office, run
from tests.records import card

__all__ = ["deedbox", "office", "run"]


def _add(office: Installation, *options: str) -> dict[str, Any]:
    made: dict[str, Any] = office.json("contact", "add", *options)
    return made


def _numbers(office: Installation, *options: str) -> list[str]:
    listed = office.json("contact", "list", *options)["contacts"]
    return [each["number"] for each in listed]


class TestAdd:
    def test_of_what_is_said(self, office: Installation) -> None:

        made = _add(
            office,
            *("--first-name", "Änne", "--last-name", "Berg", "--mobile", "+49 170 1"),
            *("--birthday", "04-12", "--sex", "f", "--partner", "jonas", "--tag", "VIP"),
            *("--location", "Nord", "--kind", "prospect"),
        )

        assert (made["number"], made["name"], made["kind"]) == ("10001", "Änne Berg", "prospect")
        assert (made["partner"], made["tags"], made["location"]) == ("jonas", ["VIP"], "Nord")
        assert (made["birthday"], made["sex"], made["mobile"]) == ("04-12", "F", "+49 170 1")
        shown = office.json("contact", "show", "10001")
        assert shown == made
        assert "mobile" in office("contact", "show", "10001").out
        assert "SUMMARY" not in office("contact", "show", "10001", "--card").out
        assert "CATEGORIES:Interessent,VIP" in office("contact", "show", "10001", "--card").out

    def test_of_a_card_and_what_is_said_beside_it(
        self, office: Installation, tmp_path: Path
    ) -> None:
        file = tmp_path / "anna.vcf"
        file.write_text(card("CATEGORIES:Vermittler,Golf", "X-OWN:1", name="Musterbüro"))

        made = _add(office, "--card", str(file), "--town", "Köln", "--number", "B-1", "--business")

        assert (made["kind"], made["tags"], made["town"]) == ("broker", ["Golf"], "Köln")
        assert (made["business"], made["number"]) == (True, "B-1")
        assert made["business_name"] == "Musterbüro"
        assert "X-OWN:1\n" in office("contact", "show", "B-1", "--card").out.replace("\r", "")
        again = office.json("contact", "add", "--card", str(file), code=1)
        assert "B-1" in again["error"]

    @pytest.mark.parametrize(
        ("options", "sentence"),
        [
            ((), "A contact needs a name: --last-name"),
            (("--business", "--last-name", "Berg"), "A contact needs a name: --name"),
            (("--last-name", "Berg", "--birthday", "12.4.1985"), "no day such as"),
            (("--last-name", "Berg", "--birthday", "1985-02-29"), "no day such as"),
            (("--last-name", "Berg", "--sex", "x"), "none of f, m and o"),
            (("--last-name", "Berg", "--partner", "nobody"), "nobody"),
            (("--last-name", "Berg", "--broker", "7"), "There is no broker 7."),
            (("--last-name", "Berg", "--number", "a b"), "is no number"),
        ],
    )
    def test_what_cannot_be_is_said_in_a_sentence(
        self, office: Installation, options: tuple[str, ...], sentence: str
    ) -> None:
        told = office("contact", "add", *options)

        assert told.code == 1
        assert sentence in told.err
        assert _numbers(office) == []

    def test_a_file_that_is_no_card(self, office: Installation, tmp_path: Path) -> None:
        file = tmp_path / "text.vcf"
        file.write_text("Anna Berg")

        told = office("contact", "add", "--card", str(file))

        assert (told.code, told.out) == (1, "")
        assert told.err


class TestChange:
    def test_changes_what_is_said_and_leaves_the_rest(self, office: Installation) -> None:
        _add(office, "--last-name", "Keil", "--kind", "broker")
        _add(office, "--last-name", "Berg", "--fax", "1", "--tag", "VIP")

        changed = office.json(
            *("contact", "change", "10002", "--town", "Köln", "--broker", "10001"),
            *("--partner", "jonas", "--tag", "Golf", "--tag", "Messe"),
        )
        emptied = office.json(
            *("contact", "change", "10002", "--fax", "", "--broker", "none"),
            *("--partner", "none", "--tag", "", "--kind", "company"),
        )

        assert (changed["town"], changed["fax"], changed["broker"]) == ("Köln", "1", "10001")
        assert (changed["partner"], changed["tags"]) == ("jonas", ["Golf", "Messe"])
        assert (emptied["fax"], emptied["broker"], emptied["partner"]) == ("", None, None)
        assert (emptied["tags"], emptied["kind"], emptied["town"]) == ([], "company", "Köln")

    def test_one_that_is_not_there(self, office: Installation) -> None:
        for command in ("show", "change", "remove"):
            told = office("contact", command, "7")

            assert (told.code, told.err) == (1, "There is no contact 7.\n")


class TestList:
    def test_a_page_at_a_time_and_by_what_is_asked(self, office: Installation) -> None:
        _add(office, "--last-name", "Keil", "--kind", "broker")
        _add(office, "--last-name", "Berg", "--partner", "jonas", "--tag", "VIP")
        _add(office, "--last-name", "Wald", "--broker", "10001")

        assert _numbers(office) == ["10001", "10002", "10003"]
        assert _numbers(office, "--limit", "1", "--after", "10001") == ["10002"]
        assert _numbers(office, "--kind", "customer", "--tag", "vip") == ["10002"]
        assert _numbers(office, "--partner", "jonas") == ["10002"]
        assert _numbers(office, "--broker", "10001") == ["10003"]
        assert _numbers(office, "--seen-by", "anna") == ["10001", "10002", "10003"]
        assert _numbers(office, "--seen-by", "jonas") == ["10001", "10002"]
        assert "Berg" in office("contact", "list").out

        office.json("contact", "release-broker", "10001", "jonas")
        assert _numbers(office, "--seen-by", "jonas") == ["10001", "10002", "10003"]
        shown = office.json("contact", "show", "10001")
        assert shown["released_to"] == ["jonas"]
        again = office.json("contact", "release-broker", "10001", "jonas")
        assert (again["released"], again["changed"]) == (True, False)
        office.json("contact", "withdraw-broker", "10001", "jonas")
        assert _numbers(office, "--seen-by", "jonas") == ["10001", "10002"]
        acts = [each["act"] for each in office.json("audit")["audit"]]
        assert acts[-2:] == ["broker.released", "broker.withdrawn"]

    def test_an_office_without_contacts(self, office: Installation) -> None:
        office.json("migrate")

        assert "deedbox contact add" in office("contact", "list").out


def test_remove(office: Installation) -> None:
    _add(office, "--last-name", "Berg", "--birthday", "1985-04-12")

    told = office.json("contact", "remove", "10001")

    assert told == {"number": "10001", "name": "Berg"}
    assert _numbers(office) == []
