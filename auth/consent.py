"""The consent to receive the office's data: its text in versions, and who gave it when.

Every version is kept, so that it can be shown what somebody consented to. The first comes with
the database.
"""

from collections.abc import Mapping
from types import MappingProxyType

from auth import audit
from auth.audit import COMMAND_LINE, Act, Actor
from auth.errors import ConsentError, InvalidValueError
from storage import consent
from storage.consent import ConsentRow, ConsentTextRow
from storage.store import Unit, WriteUnit

LANGUAGES = ("de", "en")
_MOST_CHARACTERS = 20_000


def current(unit: Unit) -> Mapping[str, ConsentTextRow]:
    """The text in force by language (``de`` and ``en``)."""
    return MappingProxyType(consent.newest(unit))


def set_text(
    unit: WriteUnit, texts: Mapping[str, str], *, now_us: int, by: Actor = COMMAND_LINE
) -> int:
    """Put a new version in force and return its number; who consented before did so to theirs.

    Args:
        unit: The transaction.
        texts: By language, all of :data:`LANGUAGES`.
        now_us: The time, in microseconds.
        by: Who wrote it.

    Raises:
        InvalidValueError: A language is missing, or its text empty or too long.
        ConsentError: Somebody else changed it at the same moment.
    """
    checked = {language: _checked(texts.get(language, "")) for language in LANGUAGES}
    version = max(row.version for row in current(unit).values()) + 1
    for language, text in checked.items():
        if not consent.insert_text(unit, ConsentTextRow(version, language, text, now_us)):
            raise ConsentError
    audit.record(unit, Act.CONSENT_TEXT_SET, by=by, details={"version": version})
    return version


def give(unit: WriteUnit, user_id: int, version: int, language: str, *, now_us: int) -> None:
    """Put down that the user consented to the text in force.

    Raises:
        ConsentError: That version is no longer in force, or never was in that language.
    """
    shown = current(unit).get(language)
    if shown is None or shown.version != version:
        raise ConsentError
    consent.insert(unit, user_id, ConsentRow(version, language, now_us))


def given_by(unit: Unit, user_id: int) -> list[tuple[ConsentRow, ConsentTextRow]]:
    """What the user consented to, oldest first, with the words."""
    return [
        (row, text)
        for row in consent.of_user(unit, user_id)
        if (text := consent.find_text(unit, row.version, row.language)) is not None
    ]


def _checked(text: str) -> str:
    text = text.replace("\r\n", "\n").strip()
    if not 1 <= len(text) <= _MOST_CHARACTERS or "\x00" in text:
        raise InvalidValueError(
            f"The text of the consent needs 1 to {_MOST_CHARACTERS} characters in each language."
        )
    return text
