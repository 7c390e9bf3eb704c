"""How far devices have collections: horizons, and what was fetched beyond them. The queries.

A horizon never goes back, but for a collection that begins a new epoch. Writers come one after
the other: they read, compare and then change.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from storage.store import Unit, WriteUnit

_WRITING = -0x0DEEDB3

_OF_PROGRAM = "device_id = :device_id AND collection_id = :collection_id AND family = :family"


class Program(NamedTuple):
    """The programs of one family on a device, on one collection."""

    device_id: int
    collection_id: int
    family: str


class Horizon(NamedTuple):
    """How far: members up to ``modseq``, what went up to ``gone_modseq``. A later one is greater.

    In the middle of a first listing, what went before it began need not be told.
    """

    epoch: int
    modseq: int
    gone_modseq: int


class Version(NamedTuple):
    """The number of a member's change, or of its going. A later one is greater."""

    epoch: int
    modseq: int


class Stand(NamedTuple):
    """What is stored of a program."""

    horizon: Horizon
    seen_us: int


class Mark(NamedTuple):
    """What one process learnt of a program since it last wrote.

    Attributes:
        horizon: How far it showed to be; None: only something was fetched.
        seen_us: When.
        fetched: What it has beyond, by name.
    """

    program: Program
    horizon: Horizon | None
    seen_us: int
    fetched: Mapping[str, Version]


def find(unit: Unit, program: Program) -> Stand | None:
    """What is stored of *program*."""
    row = unit.row(
        f"SELECT epoch, modseq, gone_modseq, seen_us FROM horizon WHERE {_OF_PROGRAM}",
        program._asdict(),
    )
    return Stand(Horizon(*row[:3]), row[3]) if row else None


def fetched(unit: Unit, program: Program, hrefs: Collection[str]) -> dict[str, Version]:
    """Which of *hrefs* are stored as fetched beyond the horizon, and in which version."""
    among = "IN (SELECT value FROM json_each(:among))" if unit.is_sqlite else "= ANY(:among)"
    rows = unit.rows(
        f"SELECT href, epoch, modseq FROM fetched_beyond WHERE {_OF_PROGRAM} AND href {among}",
        {
            **program._asdict(),
            "among": json.dumps(list(hrefs)) if unit.is_sqlite else list(hrefs),
        },
    )
    return {row[0]: Version(*row[1:]) for row in rows}


def note(unit: WriteUnit, marks: Iterable[Mark]) -> None:
    """Write down how far programs are, and what they have beyond; never back."""
    unit.serialise(_WRITING)
    for mark in marks:
        stands = find(unit, mark.program)
        horizon = stands.horizon if stands else None
        if mark.horizon is not None:
            if horizon is None or mark.horizon > horizon:
                horizon = mark.horizon
                _pass(unit, mark.program, horizon)
            _put(unit, mark, horizon)
        _add(unit, mark, horizon)


def _put(unit: WriteUnit, mark: Mark, horizon: Horizon) -> None:
    unit.execute(
        "INSERT INTO horizon (device_id, collection_id, family, epoch, modseq, gone_modseq,"
        " seen_us) VALUES (:device_id, :collection_id, :family, :epoch, :modseq, :gone, :seen)"
        " ON CONFLICT (device_id, collection_id, family) DO UPDATE SET epoch = excluded.epoch,"
        " modseq = excluded.modseq, gone_modseq = excluded.gone_modseq, seen_us ="
        " CASE WHEN horizon.seen_us > excluded.seen_us THEN horizon.seen_us"
        " ELSE excluded.seen_us END",
        {
            **mark.program._asdict(),
            "epoch": horizon.epoch,
            "modseq": horizon.modseq,
            "gone": horizon.gone_modseq,
            "seen": mark.seen_us,
        },
    )


def _pass(unit: WriteUnit, program: Program, horizon: Horizon) -> None:
    """Drop what *horizon* has passed."""
    unit.execute(
        f"DELETE FROM fetched_beyond WHERE {_OF_PROGRAM}"
        " AND (epoch < :epoch OR epoch = :epoch AND modseq <= :modseq)",
        {**program._asdict(), "epoch": horizon.epoch, "modseq": horizon.modseq},
    )


