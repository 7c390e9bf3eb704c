"""Words that an object has to hold, as the database looks for them.

It lets through all that holds them and some that does not: who asks looks at what is left. What
need not come out of the database at all is what makes a search quick.
"""

from typing import Any, NamedTuple

from storage.store import Unit

FIELDS = ("fn", "n", "org", "email", "tel", "categories", "bday")
"""The columns of a contact's fields, folded."""
LONGEST_FIELD, LONGEST_SUMMARY = 3_900, 990
"""Characters; a column that is longer may have been cut."""

_SEVERAL_COMPONENTS = '"o":['  # what stands in the recurrence of such an object


class Word(NamedTuple):
    """A text that has to stand in a column.

    Attributes:
        column: One of FIELDS, ``summary``, ``uid`` or ``text``, which is looked through without
            its line folds and backslashes.
        text: As it stands in a field; for other columns A to Z in small letters.
        is_any_script: Letters outside of ASCII may stand for it too; what has some passes.
    """

    column: str
    text: str
    is_any_script: bool = False


class Words(NamedTuple):
    """Several of them: all have to be there, or with *is_any* one."""

    parts: tuple["Condition", ...]
    is_any: bool = False


Condition = Word | Words


def sql_of(unit: Unit, condition: Condition | None) -> tuple[str, dict[str, Any]]:
    """*condition* for a WHERE, with its ``AND``, and its parameters; None: there is none."""
    if condition is None:
        return "", {}
    parameters: dict[str, Any] = {}
    return f" AND {_sql(unit, condition, parameters)}", parameters


def _sql(unit: Unit, condition: Condition, parameters: dict[str, Any]) -> str:
    if isinstance(condition, Words):
        joiner = " OR " if condition.is_any else " AND "
        return f"({joiner.join(_sql(unit, each, parameters) for each in condition.parts)})"
    name = f"word_{len(parameters)}"
    parameters[name] = condition.text
    column, find = condition.column, "instr" if unit.is_sqlite else "strpos"
    ways = [f"{find}({_looked_through(unit, column)}, :{name}) > 0"]
    if column in FIELDS:
        ways.append(f"length({column}) >= {LONGEST_FIELD}")
    if column == "summary":
        ways.append(f"length(summary) >= {LONGEST_SUMMARY}")
        ways.append(f"{find}(recurrence, :several) > 0")
        parameters["several"] = _SEVERAL_COMPONENTS
    if column == "uid":
        ways.append(f"{find}(uid, '\\') > 0")
    if condition.is_any_script:
        ways.append(f"length({column}) <> {_octets(unit, column)}")
    return f"({' OR '.join(ways)})"


def _looked_through(unit: Unit, column: str) -> str:
    if column in FIELDS:
        return column
    if column == "text":
        char = "char" if unit.is_sqlite else "chr"
        line_feed = f"{char}(10)"
        column = f"replace(text, {char}(13), '')"
        for sign in (f"{line_feed} || ' '", f"{line_feed} || {char}(9)", "'\\'"):
            column = f"replace({column}, {sign}, '')"
    # Only A to Z change: by SQLite's own rule, by the locale C on PostgreSQL.
    return f"lower({column})" if unit.is_sqlite else f'lower({column} COLLATE "C")'


def _octets(unit: Unit, column: str) -> str:
    if column == "text":
        return "size"
    return f"length(CAST({column} AS BLOB))" if unit.is_sqlite else f"octet_length({column})"
