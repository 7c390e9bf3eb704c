"""PUT, GET and DELETE of calendar and address objects (RFC 4791, 6352, 9110)."""

import pytest
from lxml import etree

from office.tracking import Act
from tests.documents_door import CutBody
from tests.groupware_door import CAL, CARD, DAV, LIMITS, Device, card, event, task


class TestPut:
    def test_bytes_come_back_as_they_were_sent_under_a_strong_etag(self, anna: Device) -> None:
        sent = event("a", "Übergabe", "X-APPLE-TRAVEL-ADVISORY-BEHAVIOR;X=1:AUTOMATIC")

        put = anna.put("calendar/a.ics", sent)
        got = anna.get("calendar/a.ics")

        assert put.status == 201
        assert put.headers["etag"] == got.headers["etag"]
        assert got.headers["etag"].startswith('"')
        assert got.body == sent
        assert got.headers["content-type"] == "text/calendar; charset=utf-8; component=vevent"

    def test_a_card_comes_back_as_it_was_sent(self, anna: Device) -> None:
        sent = card("a", "Jonas Keil", "X-ADDRESSBOOKSERVER-KIND:group", "item1.X-ABLabel:Büro")

        anna.put("contacts/a.vcf", sent)

        assert anna.get("contacts/a.vcf").body == sent
        assert anna.get("contacts/a.vcf").headers["content-type"] == "text/vcard; charset=utf-8"

    def test_what_had_to_be_mended_is_stored_without_an_etag(self, anna: Device) -> None:
        sent = event("a", start="DTSTART;TZID=W. Europe Standard Time:20260504T100000")

        put = anna.put("calendar/a.ics", sent)

        assert put.status == 201
        assert "etag" not in put.headers
        assert b"BEGIN:VTIMEZONE" in anna.get("calendar/a.ics").body

    def test_the_same_bytes_again_are_no_change(self, anna: Device) -> None:
        anna.put("calendar/a.ics", event("a"))
        before = anna.sync("calendar")

        again = anna.put("calendar/a.ics", event("a"))

        assert again.status == 204
        assert again.headers["etag"]
        assert again.note.act is Act.SAME
        assert anna.sync("calendar", before.token).changed == {}

    def test_what_it_did_is_told_to_the_journal(self, anna: Device) -> None:
        created = anna.put("calendar/a.ics", event("a")).note
        changed = anna.put("calendar/a.ics", event("a", "Notar")).note

        assert (created.act, created.path) == (Act.CREATED, "dav/anna/calendar/a.ics")
        assert changed.act is Act.CHANGED

    def test_a_cut_body_leaves_the_object_as_it_was(self, anna: Device) -> None:
        anna.put("calendar/a.ics", event("a"))

        reply = anna.put("calendar/a.ics", CutBody(event("a", "Notar")[:100]))  # type: ignore[arg-type]

        assert reply.status == 400
        assert anna.get("calendar/a.ics").body == event("a")

    @pytest.mark.parametrize(
        ("path", "status"),
        [
            ("calendar", 405),
            ("calendar/a.ics/", 405),
            ("nothing/a.ics", 409),
            ("calendar/a/b.ics", 409),
            ("", 405),
        ],
    )
    def test_where_no_object_can_be(self, anna: Device, path: str, status: int) -> None:
        assert anna.put(path, event("a")).status == status

    def test_a_part_is_no_object(self, anna: Device) -> None:
        assert anna.put("calendar/a.ics", event("a"), Content_Range="bytes 0-1/9").status == 400

    def test_a_name_that_is_too_long(self, anna: Device) -> None:
        assert anna.put(f"calendar/{'ä' * 128}", event("a")).status == 403


