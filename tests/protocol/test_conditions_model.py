"""Every mixture of conditional headers, in both doors, against a model of the RFCs."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.store import Store
from tests.builders import NOW_US
from tests.conditions_model import (
    Condition,
    IfList,
    Request,
    Resource,
    Tag,
    outcome,
)
from tests.documents_door import Client, sample_office, url
from tests.groupware_door import HOST, Device, event, groupware_office
from wire.dates import http_date

NOW = NOW_US // 1_000_000
_SETTINGS = settings(
    max_examples=90,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
KINDS = ("own", "other", "folder", "missing")
"""The request's own resource, another one, a collection, and a name that nothing has."""

# Placeholders: what tag each has is known only when it was made.
tags = st.builds(Tag, st.sampled_from(["own", "other", "stale"]), st.booleans())
tag_lists = st.one_of(
    st.none(), st.none(), st.just("*"), st.lists(tags, min_size=1, max_size=3).map(tuple)
)
times = st.one_of(st.none(), st.none(), st.integers(NOW - 2, NOW + 2))
conditions = st.builds(
    Condition,
    st.one_of(tags, st.sampled_from(["DAV:no-lock", "urn:x:stale", "lock"])),
    st.booleans(),
)
lists = st.lists(conditions, min_size=1, max_size=3).map(tuple)
untagged = st.lists(st.builds(IfList, st.none(), lists), max_size=3)
tagged = st.lists(st.builds(IfList, st.sampled_from(KINDS), lists), max_size=3)
if_lists = st.one_of(st.just([]), untagged, tagged).map(tuple)


def requests(methods: tuple[str, ...]) -> st.SearchStrategy[Request]:
    return st.builds(
        Request,
        method=st.sampled_from(methods),
        match=tag_lists,
        none_match=tag_lists,
        modified_since=times,
        unmodified_since=times,
        if_lists=if_lists,
    )


def headers(request: Request, paths: dict[str, str]) -> dict[str, str]:
    """The request's headers; *paths* are the URLs of :data:`KINDS`."""
    found = {}
    for name, value in (("If_Match", request.match), ("If_None_Match", request.none_match)):
        if value is not None:
            found[name] = value if isinstance(value, str) else ", ".join(map(str, value))
    for name, time in (
        ("If_Modified_Since", request.modified_since),
        ("If_Unmodified_Since", request.unmodified_since),
    ):
        if time is not None:
            found[name] = http_date(time)
    if request.if_lists:
        found["If"] = " ".join(_written(each, paths) for each in request.if_lists)
    return found


def _written(each: IfList, paths: dict[str, str]) -> str:
    where = "" if each.resource is None else f"<{paths[each.resource]}> "
    inner = " ".join(
        f"{'Not ' if one.is_negated else ''}"
        + (f"[{one.what}]" if isinstance(one.what, Tag) else f"<{one.what}>")
        for one in each.conditions
    )
    return f"{where}({inner})"


def with_tags(request: Request, known: dict[str, str]) -> Request:
    """The request with real tags and tokens (``known``) instead of placeholders."""

    def real(tag: Tag) -> Tag:
        return Tag(known.get(tag.opaque, tag.opaque), tag.is_weak)

    def listed(value: tuple[Tag, ...] | str | None) -> tuple[Tag, ...] | str | None:
        return tuple(map(real, value)) if isinstance(value, tuple) else value

    def condition(one: Condition) -> Condition:
        what = real(one.what) if isinstance(one.what, Tag) else known.get(one.what, one.what)
        return Condition(what, one.is_negated)

    return Request(
        request.method,
        listed(request.match),
        listed(request.none_match),
        request.modified_since,
        request.unmodified_since,
        tuple(
            IfList(each.resource, tuple(map(condition, each.conditions)))
            for each in request.if_lists
        ),
    )


