"""A contact as commands take it and tell it."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from server.cli.failures import RefusedError
from server.cli.invocation import moment, shown

if TYPE_CHECKING:
    from office.contacts.fields import Birthday, ContactFields, Sex
    from storage.contacts import ListedContact
    from storage.store import Unit

_BIRTHDAY = re.compile(r"(?:(\d{4})-)?(\d\d)-(\d\d)", re.ASCII)


def card_of(data: bytes, said: Mapping[str, str], *, is_business: bool | None) -> bytes:
    """A card to begin with: *data*, if there is any, with what was *said* of its fields.

    Raises:
        RefusedError: There is no name, or a value is none.
        office.items.InvalidItemError: *data* is no card.
    """
    from office.contacts.fields import ContactFields  # noqa: PLC0415 - loads the office
    from office.contacts.reading import read_fields  # noqa: PLC0415
    from office.contacts.writing import as_business, new_card, write_fields  # noqa: PLC0415
    from office.items import read_address_object  # noqa: PLC0415

    if not data:
        fields = with_texts(ContactFields(is_business=bool(is_business)), said)
        _demand_name(fields)
        return new_card(fields).encode()
    text = read_address_object(data).text.decode()
    if is_business is not None:
        text = as_business(text, is_business=is_business)
    if said:
        fields = with_texts(read_fields(text), said)
        _demand_name(fields)
        text = write_fields(text, fields)
    return text.encode()


def with_texts(fields: "ContactFields", said: Mapping[str, str]) -> "ContactFields":
    """*fields* with what was said of some of them.

    Raises:
        RefusedError: A value is none.
    """
    values: dict[str, Any] = dict(said)
    if "sex" in values:
        values["sex"] = _sex(said["sex"])
    if "birthday" in values:
        values["birthday"] = _birthday(said["birthday"])
    return fields._replace(**values)


def of(unit: "Unit", contact_id: int) -> dict[str, Any]:
    """All that is known of a contact, for JSON."""
    from office.contacts.reading import read_fields  # noqa: PLC0415 - loads the office
    from storage import contacts, records  # noqa: PLC0415

    listed = contacts.listed(unit, contact_id)
    item = records.find_item(unit, listed.row.item_id) if listed else None
    if listed is None or item is None:
        raise LookupError(f"there is no contact {contact_id}")
    fields = read_fields(item.text)
    birthday = fields.birthday
    texts = fields._asdict() | {"birthday": _told(birthday) if birthday else ""}
    texts["business_name"] = texts.pop("name")
    row = listed.row
    duplicate = contacts.find(unit, row.duplicate_of) if row.duplicate_of else None
    return {
        **row_of(listed),
        **{name: value for name, value in texts.items() if name != "is_business"},
        "released_to": contacts.release_names(unit, row.id),
        "possible_duplicate_of": duplicate.number if duplicate else None,
        "uid": item.uid.partition("\n")[0],
        "added": moment(row.created_us),
    }


def row_of(listed: "ListedContact") -> dict[str, Any]:
    """A contact as a list has it."""
    row = listed.row
    return {
        "number": row.number,
        "name": listed.name,
        "kind": row.kind,
        "business": row.is_business,
        "partner": listed.partner_name,
        "broker": listed.broker_number,
        "location": row.location,
        "tags": list(listed.tags),
        "edited": moment(row.edited_us),
    }


def shown_of(facts: Mapping[str, Any]) -> str:
    """The same for a person, a line for each that says something."""
    said = {name.replace("_", " "): value for name, value in facts.items() if value}
    width = max(map(len, said))
    return "\n".join([f"{name.ljust(width)}  {_line(value)}" for name, value in said.items()])


def _line(value: object) -> str:
    if value is True:
        return "yes"
    return shown(", ".join(value) if isinstance(value, list) else str(value)).replace("\n", ", ")


def _demand_name(fields: "ContactFields") -> None:
    if not fields.normal().shown_name:
        what = "--name" if fields.is_business else "--last-name"
        raise RefusedError(f"A contact needs a name: {what}, or --card with a vCard.")


def _sex(said: str) -> "Sex":
    from office.contacts.fields import Sex  # noqa: PLC0415 - loads the office

    try:
        return Sex(said.upper())
    except ValueError:
        raise RefusedError(f"“{said}” is none of f, m and o.") from None


def _birthday(said: str) -> "Birthday | None":
    from office.contacts.reading import checked_birthday  # noqa: PLC0415 - loads the office

    if not said:
        return None
    found = _BIRTHDAY.fullmatch(said)
    year = int(found[1]) if found and found[1] else None
    birthday = checked_birthday(year, int(found[2]), int(found[3])) if found else None
    if birthday is None:
        raise RefusedError(f"“{said}” is no day such as 1985-04-12 or 04-12.")
    return birthday


def _told(birthday: "Birthday") -> str:
    year, month, day = birthday
    return f"{f'{year:04}-' if year else ''}{month:02}-{day:02}"
