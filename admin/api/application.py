"""The door of ``/api/``: a Flask application behind the gate, which has said who asks."""

import time
from collections.abc import Callable

from flask import Flask, Response

from admin.api.description import DESCRIPTION
from admin.api.number_ranges import number_range_calls
from admin.api.problems import add_problems
from storage.store import Store

_NOTHING_LARGE = 64 * 1024


def make_api(store: Store, clock: Callable[[], int] = lambda: time.time_ns() // 1000) -> Flask:
    """Make the API of one installation; *clock* gives the time in microseconds."""
    app = Flask("admin.api", static_folder=None, template_folder=None)
    # A bug goes on to the server's one fault handler, which logs it with a request id.
    app.config.update(MAX_CONTENT_LENGTH=_NOTHING_LARGE, PROPAGATE_EXCEPTIONS=True)
    app.url_map.strict_slashes = False
    app.register_blueprint(number_range_calls(store, clock))
    app.add_url_rule("/api/v1/openapi.json", "description", lambda: DESCRIPTION)
    add_problems(app)
    app.after_request(_secured)
    return app


def _secured(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
