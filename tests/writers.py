"""Writers in processes of their own; ``python -m tests.writers URL TREE COUNT`` is one."""

import json
import sys
import time

from storage import tree_changes
from storage.store import Store


def write(url: str, tree_id: int, count: int) -> list[int]:
    """Take *count* numbers of a tree; how many others came first each time."""
    store = Store(url)
    overtaken = []
    try:
        for _ in range(count):
            with store.read() as unit:
                seen = unit.row("SELECT modseq FROM tree WHERE id = :id", {"id": tree_id})[0]
            with store.write() as unit:
                unit.serialise(tree_id)
                overtaken.append(tree_changes.next_modseq(unit, tree_id) - seen - 1)
                time.sleep(0.002)  # a write that takes a while, so that a queue forms
    finally:
        store.close()
    return overtaken


if __name__ == "__main__":
    json.dump(write(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])), sys.stdout)
