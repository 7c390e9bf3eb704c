"""Appointments and tasks of the office: what ties them to contacts and properties.

An appointment is an ordinary item in its owner's calendar; what the office knows beside it stands
here. Its changes take numbers of the office-wide sequence, as those of contacts do.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from storage.schema.base import metadata, numbered, reference

appointment = Table(
    "appointment",
    metadata,
    Column(
        "item_id",
        BigInteger,
        ForeignKey("item.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    reference("owner_id", "principal.id"),
    Column("kind", String(16), nullable=False),
    Column("is_private", Boolean, nullable=False, server_default=text("false")),
    Column("writer_id", BigInteger),
    Column("seq", BigInteger, nullable=False),
    Column("bytes_seq", BigInteger, nullable=False),
    Column("changed_us", BigInteger, nullable=False),
    Index(None, "seq"),
    Index(None, "owner_id", "changed_us"),
    CheckConstraint(
        "kind IN ('TERMIN', 'BESPRECHUNG', 'AUFGABE', 'WIEDERVORLAGE')",
        name="kind",
    ),
)
"""An item that is or was tied to something of the office; it is an office appointment while it has
a tie that nobody undid. ``is_private`` is its CLASS; ``writer_id`` the device that last wrote it,
``changed_us`` when that was. ``seq`` is the number of its last change, ``bytes_seq`` that of its
last change of bytes."""

item_tie = numbered(
    "item_tie",
    reference("item_id", "item.id"),
    reference("contact_id", "contact.id", nullable=True),
    reference("estate_id", "estate.id", nullable=True),
    Column("origin", String(12), nullable=False),
    Column("is_undone", Boolean, nullable=False, server_default=text("false")),
    UniqueConstraint("item_id", "contact_id"),
    UniqueConstraint("item_id", "estate_id"),
    Index(None, "contact_id"),
    Index(None, "estate_id"),
    CheckConstraint("(contact_id IS NULL) <> (estate_id IS NULL)", name="one"),
)
"""What an item is about: one contact or one property. ``origin`` says how that was found, or that
somebody in the office said so; what somebody undid is not found again."""

contact_address = Table(
    "contact_address",
    metadata,
    Column(
        "contact_id", BigInteger, ForeignKey("contact.id", ondelete="CASCADE"), primary_key=True
    ),
    Column("email_key", Text, primary_key=True),
    Index(None, "email_key"),
)
"""The e-mail addresses on a contact's card, folded as ``item.email`` is."""

calendar_cut = Table(
    "calendar_cut",
    metadata,
    Column(
        "collection_id",
        BigInteger,
        ForeignKey("collection.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("aside_id", BigInteger, ForeignKey("collection.id", ondelete="SET NULL")),
    Column("applied_rules", BigInteger, nullable=False, server_default="-1"),
    Column("expires_us", BigInteger),
    Index(None, "aside_id"),
)
"""A default calendar, which holds what its owner wants on devices; the rest lies in ``aside_id``,
once there was any. Which of the owner's rules (``person.rules``) it follows, and when time alone
next changes it."""
