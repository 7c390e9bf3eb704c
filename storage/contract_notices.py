"""Queries on which alarms of contracts somebody was told of by mail."""

from collections.abc import Collection
from datetime import date
from typing import NamedTuple

from storage.id_lists import id_list, is_among
from storage.store import Unit, WriteUnit


class Notice(NamedTuple):
    """Of which alarm somebody was told: why it is one, and of which day."""

    contract_id: int
    reason: str
    due_on: date


def told(unit: Unit, contract_ids: Collection[int]) -> set[Notice]:
    """Of which alarms of these contracts somebody was told."""
    rows = unit.rows(
        "SELECT contract_id, reason, due_on FROM contract_notice"
        f" WHERE contract_id {is_among(unit, 'ids')}",
        {"ids": id_list(unit, contract_ids)},
    )
    return {Notice(row[0], row[1], date.fromisoformat(row[2])) for row in rows}


def was_told_on(unit: Unit, user_id: int, day: date) -> bool:
    """Whether a user was told of any alarm on that day."""
    row = unit.row(
        "SELECT 1 FROM contract_notice WHERE user_id = :user AND told_on = :day LIMIT 1",
        {"user": user_id, "day": day.isoformat()},
    )
    return row is not None


def keep_told(
    unit: WriteUnit, notices: Collection[Notice], *, user_id: int, told_on: date
) -> None:
    """Say that a user is being told of these alarms."""
    unit.execute_many(
        "INSERT INTO contract_notice (contract_id, reason, due_on, user_id, told_on)"
        " VALUES (:contract, :reason, :due_on, :user, :told_on) ON CONFLICT DO NOTHING",
        [
            {
                "contract": each.contract_id,
                "reason": each.reason,
                "due_on": each.due_on.isoformat(),
                "user": user_id,
                "told_on": told_on.isoformat(),
            }
            for each in notices
        ],
    )
