"""A contract as commands tell it."""

from datetime import date
from typing import TYPE_CHECKING, Any

from server.cli.invocation import moment

if TYPE_CHECKING:
    from storage.contracts import ListedContract


def of(contract: "ListedContract") -> dict[str, Any]:
    """All that is known of a contract, for JSON."""
    from office.contracts.alarms import terms_of  # noqa: PLC0415 - loads the office

    row, terms = contract.row, terms_of(contract.row)
    is_open = row.goes_on and row.ends_on is not None
    return {
        **row_of(contract),
        "start": row.starts_on.isoformat(),
        "months": row.period_months,
        "renews": row.renews,
        "notice_months": row.notice_months,
        "cancel_by": _told(terms.cancel_by(row.ends_on) if is_open and row.ends_on else None),
        "ended": _told(row.ended_on),
        "edited": moment(row.edited_us),
        "added": moment(row.created_us),
    }


def row_of(contract: "ListedContract") -> dict[str, Any]:
    """A contract as a list has it; its end is that of today's period, or its own."""
    row = contract.row
    return {
        "number": row.number,
        "contact": contract.customer,
        "name": contract.name,
        "product": row.product,
        "partner": contract.partner_name,
        "end": _told(row.ends_on),
        "goes_on": row.goes_on,
        "cancelled": _told(row.cancelled_on),
    }


def _told(day: date | None) -> str | None:
    return day.isoformat() if day else None
