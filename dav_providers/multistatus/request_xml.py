"""Request bodies in XML, read with suspicion and turned into values (RFC 4918 section 14).

No DOCTYPE, so no entity, no network, a bounded depth and number of elements; the limit in bytes
is the caller's (``wire.bodies.read_small``). Elements that are not known are ignored, as section
17 asks.

* RequestXMLError (ValueError)  400  the text says what is wrong
  - ForbiddenDoctypeError       403  a DOCTYPE (DAV:no-external-entities)
  - RequestXMLTooComplexError   413  too deep, or too many elements
"""

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from lxml import etree

MAX_DEPTH = 64
MAX_ELEMENTS = 250_000
MAX_NAMES = 500
"""Properties that one PROPFIND may name: each is answered for each member, 404 or not.

So many may one PROPPATCH set or remove, too.
"""
MAX_NAMESPACES = 100
"""Namespaces in scope of an element that is kept: canonical XML compares each with each."""

_ENCODING = re.compile(rb"<\?xml[^>]*?\sencoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
_PROLOG = re.compile(rb"(?:\s|<\?.*?\?>|<!--.*?-->)*+", re.DOTALL)
_READ_AS_UTF8 = frozenset({b"utf-8", b"utf8", b"us-ascii", b"ascii", b"utf-16"})
_REMEMBERED_BYTES = 2_048
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


class RequestXMLError(ValueError):
    """The body is not what the method takes."""

    status = 400


class ForbiddenDoctypeError(RequestXMLError):
    """The body brings a DOCTYPE, and with it perhaps entities."""

    status = 403


class RequestXMLTooComplexError(RequestXMLError):
    """The body is too deep or has too many elements."""

    status = 413


class PropfindKind(Enum):
    """What a PROPFIND asks for."""

    ALLPROP = "allprop"
    PROPNAME = "propname"
    PROP = "prop"


@dataclass(frozen=True, slots=True)
class Propfind:
    """A PROPFIND's body (section 14.20); names in Clark's form, each once, in order."""

    kind: PropfindKind
    names: tuple[str, ...] = ()
    include: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PropertyInstruction:
    """One property to be set or removed.

    ``xml`` is the whole element, fit to stand alone: with the namespaces in scope where it stood
    and its ``xml:lang`` (section 4.3); None removes the property.
    """

    name: str
    xml: bytes | None

    @property
    def is_remove(self) -> bool:
        """The property is to be removed."""
        return self.xml is None


@dataclass(frozen=True, slots=True)
class Propertyupdate:
    """A PROPPATCH's body (section 14.19): instructions in document order."""

    instructions: tuple[PropertyInstruction, ...]


class LockScope(Enum):
    """Whether others may lock beside (section 14.13)."""

    EXCLUSIVE = "exclusive"
    SHARED = "shared"


@dataclass(frozen=True, slots=True)
class LockInfo:
    """A LOCK's body (section 14.11); ``owner_xml`` is the whole ``D:owner`` element."""

    scope: LockScope
    owner_xml: bytes | None = None


def read_xml(
    body: bytes, *, max_depth: int = MAX_DEPTH, max_elements: int = MAX_ELEMENTS
) -> etree._Element:
    """Parse *body* and return its root.

    Raises:
        ForbiddenDoctypeError: It holds a DOCTYPE.
        RequestXMLTooComplexError: Deeper than *max_depth* or with more than *max_elements*.
        RequestXMLError: Not well-formed, or in an encoding other than UTF-8 and UTF-16.
    """
    text = _as_utf8(body)
    # Looked for before anything is parsed; only comments, instructions and space may precede it.
    prolog = _PROLOG.match(text)
    if prolog and text.startswith(b"<!DOCTYPE", prolog.end()):
        raise ForbiddenDoctypeError("The request's XML must not hold a DOCTYPE.")
    # A parser of its own for each body: they keep state, and threads must not share it.
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(text, parser)
    except etree.XMLSyntaxError as error:
        if parser.error_log and parser.error_log[0].type == etree.ErrorTypes.ERR_RESOURCE_LIMIT:
            # libxml2 itself stops at 256 levels.
            raise _too_deep(max_depth) from None
        line, column = error.position
        raise RequestXMLError(
            f"The request's XML is broken at line {line}, column {column}."
        ) from None
    _check_size(root, max_depth, max_elements)
    return root


def parse_propfind(body: bytes, *, max_depth: int = 64) -> Propfind:
    """Read a PROPFIND's body; an empty one asks for allprop (section 9.1).

    Raises:
        RequestXMLError: Not exactly one of prop, allprop and propname.
        RequestXMLTooComplexError: It asks for more than `MAX_NAMES` properties.
    """
    # Programs poll with the same few bodies.
    read = _remembered_propfind if len(body) <= _REMEMBERED_BYTES else _read_propfind
    return read(body, max_depth)


def _read_propfind(body: bytes, max_depth: int) -> Propfind:
    if not body.strip():
        return Propfind(PropfindKind.ALLPROP)
    root = _root(body, "propfind", max_depth)
    asked = [child for child in root if child.tag in _KINDS]
    if len(asked) != 1:
        raise RequestXMLError("propfind must hold exactly one of prop, allprop and propname.")
    kind = _KINDS[asked[0].tag]
    include = root.find("{DAV:}include")
    return Propfind(
        kind,
        names=property_names(asked[0]) if kind is PropfindKind.PROP else (),
        include=property_names(include) if kind is PropfindKind.ALLPROP else (),
    )


_remembered_propfind = lru_cache(maxsize=256)(_read_propfind)


def parse_propertyupdate(body: bytes, *, max_depth: int = 64) -> Propertyupdate:
    """Read a PROPPATCH's body.

    Raises:
        RequestXMLError: No propertyupdate, or one that sets and removes nothing.
        RequestXMLTooComplexError: It sets and removes more than `MAX_NAMES` properties.
    """
    root = _root(body, "propertyupdate", max_depth)
    asked = [
        (child, is_remove)
        for action in root
        if (is_remove := action.tag == "{DAV:}remove") or action.tag == "{DAV:}set"
        for prop in action.iterfind("{DAV:}prop")
        for child in prop
    ]
    if not asked:
        raise RequestXMLError("propertyupdate must set or remove at least one property.")
    if len(asked) > MAX_NAMES:
        raise RequestXMLTooComplexError(f"Change at most {MAX_NAMES} properties at a time.")
    return Propertyupdate(
        tuple(
            PropertyInstruction(name_of(child), None if is_remove else standing_alone(child))
            for child, is_remove in asked
        )
    )


def parse_lockinfo(body: bytes, *, max_depth: int = 64) -> LockInfo:
    """Read a LOCK's body (an empty one is a refresh, which the caller sees first).

    Raises:
        RequestXMLError: No lockinfo, no known scope, or a type other than write.
    """
    root = _root(body, "lockinfo", max_depth)
    scopes = [scope for scope in LockScope if _has(root, "lockscope", scope.value)]
    if len(scopes) != 1:
        raise RequestXMLError("lockscope must hold either exclusive or shared.")
    if not _has(root, "locktype", "write"):
        raise RequestXMLError("locktype must hold write.")
    owner = root.find("{DAV:}owner")
    return LockInfo(scopes[0], None if owner is None else standing_alone(owner))


def standing_alone(element: etree._Element) -> bytes:
    """Return *element* as canonical XML that means the same wherever it is put.

    Inclusive canonical XML keeps every namespace in scope, so that a prefix inside a value still
    works.

    Raises:
        RequestXMLTooComplexError: More than `MAX_NAMESPACES` are in scope.
        RequestXMLError: One of them is a relative URI, which means nothing anywhere else.
    """
    if any(len(each.nsmap) > MAX_NAMESPACES for each in element.iter()):
        raise RequestXMLTooComplexError(f"More than {MAX_NAMESPACES} namespaces in scope.")
    if _LANG not in element.attrib:
        languages = (above.get(_LANG) for above in element.iterancestors())
        if language := next((each for each in languages if each is not None), None):
            element.set(_LANG, language)
    try:
        return etree.tostring(element, method="c14n", with_tail=False)
    except etree.C14NError:
        raise RequestXMLError("A namespace must be an absolute URI.") from None


def text_of(xml: bytes) -> str:
    """Return the text inside an element that ``standing_alone`` wrote, markup left out."""
    return "".join(str(text) for text in read_xml(xml).itertext())


def name_of(element: etree._Element) -> str:
    """Return the element's name in Clark's form."""
    return str(element.tag)


_KINDS = {f"{{DAV:}}{kind.value}": kind for kind in PropfindKind}


def _root(body: bytes, local: str, max_depth: int) -> etree._Element:
    root = read_xml(body, max_depth=max_depth)
    if root.tag != f"{{DAV:}}{local}":
        raise RequestXMLError(f"The body must be a DAV: {local} element, not {root.tag!r}.")
    return root


def property_names(parent: etree._Element | None) -> tuple[str, ...]:
    """Return the names of the elements in *parent*, a ``DAV:prop``, each once, in order.

    Raises:
        RequestXMLTooComplexError: There are more than `MAX_NAMES`.
    """
    names = () if parent is None else tuple(dict.fromkeys(name_of(child) for child in parent))
    if len(names) > MAX_NAMES:
        raise RequestXMLTooComplexError(f"Ask for at most {MAX_NAMES} properties at a time.")
    return names


def _has(root: etree._Element, parent: str, child: str) -> bool:
    return root.find(f"{{DAV:}}{parent}/{{DAV:}}{child}") is not None


def _as_utf8(body: bytes) -> bytes:
    """Bring the body to UTF-8; with one encoding left no other can hide a DOCTYPE."""
    try:
        if body.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
            body = body.decode("utf-16").encode()
    except UnicodeDecodeError:
        raise RequestXMLError("The request's XML is not the UTF-16 it begins as.") from None
    body = body.removeprefix(BOM_UTF8)
    declared = _ENCODING.match(body)
    if declared and declared[1].lower() not in _READ_AS_UTF8:
        raise RequestXMLError("The request's XML must be in UTF-8 or UTF-16.")
    return body


def _check_size(root: etree._Element, max_depth: int, max_elements: int) -> None:
    if _deeper_than(max_depth)(root):
        raise _too_deep(max_depth)
    if _more_than(max_elements)(root):
        raise RequestXMLTooComplexError(f"More than {max_elements} elements in the request's XML.")


def _too_deep(max_depth: int) -> RequestXMLTooComplexError:
    return RequestXMLTooComplexError(
        f"The request's XML is deeper than {max_depth} levels, the limit limits.xml_depth."
    )


@lru_cache(maxsize=8)
def _deeper_than(max_depth: int) -> etree.XPath:
    return etree.XPath(f"boolean({'/*' * (max_depth + 1)})")


@lru_cache(maxsize=8)
def _more_than(max_elements: int) -> etree.XPath:
    return etree.XPath(f"count(//*) > {max_elements}")
