"""Administration: what is done to one user, each act in the transaction that found them.

Every form says what it showed. Where that is no longer so, somebody else was quicker: nothing is
done, and the page shows what stands now.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from flask import request

from admin.inviting import groups_fault
from admin.texts import gettext as _
from admin.visitors import identity_of, visitor
from auth import invitations, managing, people, second_factor
from auth import rights as function_rights
from auth.audit import Actor
from auth.errors import InvalidValueError, RangeTakenError
from auth.people import MOST_DEVICES
from auth.rights import ADMINISTRATION, FunctionRight, rights_of
from auth.visibility import Visibility
from office import granting, markable, marks, number_ranges
from office.errors import ChangedError
from office.markable import Thing
from storage import function_rights as right_rows
from storage import people as people_rows
from storage.grants import Noun
from storage.number_ranges import RangeRow
from storage.people import PersonRow
from storage.sessions import SessionRow
from storage.store import Unit, WriteUnit

_LIMIT_DIGITS = 3
_NUMBER_DIGITS = 18


@dataclass(frozen=True, slots=True)
class RightShown:
    """A function right of a user: their own or not, and which groups give it."""

    right: FunctionRight
    is_own: bool
    groups: list[str]
    is_changeable: bool


@dataclass(frozen=True, slots=True)
class UserAct:
    """What is done, and the question whether the visitor may, which raises."""

    do: Callable[[WriteUnit, PersonRow, int], object]
    check: Callable[[SessionRow, Collection[str]], None] = managing.check_may_manage


class UnfitRangeError(InvalidValueError):
    """Numbers that cannot be given, and why, in the visitor's language."""


@dataclass(frozen=True, slots=True)
class RangeEntered:
    """What is in the form of a number range, and what is wrong with it."""

    first: str = ""
    last: str = ""
    fault: str = ""

    @classmethod
    def from_form(cls, fault: str = "") -> "RangeEntered":
        """Take the request's form."""
        first, last = (request.form.get(each, "").strip() for each in ("first", "last"))
        return cls(first, last, fault)


def me() -> Actor:
    """The visitor, as the audit log names them."""
    return Actor(visitor().user_id)


def rights_shown(unit: Unit, person: PersonRow) -> list[RightShown]:
    """All function rights, with what gives them to the user."""
    given: dict[str, set[str]] = {}
    for name, kind, right in right_rows.everything(unit):
        if kind == "group" and name in person.groups:
            given.setdefault(right, set()).add(name)
    own = function_rights.given_to(unit, person.name)
    may_manage = managing.may_manage(visitor(), person.groups)
    mine = managing.rights_for(visitor()) if may_manage else frozenset[FunctionRight]()
    above = {ADMINISTRATION.name} & person.groups
    return [
        RightShown(each, each in own, sorted(given.get(each, set()) | above), each in mine)
        for each in FunctionRight
    ]


def closed_places(unit: Unit, person: PersonRow) -> list[Thing]:
    """What is closed to the user, of what the visitor may open again."""
    who = identity_of(unit)
    return [] if who.user_id == person.id else markable.closed_to(unit, who, person.id)


def ranges_of(unit: Unit, person: PersonRow) -> list[RangeRow]:
    """The user's number ranges, also ended ones."""
    return [each for each in number_ranges.listed(unit) if each.user_id == person.id]


def joined(names: Collection[str]) -> str:
    """A set as a form says what it showed."""
    return ",".join(sorted(names))


def _demand_shown(now: str) -> None:
    """Go on only if the form showed what stands *now*."""
    if request.form.get("was") != now:
        raise ChangedError([])


def _set_groups(unit: WriteUnit, person: PersonRow, _now_us: int) -> None:
    asked = set(request.form.getlist("groups"))
    managing.check_may_manage(visitor(), asked)
    people_rows.hold_everybody(unit)
    now = people.get(unit, person.name).groups
    mine = set(managing.groups_for(unit, visitor(), person.name))
    _demand_shown(joined(now))
    if asked - now - mine:
        raise InvalidValueError(groups_fault())
    chosen = (asked & mine) | (now - mine)
    if not chosen:
        raise InvalidValueError(_("Choose at least one group."))
    if chosen != now:
        granting.set_groups(unit, person.name, chosen, by=me())


