"""A contact's fields (C7), written into a card.

What the card says in other lines, in other addresses and numbers, and in the rest of the lines
that are written stays as it is.
"""

import uuid
from collections.abc import Callable

from office.contacts.fields import Birthday, ContactFields
from office.contacts.reading import (
    ADDRESS_PARTS,
    COUNTRY,
    FIRST,
    LAST,
    LEAP_YEAR,
    NAME_PARTS,
    OMITTED,
    POSTCODE,
    STREET,
    TOWN,
    addresses,
    phones,
    read_card_fields,
    says_business,
)
from office.contacts.slots import Card, Slot, parts
from office.items.card_lines import CardLine, Parameters, escaped
from office.items.card_versions import version_of


def write_fields(text: str, fields: ContactFields) -> str:
    """A stored card with these fields; lines of fields that are as they were stay as they are.

    Raises:
        ValueError: There is no name.
    """
    card, wanted = Card(text), fields.normal()
    if not wanted.shown_name:
        raise ValueError("a contact needs a name")
    if wanted.is_business != says_business(card):
        _write_business(card, version_of(text), is_business=wanted.is_business)
    now = read_card_fields(card)
    for change in (_write_names, _write_address, _write_telephones, _write_rest):
        change(card, now, wanted)
    return card.text


def as_business(text: str, *, is_business: bool) -> str:
    """A stored card that says whether it is a business; its names stay as they are."""
    card = Card(text)
    if says_business(card) is not is_business:
        _write_business(card, version_of(text), is_business=is_business)
    return card.text


def new_card(fields: ContactFields, *, uid: str = "") -> str:
    """A card with these fields and nothing else, in vCard 3.0, which every program reads.

    Raises:
        ValueError: There is no name.
    """
    lines = (
        "BEGIN:VCARD",
        "VERSION:3.0",
        f"UID:{uid or uuid.uuid4()}",
        "FN:-",
        "N:;;;;",
        "END:VCARD",
    )
    return write_fields("\r\n".join([*lines, ""]), fields)


def _write_business(card: Card, version: str, *, is_business: bool) -> None:
    card.drop(card.all(Slot.BUSINESS))
    if says_business(card) is is_business:
        return
    old = ("X-ABShowAs", "COMPANY") if is_business else ("X-ADDRESSBOOKSERVER-KIND", "individual")
    new = ("KIND", "org" if is_business else "individual")
    name, value = new if version.startswith("4") else old
    card.add(CardLine("", name, (), value), Slot.BUSINESS)


def _write_names(card: Card, now: ContactFields, wanted: ContactFields) -> None:
    if now.shown_name == wanted.shown_name and now.first_name == wanted.first_name:
        return
    if wanted.is_business:
        _write_parts(card, Slot.ORGANISATION, "ORG", {0: wanted.name}, count=1)
    else:
        names = {LAST: wanted.last_name, FIRST: wanted.first_name}
        _write_parts(card, Slot.NAME, "N", names, count=NAME_PARTS)
    _write_text(card, (Slot.SHOWN,), wanted.shown_name, "FN")


def _write_address(card: Card, now: ContactFields, wanted: ContactFields) -> None:
    slots = addresses(is_business=wanted.is_business)
    new = _address(wanted)
    if new == _address(now):
        return
    if not any(new.values()):
        card.drop(card.all(*slots))
        return
    best = card.best(*slots)
    kind = "WORK" if wanted.is_business else "HOME"
    slot = best.slot if best else slots[0]
    _write_parts(card, slot, "ADR", new, count=ADDRESS_PARTS, params=(("TYPE", (kind,)),))


def _address(fields: ContactFields) -> dict[int, str]:
    return {
        STREET: fields.street,
        TOWN: fields.town,
        POSTCODE: fields.postcode,
        COUNTRY: fields.country,
    }


def _write_telephones(card: Card, now: ContactFields, wanted: ContactFields) -> None:
    home, work = phones(is_business=wanted.is_business)
    for name, slots, types in (
        ("phone_private", home, ("HOME", "VOICE")),
        ("phone_business", work, ("WORK", "VOICE")),
        ("fax", (Slot.FAX,), ("WORK" if wanted.is_business else "HOME", "FAX")),
        ("mobile", (Slot.MOBILE,), ("CELL",)),
    ):
        if (value := getattr(wanted, name)) != getattr(now, name):
            _write_text(card, slots, value, "TEL", params=(("TYPE", types),))


def _write_rest(card: Card, now: ContactFields, wanted: ContactFields) -> None:
    if wanted.profession != now.profession:
        _write_text(card, (Slot.ROLE, Slot.TITLE), wanted.profession, "ROLE")
    if wanted.email != now.email:
        _write_text(card, (Slot.EMAIL,), wanted.email, "EMAIL")
    if wanted.web != now.web:
        _write_text(card, (Slot.WEB,), wanted.web, "URL", as_written=str)
    if wanted.is_business:
        return
    is_new = version_of(card.text).startswith("4")
    if wanted.sex != now.sex:
        card.drop(card.all(Slot.SEX))
        name = "GENDER" if is_new else "X-GENDER"
        _write_text(card, (Slot.SEX,), wanted.sex.value, name)
    if wanted.birthday != now.birthday:
        card.drop(card.all(Slot.BIRTHDAY))
        if wanted.birthday:
            card.add(_birthday_line(wanted.birthday, is_new=is_new), Slot.BIRTHDAY)


def _birthday_line(birthday: Birthday, *, is_new: bool) -> CardLine:
    year, month, day = birthday
    if is_new:
        return CardLine(
            "", "BDAY", (), f"{year:04}{month:02}{day:02}" if year else f"--{month:02}{day:02}"
        )
    omitted: Parameters = () if year else ((OMITTED, (str(LEAP_YEAR),)),)
    return CardLine("", "BDAY", omitted, f"{year or LEAP_YEAR:04}-{month:02}-{day:02}")


def _write_text(
    card: Card,
    slots: tuple[Slot, ...],
    value: str,
    name: str,
    *,
    params: Parameters = (),
    as_written: Callable[[str], str] = escaped,
) -> None:
    """Give the line that tells a field another value; nothing: all lines that could tell go."""
    best = card.best(*slots)
    if not value:
        card.drop(card.all(*slots))
    elif best is None:
        card.drop(card.all(slots[0]))  # empty ones
        card.add(CardLine("", name, params, as_written(value)), slots[0])
    else:
        line = best.plain.without("VALUE")
        card.replace(best, line._replace(value=as_written(value)))


def _write_parts(
    card: Card,
    slot: str,
    name: str,
    new: dict[int, str],
    *,
    count: int,
    params: Parameters = (),
) -> None:
    """Give parts of a structured line other values; its other parts stay."""
    best = card.best(slot)
    if best is None:
        card.drop(card.all(slot))
        values = [escaped(new.get(i, "")) for i in range(count)]
        card.add(CardLine("", name, params, ";".join(values)), slot)
        return
    values = parts(best.plain.value, ";")
    values += [""] * (count - len(values))
    for i, value in new.items():
        values[i] = escaped(value)
    card.replace(best, best.plain._replace(value=";".join(values)))
