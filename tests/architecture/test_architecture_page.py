"""docs/architecture.md names every module, so that a newcomer finds it there first."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = (
    "server", "admin", "dav_providers", "jobs", "office", "auth", "storage", "wire", "config",
)  # fmt: skip
MODULES = [
    (room, path.relative_to(ROOT / room).as_posix())
    for room in ROOMS
    for path in sorted((ROOT / room).rglob("*.py"))
    if path.name != "__init__.py" and "migrations" not in path.parts
]


@pytest.mark.parametrize("room", ROOMS)
def test_every_module_of_a_room_is_on_the_page(room: str) -> None:
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    section = page.partition(f"### `{room}/`")[2].partition("\n### ")[0]

    missing = [name for owner, name in MODULES if owner == room and f"`{name}`" not in section]

    assert not missing


def test_the_page_names_no_module_that_is_gone() -> None:
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    rooms = page.partition("## The rooms")[2].partition("\n## ")[0]
    known = {name for _, name in MODULES}

    named = {line.split("`")[1] for line in rooms.splitlines() if line.startswith("| `")}

    assert named <= known
