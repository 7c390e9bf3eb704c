"""Whether somebody may still go on with what their request began: blocks hold at once (U5)."""

import time
from collections.abc import Iterable, Iterator, Sequence

from auth.errors import AuthError
from auth.identity import Identity, renew
from office import access
from office.access import Act
from office.errors import OfficeError
from storage.store import Store
from storage.tree import NodeRow
from wire.streams import AnswerEndedError

RECHECK_SECONDS = 1.0
"""Rights that shrank on another machine are noticed within this time."""


class Standing:
    """A running transfer's right to go on; cheap to ask before every block of bytes.

    *since* is the revision of the rights from before *who* was read: what shrank after that
    is found at the first question.
    """

    def __init__(
        self, store: Store, who: Identity, act: Act, chain: Sequence[NodeRow], *, since: bytes
    ) -> None:
        self._store = store
        self._who = who
        self._act = act
        self._chain = chain
        self._revision = since
        self._asked = time.monotonic()

    def demand(self) -> None:
        """Go on, or not.

        Raises:
            auth.errors.CredentialsError: The device was retired or the user blocked.
            office.errors.OfficeError: The right to this document is gone.
        """
        revision = self._store.rights_revision()
        now = time.monotonic()
        if revision == self._revision and now - self._asked < RECHECK_SECONDS:
            return
        with self._store.read() as unit:
            access.demand(renew(unit, self._who), self._act, self._chain)
        # What was read before the question was asked is the older one: ask again next time.
        self._revision, self._asked = revision, now


class GuardedBlocks:
    """Blocks of bytes that stop when the right to them ends.

    The first one goes out with the request's own check; a later one that may not raises
    AnswerEndedError.
    """

    def __init__(self, blocks: Iterable[bytes], standing: Standing) -> None:
        self._blocks = blocks
        self._standing = standing

    def __iter__(self) -> Iterator[bytes]:
        for number, block in enumerate(self._blocks):
            if number:
                self._demand()
            yield block

    def _demand(self) -> None:
        try:
            self._standing.demand()
        except (AuthError, OfficeError) as error:
            # For the log: what a caller would be told says less than this.
            raise AnswerEndedError("the right to it ended") from error

    def close(self) -> None:
        """Close what gives the blocks."""
        close = getattr(self._blocks, "close", None)
        if close is not None:
            close()
