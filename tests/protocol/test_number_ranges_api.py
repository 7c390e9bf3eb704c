"""Leasing numbers through the API, on both databases."""

import json
from typing import Any

import pytest
from flask import Flask

from admin.api.application import make_api
from admin.api.description import DESCRIPTION
from auth import devices, people
from auth.identity import identify
from office import number_ranges
from storage.store import Store
from tests.builders import KEY, NOW_US, a_device, a_person, with_groups
from tests.number_api import LEASES, RANGES, Till
from tests.wsgi import Answered


@pytest.fixture
def door(store: Store) -> Flask:
    with_groups(store)
    with store.write() as unit:
        for name in ("anna", "jonas"):
            a_person(unit, name, groups=("administration",))
        a_person(unit, "mia")
    return make_api(store, lambda: NOW_US)


def _till(store: Store, door: Flask, name: str = "anna", label: str = "Kasse") -> Till:
    with store.write() as unit:
        return Till(door, store, name, a_device(unit, name, label).password)


def _range(store: Store, first: int, last: int, name: str = "anna") -> int:
    with store.write() as unit:
        return number_ranges.give_range(unit, name, first, last, now_us=NOW_US).id


def _problem(answer: Answered, status: int) -> str:
    assert answer.status == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told = json.loads(answer.body)
    assert told["status"] == status
    assert told["title"]
    return str(told["detail"])


class TestLeasing:
    def test_names_number_range_and_device(self, store: Store, door: Flask) -> None:
        range_id, till = _range(store, 100, 101), _till(store, door)

        answer = till.lease("a")

        told = json.loads(answer.body)
        assert answer.status == 201
        assert told["number"] == 100
        assert told["reference"] == "a"
        assert told["range"] == {"range": range_id, "first": 100, "last": 101}
        assert told["device"]["label"] == "Kasse"
        assert told["leased"] == "2026-09-21T14:13:20Z"
        assert answer.headers["cache-control"] == "no-store"

    def test_asked_again_it_is_the_same_number(self, store: Store, door: Flask) -> None:
        _range(store, 100, 199)
        till = _till(store, door)
        first = till.lease("a")

        again = till.lease("a")

        assert (first.status, again.status) == (201, 200)
        assert first.body == again.body
        assert till.number("b") == 101

    def test_a_returned_number_is_leased_next(self, store: Store, door: Flask) -> None:
        _range(store, 100, 199)
        till = _till(store, door)
        for reference in "abc":
            till.number(reference)

        assert till.give_back("b").status == 204
        assert "given back" in _problem(till.lease("b"), 409)
        assert [till.number(each) for each in "de"] == [101, 103]

    def test_a_reference_is_one_devices(self, store: Store, door: Flask) -> None:
        _range(store, 100, 199)
        till, other = _till(store, door), _till(store, door, label="Tablet")
        till.number("a")

        assert "Another device" in _problem(other.lease("a"), 409)
        _problem(other.give_back("a"), 404)
        assert till.number("a") == 100

    def test_two_users_may_choose_the_same_one(self, store: Store, door: Flask) -> None:
        _range(store, 100, 199)
        _range(store, 300, 399, "jonas")
        till, other = _till(store, door), _till(store, door, "jonas")

        assert (till.number("a"), other.number("a")) == (100, 300)

    @pytest.mark.parametrize("reference", ["a" * 65, "ä", "a b", "%"])
    def test_a_bad_reference_is_told(self, store: Store, door: Flask, reference: str) -> None:
        _range(store, 100, 199)

        assert "reference" in _problem(_till(store, door).lease(reference), 400)

    def test_without_a_range_or_beyond_it_is_told(self, store: Store, door: Flask) -> None:
        till = _till(store, door)
        assert "no number range" in _problem(till.lease("a"), 409)
        _range(store, 7, 7)
        till.number("a")

        assert "given out" in _problem(till.lease("b"), 409)

    def test_needs_the_right(self, store: Store, door: Flask) -> None:
        _range(store, 100, 199, "mia")
        till = _till(store, door, "mia")

        assert "may not" in _problem(till.lease("a"), 403)
        _problem(till.give_back("a"), 403)


