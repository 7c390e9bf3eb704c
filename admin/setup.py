"""``/setup/<token>``: the first two steps of the set-up, as long as nobody is in.

Whoever has the one-time link says what the office is called and where it is reached, and becomes
its first administrator. From then on they are signed in and the link is spent; what follows is in
``admin.wizard``.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import urlencode

from flask import Blueprint, Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from admin.forms import FormGuard
from admin.inviting import email_fault, name_fault, taken_email_fault, taken_name_fault
from admin.new_password import NewPassword, explained
from admin.office_form import OfficeForm
from admin.parts import ConsoleParts, own_origin
from admin.texts import LANGUAGES, chosen_language
from admin.visitors import Visitors, client_address
from auth import sessions, setup_link
from auth.errors import (
    AuthError,
    EmailTakenError,
    InvalidValueError,
    NameTakenError,
    SetupEndedError,
)
from auth.names import checked_email, checked_name
from office import wizard
from office.founding import Founder, describe, found
from office.wizard import Step
from storage import preferences
from storage.store import WriteUnit

GO_ON = "/console/set-up"


@dataclass(slots=True)
class Entered:
    """What the first administrator typed, and what is wrong with it, by field."""

    user_name: str = ""
    email: str = ""
    password: str = field(default="", repr=False)
    repeated: str = field(default="", repr=False)
    faults: dict[str, str] = field(default_factory=dict)

    @classmethod
    def from_form(cls) -> "Entered":
        """Take the request's form, the space around plain words left out."""
        form = request.form
        return cls(
            user_name=form.get("user_name", "").strip().lower(),
            email=form.get("email", "").strip(),
            password=form.get("password", ""),
            repeated=form.get("repeated", ""),
        )

    def check(self) -> None:
        """Find every fault that can be found without the database."""
        for name, check, fault in (
            ("user_name", checked_name, name_fault),
            ("email", checked_email, email_fault),
        ):
            try:
                check(getattr(self, name))
            except InvalidValueError:
                self.faults[name] = fault()
        chosen = NewPassword(self.password, self.repeated)
        chosen.check(name=self.user_name, email=self.email)
        self.faults |= chosen.faults


class SetupPages:
    """What the pages behind the set-up link do."""

    def __init__(self, parts: ConsoleParts, guard: FormGuard, visitors: Visitors) -> None:
        self._parts = parts
        self._guard = guard
        self._visitors = visitors

    def lead(self, token: str) -> AnyResponse:
        """To the step where it was left."""
        with self._parts.store.read() as unit:
            is_described = wizard.is_open(unit, Step.USERS)
        return self._to(token, "you" if is_described else "office")

    def office(self, token: str) -> AnyResponse:
        """Step 1: the office's data and address."""
        if request.method == "GET":
            with self._parts.store.read() as unit:
                return self._office_page(OfficeForm.stored(self._parts, unit))
        form = OfficeForm.from_form(self._parts)
        form.check()
        if form.faults:
            return self._office_page(form)
        try:
            with self._parts.store.write() as unit:
                describe(unit, token, form.data())
        except SetupEndedError:
            return ended_page()
        return self._to(token, "you")

    def you(self, token: str) -> AnyResponse:
        """Step 2: the first administrator, who is signed in with the answer."""
        with self._parts.store.read() as unit:
            if not wizard.is_open(unit, Step.USERS):
                return self._to(token, "office")
        if request.method == "GET":
            return self._you_page(token, Entered())
        entered = Entered.from_form()
        entered.check()
        if entered.faults:
            return self._you_page(token, entered)
        session = self._founded(token, entered)
        if session is None:
            return self._you_page(token, entered) if entered.faults else ended_page()
        weaknesses = explained(entered.password, name=entered.user_name, email=entered.email)
        response: AnyResponse = redirect(f"{GO_ON}/users", HTTPStatus.SEE_OTHER)
        if weaknesses:
            response = make_response(render_template("setup_weak.html", weaknesses=weaknesses))
        self._visitors.sign_in(response, session)
        return response

    def _founded(self, token: str, entered: Entered) -> str | None:
        """The session of the first administrator; None with the faults, or if they were late."""
        try:
            with self._parts.store.write() as unit:
                return self._found(unit, token, entered)
        except SetupEndedError:
            return None
        except NameTakenError:
            entered.faults["user_name"] = taken_name_fault()
        except EmailTakenError:
            entered.faults["email"] = taken_email_fault()
        except AuthError as error:
            entered.faults["user_name"] = str(error)
        return None

    def _found(self, unit: WriteUnit, token: str, entered: Entered) -> str:
        now_us = self._parts.now_us()
        founder = Founder(entered.user_name, entered.email, entered.password)
        person = found(unit, token, founder, now_us=now_us)
        if (language := request.args.get("lang")) in LANGUAGES:
            preferences.set_language(unit, person.id, str(language))
        return sessions.begin(
            unit,
            person.id,
            is_complete=True,
            address=client_address(),
            agent=request.user_agent.string,
            now_us=now_us,
            replaces=self._visitors.token(),
        )

    def guarded(self, page: Callable[[str], AnyResponse]) -> Callable[[str], AnyResponse]:
        """*page* for a link that works, and of forms only for those of our own."""

        def guarded(token: str) -> AnyResponse:
            if refusal := self._refusal(token):
                return refusal
            self._guard.check_sent()
            return page(token)

        return guarded

    def _refusal(self, token: str) -> Response | None:
        """The page for a link that does not work: 410 when its work is done, else 404."""
        with self._parts.store.read() as unit:
            if setup_link.is_ended(unit):
                return ended_page()
            if setup_link.is_valid(unit, token):
                return None
        return make_response(render_template("setup_wrong.html"), HTTPStatus.NOT_FOUND)

    def _office_page(self, form: OfficeForm) -> Response:
        page = render_template(
            "setup_office.html",
            form=form,
            languages=LANGUAGES,
            language=self._language(),
            own_address=own_origin(),
        )
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.faults else HTTPStatus.OK
        return make_response(page, status)

    def _you_page(self, token: str, entered: Entered) -> Response:
        page = render_template(
            "setup_you.html", entered=entered, language=self._language(), token=token
        )
        status = HTTPStatus.UNPROCESSABLE_ENTITY if entered.faults else HTTPStatus.OK
        return make_response(page, status)

    def _language(self) -> str:
        return chosen_language(self._parts.settings.office.language)

    @staticmethod
    def _to(token: str, step: str) -> AnyResponse:
        query = f"?{urlencode({'lang': lang})}" if (lang := request.args.get("lang")) else ""
        return redirect(f"/setup/{token}/{step}{query}", HTTPStatus.SEE_OTHER)


def setup_pages(parts: ConsoleParts, guard: FormGuard, visitors: Visitors) -> Blueprint:
    """The pages behind the set-up link."""
    pages = Blueprint("setup", __name__)
    acts = SetupPages(parts, guard, visitors)
    both = ["GET", "POST"]
    pages.add_url_rule("/setup/<token>", "lead", acts.guarded(acts.lead))
    pages.add_url_rule("/setup/<token>/office", "office", acts.guarded(acts.office), methods=both)
    pages.add_url_rule("/setup/<token>/you", "you", acts.guarded(acts.you), methods=both)
    return pages


def ended_page() -> Response:
    """What a link leads to that has done its work."""
    return make_response(render_template("setup_ended.html"), HTTPStatus.GONE)
