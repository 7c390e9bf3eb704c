"""Where settings come from: the TOML file, the environment, the command line, one over the other.

A layer is a table of tables. What a name came from is kept beside it, for the faults and for
``deedbox check-config``.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from config.faults import SECRETS, did_you_mean
from config.settings import Section, Settings

PREFIX = "DEEDBOX_"
COMMAND_LINE = "command line"

SECTIONS: dict[str, type[Section]] = {
    name: field.annotation
    for name, field in Settings.model_fields.items()
    if isinstance(field.annotation, type) and issubclass(field.annotation, Section)
}
NAMES = frozenset(
    f"{section}.{key}" for section, model in SECTIONS.items() for key in model.model_fields
)


@dataclass(slots=True)
class Layers:
    """What all sources say together, where each value came from, and the faults met on the way."""

    values: dict[str, dict[str, object]] = field(
        default_factory=lambda: {section: {} for section in SECTIONS}
    )
    sources: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    data_folder: str | None = None

    def put(self, section: str, key: str, value: object, source: str) -> None:
        """Let *source* decide ``section.key``; an unknown name becomes a fault."""
        name = f"{section}.{key}"
        if name not in NAMES:
            hint = did_you_mean(key, SECTIONS[section].model_fields) or _lives_in(key)
            self.faults.append(f"{place(source, section, key)}: unknown setting{hint}")
            return
        self.values[section][key] = value
        self.sources[name] = source


def place(source: str, section: str, key: str = "") -> str:
    """Name a setting as its source writes it: ``deedbox.toml: [tls] key_file``."""
    if source.startswith(PREFIX):
        return source
    table = f"[{section}] {key}".rstrip()
    return f"{source}: {table}" if source != "default" else table


def _lives_in(key: str) -> str:
    homes = [section for section, model in SECTIONS.items() if key in model.model_fields]
    return f"; it belongs under [{homes[0]}]" if homes else ""


def read_file(layers: Layers, file: Path) -> None:
    """Put what the TOML *file* says; a file that cannot be read is one fault."""
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        layers.faults.append(f"{file}: cannot be read: {error.strerror}")
    except UnicodeDecodeError:
        layers.faults.append(f"{file}: not UTF-8 text")
    except tomllib.TOMLDecodeError as error:
        layers.faults.append(f"{file.name}: not valid TOML: {error}")
    else:
        for name, value in document.items():
            _read_table(layers, file, name, value)


def _read_table(layers: Layers, file: Path, name: str, value: object) -> None:
    if name == "data_folder" and isinstance(value, str):
        # Beside the file that names it; the data folder is not known before.
        layers.data_folder = str(file.parent / Path(value).expanduser())
        layers.sources[name] = file.name
    elif name == "data_folder":
        layers.faults.append(f"{file.name}: data_folder: must be a path in quotes")
    elif name not in SECTIONS:
        hint = did_you_mean(name, SECTIONS) or _lives_in(name)
        what = (
            f"[{name}]: unknown section" if isinstance(value, dict) else f"{name}: unknown setting"
        )
        layers.faults.append(f"{file.name}: {what}{hint}")
    elif not isinstance(value, dict):
        layers.faults.append(f"{file.name}: {name}: must be a table, written [{name}]")
    else:
        for key, item in value.items():
            _read_setting(layers, file, name, key, item)


def _read_setting(layers: Layers, file: Path, section: str, key: str, value: object) -> None:
    variable = f"{PREFIX}{section}__{key}".upper()
    if f"{section}.{key}" in SECRETS:
        layers.faults.append(
            f"{place(file.name, section, key)}: a secret does not belong in this file; "
            f"use {key}_file or the variable {variable}"
        )
    elif (section, key) == ("database", "url") and holds_password(str(value)):
        layers.faults.append(
            f"{place(file.name, section, key)}: must not hold the password; use password_file"
        )
    else:
        layers.put(section, key, value, file.name)


def holds_password(url: str) -> bool:
    """Say whether *url* has a password before its host, or as libpq's query parameter."""
    try:
        parts = urlsplit(url)
    except ValueError:  # not an address at all; the validator says so
        return False
    credentials = parts.netloc.rpartition("@")[0]
    return bool(credentials.partition(":")[2]) or "password=" in parts.query


def read_environment(layers: Layers, environment: Mapping[str, str]) -> None:
    """Put what ``DEEDBOX_<SECTION>__<KEY>`` variables say; an empty one says nothing."""
    for variable, value in sorted(environment.items()):
        if variable.startswith(PREFIX) and value:
            _read_variable(layers, variable, value)


def _read_variable(layers: Layers, variable: str, value: str) -> None:
    section, separator, key = variable.removeprefix(PREFIX).lower().partition("__")
    if variable == f"{PREFIX}DATA_FOLDER":
        layers.data_folder = value
        layers.sources["data_folder"] = variable
    elif separator and section in SECTIONS:
        layers.put(section, key, value, variable)
    elif separator:
        hint = did_you_mean(section, SECTIONS)
        layers.faults.append(f"{variable}: unknown section {section}{hint}")
    elif section in {name.replace(".", "_") for name in NAMES}:
        # Others without "__" are let be: orchestrators set DEEDBOX_PORT and the like.
        right = next(name for name in sorted(NAMES) if name.replace(".", "_") == section)
        spelled = f"{PREFIX}{right.replace('.', '__')}".upper()
        layers.faults.append(f"{variable}: two underscores after the section: {spelled}")


def read_command_line(layers: Layers, overrides: Mapping[str, Mapping[str, object]]) -> None:
    """Put the arguments given on the command line; None stands for one not given."""
    for section, table in overrides.items():
        for key, value in table.items():
            if value is not None:
                layers.put(section, key, value, COMMAND_LINE)
