"""The If header: strict grammar, and lists of which one must hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire.conditions import EntityTag
from wire.if_header import IfHeader, ResourceState, StateCondition, StateList

LOCK = "urn:uuid:181d4fae-7d8c-11d0-a765-00a0c91e6bf2"
OTHER = "urn:uuid:00000000-0000-0000-0000-000000000000"
LOCKED = ResourceState('"one"', {LOCK})


def holds(text: str, own: ResourceState | None = LOCKED, **tagged: ResourceState | None) -> bool:
    def state_of(reference: str | None) -> ResourceState | None:
        return own if reference is None else tagged.get(reference.strip("/"))

    return IfHeader.parse(text).evaluate(state_of)


class TestEvaluate:
    @pytest.mark.parametrize(
        "text",
        [
            f"(<{LOCK}>)",
            '(["one"])',
            '([W/"one"])',
            f'(<{LOCK}> ["one"])',
            f'(<{LOCK}>["one"])',
            "(Not <DAV:no-lock>)",
            f"(not<{OTHER}>)",
            f'(<{LOCK}> ["two"]) (Not <DAV:no-lock> <{LOCK}>)',
            f"(<{OTHER}>) (<{LOCK}>)",
            '(Not ["two"])',
        ],
    )
    def test_one_list_that_holds_is_enough(self, text: str) -> None:
        assert holds(text)

    @pytest.mark.parametrize(
        "text",
        [
            f"(<{OTHER}>)",
            f"(Not <{LOCK}>)",
            '(["two"])',
            f'(<{LOCK}> ["two"])',
            "(<DAV:no-lock>)",
            f"(<{OTHER}>) (<DAV:no-lock>)",
        ],
    )
    def test_without_one_it_fails(self, text: str) -> None:
        assert not holds(text)

    def test_a_missing_resource_matches_nothing(self) -> None:
        assert not holds(f"(<{LOCK}>)", own=None)
        assert not holds('(["one"])', own=None)
        assert holds("(Not <DAV:no-lock>)", own=None)

    def test_a_collection_has_no_tag(self) -> None:
        assert not holds('(["one"])', own=ResourceState(None, ()))

    def test_a_tagged_list_is_about_its_resource(self) -> None:
        assert holds(f"</a> (<{LOCK}>)", own=None, a=LOCKED)
        assert not holds(f"</b> (<{LOCK}>)", a=LOCKED)

    def test_lists_of_several_resources_are_one_choice(self) -> None:
        text = f"</a> (<{OTHER}>) (<{LOCK}>) </b> (<{OTHER}>)"

        assert holds(text, own=None, a=LOCKED)
        assert holds(text, own=None, b=ResourceState(None, {OTHER}))
        assert not holds(text, own=LOCKED)

    def test_each_resource_is_asked_once(self) -> None:
        asked: list[str | None] = []

        def state_of(reference: str | None) -> None:
            asked.append(reference)

        IfHeader.parse("(<a:1>) (<a:2>) (<a:3>)").evaluate(state_of)

        assert asked == [None]


class TestParse:
    def test_every_token_counts_as_submitted(self) -> None:
        header = IfHeader.parse(f'</a> (<{LOCK}> ["x"]) (Not <{OTHER}>) <http://h/b> (["y"])')

        assert header.submitted_tokens == {LOCK, OTHER}
        assert header.tagged_references == ("/a", "http://h/b")

    def test_a_reference_is_kept_as_sent(self) -> None:
        header = IfHeader.parse("<http://h/a%20b/c%23d> (<a:1>)")

        assert header.lists == (StateList("http://h/a%20b/c%23d", (StateCondition(token="a:1"),)),)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            " ",
            "()",
            "(",
            ")",
            f"<{LOCK}>",
            LOCK,
            f"({LOCK})",
            f"(<{LOCK}>",
            f"(<{LOCK}>))",
            f"((<{LOCK}>))",
            "(Not)",
            "(Not Not <a:b>)",
            f"Not (<{LOCK}>)",
            "(<no-scheme>)",
            "(<>)",
            "(< a:b>)",
            '("one")',
            "([one])",
            '(["one)',
            '(["one"] , ["two"])',
            f"(<{LOCK}>) </a> (<{LOCK}>)",
            "</a>",
            "</a> </b> (<a:1>)",
            "(<a:1>) x",
        ],
    )
    def test_what_breaks_the_grammar_is_refused(self, text: str) -> None:
        with pytest.raises(ValueError, match="If header"):
            IfHeader.parse(text)

    @given(st.text(st.sampled_from(list('()<>[]"Not W/a:1 \t,')), max_size=40))
    def test_any_text_is_a_header_or_a_value_error(self, text: str) -> None:
        try:
            header = IfHeader.parse(text)
        except ValueError:
            return

        assert all(each.conditions for each in header.lists)
        header.evaluate(lambda _: None)

    @given(st.data())
    def test_a_written_header_is_read_back(self, data: st.DataObject) -> None:
        conditions = st.builds(
            StateCondition,
            token=st.sampled_from([LOCK, "DAV:no-lock", "opaquelocktoken:x?y#z"]),
            is_negated=st.booleans(),
        ) | st.builds(
            StateCondition,
            etag=st.builds(EntityTag, st.sampled_from(["", "a", "(<b>)"]), is_weak=st.booleans()),
            is_negated=st.booleans(),
        )
        groups = st.lists(st.lists(conditions, min_size=1, max_size=3), min_size=1, max_size=3)
        references = data.draw(st.just([None]) | st.lists(st.sampled_from(["/a", "http://h/b"])))
        drawn = [(each, data.draw(groups)) for each in references or [None]]

        text = " ".join(written(reference, lists) for reference, lists in drawn)

        assert IfHeader.parse(text).lists == tuple(
            StateList(reference, tuple(each)) for reference, lists in drawn for each in lists
        )

    def test_it_names_a_hundred_resources_at_most(self) -> None:
        """Each costs a look into the tree; their lists may be many."""
        lists = [f"<http://x/{i % 100}> (<urn:a:b>)" for i in range(300)]

        assert len(IfHeader.parse(" ".join(lists)).lists) == 300
        with pytest.raises(ValueError, match="more than 100 resources"):
            IfHeader.parse(" ".join([*lists, "<http://x/100> (<urn:a:b>)"]))

    def test_a_long_header_is_read_in_one_pass(self) -> None:
        assert len(IfHeader.parse("(<a:1>)" * 3000).lists) == 3000
        with pytest.raises(ValueError, match="can't be read"):
            IfHeader.parse("(<a:1>)" * 9000)


def written(reference: str | None, lists: list[list[StateCondition]]) -> str:
    tag = "" if reference is None else f"<{reference}> "
    return tag + " ".join(
        "("
        + " ".join(
            ("Not " if each.is_negated else "")
            + (f"<{each.token}>" if each.etag is None else f"[{each.etag}]")
            for each in conditions
        )
        + ")"
        for conditions in lists
    )
