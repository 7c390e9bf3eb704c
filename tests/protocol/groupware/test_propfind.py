"""PROPFIND on homes, collections and objects: what clients read while they set an account up."""

import pytest

from tests.groupware_door import CAL, CARD, CS, DAV, Device, GroupwareOffice, card, event


class TestSetUp:
    @pytest.mark.parametrize(
        "path", ["/dav/", "/principals/", "/dav/anna/", "/dav/anna/calendar/"]
    )
    def test_every_place_names_the_principal(self, anna: Device, path: str) -> None:
        found = anna.propfind(path, f"{DAV}current-user-principal").found(path)

        assert found[f"{DAV}current-user-principal"].findtext(f"{DAV}href") == "/dav/anna/"

    def test_the_principal_names_its_homes_and_addresses(self, anna: Device) -> None:
        names = (
            f"{CAL}calendar-home-set",
            f"{CARD}addressbook-home-set",
            f"{DAV}principal-URL",
            f"{CAL}calendar-user-address-set",
        )

        found = anna.propfind("/dav/anna/", *names).found()

        assert [found[name].findtext(f"{DAV}href") for name in names] == [
            "/dav/anna/",
            "/dav/anna/",
            "/dav/anna/",
            "mailto:anna@buero.example",
        ]

    def test_a_new_user_has_a_calendar_a_task_list_and_an_address_book(self, anna: Device) -> None:
        reply = anna.propfind(
            "/dav/anna/",
            f"{DAV}displayname",
            f"{CAL}supported-calendar-component-set",
            Depth="1",
        )

        shown = {}
        for href in reply.hrefs[1:]:
            found = reply.found(href)
            components = found.get(f"{CAL}supported-calendar-component-set")
            takes = [each.get("name") for each in components] if components is not None else []
            shown[href] = (found[f"{DAV}displayname"].text, takes)
        assert shown == {
            "/dav/anna/calendar/": ("Kalender", ["VEVENT"]),
            "/dav/anna/tasks/": ("Aufgaben", ["VTODO"]),
            "/dav/anna/contacts/": ("Adressen", []),
            "/dav/anna/inbox/": ("inbox", ["VEVENT", "VTODO"]),
            "/dav/anna/outbox/": ("outbox", ["VEVENT", "VTODO"]),
            "/dav/anna/office/": ("Büro", []),
        }

    def test_what_nobody_knows_is_404_in_the_answer(self, anna: Device) -> None:
        reply = anna.propfind(
            "/dav/anna/calendar/", f"{DAV}resourcetype", f"{CS}push-transports", Depth="0"
        )

        assert [each.status for each in reply.propstats()] == [200, 404]

    @pytest.mark.parametrize("headers", [{"Prefer": "return=minimal"}, {"Brief": "t"}])
    def test_who_wants_little_gets_no_404s(self, anna: Device, headers: dict[str, str]) -> None:
        reply = anna.propfind("/dav/anna/", f"{DAV}displayname", f"{CS}pushkey", **headers)

        assert [each.status for each in reply.propstats()] == [200]

    @pytest.mark.parametrize("depth", ["infinity", None])
    def test_infinite_depth_is_refused(self, anna: Device, depth: str | None) -> None:
        headers = {"Depth": depth} if depth else {}

        reply = anna.request("PROPFIND", "/dav/anna/", **headers)

        assert reply.status == 403
        assert "propfind-finite-depth" in reply.conditions

    @pytest.mark.parametrize("path", ["/dav/", "/dav/anna/calendar/", "/principals/"])
    def test_options_says_what_apple_looks_for(self, anna: Device, path: str) -> None:
        reply = anna.request("OPTIONS", path)

        assert reply.headers["dav"] == (
            "1, 3, access-control, calendar-access, calendar-auto-schedule, addressbook, "
            "extended-mkcol"
        )
        assert "MKCALENDAR" in reply.headers["allow"]


class TestPoll:
    def test_the_ctag_is_the_sync_token_and_moves_with_every_change(self, anna: Device) -> None:
        def poll() -> tuple[str | None, str | None]:
            found = anna.propfind(
                "/dav/anna/calendar/", f"{CS}getctag", f"{DAV}sync-token"
            ).found()
            return found[f"{CS}getctag"].text, found[f"{DAV}sync-token"].text

        before = poll()
        anna.put("calendar/a.ics", event("a"))
        after = poll()

        assert before != after == poll()
        assert after[0] == after[1] == anna.sync("calendar").token

    def test_a_change_elsewhere_leaves_it(self, anna: Device) -> None:
        before = anna.sync("contacts").token

        anna.put("calendar/a.ics", event("a"))

        assert anna.sync("contacts").token == before


class TestMembers:
    def test_they_are_listed_with_their_tags(self, anna: Device) -> None:
        tags = {
            f"/dav/anna/contacts/{i}%20%C3%A4.vcf": anna.put(
                f"contacts/{i} ä.vcf", card(f"c{i}")
            ).headers["etag"]
            for i in range(3)
        }

        reply = anna.propfind(
            "/dav/anna/contacts/", f"{DAV}getetag", f"{DAV}getcontenttype", Depth="1"
        )

        assert {href: reply.found(href)[f"{DAV}getetag"].text for href in reply.hrefs[1:]} == tags
        kinds = {reply.found(href)[f"{DAV}getcontenttype"].text for href in reply.hrefs[1:]}
        assert kinds == {"text/vcard; charset=utf-8"}

    def test_a_long_listing_is_whole(self, anna: Device) -> None:
        for i in range(501):
            anna.put(f"contacts/{i}.vcf", card(f"c{i}"))

        assert len(anna.names("contacts")) == 501

    def test_one_object_alone(self, anna: Device) -> None:
        tag = anna.put("calendar/a.ics", event("a")).headers["etag"]

        found = anna.propfind("/dav/anna/calendar/a.ics").found()

        assert found[f"{DAV}getetag"].text == tag
        assert int(found[f"{DAV}getcontentlength"].text or 0) == len(event("a"))
        assert f"{CAL}calendar-data" not in found

    def test_a_listing_does_not_bring_the_bytes(self, anna: Device) -> None:
        anna.put("calendar/a.ics", event("a"))

        reply = anna.propfind("/dav/anna/calendar/", f"{CAL}calendar-data", Depth="1")

        assert "Besichtigung" not in reply.text


def test_an_english_office_speaks_english(groupware: GroupwareOffice) -> None:
    with groupware.store.write() as unit:
        unit.execute("UPDATE instance SET value = 'en' WHERE key = 'office.language'")
    emma = groupware.person("emma")

    reply = emma.propfind("/dav/emma/", f"{DAV}displayname", Depth="1")

    names = [reply.found(href)[f"{DAV}displayname"].text for href in reply.hrefs[1:]]
    assert names == ["Calendar", "Tasks", "Contacts", "inbox", "outbox", "Office"]
