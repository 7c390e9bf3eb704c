"""A new password as somebody typed it: what is wrong with it, and what is only weak."""

from dataclasses import dataclass, field

from flask import request

from admin.texts import gettext as _
from auth import passwords
from auth.errors import WeakPasswordError
from auth.passwords import Weakness


@dataclass(slots=True)
class NewPassword:
    """What was typed, twice, and what is wrong, by field."""

    password: str = field(default="", repr=False)
    repeated: str = field(default="", repr=False)
    faults: dict[str, str] = field(default_factory=dict)

    @classmethod
    def from_form(cls) -> "NewPassword":
        """Take the request's form."""
        return cls(request.form.get("password", ""), request.form.get("repeated", ""))

    def check(self, *, name: str, email: str) -> None:
        """Find what has to be refused."""
        if self.password != self.repeated:
            self.faults["repeated"] = _("The two passwords differ.")
        if len(self.password) < passwords.MINIMUM_LENGTH:
            self.faults["password"] = _("At least 8 characters.")
            return
        try:
            passwords.check_strength(self.password, name=name, email=email)
        except WeakPasswordError:
            self.faults["password"] = _(
                "This password is among the most common ones or equals your name or address. "
                "It would be tried first."
            )


def explained(password: str, *, name: str, email: str) -> list[str]:
    """What is weak about a password that is taken all the same, in sentences."""
    texts = {
        Weakness.SHORT: _(
            "Your password for the console is rather short; three or four words are stronger."
        ),
        Weakness.ONLY_DIGITS: _(
            "Your password for the console has digits only; words would make it much stronger."
        ),
        Weakness.FEW_CHARACTERS: _(
            "Your password for the console repeats the same few characters."
        ),
        Weakness.HOLDS_NAME: _("Your password for the console holds your name."),
    }
    return [texts[each] for each in passwords.weaknesses(password, name=name, email=email)]
