"""Queries on what the office keeps beside the cards of its contacts: kind, number, ties, tags.

The card itself is an item; see ``storage.records`` for what a change of either takes.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from storage.id_lists import id_list, is_among
from storage.sight import SEES
from storage.store import Unit, WriteUnit


class ContactRow(NamedTuple):
    """A contact without its card; see ``schema.contact``."""

    id: int
    item_id: int
    number: str
    kind: str
    is_business: bool
    partner_id: int | None
    broker_id: int | None
    maker_id: int | None
    maker_href: str
    location: str
    node_id: int | None
    birthday_item_id: int | None
    duplicate_of: int | None
    writer_id: int | None
    seq: int
    edited_us: int
    created_us: int


class NewContact(NamedTuple):
    """What a contact begins with; *seq* is the number of its card's change."""

    item_id: int
    number: str
    kind: str
    is_business: bool
    seq: int
    partner_id: int | None = None
    broker_id: int | None = None
    maker_id: int | None = None
    maker_href: str = ""
    location: str = ""
    duplicate_of: int | None = None


class ListedContact(NamedTuple):
    """A contact as lists show it: with names for its ids, and the tags, sorted.

    ``name`` is the card's FN; the user and the broker may be nobody.
    """

    row: ContactRow
    name: str
    partner_name: str | None
    broker_number: str | None
    tags: tuple[str, ...]


class Filter(NamedTuple):
    """Which contacts are listed: all that fit what is given.

    ``viewer_id``: only those that this user sees.
    """

    kinds: Collection[str] = ()
    partner_id: int | None = None
    broker_id: int | None = None
    tag_key: str | None = None
    viewer_id: int | None = None


EVERYBODY = Filter()

_COLUMNS = ", ".join(ContactRow._fields)
_OF_C = ", ".join(f"c.{name}" for name in ContactRow._fields)
_NEW = ", ".join(NewContact._fields)
_VALUES = ", ".join(f":{name}" for name in NewContact._fields)
_OFFICE_FIELDS = (
    "number",
    "kind",
    "is_business",
    "partner_id",
    "broker_id",
    "location",
    "node_id",
    "birthday_item_id",
    "writer_id",
    "seq",
    "edited_us",
)
_SETTING = ", ".join(f"{name} = :{name}" for name in _OFFICE_FIELDS)


def _contact(row: Sequence[Any]) -> ContactRow:
    found = ContactRow._make(row)
    return found._replace(is_business=bool(found.is_business))


def insert(unit: WriteUnit, new: NewContact, *, now_us: int) -> ContactRow:
    """Keep a new contact, whose number is free; the records are held."""
    row = unit.row(
        f"INSERT INTO contact ({_NEW}, edited_us, created_us) VALUES ({_VALUES}, :now_us, :now_us)"
        f" RETURNING {_COLUMNS}",
        {**new._asdict(), "now_us": now_us},
    )
    return _contact(row)


def update(unit: WriteUnit, row: ContactRow) -> None:
    """Keep what *row* says of all that may change; who made it and when does not."""
    unit.execute(f"UPDATE contact SET {_SETTING} WHERE id = :id", row._asdict())


def twins(unit: Unit, row: ContactRow) -> list[int]:
    """The other contacts of the same UID, the elder ones first."""
    rows = unit.rows(
        "WITH RECURSIVE twin(id) AS (SELECT duplicate_of FROM contact WHERE id = :id"
        " UNION SELECT n.duplicate_of FROM twin JOIN contact n ON n.id = twin.id"
        " WHERE n.duplicate_of IS NOT NULL)"
        " SELECT id FROM twin WHERE id IS NOT NULL AND id <> :id ORDER BY id",
        {"id": row.id},
    )
    return [each[0] for each in rows]


def be_twins(unit: WriteUnit, ids: Sequence[int]) -> None:
    """Let contacts of one UID know of each other: each names one, the first the last."""
    before = [*ids[-1:], *ids[:-1]]
    for contact_id, other in zip(ids, before, strict=True):
        unit.execute(
            "UPDATE contact SET duplicate_of = :other WHERE id = :id",
            {"id": contact_id, "other": None if other == contact_id else other},
        )


def end_name(unit: WriteUnit, maker_id: int, href: str) -> None:
    """Say that what its maker once called so is called so no more: another card is."""
    unit.execute(
        "UPDATE contact SET maker_href = '' WHERE maker_id = :maker AND maker_href = :href",
        {"maker": maker_id, "href": href},
    )


