"""What the tests of crashes share: a way to print figures that pytest would keep to itself."""

import sys
from collections.abc import Callable

import pytest

from tests.databases import postgres

__all__ = ["postgres"]

Say = Callable[[str], None]


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Say:
    """Print a line past pytest's capture: the figures are what a long run is for."""

    def write(line: str) -> None:
        with capsys.disabled():
            sys.stdout.write(f"\n{line}")
            sys.stdout.flush()

    return write
