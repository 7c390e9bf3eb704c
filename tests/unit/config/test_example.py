"""The example file documents every setting, and is itself a settings file."""

import re
import tomllib
from pathlib import Path

import pytest

import config
from config.faults import SECRETS
from config.loader import load
from config.sources import NAMES, SECTIONS
from tests.certificates import a_certificate

EXAMPLE = Path(config.__file__).with_name("example.toml")


def uncommented() -> str:
    """Take the ``#`` from the lines that are settings; sentences have a space after it."""
    return re.sub(r"^#(?=\w+ = )", "", EXAMPLE.read_text("utf-8"), flags=re.MULTILINE)


def test_as_it_is_it_changes_nothing(tmp_path: Path) -> None:
    by_example = load(tmp_path, EXAMPLE, {}, environment={})

    assert by_example == load(tmp_path, None, {}, environment={})


def test_with_every_line_in_force_it_loads(tmp_path: Path) -> None:
    file, data = tmp_path / "deedbox.toml", tmp_path / "data"
    data.mkdir()
    file.write_text(uncommented(), "utf-8")
    certificate_file, key_file = a_certificate(data, "a")
    certificate_file.rename(data / "certificate.pem")
    key_file.rename(data / "key.pem")
    for name in ("database-password", "mail-password"):
        (data / name).write_text("geheim")

    found = load(None, file, {}, environment={})

    assert found.data_folder == data
    assert found.tls.is_on
    assert found.source_of("tracking.shorten_addresses") == "deedbox.toml"


@pytest.mark.parametrize("name", sorted(NAMES - SECRETS))
def test_every_setting_is_in_it_with_its_default(name: str) -> None:
    section, key = name.split(".")
    field = SECTIONS[section].model_fields[key]
    default = field.get_default()

    shown = tomllib.loads(uncommented())[section][key]

    if default is not None:
        plain = list(default) if isinstance(default, tuple) else default
        assert shown == (str(plain) if isinstance(plain, Path) else plain)


def test_nothing_else_is_in_it() -> None:
    document = tomllib.loads(uncommented())
    del document["data_folder"]

    assert {f"{s}.{key}" for s, table in document.items() for key in table} == NAMES - SECRETS


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_setting_is_explained(name: str) -> None:
    section, key = name.split(".")
    description = SECTIONS[section].model_fields[key].description or ""
    sentences = " ".join(EXAMPLE.read_text("utf-8").replace("\n# ", " ").split())

    assert description
    assert " ".join(description.split()) in sentences
