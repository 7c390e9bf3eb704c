"""A store whose transactions can be given up at their end: each request meets the same office."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from storage.store import Store, WriteUnit


class GivenUp(Exception):  # noqa: N818 - it is no error
    """Ends a transaction without keeping it."""


class ForgetfulStore(Store):
    """A store that keeps nothing once ``is_forgetful`` is set."""

    is_forgetful = False

    @contextmanager
    def write(self) -> Iterator[WriteUnit]:
        """Run the block, and undo it when it is through."""
        if not self.is_forgetful:
            with super().write() as unit:
                yield unit
            return
        with suppress(GivenUp), super().write() as unit:
            yield unit
            raise GivenUp
