"""What every change needs to know: the transaction, who, when, and for documents which locks."""

from collections.abc import Sequence
from dataclasses import dataclass

from auth.identity import Identity
from office import access, locks
from office.access import Act
from office.layout import Layout
from storage.store import WriteUnit
from storage.tree import NodeRow


@dataclass(frozen=True, slots=True)
class Work:
    """One person's change in one transaction.

    Attributes:
        unit: The transaction.
        who: The person and device.
        layout: The office's fixed names and roots.
        now_us: The time, in microseconds; one for the whole change.
        tokens: The lock tokens that the request submitted.
    """

    unit: WriteUnit
    who: Identity
    layout: Layout
    now_us: int
    tokens: frozenset[str] = frozenset()

    def demand(self, act: Act, chain: Sequence[NodeRow], *, is_deep: bool = False) -> None:
        """Ask for the right and for the locks to do *act* on the last node of *chain*.

        Raises:
            NotFoundError, ForbiddenError, FixedError: The right is missing.
            LockedError: A lock stands in the way.
        """
        access.demand(self.who, act, chain)
        locks.guard(self.unit, self.who, chain, self.tokens, is_deep=is_deep, now_us=self.now_us)


@dataclass(frozen=True, slots=True)
class GroupwareWork:
    """One person's change of calendars and address books in one transaction.

    Attributes:
        unit: The transaction.
        who: The person and device.
        now_us: The time, in microseconds; one for the whole change.
    """

    unit: WriteUnit
    who: Identity
    now_us: int
