"""Who may what, as the set-up asks: what new users see, how many devices, one's own first."""

from dataclasses import dataclass, field

from flask import request

from admin.parts import ConsoleParts
from admin.texts import gettext as _
from admin.visitors import visitor
from auth import devices, visibility
from auth.audit import Actor
from auth.devices import Enrolment
from auth.errors import DeviceLimitError, InvalidValueError, LabelTakenError
from auth.names import checked_label
from auth.people import MOST_DEVICES
from auth.visibility import Visibility
from office import house_rules, wizard
from office.wizard import Step
from storage.store import Unit, WriteUnit

_LIMIT_DIGITS = 3


@dataclass(slots=True)
class AccessForm:
    """What is in the form, and what is wrong with it, by field.

    Attributes:
        is_limit_fixed: The settings say how many devices: it is shown and not asked.
        device_label: Of one's own first device; empty: none is wanted now.
    """

    visibility: str
    devices_per_user: str
    is_limit_fixed: bool
    device_label: str = ""
    faults: dict[str, str] = field(default_factory=dict)

    @classmethod
    def stored(cls, parts: ConsoleParts, unit: Unit) -> "AccessForm":
        """As it was left."""
        return cls(
            visibility=visibility.of_new_users(unit),
            devices_per_user=str(parts.device_limit(unit)),
            is_limit_fixed=house_rules.is_device_limit_set(parts.settings),
        )

    @classmethod
    def from_form(cls, parts: ConsoleParts) -> "AccessForm":
        """Take the request's form."""
        is_fixed = house_rules.is_device_limit_set(parts.settings)
        limit = request.form.get("devices_per_user", "").strip()
        return cls(
            visibility=request.form.get("visibility", ""),
            devices_per_user=str(parts.settings.devices.per_user) if is_fixed else limit,
            is_limit_fixed=is_fixed,
            device_label=request.form.get("device_label", "").strip(),
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

    def take(self, parts: ConsoleParts, by: Actor) -> Enrolment | None:
        """Take the choices and make the device; nothing of it where there is a fault."""
        try:
            with parts.store.write() as unit:
                house_rules.set_visibility_of_new_users(unit, Visibility(self.visibility), by=by)
                if not self.is_limit_fixed:
                    house_rules.set_device_limit(unit, int(self.devices_per_user), by=by)
                enrolment = self._enrol(parts, unit, by) if self.device_label else None
                wizard.done(unit, Step.ACCESS)
                return enrolment
        except LabelTakenError:
            self.faults["device_label"] = _("You have a device of this name; choose another one.")
        except DeviceLimitError:
            self.faults["device_label"] = _(
                "All your places are in use. Leave the field empty, or let a device go first."
            )
        except InvalidValueError:
            self.faults["device_label"] = _("1 to 64 visible characters, such as Laptop.")
        return None

    def _enrol(self, parts: ConsoleParts, unit: WriteUnit, by: Actor) -> Enrolment:
        return devices.enrol(
            unit,
            user_name=visitor().user_name,
            label=self.device_label,
            limit=parts.device_limit(unit),
            secret_key=parts.secret_key,
            now_us=parts.now_us(),
            by=by,
        )
