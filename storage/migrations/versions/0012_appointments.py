"""Appointments tied to contacts and properties; the e-mail addresses of contacts"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_appointments()
    _create_ties()
    _create_addresses()
    _fill_addresses()


def _create_appointments() -> None:
    op.create_table(
        "appointment",
        sa.Column("item_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("is_private", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("writer_id", sa.BigInteger(), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("bytes_seq", sa.BigInteger(), nullable=False),
        sa.Column("changed_us", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('TERMIN', 'BESPRECHUNG', 'AUFGABE', 'WIEDERVORLAGE')",
            name=op.f("ck_appointment_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_appointment_item_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["principal.id"],
            name=op.f("fk_appointment_owner_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_appointment")),
    )
    op.create_index(op.f("ix_appointment_seq"), "appointment", ["seq"])
    op.create_index(
        op.f("ix_appointment_owner_id_changed_us"), "appointment", ["owner_id", "changed_us"]
    )


def _create_ties() -> None:
    op.create_table(
        "item_tie",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=True),
        sa.Column("estate_id", sa.BigInteger(), nullable=True),
        sa.Column("origin", sa.String(length=12), nullable=False),
        sa.Column("is_undone", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint(
            "(contact_id IS NULL) <> (estate_id IS NULL)", name=op.f("ck_item_tie_one")
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_item_tie_item_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contact.id"],
            name=op.f("fk_item_tie_contact_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["estate_id"], ["estate.id"], name=op.f("fk_item_tie_estate_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_tie")),
        sa.UniqueConstraint("item_id", "contact_id", name=op.f("uq_item_tie_item_id_contact_id")),
        sa.UniqueConstraint("item_id", "estate_id", name=op.f("uq_item_tie_item_id_estate_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_item_tie_contact_id"), "item_tie", ["contact_id"])
    op.create_index(op.f("ix_item_tie_estate_id"), "item_tie", ["estate_id"])


def _create_addresses() -> None:
    op.create_table(
        "contact_address",
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("email_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contact.id"],
            name=op.f("fk_contact_address_contact_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("contact_id", "email_key", name=op.f("pk_contact_address")),
    )
    op.create_index(op.f("ix_contact_address_email_key"), "contact_address", ["email_key"])


def _fill_addresses() -> None:
    """The addresses of the contacts that there are, from the index of their cards."""
    database = op.get_bind()
    rows = database.execute(
        sa.text(
            "SELECT c.id, i.email FROM contact c JOIN item i ON i.id = c.item_id"
            " WHERE i.email <> ''"
        )
    )
    found = [
        {"contact": contact_id, "key": key}
        for contact_id, joined in rows.fetchall()
        for key in sorted({each.strip() for each in joined.split("\n")} - {""})
    ]
    if found:
        database.execute(
            sa.text("INSERT INTO contact_address (contact_id, email_key) VALUES (:contact, :key)"),
            found,
        )
