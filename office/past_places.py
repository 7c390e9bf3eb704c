"""Places of what was: the folders and documents below ``.trash`` and ``.versions``.

They are found like all others and read like them, and nothing in them can be changed. Their chains
hold the nodes that decide who may see them, as these lie now: so a block or grant holds there too.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from auth.identity import Identity
from office import access
from office.errors import Blocked
from office.layout import Role
from office.places import Place
from storage.tree import NodeRow

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ-(?P<number>[1-9]\d{0,17})(?:\.[^/]*)?")


@dataclass(frozen=True, slots=True)
class PastPlace(Place):
    """A place of what was.

    Attributes:
        members: What a folder shows that no row of a folder tells; None: look into the folder.
        document_id: Of an earlier version: the document's node.
        entry_id: In the trash: the node on top of what was deleted together.
    """

    members: tuple[NodeRow, ...] | None = None
    document_id: int | None = None
    entry_id: int | None = None


def missing(
    names: Sequence[str],
    chain: Sequence[NodeRow],
    found: int,
    blocked: Blocked | None = None,
) -> PastPlace:
    """The path *names* of which only the first *found* lead to something for the caller."""
    told = None if blocked is None else Blocked(blocked.node_id, tuple(names))
    return PastPlace(tuple(names), tuple(chain), tuple(names[found:]), told)


def block_in(who: Identity, chain: Sequence[NodeRow]) -> Blocked | None:
    """The block that hides the end of *chain* from *who*, if it is one."""
    hidden = [each.id for each in chain if each.id in who.blocked_nodes]
    return Blocked(hidden[0]) if hidden else None


def is_shown(who: Identity, chain: Sequence[NodeRow]) -> bool:
    """Whether *who* may know of all of *chain*."""
    return len(access.known_part(who, chain)) == len(chain)


def folder(like: NodeRow, name: str) -> NodeRow:
    """A folder that no row stands for, as old as *like*."""
    return like._replace(
        id=0,
        name=name,
        role=Role.PAST,
        is_collection=True,
        blob_sha256=None,
        size=0,
        content_type="",
    )


def time_name(at_us: int, number: int, suffix: str = "") -> str:
    """The name of a moment: it sorts by time, every system can hold it, and it is never twice.

    *number* is that of the version, or of the node that was deleted.
    """
    moment = datetime.fromtimestamp(at_us // 1_000_000, UTC)
    return f"{moment:%Y-%m-%dT%H-%M-%SZ}-{number}{suffix}"


def number_in(name: str) -> int | None:
    """The number in the name of a moment; None if it is no such name."""
    match = _TIME.fullmatch(name)
    return int(match["number"]) if match else None
