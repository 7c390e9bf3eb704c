"""Request bodies: values out of good ones, a clear refusal of the others."""

import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from dav_providers.multistatus.request_xml import (
    ForbiddenDoctypeError,
    LockInfo,
    LockScope,
    Propfind,
    PropfindKind,
    RequestXMLError,
    RequestXMLTooComplexError,
    parse_lockinfo,
    parse_propertyupdate,
    parse_propfind,
    read_xml,
    text_of,
)
from dav_providers.multistatus.writer import document, response
from tests.pace import is_within

LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def propfind(inner: str) -> bytes:
    return f'<?xml version="1.0"?><D:propfind xmlns:D="DAV:">{inner}</D:propfind>'.encode()


def update(inner: str, attributes: str = "") -> bytes:
    return f'<D:propertyupdate xmlns:D="DAV:" {attributes}>{inner}</D:propertyupdate>'.encode()


def lockinfo(scope: str = "<D:exclusive/>", kind: str = "<D:write/>", more: str = "") -> bytes:
    return (
        f'<D:lockinfo xmlns:D="DAV:"><D:lockscope>{scope}</D:lockscope>'
        f"<D:locktype>{kind}</D:locktype>{more}</D:lockinfo>"
    ).encode()


class TestReadXML:
    @pytest.mark.parametrize(
        "body",
        [
            b"<!DOCTYPE a><a/>",
            b'<?xml version="1.0"?>\n<!-- c --><?pi?> <!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
            b'<!DOCTYPE a SYSTEM "http://127.0.0.1/x.dtd"><a/>',
            '<!DOCTYPE a [<!ENTITY x "y">]><a/>'.encode("utf-16"),
            b"\xef\xbb\xbf<!DOCTYPE a><a/>",
            b"<!DOCTYPE a [<!ENTITY not even well-formed",
        ],
    )
    def test_a_doctype_is_refused(self, body: bytes) -> None:
        with pytest.raises(ForbiddenDoctypeError) as refusal:
            read_xml(body)

        assert refusal.value.status == 403

    def test_an_entity_bomb_costs_nothing(self) -> None:
        levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 50}">' for n in range(1, 30))
        body = f'<!DOCTYPE a [<!ENTITY e0 "x">{levels}]><a b="&e29;">&e29;</a>'.encode()
        start = time.process_time()

        with pytest.raises(ForbiddenDoctypeError):
            read_xml(body)

        assert is_within(time.process_time() - start, 0.5)

    def test_the_word_inside_a_value_is_no_doctype(self) -> None:
        assert read_xml(b"<a><![CDATA[<!DOCTYPE html>]]></a>").text == "<!DOCTYPE html>"

    def test_where_it_is_broken_is_said(self) -> None:
        with pytest.raises(RequestXMLError) as refusal:
            read_xml(b"<a><b></a>")

        assert str(refusal.value) == "The request's XML is broken at line 1, column 11."

    def test_one_too_deep_for_the_parser_is_told_the_limit(self) -> None:
        for depth in (65, 500):
            with pytest.raises(RequestXMLTooComplexError) as refusal:
                read_xml(b"<a>" * depth + b"</a>" * depth)

            assert str(refusal.value) == (
                "The request's XML is deeper than 64 levels, the limit limits.xml_depth."
            )

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"no xml",
            b"<a>",
            b"<a/><b/>",
            b"<a>&undefined;</a>",
            b"<n:a/>",
            b'<D:propfind xmlns:D="DAV:"><D:prop><bar:foo xmlns:bar=""/></D:prop></D:propfind>',
            b"<a>\xff</a>",
            b"<a>\x00</a>",
            b'<?xml version="1.0" encoding="iso-8859-1"?><a/>',
            b'<?xml version="1.0" encoding="utf-7"?><a/>',
            b"\xff\xfe\x00",
            "<a/>".encode("utf-32"),
        ],
    )
    def test_what_is_no_xml_is_a_400(self, body: bytes) -> None:
        with pytest.raises(RequestXMLError) as refusal:
            read_xml(body)

        assert refusal.value.status == 400
        assert str(refusal.value)

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "us-ascii", "UTF-8"])
    def test_the_encodings_of_xml_are_read(self, encoding: str) -> None:
        body = f'<?xml version="1.0" encoding="{encoding}"?><a>x</a>'.encode(encoding)

        assert read_xml(body).text == "x"

    def test_the_depth_is_bounded(self) -> None:
        assert read_xml(b"<a>" * 64 + b"</a>" * 64) is not None
        with pytest.raises(RequestXMLTooComplexError, match="64") as refusal:
            read_xml(b"<a>" * 65 + b"</a>" * 65)
        assert refusal.value.status == 413

    def test_a_very_deep_body_is_refused_quickly(self) -> None:
        start = time.process_time()

        with pytest.raises(RequestXMLError):
            read_xml(b"<a>" * 150_000 + b"</a>" * 150_000)

        assert is_within(time.process_time() - start, 1)

    def test_the_number_of_elements_is_bounded(self) -> None:
        body = b"<a>" + b"<b/>" * 9 + b"</a>"

        assert read_xml(body, max_elements=10) is not None
        with pytest.raises(RequestXMLTooComplexError, match="9 elements"):
            read_xml(body, max_elements=9)

    @given(st.binary(max_size=80))
    def test_any_bytes_are_read_or_refused(self, body: bytes) -> None:
        for prefix in (b"", b"<a>", b'<?xml version="1.0"?><a b="'):
            with suppress(RequestXMLError):
                assert read_xml(prefix + body) is not None


