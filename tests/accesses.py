"""Accesses for tests: one device reading and writing, with one thing different at a time."""

from typing import Any

from office.tracking import Access, Act, Note
from wire.clients import Family

SECOND = 1_000_000
NOON = 1_700_000_000 * SECOND
WINDOW_US = 600 * SECOND


def an_access(act: Act | None = Act.READ, at: float = 0, **others: Any) -> Access:
    """A request *at* so many seconds after noon; if not said otherwise a whole GET by davfs2."""
    note_fields = {
        "node_id": 7,
        "path": "Objekte/4711 Parkallee/Plan.pdf",
        "version": 1,
        "size": 1000,
        "ranges": None,
        "target_path": "",
    }
    note = Note(act=act, **{key: others.pop(key, value) for key, value in note_fields.items()})
    at_us = NOON + round(at * SECOND)
    lasting = round(others.pop("lasting", 0) * SECOND)
    return Access(
        **{
            "note": note,
            "user_id": 1,
            "device_id": 1,
            "at_us": at_us,
            "until_us": at_us + lasting,
            "status": 200,
            "bytes_sent": (note.size or 0) if act is Act.READ else 0,
            "is_finished": True,
            "address": "192.0.2.7",
            "family": Family.DAVFS2,
            **others,
        }
    )


def a_piece(offset: int, length: int, at: float = 0, **others: Any) -> Access:
    """A GET of one slice."""
    wanted = {"status": 206, "bytes_sent": length, "ranges": ((offset, length),)}
    return an_access(Act.READ, at, **{**wanted, **others})
