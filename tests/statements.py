"""Which statements the database gets, for the tests that let no row cost a statement."""

from collections.abc import Callable
from typing import Any

import pytest

from storage.store import Unit, WriteUnit

DOORS = ((Unit, "rows"), (Unit, "prepared"), (WriteUnit, "execute"), (WriteUnit, "execute_many"))
"""All ways of a statement to the database; each is one statement, however many rows it has."""


def noted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements that go to the database from now on, as they are written in the code."""
    statements: list[str] = []

    def noting(door: Callable[..., Any]) -> Callable[..., Any]:
        def call(unit: Unit, sql: str, *rest: Any) -> Any:
            statements.append(sql)
            return door(unit, sql, *rest)

        return call

    for kind, name in DOORS:
        monkeypatch.setattr(kind, name, noting(getattr(kind, name)))
    return statements


def count(act: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> int:
    """How many statements *act* has the database do."""
    with monkeypatch.context() as patch:
        statements = noted(patch)
        act()
    return len(statements)
