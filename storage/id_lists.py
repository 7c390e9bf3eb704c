"""Any number of ids as one parameter, so that a statement's text is always the same."""

import json
from collections.abc import Collection

from storage.store import Unit


def id_list(unit: Unit, ids: Collection[int]) -> str | list[int]:
    """The parameter."""
    return json.dumps(list(ids)) if unit.is_sqlite else list(ids)


def is_among(unit: Unit, name: str) -> str:
    """SQL behind a column: it is one of the ids in the parameter *name*."""
    if unit.is_sqlite:
        return f"IN (SELECT value FROM json_each(:{name}))"
    return f"= ANY(CAST(:{name} AS bigint[]))"


def is_not_among(unit: Unit, name: str) -> str:
    """SQL behind a column: it is none of the ids in the parameter *name*."""
    if unit.is_sqlite:
        return f"NOT IN (SELECT value FROM json_each(:{name}))"
    return f"<> ALL(CAST(:{name} AS bigint[]))"
