"""Records of contacts, views of them, what users want on their devices"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_tables()
    _create_versions()
    _create_index()
    _found_collections()


def _create_tables() -> None:
    op.create_table(
        "record_tombstone",
        sa.Column("item_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("deleted_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_record_tombstone")),
    )
    op.create_index(op.f("ix_record_tombstone_seq"), "record_tombstone", ["seq"], unique=False)
    op.create_table(
        "sync_profile",
        sa.Column("principal_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["principal_id"],
            ["principal.id"],
            name=op.f("fk_sync_profile_principal_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("principal_id", name=op.f("pk_sync_profile")),
    )
    op.create_table(
        "view",
        sa.Column("collection_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("applied_seq", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("applied_rules", sa.BigInteger(), server_default="-1", nullable=False),
        sa.Column("expires_us", sa.BigInteger(), nullable=True),
        sa.Column("source_id", sa.BigInteger(), nullable=True),
        sa.Column("source_modseq", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["collection_id"],
            ["collection.id"],
            name=op.f("fk_view_collection_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["collection.id"], name=op.f("fk_view_source_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("collection_id", name=op.f("pk_view")),
    )
    op.create_index(op.f("ix_view_source_id"), "view", ["source_id"], unique=False)
    op.create_table(
        "contact",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("is_business", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=True),
        sa.Column("broker_id", sa.BigInteger(), nullable=True),
        sa.Column("maker_id", sa.BigInteger(), nullable=True),
        sa.Column("maker_href", sa.Text(), server_default="", nullable=False),
        sa.Column("location", sa.Text(), server_default="", nullable=False),
        sa.Column("node_id", sa.BigInteger(), nullable=True),
        sa.Column("birthday_item_id", sa.BigInteger(), nullable=True),
        sa.Column("duplicate_of", sa.BigInteger(), nullable=True),
        sa.Column("writer_id", sa.BigInteger(), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("edited_us", sa.BigInteger(), nullable=False),
        sa.Column("created_us", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('customer', 'prospect', 'company', 'broker', 'other')",
            name=op.f("ck_contact_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["birthday_item_id"],
            ["item.id"],
            name=op.f("fk_contact_birthday_item_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["broker_id"], ["contact.id"], name=op.f("fk_contact_broker_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["duplicate_of"],
            ["contact.id"],
            name=op.f("fk_contact_duplicate_of"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_contact_item_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["maker_id"], ["principal.id"], name=op.f("fk_contact_maker_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["node_id"], ["node.id"], name=op.f("fk_contact_node_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"],
            ["principal.id"],
            name=op.f("fk_contact_partner_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
        sa.UniqueConstraint("item_id", name=op.f("uq_contact_item_id")),
        sa.UniqueConstraint("number", name=op.f("uq_contact_number")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_contact_birthday_item_id"), "contact", ["birthday_item_id"], unique=False
    )
    op.create_index(op.f("ix_contact_broker_id"), "contact", ["broker_id"], unique=False)
    op.create_index(op.f("ix_contact_maker_id"), "contact", ["maker_id"], unique=False)
    op.create_index(op.f("ix_contact_edited_us"), "contact", ["edited_us"], unique=False)
    op.create_index(op.f("ix_contact_partner_id"), "contact", ["partner_id"], unique=False)
    op.create_index(op.f("ix_contact_seq"), "contact", ["seq"], unique=False)
    op.create_table(
        "hidden_item",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("hidden_us", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_hidden_item_item_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["principal.id"], name=op.f("fk_hidden_item_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "item_id", name=op.f("pk_hidden_item")),
    )
    op.create_index(op.f("ix_hidden_item_item_id"), "hidden_item", ["item_id"], unique=False)
    op.create_table(
        "view_member",
        sa.Column("view_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("href", sa.Text(), nullable=False),
        sa.Column("modseq", sa.BigInteger(), nullable=False),
        sa.Column("resends", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["view_id"],
            ["view.collection_id"],
            name=op.f("fk_view_member_view_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("view_id", "item_id", name=op.f("pk_view_member")),
        sa.UniqueConstraint("view_id", "href", name=op.f("uq_view_member_view_id_href")),
    )
    op.create_index(op.f("ix_view_member_item_id"), "view_member", ["item_id"], unique=False)
    op.create_index(
        op.f("ix_view_member_view_id_modseq"), "view_member", ["view_id", "modseq"], unique=False
    )
    op.create_table(
        "broker_release",
        sa.Column("broker_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["broker_id"],
            ["contact.id"],
            name=op.f("fk_broker_release_broker_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["principal.id"],
            name=op.f("fk_broker_release_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("broker_id", "user_id", name=op.f("pk_broker_release")),
    )
    op.create_index(op.f("ix_broker_release_user_id"), "broker_release", ["user_id"], unique=False)
    op.create_table(
        "contact_tag",
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("tag_key", sa.Text(), nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contact.id"],
            name=op.f("fk_contact_tag_contact_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("contact_id", "tag_key", name=op.f("pk_contact_tag")),
    )
    op.create_index(op.f("ix_contact_tag_tag_key"), "contact_tag", ["tag_key"], unique=False)
    op.add_column(
        "person", sa.Column("rules", sa.BigInteger(), server_default="0", nullable=False)
    )


def _create_versions() -> None:
    """Earlier states of records."""
    op.create_table(
        "record_version",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("etag", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("replaced_us", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("device_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_record_version_item_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_version")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_record_version_item_id_etag"), "record_version", ["item_id", "etag"])
    op.create_index(op.f("ix_record_version_replaced_us"), "record_version", ["replaced_us"])


def _create_index() -> None:
    """There is one place of the records, and every look at a view asks for its counter."""
    op.create_index(
        "uq_collection_role_records",
        "collection",
        ["role"],
        unique=True,
        sqlite_where=sa.text("role = 'records'"),
        postgresql_where=sa.text("role = 'records'"),
    )


def _found_collections() -> None:
    """The place of the records, and everybody's view of them; a book of that name is called
    otherwise."""
    op.execute("UPDATE collection SET name = name || '-' || id WHERE name = 'office'")
    begun = "(SELECT coalesce(max(c.epoch), 1) FROM collection c)"
    op.execute(
        "INSERT INTO collection (owner_id, name, kind, components, is_default, role, created_us,"
        " epoch) SELECT p.id, 'records', 'addressbook', '', true, 'records', p.created_us,"
        f" {begun} FROM principal p WHERE p.kind = 'group' AND p.name = 'administration'"
    )
    op.execute(
        "INSERT INTO collection (owner_id, name, kind, components, is_default, role, created_us,"
        " epoch) SELECT p.id, 'office', 'addressbook', '', true, 'office', p.created_us,"
        f" {begun} FROM principal p WHERE p.kind = 'user'"
    )
    op.execute("INSERT INTO view (collection_id) SELECT id FROM collection WHERE role = 'office'")
