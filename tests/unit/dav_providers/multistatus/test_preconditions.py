"""Preconditions: each with its status, readable by programs and by people."""

import pytest
from lxml import etree

from dav_providers.multistatus.preconditions import (
    ALL,
    LOCK_TOKEN_SUBMITTED,
    NEED_PRIVILEGES,
    PROPFIND_FINITE_DEPTH,
    Precondition,
    error_body,
    error_element,
)
from dav_providers.multistatus.writer import DEEDBOX, document, status_response

MESSAGE = f"{{{DEEDBOX}}}message"


@pytest.mark.parametrize("condition", ALL, ids=lambda each: str(each.name))
def test_every_precondition_has_a_body_a_status_and_a_sentence(condition: Precondition) -> None:
    root = etree.fromstring(error_body(condition))

    assert root.tag == "{DAV:}error"
    assert [child.tag for child in root] == [condition.name, MESSAGE]
    assert root.findtext(MESSAGE) == condition.sentence
    assert 400 <= condition.status < 600
    assert condition.sentence.endswith(".")


def test_no_precondition_comes_twice() -> None:
    assert len({each.name for each in ALL}) == len(ALL) > 20


def test_the_locked_resources_are_named() -> None:
    root = etree.fromstring(error_body(LOCK_TOKEN_SUBMITTED, hrefs=["/a%20b/", "/c&d"]))

    hrefs = [each.text for each in root.iterfind("{DAV:}lock-token-submitted/{DAV:}href")]
    assert hrefs == ["/a%20b/", "/c&d"]


def test_the_missing_privileges_are_named_with_their_resource() -> None:
    xml = error_body(NEED_PRIVILEGES, privileges=[("/a/", "{DAV:}bind")])

    resource = etree.fromstring(xml).find("{DAV:}need-privileges/{DAV:}resource")
    assert resource is not None
    assert resource.findtext("{DAV:}href") == "/a/"
    assert resource.find("{DAV:}privilege/{DAV:}bind") is not None


def test_a_sentence_of_the_case_takes_the_place_of_the_general_one() -> None:
    root = etree.fromstring(error_body(PROPFIND_FINITE_DEPTH, message="Depth 0 & 1 only."))

    assert root.findtext(MESSAGE) == "Depth 0 & 1 only."


def test_a_sentence_can_stand_alone() -> None:
    root = etree.fromstring(error_body(None, message="The name ends in a dot."))

    assert [child.tag for child in root] == [MESSAGE]


def test_the_element_fits_into_a_response() -> None:
    error = error_element(LOCK_TOKEN_SUBMITTED, hrefs=["/a"])

    root = etree.fromstring(document([status_response("/b", 423, error=error)]))

    path = "{DAV:}response/{DAV:}error/{DAV:}lock-token-submitted/{DAV:}href"
    assert root.findtext(path) == "/a"
