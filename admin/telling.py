"""What was done, told once on the page that follows: a fixed word in a cookie of its own.

An address would tell it again when the page is loaded anew, and to whoever is sent it.
"""

from http import HTTPStatus

from flask import Response, g, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from admin.texts import gettext as _
from admin.visitors import is_by_itself

SAVED = "saved"
_COOKIE = "deedbox_told"
_SECONDS = 60


def done(page: str, word: str = SAVED) -> AnyResponse:
    """Go on to *page*, which says that it was done."""
    response = redirect(page, HTTPStatus.SEE_OTHER)
    response.set_cookie(
        _COOKIE,
        word,
        max_age=_SECONDS,
        httponly=True,
        samesite="Strict",
        secure=request.is_secure,
    )
    return response


def told() -> str:
    """What was done before this page, or nothing; once it was read it is forgotten."""
    word = request.cookies.get(_COOKIE, "")
    if not word or is_by_itself():
        return ""
    g.is_told = True
    return _texts().get(word) or _texts()[SAVED]


def forget(response: Response) -> Response:
    """Take the word from the browser that shows it."""
    if g.get("is_told"):
        response.set_cookie(_COOKIE, "", max_age=0, httponly=True, samesite="Strict")
    return response


def _texts() -> dict[str, str]:
    """By the word; acts on a user are called as their addresses end."""
    return {
        SAVED: _("Saved."),
        "block": _("The user is blocked."),
        "unblock": _("The user is let in again."),
        "withdraw": _("The invitation is withdrawn."),
        "no-second-factor": _("The second factor is off."),
        "lift": _("It is open to the user again."),
        "range": _("The numbers are given."),
        "end-range": _("The number range is ended."),
        "retired": _("Done: what was chosen has no access any more."),
        "signed-out": _("That browser is signed out."),
    }
