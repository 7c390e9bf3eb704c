"""The tables, by noun. Times are integer microseconds since the epoch in UTC (``*_us``).

Queries live in one module per noun beside this one; nothing outside ``storage`` sees a table.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.schema import SchemaItem

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

# SQLite only numbers rows by itself in a column of exactly this type; PostgreSQL wants 64 bits.
_ROW_ID = BigInteger().with_variant(Integer, "sqlite")


def _numbered(name: str, *columns: SchemaItem) -> Table:
    """A table whose ``id`` is never given twice, also after the newest row was deleted.

    Locks, dead properties, journal and clients' hrefs are keyed by such ids.
    """
    return Table(
        name,
        metadata,
        Column("id", _ROW_ID, primary_key=True, autoincrement=True),
        *columns,
        sqlite_autoincrement=True,
    )


def _reference(
    name: str, target: str, *, nullable: bool = False, cascade: bool = True
) -> Column[int]:
    rule = "CASCADE" if cascade else None
    return Column(name, BigInteger, ForeignKey(target, ondelete=rule), nullable=nullable)


instance = Table(
    "instance",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)
"""Facts about this installation: office language, set-up link, when it was opened."""

principal = _numbered(
    "principal",
    Column("kind", String(8), nullable=False),
    Column("name", String(63), nullable=False),
    Column("display_name", Text, nullable=False, server_default=""),
    Column("created_us", BigInteger, nullable=False),
    UniqueConstraint("name"),
    CheckConstraint("kind IN ('user', 'group')", name="kind"),
)

person = Table(
    "person",
    metadata,
    Column(
        "principal_id",
        BigInteger,
        ForeignKey("principal.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("email", Text, nullable=False),
    Column("email_key", Text, nullable=False),
    Column("password_hash", Text),
    Column("state", String(8), nullable=False),
    Column("device_limit", Integer),
    Column("home_node_id", BigInteger),
    Column("visibility", String(8), nullable=False, server_default="own"),
    UniqueConstraint("email_key"),
    CheckConstraint("state IN ('new', 'invited', 'active', 'blocked')", name="state"),
)

membership = Table(
    "membership",
    metadata,
    Column(
        "user_id", BigInteger, ForeignKey("principal.id", ondelete="CASCADE"), primary_key=True
    ),
    Column(
        "group_id", BigInteger, ForeignKey("principal.id", ondelete="CASCADE"), primary_key=True
    ),
    Index(None, "group_id"),
)

function_right = Table(
    "function_right",
    metadata,
    Column(
        "principal_id",
        BigInteger,
        ForeignKey("principal.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("name", String(32), primary_key=True),
)
"""What kinds of act the members of a group, or a user, may do. Administration needs no rows."""

device = _numbered(
    "device",
    _reference("user_id", "principal.id"),
    Column("label", Text, nullable=False),
    Column("selector", String(16), nullable=False),
    Column("secret_hash", LargeBinary, nullable=False),
    Column("created_us", BigInteger, nullable=False),
    Column("retired_us", BigInteger),
    Column("last_seen_us", BigInteger),
    Column("last_write_us", BigInteger),
    Column("last_address", Text),
    Column("families", Text, nullable=False, server_default=""),
    UniqueConstraint("selector"),
    Index(
        "uq_device_user_id_label_active",
        "user_id",
        "label",
        unique=True,
        sqlite_where=text("retired_us IS NULL"),
        postgresql_where=text("retired_us IS NULL"),
    ),
)

tree = _numbered(
    "tree",
    Column("kind", String(16), nullable=False),
    Column("modseq", BigInteger, nullable=False, server_default="0"),
    Column("epoch", Integer, nullable=False, server_default="1"),
)
"""A part of the document tree with a change counter of its own: a property, a Home, ..."""

node = _numbered(
    "node",
    _reference("parent_id", "node.id", nullable=True, cascade=False),
    _reference("tree_id", "tree.id", cascade=False),
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

blob = Table(
    "blob",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("stored_us", BigInteger, nullable=False),
)

estate = _numbered(
    "estate",
    Column("number", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("address", Text, nullable=False, server_default=""),
    Column("status", String(16), nullable=False, server_default="open"),
    Column("responsible_id", BigInteger, ForeignKey("principal.id", ondelete="SET NULL")),
    _reference("node_id", "node.id", cascade=False),
    Column("created_us", BigInteger, nullable=False),
    UniqueConstraint("number"),
    UniqueConstraint("node_id"),
)

block = _numbered(
    "block",
    _reference("user_id", "principal.id"),
    _reference("node_id", "node.id"),
    Column("created_us", BigInteger, nullable=False),
    UniqueConstraint("user_id", "node_id"),
    Index(None, "node_id"),
)

node_grant = _numbered(
    "node_grant",
    _reference("principal_id", "principal.id", nullable=True),
    _reference("node_id", "node.id"),
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
    _reference("node_id", "node.id"),
    Column("is_exclusive", Boolean, nullable=False),
    Column("is_deep", Boolean, nullable=False),
    Column("owner_xml", LargeBinary, nullable=False),
    _reference("user_id", "principal.id"),
    _reference("device_id", "device.id"),
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

journal = _numbered(
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


collection = _numbered(
    "collection",
    _reference("owner_id", "principal.id"),
    Column("name", Text, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("components", Text, nullable=False, server_default=""),
    Column("display_name", Text, nullable=False, server_default=""),
    Column("is_default", Boolean, nullable=False, server_default=text("false")),
    Column("properties", Text, nullable=False, server_default="{}"),
    Column("created_us", BigInteger, nullable=False),
    Column("modseq", BigInteger, nullable=False, server_default="0"),
    Column("epoch", Integer, nullable=False, server_default="1"),
    Column("pruned_modseq", BigInteger, nullable=False, server_default="0"),
    Column("role", String(16), nullable=False, server_default=""),
    Column("is_transparent", Boolean, nullable=False, server_default=text("false")),
    UniqueConstraint("owner_id", "name"),
    CheckConstraint("kind IN ('calendar', 'tasks', 'addressbook')", name="kind"),
)
"""A calendar, task list or address book. ``name`` is its segment in URLs; ``components`` joins
with commas what a calendar takes; ``properties`` is JSON, Clark name to the element as XML.
``role``: ``inbox`` and ``outbox`` are no calendars but what each user has for meetings, and
``default`` is the calendar that invitations go to, once its owner chose one. What lies in one
that ``is_transparent`` takes none of its owner's time (RFC 6638 section 9.1)."""

