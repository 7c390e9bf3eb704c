"""Who may, with check marks: what is shown, to whom, and what saving does."""

import json
import re
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from admin import audit_log
from auth import audit, consent, rights
from auth import people as users
from auth.audit import NOBODY
from auth.grants import EVERYBODY
from auth.rights import DataRight, FunctionRight
from auth.visibility import Visibility
from office import estates, granting, house_rules, layout, opening, people, sync_profiles
from office.command import at_the_machine
from office.work import Work
from storage import devices, tree
from storage.audit import AuditRow
from storage.store import Store
from tests import statements
from tests.builders import NOW_US
from tests.console import Console, Page, Visit

ESTATE = "/files/Objekte/4711 Lindenallee"
CALENDAR = "/dav/anna/calendar"


class Places:
    """An office with properties and people; paths are told as ids of the console's pages."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.store: Store = console.store
        opening.prepare_office(self.store, "de", name="Musterbüro", now_us=NOW_US)
        for name, group in (
            ("berta", "administration"),
            ("clara", "administration"),
            ("vera", "verwaltung"),
            ("anna", "mitarbeiter"),
            ("jonas", "mitarbeiter"),
            ("karl", "kollaboration"),
        ):
            console.person(name, group)
        self.estate("4711", "Lindenallee")
        self.estate("4712", "Marktplatz")

    def estate(self, *entries: str) -> None:
        with self.store.write() as unit:
            work = Work(unit, at_the_machine(), layout.load(unit), NOW_US)
            for number, title in zip(entries[::2], entries[1::2], strict=True):
                estates.add(work, estates.Label(number, title))

    def page(self, path: str) -> str:
        """The address of the page of what lies at *path*."""
        names = path.strip("/").split("/")
        with self.store.read() as unit:
            if names[0] == "dav":
                [(number,)] = unit.rows(
                    "SELECT c.id FROM collection c JOIN principal p ON p.id = c.owner_id"
                    " WHERE p.name = :owner AND c.name = :name",
                    {"owner": names[1], "name": names[2]},
                )
                return f"/console/access/collections/{number}"
            root = layout.load(unit).shared[names[1]]
            chain = tree.chain(unit, root, names[2:])
        assert len(chain) == len(names) - 1
        return f"/console/access/folders/{chain[-1].id}"

    def block(self, name: str, path: str) -> None:
        with self.store.write() as unit:
            people.block_on_path(unit, name, path, now_us=NOW_US)

    def closed(self, name: str) -> list[str]:
        """What is closed to the user."""
        with self.store.read() as unit:
            return people.blocked_paths(unit, users.get(unit, name))

    def grant(self, name: str, right: DataRight, path: str) -> None:
        with self.store.write() as unit:
            granting.grant(unit, name, right, path)

    def granted(self) -> list[tuple[str, str, str]]:
        with self.store.read() as unit:
            return [(each.name, each.right.name, each.path) for each in granting.listed(unit)]

    def record(self) -> list[tuple[str, dict[str, Any]]]:
        """The acts on record that the console did, the oldest first."""
        with self.store.read() as unit:
            rows = unit.rows("SELECT act, details FROM audit WHERE by_user_id > 0 ORDER BY id")
        return [(act, json.loads(details)) for act, details in rows]


@pytest.fixture
def places(console: Console) -> Places:
    return Places(console)


@pytest.fixture
def berta(console: Console, places: Places) -> Visit:  # noqa: ARG001 - makes the people
    return console.signed_in("berta")


def lines(page: Page) -> dict[str, str]:
    """What stands beside each name, and whether it has a mark."""
    found = {}
    for each in page.root.xpath("//label[starts-with(@for, 'open-')]"):
        name, _, rest = " ".join(each.text_content().split()).partition(" ")
        box = each.find("input")
        mark = "x" if box.get("checked") is not None else "-"
        found[name] = f"{mark}{'!' if box.get('disabled') is not None else ''} {rest}"
    return found


def mark(visit: Visit, page: Page, **wanted: bool) -> Page:
    """Save the page's form with these marks set or taken."""
    boxes = page.root.xpath("//input[@name='open']")
    names = {each.get("value"): each.getparent().text_content().split()[0] for each in boxes}
    chosen = [
        each.get("value")
        for each in boxes
        if each.get("disabled") is None
        and wanted.get(names[each.get("value")], each.get("checked") is not None)
    ]
    return visit.send(page, "/marks", open=chosen or None)


