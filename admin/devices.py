"""Self-service: my devices, a new one with its set-up, and one that is let go."""

from http import HTTPStatus

from flask import Blueprint, Response, abort, make_response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from admin.forms import FormGuard
from admin.mounts import Mounts
from admin.parts import ConsoleParts
from admin.set_ups import (
    davx5_address,
    office_registry_file,
    profile,
    qr_code,
    windows_registry_file,
)
from admin.telling import done
from admin.texts import gettext as _
from admin.visitors import DEVICES, Visitors, visitor
from auth import devices
from auth.audit import Actor
from auth.devices import Enrolment, Places
from auth.errors import DeviceLimitError, InvalidValueError, LabelTakenError, UnknownDeviceError
from auth.shared_credentials import sharing_of
from office import in_step, views
from storage import devices as device_rows
from storage import login_grants
from storage.devices import DeviceRow
from storage.store import Unit

_PROFILE_TYPE = "application/x-apple-aspen-config"
_REGISTRY_TYPE = "text/x-ms-regedit"


class DevicePages:
    """What the pages of one's own devices do."""

    def __init__(self, parts: ConsoleParts, visitors: Visitors) -> None:
        self._parts = parts
        self._visitors = visitors

    def list(self) -> Response:
        """All that I have, and how many places are left."""
        store, now_us = self._parts.store, self._parts.now_us()
        views.bring_up_of(store, [visitor().user_id], now_us=now_us)
        with store.read() as unit:
            active, limit = self._places(unit)
            steps = in_step.of_devices(unit, active)
            promised = login_grants.of_user(unit, visitor().user_id, now_us=now_us)
        page = render_template(
            "devices.html",
            devices=active,
            steps=steps,
            sharing={each.id: sharing_of(each.families.split(",")) for each in active},
            limit=limit,
            promised=promised,
            mounts=self._mounts(),
        )
        return make_response(page)

    def new(self) -> AnyResponse:
        """The form of a new device, or why there is none."""
        if refusal := self._visitors.demand_password():
            return refusal
        with self._parts.store.read() as unit:
            places = self._places(unit)
        if places.are_taken:
            return full_page(places)
        return make_response(self._form(suggested_label(request.user_agent.string)))

    def enrol(self) -> AnyResponse:
        """Make the device; its password is on the page that answers, and nowhere else."""
        if refusal := self._visitors.demand_password():
            return refusal
        label = request.form.get("label", "").strip()
        try:
            with self._parts.store.write() as unit:
                enrolment = devices.enrol(
                    unit,
                    user_name=visitor().user_name,
                    label=label,
                    limit=self._parts.device_limit(unit),
                    secret_key=self._parts.secret_key,
                    now_us=self._parts.now_us(),
                    by=Actor(visitor().user_id),
                )
        except DeviceLimitError:
            with self._parts.store.read() as unit:
                return full_page(self._places(unit))
        except LabelTakenError:
            return self._refused(label, _("You have a device of this name; choose another one."))
        except InvalidValueError:
            return self._refused(label, _("1 to 64 visible characters, such as Laptop."))
        return self._done(enrolment)

    def retire(self, device_id: int) -> AnyResponse:
        """Ask, and then end a device: its password is dead at once."""
        with self._parts.store.read() as unit:
            found = self._mine(unit, device_id)
        if request.method == "GET":
            return make_response(render_template("device_retire.html", device=found))
        try:
            with self._parts.store.write() as unit:
                devices.retire(
                    unit,
                    user_name=visitor().user_name,
                    label=found.label,
                    now_us=self._parts.now_us(),
                    by=Actor(visitor().user_id),
                )
        except UnknownDeviceError:
            abort(HTTPStatus.NOT_FOUND)
        return done(DEVICES, "retired")

    def profile(self, device_id: int) -> Response:
        """Calendars and contacts for Apple's programs; the password is asked for there."""
        with self._parts.store.read() as unit:
            found = self._mine(unit, device_id)
        made = profile(self._mounts(), device_id, found.label, self._parts.settings.tls)
        return _file(made, _PROFILE_TYPE, "deedbox.mobileconfig")

    def set_up(self, device_id: int) -> Response:
        """How programs on a device are set up, once more; its password nobody knows any longer."""
        with self._parts.store.read() as unit:
            found = self._mine(unit, device_id)
        mounts = self._mounts()
        password = _("DEVICE-PASSWORD")
        page = render_template(
            "device_set_up.html",
            is_again=True,
            enrolment=Enrolment(found.id, visitor().user_name, found.label, password),
            mounts=mounts,
            qr=qr_code(davx5_address(mounts, None)) if mounts.is_for_phones else "",
        )
        return make_response(page)

    @staticmethod
    def windows_registry() -> Response:
        """What Windows needs for large documents."""
        return _file(windows_registry_file(), _REGISTRY_TYPE, "deedbox-windows.reg")

    def office_registry(self) -> Response:
        """What Office needs to ask for a device's password."""
        made = office_registry_file(self._mounts())
        return _file(made, _REGISTRY_TYPE, "deedbox-office.reg")

    def rclone_configuration(self) -> Response:
        """The address and user for rclone, without a password."""
        made = self._mounts().rclone_file.encode()
        return _file(made, "text/plain; charset=utf-8", "rclone.conf")

    def _mine(self, unit: Unit, device_id: int) -> DeviceRow:
        mine = device_rows.active_of(unit, visitor().user_id)
        found = next((each for each in mine if each.id == device_id), None)
        if found is None:
            abort(HTTPStatus.NOT_FOUND)
        return found

    def _places(self, unit: Unit) -> Places:
        limit = self._parts.device_limit(unit)
        return devices.places_of(unit, visitor().user_name, limit=limit)

    def _mounts(self) -> Mounts:
        return Mounts(self._parts.origin(), visitor().user_name)

    def _refused(self, label: str, fault: str) -> Response:
        return make_response(self._form(label, fault), HTTPStatus.UNPROCESSABLE_ENTITY)

    @staticmethod
    def _form(label: str, fault: str = "") -> str:
        return render_template("device_new.html", label=label, fault=fault)

    def _done(self, enrolment: Enrolment) -> Response:
        mounts = self._mounts()
        page = render_template(
            "device_done.html",
            enrolment=enrolment,
            mounts=mounts,
            qr=qr_code(davx5_address(mounts, enrolment.password)) if mounts.is_for_phones else "",
        )
        return make_response(page, HTTPStatus.CREATED)


