"""The letters that deedbox writes: invitations, links for a new password, meetings, contracts.

A letter is written when it is about to leave: its token is new, so none lies in the outbox, and
whoever was blocked in the meantime gets none.
"""

from dataclasses import dataclass
from types import MappingProxyType

from auth import invitations
from auth.tokens import Purpose
from office import layout, opening
from office.contracts import letters as contract_letters
from office.meetings import letters as meeting_letters
from storage import people, preferences
from storage.outbox import LetterRow
from storage.store import WriteUnit

PATHS = MappingProxyType({Purpose.INVITATION: "/invite/", Purpose.RESET: "/reset/"})
"""Where the pages behind the links are."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter ready to leave.

    Attributes:
        to: The recipient's address.
        subject: One line.
        sender_name: Who writes, beside the settings' address; may be empty.
        text: For a person.
        reply_to: Who is to have the answer, if that is not the office.
        calendar: A scheduling message (RFC 6047) that goes along; may be empty.
        method: What it is, as ``REQUEST``.
    """

    to: str
    subject: str
    text: str
    sender_name: str = ""
    reply_to: str = ""
    calendar: str = ""
    method: str = ""


_TEXTS = MappingProxyType(
    {
        (Purpose.INVITATION, "de"): (
            "Einladung: {office}",
            """\
Guten Tag,

{office} lädt Sie ein, auf Dokumente, Adressen und Termine des Büros zuzugreifen.
Ihr Benutzername ist {name}. Hinter diesem Link stimmen Sie zu und wählen ein Passwort:

{link}

Der Link gilt 14 Tage und nur einmal. Wenn Sie die Einladung nicht erwartet haben,
löschen Sie diese Nachricht.
""",
        ),
        (Purpose.INVITATION, "en"): (
            "Invitation: {office}",
            """\
Hello,

{office} invites you to its documents, contacts and appointments.
Your user name is {name}. Behind this link you agree and choose a password:

{link}

It works for 14 days, and once. If you did not expect this invitation,
delete this message.
""",
        ),
        (Purpose.RESET, "de"): (
            "Neues Passwort: {office}",
            """\
Guten Tag,

hinter diesem Link wählen Sie ein neues Passwort für den Benutzer {name}:

{link}

Der Link gilt zwei Stunden und nur einmal. Die Passwörter Ihrer Geräte bleiben, wie sie
sind. Wenn Sie kein neues Passwort wollten, löschen Sie diese Nachricht; Ihr bisheriges
gilt weiter.
""",
        ),
        (Purpose.RESET, "en"): (
            "New password: {office}",
            """\
Hello,

behind this link you choose a new password for the user {name}:

{link}

It works for two hours, and once. The passwords of your devices stay as they are. If you
did not want a new password, delete this message; the one you have still holds.
""",
        ),
    }
)


def write(unit: WriteUnit, row: LetterRow, *, origin: str, now_us: int) -> Letter | None:
    """Write the letter that *row* speaks of; None if there is nobody (any more) to get it.

    Args:
        unit: The transaction; the token is made in it.
        row: A letter of the outbox.
        origin: Scheme, host and port of the links.
        now_us: The time, in microseconds.
    """
    if row.kind == meeting_letters.KIND:
        return _about_meeting(unit, row)
    if row.kind == contract_letters.KIND:
        return _about_contracts(unit, row)
    purpose = Purpose(row.kind)
    user_id = row.user_id
    if user_id is None:
        person = people.find_by_login(unit, row.claimed)
        if person is None:
            return None
        user_id = person.id
    issued = invitations.issue(unit, user_id, purpose, now_us=now_us)
    if issued is None:
        return None
    subject, text = _TEXTS[purpose, layout.language(unit)]
    words = {
        "office": opening.office_name(unit) or "deedbox",
        "name": issued.person.name,
        "link": link(origin, purpose, issued.token),
    }
    # The office's name may hold braces; only our own text is a template.
    return Letter(
        issued.person.email,
        subject.format_map(words),
        text.format_map(words),
        sender_name=opening.office_name(unit),
    )


def _about_meeting(unit: WriteUnit, row: LetterRow) -> Letter:
    written = meeting_letters.write(row.body, layout.language(unit))
    return Letter(
        row.claimed,
        written.subject,
        written.text,
        sender_name=opening.office_name(unit),
        reply_to=written.reply_to,
        calendar=written.calendar,
        method=written.method,
    )


def _about_contracts(unit: WriteUnit, row: LetterRow) -> Letter | None:
    person = people.find_by_id(unit, row.user_id or 0)
    if person is None or not people.is_active(unit, person.id):
        return None
    language = preferences.language(unit, person.id) or layout.language(unit)
    written = contract_letters.write(unit, row.body, user_id=person.id, language=language)
    if written is None:
        return None
    name = opening.office_name(unit)
    return Letter(person.email, written.subject, written.text, sender_name=name)


def link(origin: str, purpose: Purpose, token: str) -> str:
    """The address of the page that a token opens."""
    return f"{origin}{PATHS[purpose]}{token}"
