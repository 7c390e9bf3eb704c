"""Nextcloud's Login Flow v2, by which DAVx⁵ gets a device's credential without typing.

The program asks for a flow and polls with a secret of its own; a person opens the flow's address
in a browser, signs in and lets the program in; the next poll makes the device and takes its
password along, once. Until then nothing is stored: what begins a flow is written into its
address, with a proof that we wrote it, so that strangers cannot fill the database.
"""

import hashlib
import hmac
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from http import HTTPStatus
from typing import NamedTuple

from flask import (
    Blueprint,
    Response,
    abort,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
)
from werkzeug.wrappers import Response as AnyResponse

from admin.devices import full_page, suggested_label
from admin.forms import FormGuard
from admin.parts import ConsoleParts
from admin.texts import gettext as _
from admin.visitors import DEVICES, Visitors, client_address, visitor
from auth import devices
from auth.audit import Actor
from auth.devices import Places
from auth.errors import AuthError, InvalidValueError
from auth.names import checked_label
from storage import login_grants, people
from storage.store import Unit

ENTRY = "/index.php/login/v2"
LIFE_US = 20 * 60 * 1_000_000
"""What clients of the flow expect."""

_TOKEN_BYTES = 48
_AGENT_LIMIT = 100
_SALT = b"deedbox login flow"


class Flow(NamedTuple):
    """What a program said when it began."""

    token_hash: str
    expires_us: int
    agent: str
    address: str


class Flows:
    """Writes flows into addresses, and reads only those that it wrote."""

    def __init__(self, secret_key: bytes) -> None:
        self._key = hmac.digest(secret_key, _SALT, hashlib.sha256().name)

    def written(self, flow: Flow) -> str:
        """The flow as a segment of an address."""
        text = urlsafe_b64encode(json.dumps(flow).encode()).decode("ascii").rstrip("=")
        return f"{text}.{self._proof(text)}"

    def read(self, segment: str, *, now_us: int) -> Flow | None:
        """The flow that this segment was written for, if its time has not run out."""
        text, _, proof = segment.partition(".")
        if not hmac.compare_digest(self._proof(text).encode(), proof.encode("utf-8", "replace")):
            return None
        flow = Flow(*json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4))))
        return flow if now_us < flow.expires_us else None

    def _proof(self, text: str) -> str:
        return hmac.digest(self._key, text.encode("utf-8", "replace"), hashlib.sha256().name).hex()


