"""The office's contracts with its customers, and of which of their alarms somebody was told.

Days are the office's, not instants: text as ``2026-01-31``, which sorts as days do.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from storage.schema.base import metadata, numbered, reference

_DAY = String(10)

contract = numbered(
    "contract",
    Column("number", Text, nullable=False),
    reference("contact_id", "contact.id"),
    Column("item_id", BigInteger, ForeignKey("item.id", ondelete="SET NULL")),
    Column("product", Text, nullable=False),
    Column("starts_on", _DAY, nullable=False),
    Column("period_months", Integer, nullable=False),
    Column("renews", Boolean, nullable=False),
    Column("notice_months", Integer, nullable=False),
    Column("cancelled_on", _DAY),
    Column("ended_on", _DAY),
    Column("ends_on", _DAY),
    Column("goes_on", Boolean, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("edited_us", BigInteger, nullable=False),
    Column("created_us", BigInteger, nullable=False),
    UniqueConstraint("number"),
    UniqueConstraint("item_id"),
    Index(None, "contact_id"),
    Index(None, "seq"),
    Index(None, "ends_on"),
    Index(None, "cancelled_on"),
    Index(None, "goes_on", "ends_on"),
)
"""A contract of a contact. ``ends_on`` is when its period ends, or the contract; while it
``goes_on`` by itself that day moves when it has passed. ``item_id`` is the event of that day among
the records, ``seq`` the number of the last change in the office-wide sequence."""

contract_notice = Table(
    "contract_notice",
    metadata,
    Column(
        "contract_id",
        BigInteger,
        ForeignKey("contract.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("reason", String(12), primary_key=True),
    Column("due_on", _DAY, primary_key=True),
    Column("user_id", BigInteger, ForeignKey("principal.id", ondelete="SET NULL")),
    Column("told_on", _DAY, nullable=False),
    Index(None, "user_id", "told_on"),
)
"""That a partner contact was told of an alarm by mail: why it is one, and of which day."""
