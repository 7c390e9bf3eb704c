"""Live properties: read when asked for, bound once, protected where they are the server's."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pytest
from lxml import etree

from dav_providers.multistatus.live_properties import DEAD, LiveProperty, LivePropertyRegistry
from dav_providers.multistatus.request_xml import Propfind, PropfindKind
from dav_providers.multistatus.writer import document, text_element

ALLPROP = Propfind(PropfindKind.ALLPROP)
PROPNAME = Propfind(PropfindKind.PROPNAME)
FOUND, MISSING = "HTTP/1.1 200 OK", "HTTP/1.1 404 Not Found"


@dataclass
class Row:
    size: int | None = 7
    dead: dict[str, bytes] = field(default_factory=dict)


@dataclass
class Scope:
    bound: list[str] = field(default_factory=list)
    read: list[str] = field(default_factory=list)


def a_property(
    local: str,
    value: Callable[[Row], str | None],
    *,
    is_protected: bool = True,
    in_allprop: bool = False,
) -> LiveProperty[Row, Scope]:
    name = f"{{DAV:}}{local}"

    def bind(scope: Scope) -> Callable[[Row], bytes | None]:
        scope.bound.append(local)

        def read(row: Row) -> bytes | None:
            scope.read.append(local)
            text = value(row)
            return None if text is None else text_element(name, text)

        return read

    needs = frozenset({"locks"}) if local == "lockdiscovery" else frozenset[str]()
    return LiveProperty(
        name=name, bind=bind, needs=needs, is_protected=is_protected, in_allprop=in_allprop
    )


REGISTRY = LivePropertyRegistry(
    [
        a_property("getetag", lambda _: '"1"', in_allprop=True),
        a_property(
            "getcontentlength",
            lambda row: None if row.size is None else str(row.size),
            in_allprop=True,
        ),
        a_property("displayname", lambda _: "a", is_protected=False, in_allprop=True),
        a_property("lockdiscovery", lambda _: "none"),
    ]
)


def prop(*names: str) -> Propfind:
    return Propfind(PropfindKind.PROP, names=names)


def dead_of(row: Row) -> Mapping[str, bytes]:
    return row.dead


def ask(
    propfind: Propfind, row: Row, scope: Scope | None = None, *, is_minimal: bool = False
) -> dict[str, list[str]]:
    plan = REGISTRY.compile(propfind, scope or Scope(), dead=dead_of, is_minimal=is_minimal)
    root = etree.fromstring(document([plan.response("/a", row)]))
    return {
        str(each.findtext("{DAV:}status")): [
            str(child.tag).replace("{DAV:}", "")
            for inner in each.iterfind("{DAV:}prop")
            for child in inner
        ]
        for each in root.iterfind("{DAV:}response/{DAV:}propstat")
    }


NOTE = {"{urn:x}note": text_element("{urn:x}note", "n")}


class TestProp:
    def test_what_there_is_and_what_not(self) -> None:
        asked = prop("{DAV:}getetag", "{DAV:}getcontentlength", "{urn:x}note", "{urn:x}other")

        assert ask(asked, Row(size=None, dead=NOTE)) == {
            FOUND: ["getetag", "{urn:x}note"],
            MISSING: ["getcontentlength", "{urn:x}other"],
        }

    def test_only_what_was_asked_for_is_bound_and_read(self) -> None:
        scope = Scope()

        ask(prop("{DAV:}displayname"), Row(), scope)

        assert scope == Scope(bound=["displayname"], read=["displayname"])

    def test_a_plan_binds_once_for_many_rows(self) -> None:
        scope = Scope()
        plan = REGISTRY.compile(prop("{DAV:}getetag"), scope)

        for _ in range(3):
            plan.response("/a", Row())

        assert scope == Scope(bound=["getetag"], read=["getetag"] * 3)

    def test_dead_properties_are_not_read_when_only_live_ones_are_asked_for(self) -> None:
        def unread(row: Row) -> Mapping[str, bytes]:
            raise AssertionError(row)

        plan = REGISTRY.compile(prop("{DAV:}getetag"), Scope(), dead=unread)

        assert b"getetag" in plan.response("/a", Row())

    def test_a_minimal_answer_leaves_the_missing_out(self) -> None:
        asked = prop("{DAV:}getetag", "{urn:x}other")

        assert ask(asked, Row(), is_minimal=True) == {FOUND: ["getetag"]}
        assert ask(prop("{urn:x}other"), Row(), is_minimal=True) == {FOUND: []}

    def test_without_dead_properties_their_names_are_missing(self) -> None:
        plan = REGISTRY.compile(prop("{urn:x}note"), Scope())

        assert b"404" in plan.response("/a", Row(dead=NOTE))


class TestAllprop:
    def test_all_are_those_so_marked_and_the_dead(self) -> None:
        assert ask(ALLPROP, Row(dead=NOTE)) == {
            FOUND: ["getetag", "getcontentlength", "displayname", "{urn:x}note"]
        }

    def test_more_can_be_included(self) -> None:
        included = Propfind(PropfindKind.ALLPROP, include=("{DAV:}lockdiscovery",))

        assert "lockdiscovery" in ask(included, Row())[FOUND]

    def test_what_a_row_lacks_was_not_asked_for_by_name(self) -> None:
        assert ask(ALLPROP, Row(size=None)) == {FOUND: ["getetag", "displayname"]}


class TestPropname:
    def test_every_name_the_row_has_and_no_value(self) -> None:
        plan = REGISTRY.compile(PROPNAME, Scope(), dead=dead_of)

        xml = document([plan.response("/a", Row(size=None, dead=NOTE))])

        names = etree.fromstring(xml).find(".//{DAV:}prop")
        assert names is not None
        assert [child.tag for child in names] == [
            "{DAV:}getetag",
            "{DAV:}displayname",
            "{DAV:}lockdiscovery",
            "{urn:x}note",
        ]
        assert all(child.text is None and len(child) == 0 for child in names)


class TestNeeds:
    @pytest.mark.parametrize(
        ("propfind", "needs"),
        [
            (prop("{DAV:}getetag"), set()),
            (prop("{DAV:}lockdiscovery"), {"locks"}),
            (prop("{urn:x}note"), {DEAD}),
            (ALLPROP, {DEAD}),
            (PROPNAME, {"locks", DEAD}),
        ],
    )
    def test_the_door_learns_what_to_load(self, propfind: Propfind, needs: set[str]) -> None:
        assert REGISTRY.needs(propfind) == needs


class TestProtection:
    def test_the_servers_own_are_protected(self) -> None:
        assert REGISTRY.is_protected("{DAV:}getetag")
        assert not REGISTRY.is_protected("{DAV:}displayname")

    def test_reserved_names_are_protected_even_where_not_served(self) -> None:
        assert "{DAV:}sync-token" not in REGISTRY
        assert REGISTRY.is_protected("{DAV:}sync-token")

    def test_anybodys_names_are_free(self) -> None:
        assert not REGISTRY.is_protected("{urn:x}note")
        assert not REGISTRY.is_protected("{DAV:}made-up")

    def test_a_name_can_be_registered_once(self) -> None:
        twice = [a_property("getetag", lambda _: "1"), a_property("getetag", lambda _: "2")]

        with pytest.raises(ValueError, match="twice"):
            LivePropertyRegistry(twice)

    def test_the_registered_names_are_known(self) -> None:
        assert REGISTRY.names[0] == "{DAV:}getetag"
        assert len(REGISTRY.names) == 4
