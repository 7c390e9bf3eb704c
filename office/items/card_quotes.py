"""Values of vCards with bytes written as ``=C3=BC``, as vCard 2.1 has them (RFC 2045 section 6.7).

vCard 3.0 and 4.0 know no such encoding, but programs that once wrote 2.1 go on with it.
"""

import re

from office.items.card_lines import CardLine, escaped
from office.items.content_lines import clean

_ENCODING = "quoted-printable"
_DEFAULT_CHARSET = "utf-8"
# Only these are looked up: a name that is sent must not choose any codec that Python has.
_CHARSETS = frozenset(
    {
        _DEFAULT_CHARSET,
        "us-ascii",
        "iso-8859-1",
        "iso-8859-2",
        "iso-8859-15",
        "windows-1250",
        "windows-1251",
        "windows-1252",
        "koi8-r",
        "shift_jis",
        "euc-jp",
        "gb2312",
        "gbk",
        "big5",
    }
)
_NO_TEXT = frozenset(
    {"URL", "UID", "PHOTO", "LOGO", "SOUND", "KEY", "IMPP", "SOURCE", "FBURL", "CALURI"}
)
"""Properties whose values have no escapes."""
_STRUCTURE = re.compile(r"(\\.|[;,])", re.DOTALL)
_QUOTED = re.compile(rb"=(?:([0-9A-Fa-f]{2})|(?==|\Z))")


def decoded(line: CardLine) -> CardLine:
    """A line of vCard 3.0 without CHARSET, its value as text; what can't be decoded is left.

    What stands plainly in the value keeps its meaning: semicolons and commas part it, escapes
    are escapes. What was encoded is content, and is escaped.
    """
    if line.first("ENCODING") != _ENCODING and _ENCODING not in line.types:
        return line.without("CHARSET")
    charset = line.first("CHARSET") or _DEFAULT_CHARSET
    if charset not in _CHARSETS:
        return line
    try:
        value = _value(line, charset)
    except UnicodeError:
        return line
    return line.without("CHARSET", "ENCODING").without_types({_ENCODING})._replace(value=value)


def _value(line: CardLine, charset: str) -> str:
    if line.name in _NO_TEXT:
        return _text(line.value, charset).replace("\n", "")
    pieces = _STRUCTURE.split(line.value)
    # Every other one is what parts them.
    pieces[::2] = [escaped(_text(each, charset)) for each in pieces[::2]]
    return "".join(pieces)


def _text(value: str, charset: str) -> str:
    """The text that a part of a value means, with line feeds alone.

    An equals sign at its end or before another was the end of a line, which is gone.
    """
    data = _QUOTED.sub(
        lambda found: bytes.fromhex((found[1] or b"").decode()), value.encode(charset)
    )
    return clean(data.decode(charset).encode()).decode().replace("\r\n", "\n")
