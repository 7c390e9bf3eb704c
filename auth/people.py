"""Users: made, blocked, let in again; their groups and places."""

from collections.abc import Iterable

from auth import audit, passwords
from auth.audit import COMMAND_LINE, Act, Actor, Subject
from auth.errors import (
    EmailTakenError,
    InvalidValueError,
    LastAdministratorError,
    NameTakenError,
    UnknownUserError,
    UserNotActiveError,
)
from auth.names import checked_email, checked_name, email_key
from auth.rights import ADMINISTRATION, MITARBEITER
from auth.visibility import Visibility, of_new_users
from storage import colleague_views, locks, login_grants, people, sessions, tokens
from storage.people import PersonRow
from storage.store import Unit, WriteUnit

MOST_DEVICES = 100


def add_user(  # noqa: PLR0913 - what is known of one person, each said by name
    unit: WriteUnit,
    *,
    name: str,
    email: str,
    home_node_id: int,
    now_us: int,
    password: str | None = None,
    groups: Iterable[str] = (MITARBEITER.name,),
    state: str = "active",
    by: Actor = COMMAND_LINE,
) -> PersonRow:
    """Make a user, who sees the customers that new users do; the office's first sees all.

    Args:
        unit: The transaction; after an error it must be given up as a whole.
        name: The login, as :func:`auth.names.checked_name` wants it.
        email: An address of the user's own.
        home_node_id: The root of the user's Home.
        now_us: The time, in microseconds.
        password: For the console; None makes a user who has devices only.
        groups: Names of groups of the office.
        state: ``active``, or ``new`` for somebody who is to be invited.
        by: Who makes them.

    Raises:
        InvalidValueError: Name, address or group is not one.
        WeakPasswordError: The password would be tried first.
        NameTakenError: A user or group has the name.
        EmailTakenError: Another user has the address.
    """
    name, email = checked_name(name), checked_email(email)
    chosen = _checked_groups(unit, groups)
    password_hash = None
    if password is not None:
        passwords.check_strength(password, name=name, email=email)
        password_hash = passwords.hashed(password)
    visibility = of_new_users(unit) if people.has_any(unit) else Visibility.ALL
    user_id = people.insert_principal(
        unit, kind="user", name=name, display_name="", created_us=now_us
    )
    if user_id is None:
        raise NameTakenError(name)
    is_made = people.insert_person(
        unit,
        principal_id=user_id,
        email=email,
        email_key=email_key(email),
        password_hash=password_hash,
        state=state,
        home_node_id=home_node_id,
        visibility=visibility,
    )
    if not is_made:
        raise EmailTakenError(email)
    for group in chosen:
        people.join_group(unit, user_id, group)
    audit.record(
        unit,
        Act.USER_ADDED,
        by=by,
        on=Subject(user_id),
        details={"groups": chosen, "state": state},
    )
    return get(unit, name)


def get(unit: Unit, name: str) -> PersonRow:
    """The user of this name.

    Raises:
        UnknownUserError: There is none.
    """
    person = people.find(unit, name)
    if person is None:
        raise UnknownUserError(name)
    return person


def listed(unit: Unit) -> list[PersonRow]:
    """All users by name."""
    return people.everybody(unit)


def block(unit: WriteUnit, name: str, *, by: Actor = COMMAND_LINE) -> PersonRow:
    """Shut a user out as a whole: from the next request in every process, on all devices.

    The locks that the user holds end with it: nobody else could release them; so do sessions of
    the console, and a link for a new password that is still on its way.

    Raises:
        UnknownUserError: There is no such user.
        UserNotActiveError: The user never was let in, so that there is nothing to shut.
        LastAdministratorError: Nobody else who is active is in Administration.
    """
    people.hold_group(unit, ADMINISTRATION.name)
    people.hold_everybody(unit)  # those who have them as a colleague hear of it
    person = get(unit, name)
    _refuse_not_yet_active(person)
    _refuse_last_administrator(unit, person)
    people.set_state(unit, person.id, "blocked")
    people.rules_changed(unit, colleague_views.choosers(unit))
    locks.delete_of_user(unit, person.id)
    tokens.end_of_user(unit, person.id)
    sessions.end_of_user(unit, person.id)
    login_grants.end_of_user(unit, person.id)
    audit.record(unit, Act.USER_BLOCKED, by=by, on=Subject(person.id))
    return person._replace(state="blocked")


