"""Function rights of groups and users: the queries."""

from collections.abc import Collection

from storage.store import Unit, WriteUnit


def of(unit: Unit, principal_id: int) -> list[str]:
    """The names of the rights that this very group or user was given."""
    rows = unit.rows(
        "SELECT name FROM function_right WHERE principal_id = :id ORDER BY name",
        {"id": principal_id},
    )
    return [name for (name,) in rows]


def everything(unit: Unit) -> list[tuple[str, str, str]]:
    """All that was given: name and kind (``user``, ``group``) of whom, and the right."""
    return unit.rows(
        "SELECT p.name, p.kind, f.name FROM function_right f"
        " JOIN principal p ON p.id = f.principal_id ORDER BY p.kind, p.name, f.name"
    )


def add(unit: WriteUnit, principal_id: int, names: Collection[str]) -> None:
    """Give rights; nothing happens for those that are there."""
    unit.execute_many(
        "INSERT INTO function_right (principal_id, name) VALUES (:id, :name)"
        " ON CONFLICT DO NOTHING",
        [{"id": principal_id, "name": name} for name in names],
    )


def remove(unit: WriteUnit, principal_id: int, names: Collection[str]) -> None:
    """Take rights; nothing happens for those that are not there."""
    unit.execute_many(
        "DELETE FROM function_right WHERE principal_id = :id AND name = :name",
        [{"id": principal_id, "name": name} for name in names],
    )
    unit.rights_shrank()


def joined(unit: Unit, user_id: str) -> str:
    """SQL: the names of the rights of the user in column *user_id* and of their groups.

    With commas between, or NULL; a name may stand there more than once.
    """
    names = "group_concat(f.name)" if unit.is_sqlite else "string_agg(f.name, ',')"
    return (
        f"(SELECT {names} FROM function_right f WHERE f.principal_id = {user_id} OR"
        f" f.principal_id IN (SELECT m.group_id FROM membership m WHERE m.user_id = {user_id}))"
    )
