"""Who is signed in to the console: cookie, session, and what a page demands of both."""

import re
from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import urlencode

from flask import Response, abort, g, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from admin import forms
from admin.parts import ConsoleParts
from admin.texts import gettext as _
from auth import identity, sessions, sign_in
from auth.errors import CredentialsError, SlowDownError
from auth.identity import Identity
from auth.rights import ADMINISTRATION, FunctionRight
from storage import sessions as session_rows
from storage.sessions import SessionRow
from storage.store import Unit

SIGN_IN = "/console/sign-in"
CODE = "/console/code"
CONFIRM = "/console/confirm"
CONSENT = "/console/consent"
START = "/console/"
"""Where everybody begins; it leads on to the devices, or to a set-up that is not done."""
DEVICES = "/console/devices"

_NAME = "deedbox_session"
_BROWSER = "deedbox_browser"
_BROWSER_SECONDS = 365 * 86_400
_AGAIN = "password_again"
"""The field of the password, beside those of a form that waits for it."""
_OWN_PAGE = re.compile(r"/(?:console|index\.php/login/v2/flow)/[A-Za-z0-9._~/%-]*(?:\?[^#\s]*)?")

Demand = Callable[[], AnyResponse | None]


def visitor() -> SessionRow:
    """The session of this request, on a page that demanded one."""
    found: SessionRow = g.session
    return found


def identity_of(unit: Unit) -> Identity:
    """Whoever is signed in, as the office's rules want them, in this very transaction.

    Somebody who was blocked since the session was found is sent to the sign-in.
    """
    try:
        return identity.of_user(unit, visitor().user_id)
    except CredentialsError:
        abort(redirect(SIGN_IN, HTTPStatus.SEE_OTHER))


class Visitors:
    """Finds sessions by their cookie, and sends to the sign-in whoever has none."""

    def __init__(self, parts: ConsoleParts) -> None:
        self._parts = parts

    def recognise(self) -> None:
        """Find out who is there, before any page."""
        g.session = None
        if request.endpoint == "static":
            return
        token = self.token()
        if not token:
            return
        now_us = self._parts.now_us()
        with self._parts.store.read() as unit:
            g.session = sessions.find(unit, token, now_us=now_us)
        # What a page fetches by itself is not somebody being there.
        if (
            g.session
            and not is_by_itself()
            and sessions.is_to_be_touched(g.session, now_us=now_us)
        ):
            with self._parts.store.write() as unit:
                session_rows.touch(unit, g.session.id, now_us=now_us)

    def demand(self) -> AnyResponse | None:
        """Let signed-in visitors pass, and send others to the sign-in and back.

        Who has to consent to a newer text does that first.
        """
        if refusal := self.demand_session():
            return refusal
        return self.to(CONSENT) if g.session.is_consent_due else None

    def demand_session(self) -> AnyResponse | None:
        """As :meth:`demand`, and lets those in who have not consented yet."""
        return None if g.session else self.to(SIGN_IN)

    def demand_administrator(self) -> AnyResponse | None:
        """As :meth:`demand`, and 404 for who is not in Administration."""
        if g.session and ADMINISTRATION.name not in g.session.groups:
            abort(HTTPStatus.NOT_FOUND)
        return self.demand()

    def demand_right(self, *rights: FunctionRight) -> Demand:
        """As :meth:`demand`, and 404 for who has none of *rights*: the page is not there."""

        def demanded() -> AnyResponse | None:
            if g.session and sessions.rights(g.session).isdisjoint(rights):
                abort(HTTPStatus.NOT_FOUND)
            return self.demand()

        return demanded

    def demand_password(self) -> AnyResponse | None:
        """Ask for the password again, if it was not given lately.

        A page that was asked for is opened after it. A form that was sent goes along in the page
        that asks, and comes back with the password to where it was sent; its token, which is
        this session's, lets nobody else send it.
        """
        if sessions.is_confirmed(visitor(), now_us=self._parts.now_us()):
            return None
        if request.method == "GET" or is_by_itself():
            return self.to(CONFIRM)
        if _AGAIN not in request.form:
            return make_response(_password_page())
        return self.take_password()

    def take_password(self) -> Response | None:
        """Take the password once more; where it is not right, the page that says so."""
        try:
            sign_in.sign_in(
                self._parts.store,
                self._parts.throttle,
                login=visitor().user_name,
                password=request.form.get(_AGAIN, ""),
                address=client_address(),
                browser_cookie=self.known_browser(),
                secret_key=self._parts.secret_key,
            )
        except SlowDownError as error:
            return later(error.retry_seconds, _password_page(slow_down_text(error)))
        except CredentialsError:
            page = _password_page(_("The password is wrong."))
            return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY)
        with self._parts.store.write() as unit:
            session_rows.confirm(unit, visitor().id, now_us=self._parts.now_us())
        return None

    def to(self, page: str, then: str = "") -> AnyResponse:
        """Send to *page*, and from there to *then*: the page asked for, if it is not said."""
        here = request.full_path.rstrip("?") if request.method == "GET" else START
        query = {"next": then or here}
        if lang := request.args.get("lang"):
            query["lang"] = lang
        target = f"{page}?{urlencode(query)}"
        if is_by_itself():
            # htmx follows a redirect silently, and would put the sign-in into the page.
            return Response("", headers={"HX-Redirect": target})
        return redirect(target, HTTPStatus.SEE_OTHER)

    def token(self) -> str:
        """What the cookie says, or nothing."""
        return request.cookies.get(_cookie(), "")

    def sign_in(self, response: AnyResponse, token: str, browser_cookie: str = "") -> None:
        """Give the browser the token of its session, and what it is known by from now on."""
        _set(response, _cookie(), token, None)
        if browser_cookie:
            _set(response, _BROWSER, browser_cookie, _BROWSER_SECONDS)

    def sign_out(self, response: AnyResponse) -> None:
        """End the session, and let the browser forget it."""
        if token := self.token():
            with self._parts.store.write() as unit:
                sessions.end(unit, token)
        _set(response, _cookie(), "", 0)

    @staticmethod
    def known_browser() -> str:
        """The cookie of an earlier sign-in, whatever it is worth."""
        return request.cookies.get(_BROWSER, "")


