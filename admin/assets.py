"""The files that pages load: their addresses name their contents, so that browsers keep them."""

import hashlib
from functools import cache
from pathlib import Path

from flask import Flask, Response, request, url_for

FOLDER = Path(__file__).parent / "static"

_KEPT_SECONDS = 31_536_000
_DIGITS = 16


def asset(name: str) -> str:
    """The address of a file below ``static/``; another one after each change of the file."""
    return url_for("static", filename=name, v=fingerprint(name))


@cache
def fingerprint(name: str) -> str:
    """A short hash of the file's contents.

    Raises:
        FileNotFoundError: The file is not there: ``make`` fetches those below ``vendor/``.
    """
    return hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()[:_DIGITS]


def keep(response: Response) -> None:
    """Let browsers keep the file of this answer: for good where its address names its contents."""
    name = str((request.view_args or {}).get("filename", ""))
    if response.status_code in (200, 206, 304) and request.args.get("v") == fingerprint(name):
        response.headers["Cache-Control"] = f"public, max-age={_KEPT_SECONDS}, immutable"


def add_assets(app: Flask) -> None:
    """Let the templates of *app* name assets."""
    app.jinja_env.globals["asset"] = asset