def unblock(unit: WriteUnit, name: str, *, by: Actor = COMMAND_LINE) -> PersonRow:
    """Let a user in again, with the devices they had; only who was active can be blocked.

    Raises:
        UnknownUserError: There is no such user.
        UserNotActiveError: The user was never let in yet: an invitation does that, not this.
    """
    people.hold_everybody(unit)
    person = get(unit, name)
    _refuse_not_yet_active(person)
    people.set_state(unit, person.id, "active")
    people.rules_changed(unit, colleague_views.choosers(unit))
    audit.record(unit, Act.USER_UNBLOCKED, by=by, on=Subject(person.id))
    return person._replace(state="active")


def set_groups(
    unit: WriteUnit, name: str, groups: Iterable[str], *, by: Actor = COMMAND_LINE
) -> PersonRow:
    """Put a user into these groups and no others; holds from the next request.

    Raises:
        UnknownUserError: There is no such user.
        InvalidValueError: There is no such group.
        LastAdministratorError: Nobody else who is active is in Administration.
    """
    chosen = _checked_groups(unit, groups)
    people.hold_group(unit, ADMINISTRATION.name)
    people.hold(unit, get(unit, name).id)
    person = get(unit, name)
    if ADMINISTRATION.name not in chosen:
        _refuse_last_administrator(unit, person)
    people.set_groups(unit, person.id, chosen)
    people.rules_changed(unit, [person.id])
    audit.record(
        unit, Act.USER_GROUPS_SET, by=by, on=Subject(person.id), details={"groups": chosen}
    )
    return person._replace(groups=frozenset(chosen))


def set_device_limit(
    unit: WriteUnit, name: str, limit: int | None, *, by: Actor = COMMAND_LINE
) -> PersonRow:
    """Give a user a number of places of their own, or with None the office's again.

    Devices that are there stay, also if they are more: the limit is asked when one is added.

    Raises:
        UnknownUserError: There is no such user.
        InvalidValueError: The limit is not 0 to 100.
    """
    if limit is not None and not 0 <= limit <= MOST_DEVICES:
        raise InvalidValueError(f"A user may have 0 to {MOST_DEVICES} active devices.")
    person = get(unit, name)
    people.hold(unit, person.id)
    people.set_device_limit(unit, person.id, limit)
    audit.record(
        unit,
        Act.USER_DEVICE_LIMIT_SET,
        by=by,
        on=Subject(person.id),
        details={"limit": limit},
    )
    return person._replace(device_limit=limit)


def set_visibility(
    unit: WriteUnit, name: str, visibility: Visibility, *, by: Actor = COMMAND_LINE
) -> PersonRow:
    """Let a user see all customers, their own or none; from the next request on.

    Whoever may do this may do it to themselves: the audit log tells.

    Raises:
        UnknownUserError: There is no such user.
    """
    person = get(unit, name)
    people.hold(unit, person.id)
    people.set_visibility(unit, person.id, visibility)
    details = {"visibility": visibility.value}
    audit.record(unit, Act.USER_VISIBILITY_SET, by=by, on=Subject(person.id), details=details)
    return person._replace(visibility=visibility)


def _refuse_last_administrator(unit: WriteUnit, person: PersonRow) -> None:
    is_administrator = ADMINISTRATION.name in person.groups and person.state == "active"
    if is_administrator and not people.has_active_member(
        unit, ADMINISTRATION.name, besides=person.id
    ):
        raise LastAdministratorError(person.name)


def _refuse_not_yet_active(person: PersonRow) -> None:
    if person.state not in ("active", "blocked"):
        raise UserNotActiveError(person.name, person.state)


def has_administrator(unit: Unit) -> bool:
    """Whether an active user is in Administration."""
    return people.has_active_member(unit, ADMINISTRATION.name, besides=0)


def _checked_groups(unit: Unit, groups: Iterable[str]) -> list[str]:
    chosen, known = sorted(set(groups)), people.group_names(unit)
    for group in chosen:
        if group not in known:
            raise InvalidValueError(
                f"There is no group {group!r}; the groups are {', '.join(known)}."
            )
    return chosen
