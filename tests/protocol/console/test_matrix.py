"""Every page of the console by who comes: each new page has to be entered here.

The table is written by hand, independently of the pages' own demands.
"""

import re
from typing import NamedTuple

import pytest

from auth import people
from auth.rights import GROUPS
from tests.console import Console, Visit

ANYBODY = frozenset({"stranger", "blocked", *(each.name for each in GROUPS)})
USERS = frozenset(each.name for each in GROUPS)
MANAGERS = frozenset({"administration", "verwaltung"})
ADMINISTRATORS = frozenset({"administration"})


class Door(NamedTuple):
    """A page or act, and for whom it is there."""

    method: str
    path: str
    who: frozenset[str]


DOORS = (
    Door("GET", "/", ANYBODY),
    Door("GET", "/favicon.ico", ANYBODY),
    Door("GET", "/static/<path:filename>", ANYBODY),
    Door("GET", "/setup/<token>", ANYBODY),
    Door("GET", "/setup/<token>/office", ANYBODY),
    Door("POST", "/setup/<token>/office", ANYBODY),
    Door("GET", "/setup/<token>/you", ANYBODY),
    Door("POST", "/setup/<token>/you", ANYBODY),
    Door("GET", "/invite/<token>", ANYBODY),
    Door("POST", "/invite/<token>", ANYBODY),
    Door("GET", "/reset/<token>", ANYBODY),
    Door("POST", "/reset/<token>", ANYBODY),
    Door("POST", "/index.php/login/v2", ANYBODY),
    Door("POST", "/index.php/login/v2/poll", ANYBODY),
    Door("GET", "/index.php/login/v2/flow/<segment>", USERS),
    Door("POST", "/index.php/login/v2/flow/<segment>", USERS),
    Door("GET", "/console/", USERS),
    Door("GET", "/console/sign-in", ANYBODY),
    Door("POST", "/console/sign-in", ANYBODY),
    Door("GET", "/console/code", ANYBODY),
    Door("POST", "/console/code", ANYBODY),
    Door("POST", "/console/sign-out", ANYBODY),
    Door("GET", "/console/forgot", ANYBODY),
    Door("POST", "/console/forgot", ANYBODY),
    Door("GET", "/console/confirm", USERS),
    Door("POST", "/console/confirm", USERS),
    Door("GET", "/console/devices", USERS),
    Door("GET", "/console/devices/new", USERS),
    Door("POST", "/console/devices/new", USERS),
    Door("GET", "/console/devices/<int:device_id>/retire", USERS),
    Door("POST", "/console/devices/<int:device_id>/retire", USERS),
    Door("GET", "/console/devices/<int:device_id>/deedbox.mobileconfig", USERS),
    Door("GET", "/console/devices/<int:device_id>/set-up", USERS),
    Door("GET", "/console/devices/deedbox-windows.reg", USERS),
    Door("GET", "/console/devices/rclone.conf", USERS),
    Door("GET", "/console/devices/deedbox-office.reg", USERS),
    Door("GET", "/console/devices/allow", USERS),
    Door("GET", "/console/devices/allow/confirm", USERS),
    Door("POST", "/console/devices/allow/confirm", USERS),
    Door("GET", "/console/account", USERS),
    Door("POST", "/console/account/language", USERS),
    Door("POST", "/console/account/sessions/<int:session_id>/end", USERS),
    Door("GET", "/console/account/password", USERS),
    Door("POST", "/console/account/password", USERS),
    Door("GET", "/console/account/second-factor", USERS),
    Door("POST", "/console/account/second-factor", USERS),
    Door("POST", "/console/account/second-factor/off", USERS),
    Door("POST", "/console/account/second-factor/recovery-codes", USERS),
    Door("GET", "/console/sync", MANAGERS),
    Door("POST", "/console/sync", MANAGERS),
    Door("GET", "/console/sync/reset", MANAGERS),
    Door("POST", "/console/sync/reset", MANAGERS),
    Door("GET", "/console/sync/hidden", USERS),
    Door("POST", "/console/sync/hidden", USERS),
    Door("GET", "/console/access", USERS),
    Door("GET", "/console/access/collections", USERS),
    Door("GET", "/console/access/folders/<int:thing_id>", USERS),
    Door("POST", "/console/access/folders/<int:thing_id>/marks", USERS),
    Door("POST", "/console/access/folders/<int:thing_id>/grants", USERS),
    Door("GET", "/console/access/collections/<int:thing_id>", USERS),
    Door("POST", "/console/access/collections/<int:thing_id>/marks", USERS),
    Door("POST", "/console/access/collections/<int:thing_id>/grants", USERS),
    Door("GET", "/console/users", MANAGERS),
    Door("GET", "/console/users/new", MANAGERS),
    Door("POST", "/console/users/new", MANAGERS),
    Door("GET", "/console/users/<name>", MANAGERS),
    Door("POST", "/console/users/<name>/link", MANAGERS),
    Door("POST", "/console/users/<name>/<act>", MANAGERS),
    Door("GET", "/console/users/<name>/devices", MANAGERS),
    Door("GET", "/console/users/<name>/devices/confirm", MANAGERS),
    Door("POST", "/console/users/<name>/devices/confirm", MANAGERS),
    Door("GET", "/console/users/<name>/sync", MANAGERS),
    Door("POST", "/console/users/<name>/sync", MANAGERS),
    Door("GET", "/console/users/<name>/sync/reset", MANAGERS),
    Door("POST", "/console/users/<name>/sync/reset", MANAGERS),
    Door("GET", "/console/users/<name>/sync/hidden", MANAGERS),
    Door("POST", "/console/users/<name>/sync/hidden", MANAGERS),
    Door("GET", "/console/groups", MANAGERS),
    Door("GET", "/console/groups/<name>/sync", MANAGERS),
    Door("POST", "/console/groups/<name>/sync", MANAGERS),
    Door("GET", "/console/consent", USERS),
    Door("POST", "/console/consent", USERS),
    Door("GET", "/console/consent-text", ADMINISTRATORS),
    Door("POST", "/console/consent-text", ADMINISTRATORS),
    Door("GET", "/console/consent-text/<int:number>", ADMINISTRATORS),
    Door("GET", "/console/consent-text/agreed", ADMINISTRATORS),
    Door("GET", "/console/consent-text/agreed.csv", ADMINISTRATORS),
    Door("GET", "/console/audit", MANAGERS),
    Door("GET", "/console/audit.jsonl", MANAGERS),
    Door("GET", "/console/set-up", ADMINISTRATORS),
    Door("GET", "/console/set-up/office", ADMINISTRATORS),
    Door("POST", "/console/set-up/office", ADMINISTRATORS),
    Door("GET", "/console/set-up/users", ADMINISTRATORS),
    Door("POST", "/console/set-up/users", ADMINISTRATORS),
    Door("POST", "/console/set-up/users/done", ADMINISTRATORS),
    Door("GET", "/console/set-up/access", ADMINISTRATORS),
    Door("POST", "/console/set-up/access", ADMINISTRATORS),
    Door("GET", "/console/set-up/fill", ADMINISTRATORS),
    Door("POST", "/console/set-up/fill", ADMINISTRATORS),
    Door("POST", "/console/set-up/fill/done", ADMINISTRATORS),
)
_LINKS = ("/invite/", "/reset/", "/index.php/login/v2/flow/")
"""A made-up one gets a page that says that it does not work."""
_BY_PROGRAMS = ("/index.php/login/v2", "/index.php/login/v2/poll")


