"""What a new contact is known by: its number, and a UID that no other record has."""

from office.errors import NumberTakenError, UnfitNameError
from storage import contacts, instance, records
from storage.records import Records
from storage.store import Unit, WriteUnit

_NEXT_NUMBER = "contacts.next_number"
_FIRST_NUMBER = 10_001  # longer than a house's number: numbers are looked for in texts
_MOST_CHARACTERS = 32


def chosen(unit: WriteUnit, wished: str) -> str:
    """The number that a new contact gets: *wished*, or the next one; the records are held.

    Raises:
        UnfitNameError: It is no number.
        NumberTakenError: Another contact has it.
    """
    if wished:
        return _checked_number(unit, wished)
    number = int(instance.find(unit, _NEXT_NUMBER) or _FIRST_NUMBER)
    while contacts.find_by_number(unit, str(number)) is not None:
        number += 1
    instance.put(unit, _NEXT_NUMBER, str(number + 1))
    return str(number)


def _checked_number(unit: Unit, number: str) -> str:
    if number.startswith("-") or not number.isprintable() or number.split() != [number]:
        raise UnfitNameError(f"“{number}” is no number: it is one word that begins otherwise.")
    if len(number) > _MOST_CHARACTERS:
        raise UnfitNameError(f"A number has at most {_MOST_CHARACTERS} characters.")
    if contacts.find_by_number(unit, number) is not None:
        raise NumberTakenError(f"The number {number} is taken.")
    return number


def free_uid(unit: Unit, place: Records, uid: str) -> str:
    """By what a card of this UID is kept: itself, or with a number behind it."""
    if records.find_uid(unit, place, uid) is None:
        return uid
    return f"{uid}\n{place.seq + 1}"


def duplicate_of(unit: Unit, place: Records, uid: str, kept: str) -> int | None:
    """The contact because of whose UID a card of *uid* is *kept* by another; None: it is not."""
    other = None if uid == kept else records.find_uid(unit, place, uid)
    row = contacts.find_by_item(unit, other.id) if other else None
    return row.id if row else None
