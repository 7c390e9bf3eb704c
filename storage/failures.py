"""Telling a database that is out of reach from a bug: one is worth a retry, the other is not."""

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError


def is_unavailable(error: BaseException) -> bool:
    """Say whether *error* means that the database did not answer: down, locked, out of room."""
    return isinstance(error, (OperationalError, InterfaceError, PoolTimeoutError))
