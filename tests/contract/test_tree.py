"""The document tree's queries on both databases."""

import pytest

from storage import blobs, dead_properties, tree, tree_changes
from storage.store import Store, WriteUnit
from storage.tree import Content, NodeRow

NOW_US = 1_790_000_000_000_000


def a_root(unit: WriteUnit, name: str = "anna") -> NodeRow:
    return tree_changes.create_root(unit, kind="home", role="home", name=name, now_us=NOW_US)


def a_folder(unit: WriteUnit, parent: NodeRow, name: str) -> NodeRow:
    return tree_changes.create(unit, parent, name, content=None, now_us=NOW_US, user_id=1)


def a_document(unit: WriteUnit, parent: NodeRow, name: str, text: str = "") -> NodeRow:
    sha256 = text.ljust(64, "0") if text else None
    if sha256:
        blobs.record(unit, sha256, len(text), now_us=NOW_US)
    content = Content(sha256, len(text), "text/plain")
    return tree_changes.create(unit, parent, name, content=content, now_us=NOW_US, user_id=1)


def graves(unit: WriteUnit, parent: NodeRow) -> dict[str, int]:
    rows = unit.rows("SELECT name, modseq FROM tombstone WHERE parent_id = :id", {"id": parent.id})
    return dict(rows)


class TestFinding:
    @pytest.mark.parametrize("depth", [1, 15, 16, 17, 40])
    def test_a_chain_of_any_length(self, store: Store, depth: int) -> None:
        names = [f"n{number}" for number in range(depth)]
        with store.write() as unit:
            root = at = a_root(unit)
            for name in names:
                at = a_folder(unit, at, name)

            found = tree.chain(unit, root.id, names)
            beyond = tree.chain(unit, root.id, [*names, "nothing", "below"])

        assert [node.name for node in found] == ["anna", *names]
        assert beyond == found

    def test_a_chain_from_nowhere_is_empty(self, store: Store) -> None:
        with store.read() as unit:
            assert tree.chain(unit, 4711, ["a"]) == []

    def test_names_that_look_alike_are_different(self, store: Store) -> None:
        with store.write() as unit:
            root = a_root(unit)
            for name in ("a", "A", "ä", "ß", "ss", "a%", "a_", "a'b"):
                a_folder(unit, root, name)

            assert len(tree.children(unit, root.id)) == tree.count_children(unit, root.id) == 8
            for name in ("a", "A", "a%", "a_", "a'b"):
                assert tree.chain(unit, root.id, [name])[-1].name == name

    def test_a_subtree_has_parents_first_and_a_lineage_the_root(self, store: Store) -> None:
        with store.write() as unit:
            root = a_root(unit)
            folder = a_folder(unit, root, "b")
            inner = a_folder(unit, folder, "a")
            document = a_document(unit, inner, "c.txt")

            ids = [node.id for node in tree.subtree(unit, root.id, most=9)]
            names = [name for _, name in tree.lineage(unit, document.id)]

        assert ids == [root.id, folder.id, inner.id, document.id]
        assert names == ["anna", "b", "a", "c.txt"]

    @pytest.mark.parametrize("most", [1, 2, 3, 4])
    def test_a_subtree_is_cut_with_no_member_before_its_folder(
        self, store: Store, most: int
    ) -> None:
        with store.write() as unit:
            root = a_root(unit)
            outer = a_folder(unit, root, "a")
            inner = a_folder(unit, outer, "b")
            a_document(unit, inner, "c.txt")
            a_document(unit, outer, "d.txt")

            found = tree.subtree(unit, root.id, most=most)

        assert len(found) == most
        seen: set[int | None] = {None}
        for node in found:
            assert node.parent_id in seen
            seen.add(node.id)

    def test_what_lies_above_is_found_from_below(self, store: Store) -> None:
        with store.write() as unit:
            root = a_root(unit)
            outer, other = a_folder(unit, root, "a"), a_folder(unit, root, "b")
            inner = a_folder(unit, outer, "c")
            document = a_document(unit, inner, "d.txt")

            below = [document.id, 4711]
            assert [tree.lies_above(unit, each.id, below) for each in (root, outer, inner)] == [
                True
            ] * 3
            assert tree.lies_above(unit, document.id, below)
            assert not tree.lies_above(unit, other.id, below)
            assert not tree.lies_above(unit, root.id, [])


