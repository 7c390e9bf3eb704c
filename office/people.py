"""People with what the office gives each of them: a Home, and folders that are closed to them."""

from collections.abc import Iterable

from auth import blocks, people
from auth.audit import COMMAND_LINE, Actor
from auth.rights import MITARBEITER
from office import collections, layout, places, targets
from office.command import in_place_of
from office.errors import FixedError, KindError, NotFoundError
from office.layout import Role
from office.opening import open_for_first_user
from office.targets import Target
from storage import collection_viewers, tree_changes
from storage.people import PersonRow
from storage.store import Unit, WriteUnit


def add_person(  # noqa: PLR0913 - what is known of one person, each said by name
    unit: WriteUnit,
    name: str,
    email: str,
    *,
    now_us: int,
    password: str | None = None,
    groups: Iterable[str] = (MITARBEITER.name,),
    state: str = "active",
    by: Actor = COMMAND_LINE,
) -> PersonRow:
    """Make a user with a Home, a calendar, a task list and an address book of their own.

    See :func:`auth.people.add_user`.

    The first user opens the office and ends its set-up link, unless they came by that link.

    Raises:
        InvalidValueError, WeakPasswordError: What was given cannot be taken.
        NameTakenError, EmailTakenError: Somebody has the name or the address.
    """
    home = tree_changes.create_root(unit, kind=Role.HOME, role=Role.HOME, name=name, now_us=now_us)
    person = people.add_user(
        unit,
        name=name,
        email=email,
        home_node_id=home.id,
        password=password,
        groups=groups,
        state=state,
        by=by,
        now_us=now_us,
    )
    collections.found_defaults(unit, person.id, now_us=now_us)
    open_for_first_user(unit, now_us=now_us)
    return person


def block_on_path(
    unit: WriteUnit, user_name: str, path: str, *, now_us: int, by: Actor = COMMAND_LINE
) -> None:
    """Close a folder to a user, with all below it.

    Documents are not closed one by one: programs save by replacing them, and the new one
    would be open again.

    Args:
        unit: The transaction.
        user_name: Whom.
        path: As that user would write it: ``/files/Objekte/...``, or ``Objekte/...`` for short;
            a calendar or address book as ``/dav/<owner>/<name>``.
        now_us: The time, in microseconds.
        by: Who closes it.

    Raises:
        UnknownUserError: There is no such user.
        NotFoundError: There is nothing at the path.
        FixedError: The path is ``/files/`` itself.
        KindError: It is a document.
    """
    target = _target(unit, people.get(unit, user_name), path)
    if target.node is None:
        blocks.block_on_collection(
            unit, user_name=user_name, collection_id=target.id, now_us=now_us, by=by
        )
        return
    if not target.node.is_collection:
        raise KindError(f"“{target.node.name}” is a document; block the folder that it lies in.")
    blocks.block_on(unit, user_name=user_name, node_id=target.id, now_us=now_us, by=by)


def unblock_on_path(
    unit: WriteUnit, user_name: str, path: str, *, by: Actor = COMMAND_LINE
) -> None:
    """Open a folder to a user again.

    Raises:
        UnknownUserError: There is no such user.
        NotFoundError: There is nothing at the path, or the user is not blocked on it.
        FixedError: The path is ``/files/`` itself.
    """
    target = _target(unit, people.get(unit, user_name), path)
    is_lifted = (
        blocks.unblock_on_collection(unit, user_name=user_name, collection_id=target.id, by=by)
        if target.node is None
        else blocks.unblock_on(unit, user_name=user_name, node_id=target.id, by=by)
    )
    if not is_lifted:
        raise NotFoundError(f"{user_name} is not blocked on “{path}”.")


def blocked_paths(unit: Unit, person: PersonRow) -> list[str]:
    """The paths that are closed to a user, as the user would write them (``/files/...``)."""
    where = layout.load(unit)
    who = in_place_of(person)
    return sorted(
        [
            "/files/" + "/".join(places.names_of(unit, where, who, node_id))
            for node_id in blocks.nodes_of(unit, person.id)
        ]
        + [
            f"/dav/{owner}/{name}"
            for owner, name in collection_viewers.blocked_for(unit, person.id)
        ]
    )


def _target(unit: Unit, person: PersonRow, path: str) -> Target:
    if path.strip("/") in {"", "files"}:
        raise FixedError("A user blocked on everything is blocked as a whole: leave the path out.")
    return targets.find(unit, path, person=person)