def judge_again(unit: WriteUnit, contact_id: int, seq: int) -> None:
    """Let views ask again who wants the contact; *seq* is the number of that change."""
    unit.execute("UPDATE contact SET seq = :seq WHERE id = :id", {"seq": seq, "id": contact_id})


def find(unit: Unit, contact_id: int) -> ContactRow | None:
    """The contact of this id."""
    return _find(unit, "id", contact_id)


def find_by_item(unit: Unit, item_id: int) -> ContactRow | None:
    """The contact whose card this item is."""
    return _find(unit, "item_id", item_id)


def find_by_number(unit: Unit, number: str) -> ContactRow | None:
    """The contact with this number."""
    return _find(unit, "number", number)


def _find(unit: Unit, column: str, value: int | str) -> ContactRow | None:
    row = unit.row(f"SELECT {_COLUMNS} FROM contact WHERE {column} = :value", {"value": value})
    return _contact(row) if row else None


def by_items(unit: Unit, item_ids: Collection[int]) -> dict[int, ContactRow]:
    """The contacts of these cards, by the cards' ids."""
    rows = unit.rows(
        f"SELECT {_COLUMNS} FROM contact WHERE item_id {is_among(unit, 'items')}",
        {"items": id_list(unit, item_ids)},
    )
    return {row[1]: _contact(row) for row in rows}


def is_seen(unit: Unit, contact_id: int, viewer_id: int) -> bool:
    """Whether a user sees the contact, by what the database says now."""
    row = unit.row(
        f"SELECT 1 FROM contact c WHERE c.id = :id AND {SEES}",
        {"id": contact_id, "viewer": viewer_id},
    )
    return row is not None


def end_broker(unit: WriteUnit, contact_id: int, *, seq: int) -> list[int]:
    """Let a contact be nobody's broker any more; who had it changed with number *seq*.

    Returns:
        The users to whom it was released.
    """
    users = released_to(unit, contact_id)
    unit.execute("DELETE FROM broker_release WHERE broker_id = :id", {"id": contact_id})
    unit.execute(
        "UPDATE contact SET broker_id = NULL, seq = :seq WHERE broker_id = :id",
        {"id": contact_id, "seq": seq},
    )
    return users


def set_tags(unit: WriteUnit, contact_id: int, tags: Mapping[str, str]) -> None:
    """Keep these tags of a contact and no others: the folded to what the card says."""
    unit.execute("DELETE FROM contact_tag WHERE contact_id = :id", {"id": contact_id})
    unit.execute_many(
        "INSERT INTO contact_tag (contact_id, tag_key, tag) VALUES (:id, :key, :tag)",
        [{"id": contact_id, "key": key, "tag": tag} for key, tag in tags.items()],
    )


def follow_addresses(unit: WriteUnit, row: ContactRow) -> None:
    """Keep the e-mail addresses of a contact's card as those that it is found by."""
    (joined,) = unit.row("SELECT email FROM item WHERE id = :id", {"id": row.item_id})
    keys = {each.strip() for each in joined.split("\n")} - {""}
    rows = unit.rows(
        "SELECT email_key FROM contact_address WHERE contact_id = :id", {"id": row.id}
    )
    if keys != {key for (key,) in rows}:
        unit.execute("DELETE FROM contact_address WHERE contact_id = :id", {"id": row.id})
        unit.execute_many(
            "INSERT INTO contact_address (contact_id, email_key) VALUES (:id, :key)",
            [{"id": row.id, "key": key} for key in sorted(keys)],
        )


def tags_of(unit: Unit, contact_id: int) -> dict[str, str]:
    """A contact's tags: the folded to what the card says."""
    rows = unit.rows(
        "SELECT tag_key, tag FROM contact_tag WHERE contact_id = :id ORDER BY tag_key",
        {"id": contact_id},
    )
    return dict(rows)


def tags_in_use(unit: Unit) -> dict[str, str]:
    """All tags of the office's contacts: the folded to one spelling."""
    rows = unit.rows("SELECT tag_key, min(tag) FROM contact_tag GROUP BY tag_key ORDER BY tag_key")
    return dict(rows)