def full_page(places: Places, *, is_of_flow: bool = False) -> Response:
    """The refusal of a device too many; it names those that there are.

    *is_of_flow*: a program waits for it, which hears of nothing by itself.
    """
    page = render_template(
        "devices_full.html", devices=places.active, limit=places.limit, is_of_flow=is_of_flow
    )
    return make_response(page, HTTPStatus.CONFLICT)


def suggested_label(agent: str) -> str:
    """What somebody may call the device they sit at, told from their browser."""
    for word, label in (
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows-PC"),
        ("Macintosh", "Mac"),
        ("Linux", "Linux-PC"),
    ):
        if word in agent:
            return label
    return ""


def _file(data: bytes, media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(data, content_type=media_type, headers=headers)


def device_pages(parts: ConsoleParts, guard: FormGuard, visitors: Visitors) -> Blueprint:
    """The pages of one's own devices."""
    pages = Blueprint("devices", __name__, url_prefix="/console/devices")
    acts = DevicePages(parts, visitors)
    pages.before_request(visitors.demand)
    pages.before_request(guard.check_sent)
    pages.get("")(acts.list)
    pages.get("/new")(acts.new)
    pages.post("/new")(acts.enrol)
    pages.route("/<int:device_id>/retire", methods=["GET", "POST"])(acts.retire)
    pages.get("/<int:device_id>/deedbox.mobileconfig")(acts.profile)
    pages.get("/<int:device_id>/set-up")(acts.set_up)
    pages.get("/rclone.conf")(acts.rclone_configuration)
    pages.get("/deedbox-windows.reg")(acts.windows_registry)
    pages.get("/deedbox-office.reg")(acts.office_registry)
    return pages
