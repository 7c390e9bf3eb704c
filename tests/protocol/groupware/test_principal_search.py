"""Looking for principals (RFC 3744 sections 9.4 and 9.5)."""

import pytest

from dav_providers.multistatus import principal_search
from office.items import fold
from tests.documents_door import Reply
from tests.groupware_door import CAL, DAV, Device

_NAMESPACES = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"'


def search(device: Device, *texts: str, prop: str = "<D:displayname/>", where: str = "/") -> Reply:
    parts = "".join(
        f"<D:property-search><D:prop>{prop}</D:prop><D:match>{text}</D:match></D:property-search>"
        for text in texts
    )
    body = (
        f"<D:principal-property-search {_NAMESPACES}>{parts}"
        "<D:prop><D:displayname/><C:calendar-home-set/></D:prop></D:principal-property-search>"
    )
    return device.request("REPORT", where, body.encode(), Depth="0")


@pytest.mark.parametrize("where", ["/", "/principals/", "/dav/", "/dav/anna/"])
def test_who_asks_is_found_with_their_calendars(anna: Device, where: str) -> None:
    reply = search(anna, "ANN", where=where)

    assert reply.hrefs == ["/dav/anna/"]
    assert reply.xml.findtext(f".//{CAL}calendar-home-set/{DAV}href") == "/dav/anna/"


def test_all_that_is_looked_for_has_to_be_there(anna: Device) -> None:
    assert search(anna, "an", "na").hrefs == ["/dav/anna/"]
    assert search(anna, "an", "x").hrefs == []
    assert search(anna).hrefs == ["/dav/anna/"]


def test_an_address_is_found(anna: Device) -> None:
    address = "<C:calendar-user-address-set/>"

    assert search(anna, "mailto:anna@", prop=address).hrefs == ["/dav/anna/"]
    assert search(anna, "jonas@", prop=address).hrefs == ["/dav/jonas/"]


def test_of_others_there_are_no_calendars(anna: Device, jonas: Device) -> None:
    reply = search(anna, jonas.name)

    assert reply.hrefs == ["/dav/jonas/"]
    assert set(reply.found()) == {f"{DAV}displayname"}


def test_what_cannot_be_searched_finds_nobody(anna: Device) -> None:
    assert search(anna, "a", prop="<D:getetag/>").hrefs == []


def test_with_more_than_20_searches_it_is_refused(anna: Device) -> None:
    assert search(anna, *["ann"] * 20).hrefs == ["/dav/anna/"]

    reply = search(anna, *["ann"] * 21)

    assert reply.status == 413
    assert "at most 20" in reply.text


def test_a_name_is_folded_once_however_many_search_it(
    anna: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    folded: list[str] = []

    def counting(text: str) -> str:
        folded.append(text)
        return fold(text)

    monkeypatch.setattr(principal_search, "fold", counting)
    search(anna, *["a"] * 20)

    names = [each for each in folded if each != "a"]
    assert len(names) == len(set(names)) > 1


def test_names_beside_the_prop_are_understood(anna: Device) -> None:
    body = (
        f"<D:principal-property-search {_NAMESPACES}><D:prop/><C:calendar-home-set/>"
        "<D:displayname/></D:principal-property-search>"
    )

    reply = anna.request("REPORT", "/", body.encode())

    assert set(reply.found("/dav/anna/")) == {f"{CAL}calendar-home-set", f"{DAV}displayname"}


def test_a_search_for_nothing_is_refused(anna: Device) -> None:
    name = "D:principal-property-search"
    body = f'<{name} xmlns:D="DAV:"><D:property-search/></{name}>'

    assert anna.request("REPORT", "/principals/", body.encode()).status == 400


def test_what_can_be_searched_is_told(anna: Device) -> None:
    body = b'<D:principal-search-property-set xmlns:D="DAV:"/>'

    reply = anna.request("REPORT", "/principals/", body)

    told = reply.xml.iterfind(f"{DAV}principal-search-property/{DAV}prop/*")
    assert {each.tag for each in told} >= {f"{DAV}displayname", f"{CAL}calendar-user-address-set"}
