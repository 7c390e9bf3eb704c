"""Long answers with all objects' texts: what a request holds at once does not grow with them."""

import gc
import tracemalloc
from collections.abc import Callable
from functools import partial

import pytest

from tests.groupware_door import Device, GroupwareOffice
from tests.large_collections import TEXT_BYTES, fill, questions

MOST_A_MEMBER = 1_200
"""Bytes of the row that finds a member, and of its href in a client's question."""


def peak_of(act: Callable[[], int]) -> tuple[int, int]:
    """What *act* gives, and the most that Python held at once for it, in bytes."""
    gc.collect()
    tracemalloc.start()
    try:
        return act(), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def _drain(owner: Device, path: str, body: bytes) -> int:
    """Take an answer in as a network does, block by block; how many bytes it had."""
    return sum(len(block) for block in owner.blocks("REPORT", owner.own(path), body, Depth="1"))


def _peaks(office: GroupwareOffice, owner: Device, members: int) -> list[int]:
    for kind in ("calendar", "addressbook"):
        fill(office, owner, kind, members)
    peaks = []
    for kind, asked in questions(members):
        given, peak = peak_of(partial(_drain, owner, f"{kind}-{members}/", asked.encode()))
        assert given > members * TEXT_BYTES
        peaks.append(peak)
    return peaks


@pytest.mark.parametrize(
    ("few", "many"), [(300, 1_200), pytest.param(1_500, 5_000, marks=pytest.mark.soak)]
)
def test_the_peak_does_not_grow_with_the_number_of_members(
    groupware: GroupwareOffice, anna: Device, few: int, many: int
) -> None:
    small, large = _peaks(groupware, anna, few), _peaks(groupware, anna, many)

    grown = [(after - before) / (many - few) for before, after in zip(small, large, strict=True)]
    assert max(grown) < MOST_A_MEMBER, (grown, small, large)
