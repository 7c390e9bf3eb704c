"""Bringing back by path: what whoever sits at a desk does without a WebDAV program.

The journal says what came back; through WebDAV the door's note does.
"""

from collections.abc import Sequence
from typing import NamedTuple

from auth.identity import Identity
from office import past, places, trash, versions
from office.errors import NotFoundError
from office.layout import VERSIONS, Layout
from office.past_places import PastPlace
from office.tracking import Action
from office.work import Work
from storage import journal
from storage.journal import JournalRow
from storage.store import WriteUnit
from storage.tree import NodeRow


class Restored(NamedTuple):
    """What came back, and where: its path below ``/files/``."""

    node: NodeRow
    names: tuple[str, ...]


def restore(
    unit: WriteUnit,
    who: Identity,
    layout: Layout,
    names: Sequence[str],
    to: Sequence[str] = (),
    *,
    now_us: int,
) -> Restored:
    """Bring something back from a path in the trash or of a version.

    Args:
        unit: The transaction.
        who: Whoever does it.
        layout: The office's fixed names.
        names: The path below ``/files/``.
        to: Where; by default to where it lay, as that is called now, and over its document. Over
            anything else nothing ever comes back.
        now_us: The time, in microseconds.

    Raises:
        NotFoundError: There is nothing, or what it lay in is not there any more.
        ExistsError: Something of that name is there.
        ForbiddenError: It can't be brought back, or a right is missing.
        LockedError: Somebody has a lock there.
    """
    source = _find(unit, who, layout, names)
    wanted = tuple(to) or _place_of(source)
    [target] = places.find_for_writing(unit, who, layout, wanted, also=(source.chain[-1].tree_id,))
    source = _find(unit, who, layout, names)  # now nobody else takes it out
    work = Work(unit, who, layout, now_us)
    if source.document_id is None:
        node = trash.restore(work, source, target, may_overwrite=False).node
    else:
        is_its_own = target.node is not None and target.node.id == source.document_id
        node, _ = versions.restore(work, source, target, may_overwrite=is_its_own)
    _write_down(unit, who, node, "/".join(names), "/".join(wanted), now_us)
    return Restored(node, wanted)


def _find(unit: WriteUnit, who: Identity, layout: Layout, names: Sequence[str]) -> PastPlace:
    if not past.speaks_of(names):
        raise NotFoundError(f"“/files/{'/'.join(names)}” is no path in the trash or of a version.")
    place = past.find_past(unit, who, layout, names)
    place.existing()
    return place


def _place_of(source: PastPlace) -> tuple[str, ...]:
    """Where it lay, as its folders are called now."""
    if source.document_id is not None:
        depth = source.names.index(VERSIONS, 1)
        return (*source.names[:depth], source.names[depth + 1])
    return tuple(each.name for each in source.chain)


def _write_down(
    unit: WriteUnit, who: Identity, node: NodeRow, path: str, target_path: str, now_us: int
) -> None:
    row = JournalRow(
        at_us=now_us,
        until_us=now_us,
        action=Action.RESTORED,
        user_id=who.user_id,
        device_id=who.device_id,
        node_id=node.id,
        path=path,
        target_path=target_path,
        version=node.version,
        size=node.size,
        address="",
        family="",
    )
    journal.save(unit, row)
