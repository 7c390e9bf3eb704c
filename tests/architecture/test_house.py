"""The house as a whole: what our names mean, what the locks say, what each room is for."""

import ast
import re
import tomllib
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
ROOMS = tuple(PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])
LOCKS = ("requirements.lock", "requirements-dev.lock")
MODULES = sorted(file for room in ROOMS for file in (ROOT / room).rglob("*.py"))


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_is_our_folder(room: str) -> None:
    # The import names are plain words; another distribution could bring one of the same name.
    spec = find_spec(room)

    assert spec is not None
    assert spec.origin == str(ROOT / room / "__init__.py")


def test_the_import_contracts_know_every_room() -> None:
    contracts = PROJECT["tool"]["importlinter"]

    assert set(contracts["root_packages"]) == set(ROOMS)
    floors = next(each for each in contracts["contracts"] if each["type"] == "layers")["layers"]
    assert set(re.findall(r"\w+", " ".join(floors))) == set(ROOMS)


@pytest.mark.parametrize("module", MODULES, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_module_says_what_it_is_for(module: Path) -> None:
    if "versions" not in module.parts:  # migrations are named by what they do
        assert ast.get_docstring(ast.parse(module.read_text("utf-8")))


@pytest.mark.parametrize("lock", LOCKS)
class TestLocks:
    def test_it_names_no_address_and_no_path(self, lock: str) -> None:
        text = (ROOT / lock).read_text("utf-8")

        assert not re.findall(r"https?:|file:/|--(?!hash=sha256:)\S+|(?:^|[\s\"'])/\S+", text)

    def test_every_requirement_is_pinned_and_has_a_hash(self, lock: str) -> None:
        text = re.sub(r"^\s*#.*\n", "", (ROOT / lock).read_text("utf-8"), flags=re.MULTILINE)
        requirements = re.split(r"\n(?=\S)", text.strip())

        assert requirements
        for requirement in requirements:
            assert re.match(r"[a-z0-9-]+(\[[a-z,]+\])?==\S+ \\\n", requirement), requirement
            assert "--hash=sha256:" in requirement

    def test_it_holds_what_the_project_asks_for(self, lock: str) -> None:
        pinned = set(re.findall(r"^([a-z0-9-]+)", (ROOT / lock).read_text("utf-8"), re.MULTILINE))
        wanted = (
            PROJECT["project"]["dependencies"]
            + PROJECT["project"]["optional-dependencies"]["build"]
        )

        assert {re.split(r"[\[<>=]", each)[0] for each in wanted} <= pinned


def test_both_locks_pin_the_same_versions() -> None:
    runtime, development = (
        dict(re.findall(r"^([a-z0-9-]+)==(\S+)", (ROOT / lock).read_text("utf-8"), re.MULTILINE))
        for lock in LOCKS
    )

    assert runtime.items() <= development.items()


def test_the_example_settings_are_part_of_the_package() -> None:
    assert (ROOT / "config" / "example.toml").is_file()
