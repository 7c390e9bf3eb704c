"""Earlier versions of documents: ``<folder>/.versions/<name>/<time>``.

A version is named by the time it was replaced and by its number, with the document's suffix so
that a program opens it. It is copied out; moving it out does the same, since what a document held
stays part of its history.
"""

from collections.abc import Sequence
from pathlib import PurePosixPath

from auth.identity import Identity
from office import access, documents, past_places, places
from office.errors import ForbiddenError, NotFoundError, TooLargeError
from office.layout import VERSIONS, Layout, Role
from office.past_places import PastPlace
from office.places import Place
from office.work import Work
from storage import tree, versions
from storage.store import Unit
from storage.tree import NodeRow
from storage.versions import VersionRow


def speaks_of(names: Sequence[str]) -> bool:
    """Whether a path below ``/files/`` leads to earlier versions."""
    return VERSIONS in names[1:]


def look_up(unit: Unit, who: Identity, layout: Layout, names: Sequence[str]) -> PastPlace:
    """What is at a path that :func:`speaks_of` earlier versions, as *who* may know of it."""
    depth = names.index(VERSIONS, 1)
    above = places.look_up(unit, who, layout, names[:depth])
    if above.node is None or not above.node.is_collection:
        found = len(above.names) - len(above.missing)
        return past_places.missing(names, above.chain, found, above.blocked)
    around = (*above.chain, past_places.folder(above.node, VERSIONS))
    if len(names) == depth + 1:
        return PastPlace(tuple(names), around, ())
    document = places.look_up(unit, who, layout, (*names[:depth], names[depth + 1]))
    if document.node is None or document.node.is_collection:
        return past_places.missing(names, around, depth + 1, document.blocked)
    return _in_history(unit, document, names[depth + 2 :], names)


def _in_history(
    unit: Unit, document: Place, rest: Sequence[str], names: Sequence[str]
) -> PastPlace:
    node = document.existing()
    chain = (*document.chain, past_places.folder(node, node.name))
    if not rest:
        return PastPlace(tuple(names), chain, ())
    version = _named(unit, node, rest[0])
    if version is None or len(rest) > 1:
        return past_places.missing(names, chain, len(names) - len(rest))
    chain = (*document.chain, _row(node, version))
    return PastPlace(tuple(names), chain, (), document_id=node.id)


def members(unit: Unit, who: Identity, place: PastPlace, *, most: int) -> list[NodeRow]:
    """What a folder of versions shows: documents that have any, or a document's versions.

    Raises:
        TooLargeError: There are more than *most*.
    """
    above = place.chain[-2]
    if above.is_collection:
        around = place.chain[:-1]
        # Hidden ones may be among the first, and must not count.
        found = versions.documents_with(unit, above.id, most=most + 1 + len(who.blocked_nodes))
        shown = [
            past_places.folder(each, each.name) for each in access.visible(who, around, found)
        ]
    else:
        kept = versions.of_document(unit, above.id, most=most + 1)
        shown = [_row(above, each) for each in reversed(kept)]
    if len(shown) > most:
        raise TooLargeError(f"The folder has more than {most:,} members.")
    return shown


def listed(
    unit: Unit, place: Place, *, most: int, before: int | None = None
) -> list[tuple[str, VersionRow]]:
    """The earlier versions of the document at *place*, the newest first, with their names.

    Args:
        unit: The transaction.
        place: The document.
        most: So many at most.
        before: Only those with a lower number.

    Raises:
        NotFoundError: There is no document.
    """
    node = place.existing()
    if node.is_collection:
        raise NotFoundError(f"“{node.name}” is a folder; only documents have versions.")
    limit = node.version if before is None else before
    found = versions.of_document(unit, node.id, most=most, before=limit)
    return [(_name(node, each), each) for each in found]


def path_of(names: Sequence[str], called: str) -> tuple[str, ...]:
    """The path below ``/files/`` of the version *called* so of the document at *names*."""
    return (*names[:-1], VERSIONS, names[-1], called)


def name_of(unit: Unit, place: Place, version: int) -> str:
    """What the version with this number of the document at *place* is called.

    Raises:
        NotFoundError: There is none.
    """
    node = place.existing()
    found = versions.find(unit, node.id, version)
    if found is None:
        raise NotFoundError(f"“{node.name}” has no earlier version {version} (any more).")
    return _name(node, found)


def restore(
    work: Work, source: PastPlace, target: Place, *, may_overwrite: bool
) -> tuple[NodeRow, bool]:
    """Copy an earlier version out; over a document it becomes that one's next version.

    Returns:
        The document, and whether it is new.

    Raises:
        NotFoundError: The version was removed just now.
        ForbiddenError: It is a folder of versions, or a right is missing.
        ExistsError: Something is there, and it may not be overwritten.
    """
    row = source.existing()
    if source.document_id is None:
        raise ForbiddenError(
            "A folder of versions can't be brought back; take one of them.",
            privilege="unbind",
            names=source.names,
        )
    if not versions.hold(work.unit, source.document_id, row.version):
        raise NotFoundError("There is nothing here.")
    node_id, is_new = documents.copy(
        work, source, target, is_deep=False, may_overwrite=may_overwrite
    )
    saved = tree.find(work.unit, node_id)
    if saved is None:
        raise NotFoundError("There is nothing here.")
    return saved, is_new


def _named(unit: Unit, document: NodeRow, name: str) -> VersionRow | None:
    number = past_places.number_in(name)
    if number is None or number >= document.version:
        return None
    found = versions.find(unit, document.id, number)
    return found if found is not None and _name(document, found) == name else None


def _name(document: NodeRow, version: VersionRow) -> str:
    suffix = PurePosixPath(document.name).suffix
    return past_places.time_name(version.replaced_us, version.version, suffix)


def _row(document: NodeRow, version: VersionRow) -> NodeRow:
    return document._replace(
        id=0,
        name=_name(document, version),
        role=Role.PAST,
        blob_sha256=version.blob_sha256,
        size=version.size,
        content_type=version.content_type,
        modified_us=version.modified_us,
        version=version.version,
    )
