"""The multistatus that clients read."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from dav_providers.multistatus.writer import (
    DEEDBOX,
    PREFIXES,
    Propstat,
    document,
    element,
    empty_element,
    escape,
    href_element,
    response,
    status_line,
    status_response,
    stream,
    text_element,
    xml_document,
)

DAV = "{DAV:}"


def parsed(xml: bytes) -> etree._Element:
    """Parse a multistatus as a client would."""
    return etree.fromstring(xml)


def only_response(xml: bytes) -> etree._Element:
    found = parsed(document([xml])).find(f"{DAV}response")
    assert found is not None
    return found


def propstats(answer: etree._Element) -> dict[str, list[str]]:
    return {
        str(each.findtext(f"{DAV}status")): [
            str(child.tag) for prop in each.iterfind(f"{DAV}prop") for child in prop
        ]
        for each in answer.iterfind(f"{DAV}propstat")
    }


class TestRoot:
    def test_the_dav_namespace_is_bound_to_d_for_the_miniredir(self) -> None:
        xml = document([])

        assert xml.startswith(
            b'<?xml version="1.0" encoding="utf-8"?>\n<D:multistatus xmlns:D="DAV:"'
        )
        root = parsed(xml)
        assert root.nsmap == {prefix: uri for uri, prefix in PREFIXES.items()}

    def test_another_root_binds_it_too(self) -> None:
        root = parsed(xml_document(f"{DAV}prop", empty_element(f"{DAV}lockdiscovery")))

        assert root.tag == f"{DAV}prop"
        assert root.nsmap["D"] == "DAV:"
        assert root[0].tag == f"{DAV}lockdiscovery"

    def test_a_root_of_an_unknown_namespace_declares_it(self) -> None:
        assert parsed(xml_document("{urn:x}y", b"")).tag == "{urn:x}y"


class TestElements:
    @pytest.mark.parametrize(
        ("name", "xml"),
        [
            (f"{DAV}getetag", b"<D:getetag/>"),
            ("{urn:schemas-microsoft-com:}Win32FileAttributes", b"<Z:Win32FileAttributes/>"),
            (f"{{{DEEDBOX}}}message", b"<X:message/>"),
            ("{urn:other&}x", b'<ns:x xmlns:ns="urn:other&amp;"/>'),
            ("plain", b"<plain/>"),
            ("{}plain", b"<plain/>"),
        ],
    )
    def test_a_name_is_written_with_its_prefix(self, name: str, xml: bytes) -> None:
        assert empty_element(name) == xml

    @pytest.mark.parametrize("name", ["", "{DAV:}", "{DAV:}a b", "{DAV:}a><b", "{DAV:", "a}b{c"])
    def test_what_is_no_name_is_refused(self, name: str) -> None:
        with pytest.raises(ValueError, match="Clark"):
            empty_element(name)

    def test_an_element_without_content_is_empty(self) -> None:
        assert element(f"{DAV}a", b"") == b"<D:a/>"
        assert element(f"{DAV}a", b"<D:b/>") == b"<D:a><D:b/></D:a>"

    @given(st.text(max_size=60))
    def test_text_is_read_back_but_for_what_xml_cannot_hold(self, text: str) -> None:
        read = parsed(xml_document(f"{DAV}prop", text_element(f"{DAV}a", text)))[0].text or ""

        assert len(read) == len(text)
        assert all(r in {t, "\ufffd"} for r, t in zip(read, text, strict=True))
        if all(t >= " " or t in "\t\n\r" for t in text) and text.isprintable():
            assert read == text

    @given(st.text(max_size=40))
    def test_escaped_text_is_fit_for_an_attribute(self, text: str) -> None:
        root = etree.fromstring(b'<a b="' + escape(text) + b'"/>')

        assert len(root.get("b") or "") == len(text)

    def test_a_carriage_return_survives(self) -> None:
        assert escape("a\r\n<&>\x00") == b"a&#13;\n&lt;&amp;&gt;\xef\xbf\xbd"

    @pytest.mark.parametrize(
        ("status", "line"),
        [
            (200, b"HTTP/1.1 200 OK"),
            (404, b"HTTP/1.1 404 Not Found"),
            (424, b"HTTP/1.1 424 Failed Dependency"),
            (507, b"HTTP/1.1 507 Insufficient Storage"),
        ],
    )
    def test_a_status_is_a_status_line(self, status: int, line: bytes) -> None:
        assert status_line(status) == b"<D:status>" + line + b"</D:status>"


class TestResponse:
    def test_found_and_missing_are_told_apart(self) -> None:
        found = [text_element(f"{DAV}getetag", '"1"')]

        answer = only_response(response("/a%20b", found, [f"{DAV}owner", "{urn:x}y"]))

        assert answer.findtext(f"{DAV}href") == "/a%20b"
        assert propstats(answer) == {
            "HTTP/1.1 200 OK": [f"{DAV}getetag"],
            "HTTP/1.1 404 Not Found": [f"{DAV}owner", "{urn:x}y"],
        }

    def test_without_any_property_there_is_one_propstat(self) -> None:
        answer = only_response(response("/a"))

        assert propstats(answer) == {"HTTP/1.1 200 OK": []}

    def test_only_missing_ones_need_no_other_propstat(self) -> None:
        assert list(propstats(only_response(response("/a", (), ["{urn:x}y"])))) == [
            "HTTP/1.1 404 Not Found"
        ]

    def test_further_propstats_carry_error_and_description(self) -> None:
        extra = Propstat(
            403, [empty_element(f"{DAV}getetag")], error=b"<D:error/>", description="No & no."
        )

        answer = only_response(response("/a", extra=[extra]))

        (propstat,) = answer.iterfind(f"{DAV}propstat")
        assert [child.tag for child in propstat] == [
            f"{DAV}prop",
            f"{DAV}status",
            f"{DAV}error",
            f"{DAV}responsedescription",
        ]
        assert propstat.findtext(f"{DAV}responsedescription") == "No & no."

    def test_a_status_for_the_whole_resource(self) -> None:
        answer = only_response(
            status_response("/a&b", 423, error=b"<D:error/>", description="Held.")
        )

        assert [child.tag for child in answer] == [
            f"{DAV}href",
            f"{DAV}status",
            f"{DAV}error",
            f"{DAV}responsedescription",
        ]
        assert answer.findtext(f"{DAV}href") == "/a&b"

    def test_an_href_element_is_escaped(self) -> None:
        assert href_element("/a&b") == b"<D:href>/a&amp;b</D:href>"


class TestStream:
    def test_the_blocks_make_the_same_document(self) -> None:
        responses = [response(f"/{number}") for number in range(500)]

        blocks = list(stream(responses, trailer=b"<D:sync-token>x</D:sync-token>"))

        assert b"".join(blocks) == document(responses, trailer=b"<D:sync-token>x</D:sync-token>")

    def test_no_block_but_the_last_is_small(self) -> None:
        responses = [response(f"/{number}") for number in range(5000)]

        sizes = [len(block) for block in stream(responses)]

        assert len(sizes) > 5
        assert all(65_536 <= size < 66_000 for size in sizes[:-1])

    def test_rows_are_taken_as_they_are_sent(self) -> None:
        taken = 0

        def rows() -> Iterator[bytes]:
            nonlocal taken
            while True:
                taken += 1
                yield response(f"/{taken}")

        next(stream(rows(), block_bytes=1000))

        assert taken < 10

    def test_a_trailer_may_be_asked_for_at_the_end(self) -> None:
        told: list[str] = []

        def rows() -> Iterator[bytes]:
            yield response("/a")
            told.append("all read")

        blocks = stream(rows(), trailer=lambda: text_element(f"{DAV}sync-token", told[0]))

        assert parsed(b"".join(blocks)).findtext(f"{DAV}sync-token") == "all read"
