"""Who may what, as the set-up asks: what new users see, how many devices, one's own first.

Whoever has not consented to receive the office's data, as the first administrator, does it here.
"""

from dataclasses import dataclass, field

from flask import request

from admin.parts import ConsoleParts
from admin.texts import gettext as _
from admin.visitors import visitor
from auth import consent, devices, visibility
from auth.audit import Actor
from auth.devices import Enrolment
from auth.errors import ConsentError, DeviceLimitError, InvalidValueError
from auth.names import checked_label
from auth.people import MOST_DEVICES
from auth.visibility import Visibility
from office import house_rules, wizard
from office.wizard import Step
from storage import people as people_rows
from storage.devices import DeviceRow
from storage.store import Unit, WriteUnit

_LIMIT_DIGITS = 3
_ID_DIGITS = 9


@dataclass(slots=True)
class AccessForm:
    """What is in the form, and what is wrong with it, by field.

    Attributes:
        is_limit_fixed: The settings say how many devices: it is shown and not asked.
        is_consent_due: Whoever fills it in never consented.
        device_label: Of one's own first device; empty: none is wanted now.
        agreed: The version and language of the text that they agree to, if they do.
        anew: The id of the device of this name that is made once more.
        made_before: The device of this name that there was, so that none was made.
    """

    visibility: str
    devices_per_user: str
    is_limit_fixed: bool
    is_consent_due: bool
    device_label: str = ""
    agreed: tuple[int, str] | None = None
    anew: int = 0
    made_before: DeviceRow | None = None
    faults: dict[str, str] = field(default_factory=dict)

    @classmethod
    def stored(cls, parts: ConsoleParts, unit: Unit) -> "AccessForm":
        """As it was left."""
        return cls(
            visibility=visibility.of_new_users(unit),
            devices_per_user=str(parts.device_limit(unit)),
            is_limit_fixed=house_rules.is_device_limit_set(parts.settings),
            is_consent_due=_is_consent_due(unit),
        )

    @classmethod
    def from_form(cls, parts: ConsoleParts, unit: Unit) -> "AccessForm":
        """Take the request's form."""
        is_fixed = house_rules.is_device_limit_set(parts.settings)
        limit = request.form.get("devices_per_user", "").strip()
        return cls(
            visibility=request.form.get("visibility", ""),
            devices_per_user=str(parts.settings.devices.per_user) if is_fixed else limit,
            is_limit_fixed=is_fixed,
            is_consent_due=_is_consent_due(unit),
            device_label=request.form.get("device_label", "").strip(),
            agreed=_agreed(),
            anew=_number("anew"),
        )

    def check(self) -> None:
        """Find every fault that can be found without the database."""
        if self.visibility not in set(Visibility):
            self.faults["visibility"] = _("Choose one of the three.")
        text = self.devices_per_user
        is_number = text.isascii() and text.isdigit() and len(text) <= _LIMIT_DIGITS
        if not (is_number and 1 <= int(text) <= MOST_DEVICES):
            self.faults["devices_per_user"] = _("1 to %(most)s.", most=MOST_DEVICES)
        try:
            checked_label(self.device_label or "-")
        except InvalidValueError:
            self.faults["device_label"] = _("1 to 64 visible characters, such as Laptop.")
        if self.is_consent_due and self.agreed is None:
            self.faults["agreed"] = _("You receive the office's data too; please agree.")

    def take(self, parts: ConsoleParts, by: Actor) -> Enrolment | None:
        """Take the choices and make the device; nothing of it where there is a fault."""
        try:
            with parts.store.write() as unit:
                house_rules.set_visibility_of_new_users(unit, Visibility(self.visibility), by=by)
                if not self.is_limit_fixed:
                    house_rules.set_device_limit(unit, int(self.devices_per_user), by=by)
                if self.is_consent_due and self.agreed:
                    consent.give_again(
                        unit, visitor().user_id, *self.agreed, now_us=parts.now_us()
                    )
                enrolment = self._enrol(parts, unit, by) if self.device_label else None
                wizard.done(unit, Step.ACCESS)
                return enrolment
        except ConsentError:
            self.faults["agreed"] = _("The text was changed meanwhile; please read it again.")
        except DeviceLimitError:
            self.faults["device_label"] = _(
                "All your places are in use. Leave the field empty, or let a device go first."
            )
        except InvalidValueError:
            self.faults["device_label"] = _("1 to 64 visible characters, such as Laptop.")
        return None

    def _enrol(self, parts: ConsoleParts, unit: WriteUnit, by: Actor) -> Enrolment | None:
        """Make the device; not where a form that was sent twice made it before."""
        name, limit = visitor().user_name, parts.device_limit(unit)
        people_rows.hold(unit, visitor().user_id)
        same = devices.places_of(unit, name, limit=limit).named(self.device_label)
        if same and same.id != self.anew:
            self.made_before = same
            return None
        if same:
            devices.retire_all(
                unit, user_name=name, device_ids=[same.id], now_us=parts.now_us(), by=by
            )
        return devices.enrol(
            unit,
            user_name=name,
            label=self.device_label,
            limit=limit,
            secret_key=parts.secret_key,
            now_us=parts.now_us(),
            by=by,
        )


def _is_consent_due(unit: Unit) -> bool:
    return not consent.given_by(unit, visitor().user_id)


def _agreed() -> tuple[int, str] | None:
    """Which text the form showed, if its mark is set."""
    if request.form.get("agreed") != "yes":
        return None
    return _number("version"), request.form.get("language", "")


def _number(name: str) -> int:
    text = request.form.get(name, "")
    is_number = text.isascii() and text.isdigit() and len(text) <= _ID_DIGITS
    return int(text) if is_number else 0