class TestWhatACollectionTakes:
    def test_a_task_is_no_appointment(self, anna: Device) -> None:
        reply = anna.put("calendar/a.ics", task("a"))

        assert reply.status == 403
        assert "supported-calendar-component" in reply.conditions

    def test_tasks_have_a_list_of_their_own(self, anna: Device) -> None:
        assert anna.put("tasks/a.ics", task("a")).status == 201
        assert anna.put("tasks/b.ics", event("b")).status == 403

    @pytest.mark.parametrize(
        ("path", "body", "condition"),
        [
            ("calendar/a.ics", b"no calendar", f"{CAL}valid-calendar-data"),
            ("calendar/a.ics", card("a"), f"{CAL}valid-calendar-data"),
            ("contacts/a.vcf", b"no card", f"{CARD}valid-address-data"),
            ("contacts/a.vcf", event("a"), f"{CARD}valid-address-data"),
            (
                "calendar/a.ics",
                event("a") + event("b"),
                None,
            ),
            ("calendar/a.ics", event("a", "x" * LIMITS.object_bytes), f"{CAL}max-resource-size"),
            ("contacts/a.vcf", card("a", "x" * LIMITS.card_bytes), f"{CARD}max-resource-size"),
        ],
    )
    def test_bad_data_is_refused_by_its_precondition(
        self, anna: Device, path: str, body: bytes, condition: str | None
    ) -> None:
        reply = anna.put(path, body)

        assert reply.status == 403
        assert condition is None or reply.xml.find(condition) is not None
        assert len(reply.xml[-1].text or "") > 10
        assert anna.get(path).status == 404

    @pytest.mark.parametrize(
        ("path", "kind", "condition"),
        [
            ("calendar/a.ics", "application/calendar+json", f"{CAL}supported-calendar-data"),
            ("contacts/a.vcf", "application/vcard+json", f"{CARD}supported-address-data"),
        ],
    )
    def test_another_media_type_is_refused(
        self, anna: Device, path: str, kind: str, condition: str
    ) -> None:
        reply = anna.put(path, b"[]", Content_Type=kind)

        assert reply.status == 403
        assert reply.xml.find(condition) is not None


class TestUid:
    @pytest.mark.parametrize(
        ("book", "make", "namespace"), [("calendar", event, CAL), ("contacts", card, CARD)]
    )
    def test_a_second_object_of_a_uid_is_told_where_the_first_is(
        self, anna: Device, book: str, make: object, namespace: str
    ) -> None:
        assert callable(make)
        anna.put(f"{book}/ä a", make("a"))

        reply = anna.put(f"{book}/b", make("a"))

        assert reply.status == 409
        condition = reply.xml.find(f"{namespace}no-uid-conflict")
        assert condition is not None
        assert condition.findtext(f"{DAV}href") == f"/dav/anna/{book}/%C3%A4%20a"

    def test_an_object_keeps_its_uid(self, anna: Device) -> None:
        anna.put("calendar/a.ics", event("a"))

        assert anna.put("calendar/a.ics", event("b")).status == 409

    def test_a_uid_is_free_again_when_its_object_is_gone(self, anna: Device) -> None:
        anna.put("calendar/a.ics", event("a"))
        anna.delete("calendar/a.ics")

        assert anna.put("calendar/b.ics", event("a")).status == 201

    def test_two_collections_may_have_the_same_uid(self, anna: Device, jonas: Device) -> None:
        assert anna.put("calendar/a.ics", event("a")).status == 201
        assert jonas.put("calendar/a.ics", event("a")).status == 201

    @pytest.mark.parametrize("letters", [333, 334, 1_000])
    def test_it_has_as_many_bytes_as_an_index_takes(self, anna: Device, letters: int) -> None:
        # Many different ones: PostgreSQL packs what repeats.
        uid = "".join(chr(0x4E00 + each * 17 % 20_000) for each in range(letters))

        status = 201 if letters * 3 < 1_000 else 403
        assert anna.put("calendar/a.ics", event(uid)).status == status
        assert anna.put("contacts/a.vcf", card(uid)).status == status


