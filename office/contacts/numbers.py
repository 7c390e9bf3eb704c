"""What a contact is known by: its number, and a UID that no other record is kept by.

Contracts are numbered alike.
"""

from collections.abc import Callable

from office.errors import NumberTakenError, UnfitNameError
from office.work import GroupwareWork
from storage import contacts, contracts, instance, records
from storage.contacts import ContactRow
from storage.records import Records
from storage.store import Unit, WriteUnit

_FIRST_NUMBER = 10_001  # longer than a house's number: numbers are looked for in texts
_OF_CONTRACTS = "V"  # a contract's number is no contact's
_MOST_CHARACTERS = 32


def chosen(unit: WriteUnit, wished: str) -> str:
    """The number that a new contact gets: *wished*, or the next one; the records are held.

    Raises:
        UnfitNameError: It is no number.
        NumberTakenError: Another contact has it.
    """

    def is_taken(number: str) -> bool:
        return contacts.find_by_number(unit, number) is not None

    return _checked(wished, is_taken) if wished else _next(unit, "contacts", "", is_taken)


def chosen_for_contract(unit: WriteUnit, wished: str) -> str:
    """The same for a new contract; raises as :func:`chosen`."""

    def is_taken(number: str) -> bool:
        return contracts.find_by_number(unit, number) is not None

    if wished:
        return _checked(wished, is_taken)
    return _next(unit, "contracts", _OF_CONTRACTS, is_taken)


def _next(unit: WriteUnit, what: str, before: str, is_taken: Callable[[str], bool]) -> str:
    key = f"{what}.next_number"
    number = int(instance.find(unit, key) or _FIRST_NUMBER)
    while is_taken(f"{before}{number}"):
        number += 1
    instance.put(unit, key, str(number + 1))
    return f"{before}{number}"


def _checked(number: str, is_taken: Callable[[str], bool]) -> str:
    if number.startswith("-") or not number.isprintable() or number.split() != [number]:
        raise UnfitNameError(f"“{number}” is no number: it is one word that begins otherwise.")
    if len(number) > _MOST_CHARACTERS:
        raise UnfitNameError(f"A number has at most {_MOST_CHARACTERS} characters.")
    if is_taken(number):
        raise NumberTakenError(f"The number {number} is taken.")
    return number


def free_uid(unit: Unit, place: Records, uid: str) -> str:
    """By what a card of this UID is kept: itself, or with a number behind it."""
    if records.find_uid(unit, place, uid) is None:
        return uid
    return f"{uid}\n{place.seq + 1}"


def mark_twins(unit: WriteUnit, place: Records, row: ContactRow, uid: str) -> ContactRow:
    """Let a new contact whose card says *uid*, and those that say it too, know of each other."""
    first = find_uid(unit, place, uid)
    if first is None or first.id == row.id:
        return row
    contacts.be_twins(unit, [first.id, *contacts.twins(unit, first), row.id])
    return contacts.find(unit, row.id) or row


def part_twins(work: GroupwareWork, place: Records, row: ContactRow) -> Callable[[], None]:
    """Let those that share a contact's UID do so without it, and be judged again.

    Returns:
        What is to be done when the contact is gone: the eldest is kept by the UID as it is.
    """
    twins = contacts.twins(work.unit, row)
    contacts.be_twins(work.unit, twins)
    for each in twins:
        contacts.judge_again(work.unit, each, records.next_seq(work.unit, place))

    def inherit() -> None:
        for each in filter(None, [contacts.find(work.unit, twin) for twin in twins[:1]]):
            item = records.find_item(work.unit, each.item_id)
            uid = item.uid.partition("\n")[0] if item else ""
            if uid and records.find_uid(work.unit, place, uid) is None:
                records.set_uid(work.unit, each.item_id, uid)

    return inherit


def find_uid(unit: Unit, place: Records, uid: str) -> ContactRow | None:
    """The contact that is kept by just this UID; of several that say it, one is."""
    item = records.find_uid(unit, place, uid)
    return contacts.find_by_item(unit, item.id) if item else None
