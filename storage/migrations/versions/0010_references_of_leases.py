"""The client's own word for a number that it leased"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("number_lease", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reference", sa.String(length=64), nullable=True))
        batch_op.create_index(
            batch_op.f("ix_number_lease_range_id_reference"),
            ["range_id", "reference"],
            unique=True,
        )
