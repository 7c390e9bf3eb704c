"""Queries on calendars, task lists and address books: whose they are, and their change counters.

A writer holds the rows of the collections it changes until its commit (:func:`hold`), so that what
it checked still stands when it writes, and numbers of one collection become visible in order.
"""

import json
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from storage import epochs
from storage.id_lists import id_list, is_among
from storage.store import Unit, WriteUnit

_GRANTED = (
    "SELECT {what} FROM collection_grant g WHERE {where} AND (g.principal_id IS NULL"
    " OR g.principal_id = :viewer OR g.principal_id IN"
    " (SELECT group_id FROM membership WHERE user_id = :viewer))"
)
_GRANTED_THIS = _GRANTED.format(what="max(g.level)", where="g.collection_id = c.id")
_GRANTED_ANY = _GRANTED.format(what="g.collection_id", where="g.level > 0")
_HOLDER = "g.level || ' ' || coalesce(h.kind || ' ' || h.name, '')"


def _select(*, is_sqlite: bool) -> str:
    joined = f"group_concat({_HOLDER})" if is_sqlite else f"string_agg({_HOLDER}, ',')"
    return f"{_SELECTED}, (SELECT {joined} {_HOLDERS}){_FROM}"


_HOLDERS = (
    "FROM collection_grant g LEFT JOIN principal h ON h.id = g.principal_id"
    " LEFT JOIN person ON person.principal_id = h.id WHERE g.collection_id = c.id"
    " AND (person.state IS NULL OR person.state = 'active')"
)
_SELECTED = (
    "SELECT c.id, c.owner_id, c.name, c.kind, c.components, c.display_name, c.is_default,"
    " c.properties, c.created_us, c.modseq, c.epoch, c.pruned_modseq, c.role,"
    " c.is_transparent, w.collection_id, CASE WHEN w.collection_id IS NOT NULL THEN"
    " w.applied_seq = (SELECT modseq FROM collection WHERE role = 'records') AND"
    " w.applied_rules = (SELECT rules FROM person WHERE principal_id = c.owner_id)"
    " WHEN k.collection_id IS NOT NULL THEN"
    " k.applied_rules = (SELECT rules FROM person WHERE principal_id = c.owner_id) END,"
    " coalesce(w.expires_us, k.expires_us), k.collection_id, k.aside_id, p.name,"
    f" CASE WHEN c.owner_id = :viewer THEN 0 ELSE ({_GRANTED_THIS}) END,"
    " EXISTS (SELECT 1 FROM collection_block b"
    " WHERE b.user_id = :viewer AND b.collection_id = c.id),"
    " v.is_away, v.display_name, v.properties"
)
_FROM = (
    " FROM collection c JOIN principal p ON p.id = c.owner_id"
    " LEFT JOIN collection_view v ON v.user_id = :viewer AND v.collection_id = c.id"
    " LEFT JOIN view w ON w.collection_id = c.id"
    " LEFT JOIN calendar_cut k ON k.collection_id = c.id"
)
_KINDS_BY_ROLE = frozenset({"inbox", "outbox"})
_SELECT = {is_sqlite: _select(is_sqlite=is_sqlite) for is_sqlite in (True, False)}
_OF_VIEWERS = (
    f"{_SELECTED}, NULL, u.id FROM principal u"
    f" JOIN collection c ON c.owner_id = u.id OR c.id IN ({_GRANTED_ANY})"
    " JOIN principal p ON p.id = c.owner_id"
    " LEFT JOIN collection_view v ON v.user_id = u.id AND v.collection_id = c.id"
    " LEFT JOIN view w ON w.collection_id = c.id"
    " LEFT JOIN calendar_cut k ON k.collection_id = c.id"
).replace(":viewer", "u.id")
"""The same with the viewers joined; to whom something was granted is left out."""


class Place(NamedTuple):
    """Where members are looked for: a collection, which may be a view."""

    id: int
    is_view: bool = False


