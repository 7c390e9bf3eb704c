"""Who may do what with a collection and its objects, as RFC 3744 tells it."""

from collections.abc import Callable
from dataclasses import replace

from auth.identity import Identity
from dav_providers.groupware.names import DAV
from dav_providers.multistatus import privileges
from dav_providers.multistatus.principals import group_href, link, user_href
from dav_providers.multistatus.privileges import READ_FREE_BUSY, READING, WRITE, Ace
from office import access
from office.access import SOMEBODY, Act, Verdict
from office.collections import Kind
from storage.collections import CollectionHolder, CollectionRow

_WRITING = (
    (Act.WRITE, (f"{DAV}write-content", f"{DAV}write-properties")),
    (Act.ADD, (f"{DAV}bind",)),
    (Act.REMOVE_FROM, (f"{DAV}unbind",)),
)


_OF_MEETINGS = {Kind.INBOX: privileges.DELIVERING, Kind.OUTBOX: privileges.SENDING}


def granted(who: Identity, collection: CollectionRow) -> tuple[str, ...]:
    """The privileges of *who* on a collection."""
    names = list(READING)
    if collection.is_for_meetings:
        names += _OF_MEETINGS[Kind(collection.kind)]
        if collection.kind == Kind.INBOX:
            names += (f"{DAV}write-properties", f"{DAV}unbind")
        return tuple(names)
    if collection.kind != Kind.ADDRESSBOOK:
        names.append(READ_FREE_BUSY)
    granted = [
        group
        for act, group in _WRITING
        if access.decide_collection(who, act, collection) is Verdict.ALLOWED
    ]
    if len(granted) == len(_WRITING):
        names.append(WRITE)
    return (*names, *(name for group in granted for name in group))


def item_granted(who: Identity, collection: CollectionRow) -> tuple[str, ...]:
    """The privileges of *who* on the objects in a collection."""
    may_write = access.decide_collection(who, Act.WRITE, collection) is Verdict.ALLOWED
    return (*READING, f"{DAV}write-content") if may_write else READING


Granted = Callable[[Identity, CollectionRow], tuple[str, ...]]


def acl(who: Identity, collection: CollectionRow, told: Granted) -> bytes:
    """What its owner may do, and whoever it was granted to; nobody's block is told.

    Nobody but its owner asks about a view, where it matters what they see.
    """
    owner = who if collection.is_view else replace(SOMEBODY, user_id=collection.owner_id)
    open_to = collection._replace(is_blocked=False, is_away=False)
    return privileges.acl(
        [
            Ace(
                privileges.of_href(user_href(collection.owner_name)),
                told(owner, open_to),
            ),
            *(
                Ace(_principal(each), told(SOMEBODY, open_to._replace(granted=each.level)))
                for each in collection.holders
            ),
            # Whoever is of the office may invite, answer and ask when one is busy.
            *(
                [Ace(privileges.AUTHENTICATED, privileges.DELIVERING)]
                if collection.kind == Kind.INBOX
                else ()
            ),
        ]
    )


def _principal(holder: CollectionHolder) -> bytes:
    if not holder.name:
        return privileges.AUTHENTICATED
    is_group = holder.kind == "group"
    return privileges.of_href(group_href(holder.name) if is_group else user_href(holder.name))


def owner(collection: CollectionRow) -> bytes:
    """The property that names whose it is."""
    return link(f"{DAV}owner", user_href(collection.owner_name))