class LoginFlowPages:
    """What programs and people do in a flow."""

    def __init__(self, parts: ConsoleParts, visitors: Visitors) -> None:
        self._parts = parts
        self._visitors = visitors
        self._flows = Flows(parts.secret_key)

    def begin(self) -> Response:
        """Give a program its secret and the address to open."""
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        flow = Flow(
            _hash(token),
            self._parts.now_us() + LIFE_US,
            request.user_agent.string[:_AGENT_LIMIT],
            client_address(),
        )
        origin = self._parts.origin()
        return jsonify(
            poll={"token": token, "endpoint": f"{origin}{ENTRY}/poll"},
            login=f"{origin}{ENTRY}/flow/{self._flows.written(flow)}",
        )

    def poll(self) -> Response:
        """Give the credential to the program that was let in, once; 404 to all others.

        The device is made here, so that its password is never stored. It is not made where the
        user has no place left by now, or is blocked.
        """
        token_hash = _hash(request.form.get("token", ""))
        with self._parts.store.read() as unit:
            if not login_grants.is_there(unit, token_hash):
                return _not_yet()
        try:
            enrolment = self._enrol(token_hash)
        except AuthError:
            return _not_yet()
        if enrolment is None:
            return _not_yet()
        return jsonify(
            server=self._parts.origin(),
            loginName=enrolment.user_name,
            appPassword=enrolment.password,
        )

    def ask(self, segment: str) -> AnyResponse:
        """Show who wants to come in, and let the person decide."""
        flow = self._flow(segment)
        if request.method == "POST" and request.form.get("act") == "end":
            return self._turn_away(flow)
        if refusal := self._visitors.demand_password():
            return refusal
        if request.method == "POST":
            return self._let_in(flow)
        with self._parts.store.read() as unit:
            places = self._places(unit)
        if places.are_taken:
            return _full_page(places)
        return self._form(flow, suggested_label(flow.agent) or _program(flow.agent))

    def _let_in(self, flow: Flow) -> Response:
        label = request.form.get("label", "").strip()
        try:
            checked_label(label)
        except InvalidValueError:
            return self._form(flow, label, _("1 to 64 visible characters, such as Laptop."))
        with self._parts.store.read() as unit:
            places = self._places(unit)
        if places.are_taken:
            return _full_page(places)
        if places.named(label):
            fault = _("You have a device of this name; choose another one.")
            return self._form(flow, label, fault)
        with self._parts.store.write() as writing:
            is_new = login_grants.insert(
                writing,
                token_hash=flow.token_hash,
                user_id=visitor().user_id,
                label=label,
                expires_us=flow.expires_us,
            )
            if not is_new and login_grants.is_turned_away(writing, flow.token_hash):
                return _ended_page()
        return make_response(render_template("flow_done.html", label=label))

    def _turn_away(self, flow: Flow) -> AnyResponse:
        """End the flow: whatever its program asks from now on, nothing comes."""
        with self._parts.store.write() as unit:
            login_grants.turn_away(
                unit, flow.token_hash, user_id=visitor().user_id, expires_us=flow.expires_us
            )
        return redirect(DEVICES, HTTPStatus.SEE_OTHER)

    def _places(self, unit: Unit) -> Places:
        limit = self._parts.device_limit(unit)
        return devices.places_of(unit, visitor().user_name, limit=limit)

    def _flow(self, segment: str) -> Flow:
        flow = self._flows.read(segment, now_us=self._parts.now_us())
        if flow is None:
            abort(_ended_page())
        with self._parts.store.read() as unit:
            if login_grants.is_turned_away(unit, flow.token_hash):
                abort(_ended_page())
        return flow

    def _enrol(self, token_hash: str) -> devices.Enrolment | None:
        now_us = self._parts.now_us()
        with self._parts.store.write() as unit:
            grant = login_grants.use(unit, token_hash, now_us=now_us)
            person = people.find_by_id(unit, grant.user_id) if grant else None
            if grant is None or person is None:
                return None
            return devices.enrol(
                unit,
                user_name=person.name,
                label=grant.label,
                limit=self._parts.device_limit(unit),
                secret_key=self._parts.secret_key,
                now_us=now_us,
                by=Actor(person.id),
            )

    @staticmethod
    def _form(flow: Flow, label: str, fault: str = "") -> Response:
        page = render_template("flow.html", flow=flow, label=label, fault=fault)
        return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY if fault else HTTPStatus.OK)


def _program(agent: str) -> str:
    """The first word of what a program calls itself."""
    return agent.partition("/")[0].partition(" ")[0] or "DAVx5"


def _full_page(places: Places) -> Response:
    return full_page(places, is_of_flow=True)


def _ended_page() -> Response:
    return make_response(render_template("flow_ended.html"), HTTPStatus.GONE)


def _not_yet() -> Response:
    return make_response(jsonify([]), HTTPStatus.NOT_FOUND)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def login_flow_pages(parts: ConsoleParts, guard: FormGuard, visitors: Visitors) -> Blueprint:
    """The doors of the flow: two for programs, which have no cookies, and one for people."""
    pages = Blueprint("login_flow", __name__)
    acts = LoginFlowPages(parts, visitors)
    pages.post(ENTRY)(acts.begin)
    pages.post(f"{ENTRY}/poll")(acts.poll)

    @pages.route(f"{ENTRY}/flow/<segment>", methods=["GET", "POST"])
    def ask(segment: str) -> AnyResponse:
        if refusal := visitors.demand():
            return refusal
        guard.check_sent()
        return acts.ask(segment)

    return pages
