"""The console: a Flask application whose pages work without JavaScript and foreign files."""

from pathlib import Path
from urllib.parse import urlencode

from flask import Flask, Response, g, make_response, redirect, render_template, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from admin.access_pages import access_pages
from admin.account import account_pages
from admin.assets import add_assets, asset, keep
from admin.audit_log import audit_pages
from admin.consent_pages import consent_pages
from admin.devices import device_pages
from admin.forms import FormGuard
from admin.groups import group_pages
from admin.hidden_pages import hidden_pages
from admin.letter_links import link_pages
from admin.login_flow import login_flow_pages
from admin.mounts import Mounts
from admin.new_devices import new_device_pages
from admin.parts import ConsoleParts
from admin.setup import setup_pages
from admin.sign_in import sign_in_pages
from admin.sync_pages import sync_pages
from admin.telling import forget, told
from admin.texts import LANGUAGES, Speech, chosen_language
from admin.texts import gettext as _
from admin.users import user_pages
from admin.visitors import START, Visitors
from admin.wizard import is_waiting, lead_on, wizard_pages
from admin.wording import add_wording
from auth import people, sessions
from auth.rights import ADMINISTRATION, FunctionRight
from office.opening import Opening

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


UPLOAD_PAGES = frozenset({"/console/set-up/fill"})
"""Forms of any size, which are read as they arrive."""

CONSOLE_AREAS = ("console", "invite", "reset", "index.php", "setup", "static", "favicon.ico")
"""The first segments of the console's addresses."""


def make_console(parts: ConsoleParts) -> Flask:
    """Make the console of one installation."""
    app = Flask("admin", root_path=str(Path(__file__).parent))
    app.config.update(
        MAX_CONTENT_LENGTH=_FORM_BYTES,
        # A bug goes on to the server's one fault handler, which logs it with a request id.
        PROPAGATE_EXCEPTIONS=True,
    )
    add_assets(app)
    add_wording(app)
    office = Opening(parts.store)
    _speak(app, parts, office)
    guard = FormGuard(parts.secret_key)
    visitors = Visitors(parts)
    app.before_request(visitors.recognise)
    app.jinja_env.globals.update(form_token=guard.token, told_before=told)
    app.register_blueprint(setup_pages(parts, guard, visitors))
    app.register_blueprint(wizard_pages(parts, guard, visitors, office))
    app.register_blueprint(sign_in_pages(parts, guard, visitors))
    app.register_blueprint(link_pages(parts, guard, visitors))
    app.register_blueprint(device_pages(parts, guard, visitors))
    app.register_blueprint(login_flow_pages(parts, guard, visitors))
    app.register_blueprint(account_pages(parts, guard, visitors))
    app.register_blueprint(user_pages(parts, guard, visitors))
    app.register_blueprint(access_pages(parts, guard, visitors))
    app.register_blueprint(consent_pages(parts, guard, visitors))
    app.register_blueprint(audit_pages(parts, visitors))
    for pages in new_device_pages(parts, guard, visitors):
        app.register_blueprint(pages)
    app.register_blueprint(group_pages(parts, visitors))
    for pages in sync_pages(parts, guard, visitors) + hidden_pages(parts, guard, visitors):
        app.register_blueprint(pages)
    app.add_url_rule(START, "start", lambda: visitors.demand() or lead_on(parts, office))
    app.add_url_rule("/", "landing", lambda: _landing(parts))
    app.add_url_rule("/favicon.ico", "icon", _icon)
    app.register_error_handler(HTTPException, _error_page)
    app.after_request(guard.remember)
    app.after_request(forget)
    app.after_request(_secured)
    return app


def _speak(app: Flask, parts: ConsoleParts, office: Opening) -> None:
    """German and English by ``?lang=`` or the browser; the office's language decides a tie."""

    def language() -> str:
        return chosen_language(parts.settings.office.language)

    Speech(app, default_locale="en", locale_selector=language)

    @app.context_processor
    def _of_every_page() -> dict[str, object]:
        session = g.get("session")
        others = {code: name for code, name in LANGUAGES.items() if code != language()}
        # The links open the same page; what else stands in its address stays.
        links = {
            code: (name, "?" + urlencode(request.args.to_dict() | {"lang": code}))
            for code, name in others.items()
        }
        rights = sessions.rights(session) if session else frozenset[FunctionRight]()
        return {
            "page_language": language(),
            "other_languages": links,
            "visitor": session,
            "may_manage_users": FunctionRight.MANAGE_USERS in rights,
            "may_configure_sync": FunctionRight.CONFIGURE_SYNC in rights,
            "is_administrator": bool(session) and ADMINISTRATION.name in session.groups,
            "is_being_set_up": bool(session) and is_waiting(parts, office),
            "may_see_users": not rights.isdisjoint(
                {FunctionRight.MANAGE_USERS, FunctionRight.MANAGE_VISIBILITY}
            ),
        }


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