class TestDocuments:
    @pytest.fixture
    def anna(self, store: Store, tmp_path: Path) -> Client:
        office = sample_office(store, tmp_path)
        return office.person("anna")

    @_SETTINGS
    @given(
        requests(("GET", "HEAD", "PUT", "PROPFIND", "DELETE", "COPY", "MKCOL")),
        st.sampled_from(KINDS),
    )
    def test_as_the_rfcs_say(self, anna: Client, sent: Request, target: str) -> None:
        paths = {
            "own": "/Home/own.txt",
            "other": "/Home/other.txt",
            "folder": "/Home/folder",
            "missing": "/Home/missing.txt",
        }
        with anna.office.store.write() as unit:
            unit.execute("DELETE FROM lock")
        for kind in KINDS:
            anna.request("DELETE", paths[kind])
        anna.request("DELETE", "/Home/copy")
        anna.request("MKCOL", paths["folder"])
        known = {
            kind: anna.put(paths[kind], kind.encode()).headers["etag"].strip('"')
            for kind in ("own", "other")
        }
        known["lock"] = anna.lock(paths["other"]).token
        request = with_tags(sent, known)
        resources = {
            "own": Resource(known["own"], NOW),
            "other": Resource(known["other"], NOW, frozenset({known["lock"]})),
            "folder": Resource(None, NOW),
        }

        urls = {kind: url(path) for kind, path in paths.items()}
        more = {"Destination": url("/Home/copy")} if request.method == "COPY" else {}
        if request.method == "PROPFIND":
            more["Depth"] = "0"
        reply = anna.request(request.method, paths[target], b"", **headers(request, urls), **more)

        expected = outcome(request, target, resources)
        _compare(reply.status, expected, is_there=target in resources, method=request.method)


class TestObjects:
    @pytest.fixture
    def anna(self, store: Store, tmp_path: Path) -> Device:
        return groupware_office(store, tmp_path).person("anna")

    @_SETTINGS
    @given(
        requests(("GET", "HEAD", "PUT", "PROPFIND", "DELETE", "COPY")),
        st.sampled_from([kind for kind in KINDS if kind != "folder"]),
    )
    def test_as_the_rfcs_say(self, anna: Device, sent: Request, target: str) -> None:
        paths = {
            "own": anna.own("calendar/own.ics"),
            "other": anna.own("calendar/other.ics"),
            "folder": anna.own("calendar/"),
            "missing": anna.own("calendar/missing.ics"),
        }
        for kind in ("own", "other", "missing"):
            anna.request("DELETE", paths[kind])
        anna.request("MKCALENDAR", anna.own("zweiter/"))
        anna.request("DELETE", anna.own("zweiter/copy.ics"))
        known = {
            kind: anna.request("PUT", paths[kind], event(kind)).headers["etag"].strip('"')
            for kind in ("own", "other")
        }
        request = with_tags(sent, {**known, "lock": "urn:x:lock"})
        resources = {
            "own": Resource(known["own"], NOW),
            "other": Resource(known["other"], NOW),
            "folder": Resource(None, None),
        }

        urls = {kind: f"https://{HOST}{path}" for kind, path in paths.items()}
        where = f"https://{HOST}{anna.own('zweiter/copy.ics')}"
        more = {"Destination": where} if request.method == "COPY" else {}
        if request.method == "PROPFIND":
            more["Depth"] = "0"
        body = event(target) if request.method == "PUT" else b""
        reply = anna.request(request.method, paths[target], body, **headers(request, urls), **more)

        expected = outcome(request, target, resources)
        _compare(reply.status, expected, is_there=target in resources, method=request.method)


def _compare(status: int, expected: int | None, *, is_there: bool, method: str) -> None:
    if not is_there and method not in {"PUT", "MKCOL"}:
        # RFC 9110 section 13.2.1: conditions are not looked at where the answer would be another.
        assert status in {404, 412}
    elif expected is not None:
        # MKCOL of what is there and PUT on a folder are refused whatever the condition says.
        assert status == expected or (status == 405 and is_there)
    else:
        assert status not in {304, 412}
