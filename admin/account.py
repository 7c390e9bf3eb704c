"""One's own account: language, password, second factor, and where one is signed in."""

from http import HTTPStatus

from flask import Blueprint, abort, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from admin.forms import FormGuard
from admin.new_password import NewPassword, explained
from admin.parts import ConsoleParts
from admin.set_ups import qr_code
from admin.telling import done
from admin.texts import LANGUAGES
from admin.texts import gettext as _
from admin.visitors import Visitors, client_address, later, slow_down_text, visitor
from auth import audit, second_factor, sessions, sign_in, totp
from auth.audit import Act, Actor, Subject
from auth.errors import CodeError, CredentialsError, SecondFactorStateError, SlowDownError
from auth.passwords import hashed
from office import opening
from storage import people, preferences, second_factors
from storage import sessions as session_rows

PAGE = "/console/account"
FACTOR = f"{PAGE}/second-factor"


class AccountPages:
    """What the pages of one's own account do."""

    def __init__(self, parts: ConsoleParts, visitors: Visitors) -> None:
        self._parts = parts
        self._visitors = visitors

    def overview(self) -> str:
        """All of it on one page."""
        user_id = visitor().user_id
        with self._parts.store.read() as unit:
            return render_template(
                "account.html",
                languages=LANGUAGES,
                sessions=sessions.standing(unit, user_id, now_us=self._parts.now_us()),
                has_second_factor=second_factor.is_on(unit, user_id),
                recovery_codes_left=second_factors.recovery_codes_left(unit, user_id),
            )

    def set_language(self) -> AnyResponse:
        """Speak this language from now on, in every browser."""
        language = request.form.get("language", "")
        if language not in LANGUAGES:
            abort(HTTPStatus.BAD_REQUEST)
        with self._parts.store.write() as unit:
            preferences.set_language(unit, visitor().user_id, language)
        return done(PAGE)

    def end_session(self, session_id: int) -> AnyResponse:
        """Sign out a browser that is elsewhere."""
        with self._parts.store.write() as unit:
            session_rows.end(unit, session_id, user_id=visitor().user_id)
        return done(PAGE, "signed-out")

    def password(self) -> AnyResponse:
        """Another password, by the one that holds; every other session ends."""
        if request.method == "GET":
            return make_response(render_template("password.html", faults={}))
        chosen = NewPassword.from_form()
        chosen.check(name=visitor().user_name, email=visitor().email)
        try:
            self._prove(request.form.get("current", ""))
        except SlowDownError as error:
            chosen.faults["current"] = slow_down_text(error)
            page = render_template("password.html", faults=chosen.faults)
            return later(error.retry_seconds, page)
        except CredentialsError:
            chosen.faults["current"] = _("The password is wrong.")
        if chosen.faults:
            page = render_template("password.html", faults=chosen.faults)
            return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY)
        self._set_password(hashed(chosen.password))
        weaknesses = explained(chosen.password, name=visitor().user_name, email=visitor().email)
        return make_response(render_template("password_set.html", weaknesses=weaknesses))

    def second_factor(self) -> AnyResponse:
        """Begin: a secret for the application, as a QR code and for typing."""
        if refusal := self._visitors.demand_password():
            return refusal
        user_id = visitor().user_id
        with self._parts.store.read() as unit:
            if second_factor.is_on(unit, user_id):
                return redirect(PAGE, HTTPStatus.SEE_OTHER)
            key = self._parts.secret_key
            secret = second_factor.begun_secret(unit, user_id, secret_key=key)
        if request.method == "POST" and secret is not None:
            return self._turn_on(secret)
        with self._parts.store.write() as writing:
            secret = second_factor.begin(
                writing, user_id, secret_key=key, now_us=self._parts.now_us()
            )
        return make_response(self._factor_page(secret))

    def turn_off(self) -> AnyResponse:
        """Ask for codes no longer."""
        if refusal := self._visitors.demand_password():
            return refusal
        user_id = visitor().user_id
        with self._parts.store.write() as unit:
            second_factor.turn_off(unit, user_id, by=Actor(user_id))
        return done(PAGE, "no-second-factor")

    def recovery_codes(self) -> AnyResponse:
        """New recovery codes in place of the old."""
        if refusal := self._visitors.demand_password():
            return refusal
        try:
            with self._parts.store.write() as unit:
                codes = second_factor.renew_recovery_codes(
                    unit, visitor().user_id, secret_key=self._parts.secret_key
                )
        except SecondFactorStateError:
            return redirect(PAGE, HTTPStatus.SEE_OTHER)
        return make_response(render_template("recovery_codes.html", codes=codes))

    def _turn_on(self, secret: bytes) -> AnyResponse:
        try:
            with self._parts.store.write() as unit:
                codes = second_factor.turn_on(
                    unit,
                    visitor().user_id,
                    request.form.get("code", ""),
                    secret_key=self._parts.secret_key,
                    now_us=self._parts.now_us(),
                )
        except CodeError:
            fault = _("This code does not fit. Is the clock of your phone right?")
            return make_response(self._factor_page(secret, fault), HTTPStatus.UNPROCESSABLE_ENTITY)
        except SecondFactorStateError:
            return redirect(PAGE, HTTPStatus.SEE_OTHER)
        return make_response(render_template("recovery_codes.html", codes=codes))

    def _factor_page(self, secret: bytes, fault: str = "") -> str:
        with self._parts.store.read() as unit:
            issuer = opening.office_name(unit) or "deedbox"
        address = totp.address(secret, issuer=issuer, account=visitor().user_name)
        return render_template(
            "second_factor.html", qr=qr_code(address), typed=totp.typed_form(secret), fault=fault
        )

    def _prove(self, password: str) -> None:
        sign_in.sign_in(
            self._parts.store,
            self._parts.throttle,
            login=visitor().user_name,
            password=password,
            address=client_address(),
            browser_cookie=self._visitors.known_browser(),
            secret_key=self._parts.secret_key,
        )

    def _set_password(self, password_hash: str) -> None:
        user_id = visitor().user_id
        with self._parts.store.write() as unit:
            people.hold(unit, user_id)
            people.set_password_hash(unit, user_id, password_hash)
            session_rows.end_of_user(unit, user_id, but=visitor().id)
            audit.record(unit, Act.PASSWORD_SET, by=Actor(user_id), on=Subject(user_id))


def account_pages(parts: ConsoleParts, guard: FormGuard, visitors: Visitors) -> Blueprint:
    """The pages of one's own account."""
    pages = Blueprint("account", __name__, url_prefix=PAGE)
    acts = AccountPages(parts, visitors)
    pages.before_request(visitors.demand)
    pages.before_request(guard.check_sent)
    both = ["GET", "POST"]
    pages.get("")(acts.overview)
    pages.post("/language")(acts.set_language)
    pages.post("/sessions/<int:session_id>/end")(acts.end_session)
    pages.route("/password", methods=both)(acts.password)
    pages.route("/second-factor", methods=both)(acts.second_factor)
    pages.post("/second-factor/off")(acts.turn_off)
    pages.post("/second-factor/recovery-codes")(acts.recovery_codes)
    return pages
