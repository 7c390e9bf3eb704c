"""Live properties: one registry, and a compiled plan for each request (RFC 4918 section 15).

A property is bound once per request to that request's scope (locks, quota, who asks) and then
read row by row, so that a listing of 1,000 rows looks nothing up a thousand times, and nothing
is read that nobody asked for. The registry knows neither rows nor scopes; each door registers
properties for its own.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice, repeat
from operator import attrgetter
from typing import Any, Generic, NamedTuple, TypeVar

from dav_providers.multistatus.request_xml import Propfind, PropfindKind
from dav_providers.multistatus.writer import RESPONSE_OPEN, empty_element, ready_response
from wire.paths import is_plain_segment, quote_segment

Row = TypeVar("Row")
Scope = TypeVar("Scope")

# The whole element as XML, or None where this row has no such property.
Reader = Callable[[Row], bytes | None]
# A row's dead properties: name to the whole element as XML.
DeadReader = Callable[[Row], Mapping[str, bytes]]

DEAD = "dead"
_ROWS_OF_A_BLOCK = 400
_HERE = b"\0"

# What the DAV RFCs reserve to the server, whether this door serves it or not: a client that set
# such a name as a dead property would later be answered with its own invention.
_RESERVED = frozenset(
    f"{{DAV:}}{local}"
    for local in (
        "acl",
        "acl-restrictions",
        "add-member",
        "alternate-URI-set",
        "creationdate",
        "current-user-principal",
        "current-user-privilege-set",
        "getcontentlength",
        "getetag",
        "getlastmodified",
        "group",
        "group-member-set",
        "group-membership",
        "inherited-acl-set",
        "lockdiscovery",
        "owner",
        "parent-set",
        "principal-URL",
        "principal-collection-set",
        "quota-available-bytes",
        "quota-used-bytes",
        "resource-id",
        "resourcetype",
        "supported-live-property-set",
        "supported-method-set",
        "supported-privilege-set",
        "supported-report-set",
        "supportedlock",
        "sync-level",
        "sync-token",
    )
)


class Field(NamedTuple):
    """A column of the rows, and how its values are written, fit for XML; no column: the rows."""

    column: str
    write: Callable[[Iterable[Any]], Iterable[str]]


class Shape(NamedTuple):
    """What rows are written by: fields in order, and the text before, between and after them."""

    texts: tuple[str, ...]
    fields: tuple[Field, ...] = ()
    is_absent: bool = False

    @classmethod
    def same(cls, xml: bytes) -> "Shape":
        """The shape of what no row changes."""
        return cls((xml.decode(),))

    @classmethod
    def joined(cls, shapes: Iterable["Shape"]) -> "Shape":
        """The shape of what stands one behind the other."""
        texts, fields = [""], list[Field]()
        for each in shapes:
            texts[-1] += each.texts[0]
            texts += each.texts[1:]
            fields += each.fields
        return cls(tuple(texts), tuple(fields))

    def of_rows(self, rows: Sequence[Any]) -> Iterator[bytes]:
        """The rows written, some hundreds at a time."""
        return self.blocks(
            rows if not each.column else map(attrgetter(each.column), rows) for each in self.fields
        )

    def blocks(self, columns: Iterable[Iterable[Any]]) -> Iterator[bytes]:
        """The rows written, some hundreds at a time, out of the values of each field's column."""
        parts: list[Iterable[str]] = [repeat(self.texts[0])]
        for field, values, text in zip(self.fields, columns, self.texts[1:], strict=True):
            parts += (field.write(values), repeat(text))
        rows = zip(*parts, strict=False)  # what is repeated has no end
        while block := "".join(chain.from_iterable(islice(rows, _ROWS_OF_A_BLOCK))):
            yield block.encode()


ABSENT = Shape(("",), is_absent=True)
"""The shape of a property that no row has."""


