"""Administration: the office's users, for those who may manage them."""

from collections.abc import Callable
from http import HTTPStatus

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from admin.forms import FormGuard
from admin.inviting import Entered, address_of, deliver, invite
from admin.parts import ConsoleParts
from admin.texts import gettext as _
from admin.visitors import Visitors, visitor
from auth import consent, devices, invitations, managing, people, second_factor
from auth.audit import Actor
from auth.errors import (
    InvalidValueError,
    LastAdministratorError,
    RightMissingError,
    UnknownDeviceError,
    UnknownUserError,
    UserNotActiveError,
    UserStateError,
)
from auth.people import MOST_DEVICES
from auth.rights import FunctionRight
from auth.tokens import Purpose
from office import granting
from storage.people import PersonRow
from storage.store import WriteUnit

PAGE = "/console/users"
_LIMIT_DIGITS = 3


class UserPages:
    """What the pages about users do; the right to manage them was asked for before."""

    def __init__(self, parts: ConsoleParts, visitors: Visitors) -> None:
        self._parts = parts
        self._visitors = visitors

    def list(self) -> str:
        """Everybody, or those whose name or address holds what was typed."""
        sought = request.args.get("q", "").strip().casefold()
        with self._parts.store.read() as unit:
            everybody = people.listed(unit)
            counts: dict[int, int] = {}
            for each in devices.listed(unit):
                counts[each.user_id] = counts.get(each.user_id, 0) + (each.retired_us is None)
        found = [
            each
            for each in everybody
            if sought in each.name.casefold() or sought in each.email.casefold()
        ]
        return render_template("users.html", people=found, counts=counts, sought=sought)

    def one(self, name: str, fault: str = "") -> Response:
        """All about one user, and what may be done."""
        with self._parts.store.read() as unit:
            try:
                person = people.get(unit, name)
            except UnknownUserError:
                abort(HTTPStatus.NOT_FOUND)
            page = render_template(
                "user.html",
                person=person,
                groups=managing.groups_for(unit, visitor()),
                may_manage=managing.may_manage(visitor(), person.groups),
                places=devices.places_of(unit, name, limit=self._parts.device_limit(unit)),
                office_limit=self._parts.device_limit(unit),
                consents=consent.given_by(unit, person.id),
                has_second_factor=second_factor.is_on(unit, person.id),
                fault=fault,
            )
        return make_response(page, HTTPStatus.CONFLICT if fault else HTTPStatus.OK)

    def invite(self) -> AnyResponse:
        """Invite somebody new: by letter, or by a link to hand over."""
        if refusal := self._visitors.demand_password(f"{PAGE}/new"):
            return refusal
        if request.method == "GET":
            return self._form(Entered())
        entered = Entered.from_form()
        invited = invite(self._parts, entered)
        if invited is None:
            return self._form(entered)
        return _sent_page(invited.person, Purpose.INVITATION, invited.address)

    def send_link(self, name: str) -> AnyResponse:
        """The invitation once more, or a link for a new password."""

        def send(unit: WriteUnit, person: PersonRow) -> AnyResponse:
            if person.state in ("new", "invited"):
                purpose = Purpose.INVITATION
                person = invitations.mark_invited(unit, name, by=_me())
            else:
                purpose = Purpose.RESET
                person = invitations.demand_reset(unit, name, by=_me())
            token = deliver(self._parts, unit, person, purpose)
            return _sent_page(person, purpose, address_of(self._parts, purpose, token))

        return self._act(name, send)

    def change(self, name: str, act: str) -> AnyResponse:
        """One of the acts that leave one on the user's page."""
        if act not in _ACTS:
            abort(HTTPStatus.NOT_FOUND)

        def change(unit: WriteUnit, person: PersonRow) -> AnyResponse:
            _ACTS[act](unit, person, self._parts.now_us())
            return redirect(f"{PAGE}/{name}", HTTPStatus.SEE_OTHER)

        return self._act(name, change)

    def _act(self, name: str, act: Callable[[WriteUnit, PersonRow], AnyResponse]) -> AnyResponse:
        """Do something to a user in one transaction, or say on the user's page why not."""
        if refusal := self._visitors.demand_password(f"{PAGE}/{name}"):
            return refusal
        try:
            with self._parts.store.write() as unit:
                person = people.get(unit, name)
                managing.check_may_manage(visitor(), person.groups)
                return act(unit, person)
        except UnknownUserError:
            abort(HTTPStatus.NOT_FOUND)
        except LastAdministratorError:
            fault = _("This is the last active administrator: make another one first.")
        except RightMissingError:
            fault = _("Only administrators change what administrators may do.")
        except InvalidValueError:
            fault = (
                _("Choose at least one group.")
                if "groups" in request.form
                else _("0 to %(most)s, or empty for the office's number.", most=MOST_DEVICES)
            )
        except (UnknownDeviceError, UserNotActiveError, UserStateError):
            fault = _("Somebody changed this meanwhile. Look at it again.")
        return self.one(name, fault)

    def _form(self, entered: Entered) -> Response:
        with self._parts.store.read() as unit:
            groups = managing.groups_for(unit, visitor())
        page = render_template("user_new.html", entered=entered, groups=groups)
        status = HTTPStatus.UNPROCESSABLE_ENTITY if entered.faults else HTTPStatus.OK
        return make_response(page, status)


