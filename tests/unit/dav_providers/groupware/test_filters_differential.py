"""Our filters against Radicale's, on what both read: texts, parameters, lines that are there."""

from datetime import UTC
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from radicale.app.report import test_filter as radicale_passes
from radicale.item import Item

from dav_providers.groupware.filter_xml import read_card_filter
from dav_providers.groupware.filters import calendar_filter
from office.items import Budget, IndexColumns
from office.items.filters import matches_calendar, matches_card
from tests.calendar_texts import read
from tests.groupware_door import card, event

WORDS = ("Notar", "notar", "Köln", "Berg\\, Anna", "a", "")
VALUES = st.lists(st.sampled_from(WORDS[:-1]), max_size=3).map(" ".join)
NAMES = {"C": ("SUMMARY", "LOCATION", "DESCRIPTION"), "CR": ("FN", "NOTE", "TITLE")}
NAMESPACES = {"C": "urn:ietf:params:xml:ns:caldav", "CR": "urn:ietf:params:xml:ns:carddav"}


@st.composite
def property_filter(draw: st.DrawFn, prefix: str) -> str:
    name = draw(st.sampled_from(NAMES[prefix]))
    negated = draw(st.sampled_from(["yes", "no"]))
    # Radicale folds every letter in every collation but this one.
    collation = draw(st.sampled_from(["i;octet", "i;ascii-casemap"]))
    text = draw(st.sampled_from(["Notar", "nOTAR", "Berg", "x", "Köln", "A"]))
    match = ""
    if prefix == "CR":
        kind = draw(st.sampled_from(["contains", "equals", "starts-with", "ends-with"]))
        match = f' match-type="{kind}"'
    how = f'collation="{collation}" negate-condition="{negated}"{match}'
    text_match = f"<F:text-match {how}>{text}</F:text-match>"
    inner = draw(st.sampled_from(["", "<F:is-not-defined/>", text_match]))
    return f'<F:prop-filter name="{name}">{inner}</F:prop-filter>'


def lines(draw: st.DrawFn, names: tuple[str, ...]) -> list[str]:
    return [f"{name}:{draw(VALUES)}" for name in names if draw(st.booleans())]


@st.composite
def events(draw: st.DrawFn) -> bytes:
    return event("1", "Termin", *lines(draw, ("LOCATION", "DESCRIPTION")))


@st.composite
def cards(draw: st.DrawFn) -> bytes:
    return card("1", draw(VALUES) or "x", *lines(draw, ("NOTE", "TITLE")))


def _report(prefix: str, inner: str) -> str:
    return f'<F:r xmlns:F="{NAMESPACES[prefix]}"><F:filter{inner}</F:filter></F:r>'


def _theirs(tag: str, text: str, report: str) -> bool:
    name = "VCALENDAR" if tag == "VCALENDAR" else "VCARD"
    kind = "VEVENT" if tag == "VCALENDAR" else "VCARD"
    item = Item(collection_path="a", href="a", text=text, name=name, component_name=kind)
    return bool(radicale_passes(tag, item, ET.fromstring(report)[0]))


@given(sent=events(), asked=st.lists(property_filter("C"), min_size=1, max_size=3))
def test_events(sent: bytes, asked: list[str]) -> None:
    inner = f'<F:comp-filter name="VEVENT">{"".join(asked)}</F:comp-filter>'
    report = _report("C", f'><F:comp-filter name="VCALENDAR">{inner}</F:comp-filter>')
    taken = read(sent)
    columns: IndexColumns = taken.indexed
    ours = calendar_filter(etree.fromstring(report), UTC)

    assert ours.rest is not None
    found = matches_calendar(sent.decode(), columns, ours.rest, Budget(0, 100_000), zone=UTC)
    assert found == _theirs("VCALENDAR", sent.decode(), report)


@given(
    sent=cards(),
    asked=st.lists(property_filter("CR"), min_size=1, max_size=3),
    test=st.sampled_from(["anyof", "allof"]),
)
def test_cards(sent: bytes, asked: list[str], test: str) -> None:
    report = _report("CR", f' test="{test}">{"".join(asked)}')
    ours = read_card_filter(etree.fromstring(report)[0])

    found = matches_card(sent.decode(), ours, Budget(0, 100_000))

    assert found == _theirs("VADDRESSBOOK", sent.decode(), report)
