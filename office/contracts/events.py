"""The event of a contract's end, made once for the office (C10).

It is all-day, takes nobody's time, and reminds so many days before as a calendar of alarms may
begin to show it: whoever has it from 60 days before is reminded 60 and 30 days before.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType

from office.contracts.alarms import terms_of
from office.contracts.terms import Terms
from office.items.card_lines import escaped
from office.items.content_lines import fold_line
from office.sync_settings import ALARM_DAYS
from storage.contracts import ListedContract

_WORDS = MappingProxyType(
    {
        "de": MappingProxyType(
            {
                "goes on": "Vertragsperiode endet",
                "runs out": "Vertrag läuft aus",
                "cancelled": "Gekündigter Vertrag endet",
                "ended": "Vertrag beendet",
                "contract": "Vertrag",
                "customer": "Kunde",
                "start": "Beginn",
                "cancelled on": "gekündigt am",
                "cancel by": "kündbar bis",
            }
        ),
        "en": MappingProxyType(
            {
                "goes on": "Contract period ends",
                "runs out": "Contract runs out",
                "cancelled": "Cancelled contract ends",
                "ended": "Contract ended",
                "contract": "Contract",
                "customer": "Customer",
                "start": "Start",
                "cancelled on": "cancelled on",
                "cancel by": "can be cancelled until",
            }
        ),
    }
)
_LONGEST = 200


def shown_day(day: date, language: str) -> str:
    """A day as people read it."""
    return f"{day:%d.%m.%Y}" if language == "de" else day.isoformat()


def event_of(contract: ListedContract, end: date, uid: str, *, language: str, now_us: int) -> str:
    """The calendar object of the day on which a contract, or its period, ends.

    Args:
        contract: With its customer.
        end: That day.
        uid: Of the event.
        language: The office's, ``de`` or ``en``.
        now_us: The time, in microseconds.
    """
    words, terms = _WORDS[language], terms_of(contract.row)
    shown = f"{contract.row.product[:_LONGEST]} ({contract.name[:_LONGEST]})"
    summary = escaped(f"{words[_state(terms)]}: {shown}")
    stamp = datetime.fromtimestamp(now_us // 1_000_000, UTC)
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//deedbox//contracts//EN",
        "BEGIN:VEVENT",
        f"UID:{uid}",
        f"DTSTAMP:{stamp:%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{end:%Y%m%d}",
        f"DTEND;VALUE=DATE:{end + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{summary}",
        f"DESCRIPTION:{escaped(_description(contract, terms, end, language))}",
        f"CONTACT:{escaped(f'{contract.name[:_LONGEST]} ({contract.customer})')}",
        f"X-DEEDBOX-CONTACT:{escaped(contract.customer)}",
        f"X-DEEDBOX-CONTRACT:{escaped(contract.row.number)}",
        "TRANSP:TRANSPARENT",
        *_reminders(terms, summary),
        "END:VEVENT",
        "END:VCALENDAR",
    )
    return "".join([fold_line(line) + "\r\n" for line in lines])


def _state(terms: Terms) -> str:
    if terms.ended_on is not None:
        return "ended"
    if terms.cancelled_on is not None:
        return "cancelled"
    return "goes on" if terms.goes_on else "runs out"


def _description(contract: ListedContract, terms: Terms, end: date, language: str) -> str:
    words = _WORDS[language]
    lines = [
        f"{words['contract']} {contract.row.number}: {contract.row.product}",
        f"{words['customer']} {contract.customer}: {contract.name}",
        f"{words['start']}: {shown_day(terms.starts_on, language)}",
    ]
    if terms.cancelled_on is not None:
        lines.append(f"{words['cancelled on']} {shown_day(terms.cancelled_on, language)}")
    elif terms.goes_on:
        lines.append(f"{words['cancel by']} {shown_day(terms.cancel_by(end), language)}")
    return "\n".join(lines)


def _reminders(terms: Terms, summary: str) -> Sequence[str]:
    """Those of an end that is to come: at nine in the morning, not in the night before."""
    if terms.ended_on is not None:
        return ()
    return [
        line
        for days in ALARM_DAYS
        for line in (
            "BEGIN:VALARM",
            "ACTION:DISPLAY",
            f"DESCRIPTION:{summary}",
            f"TRIGGER:-P{days - 1}DT15H",
            "END:VALARM",
        )
    ]
