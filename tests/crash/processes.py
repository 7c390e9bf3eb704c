"""Processes as the kernel shows them below /proc: who belongs to whom, what memory they hold."""

import os
import signal
import subprocess
from pathlib import Path

from tests.e2e.http_client import until

KIB = 1024


def is_gone(pid: int) -> bool:
    """Whether the process has ended; nobody need have asked for its exit code yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def children(pid: int) -> list[int]:
    """The processes that *pid* started and that still run."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += map(int, (task / "children").read_text().split())
    return [each for each in found if not is_gone(each)]


def pss_bytes(pid: int) -> int:
    """Proportional set size: private memory, and its share of what several processes hold."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * KIB
    raise ValueError(f"no Pss for process {pid}")


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """End the server that *process* leads, all its processes at once, without a word."""
    workers = children(process.pid)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    until(lambda: all(map(is_gone, workers)))
