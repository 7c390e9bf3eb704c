"""The set-up in four steps: how far it came, so that it can be left and gone on with.

The first two steps are behind the set-up link, as long as nobody is in; from the first
administrator on all of it is theirs, in the console.
"""

from enum import StrEnum

from auth import audit
from auth.audit import Act, Actor
from office import opening
from storage import instance
from storage.store import Unit, WriteUnit

_REACHED = "setup.step"


class Step(StrEnum):
    """A step; the next one is open when it is done."""

    OFFICE = "office"
    USERS = "users"
    ACCESS = "access"
    FILL = "fill"


STEPS = tuple(Step)


def reached(unit: Unit) -> Step:
    """The farthest step that is open."""
    return Step(instance.find(unit, _REACHED) or Step.OFFICE)


def is_open(unit: Unit, step: Step) -> bool:
    """Whether all steps before *step* are done."""
    return STEPS.index(step) <= STEPS.index(reached(unit))


def done(unit: WriteUnit, step: Step) -> Step:
    """Say that *step* is done; the one to go on with. Going back closes nothing."""
    following = STEPS[min(STEPS.index(step) + 1, len(STEPS) - 1)]
    if not is_open(unit, following):
        instance.put(unit, _REACHED, following)
    return following


def finish(unit: WriteUnit, *, by: Actor, now_us: int) -> bool:
    """Open the office: the last step is done or skipped. False if it was open."""
    is_new = opening.open_office(unit, now_us=now_us)
    if is_new:
        audit.record(unit, Act.OFFICE_OPENED, by=by)
    return is_new
