"""Rights of groups and users, grants on folders and collections, visibility"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_FUNCTION_RIGHTS = {
    "verwaltung": (
        "manage-users",
        "assign-partner-contact",
        "manage-visibility",
        "configure-sync",
    ),
    "mitarbeiter": ("edit-documents", "edit-properties", "send-offers"),
}
"""What the groups of an office could do before there were rows for it."""

_EVERYBODY = {"estates": 2, "resources": 1}
"""Everybody writes among the properties and reads the resources, as before."""


def upgrade() -> None:
    op.add_column(
        "person",
        sa.Column("visibility", sa.String(length=8), server_default="own", nullable=False),
    )
    _create_function_rights()
    _create_grants("node")
    _create_grants("collection")
    _create_of_viewers(
        "collection_block", sa.Column("created_us", sa.BigInteger(), nullable=False)
    )
    _create_of_viewers(
        "collection_view",
        sa.Column("is_away", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=True),
        sa.Column("properties", sa.Text(), nullable=True),
    )
    _keep_what_was_allowed()


def _create_function_rights() -> None:
    op.create_table(
        "function_right",
        sa.Column("principal_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["principal_id"],
            ["principal.id"],
            name=op.f("fk_function_right_principal_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("principal_id", "name", name=op.f("pk_function_right")),
    )


def _create_grants(noun: str) -> None:
    name = f"{noun}_grant"
    op.create_table(
        name,
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("principal_id", sa.BigInteger(), nullable=True),
        sa.Column(f"{noun}_id", sa.BigInteger(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.CheckConstraint("level BETWEEN 1 AND 3", name=op.f(f"ck_{name}_level")),
        sa.ForeignKeyConstraint(
            ["principal_id"],
            ["principal.id"],
            name=op.f(f"fk_{name}_principal_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            [f"{noun}_id"], [f"{noun}.id"], name=op.f(f"fk_{name}_{noun}_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint(
            "principal_id", f"{noun}_id", name=op.f(f"uq_{name}_principal_id_{noun}_id")
        ),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table(name, schema=None) as batch_op:
        batch_op.create_index(op.f(f"ix_{name}_{noun}_id"), [f"{noun}_id"], unique=False)
        batch_op.create_index(
            f"uq_{name}_{noun}_id_everybody",
            [f"{noun}_id"],
            unique=True,
            sqlite_where=sa.text("principal_id IS NULL"),
            postgresql_where=sa.text("principal_id IS NULL"),
        )


def _create_of_viewers(name: str, *columns: sa.Column[object]) -> None:
    """A table by user and collection."""
    op.create_table(
        name,
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("collection_id", sa.BigInteger(), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(
            ["user_id"], ["principal.id"], name=op.f(f"fk_{name}_user_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["collection_id"],
            ["collection.id"],
            name=op.f(f"fk_{name}_collection_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", "collection_id", name=op.f(f"pk_{name}")),
    )
    with op.batch_alter_table(name, schema=None) as batch_op:
        batch_op.create_index(op.f(f"ix_{name}_collection_id"), ["collection_id"], unique=False)


def _keep_what_was_allowed() -> None:
    bind = op.get_bind()
    for group, rights in _FUNCTION_RIGHTS.items():
        for right in rights:
            bind.execute(
                sa.text(
                    "INSERT INTO function_right (principal_id, name) SELECT id, :right"
                    " FROM principal WHERE kind = 'group' AND name = :group"
                ),
                {"right": right, "group": group},
            )
    for role, level in _EVERYBODY.items():
        bind.execute(
            sa.text(
                "INSERT INTO node_grant (principal_id, node_id, level) SELECT NULL, id, :level"
                " FROM node WHERE parent_id IS NULL AND role = :role"
            ),
            {"level": level, "role": role},
        )
    bind.execute(
        sa.text(
            "UPDATE person SET visibility = 'all'"
            " WHERE principal_id = (SELECT min(principal_id) FROM person)"
        )
    )
