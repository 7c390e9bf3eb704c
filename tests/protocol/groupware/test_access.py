"""The rights matrix of calendars and contacts: user x place x method, written by hand.

One's own home is one's own whatever group one is in; another's is not there, and answers word
for word like one that nobody has.
"""

from collections.abc import Iterator

import pytest

from auth import people
from auth.errors import CredentialsError
from auth.rights import GROUPS
from dav_providers.groupware.options import METHODS
from tests.documents_door import Reply
from tests.forgetful import bring_up_all, forgetful_store
from tests.groupware_door import (
    HOST,
    Device,
    GroupwareOffice,
    card,
    event,
    groupware_office,
)

REPORT = (
    b'<D:sync-collection xmlns:D="DAV:"><D:sync-token/><D:sync-level>1</D:sync-level><D:prop/>'
    b"</D:sync-collection>"
)
PROPPATCH = (
    b'<D:propertyupdate xmlns:D="DAV:"><D:set><D:prop><x xmlns="urn:x">1</x></D:prop></D:set>'
    b"</D:propertyupdate>"
)


def send(device: Device, method: str, path: str) -> Reply:
    """One request of this method on a whole path, which would succeed if it were allowed."""
    match method:
        case "COPY" | "MOVE":
            where = f"https://{HOST}/dav/{device.name}/zweiter/neu.ics"
            return device.request(method, path, Destination=where)
        case "PUT":
            return device.request(method, path, event("a", "Neu"))
        case "POST":
            return device.request(method, path, event("neu"))
        case "PROPPATCH":
            return device.request(method, path, PROPPATCH)
        case "REPORT":
            return device.request(method, path, REPORT, Depth="0")
        case "PROPFIND":
            return device.request(method, path, Depth="1")
        case _:
            return device.request(method, path)


