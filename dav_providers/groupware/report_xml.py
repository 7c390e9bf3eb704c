"""What the bodies of calendar and address book reports have in common."""

from lxml import etree

from dav_providers.groupware.names import ADDRESS_DATA, CALENDAR_DATA, DAV
from dav_providers.multistatus.report_xml import limit_of, wanted

__all__ = ["limit_of", "wanted", "wants_parts"]


def wants_parts(root: etree._Element) -> bool:
    """Whether the objects' data is wanted cut or expanded, not as it is stored."""
    data = [
        each
        for name in (CALENDAR_DATA, ADDRESS_DATA)
        for each in root.iterfind(f"{DAV}prop/{name}")
    ]
    return any(len(each) for each in data)
