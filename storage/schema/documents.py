"""The document tree: properties, folders and documents, their locks, and who may see them."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from storage.schema.base import metadata, numbered, reference

tree = numbered(
    "tree",
    Column("kind", String(16), nullable=False),
    Column("modseq", BigInteger, nullable=False, server_default="0"),
    Column("epoch", Integer, nullable=False, server_default="1"),
)
"""A part of the document tree with a change counter of its own: a property, a Home, ..."""

node = numbered(
    "node",
    reference("parent_id", "node.id", nullable=True, cascade=False),
    reference("tree_id", "tree.id", cascade=False),
    Column("name", Text, nullable=False),
    Column("role", String(16), nullable=False, server_default=""),
    Column("is_collection", Boolean, nullable=False),
    Column("blob_sha256", String(64), ForeignKey("blob.sha256")),
    Column("size", BigInteger, nullable=False, server_default="0"),
    Column("content_type", Text, nullable=False, server_default=""),
    Column("created_us", BigInteger, nullable=False),
    Column("modified_us", BigInteger, nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("modseq", BigInteger, nullable=False),
    Column("changed_by", BigInteger),
    UniqueConstraint("parent_id", "name"),
    Index(None, "parent_id", "modseq"),
    Index(None, "tree_id"),
    Index(None, "blob_sha256"),
)
"""A document or collection. ``modseq`` counts in the tree of the *parent*, whose member it is."""

tombstone = Table(
    "tombstone",
    metadata,
    Column("parent_id", BigInteger, ForeignKey("node.id", ondelete="CASCADE"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("is_collection", Boolean, nullable=False, server_default=text("false")),
    Column("modseq", BigInteger, nullable=False),
    Column("deleted_us", BigInteger, nullable=False),
    Index(None, "parent_id", "modseq"),
)
"""A member that is gone, for RFC 6578; dropped when the name is taken again."""

sync_floor = Table(
    "sync_floor",
    metadata,
    Column("parent_id", BigInteger, ForeignKey("node.id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("modseq", BigInteger, nullable=False),
)
"""Sync tokens of a folder from before ``modseq`` are no longer answered: to this user, whose
blocks in it changed, or (0) to anybody, since what went before is forgotten."""

node_version = Table(
    "node_version",
    metadata,
    Column("node_id", BigInteger, ForeignKey("node.id", ondelete="CASCADE"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("blob_sha256", String(64), ForeignKey("blob.sha256"), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("content_type", Text, nullable=False),
    Column("modified_us", BigInteger, nullable=False),
    Column("replaced_us", BigInteger, nullable=False),
    Column("saved_by", BigInteger),
    Index(None, "blob_sha256"),
    Index(None, "replaced_us"),
)
"""What a document held before a save put something else in its place; what was empty left none.

``modified_us`` is the time that listings showed, ``saved_by`` who had saved it."""

trash = Table(
    "trash",
    metadata,
    Column("node_id", BigInteger, ForeignKey("node.id", ondelete="CASCADE"), primary_key=True),
    reference("tree_id", "tree.id", cascade=False),
    reference("parent_id", "node.id", cascade=False),
    Column("deleted_us", BigInteger, nullable=False),
    Column("deleted_by", BigInteger, nullable=False),
    Column("device_id", BigInteger, nullable=False),
    Column("is_going", Boolean, nullable=False, server_default=text("false")),
    Index(None, "tree_id", "deleted_us"),
    Index(None, "parent_id"),
    Index(None, "deleted_us"),
)
"""A document or folder that was deleted: its node has no parent any more, so that no name leads to
it and its own is free; ``parent_id`` is the folder it lay in. One that is going is being removed
for good."""

blob = Table(
    "blob",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("stored_us", BigInteger, nullable=False),
)

estate = numbered(
    "estate",
    Column("number", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("address", Text, nullable=False, server_default=""),
    Column("status", String(16), nullable=False, server_default="open"),
    Column("responsible_id", BigInteger, ForeignKey("principal.id", ondelete="SET NULL")),
    reference("node_id", "node.id", cascade=False),
    Column("created_us", BigInteger, nullable=False),
    UniqueConstraint("number"),
    UniqueConstraint("node_id"),
)

block = numbered(
    "block",
    reference("user_id", "principal.id"),
    reference("node_id", "node.id"),
    Column("created_us", BigInteger, nullable=False),
    UniqueConstraint("user_id", "node_id"),
    Index(None, "node_id"),
)

node_grant = numbered(
    "node_grant",
    reference("principal_id", "principal.id", nullable=True),
    reference("node_id", "node.id"),
    Column("level", Integer, nullable=False),
    UniqueConstraint("principal_id", "node_id"),
    Index(
        "uq_node_grant_node_id_everybody",
        "node_id",
        unique=True,
        sqlite_where=text("principal_id IS NULL"),
        postgresql_where=text("principal_id IS NULL"),
    ),
    Index(None, "node_id"),
    CheckConstraint("level BETWEEN 1 AND 3", name="level"),
)
"""What a group or user, or everybody (no principal), may do with a folder and all below it:
1 read, 2 also write, 3 also manage."""

lock = Table(
    "lock",
    metadata,
    Column("token", String(64), primary_key=True),
    reference("node_id", "node.id"),
    Column("is_exclusive", Boolean, nullable=False),
    Column("is_deep", Boolean, nullable=False),
    Column("owner_xml", LargeBinary, nullable=False),
    reference("user_id", "principal.id"),
    reference("device_id", "device.id"),
    Column("timeout_seconds", Integer, nullable=False),
    Column("created_us", BigInteger, nullable=False),
    Column("expires_us", BigInteger, nullable=False),
    Index(None, "node_id"),
)

dead_property = Table(
    "dead_property",
    metadata,
    Column("node_id", BigInteger, ForeignKey("node.id", ondelete="CASCADE"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("xml", LargeBinary, nullable=False),
)