class TestPropfind:
    @pytest.mark.parametrize("body", [b"", b"\r\n"])
    def test_an_empty_body_asks_for_all_as_the_miniredir_does(self, body: bytes) -> None:
        assert parse_propfind(body) == Propfind(PropfindKind.ALLPROP)

    def test_names_are_kept_in_order_and_once(self) -> None:
        body = propfind('<D:prop><D:getetag/><x xmlns="urn:x"/><y/><D:getetag/></D:prop>')

        assert parse_propfind(body) == Propfind(
            PropfindKind.PROP, names=("{DAV:}getetag", "{urn:x}x", "y")
        )

    def test_all_may_include_more(self) -> None:
        body = propfind("<D:allprop/><D:include><D:acl/></D:include>")

        assert parse_propfind(body) == Propfind(PropfindKind.ALLPROP, include=("{DAV:}acl",))

    def test_names_alone(self) -> None:
        assert parse_propfind(propfind("<D:propname/>")) == Propfind(PropfindKind.PROPNAME)

    def test_unknown_elements_are_ignored(self) -> None:
        body = propfind('<x xmlns="urn:x"/><D:prop/><!-- c --><D:new/>')

        assert parse_propfind(body) == Propfind(PropfindKind.PROP)

    @pytest.mark.parametrize(
        "inner",
        [
            "",
            "<D:prop/><D:allprop/>",
            "<D:prop/><D:prop/>",
            "<D:propname/><D:allprop/>",
            "<prop/>",
        ],
    )
    def test_one_kind_must_be_chosen(self, inner: str) -> None:
        with pytest.raises(RequestXMLError, match="exactly one"):
            parse_propfind(propfind(inner))

    def test_another_root_is_refused(self) -> None:
        with pytest.raises(RequestXMLError, match="propfind"):
            parse_propfind(b'<D:lockinfo xmlns:D="DAV:"/>')


