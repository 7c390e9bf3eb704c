"""``/console/set-up``: the set-up's steps for administrators, until the office is open.

It can be left after each step; whoever comes back is led to where it was left.
"""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from admin.access_form import AccessForm
from admin.devices import suggested_label
from admin.filling import FillPage
from admin.forms import FormGuard
from admin.inviting import Entered, Invited, invite
from admin.mounts import Mounts
from admin.office_form import OfficeForm
from admin.parts import ConsoleParts, own_origin
from admin.setup import GO_ON as PAGE
from admin.texts import LANGUAGES, chosen_language
from admin.visitors import DEVICES, Visitors, visitor
from auth import consent, devices, managing, people, rights
from auth.audit import Actor
from auth.devices import Enrolment
from auth.rights import ADMINISTRATION, GROUPS
from office import founding, layout, opening, wizard
from office.opening import Opening
from office.wizard import Step

_Page = Callable[[], AnyResponse]


class WizardPages:
    """What the pages of the set-up do; that an administrator asks was seen to before."""

    def __init__(self, parts: ConsoleParts, visitors: Visitors, office: Opening) -> None:
        self._parts = parts
        self._visitors = visitors
        self._office = office

    def lead(self) -> AnyResponse:
        """To the step where it was left, or to what comes after the last."""
        if self._office.is_done():
            return make_response(render_template("setup_ready.html"))
        with self._parts.store.read() as unit:
            return _to(wizard.reached(unit))

    def of(self, step: Step, page: _Page) -> _Page:
        """*page* of a step, while the office is being set up and the steps before are done."""

        @wraps(page)
        def shown() -> AnyResponse:
            if self._office.is_done():
                return redirect(PAGE, HTTPStatus.SEE_OTHER)
            with self._parts.store.read() as unit:
                if not wizard.is_open(unit, step):
                    return _to(wizard.reached(unit))
            return page()

        return shown

    def office(self) -> Response:
        """Step 1 once more: name and address; the folders' language is fixed."""
        with self._parts.store.read() as unit:
            return self._office_page(OfficeForm.stored(self._parts, unit))

    def take_office(self) -> AnyResponse:
        """Take name and address."""
        with self._parts.store.read() as unit:
            language = layout.language(unit)
        form = OfficeForm.from_form(self._parts, language)
        form.check()
        if form.faults:
            return self._office_page(form)
        with self._parts.store.write() as unit:
            founding.take_data(unit, form.data(), by=_me())
        return _to(Step.USERS)

    def users(self) -> AnyResponse:
        """Step 2: who else is in, and the form to invite somebody."""
        if refusal := self._visitors.demand_password():
            return refusal
        return self._users_page(Entered())

    def invite(self) -> AnyResponse:
        """Invite one more; the link to hand over is on the page that answers."""
        if refusal := self._visitors.demand_password():
            return refusal
        entered = Entered.from_form()
        invited = invite(self._parts, entered)
        return self._users_page(Entered() if invited else entered, invited)

    def users_done(self) -> AnyResponse:
        """Enough users for now."""
        return self._done(Step.USERS)

    def access(self) -> AnyResponse:
        """Step 3: what the groups may, what new users see, the first device."""
        if refusal := self._visitors.demand_password():
            return refusal
        with self._parts.store.read() as unit:
            form = AccessForm.stored(self._parts, unit)
            if not devices.places_of(unit, visitor().user_name, limit=1).active:
                form.device_label = suggested_label(request.user_agent.string) or "Laptop"
        return self._access_page(form)

    def take_access(self) -> AnyResponse:
        """Take the choices; a device's password is on the page that answers."""
        if refusal := self._visitors.demand_password():
            return refusal
        with self._parts.store.read() as unit:
            form = AccessForm.from_form(self._parts, unit)
        form.check()
        if form.faults:
            return self._access_page(form)
        enrolment = form.take(self._parts, _me())
        if form.faults:
            return self._access_page(form)
        if form.made_before:
            # The form came twice, by a reload perhaps; the password cannot be shown again.
            return make_response(render_template("setup_device_again.html", form=form))
        return self._device_page(enrolment) if enrolment else _to(Step.FILL)

    def finish(self) -> AnyResponse:
        """The last step is done or skipped: open the office."""
        with self._parts.store.write() as unit:
            wizard.finish(unit, by=_me(), now_us=self._parts.now_us())
        return redirect(PAGE, HTTPStatus.SEE_OTHER)

    def _done(self, step: Step) -> AnyResponse:
        with self._parts.store.write() as unit:
            return _to(wizard.done(unit, step))

    def _office_page(self, form: OfficeForm) -> Response:
        page = render_template(
            "setup_office_again.html",
            form=form,
            languages=LANGUAGES,
            own_address=own_origin(),
        )
        return make_response(page, _status(form.faults))

    def _users_page(self, entered: Entered, invited: Invited | None = None) -> Response:
        with self._parts.store.read() as unit:
            page = render_template(
                "setup_users.html",
                entered=entered,
                invited=invited,
                people=people.listed(unit),
                groups=managing.groups_for(unit, visitor()),
                sends_mail=self._parts.settings.mail.is_on,
            )
        return make_response(page, _status(entered.faults))

    def _access_page(self, form: AccessForm) -> Response:
        language = chosen_language(self._parts.settings.office.language)
        with self._parts.store.read() as unit:
            page = render_template(
                "setup_access.html",
                form=form,
                groups={each.name: sorted(rights.given_to(unit, each.name)) for each in GROUPS},
                consent=consent.current(unit)[language],
            )
        return make_response(page, _status(form.faults))

    def _device_page(self, enrolment: Enrolment) -> Response:
        mounts = Mounts(self._parts.origin(), enrolment.user_name)
        page = render_template("setup_device.html", enrolment=enrolment, mounts=mounts)
        return make_response(page, HTTPStatus.CREATED)


