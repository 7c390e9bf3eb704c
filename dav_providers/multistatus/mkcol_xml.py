"""Bodies that set properties of a new collection (RFC 5689 section 5, RFC 4791 section 9.2)."""

from collections.abc import Sequence

from lxml import etree

from dav_providers.multistatus.request_xml import (
    MAX_NAMES,
    PropertyInstruction,
    RequestXMLTooComplexError,
    name_of,
    standing_alone,
)

RESOURCETYPE = "{DAV:}resourcetype"


def properties_set(root: etree._Element | None) -> list[etree._Element]:
    """The properties in a ``DAV:mkcol`` or ``CALDAV:mkcalendar``; none without a body.

    Raises:
        RequestXMLTooComplexError: There are more than `MAX_NAMES`.
    """
    elements = [] if root is None else list(root.iterfind("{DAV:}set/{DAV:}prop/*"))
    if len(elements) > MAX_NAMES:
        raise RequestXMLTooComplexError(f"Set at most {MAX_NAMES} properties at a time.")
    return elements


def types_wanted(elements: Sequence[etree._Element]) -> frozenset[str]:
    """What the collection is to be, by the names in its ``DAV:resourcetype``."""
    types = (each for each in elements if each.tag == RESOURCETYPE)
    return frozenset(name_of(kind) for each in types for kind in each)


def instructions_of(
    elements: Sequence[etree._Element], *, besides: frozenset[str] = frozenset({RESOURCETYPE})
) -> tuple[PropertyInstruction, ...]:
    """What is to be kept on the collection: all but the properties named in *besides*.

    Raises:
        RequestXMLError: A property can't be kept.
    """
    kept = (each for each in elements if each.tag not in besides)
    return tuple(PropertyInstruction(name_of(each), standing_alone(each)) for each in kept)
