"""Letters that tell a partner contact of contracts (C10): what stands in them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from office.contracts.alarms import Reason
from office.contracts.events import shown_day
from storage import contracts
from storage.contract_notices import Notice
from storage.contracts import ListedContract
from storage.store import Unit

KIND = "contracts"
"""Of such letters in the outbox."""
_SUBJECTS = MappingProxyType(
    {
        ("de", Reason.ENDING): "Vertrag läuft bis {day}: {product}, {name}",
        ("de", Reason.CANCELLED): "Vertrag gekündigt am {day}: {product}, {name}",
        ("de", Reason.ENDED): "Vertrag beendet am {day}: {product}, {name}",
        ("en", Reason.ENDING): "Contract runs until {day}: {product}, {name}",
        ("en", Reason.CANCELLED): "Contract cancelled on {day}: {product}, {name}",
        ("en", Reason.ENDED): "Contract ended on {day}: {product}, {name}",
    }
)
_LINES = MappingProxyType(
    {
        ("de", Reason.ENDING): "Die Periode endet am {day}.",
        ("de", Reason.CANCELLED): "Der Vertrag wurde am {day} gekündigt.",
        ("de", Reason.ENDED): "Der Vertrag ist am {day} beendet.",
        ("en", Reason.ENDING): "The period ends on {day}.",
        ("en", Reason.CANCELLED): "The contract was cancelled on {day}.",
        ("en", Reason.ENDED): "The contract ended on {day}.",
    }
)
_TEXTS = MappingProxyType(
    {
        "de": (
            "Verträge Ihrer Kunden: {count} Hinweise",
            """\
Guten Tag,

zu Verträgen von Kunden, deren Partner-Kontakt Sie sind:

{entries}

Ob und wie Sie solche Nachrichten bekommen, steht in Ihrer Synchronisation.
""",
            "{product}\n  Kunde {customer}: {name}\n  Vertrag {number}. {line}",
        ),
        "en": (
            "Contracts of your customers: {count} notices",
            """\
Hello,

about contracts of customers whose partner contact you are:

{entries}

Whether and how you get such messages is said in your synchronisation.
""",
            "{product}\n  Customer {customer}: {name}\n  Contract {number}. {line}",
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Written:
    """A letter about contracts; see ``office.letters.Letter``."""

    subject: str
    text: str


def body_of(notices: Sequence[Notice]) -> str:
    """What the outbox keeps of a letter: ids and days, no names."""
    return json.dumps(
        [[each.contract_id, each.reason, each.due_on.isoformat()] for each in notices]
    )


def write(unit: Unit, body: str, *, user_id: int, language: str) -> Written | None:
    """The letter that :func:`body_of` kept, as things stand now; None: nothing is left of it.

    Left out is what is gone, and whose customers the user no longer sees or looks after.
    """
    notices = [
        Notice(contract_id, reason, date.fromisoformat(day))
        for contract_id, reason, day in json.loads(body)
    ]
    seen = contracts.by_ids(unit, {each.contract_id for each in notices}, user_id)
    found = {each.row.id: each for each in seen}
    told = [(each, found[each.contract_id]) for each in notices if each.contract_id in found]
    if not told:
        return None
    subject, text, entry = _TEXTS[language]
    entries = [entry.format_map(_words(notice, of, language)) for notice, of in told]
    if len(told) == 1:
        [(notice, of)] = told
        subject = _SUBJECTS[language, Reason(notice.reason)]
        subject = subject.format_map(_words(notice, of, language))
    else:
        subject = subject.format(count=len(told))
    return Written(subject, text.format(entries="\n\n".join(entries)))


def _words(notice: Notice, of: ListedContract, language: str) -> dict[str, str]:
    day = shown_day(notice.due_on, language)
    return {
        "day": day,
        "line": _LINES[language, Reason(notice.reason)].format(day=day),
        "product": of.row.product,
        "number": of.row.number,
        "customer": of.customer,
        "name": of.name,
    }