def brokers(unit: Unit) -> list[tuple[int, str, str]]:
    """All brokers by name: id, number, name."""
    rows = unit.rows(
        "SELECT c.id, c.number, i.summary FROM contact c JOIN item i ON i.id = c.item_id"
        " WHERE c.kind = 'broker' ORDER BY i.summary, c.id"
    )
    return [(row[0], row[1], row[2]) for row in rows]


def release(unit: WriteUnit, broker_id: int, user_id: int) -> bool:
    """Show a broker's customers to a user; False if they were."""
    made = unit.execute(
        "INSERT INTO broker_release (broker_id, user_id) VALUES (:broker, :user)"
        " ON CONFLICT DO NOTHING",
        {"broker": broker_id, "user": user_id},
    )
    return made == 1


def withdraw(unit: WriteUnit, broker_id: int, user_id: int) -> bool:
    """Take that back; False if it was not so."""
    gone = unit.execute(
        "DELETE FROM broker_release WHERE broker_id = :broker AND user_id = :user",
        {"broker": broker_id, "user": user_id},
    )
    return gone == 1


def released_to(unit: Unit, broker_id: int) -> list[int]:
    """The users to whom a broker's customers are shown."""
    rows = unit.rows(
        "SELECT user_id FROM broker_release WHERE broker_id = :broker ORDER BY user_id",
        {"broker": broker_id},
    )
    return [row[0] for row in rows]


def release_names(unit: Unit, broker_id: int) -> list[str]:
    """Their names, sorted."""
    rows = unit.rows(
        "SELECT p.name FROM broker_release r JOIN principal p ON p.id = r.user_id"
        " WHERE r.broker_id = :broker ORDER BY p.name",
        {"broker": broker_id},
    )
    return [row[0] for row in rows]


_TAGS_SEPARATOR = "\n"  # a tag is one line of text


def _listing(unit: Unit) -> str:
    char = "char" if unit.is_sqlite else "chr"
    joined = "group_concat" if unit.is_sqlite else "string_agg"
    return (
        f"SELECT {_OF_C}, i.summary, p.name, b.number,"
        f" (SELECT {joined}(t.tag, {char}(10)) FROM contact_tag t WHERE t.contact_id = c.id)"
        " FROM contact c JOIN item i ON i.id = c.item_id"
        " LEFT JOIN principal p ON p.id = c.partner_id LEFT JOIN contact b ON b.id = c.broker_id"
    )


def page(
    unit: Unit, chosen: Filter = EVERYBODY, *, after: str = "", most: int
) -> list[ListedContact]:
    """The first *most* contacts whose numbers come behind *after*, by number; one query."""
    conditions, parameters = _conditions(chosen)
    rows = unit.rows(
        f"{_listing(unit)} WHERE c.number > :after{conditions} ORDER BY c.number LIMIT :most",
        {"after": after, "most": most, **parameters},
    )
    return [_listed(row) for row in rows]


def listed(unit: Unit, contact_id: int) -> ListedContact | None:
    """One contact as lists show it."""
    row = unit.row(f"{_listing(unit)} WHERE c.id = :id", {"id": contact_id})
    return _listed(row) if row else None


def _listed(row: Sequence[Any]) -> ListedContact:
    width = len(ContactRow._fields)
    name, partner, broker, tags = row[width:]
    split = tuple(sorted((tags or "").split(_TAGS_SEPARATOR))) if tags else ()
    return ListedContact(_contact(row[:width]), name, partner, broker, split)


def _conditions(chosen: Filter) -> tuple[str, dict[str, Any]]:
    parts: list[str] = []
    parameters: dict[str, Any] = {}
    if chosen.kinds:
        names = {f"kind_{i}": kind for i, kind in enumerate(sorted(chosen.kinds))}
        parts.append(f"c.kind IN ({', '.join(f':{name}' for name in names)})")
        parameters |= names
    for column in ("partner_id", "broker_id"):
        if (value := getattr(chosen, column)) is not None:
            parts.append(f"c.{column} = :{column}")
            parameters[column] = value
    if chosen.tag_key is not None:
        parts.append(
            "EXISTS (SELECT 1 FROM contact_tag t"
            " WHERE t.contact_id = c.id AND t.tag_key = :tag_key)"
        )
        parameters["tag_key"] = chosen.tag_key
    if chosen.viewer_id is not None:
        parts.append(SEES)
        parameters["viewer"] = chosen.viewer_id
    return "".join(f" AND {part}" for part in parts), parameters
