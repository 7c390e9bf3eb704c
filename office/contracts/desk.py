"""The office's contracts: made, changed, cancelled, ended and removed by the office.

Who may is told by the customer, as with contacts: see ``office.contacts.rights``.
"""

from dataclasses import dataclass
from datetime import date
from typing import TypedDict, Unpack

from auth.errors import InvalidValueError
from auth.identity import Identity
from auth.rights import FunctionRight
from office.contacts import keeping, numbers
from office.contacts.kinds import COVERED, Kind
from office.contacts.rights import demand, demand_eyes
from office.contracts import following
from office.contracts.alarms import current, terms_of
from office.contracts.terms import EARLIEST, LATEST, MOST_MONTHS, MOST_NOTICE_MONTHS, Terms
from office.days import day_of
from office.errors import NotFoundError
from office.work import GroupwareWork
from storage import contacts, contracts, records
from storage.contacts import ContactRow
from storage.contracts import ContractRow, ListedContract
from storage.store import Unit

LONGEST_PRODUCT = 200


class Changes(TypedDict, total=False):
    """What may be said of a contract later; what is not named stays as it is."""

    product: str
    starts_on: date
    period_months: int
    renews: bool
    notice_months: int


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract, with the end of its period as it is today, and its customer."""

    listed: ListedContract
    customer: ContactRow

    @property
    def row(self) -> ContractRow:
        """The contract alone."""
        return self.listed.row


def get(unit: Unit, who: Identity, number: str, *, now_us: int) -> Contract:
    """The contract with this number.

    Raises:
        NotFoundError: There is none, or *who* may not see its customer.
    """
    return _seen(unit, who, contracts.find_by_number(unit, number), number, now_us)


def _seen(
    unit: Unit, who: Identity, found: ListedContract | None, number: str, now_us: int
) -> Contract:
    customer = contacts.find(unit, found.row.contact_id) if found else None
    if found is None or customer is None or not keeping.sees(unit, who, customer):
        raise NotFoundError(f"There is no contract {number}.")
    return Contract(found._replace(row=current(found.row, day_of(now_us))), customer)


def add(
    work: GroupwareWork, customer: str, product: str, terms: Terms, *, number: str = ""
) -> Contract:
    """Make a contract of a customer or prospect.

    Args:
        work: The change.
        customer: The contact's number.
        product: What the contract is about.
        terms: What was agreed, and what became of it.
        number: Of the contract; empty: the next one.

    Raises:
        ForbiddenError: *work.who* sees no customers.
        NotFoundError: There is no such contact, or it is no customer.
        NumberTakenError, UnfitNameError: The number can't be given.
        InvalidValueError: A date or a length is none that a contract has.
    """
    demand_eyes(work.who)
    place = records.hold(work.unit)
    contact = keeping.get(work.unit, work.who, customer).row
    if Kind(contact.kind) not in COVERED:
        raise NotFoundError(f"Contact {customer} is neither a customer nor a prospect.")
    today = day_of(work.now_us)
    new = ContractRow(
        id=0,
        number=numbers.chosen_for_contract(work.unit, number),
        contact_id=contact.id,
        item_id=None,
        product=_checked_product(product),
        **_checked(terms, today)._asdict(),
        ends_on=None,
        goes_on=False,
        seq=0,
        edited_us=work.now_us,
        created_us=work.now_us,
    )
    made = contracts.insert(work.unit, new)
    following.keep(work.unit, place, _listed(work.unit, made), now_us=work.now_us)
    return get(work.unit, work.who, made.number, now_us=work.now_us)


def change(work: GroupwareWork, contract: Contract, **changes: Unpack[Changes]) -> Contract:
    """Say something else of a contract.

    Raises:
        NotFoundError: It is not for *work.who* to see.
        InvalidValueError: A date or a length is none that a contract has.
    """
    return _changed(work, contract, **changes)


def cancel(work: GroupwareWork, contract: Contract, on: date | None) -> Contract:
    """Say when a contract was cancelled; None: it is not. Raises as :func:`change`."""
    return _changed(work, contract, cancelled_on=on)


def end(work: GroupwareWork, contract: Contract, on: date | None) -> Contract:
    """Say when a contract ends, whatever was agreed; None: it does as agreed.

    Raises as :func:`change`.
    """
    return _changed(work, contract, ended_on=on)


def remove(work: GroupwareWork, contract: Contract) -> None:
    """Take a contract out of the office for good; for whoever assigns partner contacts.

    Raises:
        NotFoundError: It is not for *work.who* to see.
        ForbiddenError: The right is missing.
    """
    demand(work.who, FunctionRight.ASSIGN_PARTNER_CONTACT)
    records.hold(work.unit)
    row = _held(work, contract).row
    following.remove_event(work.unit, row, now_us=work.now_us)
    contracts.delete(work.unit, row.id)


def _changed(work: GroupwareWork, contract: Contract, **values: object) -> Contract:
    place = records.hold(work.unit)
    held = _held(work, contract)
    row = held.row._replace(**values)  # type: ignore[arg-type] # named by the callers' types
    terms = _checked(terms_of(row), day_of(work.now_us))
    row = row._replace(product=_checked_product(row.product), **terms._asdict())
    if row != held.row:
        row = row._replace(edited_us=work.now_us)
        following.keep(work.unit, place, held.listed._replace(row=row), now_us=work.now_us)
    return get(work.unit, work.who, row.number, now_us=work.now_us)


def _held(work: GroupwareWork, contract: Contract) -> Contract:
    """The contract as it stands now that the records are held."""
    found = contracts.find(work.unit, contract.row.id)
    return _seen(work.unit, work.who, found, contract.row.number, work.now_us)


def _listed(unit: Unit, row: ContractRow) -> ListedContract:
    found = contracts.find(unit, row.id)
    if found is None:
        raise LookupError(f"the contract {row.id} was not kept")
    return found


def _checked_product(product: str) -> str:
    product = " ".join(product.split())
    if not product or len(product) > LONGEST_PRODUCT or not product.isprintable():
        raise InvalidValueError(
            f"A contract is about something: a line of at most {LONGEST_PRODUCT} characters."
        )
    return product


def _checked(terms: Terms, today: date) -> Terms:
    days = (terms.starts_on, terms.cancelled_on, terms.ended_on)
    if not all(EARLIEST <= each <= LATEST for each in days if each is not None):
        raise InvalidValueError(f"Days of a contract lie between {EARLIEST} and {LATEST}.")
    if not 0 <= terms.period_months <= MOST_MONTHS:
        raise InvalidValueError(f"A period has at most {MOST_MONTHS} months; 0: there is none.")
    if not 0 <= terms.notice_months <= MOST_NOTICE_MONTHS:
        raise InvalidValueError(f"The notice is at most {MOST_NOTICE_MONTHS} months.")
    if terms.cancelled_on is not None and terms.cancelled_on > today:
        raise InvalidValueError("A contract was cancelled today or before.")
    if terms.ended_on is not None and terms.ended_on < terms.starts_on:
        raise InvalidValueError("A contract ends on its first day or later.")
    return terms
