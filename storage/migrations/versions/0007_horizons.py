"""How far devices have calendars and address books"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "horizon",
        *_program(),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("modseq", sa.BigInteger(), nullable=False),
        sa.Column("gone_modseq", sa.BigInteger(), nullable=False),
        sa.Column("seen_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("device_id", "collection_id", "family", name=op.f("pk_horizon")),
    )
    with op.batch_alter_table("horizon", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_horizon_collection_id"), ["collection_id"], unique=False
        )
    op.create_table(
        "fetched_beyond",
        *_program(),
        sa.Column("href", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("modseq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "device_id", "collection_id", "family", "href", name=op.f("pk_fetched_beyond")
        ),
    )


def _program() -> tuple[sa.Column[int], sa.Column[int], sa.Column[str]]:
    return (
        sa.Column("device_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("collection_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("family", sa.String(length=24), nullable=False),
    )
