"""Conditional requests: RFC 9110 section 13 and the ``If`` header (RFC 4918 section 10.4)."""

import pytest

from tests.documents_door import Client, SampleOffice, url

DOC = "/Home/a.txt"
OLD = "Sun, 06 Nov 1994 08:49:37 GMT"
LATER = "Fri, 31 Dec 2100 23:59:59 GMT"


@pytest.fixture
def tag(anna: Client) -> str:
    return anna.put(DOC, b"first").headers["etag"]


class TestIfMatch:
    def test_the_right_version_is_replaced(self, anna: Client, tag: str) -> None:
        assert anna.put(DOC, b"second", If_Match=tag).status == 204

    def test_one_of_a_list_is_enough(self, anna: Client, tag: str) -> None:
        assert anna.put(DOC, b"second", If_Match=f'"other", {tag}').status == 204

    def test_another_version_is_412_and_stays(self, anna: Client, tag: str) -> None:
        anna.put(DOC, b"theirs")

        assert anna.put(DOC, b"mine", If_Match=tag).status == 412
        assert anna.get(DOC).body == b"theirs"

    def test_a_weak_tag_never_matches(self, anna: Client, tag: str) -> None:
        # Section 13.1.1: strong comparison.
        assert anna.put(DOC, b"second", If_Match=f"W/{tag}").status == 412

    @pytest.mark.parametrize("value", ["*", '"x"'])
    def test_on_a_missing_document_it_is_412(self, anna: Client, value: str) -> None:
        assert anna.put("/Home/neu.txt", b"x", If_Match=value).status == 412
        assert anna.get("/Home/neu.txt").status == 404

    @pytest.mark.parametrize("method", ["DELETE", "MOVE", "COPY", "PROPPATCH", "LOCK"])
    def test_it_holds_for_every_change(self, anna: Client, tag: str, method: str) -> None:
        assert tag
        body = b"" if method != "PROPPATCH" else PROPPATCH
        wanted = {"If_Match": '"x"', "Destination": url("/Home/b.txt")}

        assert anna.request(method, DOC, body, **wanted).status == 412

    def test_it_goes_before_if_unmodified_since(self, anna: Client, tag: str) -> None:
        # Section 13.2.2: If-Unmodified-Since is not looked at when If-Match is there.
        reply = anna.put(DOC, b"second", If_Match=tag, If_Unmodified_Since=OLD)

        assert reply.status == 204


PROPPATCH = (
    b'<D:propertyupdate xmlns:D="DAV:"><D:set><D:prop><x xmlns="urn:x"/></D:prop></D:set>'
    b"</D:propertyupdate>"
)


class TestIfNoneMatch:
    def test_star_only_makes_new_ones(self, anna: Client, tag: str) -> None:
        assert tag
        assert anna.put(DOC, b"second", If_None_Match="*").status == 412
        assert anna.put("/Home/neu.txt", b"x", If_None_Match="*").status == 201

    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    def test_the_same_version_is_304_without_body(
        self, anna: Client, tag: str, method: str
    ) -> None:
        reply = anna.request(method, DOC, If_None_Match=f'W/{tag}, "other"')

        assert reply.status == 304
        assert reply.headers["etag"] == tag
        assert "content-length" not in reply.headers

    def test_another_version_is_sent(self, anna: Client, tag: str) -> None:
        assert tag
        assert anna.get(DOC, If_None_Match='"other"').body == b"first"

    def test_it_goes_before_if_modified_since(self, anna: Client, tag: str) -> None:
        assert tag
        reply = anna.get(DOC, If_None_Match='"other"', If_Modified_Since=LATER)

        assert reply.status == 200


