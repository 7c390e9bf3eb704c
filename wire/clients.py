"""Which family of programs a request comes from, by its User-Agent.

A label for people and for harmless differences in answers, never a proof of anything: the client
writes it.
"""

import re
from enum import StrEnum
from functools import lru_cache


class Family(StrEnum):
    """A family of client programs."""

    WINDOWS_PROBE = "windows-probe"  # DavClnt: asks before the WebClient service is started
    WINDOWS = "windows"  # the MiniRedir, Explorer's mounted drive
    OFFICE = "office"
    OUTLOOK = "outlook"
    WINDOWS_CALENDAR = "windows-calendar"
    MAC_FINDER = "mac-finder"
    IOS = "ios"
    MAC = "mac"
    ANDROID = "android"
    THUNDERBIRD = "thunderbird"
    EVOLUTION = "evolution"
    LIBREOFFICE = "libreoffice"
    DAVFS2 = "davfs2"
    GVFS = "gvfs"
    KIO = "kio"
    RCLONE = "rclone"
    TOOL = "tool"
    BROWSER = "browser"
    UNKNOWN = "unknown"


_APPLE = r"(?:CalendarAgent|AddressBookCore|AddressBook|dataaccessd|accountsd|remindd)"

# The first match wins: davfs2 names neon too, KIO and Thunderbird call themselves Mozilla.
_TABLE: tuple[tuple[re.Pattern[str], Family], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), family)
    for pattern, family in (
        (r"^DavClnt", Family.WINDOWS_PROBE),
        (r"Microsoft-WebDAV-MiniRedir", Family.WINDOWS),
        (r"^Microsoft (?:Office|Data Access)|ms-office|MSOffice", Family.OFFICE),
        (r"CalDavSynchronizer", Family.OUTLOOK),
        (r"^MSFT-", Family.WINDOWS_CALENDAR),
        (r"WebDAVFS|WebDAVLib", Family.MAC_FINDER),
        (r"^iOS/.*(?:dataaccessd|accountsd|remindd|Preferences)", Family.IOS),
        (rf"^(?:macOS|Mac[+_ ]OS[+_ ]X)/.*{_APPLE}", Family.MAC),
        (r"DAVx5|DAVdroid|at\.bitfire", Family.ANDROID),
        (r"Thunderbird/|Lightning/", Family.THUNDERBIRD),
        (r"^Evolution/", Family.EVOLUTION),
        (r"LibreOffice|OpenOffice", Family.LIBREOFFICE),
        (r"davfs2", Family.DAVFS2),
        (r"gvfs", Family.GVFS),
        (r"KIO/|Konqueror", Family.KIO),
        (r"rclone/", Family.RCLONE),
        (r"cadaver|neon/|^(?:curl|Wget)/", Family.TOOL),
        (r"Mozilla/5\.0.*(?:Safari|Chrome|Firefox)", Family.BROWSER),
    )
)

# Longer ones are cut: the patterns look near the front, and a header may hold kilobytes.
_MAX_LOOKED_AT = 400


def classify(user_agent: str) -> Family:
    """Return the family that *user_agent* names, ``UNKNOWN`` when none does."""
    return _classify(user_agent[:_MAX_LOOKED_AT])


@lru_cache(maxsize=1024)
def _classify(user_agent: str) -> Family:
    for pattern, family in _TABLE:
        if pattern.search(user_agent):
            return family
    return Family.UNKNOWN
