"""People and groups, their rights, devices and numbers."""

from sqlalchemy import (
    BigInteger,
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

instance = Table(
    "instance",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)
"""Facts about this installation: office language, set-up link, when it was opened."""

principal = numbered(
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
    Column("rules", BigInteger, nullable=False, server_default="0"),
    UniqueConstraint("email_key"),
    CheckConstraint("state IN ('new', 'invited', 'active', 'blocked')", name="state"),
)
"""``rules`` rises when what the user may see or wants on devices changes: views follow it."""

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

device = numbered(
    "device",
    reference("user_id", "principal.id"),
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

look = Table(
    "look",
    metadata,
    Column(
        "device_id",
        BigInteger,
        ForeignKey("device.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("until_us", BigInteger, nullable=False),
)
"""Somebody looks at the device until then, and wants to see at once when it was there."""

number_range = numbered(
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
    reference("range_id", "number_range.id", cascade=False),
    Column("device_id", BigInteger),
    Column("leased_us", BigInteger, nullable=False),
    Column("returned_us", BigInteger),
    Column("reference", String(64)),
    Index(None, "range_id", "returned_us"),
    Index(None, "range_id", "reference", unique=True),
)
"""Who has which number. ``reference``: the client's own word, so that it can ask again."""
