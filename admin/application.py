"""The console: a Flask application whose pages work without JavaScript and foreign files."""

from pathlib import Path

from flask import Flask, Response, make_response, redirect, render_template, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from admin.assets import add_assets, asset, keep
from admin.forms import FormGuard
from admin.mounts import Mounts
from admin.parts import ConsoleParts
from admin.setup import setup_pages
from admin.texts import LANGUAGES, Speech, chosen_language
from admin.texts import gettext as _
from auth import people

_FORM_BYTES = 64 * 1024

_HEADERS = {
    "Content-Security-Policy": (
        # data: for the arrows and ticks that Pico CSS draws.
        "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; "
        "img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def make_console(parts: ConsoleParts) -> Flask:
    """Make the console of one installation."""
    app = Flask("admin", root_path=str(Path(__file__).parent))
    app.config.update(
        MAX_CONTENT_LENGTH=_FORM_BYTES,
        # A bug goes on to the server's one fault handler, which logs it with a request id.
        PROPAGATE_EXCEPTIONS=True,
    )
    add_assets(app)
    _speak(app, parts)
    guard = FormGuard(parts.secret_key)
    app.register_blueprint(setup_pages(parts, guard))
    app.add_url_rule("/", "landing", lambda: _landing(parts))
    app.add_url_rule("/favicon.ico", "icon", _icon)
    app.register_error_handler(HTTPException, _error_page)
    app.after_request(guard.remember)
    app.after_request(_secured)
    return app


def _speak(app: Flask, parts: ConsoleParts) -> None:
    """German and English by ``?lang=`` or the browser; the office's language decides a tie."""

    def language() -> str:
        return chosen_language(parts.settings.office.language)

    Speech(app, default_locale="en", locale_selector=language)

    @app.context_processor
    def _of_every_page() -> dict[str, object]:
        others = {code: name for code, name in LANGUAGES.items() if code != language()}
        return {"page_language": language(), "other_languages": others}


def _landing(parts: ConsoleParts) -> str:
    with parts.store.read() as unit:
        is_founded = people.has_administrator(unit)
    return render_template("landing.html", is_founded=is_founded, mounts=Mounts(parts.origin()))


def _icon() -> AnyResponse:
    return redirect(asset("deedbox.svg"))


def _error_page(error: HTTPException) -> Response | AnyResponse:
    """A page that says what to do, in place of werkzeug's."""
    if error.response is not None:
        return error.get_response()
    texts = {
        403: _("This form is out of date or came from another site. Open the page again."),
        404: _("There is nothing at this address."),
        413: _("This form is too large."),
    }
    code = error.code or 500
    page = render_template("error.html", code=code, text=texts.get(code, error.description))
    response = make_response(page, code)
    response.headers.extend(
        (name, value) for name, value in error.get_headers() if name != "Content-Type"
    )
    return response


def _secured(response: Response) -> Response:
    """Headers of every answer; only the static files may be kept."""
    for name, value in _HEADERS.items():
        response.headers[name] = value
    if request.endpoint == "static":
        keep(response)
    else:
        response.headers["Cache-Control"] = "no-store"
    return response
