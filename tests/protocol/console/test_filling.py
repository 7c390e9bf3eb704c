"""The set-up's last step: what is taken in, what is refused and why, and that nothing doubles."""

import errno
import struct
import zipfile
from io import BytesIO
from typing import Any

import pytest

from auth import people
from auth.identity import of_user
from config.settings import Limits
from office import collections, layout, places
from office.filling import archives
from office.filling.report import Outcome, Report
from storage import items
from storage.local_blobs import LocalStagedBlob
from storage.store import Store
from storage.tree import NodeRow
from tests.console import Console, Page
from tests.set_up import SetUp, archive, calendar, card, event, link_of, upload

VILLA = {
    "4711 Villa/Grundriss.pdf": b"%PDF-1",
    "4711 Villa/Fotos/Haus.jpg": b"jpeg" * 1000,
    "Altbau/Notiz.txt": b"",
}


class Office:
    """An office at its last step, and what lies in it."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.set_up = SetUp(console, link_of(console.store))
        self.form = self.set_up.fill()

    def fill(self, **files: Any) -> Page:
        """Send files with the form."""
        return self.set_up.visit.send(self.form, **files)

    def node(self, path: str) -> NodeRow | None:
        """What lies at a path below ``/files/``, for Anna."""
        with self.console.store.read() as unit:
            who = of_user(unit, people.get(unit, "anna").id)
            return places.find(unit, who, layout.load(unit), path.split("/")).node

    def content(self, path: str) -> bytes | None:
        """The bytes of a document; None if it is not there."""
        node = self.node(path)
        if node is None:
            return None
        sha256 = node.blob_sha256
        return (
            (self.console.folder / "blobs" / sha256[:2] / sha256).read_bytes() if sha256 else b""
        )

    def items(self, name: str) -> dict[str, str]:
        """The objects of one of Anna's collections, title by UID."""
        with self.console.store.read() as unit:
            who = of_user(unit, people.get(unit, "anna").id)
            found = collections.find(unit, who, name).id
            sql = "SELECT uid, summary FROM item WHERE collection_id = :id"
            return dict(unit.rows(sql, {"id": found}))

    def text(self, name: str, uid: str) -> str:
        """An object's text."""
        with self.console.store.read() as unit:
            who = of_user(unit, people.get(unit, "anna").id)
            collection = collections.find(unit, who, name)
            found = items.find_by_uid(unit, collection.place, uid)
            assert found is not None
            return items.read(unit, collection.place, [found.id])[found.id].text


@pytest.fixture
def office(console: Console) -> Office:
    return Office(console)


def told(page: Page, heading: str) -> list[str]:
    """The lines of the report below a heading."""
    found = page.root.xpath(f"//details[starts-with(normalize-space(summary), '{heading}:')]//li")
    return [" ".join(each.text_content().split()) for each in found]