class TestTheLists:
    def test_a_manager_finds_properties_and_shared_folders(self, berta: Visit) -> None:
        page = berta.get("/console/access")

        for name in ("Objekte", "Ressourcen", "4711 Lindenallee", "4712 Marktplatz"):
            assert name in page.text
        found = berta.get("/console/access?q=markt").text
        assert "4712 Marktplatz" in found
        assert "4711" not in found

    def test_thousands_are_shown_part_by_part(self, places: Places, berta: Visit) -> None:
        numbers = [f"5{number:03}" for number in range(120)]
        places.estate(*(word for each in numbers for word in (each, "Haus")))

        page, seen = berta.get("/console/access?q=haus"), []
        while True:
            seen += re.findall(r"(5\d{3}) Haus", page.text)
            further = page.root.xpath("//a[contains(@href, 'after=')]/@href")
            if not further:
                break
            page = berta.get(further[0])

        assert seen == numbers

    def test_no_row_costs_a_query(
        self, places: Places, berta: Visit, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        few = statements.count(partial(berta.get, "/console/access"), monkeypatch)
        places.estate(*(word for each in range(40) for word in (f"6{each:03}", "Haus")))

        assert statements.count(partial(berta.get, "/console/access"), monkeypatch) == few

    def test_what_one_may_not_read_is_not_there(self, places: Places, berta: Visit) -> None:
        places.block("berta", ESTATE)
        page = places.page(ESTATE)

        assert "Lindenallee" not in berta.get("/console/access").text
        assert berta.get("/console/access?q=linden").text.count("Lindenallee") == 0
        answers = [berta.get(page), berta.get(f"{page}9999")]
        answers += [
            berta.post(f"{each}/marks", form_token=berta.get("/console/account").token)
            for each in (page, f"{page}9999")
        ]
        assert {each.status for each in answers} == {404}
        assert len({each.body for each in answers}) == 1

    def test_staff_find_their_own_calendars_only(self, console: Console, places: Places) -> None:
        anna = console.signed_in("anna")

        page = anna.get("/console/access")

        assert "jonas" not in page.text
        assert len(page.root.xpath("//ul[@class='rows']/li")) == 3
        assert anna.get(places.page(ESTATE)).status == 404
        assert anna.get(places.page("/dav/jonas/calendar")).status == 404

    def test_who_manages_a_folder_finds_it(self, console: Console, places: Places) -> None:
        places.grant("anna", DataRight.MANAGE, ESTATE)
        anna = console.signed_in("anna")

        page = anna.get("/console/access").text

        assert "Lindenallee" in page
        assert "Marktplatz" not in page
        assert anna.get(places.page(f"{ESTATE}/Fotos")).status == 200

    def test_managers_find_everybodys_collections(self, console: Console, places: Places) -> None:
        vera = console.signed_in("vera")

        found = vera.get("/console/access/collections?q=jonas kalender")

        assert found.root.xpath("//section/h2/text()") == ["jonas"]
        assert "Kalender of jonas" in found.text
        assert vera.get(places.page("/dav/jonas/calendar")).status == 200

    @pytest.mark.parametrize("name", ["inbox", "outbox"])
    def test_no_inbox_is_shared_or_closed(
        self, console: Console, places: Places, name: str
    ) -> None:
        for who in ("berta", "vera", "anna"):
            assert console.signed_in(who).get(places.page(f"/dav/anna/{name}")).status == 404

    def test_who_was_blocked_just_now_signs_in(
        self, places: Places, berta: Visit, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        address = places.page(ESTATE)
        monkeypatch.setattr(devices, "find_user", lambda *_: None)

        for page in ("/console/access", address, "/console/users/anna"):
            assert berta._ask("GET", page, None, {}).headers["location"] == "/console/sign-in"


class TestWhatIsShown:
    def test_rights_and_where_they_come_from(self, places: Places, berta: Visit) -> None:
        places.grant("karl", DataRight.MANAGE, ESTATE)
        places.block("jonas", "/files/Objekte")

        shown = lines(berta.get(places.page(ESTATE)))

        assert shown == {
            "anna": "x read and write (as everybody, from “Objekte”)",
            "berta": "x! read, write and manage (Administration)",
            "clara": "x read, write and manage (Administration)",
            "jonas": "-! closed at “Objekte”",
            "karl": (
                "x read, write and manage (given in person);"
                " reads only, since the right to edit is missing"
            ),
            "vera": (
                "x read and write (as everybody, from “Objekte”);"
                " reads only, since the right to edit is missing"
            ),
        }

    def test_a_calendar_tells_its_owner(self, places: Places, berta: Visit) -> None:
        places.grant("mitarbeiter", DataRight.WRITE, CALENDAR)

        shown = lines(berta.get(places.page(CALENDAR)))

        assert shown["anna"] == "x read, write and manage (as the owner)"
        assert shown["jonas"] == "x read and write (by the group Staff)"
        assert shown["karl"] == "x nothing"

    def test_no_user_costs_a_query(
        self,
        console: Console,
        places: Places,
        berta: Visit,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        page = places.page(ESTATE)
        few = statements.count(partial(berta.get, page), monkeypatch)
        for number in range(10):
            console.person(f"emil{number}")

        assert statements.count(partial(berta.get, page), monkeypatch) == few


class TestMarks:
    @pytest.mark.parametrize("path", [ESTATE, "/files/Objekte", CALENDAR, "/dav/anna/contacts"])
    def test_are_taken_and_given(self, places: Places, berta: Visit, path: str) -> None:
        page = berta.get(places.page(path))

        page = mark(berta, page, jonas=False, karl=False)

        assert places.closed("jonas") == places.closed("karl") == [path]
        assert places.closed("anna") == []
        page = mark(berta, page, jonas=True)
        assert (places.closed("jonas"), places.closed("karl")) == ([], [path])
        acts = [act for act, _ in places.record()]
        assert acts == ["block.set", "block.set", "block.lifted"]

    def test_what_is_as_it_was_is_not_written(self, places: Places, berta: Visit) -> None:
        places.block("karl", ESTATE)

        mark(berta, berta.get(places.page(ESTATE)))

        assert places.record() == []
        assert places.closed("karl") == [ESTATE]

    def test_the_second_of_two_hears_what_changed(
        self, console: Console, places: Places, berta: Visit
    ) -> None:
        clara = console.signed_in("clara")
        address = places.page(ESTATE)
        hers, theirs = berta.get(address), clara.get(address)
        mark(berta, hers, jonas=False)

        answer = mark(clara, theirs, anna=False)

        assert answer.status == 409
        assert "jonas: closed now" in answer.text
        assert places.closed("jonas") == [ESTATE]
        assert places.closed("anna") == []
        # What she wanted waits on the page; once more, and it is done.
        assert mark(clara, answer).status == 200
        assert (places.closed("jonas"), places.closed("anna")) == ([ESTATE], [ESTATE])

    def test_nobody_shuts_themselves_out(self, places: Places, berta: Visit) -> None:
        address = places.page(ESTATE)
        page = berta.get(address)
        number = page.root.xpath("//label[contains(., 'berta')]/input/@value")[0]

        answer = berta.post(f"{address}/marks", form_token=page.token, was=f"{number}:1")

        assert answer.status == 409
        assert places.closed("berta") == []

    def test_administrators_are_shut_out_by_administrators(
        self, console: Console, places: Places
    ) -> None:
        vera = console.signed_in("vera")
        address = places.page(ESTATE)
        page = vera.get(address)
        number = page.root.xpath("//label[contains(., 'berta')]/input/@value")[0]
        assert lines(page)["berta"].startswith("x!")

        answer = vera.post(f"{address}/marks", form_token=page.token, was=f"{number}:1")

        assert answer.status == 409
        assert places.closed("berta") == []
        mark(vera, page, anna=False)
        assert places.closed("anna") == [ESTATE]

    def test_a_managers_right_ends_with_the_grant(self, console: Console, places: Places) -> None:
        places.grant("anna", DataRight.MANAGE, ESTATE)
        anna = console.signed_in("anna")
        page = anna.get(places.page(ESTATE))
        with places.store.write() as unit:
            granting.revoke(unit, "anna", ESTATE)

        assert mark(anna, page, jonas=False).status == 404
        assert places.closed("jonas") == []

    def test_an_owner_is_shut_out_by_who_manages_users(
        self, console: Console, places: Places
    ) -> None:
        places.grant("jonas", DataRight.MANAGE, CALENDAR)
        address = places.page(CALENDAR)

        assert lines(console.signed_in("jonas").get(address))["anna"].startswith("x!")
        vera = console.signed_in("vera")
        mark(vera, vera.get(address), anna=False)
        assert places.closed("anna") == [CALENDAR]

    @pytest.mark.parametrize("field", ["was", "open"])
    def test_what_is_no_number_is_refused(self, places: Places, berta: Visit, field: str) -> None:
        address = places.page(ESTATE)
        token = berta.get(address).token

        answer = berta.post(f"{address}/marks", **{"form_token": token, field: "x:1"})

        assert answer.status == 400

    def test_want_the_password_after_ten_minutes(
        self, console: Console, places: Places, berta: Visit
    ) -> None:
        page = berta.get(places.page(ESTATE))
        console.clock.pass_seconds(600)

        asked = mark(berta, page, anna=False)

        assert places.closed("anna") == []
        assert "Saved." in berta.confirm(asked).text
        assert places.closed("anna") == [ESTATE]

    def test_say_that_they_are_saved_once(self, places: Places, berta: Visit) -> None:
        page = berta.get(places.page(ESTATE))

        saved = mark(berta, page, anna=False)

        assert "Saved." in saved.text
        assert "Saved." not in berta.get(page.url).text


class TestDataRights:
    def test_are_given_changed_and_taken(self, places: Places, berta: Visit) -> None:
        page = berta.get(places.page(ESTATE))
        before = places.granted()

        page = give(berta, page, "karl", "write")
        assert ("karl", "WRITE", ESTATE) in places.granted()
        page = change(berta, page, "karl", "read")
        assert ("karl", "READ", ESTATE) in places.granted()
        page = change(berta, page, "karl", "none")

        assert places.granted() == before
        acts = [act for act, _ in places.record()]
        assert acts == ["grant.set", "grant.set", "grant.revoked"]

    def test_everybody_and_groups(self, places: Places, berta: Visit) -> None:
        page = berta.get(places.page(CALENDAR))

        page = give(berta, page, EVERYBODY, "read")
        give(berta, page, "kollaboration", "write")

        assert (EVERYBODY, "READ", CALENDAR) in places.granted()
        assert ("kollaboration", "WRITE", CALENDAR) in places.granted()

    def test_the_second_of_two_hears_of_it(self, places: Places, berta: Visit) -> None:
        page = give(berta, berta.get(places.page(ESTATE)), "karl", "write")
        places.grant("karl", DataRight.READ, ESTATE)

        answer = change(berta, page, "karl", "manage")

        assert answer.status == 409
        assert "Somebody changed this meanwhile" in answer.text
        assert ("karl", "READ", ESTATE) in places.granted()

    def test_managing_users_gives_no_right_to_files(
        self, console: Console, places: Places
    ) -> None:
        """Who could grant themselves everything would be an administrator."""
        vera = console.signed_in("vera")
        before = places.granted()
        for path in (ESTATE, CALENDAR):
            address = places.page(path)
            page = vera.get(address)
            assert "Give a right to" not in page.text

            answer = vera.post(
                f"{address}/grants", form_token=page.token, name="vera", level="0", right="manage"
            )

            assert answer.status == 409
        assert places.granted() == before

    def test_ones_own_calendar_is_shared_by_its_owner(
        self, console: Console, places: Places
    ) -> None:
        anna = console.signed_in("anna")

        give(anna, anna.get(places.page(CALENDAR)), "jonas", "read")

        assert ("jonas", "READ", CALENDAR) in places.granted()

    def test_nobody_unheard_of(self, places: Places, berta: Visit) -> None:
        address = places.page(ESTATE)
        token = berta.get(address).token

        answer = berta.post(
            f"{address}/grants", form_token=token, name="nobody", level="0", right="read"
        )

        assert answer.status == 409
        assert "no user and no group" in answer.text


class TestOnAUsersPage:
    def test_function_rights(self, places: Places, berta: Visit) -> None:
        page = berta.get("/console/users/karl")

        berta.send(page, "karl/rights", rights=["send-offers", "see-tracking"])

        assert own(places, "karl") == {FunctionRight.SEND_OFFERS, FunctionRight.SEE_TRACKING}
        page = berta.get("/console/users/karl")
        berta.send(page, "karl/rights", rights=["see-tracking"])
        assert own(places, "karl") == {FunctionRight.SEE_TRACKING}
        assert places.record() == [
            ("rights.given", {"rights": ["see-tracking", "send-offers"]}),
            ("rights.taken", {"rights": ["send-offers"]}),
        ]

    def test_nobody_gives_a_right_they_have_not(self, console: Console, places: Places) -> None:
        with places.store.write() as unit:
            rights.give(unit, "karl", [FunctionRight.SEE_TRACKING])
        vera = console.signed_in("vera")
        page = vera.get("/console/users/karl")

        vera.post(
            "/console/users/karl/rights",
            form_token=page.token,
            was="see-tracking",
            rights="edit-documents",
        )

        assert own(places, "karl") == {FunctionRight.SEE_TRACKING}

    @pytest.mark.parametrize(
        ("act", "fields", "meanwhile"),
        [
            ("groups", {"groups": ["kollaboration"]}, "groups"),
            ("rights", {"rights": ["send-offers"]}, "rights"),
            ("visibility", {"visibility": "all"}, "visibility"),
            ("limit", {"limit": "5"}, "limit"),
        ],
    )
    def test_the_second_of_two_overwrites_nothing(
        self,
        console: Console,
        places: Places,
        berta: Visit,
        act: str,
        fields: dict[str, Any],
        meanwhile: str,
    ) -> None:
        clara = console.signed_in("clara")
        page, first = clara.get("/console/users/anna"), berta.get("/console/users/anna")
        quicker: dict[str, dict[str, Any]] = {
            "groups": {"groups": ["verwaltung"]},
            "rights": {"rights": ["see-tracking"]},
            "visibility": {"visibility": "none"},
            "limit": {"limit": "7"},
        }
        berta.send(first, f"anna/{act}", **quicker[meanwhile])
        before = state(places)

        answer = clara.send(page, f"anna/{act}", **fields)

        assert answer.status == 409
        assert "Somebody changed this meanwhile" in answer.text
        assert state(places) == before

    def test_visibility_is_for_who_may_set_it(self, console: Console, places: Places) -> None:
        vera = console.signed_in("vera")

        vera.send(vera.get("/console/users/anna"), "anna/visibility", visibility="all")
        vera.send(vera.get("/console/users/vera"), "vera/visibility", visibility="all")

        assert [row[1] for row in state(places) if row[0] in {"anna", "vera"}] == ["all", "all"]
        with places.store.write() as unit:
            rights.take(unit, "verwaltung", [FunctionRight.MANAGE_VISIBILITY])
        page = vera.get("/console/users/anna")
        assert "Save the visibility" not in page.text
        refused = vera.post(
            "/console/users/anna/visibility",
            form_token=page.token,
            was="all",
            visibility="none",
        )
        assert refused.status == 409
        assert [row[1] for row in state(places) if row[0] == "anna"] == ["all"]

    def test_who_sets_visibility_only_does_nothing_else(
        self, console: Console, places: Places
    ) -> None:
        with places.store.write() as unit:
            rights.give(unit, "karl", [FunctionRight.MANAGE_VISIBILITY])
        karl = console.signed_in("karl")
        page = karl.get("/console/users/anna")

        karl.send(page, "anna/visibility", visibility="none")

        assert [row[1] for row in state(places) if row[0] == "anna"] == ["none"]
        assert karl.get("/console/users/new").status == 404
        before = state(places)
        for act in ("block", "groups", "rights", "limit", "lift", "range", "link"):
            answer = karl.post(f"/console/users/anna/{act}", form_token=page.token)
            assert answer.status == 409
        assert state(places) == before

    def test_closed_places_are_opened_again(self, places: Places, berta: Visit) -> None:
        for path in (ESTATE, CALENDAR):
            places.block("jonas", path)

        page = berta.get("/console/users/jonas")

        assert ESTATE in page.text
        for _ in range(2):
            page = berta.send(page, "jonas/lift")
        assert places.closed("jonas") == []
        assert "Closed to this user" not in page.text

    def test_a_place_that_one_may_not_read_is_not_named(
        self, places: Places, berta: Visit
    ) -> None:
        for name in ("jonas", "berta"):
            places.block(name, ESTATE)
        number = places.page(ESTATE).rpartition("/")[2]

        page = berta.get("/console/users/jonas")
        answer = berta.post(
            "/console/users/jonas/lift", form_token=page.token, noun="node", thing=number
        )

        assert "Lindenallee" not in page.text
        assert answer.status == 409
        assert places.closed("jonas") == [ESTATE]
        assert "Lindenallee" not in berta.get("/console/users/berta").text

    def test_number_ranges(self, places: Places, berta: Visit) -> None:
        page = berta.get("/console/users/anna")
        page = berta.send(page, "anna/range#ranges", first="1000", last="1999")
        assert "1000 to 1999" in page.text

        refused = berta.send(page, "anna/range#ranges", first="1999", last="2500")
        ended = berta.send(page, "anna/end-range")

        assert refused.status == 409
        assert "1000 to 1999" not in ended.text
        assert berta.send(page, "anna/end-range").status == 409
        acts = [act for act, _ in places.record()]
        assert acts == ["number-range.given", "number-range.ended"]


def own(places: Places, name: str) -> frozenset[FunctionRight]:
    with places.store.read() as unit:
        return rights.given_to(unit, name)


def state(places: Places) -> list[tuple[Any, ...]]:
    """All that the acts on a user's page change."""
    with places.store.read() as unit:
        everybody = users.listed(unit)
        ranges = unit.rows("SELECT first, last FROM number_range")
        return [
            (
                each.name,
                each.visibility,
                each.state,
                each.groups,
                each.device_limit,
                rights.given_to(unit, each.name),
                ranges,
            )
            for each in everybody
        ]


def give(visit: Visit, page: Page, name: str, right: str) -> Page:
    """Fill the form that gives somebody a new right."""
    form = page.root.xpath("//form[.//select[@name='name']]")[0]
    assert name in form.xpath(".//option/@value")
    return visit._follow(
        visit.post(form.get("action"), form_token=page.token, level="0", name=name, right=right)
    )


def change(visit: Visit, page: Page, name: str, right: str) -> Page:
    """Choose another right for somebody who has one."""
    form = page.root.xpath(f"//form[input[@name='name'][@value='{name}']]")[0]
    level = form.xpath("input[@name='level']/@value")[0]
    return visit._follow(
        visit.post(form.get("action"), form_token=page.token, level=level, name=name, right=right)
    )


class TestTheRecord:
    @pytest.fixture
    def closed(self, places: Places, berta: Visit) -> None:
        for path in (ESTATE, CALENDAR):
            mark(berta, berta.get(places.page(path)), jonas=False)

    @pytest.mark.usefixtures("closed")
    def test_names_the_place_and_leads_to_it(self, places: Places, berta: Visit) -> None:
        page = berta.get("/console/audit")

        for path in (ESTATE, CALENDAR):
            [row] = page.root.xpath(f"//tbody/tr[.//a[. = '{path}']]")
            assert "Place closed: jonas" in " ".join(row.text_content().split())
            assert row.xpath(".//a/@href") == [places.page(path)]

    def test_speaks_in_the_consoles_words(self, console: Console, places: Places) -> None:
        with places.store.write() as unit:
            karl = users.get(unit, "karl").id
            rights.give(unit, "karl", [FunctionRight.SEE_TRACKING])
            users.set_visibility(unit, "karl", Visibility.ALL)
            consent.set_text(unit, {"de": "Neu.", "en": "New."}, now_us=1, asks_again=True)
            house_rules.set_device_limit(unit, 4, by=NOBODY)
            profile = replace(sync_profiles.of_user(unit, karl), birthdays=True)
            sync_profiles.set_of_user(unit, karl, profile)

        page = console.signed_in("berta", language="de").get("/console/audit")

        rows = [[each.text_content() for each in row] for row in page.root.xpath("//tbody/tr")]
        told = [(who, " ".join(what.split())) for _when, who, what in rows]
        again = "Wer früher zugestimmt hat, wird noch einmal gefragt"
        assert told[:5] == [
            ("Befehlszeile", "Synchronisation eingestellt: karlGeburtstage"),
            ("Einrichtung", "Einstellung geändertGeräte je Benutzer"),
            ("Befehlszeile", f"Text der Zustimmung geändert{again}; Fassung 2 des Textes"),
            ("Befehlszeile", "Sichtbarkeit festgelegt: karlAlle Kunden"),
            ("Befehlszeile", "Rechte gegeben: karlSehen, wer Angebote angesehen hat"),
        ]

    @pytest.mark.usefixtures("closed")
    def test_names_no_place_to_who_may_not_know_it(self, console: Console, places: Places) -> None:
        places.block("vera", ESTATE)
        vera = console.signed_in("vera")

        page = vera.get("/console/audit")

        assert "Lindenallee" not in page.text
        assert "a place that is gone or not yours to see" in page.text
        assert "Lindenallee" not in vera.get("/console/audit.jsonl").html

    @pytest.mark.usefixtures("closed")
    def test_is_exported_whole_with_what_proves_it(
        self, console: Console, berta: Visit, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(audit_log, "_AT_ONCE", 3)

        answer = berta.get("/console/audit.jsonl")

        assert "attachment" in answer.headers["content-disposition"]
        rows = [json.loads(each) for each in answer.html.splitlines()]
        assert [each["id"] for each in rows] == list(range(1, len(rows) + 1))
        assert [each["path"] for each in rows[-2:]] == [ESTATE, CALENDAR]
        assert (rows[-1]["by_user_name"], rows[-1]["user_name"]) == ("berta", "jonas")
        previous = "0" * 64
        for each in rows:
            row = AuditRow(*(each[name] for name in AuditRow._fields))
            assert audit.chained(previous, row) == each["hash"]
            previous = each["hash"]
        with console.store.read() as unit:
            assert len(rows) == audit.check(unit).rows
