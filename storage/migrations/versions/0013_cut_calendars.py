"""Default calendars that hold what their owners want on their devices"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calendar_cut",
        sa.Column("collection_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("aside_id", sa.BigInteger(), nullable=True),
        sa.Column("applied_rules", sa.BigInteger(), server_default="-1", nullable=False),
        sa.Column("expires_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["collection_id"],
            ["collection.id"],
            name=op.f("fk_calendar_cut_collection_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["aside_id"],
            ["collection.id"],
            name=op.f("fk_calendar_cut_aside_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("collection_id", name=op.f("pk_calendar_cut")),
    )
    op.create_index(op.f("ix_calendar_cut_aside_id"), "calendar_cut", ["aside_id"])
    op.execute(
        "INSERT INTO calendar_cut (collection_id) SELECT id FROM collection"
        " WHERE kind = 'calendar' AND is_default AND role IN ('', 'default')"
    )