class CollectionRow(NamedTuple):
    """One collection, and what is stored about the person who asks for it.

    ``name`` is its segment in its owner's URLs. ``kind`` of an inbox or outbox is its ``role``;
    for the other roles and ``is_transparent`` see ``schema.groupware``. A view has what a rule
    chooses; it ``is_current`` when all changes of records and rules are in it, and until
    ``expires_us``. So it is with a default calendar, which ``is_cut`` by its owner's rules:
    ``aside_id`` is where lies what was cut.
    ``components`` are those that a calendar takes;
    ``properties_json`` is what clients stored, read by whoever asks for :attr:`properties`.
    ``granted`` is the level that was granted to who asks (0 to 3, the owner needs none),
    ``is_blocked`` says that it is closed to them, ``is_away`` that they took it out of their home;
    ``own_name`` and ``own_properties_json`` are what they call it themselves, once they did.
    """

    id: int
    owner_id: int
    name: str
    kind: str
    components: frozenset[str]
    display_name: str
    is_default: bool
    properties_json: str
    created_us: int
    modseq: int
    epoch: int
    pruned_modseq: int
    role: str
    is_transparent: bool
    is_view: bool
    is_current: bool
    expires_us: int | None
    is_cut: bool
    aside_id: int | None
    owner_name: str
    granted: int
    is_blocked: bool
    is_away: bool
    own_name: str | None
    own_properties_json: str | None
    granted_to: str | None

    @property
    def is_for_meetings(self) -> bool:
        """It is somebody's inbox or outbox."""
        return self.role in _KINDS_BY_ROLE

    @property
    def is_aside(self) -> bool:
        """It holds what was cut from its owner's default calendar: nobody has it in a home."""
        return self.role == "aside"

    @property
    def is_office_book(self) -> bool:
        """It is the view of the office's contacts, in which a user may also keep cards alone."""
        return self.is_view and self.kind == "addressbook"

    @property
    def place(self) -> Place:
        """Where its members are found."""
        return Place(self.id, self.is_view)

    @property
    def properties(self) -> Mapping[str, str]:
        """What clients stored: Clark name to the whole element as XML."""
        properties: Mapping[str, str] = json.loads(self.properties_json)
        return properties

    @property
    def holders(self) -> list["CollectionHolder"]:
        """To whom something was granted, active users only."""
        parts = (each.split(" ") for each in (self.granted_to or "").split(",") if each)
        return [
            CollectionHolder(int(level), kind, name[0] if name else "")
            for level, kind, *name in parts
        ]


class CollectionHolder(NamedTuple):
    """To whom a level was granted: a ``user`` or ``group`` by name, or (both empty) everybody."""

    level: int
    kind: str
    name: str


class NewCollection(NamedTuple):
    """What a collection is made of."""

    name: str
    kind: str
    components: frozenset[str] = frozenset()
    display_name: str = ""
    is_default: bool = False
    properties: Mapping[str, str] = {}
    role: str = ""


def _collection(row: tuple[Any, ...]) -> CollectionRow:
    found = CollectionRow._make(row)
    components = str(found.components)
    return found._replace(
        kind=found.role if found.role in _KINDS_BY_ROLE else found.kind,
        components=frozenset(components.split(",")) if components else frozenset(),
        is_default=bool(found.is_default),
        is_transparent=bool(found.is_transparent),
        is_view=found.is_view is not None,
        is_current=bool(found.is_current),
        is_cut=found.is_cut is not None,
        granted=found.granted or 0,
        is_blocked=bool(found.is_blocked),
        is_away=bool(found.is_away),
    )


def find(
    unit: Unit, owner_id: int, name: str, *, viewer_id: int | None = None
) -> CollectionRow | None:
    """The collection of this name in its owner's home, as it stands to the viewer (the owner)."""
    # Every request begins with it; each of its parts is reached by a key, however much there is.
    rows = unit.prepared(
        f"{_SELECT[unit.is_sqlite]} WHERE c.owner_id = :owner AND c.name = :name",
        {"owner": owner_id, "name": name, "viewer": viewer_id or owner_id},
    )
    return _collection(rows[0]) if rows else None


def find_by_id(unit: Unit, collection_id: int, *, viewer_id: int) -> CollectionRow | None:
    """The collection of this id, as it stands to *viewer_id*."""
    row = unit.row(
        f"{_SELECT[unit.is_sqlite]} WHERE c.id = :id", {"id": collection_id, "viewer": viewer_id}
    )
    return _collection(row) if row else None


def of_viewer(unit: Unit, viewer_id: int) -> list[CollectionRow]:
    """All collections that are a user's own or were granted to them; own ones first, by age."""
    rows = unit.rows(
        f"{_SELECT[unit.is_sqlite]} WHERE c.owner_id = :viewer OR c.id IN ({_GRANTED_ANY})"
        " ORDER BY c.owner_id <> :viewer, c.id",
        {"viewer": viewer_id},
    )
    return [_collection(row) for row in rows]


def of_viewers(unit: Unit, viewer_ids: Collection[int]) -> dict[int, list[CollectionRow]]:
    """The same for each of several users with one query, but for ``granted_to``."""
    rows = unit.rows(
        f"{_OF_VIEWERS} WHERE u.id {is_among(unit, 'viewers')}"
        " ORDER BY u.id, c.owner_id <> u.id, c.id",
        {"viewers": id_list(unit, viewer_ids)},
    )
    found: dict[int, list[CollectionRow]] = {}
    for *row, viewer_id in rows:
        found.setdefault(viewer_id, []).append(_collection(tuple(row)))
    return found


