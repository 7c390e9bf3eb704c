"""What changed in a folder since a token: what went was a folder or not, and who begins anew"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "tombstone",
        sa.Column(
            "is_collection", sa.Boolean(), server_default=sa.text("(false)"), nullable=False
        ),
    )
    # Folders remember it each for itself; nothing was ever forgotten by this number.
    op.drop_column("tree", "pruned_modseq")
    op.create_table(
        "sync_floor",
        sa.Column("parent_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("modseq", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["node.id"], name=op.f("fk_sync_floor_parent_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("parent_id", "user_id", name=op.f("pk_sync_floor")),
    )
