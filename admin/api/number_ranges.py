"""``/api/v1/number-ranges/``: numbers for invoices, leased by the devices that give them.

A lease has an address that the client chooses, its *reference*; so PUT and DELETE can be sent
again where an answer was lost (RFC 9110 section 9.2.2), and no number is lost with it.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from flask import Blueprint, abort, request

from auth.identity import Identity, renew_and_hold
from office import number_ranges
from office.number_ranges import Lease
from storage.number_ranges import RangeRow
from storage.store import Store, WriteUnit

ADDRESS = "/api/v1/number-ranges"
MOST_LEASES = 1000
_USUAL_LEASES = 100
_REFERENCE = re.compile(r"[A-Za-z0-9._~-]{1,64}", re.ASCII)
_REFERENCE_FAULT = "A reference has 1 to 64 of the letters A-Z and a-z, digits and . _ ~ -"
_NUMBER = re.compile(r"[0-9]{1,16}", re.ASCII)

Reply = tuple[dict[str, Any], int]


def number_range_calls(store: Store, clock: Callable[[], int]) -> Blueprint:
    """The calls about number ranges."""
    calls = Blueprint("number_ranges", __name__, url_prefix=ADDRESS)

    @calls.get("/")
    def ranges() -> Reply:
        with store.read() as unit:
            found = number_ranges.open_ranges(unit, _who())
        return {"ranges": [_told_range(each) for each in found]}, HTTPStatus.OK

    @calls.get("/leases/")
    def leases() -> Reply:
        above = _asked("above", 0, most=number_ranges.HIGHEST)
        limit = _asked("limit", _USUAL_LEASES, most=MOST_LEASES)
        with store.read() as unit:
            found = number_ranges.leases(unit, _who(), above=above, limit=limit)
        told: dict[str, Any] = {"leases": [_told(each) for each in found]}
        if limit and len(found) == limit:
            told["next"] = f"{ADDRESS}/leases/?above={found[-1].number}&limit={limit}"
        return told, HTTPStatus.OK

    @calls.get("/leases/<reference>")
    def look(reference: str) -> Reply:
        with store.read() as unit:
            found = number_ranges.find_lease(unit, _who(), _checked(reference))
        return _told(found), HTTPStatus.OK

    @calls.put("/leases/<reference>")
    def lease(reference: str) -> Reply:
        with _changing(store) as (unit, who):
            found = number_ranges.lease(unit, who, _checked(reference), now_us=clock())
        return _told(found), HTTPStatus.CREATED if found.is_new else HTTPStatus.OK

    @calls.delete("/leases/<reference>")
    def give_back(reference: str) -> tuple[str, int]:
        with _changing(store) as (unit, who):
            number_ranges.give_back(unit, who, _checked(reference), now_us=clock())
        return "", HTTPStatus.NO_CONTENT

    return calls


def _who() -> Identity:
    who: Identity = request.environ["deedbox.identity"]
    return who


@contextmanager
def _changing(store: Store) -> Iterator[tuple[WriteUnit, Identity]]:
    """A transaction for who still may come in; others of the same user wait until its end."""
    with store.write() as unit:
        yield unit, renew_and_hold(unit, _who())


def _checked(reference: str) -> str:
    if not _REFERENCE.fullmatch(reference):
        abort(HTTPStatus.BAD_REQUEST, _REFERENCE_FAULT)
    return reference


def _asked(name: str, usual: int, *, most: int) -> int:
    """A number of the query, from 0 to *most*; *usual* where it is not there."""
    text = request.args.get(name)
    if text is None:
        return usual
    if not _NUMBER.fullmatch(text) or int(text) > most:
        abort(HTTPStatus.BAD_REQUEST, f"{name} is a number from 0 to {most}.")
    return int(text)


def _told_range(row: RangeRow) -> dict[str, Any]:
    return {"range": row.id, "first": row.first, "last": row.last, "next": row.next}


def _told(lease: Lease) -> dict[str, Any]:
    leased = datetime.fromtimestamp(lease.leased_us / 1_000_000, UTC)
    return {
        "number": lease.number,
        "reference": lease.reference,
        "range": {"range": lease.range_id, "first": lease.first, "last": lease.last},
        "device": {"device": lease.device_id, "label": lease.device_label},
        "leased": leased.isoformat(timespec="seconds").replace("+00:00", "Z"),
    }
