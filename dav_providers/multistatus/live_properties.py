"""Live properties: one registry, and a compiled plan for each request (RFC 4918 section 15).

A property is bound once per request to that request's scope (locks, quota, who asks) and then
read row by row, so that a listing of 1,000 rows looks nothing up a thousand times, and nothing
is read that nobody asked for. The registry knows neither rows nor scopes; each door registers
properties for its own.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Generic, NamedTuple, TypeVar

from dav_providers.multistatus.request_xml import Propfind, PropfindKind
from dav_providers.multistatus.writer import RESPONSE_OPEN, empty_element, ready_response
from wire.paths import quote_segment

Row = TypeVar("Row")
Scope = TypeVar("Scope")

# The whole element as XML, or None where this row has no such property.
Reader = Callable[[Row], bytes | None]
# A row's dead properties: name to the whole element as XML.
DeadReader = Callable[[Row], Mapping[str, bytes]]

DEAD = "dead"
_ROWS_OF_A_BLOCK = 400

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
    """A column of the rows, and how its values are written, fit for XML."""

    column: str
    write: Callable[[Iterable[Any]], Iterable[object]]


class Shape(NamedTuple):
    """What a row is written by: a text for ``%`` and the fields that fill it, in order."""

    text: str
    fields: tuple[Field, ...] = ()

    @classmethod
    def same(cls, xml: bytes) -> "Shape":
        """The shape of what no row changes."""
        return cls(xml.decode().replace("%", "%%"))

    def blocks(self, columns: Iterable[Iterable[Any]]) -> Iterator[bytes]:
        """The rows written, some hundreds at a time, out of the values of each field's column."""
        written = [field.write(values) for field, values in zip(self.fields, columns, strict=True)]
        rows = map(self.text.__mod__, zip(*written, strict=True))
        while block := "".join(islice(rows, _ROWS_OF_A_BLOCK)):
            yield block.encode()


def _quoted(names: Iterable[str]) -> Iterable[str]:
    return map(quote_segment, names)


_NAME = Field("href", _quoted)


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
        self, propfind: Propfind, scope: Scope, where: str, *, is_minimal: bool = False
    ) -> Shape | None:
        """What writes the responses of the members of *where* that have no dead properties.

        The first field is the member's name (``href``). None: these rows are to be written one
        by one, since something of what is wanted is not told by columns alone.
        """
        if propfind.kind is PropfindKind.PROPNAME:
            return None
        shapes = [each.shape(scope) if each.shape else None for each in self._wanted(propfind)]
        known = [each for each in shapes if each is not None]
        if len(known) < len(shapes):
            return None
        is_quiet = is_minimal or propfind.kind is PropfindKind.ALLPROP
        absent = () if is_quiet else self._dead_names(propfind) or ()
        missing = b"".join(map(empty_element, absent)).replace(b"%", b"%%")
        found = "".join(each.text for each in known).encode()
        rest = ready_response("", found, missing).removeprefix(RESPONSE_OPEN)
        return Shape(
            f"{RESPONSE_OPEN.decode()}{where.replace('%', '%%')}%s{rest.decode()}",
            (_NAME, *(field for each in known for field in each.fields)),
        )

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