class TestDates:
    def test_if_modified_since(self, anna: Client, office: SampleOffice, tag: str) -> None:
        assert tag
        stamp = anna.get(DOC).headers["last-modified"]

        assert anna.get(DOC, If_Modified_Since=stamp).status == 304
        office.clock.advance(1)
        anna.put(DOC, b"second")
        assert anna.get(DOC, If_Modified_Since=stamp).status == 200

    def test_if_unmodified_since(self, anna: Client, tag: str) -> None:
        assert tag
        assert anna.put(DOC, b"x", If_Unmodified_Since=OLD).status == 412
        assert anna.put(DOC, b"x", If_Unmodified_Since=LATER).status == 204

    def test_a_date_that_cannot_be_read_counts_for_nothing(self, anna: Client, tag: str) -> None:
        assert tag
        assert anna.get(DOC, If_Modified_Since="yesterday").status == 200


@pytest.mark.parametrize("value", ["", ",", '"a', '"a" "b"', '*, "a"'])
def test_tags_that_cannot_be_read_are_400(anna: Client, tag: str, value: str) -> None:
    assert tag
    assert anna.put(DOC, b"x", If_Match=value).status == 400


class TestIf:
    def test_no_tag_lists_speak_of_the_resource(self, anna: Client, tag: str) -> None:
        assert anna.put(DOC, b"2", If='(["other"])').status == 412
        assert anna.put(DOC, b"2", If=f'(["other"]) ([{tag}])').status == 204

    def test_all_of_a_list_must_hold(self, anna: Client, tag: str) -> None:
        token = anna.lock(DOC).token

        assert anna.put(DOC, b"2", If=f'(<{token}> ["other"])').status == 412
        assert anna.put(DOC, b"2", If=f"(<{token}> [{tag}])").status == 204

    def test_not(self, anna: Client, tag: str) -> None:
        assert anna.put(DOC, b"2", If=f"(Not [{tag}])").status == 412
        assert anna.put(DOC, b"2", If="(Not <DAV:no-lock>)").status == 204

    def test_a_token_in_a_list_that_is_false_still_counts_as_submitted(
        self, anna: Client, tag: str
    ) -> None:
        # Section 10.4.1: submitting a token is separate from the evaluation.
        assert tag
        token = anna.lock(DOC).token

        reply = anna.put(DOC, b"2", If=f'(<{token}> ["other"]) (Not <DAV:no-lock>)')

        assert reply.status == 204

    def test_a_token_that_is_no_lock_is_412(self, anna: Client, tag: str) -> None:
        assert tag
        assert anna.put(DOC, b"2", If="(<opaquelocktoken:gone>)").status == 412

    def test_tagged_lists_speak_of_the_tagged_resource(self, anna: Client, tag: str) -> None:
        anna.put("/Home/b.txt", b"other")

        assert anna.put("/Home/b.txt", b"2", If=f"<{url(DOC)}> ([{tag}])").status == 204
        assert anna.put("/Home/b.txt", b"2", If=f"</files{DOC}> (Not [{tag}])").status == 412

    def test_a_tag_on_another_host_is_not_there(self, anna: Client, tag: str) -> None:
        elsewhere = url(DOC).replace("office.example", "elsewhere.example")

        assert anna.put(DOC, b"2", If=f"<{elsewhere}> ([{tag}])").status == 412

    def test_a_move_names_both_ends(self, anna: Client, estate: str, tag: str) -> None:
        assert tag
        source = anna.lock(DOC).token
        target = anna.lock(f"{estate}/Fotos", Depth="infinity").token
        both = f"<{url(DOC)}> (<{source}>) <{url(f'{estate}/Fotos')}> (<{target}>)"

        assert anna.move(DOC, f"{estate}/Fotos/a.txt", If=f"(<{source}>)").status == 423
        assert anna.move(DOC, f"{estate}/Fotos/a.txt", If=both).status == 201

    @pytest.mark.parametrize("value", ["", "(", "<a", "()", "(<no uri>)", "(Not)", "x"])
    def test_what_cannot_be_read_is_400(self, anna: Client, tag: str, value: str) -> None:
        assert tag
        assert anna.put(DOC, b"2", If=value).status == 400
