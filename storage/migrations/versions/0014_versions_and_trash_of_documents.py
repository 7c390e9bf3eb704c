"""What documents held before they were saved over, and what was deleted"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "node_version",
        sa.Column("node_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("blob_sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("modified_us", sa.BigInteger(), nullable=False),
        sa.Column("replaced_us", sa.BigInteger(), nullable=False),
        sa.Column("saved_by", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["node_id"], ["node.id"], name=op.f("fk_node_version_node_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["blob_sha256"], ["blob.sha256"], name=op.f("fk_node_version_blob_sha256")
        ),
        sa.PrimaryKeyConstraint("node_id", "version", name=op.f("pk_node_version")),
    )
    for column in ("blob_sha256", "replaced_us"):
        name = op.f(f"ix_node_version_{column}")
        op.create_index(name, "node_version", [column], unique=False)
    op.create_table(
        "trash",
        sa.Column("node_id", sa.BigInteger(), nullable=False),
        sa.Column("tree_id", sa.BigInteger(), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=False),
        sa.Column("deleted_us", sa.BigInteger(), nullable=False),
        sa.Column("deleted_by", sa.BigInteger(), nullable=False),
        sa.Column("device_id", sa.BigInteger(), nullable=False),
        sa.Column("is_going", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.ForeignKeyConstraint(
            ["node_id"], ["node.id"], name=op.f("fk_trash_node_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["node.id"], name=op.f("fk_trash_parent_id")),
        sa.ForeignKeyConstraint(["tree_id"], ["tree.id"], name=op.f("fk_trash_tree_id")),
        sa.PrimaryKeyConstraint("node_id", name=op.f("pk_trash")),
    )
    for columns in (["tree_id", "deleted_us"], ["parent_id"], ["deleted_us"]):
        name = op.f(f"ix_trash_{'_'.join(columns)}")
        op.create_index(name, "trash", columns, unique=False)
