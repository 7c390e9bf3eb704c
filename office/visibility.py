"""Which customers somebody sees (U7): the rule, told of values alone.

Companies and brokers are seen by all; whoever asks for a customer or prospect asks also about
what hangs on one: contracts, birthdays, offers, tracking, the contact's folder.
``storage.sight`` says the same in SQL.
"""

from collections.abc import Collection
from dataclasses import dataclass

from auth.visibility import Visibility
from office.contacts.kinds import COVERED, Kind


@dataclass(frozen=True, slots=True)
class CustomerTies:
    """What ties a customer to people of the office.

    Attributes:
        partner_contact: The user who looks after the customer, if one does.
        released_to: The users to whom the customer's broker is released.
    """

    partner_contact: int | None = None
    released_to: Collection[int] = ()


def sees_customer(visibility: Visibility, user_id: int, ties: CustomerTies) -> bool:
    """Whether the user sees the customer: All all, None none, even if assigned."""
    if visibility is Visibility.OWN:
        return user_id == ties.partner_contact or user_id in ties.released_to
    return visibility is Visibility.ALL


def sees_contact(visibility: Visibility, user_id: int, kind: Kind, ties: CustomerTies) -> bool:
    """Whether the user sees a contact of this *kind*; *ties* are those of a customer."""
    return kind not in COVERED or sees_customer(visibility, user_id, ties)