def wizard_pages(
    parts: ConsoleParts, guard: FormGuard, visitors: Visitors, office: Opening
) -> Blueprint:
    """The pages of the set-up."""
    pages = Blueprint("wizard", __name__, url_prefix=PAGE)
    acts = WizardPages(parts, visitors, office)
    fill = FillPage(parts, guard, office)

    @pages.before_request
    def _demand() -> AnyResponse | None:
        if refusal := visitors.demand():
            return refusal
        if ADMINISTRATION.name not in visitor().groups:
            abort(HTTPStatus.NOT_FOUND)
        return None

    def add(rule: str, step: Step, page: _Page, method: str = "GET") -> None:
        def sent() -> AnyResponse:
            guard.check_sent()
            return shown()

        shown = acts.of(step, page)
        pages.add_url_rule(rule, page.__name__, sent, methods=[method])

    pages.add_url_rule("", "lead", acts.lead)
    add("/office", Step.OFFICE, acts.office)
    add("/office", Step.OFFICE, acts.take_office, "POST")
    add("/users", Step.USERS, acts.users)
    add("/users", Step.USERS, acts.invite, "POST")
    add("/users/done", Step.USERS, acts.users_done, "POST")
    add("/access", Step.ACCESS, acts.access)
    add("/access", Step.ACCESS, acts.take_access, "POST")
    add("/fill", Step.FILL, fill.form)
    # It looks at its token and its step itself, before it takes in the first document.
    pages.add_url_rule("/fill", "take", fill.take, methods=["POST"])
    add("/fill/done", Step.FILL, acts.finish, "POST")
    return pages


def lead_on(parts: ConsoleParts, office: Opening) -> AnyResponse:
    """Where the console begins for who is signed in: its devices, or a set-up that is not done."""
    if ADMINISTRATION.name in visitor().groups and is_waiting(parts, office):
        return redirect(PAGE, HTTPStatus.SEE_OTHER)
    return redirect(DEVICES, HTTPStatus.SEE_OTHER)


def is_waiting(parts: ConsoleParts, office: Opening) -> bool:
    """Whether the office is being set up, so that DAV does not answer yet."""
    if office.is_done():
        return False
    with parts.store.read() as unit:
        return opening.is_being_set_up(unit)


def _to(step: Step) -> AnyResponse:
    return redirect(f"{PAGE}/{step}", HTTPStatus.SEE_OTHER)


def _status(faults: dict[str, str]) -> HTTPStatus:
    return HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK


def _me() -> Actor:
    return Actor(visitor().user_id)
