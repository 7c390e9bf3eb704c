"""Letters to those who take part and have no account here (RFC 6047): what stands in them."""

import json
from dataclasses import dataclass
from types import MappingProxyType

KIND = "meeting"
"""Of such letters in the outbox."""

_TEXTS = MappingProxyType(
    {
        ("REQUEST", "de"): (
            "Einladung: {summary}",
            """\
{name} lädt Sie ein: {summary}

Wann: {start}
Wo: {place}

Der Termin liegt dieser Nachricht bei. Ihre Antwort geht an {email}.
""",
        ),
        ("REQUEST", "en"): (
            "Invitation: {summary}",
            """\
{name} invites you: {summary}

When: {start}
Where: {place}

The appointment comes with this message. Your answer goes to {email}.
""",
        ),
        ("CANCEL", "de"): (
            "Abgesagt: {summary}",
            "{name} hat abgesagt: {summary}\n\nWann: {start}\nWo: {place}\n",
        ),
        ("CANCEL", "en"): (
            "Cancelled: {summary}",
            "{name} has cancelled: {summary}\n\nWhen: {start}\nWhere: {place}\n",
        ),
        ("REPLY", "de"): ("Antwort: {summary}", "{name} antwortet: {summary} ({start})\n"),
        ("REPLY", "en"): ("Answer: {summary}", "{name} answers: {summary} ({start})\n"),
    }
)


@dataclass(frozen=True, slots=True)
class Written:
    """A letter about a meeting; see ``office.letters.Letter``."""

    subject: str
    text: str
    reply_to: str
    calendar: str
    method: str


def body_of(words: dict[str, str], *, method: str, calendar: str) -> str:
    """What the outbox keeps of a letter.

    Args:
        words: ``summary``, ``start``, ``place`` of the meeting as a person reads them; ``name``
            and ``email`` of who sends it.
        method: Of the message, as ``REQUEST``.
        calendar: The message.
    """
    return json.dumps({**words, "method": method, "calendar": calendar})


def write(body: str, language: str) -> Written:
    """The letter that :func:`body_of` kept, in the office's language."""
    words: dict[str, str] = json.loads(body)
    subject, text = _TEXTS[words["method"], language]
    # What people typed may hold braces; only our own text is a template.
    shown = {key: value or "-" for key, value in words.items()}
    return Written(
        subject.format_map(shown),
        text.format_map(shown),
        words["email"],
        words["calendar"],
        words["method"],
    )


def shown_time(value: str) -> str:
    """A date or time of iCalendar as a person reads it, in the zone it was written in."""
    day, _, time = value.partition("T")
    if len(day) != len("20260101"):
        return value
    shown = f"{day[:4]}-{day[4:6]}-{day[6:]}"
    if not time:
        return shown
    return f"{shown} {time[:2]}:{time[2:4]}{' UTC' if time.endswith('Z') else ''}"
