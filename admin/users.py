"""Administration: the office's users, for those who may manage them."""

from collections.abc import Callable, Collection
from http import HTTPStatus

from flask import Blueprint, Response, abort, make_response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from admin import letter_states
from admin.forms import FormGuard
from admin.inviting import Entered, address_of, deliver, invite
from admin.parts import ConsoleParts
from admin.telling import done
from admin.texts import gettext as _
from admin.user_acts import (
    ACTS,
    RangeEntered,
    UnfitRangeError,
    closed_places,
    me,
    ranges_of,
    rights_shown,
)
from admin.visitors import Visitors, visitor
from auth import consent, devices, invitations, managing, people, second_factor, sessions
from auth.errors import (
    InvalidValueError,
    LastAdministratorError,
    RangeError,
    RightMissingError,
    UnknownUserError,
    UserNotActiveError,
    UserStateError,
)
from auth.rights import FunctionRight
from auth.shared_credentials import sharing_of
from auth.tokens import Purpose
from office.errors import ChangedError, NotFoundError
from storage import people as people_rows
from storage.people import PersonRow
from storage.sessions import SessionRow
from storage.store import Unit, WriteUnit

PAGE = "/console/users"


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
            letters = letter_states.of_users(unit, sends_mail=self._parts.settings.mail.is_on)
            held_back = letter_states.held_back(unit)
        found = [
            each
            for each in everybody
            if sought in each.name.casefold() or sought in each.email.casefold()
        ]
        return render_template(
            "users.html",
            people=found,
            counts=counts,
            letters=letters,
            held_back=held_back,
            sought=sought,
        )

    def one(self, name: str, fault: str = "", entered: RangeEntered | None = None) -> Response:
        """All about one user, and what may be done."""
        with self._parts.store.read() as unit:
            try:
                person = people.get(unit, name)
            except UnknownUserError:
                abort(HTTPStatus.NOT_FOUND)
            may_manage = managing.may_manage(visitor(), person.groups)
            letters = letter_states.of_users(unit, sends_mail=self._parts.settings.mail.is_on)
            places = devices.places_of(unit, name, limit=self._parts.device_limit(unit))
            page = render_template(
                "user.html",
                person=person,
                groups=_groups_shown(unit, person),
                may_manage=may_manage,
                may_configure=managing.may_configure_sync_of(visitor(), person.groups),
                may_set_visibility=managing.may_set_visibility(visitor(), person.groups),
                rights=rights_shown(unit, person),
                closed=closed_places(unit, person) if may_manage else [],
                ranges=ranges_of(unit, person),
                range_entered=entered or RangeEntered(),
                places=places,
                sharing={each.id: sharing_of(each.families.split(",")) for each in places.active},
                office_limit=self._parts.device_limit(unit),
                consents=consent.given_by(unit, person.id),
                has_second_factor=second_factor.is_on(unit, person.id),
                letter=letters.get(person.id),
                fault=fault,
            )
        is_refused = fault or entered
        return make_response(page, HTTPStatus.CONFLICT if is_refused else HTTPStatus.OK)

    def invite(self) -> AnyResponse:
        """Invite somebody new: by letter, or by a link to hand over."""
        if FunctionRight.MANAGE_USERS not in sessions.rights(visitor()):
            abort(HTTPStatus.NOT_FOUND)
        if refusal := self._visitors.demand_password():
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
                person = invitations.mark_invited(unit, name, by=me())
            else:
                purpose = Purpose.RESET
                person = invitations.demand_reset(unit, name, by=me())
            is_by_hand = request.form.get("by_hand") == "yes"
            token = deliver(self._parts, unit, person, purpose, is_by_hand=is_by_hand)
            return _sent_page(person, purpose, address_of(self._parts, purpose, token))

        return self._act(name, send)

    def change(self, name: str, act: str) -> AnyResponse:
        """One of the acts that leave one on the user's page."""
        if act not in ACTS:
            abort(HTTPStatus.NOT_FOUND)

        def change(unit: WriteUnit, person: PersonRow) -> AnyResponse:
            ACTS[act].do(unit, person, self._parts.now_us())
            return done(f"{PAGE}/{name}", act)

        return self._act(name, change, ACTS[act].check)

    def _act(
        self,
        name: str,
        act: Callable[[WriteUnit, PersonRow], AnyResponse],
        check: Callable[[SessionRow, Collection[str]], None] = managing.check_may_manage,
    ) -> AnyResponse:
        """Do something to a user in one transaction, or say on the user's page why not."""
        if refusal := self._visitors.demand_password():
            return refusal
        try:
            with self._parts.store.write() as unit:
                person = people.get(unit, name)
                check(visitor(), person.groups)
                return act(unit, person)
        except UnknownUserError:
            abort(HTTPStatus.NOT_FOUND)
        except LastAdministratorError:
            fault = _("This is the last active administrator: make another one first.")
        except RightMissingError:
            fault = _("Only administrators change what administrators may do.")
        except UnfitRangeError as error:
            return self.one(name, entered=RangeEntered.from_form(str(error)))
        except InvalidValueError as error:
            fault = str(error)
        except (
            RangeError,
            UserNotActiveError,
            UserStateError,
            NotFoundError,
            ChangedError,
        ):
            fault = _("Somebody changed this meanwhile. What stands here now is how it is.")
        return self.one(name, fault)

    def _form(self, entered: Entered) -> Response:
        with self._parts.store.read() as unit:
            groups = managing.groups_for(unit, visitor())
        page = render_template("user_new.html", entered=entered, groups=groups)
        status = HTTPStatus.UNPROCESSABLE_ENTITY if entered.faults else HTTPStatus.OK
        return make_response(page, status)


def _groups_shown(unit: Unit, person: PersonRow) -> list[tuple[str, bool]]:
    """The groups that the user is in or may be put into, and whether the visitor may do so."""
    mine = managing.groups_for(unit, visitor(), person.name)
    return [
        (each, each in mine)
        for each in people_rows.group_names(unit)
        if each in mine or each in person.groups
    ]


def _sent_page(person: PersonRow, purpose: Purpose, address: str) -> Response:
    return make_response(
        render_template("link_sent.html", person=person, purpose=purpose, address=address)
    )


def user_pages(parts: ConsoleParts, guard: FormGuard, visitors: Visitors) -> Blueprint:
    """The pages about users."""
    pages = Blueprint("users", __name__, url_prefix=PAGE)
    acts = UserPages(parts, visitors)
    demanded = (FunctionRight.MANAGE_USERS, FunctionRight.MANAGE_VISIBILITY)
    pages.before_request(visitors.demand_right(*demanded))
    pages.before_request(guard.check_sent)
    pages.get("")(acts.list)
    pages.route("/new", methods=["GET", "POST"])(acts.invite)
    pages.get("/<name>")(acts.one)
    pages.post("/<name>/link")(acts.send_link)
    pages.post("/<name>/<act>")(acts.change)
    return pages
