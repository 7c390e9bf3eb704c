"""Telling a database that is out of reach from a bug: one is worth a retry, the other is not."""

import sqlite3
import sys

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

_KINDS = (OperationalError, InterfaceError, PoolTimeoutError, sqlite3.OperationalError)


def is_unavailable(error: BaseException) -> bool:
    """Say whether *error* means that the database did not answer: down, locked, out of room.

    Statements go to the drivers directly, connections are SQLAlchemy's: either may say it.
    """
    if isinstance(error, _KINDS):
        return True
    psycopg = sys.modules.get("psycopg")
    return psycopg is not None and isinstance(error, psycopg.OperationalError)
