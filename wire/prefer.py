"""The ``Prefer`` header (RFC 7240 section 2): what a client would like, and may do without."""

import re
from collections.abc import Mapping
from types import MappingProxyType

_NAME = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_WORD = rf'(?:{_NAME}|"(?:[^"\\]|\\.)*")'
_PREFERENCE = re.compile(
    rf"[ \t]*(?P<name>{_NAME})[ \t]*(?:=[ \t]*(?P<value>{_WORD})?)?[ \t]*"
    rf"(?:;[ \t]*(?:{_NAME}[ \t]*(?:=[ \t]*{_WORD}?)?)?[ \t]*)*"
)
_MAX_LENGTH = 2_000  # longer ones say nothing that anybody knows


def parse_prefer(text: str) -> Mapping[str, str]:
    """Read the header: names in lower case, values without quotes ('' where there is none).

    The first of a name counts. What can't be read, and all after it, is as if it were not sent:
    nothing may fail for a preference.
    """
    found: dict[str, str] = {}
    at = 0
    text = text[:_MAX_LENGTH]
    while preference := _PREFERENCE.match(text, at):
        value = preference["value"] or ""
        if value.startswith('"'):
            value = re.sub(r"\\(.)", r"\1", value[1:-1])
        found.setdefault(preference["name"].lower(), value)
        at = preference.end()
        if text[at : at + 1] != ",":
            break
        at += 1
    return MappingProxyType(found)
