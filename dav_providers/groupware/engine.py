"""What Radicale answers: filters that no index can, and objects expanded (RFC 4791 section 9.6).

It is given the objects to look at and never looks for any: no lock, storage or right of its own
is used. ``docs/adr/0013`` says why no more of it is.
"""

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from lxml import etree
from radicale.app import report
from radicale.item import Item
from radicale.storage import BaseCollection

from dav_providers.groupware.filters import invalid, time_range
from dav_providers.groupware.names import CAL, CALENDAR_DATA, CARD, DAV
from dav_providers.groupware.preconditions import etag
from dav_providers.groupware.request import MOUNT, GroupwareRequest
from dav_providers.multistatus import preconditions as pre
from dav_providers.multistatus.answers import Answer, RefusedError, xml
from office.collections import Kind
from storage.collections import CollectionRow
from storage.items import ItemRow
from wire.dates import http_date_us

_MOST_OCCURRENCES = 5_000
_ENCODING = "utf-8"


class _Given(BaseCollection):
    """A collection of Radicale's that holds what it was given and nothing else."""

    def __init__(self, path: str, tag: str, members: Iterable[ItemRow]) -> None:
        self._path = path
        self._tag = tag
        self._members = {each.href: self._item(each) for each in members}

    def _item(self, row: ItemRow) -> Item:
        return Item(
            collection=self,
            href=row.href,
            last_modified=http_date_us(row.modified_us),
            text=row.text,
            etag=etag(row),
            uid=row.uid,
            name=self._tag if self._tag == "VCALENDAR" else "VCARD",
            component_name=row.component,
        )

    @property
    def path(self) -> str:
        """Where it lies, without slashes at its ends."""
        return self._path

    def get_multi(self, hrefs: Iterable[str]) -> Iterator[tuple[str, Item | None]]:
        """The members of these names."""
        for href in dict.fromkeys(hrefs):
            yield href, self._members.get(href)

    def get_filtered(self, _filters: object) -> Iterator[tuple[Item, bool]]:
        """All that was given: the filter was asked before.

        Radicale 3.9 can't expand an object that its filter has parsed already.
        """
        for item in self._members.values():
            yield item, True

    @property
    def tag(self) -> str:
        """What kind of collection it is."""
        return self._tag

    def matches(self, href: str, filter_: ET.Element) -> bool:
        """Whether a member passes *filter_*; one that Radicale can't read does not."""
        try:
            return bool(report.test_filter(self._tag, self._members[href], filter_))
        except RuntimeError:
            return False


def matching(
    request: GroupwareRequest,
    collection: CollectionRow,
    root: etree._Element,
    members: Sequence[ItemRow],
) -> list[ItemRow]:
    """Those of *members*, loaded with their text, that pass the report's filter.

    Raises:
        RefusedError: The filter is none.
    """
    given = _given(request, collection, members)
    asked = _for_radicale(root)
    filters = [*asked.findall(f"{CAL}filter"), *asked.findall(f"{CARD}filter")]
    if len(filters) != 1:
        raise invalid("The report must hold one filter.")
    try:
        return [each for each in members if given.matches(each.href, filters[0])]
    except ValueError as error:
        raise invalid(f"The filter is not understood: {error}") from None


def parts(
    request: GroupwareRequest,
    collection: CollectionRow,
    root: etree._Element,
    members: Sequence[ItemRow],
) -> Answer:
    """The answer to a report that wants its objects, *members*, expanded or cut.

    Raises:
        RefusedError: The time to expand is none, or there is too much in it.
    """
    for expand in root.iterfind(f"{DAV}prop/{CALENDAR_DATA}/{CAL}expand"):
        within = time_range(expand)
        if within.start_us is None or within.end_us is None:
            raise invalid("expand must have a start and an end.")
    given = _given(request, collection, members)
    path = f"/{given.path}/"
    try:
        status, body = report.xml_report(
            "", path, _for_radicale(root), given, _ENCODING, _nothing, _MOST_OCCURRENCES
        )
    except ValueError:
        raise RefusedError(
            507,
            "There is too much in this time; ask for less of it.",
            pre.NUMBER_OF_MATCHES_WITHIN_LIMITS,
        ) from None
    return xml(status, ET.tostring(body, encoding=_ENCODING, xml_declaration=True))


def _given(
    request: GroupwareRequest, collection: CollectionRow, members: Sequence[ItemRow]
) -> _Given:
    path = f"{MOUNT}/{request.who.user_name}/{collection.name}"
    tag = "VADDRESSBOOK" if collection.kind == Kind.ADDRESSBOOK else "VCALENDAR"
    return _Given(path, tag, members)


def _for_radicale(root: etree._Element) -> Any:  # noqa: ANN401 - untyped there
    """The report's body in the standard library's tree, which is Radicale's."""
    return ET.fromstring(etree.tostring(root))  # noqa: S314 - parsed with suspicion before


def _nothing() -> None:
    """There is no lock to give back."""
