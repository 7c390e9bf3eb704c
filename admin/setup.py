"""``/setup/<token>``: the page that makes the first administrator, once.

It shows a device's password, which is nowhere else, so that the folders can be mounted at once.
"""

import time
from dataclasses import dataclass, field

from flask import Blueprint, Response, make_response, render_template, request

from admin.forms import FormGuard
from admin.mounts import Mounts
from admin.new_password import NewPassword, explained
from admin.parts import ConsoleParts
from admin.texts import LANGUAGES, chosen_language
from admin.texts import gettext as _
from auth import setup_link
from auth.devices import Enrolment
from auth.errors import (
    AuthError,
    EmailTakenError,
    InvalidValueError,
    NameTakenError,
    SetupEndedError,
)
from auth.names import checked_email, checked_label, checked_name
from office.founding import Founding, found

_NAME_LIMIT = 200


@dataclass(slots=True)
class Entered:
    """What the person typed, and what is wrong with it, by field."""

    user_name: str = ""
    email: str = ""
    office_name: str = ""
    office_language: str = "de"
    device_label: str = ""
    password: str = field(default="", repr=False)
    repeated: str = field(default="", repr=False)
    faults: dict[str, str] = field(default_factory=dict)

    @classmethod
    def from_form(cls) -> "Entered":
        """Take the request's form, the space around plain words left out."""
        form = request.form
        return cls(
            user_name=form.get("user_name", "").strip().lower(),
            email=form.get("email", "").strip(),
            office_name=" ".join(form.get("office_name", "").split()),
            office_language=form.get("office_language", ""),
            device_label=form.get("device_label", "").strip(),
            password=form.get("password", ""),
            repeated=form.get("repeated", ""),
        )

    def check(self) -> None:
        """Find every fault that can be found without the database."""
        if len(self.office_name) > _NAME_LIMIT:
            self.faults["office_name"] = _("At most 200 characters.")
        if self.office_language not in LANGUAGES:
            self.faults["office_language"] = _("Choose German or English.")
        for name, check in (
            ("user_name", checked_name),
            ("email", checked_email),
            ("device_label", checked_label),
        ):
            try:
                check(getattr(self, name))
            except InvalidValueError:
                self.faults[name] = _fault_texts()[name]
        if not self.device_label.isprintable():
            self.faults["device_label"] = _("No control or invisible characters.")
        chosen = NewPassword(self.password, self.repeated)
        chosen.check(name=self.user_name, email=self.email)
        self.faults |= chosen.faults

    def founding(self) -> Founding:
        """The values for the office; they were checked."""
        return Founding(
            user_name=self.user_name,
            email=self.email,
            password=self.password,
            office_name=self.office_name,
            language=self.office_language,
            device_label=self.device_label,
        )


def _fault_texts() -> dict[str, str]:
    return {
        "user_name": _(
            "Lower-case letters a to z, digits, dots, hyphens and underscores, beginning with a "
            "letter or digit; at most 63."
        ),
        "email": _("An e-mail address looks like name@example.org."),
        "device_label": _("1 to 64 characters, such as Laptop."),
    }


def setup_pages(parts: ConsoleParts, guard: FormGuard) -> Blueprint:
    """The pages of the set-up link."""
    pages = Blueprint("setup", __name__)

    @pages.get("/setup/<token>")
    def form(token: str) -> Response:
        if refusal := _refusal(parts, token):
            return refusal
        language = chosen_language(parts.settings.office.language)
        entered = Entered(
            office_name=parts.settings.office.name,
            office_language=parts.settings.office.language,
            device_label=_("Laptop"),
        )
        return _form_page(entered, language)

    @pages.post("/setup/<token>")
    def send(token: str) -> Response:
        if refusal := _refusal(parts, token):
            return refusal
        guard.check()
        entered = Entered.from_form()
        entered.check()
        enrolment = None if entered.faults else _found(parts, token, entered)
        if enrolment is None:
            if not entered.faults:
                return _ended_page()
            language = chosen_language(parts.settings.office.language)
            return _form_page(entered, language, status=422)
        mounts = Mounts(parts.origin(), enrolment.user_name)
        return make_response(
            render_template(
                "setup_done.html",
                enrolment=enrolment,
                mounts=mounts,
                weaknesses=explained(
                    entered.password, name=entered.user_name, email=entered.email
                ),
            )
        )

    return pages


def _found(parts: ConsoleParts, token: str, entered: Entered) -> Enrolment | None:
    """Make it all; None with ``entered.faults`` filled, or empty when somebody was quicker."""
    try:
        with parts.store.write() as unit:
            return found(
                unit,
                token,
                entered.founding(),
                device_limit=parts.settings.devices.per_user,
                secret_key=parts.secret_key,
                now_us=time.time_ns() // 1000,
            )
    except SetupEndedError:
        return None
    except NameTakenError:
        entered.faults["user_name"] = _("This name is in use; choose another one.")
    except EmailTakenError:
        entered.faults["email"] = _("Another user has this address.")
    except AuthError as error:
        entered.faults["user_name"] = str(error)
    return None


def _form_page(entered: Entered, language: str, *, status: int = 200) -> Response:
    page = render_template(
        "setup.html",
        entered=entered,
        languages=LANGUAGES,
        language=language,
    )
    return make_response(page, status)


def _refusal(parts: ConsoleParts, token: str) -> Response | None:
    """The page for a link that does not work: 410 when its work is done, else 404."""
    with parts.store.read() as unit:
        if setup_link.is_ended(unit):
            return _ended_page()
        if setup_link.is_valid(unit, token):
            return None
    return make_response(render_template("setup_wrong.html"), 404)


def _ended_page() -> Response:
    return make_response(render_template("setup_ended.html"), 410)
