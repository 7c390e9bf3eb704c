"""Calendars, task lists and address books, what lies in them, and how far devices have it."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from storage.schema.base import metadata, numbered, reference

collection = numbered(
    "collection",
    reference("owner_id", "principal.id"),
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
    Index(
        "uq_collection_role_records",
        "role",
        unique=True,
        sqlite_where=text("role = 'records'"),
        postgresql_where=text("role = 'records'"),
    ),
    CheckConstraint("kind IN ('calendar', 'tasks', 'addressbook')", name="kind"),
)
"""A calendar, task list or address book. ``name`` is its segment in URLs; ``components`` joins
with commas what a calendar takes; ``properties`` is JSON, Clark name to the element as XML.
``role``: ``inbox`` and ``outbox`` are no calendars but what each user has for meetings, and
``default`` is the calendar that invitations go to, once its owner chose one. ``records`` is where
the office's records lie, ``office`` the view of them that each user has. What lies in one that
``is_transparent`` takes none of its owner's time (RFC 6638 section 9.1)."""

collection_grant = numbered(
    "collection_grant",
    reference("principal_id", "principal.id", nullable=True),
    reference("collection_id", "collection.id"),
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

item = numbered(
    "item",
    reference("collection_id", "collection.id"),
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
