"""What happened: the journal of accesses, the audit log, letters to be sent."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    String,
    Table,
    Text,
    text,
)

from storage.schema.base import metadata, numbered, reference

journal = numbered(
    "journal",
    Column("at_us", BigInteger, nullable=False),
    Column("until_us", BigInteger, nullable=False),
    Column("action", String(24), nullable=False),
    Column("user_id", BigInteger),
    Column("device_id", BigInteger),
    Column("node_id", BigInteger),
    Column("path", Text, nullable=False, server_default=""),
    Column("target_path", Text, nullable=False, server_default=""),
    Column("version", Integer),
    Column("size", BigInteger),
    Column("bytes_sent", BigInteger, nullable=False, server_default="0"),
    Column("is_whole", Boolean, nullable=False, server_default=text("true")),
    Column("requests", Integer, nullable=False, server_default="1"),
    Column("documents", Integer, nullable=False, server_default="1"),
    Column("spans", Text),
    Column("locked_us", BigInteger),
    Column("bulk_id", BigInteger),
    Column("address", Text, nullable=False, server_default=""),
    Column("family", String(24), nullable=False, server_default=""),
    Index(None, "device_id", "node_id", "at_us"),
    Index(None, "device_id", "at_us"),
    Index(None, "bulk_id"),
    Index(None, "node_id", "at_us"),
    Index(None, "user_id", "at_us"),
    Index(None, "at_us"),
)
"""Who did what with which document. No foreign keys: it outlives what it speaks of.

``spans``: the parts of a document sent so far, while some are missing. ``locked_us``: when the
device locked the document. ``bulk_id``: the row of the bulk synchronisation it is part of.
"""

audit = Table(
    "audit",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("at_us", BigInteger, nullable=False),
    Column("act", String(32), nullable=False),
    Column("by_user_id", BigInteger),
    Column("by_device_id", BigInteger),
    Column("user_id", BigInteger),
    Column("device_id", BigInteger),
    Column("node_id", BigInteger),
    Column("details", Text, nullable=False, server_default="{}"),
    Column("hash", String(64), nullable=False),
    Index(None, "at_us"),
)
"""Who changed whose rights. Ids only, without foreign keys, so that a person can be erased and
the chain of hashes still holds. The migration adds triggers that refuse UPDATE and DELETE."""

audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("last_id", BigInteger, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("hash", String(64), nullable=False),
)
"""One row: where the chain of ``audit`` ends. Whoever appends holds it until the commit."""

outbox = numbered(
    "outbox",
    Column("kind", String(16), nullable=False),
    reference("user_id", "principal.id", nullable=True),
    Column("claimed", Text, nullable=False, server_default=""),
    Column("created_us", BigInteger, nullable=False),
    Column("due_us", BigInteger),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("failure", Text, nullable=False, server_default=""),
    Column("body", Text, nullable=False, server_default=""),
    Index(None, "due_us"),
    Index(None, "user_id"),
)
"""Letters to be sent. They are written when they leave, so that no token lies here.

``claimed``: the name or address somebody typed, while nobody looked whether there is an account.
``body``: what a letter about a meeting says, as JSON, ``claimed`` is its recipient; or of which
contracts ``user_id`` is told.
``due_us``: not before then; None: given up.
"""
