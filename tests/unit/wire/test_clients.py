"""Every User-Agent seen in a trace keeps its family."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire.clients import Family, classify

SEEN = [
    ("DavClnt", Family.WINDOWS_PROBE),
    ("Microsoft-WebDAV-MiniRedir/10.0.19045", Family.WINDOWS),
    ("Microsoft-WebDAV-MiniRedir/10.0.22000", Family.WINDOWS),
    ("Microsoft-WebDAV-MiniRedir/10.0.26100", Family.WINDOWS),
    ("Microsoft-WebDAV-MiniRedir/6.1.7601", Family.WINDOWS),
    ("Microsoft Office Protocol Discovery", Family.OFFICE),
    ("Microsoft Office Existence Discovery", Family.OFFICE),
    ("Microsoft Office Word 2014", Family.OFFICE),
    ("Microsoft Office Excel 2014", Family.OFFICE),
    ("Microsoft Office PowerPoint 2014", Family.OFFICE),
    ("Microsoft Data Access Internet Publishing Provider", Family.OFFICE),
    ("Mozilla/4.0 (compatible; ms-office; MSOffice 16)", Family.OFFICE),
    ("CalDavSynchronizer/4.6.0", Family.OUTLOOK),
    ("MSFT-WIN-3/10.0.19041", Family.WINDOWS_CALENDAR),
    ("WebDAVFS/3.0.0 (03008000) Darwin/23.4.0 (arm64)", Family.MAC_FINDER),
    ("WebDAVLib/1.3", Family.MAC_FINDER),
    ("iOS/18.5 (22F76) dataaccessd/1.0", Family.IOS),
    ("iOS/14.7.1 (18G82) accountsd/1.0", Family.IOS),
    ("iOS/12.0 (16A366) Preferences/1.0", Family.IOS),
    ("iOS/18.5 (22F76) remindd/1.0", Family.IOS),
    ("macOS/26.5.1 (25F80) AddressBookCore/2732.600.11", Family.MAC),
    ("macOS/15.5 (24F74) AddressBookCore/2695.500.71", Family.MAC),
    ("macOS/13.0 (22A380) dataaccessd/1.0", Family.MAC),
    ("macOS/12.6.3 (21G419) CalendarAgent/961.4.2", Family.MAC),
    ("Mac+OS+X/10.13.2 (17C205) CalendarAgent/399.2", Family.MAC),
    ("Mac OS X/10.8 (12A269) AddressBook/1167", Family.MAC),
    ("macOS/26.5.1 (25F80) remindd/3976", Family.MAC),
    ("DAVx5/4.5.17 (at.bitfire.davdroid)", Family.ANDROID),
    ("DAVdroid/2.0", Family.ANDROID),
    ("Mozilla/5.0 (X11; rv:140.0) Gecko/20100101 Thunderbird/140.0", Family.THUNDERBIRD),
    ("Mozilla/5.0 (X11; rv:52.0) Gecko/20100101 Lightning/5.4", Family.THUNDERBIRD),
    ("Evolution/3.52.0", Family.EVOLUTION),
    ("LibreOffice 26.2.2.2 denylistedbackend/8.19.0 OpenSSL/3.5.4", Family.LIBREOFFICE),
    ("davfs2/1.6.1 neon/0.32.2", Family.DAVFS2),
    ("gvfs/1.50.3", Family.GVFS),
    ("Mozilla/5.0 (X11; Linux x86_64) KIO/5.103 dolphin/22.12.3", Family.KIO),
    ("Mozilla/5.0 (compatible; Konqueror/5.0) KHTML/5 (like Gecko)", Family.KIO),
    ("rclone/v1.75", Family.RCLONE),
    ("cadaver/0.24 neon/0.32.2", Family.TOOL),
    ("litmus/0.13 neon/0.32.2", Family.TOOL),
    ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", Family.BROWSER),
    (
        "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/142.0 Safari/537.36",
        Family.BROWSER,
    ),
    ("curl/7.88.1", Family.TOOL),
    ("Wget/1.21.3", Family.TOOL),
    ("libcurl-agent/1.0", Family.UNKNOWN),
    ("", Family.UNKNOWN),
]


@pytest.mark.parametrize(("user_agent", "family"), SEEN)
def test_a_seen_user_agent_has_its_family(user_agent: str, family: Family) -> None:
    assert classify(user_agent) is family


def test_every_family_is_seen() -> None:
    assert {family for _, family in SEEN} == set(Family)


@given(st.text(max_size=600))
def test_any_text_has_a_family(user_agent: str) -> None:
    assert classify(user_agent) in Family


def test_a_very_long_user_agent_costs_no_memory() -> None:
    assert classify("x" * 60_000 + "rclone/v1") is Family.UNKNOWN
    assert classify("rclone/v1 " + "x" * 60_000) is Family.RCLONE
