"""Inbox and outbox of each user, schedule tags, letters that carry a calendar object"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Columns are added as they are: a table made anew would take its members along on SQLite.
    op.add_column(
        "collection", sa.Column("role", sa.String(length=16), nullable=False, server_default="")
    )
    op.add_column(
        "collection",
        sa.Column("is_transparent", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column(
        "item",
        sa.Column("schedule_tag", sa.String(length=32), nullable=False, server_default=""),
    )
    op.add_column("outbox", sa.Column("body", sa.Text(), nullable=False, server_default=""))
    _found_places()


def _found_places() -> None:
    """Everybody gets an inbox and an outbox; a calendar of that name is called otherwise."""
    op.execute("UPDATE collection SET name = name || '-' || id WHERE name IN ('inbox', 'outbox')")
    for name in ("inbox", "outbox"):
        op.execute(
            "INSERT INTO collection (owner_id, name, kind, components, is_default, role,"
            " created_us, epoch)"
            f" SELECT p.id, '{name}', 'calendar', 'VEVENT,VTODO', true, '{name}', p.created_us,"
            " (SELECT coalesce(max(c.epoch), 1) FROM collection c)"
            " FROM principal p WHERE p.kind = 'user'"
        )
