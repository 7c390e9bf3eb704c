"""Signing in to the console: password, second factor, out again; and the password once more."""

from http import HTTPStatus

from flask import Blueprint, Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from admin.forms import FormGuard
from admin.parts import ConsoleParts
from admin.texts import gettext as _
from admin.visitors import (
    CODE,
    SIGN_IN,
    Visitors,
    client_address,
    later,
    next_page,
    slow_down_text,
)
from auth import known_browsers, second_factor, sessions, sign_in
from auth.errors import CodeError, CredentialsError, SlowDownError
from auth.sign_in import SignedIn
from auth.throttle import Attempt
from storage import people
from storage.people import PersonRow
from storage.sessions import SessionRow


class SignInPages:
    """What the pages of signing in do."""

    def __init__(self, parts: ConsoleParts, visitors: Visitors) -> None:
        self._parts = parts
        self._visitors = visitors

    def sign_in(self) -> AnyResponse:
        """Check the password; then the page asked for, or first the code."""
        login = request.form.get("login", "")
        try:
            return self.begin(self._checked(login, request.form.get("password", "")))
        except SlowDownError as error:
            page = self.form(login, slow_down_text(error))
            return later(error.retry_seconds, page)
        except CredentialsError:
            fault = _("User name and password do not fit together, or this user cannot sign in.")
            return make_response(self.form(login, fault), HTTPStatus.UNPROCESSABLE_ENTITY)

    def begin(self, signed_in: SignedIn) -> AnyResponse:
        """Begin the session of somebody whose password was right.

        Raises:
            CredentialsError: They were blocked meanwhile.
        """
        person = signed_in.person
        with self._parts.store.write() as unit:
            is_complete = not second_factor.is_on(unit, person.id)
            token = sessions.begin(
                unit,
                person.id,
                is_complete=is_complete,
                address=client_address(),
                agent=request.user_agent.string,
                now_us=self._parts.now_us(),
                replaces=self._visitors.token(),
            )
        if is_complete:
            response = redirect(next_page(), HTTPStatus.SEE_OTHER)
            self._visitors.sign_in(response, token, signed_in.browser_cookie)
        else:
            # Not yet known: who has the password only must not get a meter of their own.
            response = self._visitors.to(CODE, next_page())
            self._visitors.sign_in(response, token)
        return response

    def code(self) -> AnyResponse:
        """Check the code of the second factor."""
        parts = self._parts
        with parts.store.read() as unit:
            awaiting = sessions.find_awaiting(unit, self._visitors.token(), now_us=parts.now_us())
            person = people.find_by_id(unit, awaiting.user_id) if awaiting else None
        if awaiting is None or person is None:
            return self._visitors.to(SIGN_IN, next_page())
        if request.method == "GET":
            return make_response(render_template("code.html"))
        try:
            attempt = self._begin_code(person)
            token = self._taken(awaiting, attempt)
        except SlowDownError as error:
            page = render_template("code.html", fault=slow_down_text(error))
            return later(error.retry_seconds, page)
        except CodeError:
            fault = _("This code does not fit, or was used before. Wait for the next one.")
            page = render_template("code.html", fault=fault)
            return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY)
        if token is None:
            return self._visitors.to(SIGN_IN, next_page())
        response = redirect(next_page(), HTTPStatus.SEE_OTHER)
        cookie = known_browsers.issue(
            person.id, person.password_hash or "", secret_key=parts.secret_key
        )
        self._visitors.sign_in(response, token, cookie)
        return response

    def confirm(self) -> AnyResponse:
        """Take the password once more from somebody who is signed in."""
        return self._visitors.take_password() or redirect(next_page(), HTTPStatus.SEE_OTHER)

    @staticmethod
    def form(login: str = "", fault: str = "") -> str:
        """The page with user name and password."""
        return render_template("sign_in.html", login=login, fault=fault)

    def _checked(self, login: str, password: str) -> SignedIn:
        return sign_in.sign_in(
            self._parts.store,
            self._parts.throttle,
            login=login,
            password=password,
            address=client_address(),
            browser_cookie=self._visitors.known_browser(),
            secret_key=self._parts.secret_key,
        )

    def _begin_code(self, person: PersonRow) -> Attempt:
        browser = known_browsers.recognised(
            self._visitors.known_browser(),
            person.id,
            person.password_hash or "",
            secret_key=self._parts.secret_key,
        )
        return self._parts.throttle.begin_code(person.id, client_address(), browser)

    def _taken(self, awaiting: SessionRow, attempt: Attempt) -> str | None:
        """Use the code up; the session's new token, or None if it ended meanwhile."""
        now_us = self._parts.now_us()
        with self._parts.store.write() as unit:
            second_factor.take(
                unit,
                awaiting.user_id,
                request.form.get("code", ""),
                secret_key=self._parts.secret_key,
                now_us=now_us,
            )
            token = sessions.complete(unit, awaiting, now_us=now_us)
        self._parts.throttle.succeeded(attempt)
        return token


def sign_in_pages(parts: ConsoleParts, guard: FormGuard, visitors: Visitors) -> Blueprint:
    """The pages of signing in and out."""
    pages = Blueprint("sign_in", __name__)
    acts = SignInPages(parts, visitors)
    pages.before_request(guard.check_sent)

    @pages.get(SIGN_IN)
    def form() -> AnyResponse:
        if visitors.demand() is None:
            return redirect(next_page(), HTTPStatus.SEE_OTHER)
        return make_response(acts.form())

    pages.post(SIGN_IN)(acts.sign_in)
    pages.route(CODE, methods=["GET", "POST"])(acts.code)

    @pages.post("/console/sign-out")
    def sign_out() -> AnyResponse:
        response = redirect(SIGN_IN, HTTPStatus.SEE_OTHER)
        visitors.sign_out(response)
        return response

    @pages.route("/console/confirm", methods=["GET", "POST"])
    def confirm() -> AnyResponse | Response:
        if refusal := visitors.demand():
            return refusal
        if request.method == "POST":
            return acts.confirm()
        return make_response(render_template("confirm.html"))

    return pages
