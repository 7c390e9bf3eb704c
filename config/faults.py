"""What is wrong with the settings, in sentences for the person who wrote them.

* ConfigError   all faults of one reading, one per line
"""

from collections.abc import Collection, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, cast

from pydantic_core import ErrorDetails

SECRETS = frozenset({"database.password", "mail.password"})


class ConfigError(Exception):
    """The settings cannot be used; the text has one line for each fault and is made for people."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


def did_you_mean(word: str, known: Collection[str]) -> str:
    """Return ``; did you mean ...?`` for the nearest of *known*, or nothing."""
    near = get_close_matches(word.lower(), known, n=1, cutoff=0.6)
    return f"; did you mean {near[0]}?" if near else ""


def sentence(error: ErrorDetails) -> str:
    """Say in our words what pydantic found; the value of a secret is not repeated."""
    kind, context = error["type"], cast("Mapping[str, Any]", error.get("ctx", {}))
    if kind == "value_error":
        return str(context["error"])
    given = "" if _name(error) in SECRETS else f", not {error['input']!r}"
    return f"{_RULES.get(kind, error['msg']).format(**context)}{given}"


def _name(error: ErrorDetails) -> str:
    return ".".join(str(part) for part in error["loc"])


_RULES = {
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "int_parsing_size": "is far out of range",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "finite_number": "must be a finite number",
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "string_type": "must be text in quotes",
    "string_too_long": "must have at most {max_length} characters",
    "path_type": "must be a path in quotes",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be {ge} or more",
    "less_than_equal": "must be {le} or less",
    "literal_error": "must be {expected}",
    "model_type": "must be a table, written [name]",
}