def is_by_itself() -> bool:
    """Whether a script of the page asks, and not a person."""
    return request.headers.get("HX-Request") == "true"


def client_address() -> str:
    """The client's address, after trusted proxies."""
    return str(request.environ.get("deedbox.address", ""))


def next_page() -> str:
    """Where to go on: a page of ours, whatever the address says."""
    asked = request.args.get("next", "")
    return asked if _OWN_PAGE.fullmatch(asked) else START


def slow_down_text(error: SlowDownError) -> str:
    """What somebody is told who tried too often."""
    return _("Too many attempts. Try again in %(seconds)s seconds.", seconds=error.retry_seconds)


def later(seconds: int, page: str) -> Response:
    """An answer to too many attempts (RFC 6585 section 4)."""
    response = make_response(page, HTTPStatus.TOO_MANY_REQUESTS)
    response.headers["Retry-After"] = str(seconds)
    return response


def _password_page(fault: str = "") -> str:
    """The page that asks, with the fields of the form that waits; their size is the request's."""
    is_waiting = request.method == "POST" and request.path != CONFIRM
    own = {_AGAIN, forms.FIELD}
    return render_template(
        "confirm.html",
        fault=fault,
        target=request.full_path.rstrip("?") if is_waiting else "",
        waiting=[each for each in request.form.items(multi=True) if each[0] not in own]
        if is_waiting
        else [],
    )


def _cookie() -> str:
    """``__Host-`` keeps other hosts of the same domain from setting it; it wants TLS."""
    return f"__Host-{_NAME}" if request.is_secure else _NAME


def _set(response: AnyResponse, name: str, value: str, seconds: int | None) -> None:
    # Lax: a link in a letter shall find one signed in; forms have their own guard.
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure,
    )
