"""The details of the record's rows, in the words that the console has for them elsewhere."""

from collections.abc import Callable, Mapping

from admin.texts import gettext as _
from admin.wording import data_right, group, right, state, visibility
from auth.rights import DataRight

_Word = Callable[[str], str]


def told(details: Mapping[str, object]) -> str:
    """What says something to a person; ids and marks for programs are left out."""
    found = (_numbers(details), *(_one(name, value) for name, value in sorted(details.items())))
    text = "; ".join(each for each in found if each)
    return text[:1].upper() + text[1:]


def _numbers(details: Mapping[str, object]) -> str:
    """A range of numbers; where it ended, the last one that was given out."""
    first, last = details.get("first"), details.get("last")
    if first is not None and last is not None:
        return _("%(first)s to %(last)s", first=first, last=last)
    return "" if last is None else _("last number: %(number)s", number=last)


def _one(name: str, value: object) -> str:
    if isinstance(value, list):
        word = {"groups": group, "rights": right, "settings": _setting, "sources": _source}.get(
            name
        )
        return "" if word is None else ", ".join(_spoken(word, str(each)) for each in value)
    if name in {"state", "visibility", "right"}:
        words: dict[str, _Word] = {
            "state": state,
            "visibility": visibility,
            "right": lambda each: data_right(DataRight[each.upper()]),
        }
        return _spoken(words[name], str(value))
    return _counted(name, value)


def _counted(name: str, value: object) -> str:
    if name == "limit":
        return _("the office's number") if value is None else str(value)
    if name in {"version", "consent"}:
        return _("version %(number)s of the text", number=value)
    if name == "asks_again":
        return _("who agreed before is asked again") if value else ""
    if name == "documents":
        return _("documents: %(count)s", count=value)
    if name == "folders":
        return _("folders: %(count)s", count=value)
    return ""


def _spoken(word: _Word, stored: str) -> str:
    """*stored* in words; what another version wrote and this one does not know stays as it is."""
    try:
        return word(stored)
    except (KeyError, ValueError):
        return stored


def _source(word: str) -> str:
    return {"account": _("account"), "device": _("device"), "address": _("address")}[word]


def _setting(name: str) -> str:
    """A setting as the pages call it; one of the server's file by its name there."""
    return {
        "server.public_url": _("the office's address"),
        "devices.per_user": _("devices of each user"),
        "users.visibility": _("customers that new users see"),
        "book_name": _("name of the address book"),
        "office_book": _("where the contacts go"),
        "kinds": _("kinds of contact"),
        "tags": _("tags"),
        "own_customers_only": _("one's own customers only"),
        "brokers": _("brokers"),
        "edited_days": _("contacts edited lately"),
        "birthdays": _("birthdays"),
        "contract_alarms": _("contracts about to end"),
        "contract_alarm_days": _("reminders of contracts"),
        "appointments": _("appointments"),
        "appointment_days": _("appointments changed lately"),
        "colleagues": _("colleagues' appointments"),
        "contact_deletes": _("deleted contacts"),
        "appointment_deletes": _("deleted appointments"),
        "contact_conflicts": _("contacts changed at both ends"),
        "appointment_conflicts": _("appointments changed at both ends"),
    }[name]
