"""What all commands share: where the installation is, and how to answer."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, TypeVar

import click

from server.cli.failures import RefusedError

if TYPE_CHECKING:
    from config.settings import Settings
    from storage.store import Store

# Controls, line separators, and the characters that turn what follows round or hide.
_STEERING = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
_NO_OVERRIDES: Mapping[str, Mapping[str, object]] = {}


@dataclass(frozen=True, slots=True)
class Invocation:
    """One call of a command: the installation it is about and the form of its answer."""

    data: Path | None
    config: Path | None
    as_json: bool

    def settings(
        self, overrides: Mapping[str, Mapping[str, object]] = _NO_OVERRIDES
    ) -> "Settings":
        """The settings in force.

        Raises:
            config.faults.ConfigError: With all that is wrong with them.
        """
        from config.loader import load  # noqa: PLC0415 - pydantic is not for `--help`

        return load(self.data, self.config, overrides)

    @contextmanager
    def store(
        self, settings: "Settings | None" = None, *, is_reading: bool = False
    ) -> "Iterator[Store]":
        """The installation's store, made or migrated where that is needed.

        Args:
            settings: Those in force, where the command has read them already.
            is_reading: The command only shows what is there: a folder that nobody made is then
                a slip of the pen and not an installation to begin.

        Raises:
            RefusedError: The folder is not there and *is_reading*.
        """
        from server.installation import prepared_store  # noqa: PLC0415 - SQLAlchemy neither

        settings = settings or self.settings()
        if is_reading and not settings.data_folder.exists():
            raise RefusedError(
                f"There is no folder {settings.data_folder}; is it the right --data folder?"
            )
        store = prepared_store(settings)
        try:
            yield store
        finally:
            store.close()

    def answer(self, text: str, **facts: object) -> None:
        """Print *text* for a person, or *facts* as a JSON object."""
        click.echo(json.dumps(facts, ensure_ascii=False) if self.as_json else text)

    def table(
        self,
        name: str,
        rows: Sequence[Mapping[str, Any]],
        *,
        empty: str,
        notes: Sequence[str] = (),
    ) -> None:
        """Print *rows* as a table with their keys on top, or as a JSON object's list *name*.

        *notes* stand below it, or in the object's list ``notes`` where there are any.
        """
        if self.as_json:
            more = {"notes": list(notes)} if notes else {}
            click.echo(json.dumps({name: rows, **more}, ensure_ascii=False))
            return
        if rows:
            for line in _columns(rows):
                click.echo(line)
        else:
            click.echo(empty)
        for note in notes:
            click.echo(note)


_R = TypeVar("_R")


def with_installation(command: Callable[Concatenate[Invocation, ...], _R]) -> Callable[..., _R]:
    """Give a command ``--data``, ``--config`` and ``--json``, and an Invocation made of them."""

    @click.option(
        "--data",
        type=click.Path(file_okay=False, path_type=Path),
        help="Folder of everything that deedbox keeps.",
    )
    @click.option(
        "--config",
        type=click.Path(dir_okay=False, path_type=Path),
        help="Settings file; without it DIR/deedbox.toml, if there is one.",
    )
    @click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
    @wraps(command)
    def called(*, data: Path | None, config: Path | None, as_json: bool, **others: object) -> _R:
        return command(Invocation(data, config, as_json), **others)

    return called


def moment(us: int | None) -> str | None:
    """A time of the database for people and programs: local, with its offset, to the second."""
    if us is None:
        return None
    at = datetime.fromtimestamp(us / 1_000_000, UTC).astimezone()
    return at.isoformat(sep=" ", timespec="seconds")


def shown(text: str) -> str:
    """*text* for a terminal: what would steer it, or turn the line's direction, is spelled out.

    Names that older versions took may hold it.
    """
    return _STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _columns(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    titles = list(rows[0])
    cells = [[title.replace("_", " ") for title in titles]]
    cells += [[_cell(row[title]) for title in titles] for row in rows]
    widths = [max(len(line[column]) for line in cells) for column in range(len(titles))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    ]


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, list):
        return shown(", ".join(map(str, value))) or "-"
    return shown(str(value))
