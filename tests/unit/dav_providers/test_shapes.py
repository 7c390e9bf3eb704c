"""What the columns of a listing are written by says byte for byte what each row's readers say."""

from types import SimpleNamespace
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from auth.identity import Identity
from dav_providers.documents import properties as documents
from dav_providers.groupware.names import CALENDAR_DATA, DAV
from dav_providers.groupware.properties import ITEMS, Listing
from dav_providers.multistatus.request_xml import Propfind, PropfindKind
from office.collections import Kind
from office.layout import Role
from storage.collections import CollectionRow
from storage.items import ItemRow
from storage.locks import LockRow
from storage.tree import NodeRow
from wire.paths import quote_segment

WHERE = "/dav/anna/mein%20kalender/"
SHAPED = [name for name in ITEMS.names if not name.endswith(("-data", "schedule-tag"))]
"""A schedule tag is there or not, row by row."""
NAMES = st.text(
    st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="/"), min_size=1
)
ROWS = st.builds(
    ItemRow,
    id=st.just(1),
    collection_id=st.just(1),
    href=NAMES,
    uid=st.just("u"),
    component=st.sampled_from(["VEVENT", "VTODO", "VCARD"]),
    etag=st.integers(0, 2**256 - 1).map(lambda number: f"{number:064x}"),
    size=st.integers(0, 2**31),
    modified_us=st.integers(0, 4_000_000_000_000_000),
    modseq=st.just(1),
)
ASKED = st.lists(
    st.sampled_from([*SHAPED, "{urn:x}100%s", "{http://example.org/%20}colour", f"{DAV}nothing"]),
    unique=True,
)


CALENDAR = CollectionRow(
    id=1,
    owner_id=1,
    name="calendar",
    kind=Kind.CALENDAR,
    components=frozenset({"VEVENT"}),
    display_name="",
    is_default=True,
    properties_json="{}",
    created_us=0,
    modseq=0,
    epoch=0,
    pruned_modseq=0,
    role="",
    is_transparent=False,
    is_view=False,
    is_current=False,
    expires_us=None,
    is_cut=False,
    aside_id=None,
    owner_name="anna",
    granted=0,
    is_blocked=False,
    is_away=False,
    own_name=None,
    own_properties_json=None,
    granted_to=None,
)


def listing() -> Listing:
    who = Identity(
        user_id=1,
        user_name="anna",
        device_id=1,
        device_label="Telefon",
        function_rights=frozenset(),
        blocked_nodes=frozenset(),
        home_node_id=1,
        groups=frozenset(),
    )
    request = SimpleNamespace(who=who)
    return Listing(cast("Any", request), CALENDAR)


@given(
    rows=st.lists(ROWS, max_size=5),
    asked=st.one_of(
        ASKED.map(lambda names: Propfind(PropfindKind.PROP, names=tuple(names))),
        st.just(Propfind(PropfindKind.ALLPROP)),
    ),
    is_minimal=st.booleans(),
)
def test_columns_and_rows_are_written_alike(
    rows: list[ItemRow], asked: Propfind, *, is_minimal: bool
) -> None:
    plan = ITEMS.compile(asked, listing(), is_minimal=is_minimal)
    shape = ITEMS.shape(asked, listing(), WHERE, name="href", is_minimal=is_minimal)

    assert shape is not None
    written = b"".join(shape.of_rows(rows))
    assert written == b"".join(plan.response(WHERE + quote_segment(row.href), row) for row in rows)


DOCUMENTS = st.builds(
    NodeRow,
    id=st.integers(2, 9),
    parent_id=st.just(1),
    tree_id=st.just(1),
    name=NAMES,
    role=st.just(""),
    is_collection=st.just(value=False),
    blob_sha256=st.none() | st.integers(0, 2**256 - 1).map(lambda number: f"{number:064x}"),
    size=st.integers(0, 2**40),
    content_type=st.sampled_from(["", "application/pdf", 'text/x; a="&"']),
    created_us=st.integers(0, 4_000_000_000_000_000),
    modified_us=st.integers(0, 4_000_000_000_000_000),
    version=st.just(1),
    modseq=st.just(1),
)


def folder(locks: dict[int, list[LockRow]]) -> documents.Listing:
    root = NodeRow(1, None, 1, "Home", Role.HOME, True, None, 0, "", 0, 0, 1, 1)
    request = SimpleNamespace(who=listing().request.who, now_us=1, space=lambda: (1, 2))
    return documents.Listing(cast("Any", request), ("Home",), (root,), locks=locks)


@given(
    rows=st.lists(DOCUMENTS, max_size=5),
    names=st.lists(
        st.sampled_from([*documents.REGISTRY.names, "{urn:x}100%s", f"{DAV}nothing"]), unique=True
    ),
    locked=st.sets(st.integers(2, 9)),
    is_minimal=st.booleans(),
)
def test_so_are_documents(
    rows: list[NodeRow], names: list[str], locked: set[int], *, is_minimal: bool
) -> None:
    asked = Propfind(PropfindKind.PROP, names=tuple(names))
    lock = LockRow(
        token="urn:uuid:1",
        node_id=0,
        user_id=1,
        device_id=1,
        is_exclusive=True,
        is_deep=False,
        owner_xml=b"",
        timeout_seconds=9,
        created_us=0,
        expires_us=9_000_000,
        user_name="anna",
        device_label="Telefon",
    )
    scope = folder({number: [lock._replace(node_id=number)] for number in locked})
    plan = documents.REGISTRY.compile(asked, scope, is_minimal=is_minimal)
    shape = documents.REGISTRY.shape(asked, scope, WHERE, name="name", is_minimal=is_minimal)

    assert shape is not None
    one_by_one = [plan.response(WHERE + quote_segment(row.name), row) for row in rows]
    assert b"".join(shape.of_rows(rows)) == b"".join(one_by_one)


def test_what_columns_do_not_tell_has_no_shape() -> None:
    for asked in (
        Propfind(PropfindKind.PROP, names=(f"{DAV}getetag", CALENDAR_DATA)),
        Propfind(PropfindKind.PROPNAME),
    ):
        assert ITEMS.shape(asked, listing(), WHERE, name="href") is None
