"""The form of a sync profile: what it shows, what was typed, and what is wrong with it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from http import HTTPStatus
from typing import NamedTuple, TypeVar

from flask import abort, request

from admin.texts import gettext as _
from admin.visitors import visitor
from office.contacts.kinds import Kind, folded
from office.sync_profiles import SyncProfile
from office.sync_settings import (
    ALARM_DAYS,
    LONGEST_NAME,
    MOST_DAYS,
    Conflicts,
    Deletes,
    Notices,
    Where,
)
from storage import contacts, sync_profiles
from storage.store import Unit

_DIGITS = 18
_Choice = TypeVar("_Choice", bound=StrEnum)
_Value = TypeVar("_Value", int, str)


class Choices(NamedTuple):
    """What there is to choose from: values and words; *colleagues* is None where none may be."""

    tags: list[tuple[str, str]]
    brokers: list[tuple[int, str]]
    colleagues: list[tuple[int, str]] | None
    alarm_days: list[tuple[int, str]]


def choices(
    unit: Unit, profile: SyncProfile, *, user_id: int, may_have_colleagues: bool
) -> Choices:
    """What the visitor may choose for a profile: the tags are those they see, and those it has."""
    tags = {each.key: each.tag for each in sync_profiles.tags_seen(unit, visitor().user_id)}
    tags |= {folded(each): each for each in profile.tags}
    colleagues = sync_profiles.colleagues(unit, besides=user_id) if may_have_colleagues else None
    brokers = contacts.brokers(unit)
    return Choices(
        _chosen_first([(tags[key], tags[key]) for key in sorted(tags)], profile.tags),
        _chosen_first(
            [(each, f"{name} ({number})") for each, number, name in brokers], profile.brokers
        ),
        None
        if colleagues is None
        else _chosen_first([(each.id, each.name) for each in colleagues], profile.colleagues),
        [(days, _("%(days)s days before", days=days)) for days in ALARM_DAYS],
    )


def _chosen_first(
    options: list[tuple[_Value, str]], chosen: Collection[_Value]
) -> list[tuple[_Value, str]]:
    """In a long list the marks that are set are what one looks for."""
    return sorted(options, key=lambda option: option[0] not in chosen)


@dataclass(slots=True)
class ProfileForm:
    """A profile on its page.

    Attributes:
        profile: As it is stored, or as it was chosen.
        was: The mark of what was shown when it was chosen.
        days: What was typed as numbers of days, by setting.
        faults: What cannot be taken, by setting, in the page's language.
    """

    profile: SyncProfile
    was: str
    days: dict[str, str] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, profile: SyncProfile) -> "ProfileForm":
        """A profile as it is stored."""
        days = {
            "edited_days": str(profile.edited_days or ""),
            "appointment_days": str(profile.appointment_days or ""),
        }
        return cls(profile, profile.mark, days)

    @classmethod
    def from_form(cls) -> "ProfileForm":
        """Take the request's form; what no form of ours holds is a bad request."""
        form = request.form
        days = {name: form.get(name, "").strip() for name in ("edited_days", "appointment_days")}
        alarm_days = _number(form.get("contract_alarm_days", ""))
        if alarm_days is None:
            abort(HTTPStatus.BAD_REQUEST)
        profile = SyncProfile(
            office_book=_one(Where, "office_book"),
            book_name=form.get("book_name", "").strip(),
            kinds=frozenset(each for each in Kind if each in form.getlist("kinds")),
            tags=frozenset(form.getlist("tags")),
            own_customers_only="own_customers_only" in form,
            brokers=_ids("brokers"),
            edited_days=_days(days["edited_days"]),
            birthdays="birthdays" in form,
            contract_alarms="contract_alarms" in form,
            contract_alarm_days=alarm_days,
            contract_notices=_one(Notices, "contract_notices"),
            appointments="appointments" in form,
            appointment_days=_days(days["appointment_days"]),
            colleagues=_ids("colleagues"),
            contact_deletes=_one(Deletes, "contact_deletes"),
            appointment_deletes=_one(Deletes, "appointment_deletes"),
            contact_conflicts=_one(Conflicts, "contact_conflicts"),
            appointment_conflicts=_one(Conflicts, "appointment_conflicts"),
        )
        return cls(profile, form.get("was", ""), days)

    def tell(self, names: Iterable[str]) -> None:
        """Say what is wrong with these settings."""
        texts = {
            "book_name": _("At most %(most)s visible characters.", most=LONGEST_NAME),
            "kinds": _("Choose at least one kind, or let no contacts come at all."),
            "tags": _("These are too many tags."),
            "brokers": _("Somebody changed the brokers meanwhile. Choose once more."),
            "edited_days": _("A whole number from 1 to %(most)s, or empty.", most=MOST_DAYS),
            "appointment_days": _("A whole number from 1 to %(most)s, or empty.", most=MOST_DAYS),
            "colleagues": _("Somebody changed the colleagues meanwhile. Choose once more."),
        }
        for name in names:
            if name not in texts:
                abort(HTTPStatus.BAD_REQUEST)
            self.faults[name] = texts[name]


def _one(choice: type[_Choice], name: str) -> _Choice:
    try:
        return choice(request.form.get(name, ""))
    except ValueError:
        abort(HTTPStatus.BAD_REQUEST)


def _ids(name: str) -> frozenset[int]:
    found = [_number(each) for each in request.form.getlist(name)]
    if None in found:
        abort(HTTPStatus.BAD_REQUEST)
    return frozenset(each for each in found if each is not None)


def _days(text: str) -> int | None:
    """None for nothing; 0, which is refused, for what is no number."""
    return (_number(text) or 0) if text else None


def _number(text: str) -> int | None:
    is_number = text.isascii() and text.isdigit() and len(text) <= _DIGITS
    return int(text) if is_number else None
