"""MKCOL (RFC 4918 section 9.3), also with properties in its body (RFC 5689)."""

from dav_providers.documents import preconditions, proppatch
from dav_providers.documents.properties import REGISTRY
from dav_providers.documents.request import DocumentRequest
from dav_providers.multistatus import preconditions as pre
from dav_providers.multistatus.answers import Answer, RefusedError, xml
from dav_providers.multistatus.mkcol_xml import instructions_of, properties_set, types_wanted
from dav_providers.multistatus.request_xml import (
    PropertyInstruction,
    RequestXMLError,
    read_xml,
)
from dav_providers.multistatus.writer import Propstat, empty_element, propstat, xml_document
from office import documents
from office.tracking import Act
from wire.bodies import read_small

DAV = "{DAV:}"
_FAILED = 424
_XML = frozenset({"", "application/xml", "text/xml"})


def answer(request: DocumentRequest) -> Answer:
    """Make a folder, with the properties that the client gives it along."""
    limits = request.settings.limits
    body = read_small(request.environ, limits.xml_bytes)
    instructions = _instructions(request, body, limits.xml_depth) if body.strip() else ()
    refused = [each.name for each in instructions if REGISTRY.is_protected(each.name)]
    if refused:
        return _not_made(instructions, frozenset(refused))
    with request.change() as (work, [place]):
        preconditions.check(request, work.unit, place)
        node = documents.make_collection(work, place)
        proppatch.apply(work.unit, node, instructions)
        request.note.path = "/".join(place.names)
        request.note.node_id, request.note.version = node.id, node.version
        request.note.act = Act.FOLDER_CREATED
    return Answer(201, [("Content-Length", "0")])


def _instructions(
    request: DocumentRequest, body: bytes, max_depth: int
) -> tuple[PropertyInstruction, ...]:
    """What the body sets.

    Raises:
        RefusedError: It is no XML (415), or no plain folder is wanted.
        RequestXMLTooComplexError: It sets too many properties.
    """
    told = str(request.environ.get("CONTENT_TYPE") or "").partition(";")[0].strip().lower()
    if told not in _XML:
        raise RefusedError(415, "MKCOL takes no body but a DAV: mkcol element.")
    try:
        root = read_xml(body, max_depth=max_depth)
    except RequestXMLError as error:
        # RFC 4918 section 9.3: a body that is not understood.
        status = 415 if error.status == 400 else error.status  # noqa: PLR2004
        raise RefusedError(status, str(error)) from error
    if root.tag != f"{DAV}mkcol":
        raise RefusedError(415, "MKCOL takes no body but a DAV: mkcol element.")
    elements = properties_set(root)
    if types_wanted(elements) - {f"{DAV}collection"}:
        raise RefusedError(403, "Only plain folders are made here.", pre.VALID_RESOURCETYPE)
    return instructions_of(elements)


def _not_made(instructions: tuple[PropertyInstruction, ...], refused: frozenset[str]) -> Answer:
    """Say which property stood in the way (RFC 5689 section 3)."""
    names = list(dict.fromkeys(each.name for each in instructions))
    bad = [empty_element(name) for name in names if name in refused]
    rest = [empty_element(name) for name in names if name not in refused]
    error = pre.error_element(pre.CANNOT_MODIFY_PROTECTED_PROPERTY)
    stats = [Propstat(403, bad, error=error), *([Propstat(424, rest)] if rest else [])]
    inner = b"".join(propstat(each) for each in stats)
    headers = [("Cache-Control", "no-cache")]
    return xml(_FAILED, xml_document(f"{DAV}mkcol-response", inner), headers)