def _quoted(names: Iterable[str]) -> Iterable[str]:
    every = list(names)
    return every if is_plain_segment("".join(every)) else map(quote_segment, every)


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveProperty(Generic[Row, Scope]):
    """One live property.

    Attributes:
        name: In Clark's form.
        bind: Called once per request; gives what reads the property from a row.
        in_allprop: Given where a client asks for all (RFC 4918 section 9.1: those of section 15).
        is_protected: PROPPATCH refuses it.
        needs: What the door has to load into the scope before ``bind`` (its own words, "locks").
        shape: Gives what writes many rows at once, out of columns; the same as the reader's.
    """

    name: str
    bind: Callable[[Scope], Reader[Row]]
    in_allprop: bool = False
    is_protected: bool = True
    needs: frozenset[str] = frozenset()
    shape: Callable[[Scope], Shape] | None = None


class PropertyPlan(Generic[Row]):
    """What one request wants of every row."""

    def __init__(
        self,
        wanted: Iterable[tuple[str, Reader[Row]]],
        *,
        dead: DeadReader[Row] | None,
        dead_names: tuple[str, ...] | None,
        is_minimal: bool,
    ) -> None:
        """Keep the readers.

        Args:
            wanted: Name and reader of each live property.
            dead: Gives a row's dead properties; None where there are none to give.
            dead_names: Which of them are wanted; None for all.
            is_minimal: Leave the 404 propstat out (RFC 7240's return=minimal).
        """
        self._is_minimal = is_minimal
        self._live = tuple((reader, empty_element(name)) for name, reader in wanted)
        self._dead = dead
        self._dead_names = (
            None if dead_names is None else tuple((n, empty_element(n)) for n in dead_names)
        )

    def response(self, href: str, row: Row) -> bytes:
        """Return the ``D:response`` of *row* under *href* (percent-encoded)."""
        found: list[bytes] = []
        absent: list[bytes] = []
        for reader, empty in self._live:
            value = reader(row)
            if value is None:
                absent.append(empty)
            else:
                found.append(value)
        if self._dead_names != ():
            self._add_dead(row, found, absent)
        return ready_response(href, b"".join(found), b"" if self._is_minimal else b"".join(absent))

    def _add_dead(self, row: Row, found: list[bytes], absent: list[bytes]) -> None:
        dead = self._dead(row) if self._dead is not None else {}
        if self._dead_names is None:
            found.extend(dead.values())
            return
        for name, empty in self._dead_names:
            value = dead.get(name)
            if value is None:
                absent.append(empty)
            else:
                found.append(value)


class _NamePlan(PropertyPlan[Row]):
    """The plan of a ``propname``: empty elements only (RFC 4918 section 9.1)."""

    def __init__(
        self, wanted: Iterable[tuple[str, Reader[Row]]], dead: DeadReader[Row] | None
    ) -> None:
        super().__init__(wanted, dead=dead, dead_names=None, is_minimal=True)

    def response(self, href: str, row: Row) -> bytes:
        """Return the ``D:response`` of *row* with the names of what it has."""
        names = [empty for reader, empty in self._live if reader(row) is not None]
        if self._dead is not None:
            names += [empty_element(name) for name in self._dead(row)]
        return ready_response(href, b"".join(names))


