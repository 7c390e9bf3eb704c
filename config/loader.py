"""Read the settings from everywhere at once, and report all faults together.

Later sources win: defaults, the TOML file, ``DEEDBOX_<SECTION>__<KEY>``, the command line.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from pydantic import SecretStr, ValidationError

from config.faults import SECRETS, ConfigError, sentence
from config.kinds import read_secret
from config.settings import Database, Mail, Settings
from config.sources import (
    COMMAND_LINE,
    SECTIONS,
    Layers,
    holds_password,
    place,
    read_command_line,
    read_environment,
    read_file,
)

FILE_NAME = "deedbox.toml"
MASK = "********"


def load(
    data: Path | None,
    config: Path | None,
    overrides: Mapping[str, Mapping[str, object]],
    *,
    environment: Mapping[str, str] | None = None,
) -> Settings:
    """Return the settings of one installation; nothing is made or changed on the disk.

    Args:
        data: The data folder (``--data``). None leaves it to ``DEEDBOX_DATA_FOLDER`` or to
            ``data_folder`` in the file.
        config: The TOML file (``--config``). None reads ``deedbox.toml`` in the data folder.
        overrides: Section to key to value, from the command line; None counts as not given.
        environment: Variables to read instead of the process's own.

    Raises:
        ConfigError: All faults of all sources.
    """
    layers = Layers()
    variables = os.environ if environment is None else environment
    file = config or _file_in(data or _folder_of(variables))
    if file is not None:
        read_file(layers, file)
    read_environment(layers, variables)
    read_command_line(layers, overrides)
    folder = _data_folder(layers, data)
    settings = _validate(layers, folder)
    if layers.faults or settings is None:
        raise ConfigError(layers.faults)
    return settings


def _folder_of(variables: Mapping[str, str]) -> Path | None:
    value = variables.get("DEEDBOX_DATA_FOLDER")
    return Path(value) if value else None


def _file_in(folder: Path | None) -> Path | None:
    file = folder.expanduser() / FILE_NAME if folder else None
    return file if file and file.exists() else None


def _data_folder(layers: Layers, data: Path | None) -> Path:
    """Choose the data folder; without one a fault is noted and the rest is still checked."""
    if data is not None:
        layers.sources["data_folder"] = COMMAND_LINE
    chosen = data or (Path(layers.data_folder) if layers.data_folder else None)
    if chosen is None:
        layers.faults.append(
            "no data folder: give --data DIR, or data_folder in the file of --config FILE"
        )
        return Path.cwd()
    folder = chosen.expanduser().absolute()
    if folder.exists() and not folder.is_dir():
        layers.faults.append(f"data folder: not a folder: {folder}")
    return folder


def _validate(layers: Layers, folder: Path) -> Settings | None:
    try:
        settings = Settings.model_validate(
            {"data_folder": folder, **layers.values}, context={"data_folder": folder}
        )
    except ValidationError as error:
        for each in error.errors(include_url=False):
            section, key = str(each["loc"][0]), str(each["loc"][1]) if len(each["loc"]) > 1 else ""
            source = _source(layers, section, key)
            layers.faults.append(f"{place(source, section, key)}: {sentence(each)}")
        return None
    settings._sources = layers.sources  # noqa: SLF001 (set once, here; frozen for everybody else)
    return _with_password(settings)


def _source(layers: Layers, section: str, key: str) -> str:
    """Tell where a value came from; for a fault of a whole section, where its first value did."""
    names = (
        [f"{section}.{key}"] if key else [f"{section}.{each}" for each in layers.values[section]]
    )
    return next((layers.sources[name] for name in names if name in layers.sources), "default")


def _with_password(settings: Settings) -> Settings:
    """Put the passwords in that lie in files; one from the environment goes before its file."""
    read: dict[str, Database | Mail] = {}
    for name, section in (("database", settings.database), ("mail", settings.mail)):
        if section.password_file is not None and section.password is None:
            password = SecretStr(read_secret(section.password_file))
            read[name] = section.model_copy(update={"password": password})
    return settings.model_copy(update=read) if read else settings


def describe(settings: Settings) -> list[tuple[str, str, str]]:
    """List every setting as (``section.key``, its value, where it was set), secrets masked."""
    rows = [("data_folder", str(settings.data_folder), settings.source_of("data_folder"))]
    for section, model in SECTIONS.items():
        table = getattr(settings, section)
        for key in model.model_fields:
            name = f"{section}.{key}"
            rows.append((name, _shown(name, getattr(table, key)), settings.source_of(name)))
    return rows


def _shown(name: str, value: object) -> str:
    if value is None:
        return ""
    if name in SECRETS or (name == "database.url" and holds_password(str(value))):
        return MASK
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ", ".join(str(item) for item in value)
    return str(value)