def _sent_page(person: PersonRow, purpose: Purpose, address: str) -> Response:
    return make_response(
        render_template("link_sent.html", person=person, purpose=purpose, address=address)
    )


def _me() -> Actor:
    return Actor(visitor().user_id)


def _set_groups(unit: WriteUnit, person: PersonRow, _now_us: int) -> None:
    groups = request.form.getlist("groups")
    if not groups:
        raise InvalidValueError
    managing.check_may_manage(visitor(), groups)
    granting.set_groups(unit, person.name, groups, by=_me())


def _set_limit(unit: WriteUnit, person: PersonRow, _now_us: int) -> None:
    text = request.form.get("limit", "").strip()
    is_number = text.isascii() and text.isdigit() and len(text) <= _LIMIT_DIGITS
    if text and not is_number:
        raise InvalidValueError
    people.set_device_limit(unit, person.name, int(text) if text else None, by=_me())


def _retire(unit: WriteUnit, person: PersonRow, now_us: int) -> None:
    label = request.form.get("label", "")
    devices.retire(unit, user_name=person.name, label=label, now_us=now_us, by=_me())


_ACTS: dict[str, Callable[[WriteUnit, PersonRow, int], object]] = {
    "block": lambda unit, person, _now_us: people.block(unit, person.name, by=_me()),
    "unblock": lambda unit, person, _now_us: people.unblock(unit, person.name, by=_me()),
    "withdraw": lambda unit, person, _now_us: invitations.withdraw(unit, person.name, by=_me()),
    "no-second-factor": lambda unit, person, _now_us: second_factor.turn_off(
        unit, person.id, by=_me()
    ),
    "groups": _set_groups,
    "limit": _set_limit,
    "retire": _retire,
}


def user_pages(parts: ConsoleParts, guard: FormGuard, visitors: Visitors) -> Blueprint:
    """The pages about users."""
    pages = Blueprint("users", __name__, url_prefix=PAGE)
    acts = UserPages(parts, visitors)
    pages.before_request(visitors.demand_right(FunctionRight.MANAGE_USERS))
    pages.before_request(guard.check_sent)
    pages.get("")(acts.list)
    pages.route("/new", methods=["GET", "POST"])(acts.invite)
    pages.get("/<name>")(acts.one)
    pages.post("/<name>/link")(acts.send_link)
    pages.post("/<name>/<act>")(acts.change)
    return pages
