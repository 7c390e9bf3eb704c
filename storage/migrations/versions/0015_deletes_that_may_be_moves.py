"""Deletes of the office's contacts that may be the first half of a move"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "deleted_item",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("deleted_us", sa.BigInteger(), nullable=False),
        sa.Column("is_to_go", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["principal.id"], name=op.f("fk_deleted_item_user_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_deleted_item_item_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "item_id", name=op.f("pk_deleted_item")),
    )
    op.create_index(op.f("ix_deleted_item_item_id"), "deleted_item", ["item_id"], unique=False)


def downgrade() -> None:
    op.drop_table("deleted_item")
