"""Collations: how a query's text and a value are compared (RFC 4790 section 9, RFC 5051)."""

import re
import unicodedata
from enum import Enum

_NOT_ASCII = re.compile(r"[^\x00-\x7f]")


class Collation(Enum):
    """A collation by its registered name."""

    OCTET = "i;octet"
    ASCII = "i;ascii-casemap"
    UNICODE = "i;unicode-casemap"

    def key(self, text: str) -> str:
        """*text* in the form in which it is compared.

        Character by character: a part's key is the same part of the whole's key, but for
        i;unicode-casemap the other way round not, whose keys can end between a letter and its
        accent.
        """
        if self is Collation.OCTET:
            return text
        capitals = ascii_capitals(text)
        if self is Collation.ASCII or capitals.isascii():
            return capitals
        return _NOT_ASCII.sub(_mapped, capitals)


def ascii_capitals(text: str) -> str:
    """*text* with the letters A to Z in capitals, all others as they are."""
    return text.upper() if text.isascii() else text.encode().upper().decode()


def fold(text: str) -> str:
    """*text* with nothing left of what collations look over, and of accents.

    Whatever text any collation finds in another, folded it is in the other folded: so it tells
    what can't match. To fold twice changes nothing.
    """
    if text.isascii():
        return text.upper()
    bare = unicodedata.normalize("NFKD", text).casefold()
    mapped = unicodedata.normalize("NFKD", Collation.UNICODE.key(bare))
    return "".join([each for each in mapped if not unicodedata.combining(each)])


def latin(text: str) -> bytes:
    """What letters and signs of ASCII *text* has or is made of, in capitals; it is quick.

    Whatever text any collation finds in another, its ASCII is in the other's ASCII.
    """
    if text.isascii():
        return text.upper().encode()
    return unicodedata.normalize("NFKD", text).upper().encode("ascii", "ignore")


class _Mapping(dict[str, str]):
    """What RFC 5051 section 2 makes of a character: its title case, decomposed to the end.

    By UnicodeData.txt, in which Hangul syllables have no decomposition.
    """

    def __missing__(self, character: str) -> str:
        # Only mappings of one character to one are a titlecase property of UnicodeData.txt;
        # “ß” to “Ss” and its like are in another table, which the RFC does not name.
        title = character.title()
        single = title if len(title) == 1 else character
        is_hangul = "\uac00" <= character <= "\ud7a3"
        mapped = self[character] = (
            character if is_hangul else unicodedata.normalize("NFKD", single)
        )
        return mapped


_MAPPING = _Mapping()


def _mapped(found: re.Match[str]) -> str:
    return _MAPPING[found[0]]