class TestNumbers:
    def test_every_change_takes_the_next_one(self, store: Store) -> None:
        with store.write() as unit:
            root = a_root(unit)
            document = a_document(unit, root, "a.txt")
            saved = tree_changes.replace_content(
                unit, document, Content(None, 0, ""), now_us=NOW_US, modified_us=NOW_US, user_id=1
            )
            tree_changes.touch(unit, document)
            tree_changes.set_times(unit, document, modified_us=1, created_us=None)
            tree_changes.delete(unit, document, root, now_us=NOW_US)

            assert (document.modseq, saved.modseq, saved.version) == (1, 2, 2)
            assert graves(unit, root) == {"a.txt": 5}

    def test_a_name_that_comes_again_has_no_grave(self, store: Store) -> None:
        with store.write() as unit:
            root = a_root(unit)
            tree_changes.delete(unit, a_document(unit, root, "a.txt"), root, now_us=NOW_US)
            again = a_document(unit, root, "a.txt")

            assert graves(unit, root) == {}
            assert again.modseq == 3

    def test_an_id_is_never_given_twice(self, store: Store) -> None:
        with store.write() as unit:
            root = a_root(unit)
            first = a_document(unit, root, "a.txt")
            tree_changes.delete(unit, first, root, now_us=NOW_US)
            second = a_document(unit, root, "a.txt")
            copied = tree_changes.copy(unit, [second], root, "b.txt", now_us=NOW_US, user_id=1)
            third = a_document(unit, root, "c.txt")

        assert first.id < second.id < copied < third.id

    def test_a_move_to_another_tree_counts_there(self, store: Store) -> None:
        with store.write() as unit:
            source, target = a_root(unit, "anna"), a_root(unit, "jonas")
            folder = a_folder(unit, source, "f")
            kept = a_document(unit, folder, "kept.txt")
            tree_changes.delete(unit, a_document(unit, folder, "gone.txt"), folder, now_us=NOW_US)

            tree_changes.move(unit, folder, source, target, "g", now_us=NOW_US)

            moved = tree.chain(unit, target.id, ["g", "kept.txt"])
            counter = unit.row("SELECT modseq FROM tree WHERE id = :id", {"id": target.tree_id})[0]
            assert [node.tree_id for node in moved] == [target.tree_id] * 3
            assert moved[-1].id == kept.id
            buried = graves(unit, moved[1])
            assert list(buried) == ["gone.txt"]
            numbers = [*(node.modseq for node in moved[1:]), *buried.values()]
            assert len(set(numbers)) == 3
            assert max(numbers) <= counter
            assert list(graves(unit, source)) == ["f"]

    def test_what_goes_while_a_folder_is_away_is_told_when_it_is_back(self, store: Store) -> None:
        with store.write() as unit:
            home, elsewhere = a_root(unit, "anna"), a_root(unit, "jonas")
            folder = a_folder(unit, home, "f")
            a_document(unit, folder, "gone.txt")
            known = tree_changes.next_modseq(unit, home.tree_id)

            tree_changes.move(unit, folder, home, elsewhere, "f", now_us=NOW_US)
            [away, document] = tree.chain(unit, elsewhere.id, ["f", "gone.txt"])[1:]
            tree_changes.delete(unit, document, away, now_us=NOW_US)
            tree_changes.move(unit, away, elsewhere, home, "f", now_us=NOW_US)

            assert graves(unit, folder)["gone.txt"] > known


class TestCopies:
    def test_they_share_bytes_and_take_dead_properties_along(self, store: Store) -> None:
        with store.write() as unit:
            root = a_root(unit)
            folder = a_folder(unit, root, "f")
            document = a_document(unit, folder, "a.txt", "abc")
            dead_properties.apply(unit, document.id, [("{urn:x}n", b"<n/>")])

            nodes = tree.subtree(unit, folder.id, most=9)
            tree_changes.copy(unit, nodes, root, "g", now_us=NOW_US + 1, user_id=2)

            copied = tree.chain(unit, root.id, ["g", "a.txt"])[-1]
            assert copied.blob_sha256 == document.blob_sha256
            assert (copied.created_us, copied.modified_us) == (NOW_US + 1, NOW_US)
            assert dead_properties.of_node(unit, copied.id) == {"{urn:x}n": b"<n/>"}

    def test_only_what_has_dead_properties_gets_them(self, store: Store) -> None:
        with store.write() as unit:
            root = a_root(unit)
            folder = a_folder(unit, root, "f")
            for number in range(3):
                document = a_document(unit, folder, f"{number}.txt")
                names = [f"p{each}" for each in range(number)]
                dead_properties.apply(unit, document.id, [(name, b"<n/>") for name in names])
            nodes = tree.subtree(unit, folder.id, most=9)

            copied = tree_changes.copy(unit, nodes, root, "g", now_us=NOW_US, user_id=1)

            found = [
                len(dead_properties.of_node(unit, each.id)) for each in tree.children(unit, copied)
            ]
            assert found == [0, 1, 2]

    def test_a_delete_takes_all_below_with_it(self, store: Store) -> None:
        with store.write() as unit:
            root = a_root(unit)
            folder = a_folder(unit, root, "f")
            document = a_document(unit, folder, "a.txt")
            dead_properties.apply(unit, document.id, [("n", b"<n/>")])

            assert tree_changes.delete(unit, folder, root, now_us=NOW_US) == 2

            assert unit.rows("SELECT name FROM dead_property") == []
            assert [node.id for node in tree.subtree(unit, root.id, most=9)] == [root.id]


def test_two_members_of_one_name_cannot_be(store: Store) -> None:
    def make_twice(unit: WriteUnit) -> None:
        root = a_root(unit)
        a_folder(unit, root, "a")
        a_folder(unit, root, "a")

    with pytest.raises(Exception, match=r"(?i)unique"), store.write() as unit:
        make_twice(unit)