class TestAFolder:
    def test_is_taken_in_with_its_paths_but_without_itself(self, office: Office) -> None:
        page = office.fill(
            folder=[upload(text, f"Meine Objekte/{name}") for name, text in VILLA.items()]
        )

        assert sorted(told(page, "New")) == sorted(VILLA)
        assert office.content("Properties/4711 Villa/Fotos/Haus.jpg") == b"jpeg" * 1000
        assert office.content("Properties/Altbau/Notiz.txt") == b""
        with office.console.store.read() as unit:
            assert sorted(unit.rows("SELECT number, title FROM estate")) == [
                ("4711", "Villa"),
                ("4712", "Altbau"),
            ]
        assert office.node("Properties/Altbau/Release") is not None

    def test_again_makes_nothing_twice_and_replaces_what_differs(self, office: Office) -> None:
        files = dict(VILLA)
        office.fill(folder=[upload(text, f"O/{name}") for name, text in files.items()])
        before = office.node("Properties/4711 Villa/Grundriss.pdf")
        files["4711 Villa/Fotos/Haus.jpg"] = b"another"

        page = office.fill(folder=[upload(text, f"O/{name}") for name, text in files.items()])

        assert told(page, "Changed") == ["4711 Villa/Fotos/Haus.jpg"]
        assert sorted(told(page, "There already")) == [
            "4711 Villa/Grundriss.pdf",
            "Altbau/Notiz.txt",
        ]
        assert told(page, "New") == []
        assert office.node("Properties/4711 Villa/Grundriss.pdf") == before
        assert office.content("Properties/4711 Villa/Fotos/Haus.jpg") == b"another"

    def test_what_is_refused_is_named_and_the_rest_goes_on(self, office: Office) -> None:
        page = office.fill(
            folder=[
                upload(b"a", "O/lose.txt"),
                upload(b"b", "O/4711 Villa/a?.txt"),
                upload(b"c", "O/4711 Villa/../../c.txt"),
                upload(b"d", "O/4711 Garage/d.txt"),
                upload(b"e", "O/4711 Villa/e.txt"),
                upload(b"f", "O/4711 Villa/e.txt/f.txt"),
                upload(b"g", "O/4711 Villa/.DS_Store"),
                upload(b"h", "O/.git/h"),
            ]
        )

        assert told(page, "Refused") == [
            "lose.txt: no document can lie here; put it into a folder",
            "4711 Villa/a?.txt: Windows can hold no file of this name",
            "4711 Villa/../../c.txt: its path leads elsewhere",
            "4711 Garage/d.txt: another property has this number",
            "4711 Villa/e.txt/f.txt: something else of this name is there",
        ]
        assert told(page, "Left out, as systems scatter it") == ["4711 Villa/.DS_Store"]
        assert office.content("Properties/4711 Villa/e.txt") == b"e"
        assert office.node("Properties/4711 Garage") is None

    def test_that_stays_empty_since_all_of_it_was_refused_is_named(self, office: Office) -> None:
        page = office.fill(
            folder=[
                upload(b"a", "O/4711 Villa/a?.txt"),
                upload(b"b", "O/4712 Altbau/b?.txt"),
                upload(b"c", "O/4712 Altbau/c.txt"),
            ]
        )

        heading = "Properties made, but still empty, as all that was theirs was refused"
        assert told(page, heading) == ["4711 Villa"]

    def test_a_name_that_is_too_long_is_told_so(self, office: Office) -> None:
        name = "ä" * 126 + ".txt"

        page = office.fill(folder=[upload(b"a", f"O/4711 Villa/{name}")])

        assert told(page, "Refused") == [
            f"4711 Villa/{name}: its name is too long; 255 bytes are taken"
        ]

    def test_what_to_do_with_what_was_refused_is_told_only_then(self, office: Office) -> None:
        hint = "What was refused can be mended"
        good = office.fill(folder=[upload(b"a", "O/4711 Villa/a.txt")])
        bad = office.fill(folder=[upload(b"a", "O/4711 Villa/a?.txt")])

        assert (hint in good.text, hint in bad.text) == (False, True)
        for page in (good, bad):
            assert "The office opens when you press" in page.text

    @pytest.mark.parametrize(
        ("target", "below", "where"),
        [
            ("resources", "Vorlagen/2026", "Resources/Vorlagen/2026/Altbau/Notiz.txt"),
            ("home", "", "Home/Altbau/Notiz.txt"),
            ("estates", "left out", "Properties/Altbau/Notiz.txt"),
        ],
    )
    def test_goes_where_it_was_sent(
        self, office: Office, target: str, below: str, where: str
    ) -> None:
        office.fill(target=target, below=below, folder=[upload(b"n", "O/Altbau/Notiz.txt")])

        assert office.content(where) == b"n"

    def test_leads_to_no_other_place(self, office: Office) -> None:
        page = office.fill(
            target="home", below="../Resources", folder=[upload(b"n", "O/Altbau/Notiz.txt")]
        )

        assert told(page, "Refused") == ["Altbau/Notiz.txt: its path leads elsewhere"]

    def test_many_fields_are_no_form(self, office: Office) -> None:
        more = {f"field{number}": "x" for number in range(30)}

        assert office.fill(folder=[upload(b"n", "O/Altbau/Notiz.txt")], **more).status == 400

    def test_stops_where_the_disk_is_full(self, office: Office) -> None:
        office.console.room = 0

        page = office.fill(folder=[upload(b"n", "O/Altbau/Notiz.txt")])

        assert told(page, "Refused") == ["Altbau/Notiz.txt: the server's disk has no room for it"]
        assert list((office.console.folder / "blobs" / "tmp").iterdir()) == []


