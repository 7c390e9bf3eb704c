"""Synchronisation: what reaches devices, for oneself, for a user, and by group."""

from collections.abc import Callable
from http import HTTPStatus
from typing import NamedTuple

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from admin.forms import FormGuard
from admin.groups import PAGE as GROUPS
from admin.parts import ConsoleParts
from admin.sync_form import ProfileForm, choices
from admin.texts import gettext as _
from admin.users import PAGE as USERS
from admin.visitors import Visitors, visitor
from auth import managing
from auth.audit import Actor
from auth.rights import FunctionRight
from office import sync_profiles
from office.sync_profiles import ProfileError, SyncProfile
from storage import hidden, people
from storage.store import Unit, WriteUnit

PAGE = "/console/sync"


class Whose(NamedTuple):
    """Whose profile a page is about; *name* is empty for one's own."""

    id: int
    name: str
    is_group: bool
    page: str
    back: str


Find = Callable[[Unit, str], Whose]


def of_visitor(_unit: Unit, _name: str) -> Whose:
    """One's own, with the right to see it."""
    me = visitor()
    if not managing.may_configure_sync(me):
        abort(HTTPStatus.NOT_FOUND)
    return Whose(me.user_id, "", is_group=False, page=PAGE, back=PAGE)


def of_user(unit: Unit, name: str) -> Whose:
    """A user's, for whoever manages them and may configure it."""
    person = people.find(unit, name)
    if person is None or not managing.may_configure_sync_of(visitor(), person.groups):
        abort(HTTPStatus.NOT_FOUND)
    back = f"{USERS}/{name}"
    return Whose(person.id, name, is_group=False, page=f"{back}/sync", back=back)


def of_group(unit: Unit, name: str) -> Whose:
    """That which a group's members begin with, for whoever may configure it."""
    group_id = people.find_principal(unit, name)
    is_group = group_id is not None and name in people.group_names(unit)
    if group_id is None or not is_group:
        abort(HTTPStatus.NOT_FOUND)
    if not managing.may_configure_sync_of(visitor(), (name,)):
        abort(HTTPStatus.NOT_FOUND)
    return Whose(group_id, name, is_group=True, page=f"{GROUPS}/{name}/sync", back=GROUPS)


class SyncPages:
    """What the pages of one sort do; *find* says whose it is, or that there is no such page."""

    def __init__(self, parts: ConsoleParts, visitors: Visitors, find: Find) -> None:
        self._parts = parts
        self._visitors = visitors
        self._find = find

    def show(self, name: str = "") -> AnyResponse:
        """The profile as it stands."""
        with self._parts.store.read() as unit:
            whose = self._find(unit, name)
            if refusal := self._demand_password(whose):
                return refusal
            return _page(unit, whose, ProfileForm.of(_stored(unit, whose)))

    def save(self, name: str = "") -> AnyResponse:
        """Take the form, or show it with what is wrong."""
        with self._parts.store.read() as unit:
            whose = self._find(unit, name)
        if refusal := self._demand_password(whose):
            return refusal
        form = ProfileForm.from_form()
        try:
            with self._parts.store.write() as unit:
                people.hold_everybody(unit)
                whose = self._find(unit, name)
                if _stored(unit, whose).mark != form.was:
                    fault = _(
                        "Somebody changed this meanwhile. What stands here now is how it is."
                    )
                    return _page(unit, whose, ProfileForm.of(_stored(unit, whose)), fault)
                _set(unit, whose, form.profile)
        except ProfileError as error:
            form.tell(error.faults)
            with self._parts.store.read() as unit:
                return _page(unit, whose, form)
        return redirect(f"{whose.page}?done=saved", HTTPStatus.SEE_OTHER)

    def reset(self, name: str = "") -> AnyResponse:
        """Ask for the password and whether it is meant; then reset."""
        with self._parts.store.read() as unit:
            whose = self._find(unit, name)
        if refusal := self._visitors.demand_password():
            return refusal
        if request.method == "GET":
            return make_response(render_template("sync_reset.html", whose=whose))
        with self._parts.store.write() as unit:
            whose = self._find(unit, name)
            sync_profiles.reset_of_user(unit, whose.id, by=Actor(visitor().user_id))
        return redirect(f"{whose.page}?done=reset", HTTPStatus.SEE_OTHER)

    def _demand_password(self, whose: Whose) -> AnyResponse | None:
        return self._visitors.demand_password() if whose.name else None


def _stored(unit: Unit, whose: Whose) -> SyncProfile:
    if whose.is_group:
        return sync_profiles.of_group(unit, whose.id)
    return sync_profiles.of_user(unit, whose.id)


def _set(unit: WriteUnit, whose: Whose, profile: SyncProfile) -> None:
    me = Actor(visitor().user_id)
    if whose.is_group:
        sync_profiles.set_of_group(unit, whose.id, profile, by=me)
    else:
        sync_profiles.set_of_user(unit, whose.id, profile, by=me)


def _page(unit: Unit, whose: Whose, form: ProfileForm, fault: str = "") -> Response:
    may_have_colleagues = whose.is_group or sync_profiles.may_have_colleagues(unit, whose.id)
    page = render_template(
        "sync.html",
        whose=whose,
        form=form,
        chosen=form.profile,
        choices=choices(
            unit, form.profile, user_id=whose.id, may_have_colleagues=may_have_colleagues
        ),
        hidden_count=0 if whose.is_group else hidden.count(unit, whose.id),
        fault=fault,
        done=request.args.get("done", ""),
    )
    if fault:
        return make_response(page, HTTPStatus.CONFLICT)
    return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY if form.faults else HTTPStatus.OK)


def sync_pages(parts: ConsoleParts, guard: FormGuard, visitors: Visitors) -> list[Blueprint]:
    """The pages for oneself, for users and for groups."""
    own = Blueprint("sync", __name__, url_prefix=PAGE)
    users = Blueprint("sync_of_user", __name__, url_prefix=f"{USERS}/<name>/sync")
    groups = Blueprint("sync_of_group", __name__, url_prefix=f"{GROUPS}/<name>/sync")
    for pages, find in ((own, of_visitor), (users, of_user), (groups, of_group)):
        acts = SyncPages(parts, visitors, find)
        pages.before_request(visitors.demand_right(FunctionRight.CONFIGURE_SYNC))
        pages.before_request(guard.check_sent)
        pages.get("")(acts.show)
        pages.post("")(acts.save)
        if pages is not groups:
            pages.route("/reset", methods=["GET", "POST"])(acts.reset)
    return [own, users, groups]