def test_every_door_is_in_the_table(console: Console) -> None:
    there = {
        (method, rule.rule)
        for rule in console.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }

    assert there == {(door.method, door.path) for door in DOORS}


@pytest.mark.parametrize("who", sorted(ANYBODY))
def test_each_door_is_there_for_whom_it_is(console: Console, who: str) -> None:
    visit = _visit(console, who)

    wrong = [
        (door.method, door.path, answer)
        for door in DOORS
        if (answer := _answer(visit, door)) not in _expected(door, who)
    ]

    assert wrong == []


def test_no_form_is_taken_without_its_token(console: Console) -> None:
    visit = _visit(console, "administration")

    taken = [
        door.path
        for door in DOORS
        if door.method == "POST"
        and door.path not in _BY_PROGRAMS
        # Whoever's set-up link does not work hears so before the form is looked at.
        and not door.path.startswith("/setup/")
        and visit.post(_filled(door.path)).status != 403
    ]

    assert taken == []


def _visit(console: Console, who: str) -> Visit:
    if who == "stranger":
        return console.visit()
    console.person("walter", "mitarbeiter" if who == "blocked" else who)
    visit = console.signed_in("walter")
    if who == "blocked":
        with console.store.write() as unit:
            people.block(unit, "walter")
    return visit


def _filled(path: str) -> str:
    return re.sub(
        r"<(?:\w+:)?(\w+)>",
        lambda found: "7" if re.search("id|number", found[1]) else "nobody",
        path,
    )


def _answer(visit: Visit, door: Door) -> str:
    """``sign-in``, ``missing``, ``form`` (refused without its token) or ``there``."""
    page = visit._ask(door.method, _filled(door.path), {}, {})
    if page.headers.get("location", "").startswith("/console/sign-in?next="):
        return "sign-in"
    return {404: "missing", 403: "form"}.get(page.status, "there")


def _expected(door: Door, who: str) -> set[str]:
    if door.path == "/console/confirm" and door.method == "POST":
        return {"form"}  # its token is looked at first
    if who not in door.who:
        return {"sign-in"} if who in {"stranger", "blocked"} else {"missing"}
    if door.path == "/console/code":
        return {"sign-in", "form"}
    if door.path.startswith("/setup/") or (door.method == "GET" and door.path.startswith(_LINKS)):
        return {"there", "missing"}
    if door.method == "POST" and door.path not in _BY_PROGRAMS:
        return {"form"}
    # What is asked for by a made-up name is not there for anybody.
    return {"missing"} if "<" in door.path or door.path.endswith("poll") else {"there"}