ON_A_DEFAULT = {
    "OPTIONS": 200,
    "GET": 405,
    "HEAD": 405,
    "PUT": 405,
    "POST": 201,
    "DELETE": 403,
    "MKCOL": 403,
    "MKCALENDAR": 403,
    "COPY": 403,
    "MOVE": 403,
    "PROPFIND": 207,
    "PROPPATCH": 207,
    "REPORT": 207,
}
ON_A_HOME = {**ON_A_DEFAULT, "POST": 405, "REPORT": 403}
ON_AN_OBJECT = {
    **ON_A_DEFAULT,
    "GET": 200,
    "HEAD": 200,
    "PUT": 204,
    "POST": 405,
    "DELETE": 204,
    "COPY": 201,
    "MOVE": 201,
    "REPORT": 403,
}
ON_AN_INBOX = {**ON_A_DEFAULT, "POST": 403}
ON_AN_OUTBOX = {**ON_A_DEFAULT, "POST": 400, "REPORT": 403}
"""An appointment is no request for free and busy times."""
AS_A_PRINCIPAL = {"PROPFIND": 207, "REPORT": 403}
"""What others may ask of a home itself: name and address, as of any colleague."""
REPORTS = (
    b'<D:expand-property xmlns:D="DAV:"><D:property name="displayname"/></D:expand-property>',
    (
        b'<D:acl-principal-prop-set xmlns:D="DAV:"><D:prop><D:displayname/></D:prop>'
        b"</D:acl-principal-prop-set>"
    ),
    (
        b'<D:principal-match xmlns:D="DAV:"><D:self/><D:prop><D:displayname/></D:prop>'
        b"</D:principal-match>"
    ),
    (
        b'<D:principal-property-search xmlns:D="DAV:"><D:property-search><D:prop><D:displayname/>'
        b"</D:prop><D:match>a</D:match></D:property-search><D:prop/></D:principal-property-search>"
    ),
    b'<D:principal-search-property-set xmlns:D="DAV:"/>',
    (
        b'<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop/>'
        b'<C:filter><C:comp-filter name="VCALENDAR"/></C:filter></C:calendar-query>'
    ),
)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def filled(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[GroupwareOffice]:
    """One office for all of the matrix: no request on it leaves anything."""
    with forgetful_store(request, tmp_path_factory) as (store, folder):
        groupware = groupware_office(store, folder)
        groupware.person("anna")
        groupware.person("jonas")
        for group in GROUPS:
            device = groupware.person(f"in-{group.name}", group.name)
            device.request("MKCALENDAR", device.own("zweiter"))
            device.put("calendar/a.ics", event("a"))
            device.put("contacts/a.vcf", card("a"))
        bring_up_all(store)
        store.is_forgetful = True
        yield groupware


class TestOwn:
    @pytest.mark.parametrize("group", [each.name for each in GROUPS])
    @pytest.mark.parametrize("method", METHODS)
    def test_every_group_keeps_its_own(
        self, filled: GroupwareOffice, group: str, method: str
    ) -> None:
        device = filled.people[f"in-{group}"]

        assert send(device, method, device.own("")).status == ON_A_HOME[method]
        assert send(device, method, device.own("calendar/")).status == ON_A_DEFAULT[method]
        assert send(device, method, device.own("calendar/a.ics")).status == ON_AN_OBJECT[method]
        assert send(device, method, device.own("inbox/")).status == ON_AN_INBOX[method]
        assert send(device, method, device.own("outbox/")).status == ON_AN_OUTBOX[method]


class TestOthers:
    @pytest.mark.parametrize("method", METHODS)
    @pytest.mark.parametrize(
        "below",
        [
            "",
            "calendar/",
            "calendar/a.ics",
            "contacts/a.vcf",
            "neu/",
            "calendar/neu.ics",
            "inbox/",
            "outbox/",
        ],
    )
    @pytest.mark.parametrize("group", ["administration", "mitarbeiter"])
    def test_another_home_answers_like_one_that_nobody_has(
        self, filled: GroupwareOffice, group: str, method: str, below: str
    ) -> None:
        device = filled.people[f"in-{group}"]

        if not below and method in AS_A_PRINCIPAL:
            # Colleagues are known by name and address.
            assert send(device, method, "/dav/in-verwaltung/").status == AS_A_PRINCIPAL[method]
            return
        guessed = send(device, method, f"/dav/in-verwaltung/{below}")
        unheard = send(device, method, f"/dav/in-nirgendwohi/{below}")

        assert (guessed.status, guessed.headers, guessed.body) == (
            unheard.status,
            unheard.headers,
            unheard.body,
        )
        if method != "OPTIONS":
            assert guessed.status == 404

    @pytest.mark.parametrize("group", [each.name for each in GROUPS])
    def test_a_colleague_is_a_principal_and_nothing_more(
        self, filled: GroupwareOffice, group: str
    ) -> None:
        device = filled.people[f"in-{group}"]
        other = "/dav/jonas/"

        for method, status in AS_A_PRINCIPAL.items():
            assert send(device, method, other).status == status
        reply = device.request("PROPFIND", other, Depth="1")
        assert reply.hrefs == [other]
        assert "home-set" not in reply.text

    @pytest.mark.parametrize("body", REPORTS)
    @pytest.mark.parametrize("below", ["calendar/", "calendar/a.ics", "neu/", "calendar/neu.ics"])
    def test_every_report_on_anothers_is_404(
        self, filled: GroupwareOffice, below: str, body: bytes
    ) -> None:
        for device in filled.people.values():
            if device.name != "in-verwaltung":
                where = f"/dav/in-verwaltung/{below}"
                assert device.request("REPORT", where, body, Depth="0").status == 404

    def test_who_is_blocked_as_a_whole_is_no_principal(
        self, groupware: GroupwareOffice, anna: Device
    ) -> None:
        with groupware.store.write() as unit:
            people.block(unit, "jonas")

        blocked, unheard = (
            anna.request("PROPFIND", path, Depth="0") for path in ("/dav/jonas/", "/dav/neu/")
        )

        assert blocked.status == 404
        assert (blocked.headers, blocked.body) == (unheard.headers, unheard.body)

    def test_listings_show_nobody_else(self, filled: GroupwareOffice) -> None:
        anna = filled.people["anna"]

        for path in ("/dav/", "/principals/", "/dav/anna/"):
            text = anna.request("PROPFIND", path, Depth="1").text
            assert "in-verwaltung" not in text
            assert "jonas" not in text

    @pytest.mark.parametrize(
        "path", ["/principals/anna/", "/principals/users/anna/", "/dav/ANNA/"]
    )
    def test_what_is_no_address_of_ours(self, filled: GroupwareOffice, path: str) -> None:
        assert filled.people["anna"].request("PROPFIND", path, Depth="0").status == 404


def test_somebody_blocked_as_a_whole_is_nobody(groupware: GroupwareOffice, anna: Device) -> None:
    with groupware.store.write() as unit:
        people.block(unit, "anna")

    with pytest.raises(CredentialsError):
        anna.get("calendar/a.ics")


def test_a_block_holds_for_a_body_that_was_on_its_way(
    groupware: GroupwareOffice, anna: Device
) -> None:
    class Slow:
        """A body whose sender is blocked while it comes in."""

        def __init__(self) -> None:
            self.blocks = [event("a")]

        def read(self, _size: int) -> bytes:
            with groupware.store.write() as unit:
                people.block(unit, "anna")
            return self.blocks.pop() if self.blocks else b""

    reply = anna.put("calendar/a.ics", Slow())  # type: ignore[arg-type]

    assert reply.status == 401
    with groupware.store.read() as unit:
        assert unit.row("SELECT count(*) FROM item")[0] == 0
