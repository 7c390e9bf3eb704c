"""Contracts with periods that move on, and who was told of their ends"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_contract()
    op.create_table(
        "contract_notice",
        sa.Column("contract_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("reason", sa.String(length=12), nullable=False),
        sa.Column("due_on", sa.String(length=10), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("told_on", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"],
            ["contract.id"],
            name=op.f("fk_contract_notice_contract_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["principal.id"],
            name=op.f("fk_contract_notice_user_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint(
            "contract_id", "reason", "due_on", name=op.f("pk_contract_notice")
        ),
    )
    op.create_index(
        op.f("ix_contract_notice_user_id_told_on"), "contract_notice", ["user_id", "told_on"]
    )


def _create_contract() -> None:
    op.create_table(
        "contract",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=True),
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.String(length=10), nullable=False),
        sa.Column("period_months", sa.Integer(), nullable=False),
        sa.Column("renews", sa.Boolean(), nullable=False),
        sa.Column("notice_months", sa.Integer(), nullable=False),
        sa.Column("cancelled_on", sa.String(length=10), nullable=True),
        sa.Column("ended_on", sa.String(length=10), nullable=True),
        sa.Column("ends_on", sa.String(length=10), nullable=True),
        sa.Column("goes_on", sa.Boolean(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("edited_us", sa.BigInteger(), nullable=False),
        sa.Column("created_us", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_contract_contact_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_contract_item_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract")),
        sa.UniqueConstraint("number", name=op.f("uq_contract_number")),
        sa.UniqueConstraint("item_id", name=op.f("uq_contract_item_id")),
        sqlite_autoincrement=True,
    )
    for columns in (
        ["contact_id"],
        ["seq"],
        ["ends_on"],
        ["cancelled_on"],
        ["goes_on", "ends_on"],
    ):
        op.create_index(op.f(f"ix_contract_{'_'.join(columns)}"), "contract", columns)
