"""What all tables share: names of their constraints, numbered rows, references."""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Integer,
    MetaData,
    Table,
)
from sqlalchemy.schema import SchemaItem

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

# SQLite only numbers rows by itself in a column of exactly this type; PostgreSQL wants 64 bits.
_ROW_ID = BigInteger().with_variant(Integer, "sqlite")


def numbered(name: str, *columns: SchemaItem) -> Table:
    """A table whose ``id`` is never given twice, also after the newest row was deleted.

    Locks, dead properties, journal and clients' hrefs are keyed by such ids.
    """
    return Table(
        name,
        metadata,
        Column("id", _ROW_ID, primary_key=True, autoincrement=True),
        *columns,
        sqlite_autoincrement=True,
    )


def reference(
    name: str, target: str, *, nullable: bool = False, cascade: bool = True
) -> Column[int]:
    """A column with the id of a row that must be there; with *cascade* its end is this one's."""
    rule = "CASCADE" if cascade else None
    return Column(name, BigInteger, ForeignKey(target, ondelete=rule), nullable=nullable)
