"""Forms that only our own pages can send: a cookie and a field that fit together.

The field is a keyed hash of the cookie, which another site can neither read nor set
(``SameSite=Strict``), and of the session, where somebody is signed in. Where the browser says
itself that another site sent the form, that is enough to refuse it.
"""

import hmac
import secrets

from flask import Response, abort, g, request

COOKIE = "deedbox_form"
FIELD = "form_token"

_SALT = b"deedbox console forms"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_SITE = frozenset({"same-origin", "none", ""})


class FormGuard:
    """Makes and checks the tokens of one installation, alike in all its processes."""

    def __init__(self, secret_key: bytes) -> None:
        self._key = hmac.digest(secret_key, _SALT, "sha256")

    def token(self) -> str:
        """The field's value for the form of this answer."""
        return self._field(self._cookie())

    def check(self) -> None:
        """Refuse a form that did not come from a page of ours.

        Raises:
            werkzeug.exceptions.Forbidden: Another site sent it, or cookie and field do not fit.
        """
        self.check_field(request.form.get(FIELD, ""))

    def check_field(self, sent: str) -> None:
        """:meth:`check` of a form that is too large to be read as a whole first.

        Raises:
            werkzeug.exceptions.Forbidden: Another site sent it, or cookie and field do not fit.
        """
        cookie = request.cookies.get(COOKIE, "")
        is_ours = request.headers.get("Sec-Fetch-Site", "") in _OWN_SITE
        fits = hmac.compare_digest(sent.encode(), self._field(cookie).encode())
        if not (is_ours and cookie and fits):
            abort(403)

    def check_sent(self) -> None:
        """:meth:`check` for whatever changes something; for all pages of a blueprint."""
        if request.method not in _SAFE:
            self.check()

    def remember(self, response: Response) -> Response:
        """Give the browser its cookie, where a form was shown to a browser that had none."""
        if made := g.get("form_cookie"):
            response.set_cookie(
                COOKIE, made, httponly=True, samesite="Strict", secure=request.is_secure
            )
        return response

    def _cookie(self) -> str:
        known = request.cookies.get(COOKIE) or g.get("form_cookie")
        if known:
            return str(known)
        g.form_cookie = secrets.token_urlsafe(18)
        return str(g.form_cookie)

    def _field(self, cookie: str) -> str:
        session = g.get("session")
        text = f"{cookie}\x00{session.id if session else ''}"
        return hmac.digest(self._key, text.encode(), "sha256").hex()
