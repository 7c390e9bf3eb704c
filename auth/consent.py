"""The consent to receive the office's data: its text in versions, and who gave it when.

Every version is kept, so that it can be shown what somebody consented to. The first comes with
the database.
"""

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from auth import audit
from auth.audit import COMMAND_LINE, Act, Actor, Subject
from auth.errors import ConsentError, InvalidValueError
from storage import audit as audit_rows
from storage import consent, instance, people
from storage.consent import AgreementRow, ConsentRow, ConsentTextRow
from storage.store import Unit, WriteUnit

LANGUAGES = ("de", "en")
MOST_CHARACTERS = 20_000


class Version(NamedTuple):
    """A version of the text: since when it holds (microseconds), and who wrote it.

    The first one came with the database: 0, and nobody. An empty name: the command line.
    """

    number: int
    created_us: int
    writer: str | None


def current(unit: Unit) -> Mapping[str, ConsentTextRow]:
    """The text in force by language (``de`` and ``en``)."""
    return MappingProxyType(consent.newest(unit))


def set_text(
    unit: WriteUnit,
    texts: Mapping[str, str],
    *,
    now_us: int,
    by: Actor = COMMAND_LINE,
    was: int | None = None,
    asks_again: bool = False,
) -> int:
    """Put a new version in force and return its number; who consented before did so to theirs.

    Args:
        unit: The transaction.
        texts: By language, all of :data:`LANGUAGES`.
        now_us: The time, in microseconds.
        by: Who wrote it.
        was: The version that they wrote it from; None: whichever is in force.
        asks_again: Whether people who consented to an older one are asked before they see the
            next page.

    Raises:
        InvalidValueError: A language is missing, or its text empty or too long.
        ConsentError: Somebody else changed it meanwhile.
    """
    checked = {language: checked_text(texts.get(language, "")) for language in LANGUAGES}
    before = max(row.version for row in current(unit).values())
    if was not in (None, before):
        raise ConsentError
    version = before + 1
    for language, text in checked.items():
        if not consent.insert_text(unit, ConsentTextRow(version, language, text, now_us)):
            raise ConsentError
    if asks_again:
        instance.put(unit, consent.DEMANDED, str(version))
    details = {"version": version, "asks_again": int(asks_again)}
    audit.record(unit, Act.CONSENT_TEXT_SET, by=by, details=details)
    return version


def versions(unit: Unit) -> list[Version]:
    """All versions, the newest first, with who wrote them as the audit log has it."""
    writers = {
        json.loads(each.row.details)["version"]: each.by_user_name or ""
        for each in audit_rows.of_act(unit, Act.CONSENT_TEXT_SET)
    }
    return [
        Version(each.version, each.created_us, writers.get(each.version))
        for each in consent.versions(unit)
    ]


def texts_of(unit: Unit, version: int) -> Mapping[str, str]:
    """A version by language, also an old one; empty if there is none."""
    found = ((each, consent.find_text(unit, version, each)) for each in LANGUAGES)
    return MappingProxyType({language: row.text for language, row in found if row is not None})


def agreements(unit: Unit) -> list[AgreementRow]:
    """Who consented to which version; who never did stands there once."""
    return consent.agreements(unit)


def give_again(unit: WriteUnit, user_id: int, version: int, language: str, *, now_us: int) -> None:
    """Put down that a user who is in consented to the newer text; on record.

    Raises:
        ConsentError: As :func:`give`.
    """
    people.hold(unit, user_id)
    give(unit, user_id, version, language, now_us=now_us)
    details = {"version": version}
    audit.record(unit, Act.CONSENT_GIVEN, by=Actor(user_id), on=Subject(user_id), details=details)


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


def checked_text(text: str) -> str:
    """A text as it is kept: lines end alike, and nothing stands around it.

    Raises:
        InvalidValueError: It is empty or too long.
    """
    text = text.replace("\r\n", "\n").strip()
    if not 1 <= len(text) <= MOST_CHARACTERS or "\x00" in text:
        raise InvalidValueError(
            f"The text of the consent needs 1 to {MOST_CHARACTERS} characters in each language."
        )
    return text