collection_grant = _numbered(
    "collection_grant",
    _reference("principal_id", "principal.id", nullable=True),
    _reference("collection_id", "collection.id"),
    Column("level", Integer, nullable=False),
    UniqueConstraint("principal_id", "collection_id"),
    Index(
        "uq_collection_grant_collection_id_everybody",
        "collection_id",
        unique=True,
        sqlite_where=text("principal_id IS NULL"),
        postgresql_where=text("principal_id IS NULL"),
    ),
    Index(None, "collection_id"),
    CheckConstraint("level BETWEEN 1 AND 3", name="level"),
)
"""The same for a collection; its owner needs none."""

collection_block = Table(
    "collection_block",
    metadata,
    Column(
        "user_id", BigInteger, ForeignKey("principal.id", ondelete="CASCADE"), primary_key=True
    ),
    Column(
        "collection_id",
        BigInteger,
        ForeignKey("collection.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("created_us", BigInteger, nullable=False),
    Index(None, "collection_id"),
)

collection_view = Table(
    "collection_view",
    metadata,
    Column(
        "user_id", BigInteger, ForeignKey("principal.id", ondelete="CASCADE"), primary_key=True
    ),
    Column(
        "collection_id",
        BigInteger,
        ForeignKey("collection.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("is_away", Boolean, nullable=False, server_default=text("false")),
    Column("display_name", Text),
    Column("properties", Text),
    Index(None, "collection_id"),
)
"""How somebody who is not its owner has a collection in their home: taken out of it
(``is_away``), and name and properties of their own once they gave some."""

item = _numbered(
    "item",
    _reference("collection_id", "collection.id"),
    Column("href", Text, nullable=False),
    Column("uid", Text, nullable=False),
    Column("component", String(16), nullable=False),
    Column("etag", String(64), nullable=False),
    Column("size", Integer, nullable=False),
    Column("created_us", BigInteger, nullable=False),
    Column("modified_us", BigInteger, nullable=False),
    Column("modseq", BigInteger, nullable=False),
    Column("starts_us", BigInteger),
    Column("ends_us", BigInteger),
    Column("recurrence", Text, nullable=False, server_default=""),
    Column("summary", Text, nullable=False, server_default=""),
    Column("fn", Text, nullable=False, server_default=""),
    Column("n", Text, nullable=False, server_default=""),
    Column("org", Text, nullable=False, server_default=""),
    Column("email", Text, nullable=False, server_default=""),
    Column("tel", Text, nullable=False, server_default=""),
    Column("categories", Text, nullable=False, server_default=""),
    Column("bday", Text, nullable=False, server_default=""),
    Column("schedule_tag", String(32), nullable=False, server_default=""),
    Column("text", Text, nullable=False),
    UniqueConstraint("collection_id", "href"),
    UniqueConstraint("collection_id", "uid"),
    Index(None, "collection_id", "modseq"),
    Index(None, "collection_id", "ends_us", "starts_us"),
)
"""One calendar or address object: its bytes as text, and beside it what queries ask for.

``starts_us`` and ``ends_us`` bound all that ever happens of it; without an end it recurs for ever,
without either it is undated. ``fn`` to ``bday`` are a contact's fields, folded for searching.
``schedule_tag`` is that of a meeting (RFC 6638 section 3.2.10), empty for all else. Messages in an
inbox may share a UID: there ``uid`` has, after a line feed, who sent it.
"""

item_tombstone = Table(
    "item_tombstone",
    metadata,
    Column(
        "collection_id",
        BigInteger,
        ForeignKey("collection.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("href", Text, primary_key=True),
    Column("modseq", BigInteger, nullable=False),
    Column("deleted_us", BigInteger, nullable=False),
    Index(None, "collection_id", "modseq"),
)
"""A member that is gone, for RFC 6578; dropped when its name is taken again."""

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

one_time_token = Table(
    "one_time_token",
    metadata,
    Column(
        "user_id", BigInteger, ForeignKey("principal.id", ondelete="CASCADE"), primary_key=True
    ),
    Column("purpose", String(16), primary_key=True),
    Column("token_hash", String(64), nullable=False),
    Column("created_us", BigInteger, nullable=False),
    Column("expires_us", BigInteger, nullable=False),
    UniqueConstraint("token_hash"),
    CheckConstraint("purpose IN ('invitation', 'reset')", name="purpose"),
)

consent_text = Table(
    "consent_text",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("language", String(8), primary_key=True),
    Column("text", Text, nullable=False),
    Column("created_us", BigInteger, nullable=False),
)

consent = _numbered(
    "consent",
    _reference("user_id", "principal.id"),
    Column("version", Integer, nullable=False),
    Column("language", String(8), nullable=False),
    Column("given_us", BigInteger, nullable=False),
    ForeignKeyConstraint(
        ["version", "language"], ["consent_text.version", "consent_text.language"]
    ),
    Index(None, "user_id"),
)

outbox = _numbered(
    "outbox",
    Column("kind", String(16), nullable=False),
    _reference("user_id", "principal.id", nullable=True),
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
``body``: what a letter about a meeting says, as JSON; ``claimed`` is its recipient.
``due_us``: not before then; None: given up.
"""

number_range = _numbered(
    "number_range",
    Column("user_id", BigInteger, ForeignKey("principal.id", ondelete="SET NULL")),
    Column("first", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
    Column("next", BigInteger, nullable=False),
    Column("created_us", BigInteger, nullable=False),
    Column("ended_us", BigInteger),
    CheckConstraint("first <= last", name="order"),
    Index(None, "user_id"),
)
"""Numbers that one user's devices may give to invoices, from ``first`` to ``last`` inclusive."""

number_lease = Table(
    "number_lease",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    _reference("range_id", "number_range.id", cascade=False),
    Column("device_id", BigInteger),
    Column("leased_us", BigInteger, nullable=False),
    Column("returned_us", BigInteger),
    Column("reference", String(64)),
    Index(None, "range_id", "returned_us"),
    Index(None, "range_id", "reference", unique=True),
)
"""Who has which number. ``reference``: the client's own word, so that it can ask again."""

console_session = _numbered(
    "console_session",
    _reference("user_id", "principal.id"),
    Column("token_hash", String(64), nullable=False),
    Column("created_us", BigInteger, nullable=False),
    Column("seen_us", BigInteger, nullable=False),
    Column("confirmed_us", BigInteger, nullable=False),
    Column("is_complete", Boolean, nullable=False),
    Column("address", Text, nullable=False),
    Column("agent", Text, nullable=False),
    UniqueConstraint("token_hash"),
    Index(None, "user_id"),
    Index(None, "seen_us"),
)
"""A browser that is signed in to the console. ``confirmed_us``: when the password was last given.
Without ``is_complete`` the second factor is still awaited."""

second_factor = Table(
    "second_factor",
    metadata,
    Column(
        "user_id",
        BigInteger,
        ForeignKey("principal.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("secret", LargeBinary, nullable=False),
    Column("is_on", Boolean, nullable=False),
    Column("last_step", BigInteger, nullable=False),
    Column("created_us", BigInteger, nullable=False),
)
"""A user's time-based codes (RFC 6238). ``secret`` is sealed with the installation's key;
``last_step`` is the time step of the newest code that was taken, so that none works twice."""

recovery_code = Table(
    "recovery_code",
    metadata,
    Column(
        "user_id", BigInteger, ForeignKey("principal.id", ondelete="CASCADE"), primary_key=True
    ),
    Column("code_hash", String(64), primary_key=True),
)

preference = Table(
    "preference",
    metadata,
    Column(
        "user_id",
        BigInteger,
        ForeignKey("principal.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("language", String(8), nullable=False),
)
"""How a user wants the console."""

login_grant = Table(
    "login_grant",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    _reference("user_id", "principal.id"),
    Column("label", Text, nullable=False),
    Column("expires_us", BigInteger, nullable=False),
    Index(None, "user_id"),
)
"""A program that a user let in: it may fetch the credential of a new device, once."""

horizon = Table(
    "horizon",
    metadata,
    Column("device_id", BigInteger, primary_key=True, autoincrement=False),
    Column("collection_id", BigInteger, primary_key=True, autoincrement=False),
    Column("family", String(24), primary_key=True),
    Column("epoch", Integer, nullable=False),
    Column("modseq", BigInteger, nullable=False),
    Column("gone_modseq", BigInteger, nullable=False),
    Column("seen_us", BigInteger, nullable=False),
    Index(None, "collection_id"),
)
"""How far a device's programs of one family have a collection: members up to ``modseq``, what went
up to ``gone_modseq`` (no lower). Written beside requests, so without foreign keys, which would
have to wait for writers; what speaks of something gone counts nowhere and is dropped hourly."""

fetched_beyond = Table(
    "fetched_beyond",
    metadata,
    Column("device_id", BigInteger, primary_key=True, autoincrement=False),
    Column("collection_id", BigInteger, primary_key=True, autoincrement=False),
    Column("family", String(24), primary_key=True),
    Column("href", Text, primary_key=True),
    Column("epoch", Integer, nullable=False),
    Column("modseq", BigInteger, nullable=False),
)
"""Changes beyond a horizon that the program has all the same, by the member's name; dropped when
the horizon passes them."""