class LivePropertyRegistry(Generic[Row, Scope]):
    """The live properties of one door."""

    def __init__(self, properties: Iterable[LiveProperty[Row, Scope]]) -> None:
        """Register *properties*.

        Raises:
            ValueError: A name comes twice.
        """
        self._properties: dict[str, LiveProperty[Row, Scope]] = {}
        for each in properties:
            if each.name in self._properties:
                raise ValueError(f"{each.name} is registered twice.")
            self._properties[each.name] = each

    @property
    def names(self) -> tuple[str, ...]:
        """All registered names, in order of registration."""
        return tuple(self._properties)

    def __contains__(self, name: object) -> bool:
        return name in self._properties

    def is_protected(self, name: str) -> bool:
        """Whether PROPPATCH refuses *name* with ``cannot-modify-protected-property``."""
        known = self._properties.get(name)
        return name in _RESERVED if known is None else known.is_protected

    def needs(self, propfind: Propfind) -> frozenset[str]:
        """Return what to load into the scope; ``DEAD`` where dead properties are asked for."""
        needs = frozenset().union(*(each.needs for each in self._wanted(propfind)))
        wants_dead = self._dead_names(propfind) != ()
        return needs | {DEAD} if wants_dead else needs

    def compile(
        self,
        propfind: Propfind,
        scope: Scope,
        *,
        dead: DeadReader[Row] | None = None,
        is_minimal: bool = False,
    ) -> PropertyPlan[Row]:
        """Bind what *propfind* asks for to *scope*.

        Args:
            propfind: The request.
            scope: Given to each property's ``bind``.
            dead: Gives a row's dead properties, the names of live ones left out.
            is_minimal: The client asked for return=minimal or ``Brief: t``.
        """
        wanted = [(each.name, each.bind(scope)) for each in self._wanted(propfind)]
        if propfind.kind is PropfindKind.PROPNAME:
            return _NamePlan(wanted, dead)
        dead_names = self._dead_names(propfind)
        # allprop gives what a resource has; only names that were asked for can be missing.
        is_quiet = is_minimal or propfind.kind is PropfindKind.ALLPROP
        return PropertyPlan(wanted, dead=dead, dead_names=dead_names, is_minimal=is_quiet)

    def shape(
        self,
        propfind: Propfind,
        scope: Scope,
        where: str,
        *,
        name: str,
        is_minimal: bool = False,
    ) -> Shape | None:
        """What writes the responses of the members of *where* that have no dead properties.

        The first field is the column *name*, a member's segment in URLs. None: these rows are to
        be written one by one, since something of what is wanted has no shape.
        """
        if propfind.kind is PropfindKind.PROPNAME:
            return None
        wanted = list(self._wanted(propfind))
        shapes = [(each.name, each.shape(scope)) for each in wanted if each.shape]
        if len(shapes) < len(wanted):
            return None
        known = [shape for _, shape in shapes if not shape.is_absent]
        is_quiet = is_minimal or propfind.kind is PropfindKind.ALLPROP
        absent = [name for name, shape in shapes if shape.is_absent]
        absent = [] if is_quiet else [*absent, *(self._dead_names(propfind) or ())]
        missing = b"".join(map(empty_element, absent))
        # What stands around the properties, told by a row that has one of no text.
        frame = ready_response("", _HERE if known else b"", missing).removeprefix(RESPONSE_OPEN)
        before, _, after = frame.partition(_HERE)
        opening = RESPONSE_OPEN.decode() + where
        named = Shape((opening, ""), (Field(name, _quoted),))
        return Shape.joined((named, Shape.same(before), *known, Shape.same(after)))

    def values(
        self,
        names: Iterable[str],
        scope: Scope,
        row: Row,
        *,
        dead: DeadReader[Row] | None = None,
    ) -> dict[str, bytes]:
        """The properties of one row among *names* that it has, by name, each as its element."""
        others = dead(row) if dead is not None else {}
        found: dict[str, bytes] = {}
        for name in names:
            known = self._properties.get(name)
            value = others.get(name) if known is None else known.bind(scope)(row)
            if value is not None:
                found[name] = value
        return found

    def _wanted(self, propfind: Propfind) -> Iterator[LiveProperty[Row, Scope]]:
        if propfind.kind is PropfindKind.PROP:
            known = (self._properties.get(name) for name in propfind.names)
            yield from (each for each in known if each is not None)
            return
        for each in self._properties.values():
            is_all = propfind.kind is PropfindKind.PROPNAME or each.in_allprop
            if is_all or each.name in propfind.include:
                yield each

    def _dead_names(self, propfind: Propfind) -> tuple[str, ...] | None:
        if propfind.kind is not PropfindKind.PROP:
            return None
        return tuple(name for name in propfind.names if name not in self._properties)