class TestRetiredAndBlocked:
    def test_a_retired_ones_number_is_given_back_by_another(
        self, store: Store, door: Flask
    ) -> None:
        _range(store, 100, 199)
        till, other = _till(store, door), _till(store, door, label="Tablet")
        till.number("a")
        with store.write() as unit:
            devices.retire(unit, user_name="anna", label="Kasse", now_us=NOW_US)

        [lease] = other.told()["leases"]
        assert (lease["number"], lease["device"]["label"]) == (100, "Kasse")
        assert other.give_back("a").status == 204
        assert other.number("b") == 100

    @pytest.mark.parametrize("method", ["PUT", "DELETE"])
    def test_a_block_after_the_gate_holds(self, store: Store, door: Flask, method: str) -> None:
        _range(store, 100, 199)
        till = _till(store, door)
        till.number("a")
        with store.read() as unit:
            who = identify(unit, "anna", till.password, secret_key=KEY)
        jonas = _till(store, door, "jonas")
        with store.write() as unit:
            people.block(unit, "anna")

        answer = jonas.ask(method, f"{LEASES}a", **{"deedbox.identity": who})

        _problem(answer, 401)
        assert answer.headers["www-authenticate"].startswith("Basic ")


class TestLists:
    def test_ones_ranges(self, store: Store, door: Flask) -> None:
        first, second = _range(store, 100, 199), _range(store, 7, 9)
        _range(store, 300, 399, "jonas")
        till = _till(store, door)
        till.number("a")

        assert till.told(f"{RANGES}/") == {
            "ranges": [
                {"range": first, "first": 100, "last": 199, "next": 101},
                {"range": second, "first": 7, "last": 9, "next": 7},
            ]
        }

    def test_ones_leases_in_parts(self, store: Store, door: Flask) -> None:
        _range(store, 100, 199)
        _range(store, 300, 399, "jonas")
        till = _till(store, door)
        for number in range(5):
            till.number(f"a{number}")
        till.give_back("a2")
        _till(store, door, "jonas").number("x")

        numbers, path = [], f"{LEASES}?limit=3"
        while path:
            told = till.told(path)
            numbers.append([each["number"] for each in told["leases"]])
            path = told.get("next")

        assert numbers == [[100, 101, 103], [104]]

    def test_one_lease(self, store: Store, door: Flask) -> None:
        _range(store, 100, 199)
        till = _till(store, door)
        till.number("a")
        jonas = _till(store, door, "jonas")

        assert till.told(f"{LEASES}a")["number"] == 100
        _problem(till.ask("GET", f"{LEASES}b"), 404)
        _problem(jonas.ask("GET", f"{LEASES}a"), 404)

    @pytest.mark.parametrize("query", ["limit=1001", "limit=x", "above=-1", "above=" + "9" * 17])
    def test_a_bad_part_is_told(self, store: Store, door: Flask, query: str) -> None:
        answer = _till(store, door).ask("GET", f"{LEASES}?{query}")

        assert query.partition("=")[0] in _problem(answer, 400)


class TestTheRest:
    def test_is_not_there(self, store: Store, door: Flask) -> None:
        _problem(_till(store, door).ask("GET", "/api/v1/nothing"), 404)

    def test_knows_other_methods(self, store: Store, door: Flask) -> None:
        answer = _till(store, door).ask("POST", f"{LEASES}a")

        _problem(answer, 405)
        assert "PUT" in answer.headers["allow"]


class TestDescription:
    def test_is_had(self, store: Store, door: Flask) -> None:
        assert _till(store, door).told("/api/v1/openapi.json") == DESCRIPTION

    def test_has_every_call(self, door: Flask) -> None:
        rules = {
            (rule.rule.replace("<", "{").replace(">", "}"), method.lower())
            for rule in door.url_map.iter_rules()
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        }

        assert rules == {
            (path, method)
            for path, calls in DESCRIPTION["paths"].items()
            for method in calls
            if method != "parameters"
        }

    def test_fits_what_is_answered(self, store: Store, door: Flask) -> None:
        _range(store, 100, 199)
        till = _till(store, door)
        schemas = DESCRIPTION["components"]["schemas"]

        _fits(json.loads(till.lease("a").body), schemas["Lease"])
        _fits(till.told(), schemas["Leases"])
        _fits(till.told(f"{RANGES}/")["ranges"][0], schemas["Range"])
        _fits(json.loads(till.ask("GET", f"{LEASES}b").body), schemas["Problem"])


def _fits(value: Any, schema: dict[str, Any]) -> None:
    """The members are those that the schema has, all the way down."""
    if "$ref" in schema:
        schema = DESCRIPTION["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    kinds = {"object": dict, "array": list, "integer": int, "string": str}
    assert isinstance(value, kinds[schema["type"]])
    if isinstance(value, dict):
        assert set(schema["required"]) <= set(value) <= set(schema["properties"])
        for name, each in value.items():
            _fits(each, schema["properties"][name])
    if isinstance(value, list):
        for each in value:
            _fits(each, schema["items"])
