"""docs/compliance.md and docs/quirks.md: what they say is kept is proven by a test that is there.

Every line of the compliance page has a state.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

TESTS = Path(__file__).parents[1]
PAGE = TESTS.parent / "docs/compliance.md"
QUIRKS = TESTS.parent / "docs/quirks.md"
STATES = frozenset({"supported", "partly", "no", "not yet"})
KEPT = frozenset({"supported", "partly"})

_TEST = re.compile(r"`([\w/]+\.py)::([\w:]+)`")


class Line(NamedTuple):
    """A row of one of the page's tables."""

    section: str
    what: str
    state: str
    proof: str


def _lines(page: str) -> Iterator[Line]:
    for row in page.splitlines():
        if row.startswith("| ") and not row.startswith(("| --", "| section ")):
            cells = [cell.strip() for cell in row.strip("| ").split(" | ")]
            assert len(cells) == len(Line._fields), row
            yield Line(*cells)


def _tests_in(path: Path) -> set[str]:
    """``function`` and ``Class::method`` of a test file."""
    found: set[str] = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.ClassDef):
            methods = (each for each in node.body if isinstance(each, ast.FunctionDef))
            found |= {f"{node.name}::{each.name}" for each in methods}
    return {name for name in found if name.rpartition("::")[2].startswith("test_")}


def test_every_line_has_a_state() -> None:
    lines = list(_lines(PAGE.read_text(encoding="utf-8")))

    assert len(lines) > 100
    assert [line for line in lines if line.state not in STATES] == []


def test_what_is_kept_names_its_tests() -> None:
    lines = _lines(PAGE.read_text(encoding="utf-8"))

    assert [line for line in lines if line.state in KEPT and not _TEST.search(line.proof)] == []


def test_every_quirk_names_its_test() -> None:
    rows = [row for row in QUIRKS.read_text(encoding="utf-8").splitlines() if row.startswith("| ")]

    assert len(rows) > 40
    assert [row for row in rows[2:] if not _TEST.search(row)] == []


@pytest.mark.parametrize("page", [PAGE, QUIRKS], ids=lambda page: page.stem)
def test_every_named_test_is_there(page: Path) -> None:
    named = set(_TEST.findall(page.read_text(encoding="utf-8")))
    files = {name: TESTS / name for name, _ in named}

    lost = {name for name, path in files.items() if not path.is_file()}
    known = {name: _tests_in(path) for name, path in files.items() if name not in lost}

    assert lost == set()
    assert {(name, test) for name, test in named if test not in known[name]} == set()
