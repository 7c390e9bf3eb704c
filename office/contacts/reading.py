"""A contact's fields (C7), read from a card of vCard 3.0 or 4.0 in the manner of any program."""

import re
from datetime import date

from office.contacts.fields import Birthday, ContactFields, Sex
from office.contacts.slots import Card, Piece, Slot, parts
from office.items.content_lines import unescape

_DATE = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?:[Tt ].*)?", re.ASCII)
_NO_YEAR = re.compile(r"--(\d\d)-?(\d\d)(?:[Tt ].*)?", re.ASCII)
OMITTED, LEAP_YEAR = "X-APPLE-OMIT-YEAR", 1604
"""How Apple's programs say that a year is not known, and the year that they put there."""
_SEXES = {
    **dict.fromkeys(("f", "female", "w", "weiblich", "frau"), Sex.FEMALE),
    **dict.fromkeys(("m", "male", "männlich", "mann"), Sex.MALE),
    **dict.fromkeys(("o", "other", "d", "divers", "diverse"), Sex.OTHER),
}
_WAB = {"1": Sex.FEMALE, "2": Sex.MALE}
STREET, TOWN, POSTCODE, COUNTRY, ADDRESS_PARTS = 2, 3, 5, 6, 7
LAST, FIRST, NAME_PARTS = 0, 1, 5


def read_fields(text: str) -> ContactFields:
    """What a stored card says."""
    return read_card_fields(Card(text))


def read_card_fields(card: Card) -> ContactFields:
    """The same of a card that is being changed."""
    is_business = says_business(card)
    address = _components(card.best(*addresses(is_business=is_business)), ADDRESS_PARTS)
    home, work = phones(is_business=is_business)
    shared = ContactFields(
        is_business=is_business,
        street=address[STREET],
        postcode=address[POSTCODE],
        town=address[TOWN],
        country=address[COUNTRY],
        profession=_value(card.best(Slot.ROLE, Slot.TITLE)),
        phone_private=_telephone(card.best(*home)),
        phone_business=_telephone(card.best(*work)),
        fax=_telephone(card.best(Slot.FAX)),
        mobile=_telephone(card.best(Slot.MOBILE)),
        email=_value(card.best(Slot.EMAIL)),
        web=_value(card.best(Slot.WEB)),
    )
    if is_business:
        return shared._replace(name=_business_name(card)).normal()
    first, last = _names(card)
    sex, birthday = _sex(card), _birthday(card.best(Slot.BIRTHDAY))
    return shared._replace(first_name=first, last_name=last, sex=sex, birthday=birthday).normal()


def says_business(card: Card) -> bool:
    """What the card says; one that does not is a business if only an organisation has a name."""
    for each in card.all(Slot.BUSINESS):
        told = each.text.lower()
        if told in {"company", "org", "organization"}:
            return True
        if told == "individual":
            return False
    return not any(_own_names(card)) and card.best(Slot.ORGANISATION) is not None


def _own_names(card: Card) -> tuple[str, str]:
    found = _components(card.best(Slot.NAME), NAME_PARTS)
    return found[FIRST], found[LAST]


def _names(card: Card) -> tuple[str, str]:
    names = _own_names(card)
    return names if any(names) else ("", _value(card.best(Slot.SHOWN)))


def _business_name(card: Card) -> str:
    organisation = _components(card.best(Slot.ORGANISATION), 1)[0]
    return organisation or _value(card.best(Slot.SHOWN))


def addresses(*, is_business: bool) -> tuple[Slot, ...]:
    """Where the address is looked for."""
    order = (Slot.ADDRESS_HOME, Slot.ADDRESS_PLAIN, Slot.ADDRESS_WORK)
    return order[::-1] if is_business else order


def phones(*, is_business: bool) -> tuple[tuple[Slot, ...], tuple[Slot, ...]]:
    """Where the private number is looked for, and where that of the business."""
    home, work, plain = (Slot.PHONE_HOME,), (Slot.PHONE_WORK,), (Slot.PHONE_PLAIN,)
    return (home, work + plain) if is_business else (home + plain, work)


def _value(piece: Piece | None) -> str:
    return piece.text if piece else ""


def _telephone(piece: Piece | None) -> str:
    value = _value(piece)
    return value[len("tel:") :] if value.lower().startswith("tel:") else value


def _components(piece: Piece | None, count: int) -> list[str]:
    """The parts of a structured value; what is a list in one is joined."""
    found = parts(piece.plain.value, ";") if piece else []
    texts = [", ".join([unescape(one).strip() for one in parts(each, ",")]) for each in found]
    return [each.strip() for each in (*texts, *([""] * count))]


def _sex(card: Card) -> Sex:
    for each in card.all(Slot.SEX):
        told = each.text.partition(";")[0].strip().lower()
        found = _WAB.get(told) if each.line.name == "X-WAB-GENDER" else _SEXES.get(told)
        if found:
            return found
    return Sex.UNKNOWN


def _birthday(piece: Piece | None) -> Birthday | None:
    if piece is None:
        return None
    value = piece.text
    if found := _DATE.fullmatch(value):
        year, month, day = int(found[1]), int(found[2]), int(found[3])
        is_known = piece.line.first(OMITTED) != found[1] and year not in {0, LEAP_YEAR}
        return checked_birthday(year if is_known else None, month, day)
    if found := _NO_YEAR.fullmatch(value):
        return checked_birthday(None, int(found[1]), int(found[2]))
    return None


def checked_birthday(year: int | None, month: int, day: int) -> Birthday | None:
    """The birthday; None: there is no such day."""
    try:
        date(year or LEAP_YEAR, month, day)
    except ValueError:
        return None
    return Birthday(year, month, day)
