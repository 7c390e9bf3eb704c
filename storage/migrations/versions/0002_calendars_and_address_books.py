"""Calendars, task lists and address books, with what every user has of them"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_DEFAULTS = (
    ("calendar", "calendar", "VEVENT", {"de": "Kalender", "en": "Calendar"}),
    ("tasks", "tasks", "VTODO", {"de": "Aufgaben", "en": "Tasks"}),
    ("contacts", "addressbook", "", {"de": "Adressen", "en": "Contacts"}),
)


def upgrade() -> None:
    op.create_table(
        "collection",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("components", sa.Text(), server_default="", nullable=False),
        sa.Column("display_name", sa.Text(), server_default="", nullable=False),
        sa.Column("is_default", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("properties", sa.Text(), server_default="{}", nullable=False),
        sa.Column("created_us", sa.BigInteger(), nullable=False),
        sa.Column("modseq", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("epoch", sa.Integer(), server_default="1", nullable=False),
        sa.Column("pruned_modseq", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "kind IN ('calendar', 'tasks', 'addressbook')", name=op.f("ck_collection_kind")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["principal.id"], name=op.f("fk_collection_owner_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collection")),
        sa.UniqueConstraint("owner_id", "name", name=op.f("uq_collection_owner_id_name")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "item",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("collection_id", sa.BigInteger(), nullable=False),
        sa.Column("href", sa.Text(), nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("component", sa.String(length=16), nullable=False),
        sa.Column("etag", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("created_us", sa.BigInteger(), nullable=False),
        sa.Column("modified_us", sa.BigInteger(), nullable=False),
        sa.Column("modseq", sa.BigInteger(), nullable=False),
        sa.Column("starts_us", sa.BigInteger(), nullable=True),
        sa.Column("ends_us", sa.BigInteger(), nullable=True),
        sa.Column("recurrence", sa.Text(), server_default="", nullable=False),
        sa.Column("summary", sa.Text(), server_default="", nullable=False),
        sa.Column("fn", sa.Text(), server_default="", nullable=False),
        sa.Column("n", sa.Text(), server_default="", nullable=False),
        sa.Column("org", sa.Text(), server_default="", nullable=False),
        sa.Column("email", sa.Text(), server_default="", nullable=False),
        sa.Column("tel", sa.Text(), server_default="", nullable=False),
        sa.Column("categories", sa.Text(), server_default="", nullable=False),
        sa.Column("bday", sa.Text(), server_default="", nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["collection_id"],
            ["collection.id"],
            name=op.f("fk_item_collection_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item")),
        sa.UniqueConstraint("collection_id", "href", name=op.f("uq_item_collection_id_href")),
        sa.UniqueConstraint("collection_id", "uid", name=op.f("uq_item_collection_id_uid")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("item", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_item_collection_id_ends_us_starts_us"),
            ["collection_id", "ends_us", "starts_us"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_item_collection_id_modseq"), ["collection_id", "modseq"], unique=False
        )

    op.create_table(
        "item_tombstone",
        sa.Column("collection_id", sa.BigInteger(), nullable=False),
        sa.Column("href", sa.Text(), nullable=False),
        sa.Column("modseq", sa.BigInteger(), nullable=False),
        sa.Column("deleted_us", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["collection_id"],
            ["collection.id"],
            name=op.f("fk_item_tombstone_collection_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("collection_id", "href", name=op.f("pk_item_tombstone")),
    )
    with op.batch_alter_table("item_tombstone", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_item_tombstone_collection_id_modseq"),
            ["collection_id", "modseq"],
            unique=False,
        )

    _found_defaults()


def _found_defaults() -> None:
    """What a new user is given, for the users who are there; as of this revision."""
    connection = op.get_bind()
    language = connection.scalar(
        sa.text("SELECT value FROM instance WHERE key = 'office.language'")
    )
    for name, kind, components, display_names in _DEFAULTS:
        connection.execute(
            sa.text(
                "INSERT INTO collection"
                " (owner_id, name, kind, components, display_name, is_default, created_us)"
                " SELECT id, :name, :kind, :components, :display_name, :yes, created_us"
                " FROM principal WHERE kind = 'user'"
            ),
            {
                "name": name,
                "kind": kind,
                "components": components,
                "display_name": display_names.get(language or "de", name),
                "yes": True,
            },
        )
