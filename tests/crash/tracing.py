"""System calls of running processes, as strace sees them, in their order."""

import re
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

_CALLS = (
    "mkdir,write,writev,pwrite64,pwritev,sendto,sendmsg,fsync,fdatasync,rename,renameat,renameat2"
)
_BEGUN = re.compile(r"(\d+) +(\w+)\((.*)")
_RESUMED = re.compile(r"(\d+) +<\.\.\. (\w+) resumed>(.*)")
_UNFINISHED = "<unfinished ...>"
_ATTACHED = re.compile(r"Process (\d+) attached")


@dataclass(slots=True)
class Call:
    """A system call; `began` and `ended` are places in the one order of all processes."""

    name: str
    arguments: str
    began: int
    ended: int


class Trace:
    """What was traced so far."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def calls(self) -> list[Call]:
        """All calls that have ended, in the order in which they began."""
        found: list[Call] = []
        open_calls: dict[str, Call] = {}
        for place, line in enumerate(self._file.read_text(errors="replace").splitlines()):
            if resumed := _RESUMED.match(line):
                call = open_calls.pop(resumed[1])
                call.arguments += resumed[3]
                call.ended = place
            elif begun := _BEGUN.match(line):
                call = Call(begun[2], begun[3], place, place)
                found.append(call)
                if _UNFINISHED in line:
                    open_calls[begun[1]] = call
        unfinished = {id(call) for call in open_calls.values()}
        return [call for call in found if id(call) not in unfinished]


def demand_strace() -> None:
    """Skip the test where there is no strace."""
    if shutil.which("strace") is None:
        pytest.skip("strace is missing: apt install strace")


def trace_command(words: Sequence[str | Path], folder: Path, cwd: Path) -> Trace:
    """Run a command to its end and return its calls."""
    file = folder / "trace"
    strace = ["strace", "-f", "-y", "-s", "64", "-e", f"trace={_CALLS}", "-o", str(file)]
    subprocess.run([*strace, *words], cwd=cwd, check=True, timeout=60)
    return Trace(file)


@contextmanager
def tracing(pids: Sequence[int], folder: Path) -> Iterator[Trace]:
    """Trace running processes and what they start; the trace is whole at the block's end."""
    file = folder / "trace"
    words = ["strace", "-f", "-y", "-s", "64", "-e", f"trace={_CALLS}", "-o", str(file)]
    for pid in pids:
        words += ["-p", str(pid)]
    strace = subprocess.Popen(words, stderr=subprocess.PIPE, text=True)
    try:
        _wait_until_attached(strace, set(pids))
        yield Trace(file)
    finally:
        strace.send_signal(signal.SIGINT)
        strace.communicate(timeout=30)


def _wait_until_attached(strace: subprocess.Popen[str], pids: set[int]) -> None:
    assert strace.stderr is not None
    for line in strace.stderr:
        if "not permitted" in line:
            pytest.skip("strace may not look at processes here (ptrace rights are missing)")
        if attached := _ATTACHED.search(line):
            pids.discard(int(attached[1]))
        if not pids:
            return
    raise AssertionError(f"strace ended before it saw {pids}")


def after(calls: Sequence[Call], place: int, is_it: Callable[[Call], bool], what: str) -> Call:
    """The first call of a kind that began after *place*."""
    for call in calls:
        if call.began > place and is_it(call):
            return call
    raise AssertionError(f"no {what} after line {place} of the trace")
