"""How somebody gets in: invitations, consent, sessions of the console, second factors."""

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
    String,
    Table,
    Text,
    UniqueConstraint,
)

from storage.schema.base import metadata, numbered, reference

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

consent = numbered(
    "consent",
    reference("user_id", "principal.id"),
    Column("version", Integer, nullable=False),
    Column("language", String(8), nullable=False),
    Column("given_us", BigInteger, nullable=False),
    ForeignKeyConstraint(
        ["version", "language"], ["consent_text.version", "consent_text.language"]
    ),
    Index(None, "user_id"),
)

console_session = numbered(
    "console_session",
    reference("user_id", "principal.id"),
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
    reference("user_id", "principal.id"),
    Column("label", Text, nullable=False),
    Column("expires_us", BigInteger, nullable=False),
    Index(None, "user_id"),
)
"""A program that a user let in: it may fetch the credential of a new device, once."""
