"""The log: one line on stderr per problem or change of state, never one per request.

``key=value`` pairs that a person reads and a program splits, on the standard library's logging:
the HTTP servers and the libraries write through it too. (structlog would add a tenth of a second
to each start.) The journal, not the log, says who opened what.
"""

import json
import logging
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TextIO

_PLAIN = re.compile(r"[^\s\"=\\\x00-\x1f\x7f-\x9f]+")


class OneLine(logging.Formatter):
    """Writes a record as one line; what came from a client cannot end it or forge a key."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line: time, level, event, the record's ``fields``, the traceback."""
        return " ".join(f"{key}={_quoted(value)}" for key, value in self._pairs(record))

    def _pairs(self, record: logging.LogRecord) -> Iterator[tuple[str, object]]:
        yield (
            "time",
            datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        )
        yield "level", record.levelname.lower()
        yield "from", record.name
        yield "event", record.getMessage()
        yield from getattr(record, "fields", {}).items()
        if record.exc_info:
            yield "traceback", self.formatException(record.exc_info)


def _quoted(value: object) -> str:
    text = str(value)
    if _PLAIN.fullmatch(text):
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in quoted)


def configure(stream: TextIO | None = None) -> None:
    """Send everything to *stream* (default: stderr). Call once, before the fork."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(OneLine())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("deedbox").setLevel(logging.INFO)
