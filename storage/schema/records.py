"""The office's records and the views of them that devices get.

A record is an item (a vCard, or an event made from one) in the one collection whose role is
``records``; what the office knows beside the card stands here. Each change of a record takes one
number of that collection's counter, ``seq``: the office-wide sequence that views follow.
"""

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

contact = numbered(
    "contact",
    reference("item_id", "item.id"),
    Column("number", Text, nullable=False),
    Column("kind", String(12), nullable=False),
    Column("is_business", Boolean, nullable=False, server_default=text("false")),
    Column("partner_id", BigInteger, ForeignKey("principal.id", ondelete="SET NULL")),
    Column("broker_id", BigInteger, ForeignKey("contact.id", ondelete="SET NULL")),
    Column("maker_id", BigInteger, ForeignKey("principal.id", ondelete="SET NULL")),
    Column("maker_href", Text, nullable=False, server_default=""),
    Column("location", Text, nullable=False, server_default=""),
    Column("node_id", BigInteger, ForeignKey("node.id", ondelete="SET NULL")),
    Column("birthday_item_id", BigInteger, ForeignKey("item.id", ondelete="SET NULL")),
    Column("duplicate_of", BigInteger, ForeignKey("contact.id", ondelete="SET NULL")),
    Column("writer_id", BigInteger),
    Column("seq", BigInteger, nullable=False),
    Column("edited_us", BigInteger, nullable=False),
    Column("created_us", BigInteger, nullable=False),
    UniqueConstraint("item_id"),
    UniqueConstraint("number"),
    Index(None, "seq"),
    Index(None, "edited_us"),
    Index(None, "partner_id"),
    Index(None, "broker_id"),
    Index(None, "maker_id"),
    Index(None, "birthday_item_id"),
    CheckConstraint("kind IN ('customer', 'prospect', 'company', 'broker', 'other')", name="kind"),
)
"""A contact of the office. ``partner_id``: the user who looks after them; ``broker_id``: the
broker they came by. ``maker_id`` and ``maker_href``: whose device brought the card, and what it is
called there. ``edited_us``: the last change that a person made; ``writer_id``: the device that
last wrote the card, if one did. ``birthday_item_id``: the event
made from the card's birthday. ``duplicate_of``: another record of the same UID; of several each
names the one before it, and the first the last."""

contact_tag = Table(
    "contact_tag",
    metadata,
    Column(
        "contact_id", BigInteger, ForeignKey("contact.id", ondelete="CASCADE"), primary_key=True
    ),
    Column("tag_key", Text, primary_key=True),
    Column("tag", Text, nullable=False),
    Index(None, "tag_key"),
)
"""The card's categories but for those that say its kind; ``tag_key`` is the tag folded."""

broker_release = Table(
    "broker_release",
    metadata,
    Column(
        "broker_id", BigInteger, ForeignKey("contact.id", ondelete="CASCADE"), primary_key=True
    ),
    Column(
        "user_id", BigInteger, ForeignKey("principal.id", ondelete="CASCADE"), primary_key=True
    ),
    Index(None, "user_id"),
)
"""A user to whom a broker's customers are shown beside their own (Vermittlerfreischaltung)."""

record_version = numbered(
    "record_version",
    reference("item_id", "item.id"),
    Column("etag", String(64), nullable=False),
    Column("text", Text, nullable=False),
    Column("replaced_us", BigInteger, nullable=False),
    Column("user_id", BigInteger),
    Column("device_id", BigInteger),
    Index(None, "item_id", "etag"),
    Index(None, "replaced_us"),
)
"""An earlier state of a record, and who put another in its place."""

record_tombstone = Table(
    "record_tombstone",
    metadata,
    Column("item_id", BigInteger, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    Column("deleted_us", BigInteger, nullable=False),
    Index(None, "seq"),
)
"""A record that is gone: views that have it hear of it here."""

sync_profile = Table(
    "sync_profile",
    metadata,
    Column(
        "principal_id",
        BigInteger,
        ForeignKey("principal.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("settings", Text, nullable=False),
)
"""What a user wants on their devices, or what the members of a group begin with, as JSON."""

view = Table(
    "view",
    metadata,
    Column(
        "collection_id",
        BigInteger,
        ForeignKey("collection.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("applied_seq", BigInteger, nullable=False, server_default="0"),
    Column("applied_rules", BigInteger, nullable=False, server_default="-1"),
    Column("expires_us", BigInteger),
    Column("source_id", BigInteger, ForeignKey("collection.id", ondelete="CASCADE")),
    Column("source_modseq", BigInteger, nullable=False, server_default="0"),
    Index(None, "source_id"),
)
"""A collection whose members are chosen by a rule; its ``role`` says by which. How far the
changes of records (``applied_seq``) and of its user's rules (``applied_rules``, ``person.rules``)
are in it, and when time alone next changes it. ``source_id``: the colleague's calendar that it
shows, and how far that is in it."""

view_member = Table(
    "view_member",
    metadata,
    Column(
        "view_id",
        BigInteger,
        ForeignKey("view.collection_id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("item_id", BigInteger, primary_key=True, autoincrement=False),
    Column("href", Text, nullable=False),
    Column("modseq", BigInteger, nullable=False),
    Column("resends", Integer, nullable=False, server_default="0"),
    UniqueConstraint("view_id", "href"),
    Index(None, "view_id", "modseq"),
    Index(None, "item_id"),
)
"""A record that a view shows. ``modseq`` counts in the view's own collection; ``resends`` is how
often its bytes had to be sent again though they had not changed. The item has no foreign key: a
member outlives its record until the view has said that it is gone."""

hidden_item = Table(
    "hidden_item",
    metadata,
    Column(
        "user_id", BigInteger, ForeignKey("principal.id", ondelete="CASCADE"), primary_key=True
    ),
    Column("item_id", BigInteger, ForeignKey("item.id", ondelete="CASCADE"), primary_key=True),
    Column("hidden_us", BigInteger, nullable=False),
    Index(None, "item_id"),
)
"""A record that a user took off their devices; in the office it is still there."""

deleted_item = Table(
    "deleted_item",
    metadata,
    Column(
        "user_id", BigInteger, ForeignKey("principal.id", ondelete="CASCADE"), primary_key=True
    ),
    Column("item_id", BigInteger, ForeignKey("item.id", ondelete="CASCADE"), primary_key=True),
    Column("deleted_us", BigInteger, nullable=False),
    Column("is_to_go", Boolean, nullable=False),
    Index(None, "item_id"),
)
"""A record that a user's device deleted a moment ago, which may have been half a move. If it was
none and ``is_to_go``, the record goes in the office too."""