def behind(unit: Unit, viewer_id: int, *, after: str, most: int) -> list[CollectionRow]:
    """The first *most* of everybody's collections behind *after*, as they stand to the viewer.

    Inboxes, outboxes, views and the office's records are left out: nobody shares them.
    They are in the order of ``<owner's name>/<own name>``, and *after* is such a key.
    """
    rows = unit.rows(
        f"{_SELECT[unit.is_sqlite]} WHERE p.name || '/' || c.name > :after"
        " AND c.role IN ('', 'default')"
        " ORDER BY p.name || '/' || c.name LIMIT :most",
        {"viewer": viewer_id, "after": after, "most": most},
    )
    return [_collection(row) for row in rows]


def hold(
    unit: WriteUnit, viewer_id: int, names: Collection[str], ids: Collection[int] = ()
) -> list[CollectionRow]:
    """A user's own of these *names* and those of these *ids*, kept from other writers till commit.

    They are held in the order of their ids, so that two who want the same never wait for each
    other.
    """
    wanted = {f"n{i}": name for i, name in enumerate(sorted(set(names)))}
    among = ", ".join(f":{key}" for key in wanted) or "NULL"
    rows = unit.rows(
        f"{_SELECT[unit.is_sqlite]} WHERE (c.owner_id = :viewer AND c.name IN ({among}))"
        f" OR c.id {is_among(unit, 'ids')}"
        f" ORDER BY c.id{'' if unit.is_sqlite else ' FOR UPDATE OF c'}",
        {"viewer": viewer_id, "ids": id_list(unit, ids), **wanted},
    )
    return [_collection(row) for row in rows]


def hold_home(unit: WriteUnit, owner_id: int) -> int:
    """Let nobody else make a collection in this home until the commit; how many it has."""
    if not unit.is_sqlite:
        unit.row("SELECT 1 FROM principal WHERE id = :id FOR UPDATE", {"id": owner_id})
    row = unit.row("SELECT count(*) FROM collection WHERE owner_id = :id", {"id": owner_id})
    return int(row[0])


def create(unit: WriteUnit, owner_id: int, new: NewCollection, *, now_us: int) -> bool:
    """Make a collection; False if its owner has one of that name."""
    made = unit.execute(
        "INSERT INTO collection (owner_id, name, kind, components, display_name, is_default, "
        "properties, role, created_us, epoch) VALUES (:owner, :name, :kind, :components, "
        ":display_name, :is_default, :properties, :role, :now_us, :epoch) "
        "ON CONFLICT (owner_id, name) DO NOTHING",
        {
            **new._asdict(),
            "components": ",".join(sorted(new.components)),
            "properties": json.dumps(dict(new.properties)),
            "owner": owner_id,
            "now_us": now_us,
            "epoch": epochs.first(),
        },
    )
    return made == 1


def set_properties(
    unit: WriteUnit, collection_id: int, *, display_name: str, properties: Mapping[str, str]
) -> None:
    """Replace what clients say about the collection."""
    unit.execute(
        "UPDATE collection SET display_name = :display_name, properties = :properties "
        "WHERE id = :id",
        {
            "display_name": display_name,
            "properties": json.dumps(dict(properties)),
            "id": collection_id,
        },
    )


def set_display_name(unit: WriteUnit, collection_id: int, display_name: str) -> None:
    """Call the collection otherwise."""
    unit.execute(
        "UPDATE collection SET display_name = :display_name WHERE id = :id",
        {"display_name": display_name, "id": collection_id},
    )


def set_transparent(unit: WriteUnit, collection_id: int, *, is_transparent: bool) -> None:
    """Say whether what lies in the collection takes its owner's time."""
    unit.execute(
        "UPDATE collection SET is_transparent = :is_transparent WHERE id = :id",
        {"is_transparent": is_transparent, "id": collection_id},
    )


def set_default(unit: WriteUnit, owner_id: int, collection_id: int) -> None:
    """Let invitations to *owner_id* go to this calendar of theirs."""
    unit.execute(
        "UPDATE collection SET role = CASE WHEN id = :id THEN 'default' ELSE '' END"
        " WHERE owner_id = :owner AND (id = :id OR role = 'default')",
        {"id": collection_id, "owner": owner_id},
    )


def delete(unit: WriteUnit, collection_id: int) -> None:
    """Delete a collection with all that is in it."""
    unit.execute("DELETE FROM collection WHERE id = :id", {"id": collection_id})


def next_modseq(unit: WriteUnit, collection_id: int) -> int:
    """Take the next number of the collection's counter: one for each change of a member."""
    row = unit.row(
        "UPDATE collection SET modseq = modseq + 1 WHERE id = :id RETURNING modseq",
        {"id": collection_id},
    )
    return int(row[0])
