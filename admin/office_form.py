"""The office's data as somebody typed them: name, language of the folders, address."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from flask import request
from pydantic import TypeAdapter, ValidationError

from admin.mounts import Mounts
from admin.parts import ConsoleParts, own_origin
from admin.texts import LANGUAGES
from admin.texts import gettext as _
from config.kinds import Host, PublicUrl
from office import house_rules, layout, opening, wizard
from office.founding import OfficeData
from office.wizard import Step
from storage.store import Unit

_NAME_LIMIT = 200
_ADDRESS: TypeAdapter[str] = TypeAdapter(PublicUrl)
_HOST: TypeAdapter[str] = TypeAdapter(Host)


@dataclass(slots=True)
class OfficeForm:
    """What is in the form, and what is wrong with it, by field.

    Attributes:
        fixed_url: The address, where the settings say it: it is shown and not asked.
    """

    office_name: str
    office_language: str
    public_url: str
    fixed_url: str
    faults: dict[str, str] = field(default_factory=dict)

    @classmethod
    def stored(cls, parts: ConsoleParts, unit: Unit) -> "OfficeForm":
        """As it was left; at first what the settings and this browser's address propose."""
        url = house_rules.public_url(unit, parts.settings)
        is_new = not wizard.is_open(unit, Step.USERS)
        if is_new and not url and not Mounts(own_origin()).is_of_this_machine:
            url = own_origin()
        return cls(
            office_name=opening.office_name(unit),
            office_language=layout.language(unit),
            public_url=url,
            fixed_url=parts.settings.server.public_url or "",
        )

    @classmethod
    def from_form(cls, parts: ConsoleParts, language: str = "") -> "OfficeForm":
        """Take the request's form; *language* where it was chosen before."""
        form = request.form
        return cls(
            office_name=" ".join(form.get("office_name", "").split()),
            office_language=language or form.get("office_language", ""),
            public_url=form.get("public_url", "").strip(),
            fixed_url=parts.settings.server.public_url or "",
        )

    def check(self) -> None:
        """Find every fault, and give the address its one spelling."""
        if len(self.office_name) > _NAME_LIMIT:
            self.faults["office_name"] = _("At most 200 characters.")
        if self.office_language not in LANGUAGES:
            self.faults["office_language"] = _("Choose German or English.")
        if self.public_url and not self.fixed_url:
            self._check_url()

    def data(self) -> OfficeData:
        """The values; they were checked."""
        url = None if self.fixed_url else self.public_url
        return OfficeData(self.office_name, self.office_language, url)

    def _check_url(self) -> None:
        typed = self.public_url if "://" in self.public_url else f"https://{self.public_url}"
        try:
            url = _ADDRESS.validate_python(typed)
            _HOST.validate_python(urlsplit(url).hostname)
        except (ValidationError, ValueError):
            self.faults["public_url"] = _(
                "Write it like https://dav.example.org, with nothing behind host and port."
            )
            return
        if Mounts(url).is_of_this_machine:
            self.faults["public_url"] = _(
                "This address is this computer's own: no other reaches it. Leave the field empty "
                "until the server is on the network."
            )
            return
        self.public_url = url
