"""PROPPATCH on documents (RFC 4918 section 9.2): all of its instructions, or none."""

from dataclasses import dataclass, field, replace

from dav_providers.documents import preconditions
from dav_providers.documents.properties import REGISTRY
from dav_providers.documents.request import DocumentRequest, href
from dav_providers.multistatus import preconditions as pre
from dav_providers.multistatus.answers import MULTI_STATUS, Answer, RefusedError
from dav_providers.multistatus.request_xml import (
    PropertyInstruction,
    parse_propertyupdate,
    text_of,
)
from dav_providers.multistatus.writer import (
    CONTENT_TYPE,
    Propstat,
    document,
    empty_element,
    response,
)
from office import locks
from office.access import Act
from office.errors import ForbiddenError
from office.places import Place
from office.tracking import Act as Noted
from office.work import Work
from storage import dead_properties, tree_changes
from storage.store import WriteUnit
from storage.tree import NodeRow
from wire.bodies import read_small
from wire.dates import parse_win32_time

_WIN32 = "{urn:schemas-microsoft-com:}Win32"
_MODIFIED, _CREATED = f"{_WIN32}LastModifiedTime", f"{_WIN32}CreationTime"
_NOT_KEPT = frozenset({_MODIFIED, _CREATED, f"{_WIN32}LastAccessTime"})
"""Times are columns of the node, which listings show; a second copy would only grow stale."""


MAX_DEAD_BYTES = 256 * 1024
"""Dead properties of one document or folder; clients need a few hundred bytes."""


@dataclass(slots=True)
class _Changes:
    """What a request changes, sorted by where it goes."""

    dead: list[tuple[str, bytes | None]] = field(default_factory=list)
    modified_us: int | None = None
    created_us: int | None = None


def answer(request: DocumentRequest) -> Answer:
    """Set and remove properties; a protected one refuses the whole request, with 207."""
    limits = request.services.settings.limits
    update = parse_propertyupdate(
        read_small(request.environ, limits.xml_bytes), max_depth=limits.xml_depth
    )
    instructions = update.instructions
    protected = [each for each in instructions if REGISTRY.is_protected(each.name)]
    with request.change() as (work, [place]):
        place.existing()
        preconditions.check(request, work.unit, place)
        request.describe(place)
        _demand(work, place, instructions)
        if not protected:
            apply(work.unit, place.existing(), instructions)
            request.note.act = Noted.PROPERTIES_CHANGED
    return _multistatus(request, place, instructions, protected)


def _demand(work: Work, place: Place, instructions: tuple[PropertyInstruction, ...]) -> None:
    """The right to write, and the locks; the top folder has no properties of its own."""
    node = place.existing()
    if not node.id:
        raise ForbiddenError("This folder is the office's.", privilege="write-properties")
    if all(each.name.startswith(_WIN32) for each in instructions):
        # Office and Explorer set times without the token of the lock they hold.
        found = locks.covering(work.unit, place.chain)
        own = {lock.token for lock in found if lock.user_id == work.who.user_id}
        work = replace(work, tokens=work.tokens | own)
    work.demand(Act.WRITE, place.chain)


def apply(unit: WriteUnit, node: NodeRow, instructions: tuple[PropertyInstruction, ...]) -> None:
    """Set and remove properties of *node*; none of them is protected.

    Raises:
        RefusedError: They would be larger than what is kept.
        ValueError: A time can't be read.
    """
    changes = _sorted(instructions)
    dead_properties.apply(unit, node.id, changes.dead)
    if changes.dead and dead_properties.bytes_of_node(unit, node.id) > MAX_DEAD_BYTES:
        kib = MAX_DEAD_BYTES // 1024
        text = f"A document or folder keeps at most {kib} KiB of properties of its own."
        raise RefusedError(507, text)
    if changes.modified_us is not None or changes.created_us is not None:
        tree_changes.set_times(
            unit, node, modified_us=changes.modified_us, created_us=changes.created_us
        )
    elif changes.dead:
        tree_changes.touch(unit, node)


def _sorted(instructions: tuple[PropertyInstruction, ...]) -> _Changes:
    changes = _Changes()
    for each in instructions:
        if each.name not in _NOT_KEPT:
            changes.dead.append((each.name, each.xml))
        elif each.xml is not None:
            time_us = parse_win32_time(text_of(each.xml))
            if each.name == _MODIFIED:
                changes.modified_us = time_us
            elif each.name == _CREATED:
                changes.created_us = time_us
    return changes


def _multistatus(
    request: DocumentRequest,
    place: Place,
    instructions: tuple[PropertyInstruction, ...],
    protected: list[PropertyInstruction],
) -> Answer:
    where = href(request.names, is_collection=bool(place.existing().is_collection))
    refused = {each.name for each in protected}
    names = list(dict.fromkeys(each.name for each in instructions))
    if not refused and request.wants_minimal:
        # RFC 8144 section 2.2.
        return Answer(200, [("Content-Length", "0")])
    if not refused:
        body = document([response(where, [empty_element(name) for name in names])])
    else:
        bad = [empty_element(name) for name in names if name in refused]
        rest = [empty_element(name) for name in names if name not in refused]
        error = pre.error_element(pre.CANNOT_MODIFY_PROTECTED_PROPERTY)
        stats = [Propstat(403, bad, error=error)]
        stats += [Propstat(424, rest)] if rest else []
        body = document([response(where, extra=stats)])
    return Answer(
        MULTI_STATUS,
        [("Content-Type", CONTENT_TYPE), ("Content-Length", str(len(body)))],
        [body],
    )