def test_a_disk_that_fills_up_is_said_so(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def keep(_staged: LocalStagedBlob) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(LocalStagedBlob, "keep", keep)

    page = office.fill(folder=[upload(b"n", "O/Altbau/Notiz.txt")])

    assert told(page, "Refused") == ["Altbau/Notiz.txt: the server's disk has no room for it"]
    assert list((office.console.folder / "blobs" / "tmp").iterdir()) == []


def test_a_document_beyond_the_limit_is_refused(
    store: Store, tmp_path_factory: pytest.TempPathFactory
) -> None:
    console = Console(store, tmp_path_factory.mktemp("limits"), limits=Limits(upload_bytes=10))
    office = Office(console)

    page = office.fill(
        archive=upload(archive({"4711/a.txt": b"x" * 11, "4711/b.txt": b"x" * 10}), "o.zip")
    )

    assert told(page, "Refused") == ["4711/a.txt: it is too large"]
    assert told(page, "New") == ["4711/b.txt"]
    console.meters.close()


class TestAnArchive:
    def test_is_taken_in_and_again_not_twice(self, office: Office) -> None:
        whole = archive(VILLA | {"4713 Leer/": b""})

        page = office.fill(archive=upload(whole, "Objekte.zip"))
        again = office.fill(archive=upload(whole, "Objekte.zip"))

        assert sorted(told(page, "New")) == sorted([*VILLA, "4713 Leer/"])
        assert office.content("Properties/4711 Villa/Grundriss.pdf") == b"%PDF-1"
        node = office.node("Properties/4711 Villa/Grundriss.pdf")
        assert node is not None
        assert abs(node.modified_us - 1_740_830_400_000_000) <= 86_400_000_000
        assert sorted(told(again, "There already")) == sorted(VILLA)
        assert told(again, "New") == []

    @pytest.mark.parametrize(
        ("around", "place"),
        [
            ("Objekte/", "Properties/4711 Villa/Fotos/Haus.jpg"),
            ("2026 Objekte/", "Properties/2026 Objekte/4711 Villa/Fotos/Haus.jpg"),
            ("", "Properties/4711 Villa/Fotos/Haus.jpg"),
        ],
    )
    def test_loses_a_folder_around_all_others(
        self, office: Office, around: str, place: str
    ) -> None:
        office.fill(archive=upload(archive({around + k: v for k, v in VILLA.items()}), "o.zip"))

        assert office.content(place) == b"jpeg" * 1000

    @pytest.mark.parametrize("around", ["Objekte", "properties", "Alles"])
    def test_loses_it_also_where_something_lies_loose_in_it(
        self, office: Office, around: str
    ) -> None:
        files = {"4711 Villa/a.txt": b"a", "4712 Altbau/b.txt": b"b", "lose.txt": b"c"}

        page = office.fill(
            archive=upload(archive({f"{around}/{k}": v for k, v in files.items()}), "o.zip")
        )

        assert told(page, "Refused") == [
            "lose.txt: no document can lie here; put it into a folder"
        ]
        assert office.content("Properties/4712 Altbau/b.txt") == b"b"
        assert office.node(f"Properties/{around}") is None

    def test_keeps_a_property_without_a_number_that_has_documents_and_folders(
        self, office: Office
    ) -> None:
        files = {"Villa Sonne/2024 Fotos/a.jpg": b"a", "Villa Sonne/b.txt": b"b"}

        office.fill(archive=upload(archive(files), "o.zip"))

        assert office.content("Properties/Villa Sonne/2024 Fotos/a.jpg") == b"a"
        assert office.content("Properties/Villa Sonne/b.txt") == b"b"

    def test_gives_numbers_behind_those_that_it_brings(self, office: Office) -> None:
        files = {"Altbau/a.txt": b"a", "1 Neubau/b.txt": b"b", "7 Villa/c.txt": b"c"}

        page = office.fill(archive=upload(archive(files), "o.zip"))

        assert told(page, "Refused") == []
        with office.console.store.read() as unit:
            assert sorted(unit.rows("SELECT number, title FROM estate")) == [
                ("1", "Neubau"),
                ("7", "Villa"),
                ("8", "Altbau"),
            ]

    def test_with_paths_that_lead_elsewhere_and_links_is_taken_without_them(
        self, office: Office
    ) -> None:
        whole = archive(
            {
                "/etc/passwd": b"1",
                "4711/../../x": b"2",
                "..\\..\\y": b"3",
                "C:/z": b"4",
                "4711/gut.txt": b"5",
                "4711\\auch.txt": b"6",
            },
            links={"4711/link": "/etc/passwd"},
        )

        page = office.fill(archive=upload(whole, "o.zip"))

        refused = told(page, "Refused")
        assert sorted(each.rpartition(": ")[2] for each in refused) == [
            "it is a link",
            *["its path leads elsewhere"] * 4,
        ]
        assert sorted(told(page, "New")) == ["4711/auch.txt", "4711/gut.txt"]

    def test_that_would_burst_is_refused_as_a_whole(self, office: Office) -> None:
        whole = archive({"4711/a.bin": bytes(40_000_000), "4711/b.txt": b"b"})
        assert len(whole) < 100_000

        page = office.fill(archive=upload(whole, "bombe.zip"))

        [line] = told(page, "Refused")
        assert line.startswith("bombe.zip: unpacked it would be far larger")
        assert office.node("Properties/4711") is None

    def test_that_says_less_than_it_holds_is_damaged(self, office: Office) -> None:
        whole = bytearray(archive({"4711/a.bin": bytes(100_000)}))
        at = whole.rindex(b"PK\x01\x02")
        struct.pack_into("<L", whole, at + 24, 10)  # the size that the directory tells

        page = office.fill(archive=upload(bytes(whole), "o.zip"))

        assert told(page, "Refused") == ["4711/a.bin: it is damaged"]

    def test_larger_than_the_disk_is_refused(self, office: Office) -> None:
        whole = archive({"4711/a.bin": bytes(10_000)}, compressed=False)
        office.console.room = 9_000

        page = office.fill(archive=upload(whole, "o.zip"))

        assert told(page, "Refused") == ["o.zip: the server's disk has no room for it"]

    def test_with_too_many_entries_is_refused_unread(
        self, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(archives, "MOST_MEMBERS", 2)

        page = office.fill(archive=upload(archive(VILLA), "o.zip"))

        assert told(page, "Refused") == ["o.zip: it holds too many entries"]

    def test_with_a_broken_member_is_taken_without_it(self, office: Office) -> None:
        whole = bytearray(archive({"4711/a.txt": b"abc", "4711/b.txt": b"b"}, compressed=False))
        whole[whole.index(b"abc")] ^= 1

        page = office.fill(archive=upload(bytes(whole), "o.zip"))

        assert told(page, "Refused") == ["4711/a.txt: it is damaged"]
        assert told(page, "New") == ["4711/b.txt"]

    def test_locked_with_a_password_says_so(self, office: Office) -> None:
        whole = bytearray(archive({"4711/a.txt": b"abc"}))
        for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            whole[whole.index(mark) + offset] |= 1

        page = office.fill(archive=upload(bytes(whole), "o.zip"))

        assert told(page, "Refused") == ["4711/a.txt: it is locked with a password"]

    @pytest.mark.parametrize(
        "content", [b"", b"no archive", b"PK\x05\x06", b"PK\x05\x06" + b"\xff" * 18]
    )
    def test_that_is_none_says_so(self, office: Office, content: bytes) -> None:
        page = office.fill(archive=upload(content, "o.zip"))

        [line] = told(page, "Refused")
        assert line.startswith("o.zip: this is no ZIP archive")

    def test_beyond_the_bounds_of_the_old_format_is_read(
        self, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 1)
        made = BytesIO()
        with zipfile.ZipFile(made, "w") as file:
            for number in range(3):
                file.writestr(f"4711/{number}.txt", b"x")

        page = office.fill(archive=upload(made.getvalue(), "o.zip"))

        assert len(told(page, "New")) == 3


class TestContacts:
    def test_are_taken_in_one_by_one(self, office: Office) -> None:
        whole = card("a", "Berta") + card("b", "Carl", version="2.1") + card("", "Dora")

        page = office.fill(cards=[upload(whole, "alle.vcf"), upload(b"nothing", "leer.vcf")])

        assert sorted(told(page, "New")) == ["alle.vcf: Berta", "alle.vcf: Dora"]
        carl, empty = told(page, "Refused")
        assert carl == (
            "alle.vcf: Carl: it cannot be read. This is vCard 2.1; 3.0 and 4.0 are taken."
        )
        assert empty == "leer.vcf: there is nothing in it that belongs here"
        assert sorted(office.items("contacts").values()) == ["Berta", "Dora"]

    def test_again_are_not_doubled_and_replaced_where_they_differ(self, office: Office) -> None:
        office.fill(cards=upload(card("a", "Berta") + card("", "Dora"), "a.vcf"))
        before = office.items("contacts")

        same = office.fill(cards=upload(card("a", "Berta") + card("", "Dora"), "a.vcf"))
        other = office.fill(cards=upload(card("a", "Bertha"), "b.vcf"))

        assert sorted(told(same, "There already")) == ["a.vcf: Berta", "a.vcf: Dora"]
        assert told(other, "Changed") == ["b.vcf: Bertha"]
        assert office.items("contacts") == before | {"a": "Bertha"}

    def test_more_than_one_transaction_takes(self, office: Office) -> None:
        whole = b"".join(card(str(number), f"Person {number}") for number in range(130))

        office.fill(cards=upload(whole, "viele.vcf"))

        assert len(office.items("contacts")) == 130

    def test_that_break_off_are_refused(self, office: Office) -> None:
        page = office.fill(cards=upload(card("a", "Berta") + card("b", "Carl")[:-15], "a.vcf"))

        assert told(page, "New") == ["a.vcf: Berta"]
        [line] = told(page, "Refused")
        assert line == "a.vcf: Carl: it cannot be read (line 11). The text is cut off."

    def test_are_refused_with_the_line_of_the_file(self, office: Office) -> None:
        bad = card("b", "Carl").replace(b"END:VCARD", b"Unsinn\r\nEND:VCARD")

        page = office.fill(cards=upload(card("a", "Berta") + bad, "a.vcf"))

        line = 1 + (card("a", "Berta") + bad).split(b"\r\n").index(b"Unsinn")
        assert told(page, "Refused") == [
            f"a.vcf: Carl: it cannot be read (line {line}). “Unsinn” is no line of such a file."
        ]


ZONE = (
    b"BEGIN:VTIMEZONE\r\nTZID:Office/Here\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n"
    b"TZOFFSETFROM:+0100\r\nTZOFFSETTO:+0100\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
)


class TestAppointments:
    def test_are_refused_with_the_line_of_the_file(self, office: Office) -> None:
        bad = event("b", "Falsch").replace(b"SUMMARY:Falsch", b"SUMMARY:Falsch\r\nUnsinn")
        bad = bad.replace(b"DTSTART:2026", b"DTSTART;TZID=Office/Here:2026")
        whole = calendar(event("a", "Gut"), bad, ZONE)

        page = office.fill(calendars=upload(whole, "a.ics"))

        line = 1 + whole.split(b"\r\n").index(b"Unsinn")
        [refused] = told(page, "Refused")
        assert f"(line {line})" in refused

    def test_are_taken_in_each_with_its_zone_and_its_changed_instances(
        self, office: Office
    ) -> None:
        series = event("s", "Jour fixe", more="RRULE:FREQ=WEEKLY;COUNT=5\r\n")
        changed = event("s", "Verlegt", more="RECURRENCE-ID:20260511T100000Z\r\n")
        zoned = event("z", "Hier").replace(b"DTSTART:2026", b"DTSTART;TZID=Office/Here:2026")
        zoned = zoned.replace(b"T100000Z\r\nSUMMARY", b"T100000\r\nSUMMARY")
        task = event("t", "Anrufen").replace(b"VEVENT", b"VTODO")

        page = office.fill(
            calendars=upload(calendar(ZONE, series, zoned, task, changed), "alles.ics")
        )

        assert told(page, "Refused") == []
        assert office.items("calendar") == {"s": "Jour fixe", "z": "Hier"}
        assert office.items("tasks") == {"t": "Anrufen"}
        assert "Verlegt" in office.text("calendar", "s")
        assert "VTIMEZONE" not in office.text("calendar", "s")
        assert "TZID:Office/Here" in office.text("calendar", "z")

    def test_again_are_not_doubled_and_replaced_where_they_differ(self, office: Office) -> None:
        first = calendar(event("a", "Eins"), event("", "Zwei"))
        office.fill(calendars=upload(first, "a.ics"))
        before = office.items("calendar")

        same = office.fill(calendars=upload(first, "a.ics"))
        other = office.fill(calendars=upload(calendar(event("a", "Drei")), "a.ics"))

        assert sorted(told(same, "There already")) == ["a.ics: Eins", "a.ics: Zwei"]
        assert told(other, "Changed") == ["a.ics: Drei"]
        assert office.items("calendar") == before | {"a": "Drei"}

    def test_that_cannot_be_read_are_refused_by_name(self, office: Office) -> None:
        page = office.fill(
            calendars=upload(
                calendar(
                    event("a", "Kaputt", start="gestern"),
                    event("b", "Gut"),
                    event("c", "Wort\r\n  BEGIN:VEVENT"),
                    b"BEGIN:VJOURNAL\r\nUID:j\r\nDTSTAMP:20260101T000000Z\r\nEND:VJOURNAL\r\n",
                ),
                "a.ics",
            )
        )

        broken, journal = told(page, "Refused")
        assert broken.startswith("a.ics: Kaputt: it cannot be read")
        assert "VJOURNAL is not taken here" in journal
        assert sorted(office.items("calendar")) == ["b", "c"]

    def test_and_contacts_may_go_into_shared_ones(self, office: Office) -> None:
        for _ in range(2):
            office.fill(
                items="shared",
                cards=upload(card("a", "Berta"), "a.vcf"),
                calendars=upload(calendar(event("e", "Messe")), "a.ics"),
            )

        assert office.items("office-contacts") == {"a": "Berta"}
        assert office.items("office-calendar") == {"e": "Messe"}
        assert office.items("contacts") == {}
        office.console.person("jonas")
        with office.console.store.read() as unit:
            jonas = of_user(unit, people.get(unit, "jonas").id)
            shared = [
                each for each in collections.of_home(unit, jonas) if each.owner_name == "anna"
            ]
        assert sorted(each.kind for each in shared) == ["addressbook", "calendar"]
        assert {each.granted for each in shared} == {1}


class TestTheForm:
    def test_without_its_token_takes_nothing(self, office: Office) -> None:
        page = office.fill(form_token="x", folder=[upload(b"n", "O/Altbau/Notiz.txt")])

        assert page.status == 403
        assert office.node("Properties/Altbau") is None

    def test_whose_token_comes_after_the_files_takes_nothing(self, office: Office) -> None:
        body = BytesIO()
        token = office.form.token
        for head, content in (
            ('name="folder"; filename="O/Altbau/Notiz.txt"', "n"),
            ('name="form_token"', token),
        ):
            body.write(
                f"--x\r\nContent-Disposition: form-data; {head}\r\n\r\n{content}\r\n".encode()
            )
        body.write(b"--x--\r\n")

        answer = office.set_up.visit.client.post(
            "/console/set-up/fill",
            base_url="http://dav.example.org",
            data=body.getvalue(),
            content_type="multipart/form-data; boundary=x",
        )

        assert answer.status_code == 403
        assert office.node("Properties/Altbau") is None

    @pytest.mark.parametrize(
        ("kind", "body"),
        [
            ("multipart/form-data", b"--x--"),
            ("multipart/form-data; boundary=x", b"--x\r\nContent-Type: a\r\n\r\nb\r\n--x--"),
            (
                "multipart/form-data; boundary=x",
                b'--x\r\nContent-Disposition: form-data; name="a"',
            ),
        ],
    )
    def test_that_is_broken_is_a_fault_of_the_client(
        self, office: Office, kind: str, body: bytes
    ) -> None:
        answer = office.set_up.visit.client.post(
            "/console/set-up/fill",
            base_url="http://dav.example.org",
            data=body,
            content_type=kind,
        )

        assert answer.status_code == 400

    def test_with_nothing_chosen_says_so(self, office: Office) -> None:
        page = office.fill(archive=upload(b"", ""))

        assert "Nothing was chosen" in page.text

    def test_takes_nothing_more_once_the_office_is_open(self, office: Office) -> None:
        office.set_up.visit.send(office.form, "/fill/done")

        page = office.fill(folder=[upload(b"n", "O/Altbau/Notiz.txt")])

        assert "Your office is open" in page.title
        assert office.node("Properties/Altbau") is None

    def test_of_somebody_who_is_blocked_meanwhile_takes_nothing_more(
        self, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        office.console.person("berta", "administration")
        tell = Report.tell

        def tell_and_block(report: Report, outcome: Outcome, name: str) -> None:
            tell(report, outcome, name)
            with office.console.store.write() as unit:
                people.block(unit, "anna")

        monkeypatch.setattr(Report, "tell", tell_and_block)
        page = office.fill(folder=[upload(b"1", "O/4711/1.txt"), upload(b"2", "O/4711/2.txt")])

        assert "Sign in" in page.title
        with office.console.store.read() as unit:
            names = {name for (name,) in unit.rows("SELECT name FROM node")}
        assert "1.txt" in names
        assert "2.txt" not in names
