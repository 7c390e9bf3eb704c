"""The groupware door: a WSGI application for ``/dav/`` and ``/principals/``."""

import time
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from config.settings import Settings
from dav_providers.groupware import (
    copy_move,
    delete,
    failures,
    get,
    mkcollection,
    options,
    propfind,
    proppatch,
    put,
    report,
)
from dav_providers.groupware.request import GroupwareRequest, Services
from dav_providers.multistatus.answers import Answer, RefusedError, bodiless, send
from office.items import ItemLimits
from storage.store import Store

_METHODS: Mapping[str, Callable[[GroupwareRequest], Answer]] = MappingProxyType(
    {
        "OPTIONS": lambda _request: options.answer(),
        "GET": get.answer,
        "HEAD": get.answer,
        "PUT": put.answer,
        "DELETE": delete.answer,
        "MKCOL": mkcollection.answer,
        "MKCALENDAR": mkcollection.answer,
        "COPY": copy_move.answer,
        "MOVE": copy_move.answer,
        "PROPFIND": propfind.answer,
        "PROPPATCH": proppatch.answer,
        "REPORT": report.answer,
    }
)


def system_clock() -> int:
    """The time in microseconds since the epoch."""
    return time.time_ns() // 1000


def make_groupware(
    store: Store,
    settings: Settings,
    *,
    limits: ItemLimits | None = None,
    clock: Callable[[], int] = system_clock,
) -> WSGIApplication:
    """Build the door. The gate in front of it has said who asks (``deedbox.identity``)."""
    services = Services(store, settings, clock, limits or ItemLimits())

    def groupware(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        found = _answer(environ, services)
        if environ["REQUEST_METHOD"] == "HEAD":
            found = bodiless(found)
        return send(found, start_response)

    return groupware


def _refuse(request: GroupwareRequest) -> Answer:
    message = f"{request.method} is not possible here."
    raise RefusedError(405, message, headers=(("Allow", options.ALLOW),))


def _answer(environ: WSGIEnvironment, services: Services) -> Answer:
    request: GroupwareRequest | None = None
    try:
        request = GroupwareRequest(environ, services)
        return _METHODS.get(request.method, _refuse)(request)
    except Exception as error:
        refused = failures.answer(error, request)
        if refused is None:
            raise
        return refused
