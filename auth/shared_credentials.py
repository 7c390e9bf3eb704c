"""Whether one credential seems to be on more than one machine, told from the programs seen on it.

A hint for the administrator, never a proof: a program writes its name itself. Programs that run
on phones and desktops alike (rclone, Office, browsers) say nothing.
"""

from collections.abc import Iterable
from enum import StrEnum

from wire.clients import Family

_PHONES = frozenset({Family.IOS, Family.ANDROID})
_DESKTOPS = frozenset(
    {
        Family.WINDOWS_PROBE,
        Family.WINDOWS,
        Family.OUTLOOK,
        Family.WINDOWS_CALENDAR,
        Family.MAC_FINDER,
        Family.MAC,
        Family.THUNDERBIRD,
        Family.EVOLUTION,
        Family.LIBREOFFICE,
        Family.DAVFS2,
        Family.GVFS,
        Family.KIO,
    }
)


class Sharing(StrEnum):
    """What gives a shared credential away."""

    PHONE_AND_DESKTOP = "phone-and-desktop"
    TWO_PHONES = "two-phones"


def sharing_of(families: Iterable[str]) -> Sharing | None:
    """What speaks for more than one machine among the client *families* seen on a device."""
    seen = frozenset(families)
    phones = seen & _PHONES
    if len(phones) > 1:
        return Sharing.TWO_PHONES
    return Sharing.PHONE_AND_DESKTOP if phones and seen & _DESKTOPS else None