class TestPropertyupdate:
    def test_instructions_come_in_document_order(self) -> None:
        body = update(
            "<D:set><D:prop><a/><b/></D:prop></D:set><D:remove><D:prop><a/></D:prop></D:remove>"
            "<D:set><D:prop><c/></D:prop></D:set>"
        )

        instructions = parse_propertyupdate(body).instructions

        assert [(each.name, each.is_remove) for each in instructions] == [
            ("a", False),
            ("b", False),
            ("a", True),
            ("c", False),
        ]

    @pytest.mark.parametrize("where", ["outer", "inner"])
    def test_a_heap_of_namespaces_costs_nothing(self, where: str) -> None:
        heap = " ".join(f'xmlns:n{i}="urn:{i}"' for i in range(5000))
        inner = "<z/>" * 500
        body = update(
            f"<D:set><D:prop>{inner}</D:prop></D:set>"
            if where == "outer"
            else f"<D:set><D:prop><x><y {heap}>{inner}</y></x></D:prop></D:set>",
            heap if where == "outer" else "",
        )
        began = time.process_time()

        with pytest.raises(RequestXMLTooComplexError, match="namespaces"):
            parse_propertyupdate(body)

        assert is_within(time.process_time() - began, 1)

    def test_a_namespace_that_is_relative_is_refused(self) -> None:
        with pytest.raises(RequestXMLError, match="absolute"):
            parse_propertyupdate(update('<D:set><D:prop><a xmlns="u"/></D:prop></D:set>'))

    def test_thousands_of_properties_are_refused(self) -> None:
        with pytest.raises(RequestXMLTooComplexError, match="500"):
            parse_propertyupdate(update(f"<D:set><D:prop>{'<a/>' * 501}</D:prop></D:set>"))

    def test_a_value_keeps_its_markup_language_and_prefixes(self) -> None:
        body = update(
            '<D:set xml:lang="de"><D:prop xmlns:q="urn:q">'
            '<note xmlns="urn:n" k="1&quot;">q:Haus <b>&amp; <![CDATA[<Hof>]]></b>\n</note>'
            "</D:prop></D:set>",
            'xml:lang="en"',
        )

        (instruction,) = parse_propertyupdate(body).instructions

        assert instruction.name == "{urn:n}note"
        assert instruction.xml is not None
        put_back = etree.fromstring(document([response("/a", [instruction.xml])]))
        note = put_back.find(".//{urn:n}note")
        assert note is not None
        assert note.get(LANG) == "de"
        assert note.get("k") == '1"'
        assert note.nsmap["q"] == "urn:q"
        assert "".join(str(each) for each in note.itertext()) == "q:Haus & <Hof>\n"
        assert [child.tag for child in note] == ["{urn:n}b"]

    def test_its_own_language_wins(self) -> None:
        body = update('<D:set><D:prop xml:lang="de"><a xml:lang=""/></D:prop></D:set>')

        (instruction,) = parse_propertyupdate(body).instructions

        assert etree.fromstring(instruction.xml or b"").get(LANG) == ""

    def test_a_property_without_a_namespace_keeps_none(self) -> None:
        body = (
            b'<propertyupdate xmlns="DAV:"><set><prop><a xmlns="">x</a></prop></set>'
            b"</propertyupdate>"
        )

        (instruction,) = parse_propertyupdate(body).instructions

        xml = document([response("/a", [instruction.xml or b""])])
        assert etree.fromstring(xml).findtext(".//a") == "x"

    def test_what_was_kept_is_kept_the_same_again(self) -> None:
        body = update('<D:set><D:prop><x:a xmlns:x="urn:x" c="2" b="1">t</x:a></D:prop></D:set>')
        (once,) = parse_propertyupdate(body).instructions

        again = update(f"<D:set><D:prop>{(once.xml or b'').decode()}</D:prop></D:set>")

        assert parse_propertyupdate(again).instructions == (once,)

    @given(st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=40))
    def test_any_text_value_is_kept(self, value: str) -> None:
        prop = etree.Element("{urn:x}a")
        try:
            prop.text = value
        except ValueError:
            return
        xml = etree.tostring(prop, encoding="unicode")

        (instruction,) = parse_propertyupdate(
            update(f"<D:set><D:prop>{xml}</D:prop></D:set>")
        ).instructions

        assert text_of(instruction.xml or b"") == value

    @pytest.mark.parametrize(
        "inner", ["", "<D:set/>", "<D:set><D:prop/></D:set>", "<D:prop><a/></D:prop>"]
    )
    def test_nothing_to_do_is_refused(self, inner: str) -> None:
        with pytest.raises(RequestXMLError, match="at least one"):
            parse_propertyupdate(update(inner))


class TestLockInfo:
    def test_the_owner_is_kept_whole(self) -> None:
        body = lockinfo(more="<D:owner>Anna <D:href>mailto:anna@example.org</D:href></D:owner>")

        info = parse_lockinfo(body)

        assert info.scope is LockScope.EXCLUSIVE
        assert info.owner_xml is not None
        owner = etree.fromstring(info.owner_xml)
        assert owner.tag == "{DAV:}owner"
        assert owner.findtext("{DAV:}href") == "mailto:anna@example.org"
        assert text_of(info.owner_xml) == "Anna mailto:anna@example.org"

    def test_a_shared_lock_may_have_no_owner(self) -> None:
        assert parse_lockinfo(lockinfo("<D:shared/>")) == LockInfo(LockScope.SHARED)

    @pytest.mark.parametrize("scope", ["", "<D:shared/><D:exclusive/>", "<D:other/>"])
    def test_one_scope_must_be_chosen(self, scope: str) -> None:
        with pytest.raises(RequestXMLError, match="lockscope"):
            parse_lockinfo(lockinfo(scope))

    def test_only_write_locks_are_known(self) -> None:
        with pytest.raises(RequestXMLError, match="locktype"):
            parse_lockinfo(lockinfo(kind="<D:read/>"))

    def test_another_root_is_refused(self) -> None:
        with pytest.raises(RequestXMLError, match="lockinfo"):
            parse_lockinfo(propfind("<D:propname/>"))
