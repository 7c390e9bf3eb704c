"""The log: one line on stderr per problem or change of state, never one per request.

``key=value`` pairs that a person reads and a program splits; the journal, not the log, says who
opened what.
"""

import sys
from typing import TextIO

import structlog


def configure(stream: TextIO | None = None) -> None:
    """Let structlog write to *stream* (default: stderr). Call once, before the fork."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.LogfmtRenderer(
                key_order=["timestamp", "level", "event"], bool_as_flag=False
            ),
        ],
        logger_factory=structlog.PrintLoggerFactory(stream or sys.stderr),
        cache_logger_on_first_use=True,
    )
