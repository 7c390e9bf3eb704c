"""An office whose people and programs do what they like, beside the rules that say what is right.

Each step is done to both; then the office must have the records that the rules have, and every
program that syncs must hold just what they give it.
"""

from typing import NamedTuple

from hypothesis import strategies as st

from tests.groupware_door import GroupwareOffice
from tests.office_desk_acts import DeskActs
from tests.office_device_acts import Writers
from tests.office_moves import Movers
from tests.office_state import STAFF, State

DESK_ACTS = (
    "add",
    "kind",
    "partner",
    "broker",
    "fields",
    "tag",
    "remove",
    "release",
    "see",
    "filter",
    "policy",
    "birthdays",
    "show",
    "days",
)
WRITES, MOVES = ("edit", "create"), ("delete", "move_out", "move_back")
DEVICE_ACTS = WRITES + MOVES


class Step(NamedTuple):
    """One act of *who* (a user, a program) on *which* (of what there is), *what* of it.

    ``synced`` says which program syncs after it, if any.
    """

    act: str
    who: int
    which: int
    what: int
    synced: int


steps = st.builds(
    Step,
    st.one_of(st.sampled_from(DESK_ACTS), st.sampled_from(DEVICE_ACTS)),
    st.integers(0, 8),
    st.integers(0, 40),
    st.integers(0, 40),
    st.integers(0, 11),
)


def run(office: GroupwareOffice, script: list[Step]) -> None:
    """Do all steps; in the end every program syncs."""
    state = State(office)
    try:
        # Each begins with another policy for deletes.
        for which, name in enumerate(STAFF):
            DeskActs(state).policy(name, which, 0)
        for step in script:
            _take(state, step)
        for client in [*state.clients, *state.calendars]:
            state.sync(client)
    finally:
        state.journal.write()


def _take(state: State, step: Step) -> None:
    state.count += 1
    if step.act in DESK_ACTS:
        person = [*STAFF][step.who % len(STAFF)]
        getattr(DeskActs(state), step.act)(person, step.which, step.what)
    else:
        acts = Writers(state) if step.act in WRITES else Movers(state)
        getattr(acts, step.act)(state.clients[step.who], step.which, step.what)
    state.compare()
    if step.synced < len(state.clients):
        state.sync(state.clients[step.synced])
        state.sync(state.calendars[step.synced % 3])
