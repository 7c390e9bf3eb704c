"""Objects looked through for single words before they are read: most of a collection falls out."""

from functools import cached_property

from office.items.content_lines import unfold


class Screen:
    """One object's text; it is looked through only where a filter asks for a word."""

    def __init__(self, text: str) -> None:
        self._text = text

    def may_hold(self, word: str) -> bool:
        """False only if no value holds *word*, in large or small letters.

        Args:
            word: Of letters that are themselves in every collation and never escaped.
        """
        return self._is_escaped or word.lower() in self._folded

    def may_hold_line(self, name: str) -> bool:
        """False only if there is no line of that *name*, perhaps behind a group."""
        return name.lower() in self._folded

    @cached_property
    def unfolded(self) -> str:
        """The text with one line per content line."""
        return unfold(self._text)

    @cached_property
    def _folded(self) -> str:
        return self.unfolded.casefold()

    @cached_property
    def _is_escaped(self) -> bool:
        # A backslash may stand before any letter, in the middle of a word.
        return "\\" in self._text
