"""A stored text as words are looked for in it before it is read.

Most objects of a collection don't hold the word that a query asks for. To see that takes a
hundredth of what reading them takes.
"""

from functools import cached_property

from office.items.collations import Collation, ascii_capitals, latin
from office.items.content_lines import unescape, unfold


class Haystack:
    """A text with its lines unfolded, in the forms of the collations, each made when asked for."""

    def __init__(self, text: str) -> None:
        self._lines = unfold(text)

    def has_name(self, name: str) -> bool:
        """False only if no component, property or parameter is called *name*, in capitals."""
        return name in self._as_written

    def may_hold(self, text: str, collation: Collation, *, is_parameter: bool) -> bool:
        """False only if no value, or no value of a parameter, holds *text*."""
        # These may be written in several ways.
        if "\\" in text or (is_parameter and not {"^", '"', "\n"}.isdisjoint(text)):
            return True
        if collation is not Collation.UNICODE:
            held = self._as_written.replace('"', "") if is_parameter else self._ascii
            return ascii_capitals(text) in held
        if latin(text) not in (self._latin_unquoted if is_parameter else self._latin):
            return False
        return text.isascii() or is_parameter or collation.key(text) in self._unicode

    @cached_property
    def _as_written(self) -> str:
        return ascii_capitals(self._lines)

    @cached_property
    def _ascii(self) -> str:
        is_plain = "\\" not in self._lines
        return self._as_written if is_plain else ascii_capitals(unescape(self._lines))

    @cached_property
    def _latin(self) -> bytes:
        return latin(unescape(self._lines))

    @cached_property
    def _latin_unquoted(self) -> bytes:
        return latin(self._lines.replace('"', ""))

    @cached_property
    def _unicode(self) -> str:
        return Collation.UNICODE.key(unescape(self._lines))
