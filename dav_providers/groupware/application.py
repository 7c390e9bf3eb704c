"""The groupware door: a WSGI application for ``/dav/`` and ``/principals/``."""

import time
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import TypeVar
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from config.settings import Settings
from dav_providers.groupware import (
    add_member,
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
from dav_providers.groupware.request import MOST_BEGINNINGS, GroupwareRequest, Services
from dav_providers.multistatus.answers import (
    Answer,
    ConditionFailedError,
    RefusedError,
    bodiless,
    send,
)
from dav_providers.multistatus.disk_space import disk_space
from office import views
from office.items import ItemLimits
from office.views import BehindError
from storage.store import Store

_METHODS: Mapping[str, Callable[[GroupwareRequest], Answer]] = MappingProxyType(
    {
        "OPTIONS": lambda _request: options.answer(),
        "GET": get.answer,
        "HEAD": get.answer,
        "PUT": put.answer,
        "POST": add_member.answer,
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
_SAFE = frozenset({"GET", "HEAD", "PROPFIND", "REPORT"})


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
    services = Services(store, settings, clock, limits or ItemLimits(), disk_space(settings))

    def groupware(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        found = _answer(environ, services)
        if environ["REQUEST_METHOD"] == "HEAD":
            found = bodiless(found)
        return send(found, start_response)

    return groupware


Found = TypeVar("Found")


def _done(request: GroupwareRequest, method: Callable[[GroupwareRequest], Found]) -> Found:
    """What *method* answers; views that it finds behind are brought up, and it begins anew."""
    for _ in range(MOST_BEGINNINGS):
        try:
            return method(request)
        except BehindError as error:
            views.bring_up(request.services.store, error.collection_ids, now_us=request.now_us)
    raise RefusedError(
        503, "Too much changes just now; try again.", headers=(("Retry-After", "5"),)
    )


def _refuse(request: GroupwareRequest) -> Answer:
    message = f"{request.method} is not possible here."
    raise RefusedError(405, message, headers=(("Allow", options.ALLOW),))


def _answer(environ: WSGIEnvironment, services: Services) -> Answer:
    request: GroupwareRequest | None = None
    try:
        request = GroupwareRequest(environ, services)
        found = _done(request, _METHODS.get(request.method, _refuse))
    except ConditionFailedError as error:
        found = _current(request) or _refused(error, request)
    except Exception as error:  # noqa: BLE001 - what has no answer is raised again
        found = _refused(error, request)
    if request is not None:
        found.headers.extend(request.preference_headers)
    return found


def _current(request: GroupwareRequest | None) -> Answer | None:
    """What is there instead of what a change expected, if the client would rather have that."""
    if request is None or request.method in _SAFE or not request.wants_representation:
        return None
    return _done(request, get.current)


def _refused(error: Exception, request: GroupwareRequest | None) -> Answer:
    refused = failures.answer(error, request)
    if refused is None:
        raise error
    return refused
