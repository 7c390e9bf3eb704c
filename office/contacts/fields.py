"""A contact's fields (C7), as values."""

import re
from enum import StrEnum
from typing import NamedTuple

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]")


class Sex(StrEnum):
    """As RFC 6350 section 6.2.7 has it; nothing: nobody said."""

    UNKNOWN = ""
    FEMALE = "F"
    MALE = "M"
    OTHER = "O"


class Birthday(NamedTuple):
    """A day; of some people the year is not known."""

    year: int | None
    month: int
    day: int


class ContactFields(NamedTuple):
    """What the office keeps of a contact in its card.

    A private one has first and last name, sex and birthday; a business has ``name`` instead.
    """

    is_business: bool = False
    name: str = ""
    first_name: str = ""
    last_name: str = ""
    street: str = ""
    postcode: str = ""
    town: str = ""
    country: str = ""
    profession: str = ""
    phone_private: str = ""
    phone_business: str = ""
    fax: str = ""
    mobile: str = ""
    email: str = ""
    web: str = ""
    sex: Sex = Sex.UNKNOWN
    birthday: Birthday | None = None

    @property
    def shown_name(self) -> str:
        """What the contact is called in lists."""
        if self.is_business:
            return self.name
        return f"{self.first_name} {self.last_name}".strip()

    def normal(self) -> "ContactFields":
        """The fields as a card can hold them: trimmed, without what is not theirs."""
        known = self._replace(first_name="", last_name="", sex=Sex.UNKNOWN, birthday=None)
        owned = known if self.is_business else self._replace(name="")
        normal = ContactFields._make(
            _trimmed(name, value) for name, value in owned._asdict().items()
        )
        return normal._replace(web=normal.web.replace("\\", ""))


def _trimmed(name: str, value: object) -> object:
    if type(value) is not str:
        return value
    return _text(value) if name == "street" else _one_line(value)


def _one_line(value: str) -> str:
    return " ".join(_text(value).split())


def _text(value: str) -> str:
    lines = _CONTROLS.sub(" ", value.replace("\r\n", "\n").replace("\r", "\n")).split("\n")
    return "\n".join([each.strip() for each in lines]).strip()