def _add(unit: WriteUnit, mark: Mark, horizon: Horizon | None) -> None:
    parameters = mark.program._asdict()
    unit.execute_many(
        "INSERT INTO fetched_beyond (device_id, collection_id, family, href, epoch, modseq)"
        " VALUES (:device_id, :collection_id, :family, :href, :epoch, :modseq)"
        " ON CONFLICT (device_id, collection_id, family, href) DO UPDATE SET"
        " epoch = excluded.epoch, modseq = excluded.modseq"
        " WHERE excluded.epoch > fetched_beyond.epoch OR excluded.epoch = fetched_beyond.epoch"
        " AND excluded.modseq > fetched_beyond.modseq",
        [
            {**parameters, "href": href, "epoch": version.epoch, "modseq": version.modseq}
            for href, version in mark.fetched.items()
            if is_beyond(version, horizon)
        ],
    )


def is_beyond(version: Version, horizon: Horizon | None) -> bool:
    """Whether a change was not passed by *horizon*."""
    return horizon is None or version > Version(horizon.epoch, horizon.modseq)


def least(unit: Unit, collection_id: int, *, patience_us: int) -> int | None:
    """Up to which number of the collection all programs know what went; None: there are none.

    Those of devices that are not retired. A program that was last there *patience_us* before its
    device was is taken to be no longer on it.
    """
    row = unit.row(
        "SELECT min(h.gone_modseq) FROM horizon h JOIN device d ON d.id = h.device_id"
        " JOIN collection c ON c.id = h.collection_id AND c.epoch = h.epoch"
        " WHERE h.collection_id = :collection AND d.retired_us IS NULL"
        " AND h.seen_us >= coalesce(d.last_seen_us, 0) - :patience",
        {"collection": collection_id, "patience": patience_us},
    )
    return None if row[0] is None else int(row[0])


class Outdated(NamedTuple):
    """Something fetched that has changed, or gone for good, since."""

    device_id: int
    collection_id: int
    family: str
    href: str
    modseq: int


def idle(unit: Unit) -> list[Program]:
    """Programs of devices that are retired or gone, or on collections that are gone."""
    rows = unit.rows(
        "SELECT p.device_id, p.collection_id, p.family FROM"
        " (SELECT device_id, collection_id, family FROM horizon UNION"
        " SELECT device_id, collection_id, family FROM fetched_beyond) p"
        " LEFT JOIN device d ON d.id = p.device_id AND d.retired_us IS NULL"
        " LEFT JOIN collection c ON c.id = p.collection_id"
        " WHERE d.id IS NULL OR c.id IS NULL"
    )
    return [Program._make(row) for row in rows]


def outdated(unit: Unit) -> list[Outdated]:
    """What was fetched beyond a horizon and says nothing any more."""
    rows = unit.rows(
        "SELECT f.device_id, f.collection_id, f.family, f.href, f.modseq FROM fetched_beyond f"
        " LEFT JOIN collection c ON c.id = f.collection_id AND c.epoch = f.epoch"
        " LEFT JOIN item i ON i.collection_id = f.collection_id AND i.href = f.href"
        " AND i.modseq = f.modseq"
        " LEFT JOIN item_tombstone t ON t.collection_id = f.collection_id AND t.href = f.href"
        " AND t.modseq = f.modseq"
        " WHERE c.id IS NULL OR (i.id IS NULL AND t.modseq IS NULL)"
    )
    return [Outdated._make(row) for row in rows]


def forget(unit: WriteUnit, programs: Iterable[Program]) -> None:
    """Drop all that is stored of *programs*."""
    unit.serialise(_WRITING)
    parameters = [each._asdict() for each in programs]
    unit.execute_many(f"DELETE FROM horizon WHERE {_OF_PROGRAM}", parameters)
    unit.execute_many(f"DELETE FROM fetched_beyond WHERE {_OF_PROGRAM}", parameters)


def forget_outdated(unit: WriteUnit, fetched_before: Iterable[Outdated]) -> None:
    """Drop these, but for those that were fetched anew."""
    unit.serialise(_WRITING)
    unit.execute_many(
        f"DELETE FROM fetched_beyond WHERE {_OF_PROGRAM} AND href = :href AND modseq = :modseq",
        [each._asdict() for each in fetched_before],
    )
