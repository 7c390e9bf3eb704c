"""What was deleted a moment ago and may be moved, and devices that somebody looks at"""

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
    op.create_table(
        "look",
        sa.Column("device_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("until_us", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name=op.f("fk_look_device_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("device_id", name=op.f("pk_look")),
    )


def downgrade() -> None:
    op.drop_table("look")
    op.drop_table("deleted_item")