def _set_rights(unit: WriteUnit, person: PersonRow, _now_us: int) -> None:
    people_rows.hold_everybody(unit)
    own = function_rights.given_to(unit, person.name)
    _demand_shown(joined(own))
    mine = managing.rights_for(visitor())
    asked = set(request.form.getlist("rights"))
    if asked - own - mine:
        raise InvalidValueError(_("A right that you do not have somebody else gives."))
    chosen = rights_of(frozenset(), ",".join(asked)) & mine
    if given := chosen - own:
        function_rights.give(unit, person.name, given, by=me())
    if taken := (own & mine) - chosen:
        granting.take_rights(unit, person.name, taken, by=me())


def _set_visibility(unit: WriteUnit, person: PersonRow, _now_us: int) -> None:
    people_rows.hold(unit, person.id)
    now = people.get(unit, person.name).visibility
    _demand_shown(now)
    try:
        chosen = Visibility(request.form.get("visibility", ""))
    except ValueError as error:
        raise InvalidValueError(_("Choose what the user sees.")) from error
    if chosen != now:
        people.set_visibility(unit, person.name, chosen, by=me())


def _set_limit(unit: WriteUnit, person: PersonRow, _now_us: int) -> None:
    people_rows.hold(unit, person.id)
    now = people.get(unit, person.name).device_limit
    _demand_shown("" if now is None else str(now))
    text = request.form.get("limit", "").strip()
    limit = _number(text, _LIMIT_DIGITS) if text else None
    if (text and limit is None) or (limit or 0) > MOST_DEVICES:
        raise InvalidValueError(
            _("0 to %(most)s, or empty for the office's number.", most=MOST_DEVICES)
        )
    if limit != now:
        people.set_device_limit(unit, person.name, limit, by=me())


def _lift(unit: WriteUnit, person: PersonRow, _now_us: int) -> None:
    people_rows.hold_everybody(unit)
    who = identity_of(unit)
    noun = Noun.COLLECTION if request.form.get("noun") == Noun.COLLECTION else Noun.NODE
    thing_id = _number(request.form.get("thing", ""), _NUMBER_DIGITS)
    marks.lift(unit, who, person, noun, thing_id or 0)


def _give_range(unit: WriteUnit, person: PersonRow, now_us: int) -> None:
    entered = RangeEntered.from_form()
    first, last = (_number(each, _NUMBER_DIGITS) for each in (entered.first, entered.last))
    if first is None or last is None:
        raise UnfitRangeError(_("Write both numbers with the digits 0 to 9 only."))
    if first > last:
        raise UnfitRangeError(_("The last number is smaller than the first."))
    if not 1 <= first <= last <= number_ranges.HIGHEST:
        raise UnfitRangeError(_("Numbers go from 1 to %(most)s.", most=number_ranges.HIGHEST))
    try:
        number_ranges.give_range(unit, person.name, first, last, now_us=now_us, by=me())
    except RangeTakenError as error:
        fault = _(
            "%(first)s to %(last)s are given already; choose numbers that are not among them.",
            first=error.first,
            last=error.last,
        )
        raise UnfitRangeError(fault) from error


def _end_range(unit: WriteUnit, person: PersonRow, now_us: int) -> None:
    range_id = _number(request.form.get("range", ""), _NUMBER_DIGITS)
    if range_id not in {each.id for each in ranges_of(unit, person) if each.ended_us is None}:
        raise ChangedError([])
    number_ranges.end_range(unit, range_id, now_us=now_us, by=me())


def _number(text: str, digits: int) -> int | None:
    is_number = text.isascii() and text.isdigit() and len(text) <= digits
    return int(text) if is_number else None


ACTS = {
    "block": UserAct(lambda unit, person, _now_us: people.block(unit, person.name, by=me())),
    "unblock": UserAct(lambda unit, person, _now_us: people.unblock(unit, person.name, by=me())),
    "withdraw": UserAct(
        lambda unit, person, _now_us: invitations.withdraw(unit, person.name, by=me())
    ),
    "no-second-factor": UserAct(
        lambda unit, person, _now_us: second_factor.turn_off(unit, person.id, by=me())
    ),
    "groups": UserAct(_set_groups),
    "rights": UserAct(_set_rights),
    "visibility": UserAct(_set_visibility, managing.check_may_set_visibility),
    "limit": UserAct(_set_limit),
    "lift": UserAct(_lift),
    "range": UserAct(_give_range),
    "end-range": UserAct(_end_range),
}
"""By the last segment of the address that the form goes to."""
