"""Conditional requests in the order of RFC 9110 section 13.2.2."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire.conditions import Conditions, EntityTag, Outcome, TagList, if_range_holds
from wire.dates import http_date

NOW = 1_790_000_000
TAG = '"one"'

opaque = st.text(
    st.characters(min_codepoint=0x21, max_codepoint=0xFF, exclude_characters='"\x7f'), max_size=20
).filter(lambda text: not any(0x7F <= ord(c) <= 0x9F for c in text))
tags = st.builds(EntityTag, opaque, is_weak=st.booleans())


def evaluate(
    method: str = "GET",
    *,
    exists: bool = True,
    etag: str | None = TAG,
    modified_seconds: int | None = NOW,
    **headers: str,
) -> Outcome:
    environ = {f"HTTP_{name.upper()}": value for name, value in headers.items()}
    return Conditions.from_environ(environ).evaluate(
        method=method, exists=exists, etag=etag, modified_seconds=modified_seconds
    )


class TestIfMatch:
    @pytest.mark.parametrize("sent", ['"one"', '"two", "one"', "*", "one", ' "one" , '])
    def test_a_match_proceeds(self, sent: str) -> None:
        assert evaluate("PUT", if_match=sent) is Outcome.PROCEED

    @pytest.mark.parametrize("sent", ['"two"', 'W/"one"', '"on", "e"'])
    def test_no_strong_match_fails(self, sent: str) -> None:
        assert evaluate("PUT", if_match=sent) is Outcome.FAILED
        assert evaluate("GET", if_match=sent) is Outcome.FAILED

    @pytest.mark.parametrize("sent", ["*", '"one"'])
    def test_a_missing_target_fails(self, sent: str) -> None:
        assert evaluate("PUT", exists=False, etag=None, if_match=sent) is Outcome.FAILED

    def test_a_collection_matches_any_but_no_tag(self) -> None:
        assert evaluate("DELETE", etag=None, if_match="*") is Outcome.PROCEED
        assert evaluate("DELETE", etag=None, if_match='"one"') is Outcome.FAILED

    def test_a_weak_current_tag_never_matches(self) -> None:
        assert evaluate("PUT", etag='W/"one"', if_match='"one"') is Outcome.FAILED

    def test_it_overrules_if_unmodified_since(self) -> None:
        outcome = evaluate("PUT", if_match=TAG, if_unmodified_since=http_date(NOW - 10))

        assert outcome is Outcome.PROCEED


class TestIfUnmodifiedSince:
    def test_the_same_second_proceeds(self) -> None:
        assert evaluate("PUT", if_unmodified_since=http_date(NOW)) is Outcome.PROCEED

    def test_a_later_change_fails(self) -> None:
        assert evaluate("PUT", if_unmodified_since=http_date(NOW - 1)) is Outcome.FAILED

    @pytest.mark.parametrize("sent", ["soon", ""])
    def test_what_is_no_date_is_ignored(self, sent: str) -> None:
        assert evaluate("PUT", if_unmodified_since=sent) is Outcome.PROCEED

    def test_a_target_without_a_date_ignores_it(self) -> None:
        outcome = evaluate("PUT", modified_seconds=None, if_unmodified_since=http_date(0))

        assert outcome is Outcome.PROCEED


class TestIfNoneMatch:
    @pytest.mark.parametrize("sent", [TAG, 'W/"one"', "*", '"two", "one"'])
    def test_a_read_of_the_same_is_not_modified(self, sent: str) -> None:
        assert evaluate("GET", if_none_match=sent) is Outcome.NOT_MODIFIED
        assert evaluate("HEAD", if_none_match=sent) is Outcome.NOT_MODIFIED

    @pytest.mark.parametrize("sent", [TAG, "*"])
    def test_a_write_over_the_same_fails(self, sent: str) -> None:
        assert evaluate("PUT", if_none_match=sent) is Outcome.FAILED

    def test_a_missing_target_proceeds(self) -> None:
        assert evaluate("PUT", exists=False, etag=None, if_none_match="*") is Outcome.PROCEED

    def test_any_meets_a_collection(self) -> None:
        assert evaluate("MKCOL", etag=None, if_none_match="*") is Outcome.FAILED
        assert evaluate("GET", etag=None, if_none_match=TAG) is Outcome.PROCEED

    def test_it_overrules_if_modified_since(self) -> None:
        outcome = evaluate("GET", if_none_match='"two"', if_modified_since=http_date(NOW))

        assert outcome is Outcome.PROCEED


class TestIfModifiedSince:
    def test_no_change_since_is_not_modified(self) -> None:
        assert evaluate("GET", if_modified_since=http_date(NOW)) is Outcome.NOT_MODIFIED

    def test_a_change_since_proceeds(self) -> None:
        assert evaluate("GET", if_modified_since=http_date(NOW - 1)) is Outcome.PROCEED

    def test_a_write_ignores_it(self) -> None:
        assert evaluate("PUT", if_modified_since=http_date(NOW)) is Outcome.PROCEED


class TestOrder:
    def test_a_failed_if_match_comes_before_not_modified(self) -> None:
        assert evaluate("GET", if_match='"two"', if_none_match=TAG) is Outcome.FAILED

    def test_both_kinds_may_hold(self) -> None:
        assert evaluate("PUT", if_match=TAG, if_none_match='"two"') is Outcome.PROCEED

    def test_without_conditions_all_proceeds(self) -> None:
        assert Conditions.from_environ({}).is_empty
        assert evaluate("PUT", exists=False, etag=None) is Outcome.PROCEED
        assert not Conditions(if_match=TagList(is_any=True)).is_empty

    def test_the_outcomes_know_their_status(self) -> None:
        assert [each.status for each in Outcome] == [None, 304, 412]


class TestTagList:
    @pytest.mark.parametrize("text", ["", ",", '"a" "b"', '*, "a"', '"a', "a b", '"a"x', "\u20ac"])
    def test_what_is_no_list_is_refused(self, text: str) -> None:
        with pytest.raises(ValueError, match="tag"):
            TagList.parse(text)

    def test_a_comma_inside_a_tag_is_no_separator(self) -> None:
        assert TagList.parse('"a,b", W/"c"').tags == (
            EntityTag("a,b"),
            EntityTag("c", is_weak=True),
        )

    @given(st.lists(tags, min_size=1, max_size=6))
    def test_a_written_list_is_read_back(self, written: list[EntityTag]) -> None:
        assert TagList.parse(", ".join(map(str, written))).tags == tuple(written)

    @given(st.text(st.characters(max_codepoint=255), max_size=60))
    def test_any_text_is_a_list_or_a_value_error(self, text: str) -> None:
        try:
            parsed = TagList.parse(text)
        except ValueError:
            return

        assert parsed.is_any or parsed.tags

    @given(tags, tags)
    def test_strong_equality_is_the_narrower(self, one: EntityTag, other: EntityTag) -> None:
        assert one.weakly_equals(one)
        assert one.strongly_equals(one) is not one.is_weak
        assert one.weakly_equals(other) or not one.strongly_equals(other)


class TestIfRange:
    def test_without_the_header_a_range_is_served(self) -> None:
        assert if_range_holds(None, etag=None, modified_seconds=None)

    def test_the_same_strong_tag_holds(self) -> None:
        assert if_range_holds(TAG, etag=TAG, modified_seconds=NOW)

    @pytest.mark.parametrize("sent", ['"two"', 'W/"one"', '"one', "", "one", "soon"])
    def test_anything_else_does_not(self, sent: str) -> None:
        assert not if_range_holds(sent, etag=TAG, modified_seconds=NOW)

    def test_a_weak_current_tag_never_holds(self) -> None:
        assert not if_range_holds('W/"one"', etag='W/"one"', modified_seconds=NOW)

    def test_a_date_must_be_the_very_same(self) -> None:
        assert if_range_holds(http_date(NOW), etag=TAG, modified_seconds=NOW)
        assert not if_range_holds(http_date(NOW + 1), etag=TAG, modified_seconds=NOW)
        assert not if_range_holds(http_date(NOW), etag=TAG, modified_seconds=None)