class TestConditions:
    def test_if_none_match_any_makes_new_objects_only(self, anna: Device) -> None:
        assert anna.put("calendar/a.ics", event("a"), If_None_Match="*").status == 201
        assert anna.put("calendar/a.ics", event("a", "x"), If_None_Match="*").status == 412

    def test_one_tag_of_a_list_is_enough(self, anna: Device) -> None:
        tag = anna.put("calendar/a.ics", event("a")).headers["etag"]

        assert anna.put("calendar/a.ics", event("a", "x"), If_Match=f'"old", {tag}').status == 204
        assert anna.put("calendar/a.ics", event("a", "y"), If_Match=tag).status == 412

    def test_if_match_of_what_is_not_there(self, anna: Device) -> None:
        assert anna.put("calendar/a.ics", event("a"), If_Match='"x"').status == 412
        assert anna.put("calendar/a.ics", event("a"), If_Match="*").status == 412

    def test_a_get_of_known_bytes_is_304(self, anna: Device) -> None:
        tag = anna.put("calendar/a.ics", event("a")).headers["etag"]

        reply = anna.get("calendar/a.ics", If_None_Match=tag)

        assert reply.status == 304
        assert reply.headers["etag"] == tag

    def test_a_stale_delete_is_refused(self, anna: Device) -> None:
        tag = anna.put("calendar/a.ics", event("a")).headers["etag"]
        anna.put("calendar/a.ics", event("a", "x"))

        assert anna.delete("calendar/a.ics", If_Match=tag).status == 412
        assert anna.get("calendar/a.ics").status == 200

    def test_the_if_header_names_versions_too(self, anna: Device) -> None:
        tag = anna.put("calendar/a.ics", event("a")).headers["etag"]

        assert anna.delete("calendar/a.ics", If='(["old"])').status == 412
        assert anna.delete("calendar/a.ics", If=f"([{tag}])").status == 204

    @pytest.mark.parametrize("header", ["If_Match", "If_None_Match", "If"])
    def test_nonsense_is_a_sentence(self, anna: Device, header: str) -> None:
        reply = anna.put("calendar/a.ics", event("a"), **{header: '"x'})

        assert reply.status == 400
        assert etree.fromstring(reply.body)[-1].text


class TestDelete:
    def test_it_is_gone_and_stays_gone(self, anna: Device) -> None:
        anna.put("calendar/a.ics", event("a"))

        assert anna.delete("calendar/a.ics").status == 204
        assert anna.get("calendar/a.ics").status == 404
        assert anna.delete("calendar/a.ics").status == 404

    def test_a_slash_at_the_end_names_no_object(self, anna: Device) -> None:
        anna.put("calendar/a.ics", event("a"))

        assert anna.delete("calendar/a.ics/").status == 404
        assert anna.get("calendar/a.ics/").status == 404
        assert anna.move("calendar/a.ics/", "calendar/b.ics").status == 404
        assert anna.get("calendar/a.ics").status == 200

    @pytest.mark.parametrize("name", ["calendar", "tasks", "contacts", ""])
    def test_what_every_user_has_stays(self, anna: Device, name: str) -> None:
        assert anna.delete(name).status == 403

    def test_a_collection_of_ones_own_goes_with_all_in_it(self, anna: Device) -> None:
        anna.request("MKCALENDAR", anna.own("team"))
        anna.put("team/a.ics", event("a"))
        token = anna.sync("team").token

        assert anna.delete("team").status == 204
        anna.request("MKCALENDAR", anna.own("team"))

        assert anna.names("team") == set()
        assert anna.sync_reply("team", token).status == 403


class TestHead:
    def test_it_says_what_get_would(self, anna: Device) -> None:
        anna.put("calendar/a.ics", event("a"))

        head = anna.request("HEAD", anna.own("calendar/a.ics"))

        assert head.headers == anna.get("calendar/a.ics").headers

    @pytest.mark.parametrize("path", ["", "calendar"])
    def test_a_collection_has_no_page(self, anna: Device, path: str) -> None:
        assert anna.get(path).status == 405
