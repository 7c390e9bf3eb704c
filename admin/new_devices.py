"""Allow new devices: which of a user's devices go, and how far each of them is in step."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import NamedTuple

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from admin.forms import FormGuard
from admin.parts import ConsoleParts
from admin.telling import done
from admin.users import PAGE as USERS
from admin.visitors import DEVICES, Visitors, visitor
from auth import devices, managing, people
from auth.audit import Actor
from auth.errors import UnknownDeviceError, UnknownUserError
from auth.rights import FunctionRight
from auth.shared_credentials import sharing_of
from office import in_step, views
from storage import devices as device_rows
from storage import looks
from storage.devices import DeviceRow
from storage.store import Unit

_MOST_DIGITS = 18
_LOOK_US = 30 * 1_000_000
"""The page is fetched anew every few seconds, as long as it is open."""


class Whose(NamedTuple):
    """Whose devices a page is about, where it lies, and where one comes from."""

    name: str
    page: str
    back: str


class NewDevicePages:
    """What the pages do, for one's own devices and for those of users whom one manages."""

    def __init__(self, parts: ConsoleParts, visitors: Visitors) -> None:
        self._parts = parts
        self._visitors = visitors

    def choose(self, name: str = "") -> Response:
        """The active devices, and what of each is not in step; by default all are to go."""
        whose = self._whose(name)
        with self._reading(whose) as unit:
            active = self._active(unit, whose)
            steps = in_step.of_devices(unit, active)
            looks_until_us = looks.until(unit)
        self._look(active, looks_until_us)
        page = render_template(
            "new_devices.html",
            whose=whose,
            is_own=not name,
            devices=active,
            steps=steps,
            sharing={each.id: sharing_of(each.families.split(",")) for each in active},
        )
        return make_response(page)

    def _look(self, active: list[DeviceRow], until_us: Mapping[int, int]) -> None:
        """Have the next contacts of these devices written down as they come; rarely a write."""
        now_us = self._parts.now_us()
        soon_us = now_us + _LOOK_US // 2
        ids = [each.id for each in active]
        if any(until_us.get(each, 0) < soon_us for each in ids):
            with self._parts.store.write() as unit:
                looks.look(unit, ids, now_us=now_us, until_us=now_us + _LOOK_US)

    def confirm(self, name: str = "") -> AnyResponse:
        """Ask for the password, name those that were chosen, and end them."""
        whose, chosen = self._whose(name), _chosen()
        with self._reading(whose) as unit:
            going = [each for each in self._active(unit, whose) if each.id in chosen]
            steps = in_step.of_devices(unit, going)
        if refusal := self._visitors.demand_password():
            return refusal
        if not going or len(going) != len(chosen):
            return redirect(whose.page, HTTPStatus.SEE_OTHER)
        if request.method == "POST":
            return self._end(whose, chosen)
        page = render_template(
            "new_devices_confirm.html", whose=whose, is_own=not name, devices=going, steps=steps
        )
        return make_response(page)

    def _end(self, whose: Whose, chosen: set[int]) -> AnyResponse:
        try:
            with self._parts.store.write() as unit:
                self._check(unit, whose)
                devices.retire_all(
                    unit,
                    user_name=whose.name,
                    device_ids=chosen,
                    now_us=self._parts.now_us(),
                    by=Actor(visitor().user_id),
                )
        except UnknownDeviceError:
            abort(HTTPStatus.NOT_FOUND)
        return done(whose.back, "retired")

    @staticmethod
    def _whose(name: str) -> Whose:
        if not name:
            return Whose(visitor().user_name, f"{DEVICES}/allow", DEVICES)
        return Whose(name, f"{USERS}/{name}/devices", f"{USERS}/{name}")

    @contextmanager
    def _reading(self, whose: Whose) -> Iterator[Unit]:
        """A snapshot for whoever may manage the user's devices, with their views brought up."""
        with self._parts.store.read() as unit:
            user_id = self._check(unit, whose)
        views.bring_up_of(self._parts.store, [user_id], now_us=self._parts.now_us())
        with self._parts.store.read() as unit:
            yield unit

    def _active(self, unit: Unit, whose: Whose) -> list[DeviceRow]:
        return device_rows.active_of(unit, self._check(unit, whose))

    @staticmethod
    def _check(unit: Unit, whose: Whose) -> int:
        """The user's id, for whoever may manage their devices: the user, or who manages users."""
        try:
            person = people.get(unit, whose.name)
        except UnknownUserError:
            abort(HTTPStatus.NOT_FOUND)
        is_own = whose.back == DEVICES
        if not (is_own or managing.may_manage(visitor(), person.groups)):
            abort(HTTPStatus.NOT_FOUND)
        return person.id


def _chosen() -> set[int]:
    """The ids of the devices that are to go."""
    found = request.values.getlist("go")
    return {
        int(each)
        for each in found
        if each.isascii() and each.isdigit() and len(each) <= _MOST_DIGITS
    }


def new_device_pages(parts: ConsoleParts, guard: FormGuard, visitors: Visitors) -> list[Blueprint]:
    """The pages for one's own devices, and those for other people's."""
    acts = NewDevicePages(parts, visitors)
    own = Blueprint("new_devices", __name__, url_prefix=f"{DEVICES}/allow")
    others = Blueprint("new_devices_of", __name__, url_prefix=f"{USERS}/<name>/devices")
    own.before_request(visitors.demand)
    others.before_request(visitors.demand_right(FunctionRight.MANAGE_USERS))
    for pages in (own, others):
        pages.before_request(guard.check_sent)
        pages.get("")(acts.choose)
        pages.route("/confirm", methods=["GET", "POST"])(acts.confirm)
    return [own, others]
