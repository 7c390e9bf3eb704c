"""Queries that bring a view up: members that leave, change and enter, each with its own number.

The caller holds the view's collection. All is done by statements over sets: how many there are is
told by what the statements changed. The numbers of a step follow those of the step before.
"""

from typing import Any, NamedTuple

from storage.collections import next_modseq
from storage.store import Unit, WriteUnit
from storage.view_choices import Aging, Rule, Stand, choice


class ViewState(NamedTuple):
    """A view as it stands, and what there is to be brought into it.

    Attributes:
        id: Of its collection.
        owner_id: Whose it is.
        role: By which rule it chooses.
        modseq: How far its own counter is.
        applied_seq: Up to which number changes of records are in it.
        applied_rules: Which state of its owner's rules is in it.
        expires_us: When time alone changes it next.
        seq: The last number of a record's change.
        rules: The state of its owner's rules.
    """

    id: int
    owner_id: int
    role: str
    modseq: int
    applied_seq: int
    applied_rules: int
    expires_us: int | None
    seq: int
    rules: int

    def is_current(self, now_us: int) -> bool:
        """Nothing is outstanding."""
        is_applied = (self.applied_seq, self.applied_rules) == (self.seq, self.rules)
        return is_applied and (self.expires_us is None or now_us < self.expires_us)


def hold(unit: WriteUnit, collection_id: int) -> ViewState | None:
    """The view, kept from others until the commit; None: it is gone, or none."""
    if not unit.is_sqlite:
        # Held first: what is outstanding is read when nobody else can bring it up any more.
        unit.row("SELECT 1 FROM collection WHERE id = :id FOR UPDATE", {"id": collection_id})
    row = unit.row(
        "SELECT c.id, c.owner_id, c.role, c.modseq, w.applied_seq, w.applied_rules, w.expires_us,"
        " coalesce((SELECT modseq FROM collection WHERE role = 'records'), 0), p.rules"
        " FROM view w JOIN collection c ON c.id = w.collection_id"
        " JOIN person p ON p.principal_id = c.owner_id WHERE w.collection_id = :id",
        {"id": collection_id},
    )
    return ViewState._make(row) if row else None


def of_owner(unit: Unit, owner_id: int) -> dict[str, int]:
    """A user's views: role to the collection's id."""
    rows = unit.rows(
        "SELECT c.role, c.id FROM view w JOIN collection c ON c.id = w.collection_id"
        " WHERE c.owner_id = :owner",
        {"owner": owner_id},
    )
    return dict(rows)


def create(unit: WriteUnit, owner_id: int, role: str) -> None:
    """Let a user's collection of this *role* be a view; nothing is in it yet."""
    unit.execute(
        "INSERT INTO view (collection_id)"
        " SELECT id FROM collection WHERE owner_id = :owner AND role = :role",
        {"owner": owner_id, "role": role},
    )


def apply(unit: WriteUnit, view: ViewState, rule: Rule, *, now_us: int) -> None:
    """Bring a held view up to what its state says is there.

    While its owner's rules are as they were, only what changed since is judged.
    """
    step = _Step(unit, view, rule, now_us)
    step.leave()
    step.change()
    step.enter()
    unit.execute(
        "UPDATE collection SET modseq = :modseq WHERE id = :id",
        {"modseq": step.modseq, "id": view.id},
    )
    unit.execute(
        "UPDATE view SET applied_seq = :seq, applied_rules = :rules, expires_us = :expires"
        " WHERE collection_id = :id",
        {
            "seq": view.seq,
            "rules": view.rules,
            "expires": step.next_expiry(),
            "id": view.id,
        },
    )


def has(unit: Unit, view_id: int, item_id: int) -> bool:
    """Whether a record is a member of a view."""
    row = unit.row(
        "SELECT 1 FROM view_member WHERE view_id = :view AND item_id = :item",
        {"view": view_id, "item": item_id},
    )
    return row is not None


def send_again(unit: WriteUnit, view_id: int, item_id: int) -> None:
    """Announce a member of a held view anew, under another etag, though its bytes are the same."""
    unit.execute(
        "UPDATE view_member SET modseq = :modseq, resends = resends + 1"
        " WHERE view_id = :view AND item_id = :item",
        {"modseq": next_modseq(unit, view_id), "view": view_id, "item": item_id},
    )


def enter(unit: WriteUnit, view_id: int, item_id: int, href: str) -> None:
    """Let a record that is no member of a held view be one, under a name that is free."""
    unit.execute(
        "INSERT INTO view_member (view_id, item_id, href, modseq)"
        " VALUES (:view, :item, :href, :modseq)",
        {
            "view": view_id,
            "item": item_id,
            "href": href,
            "modseq": next_modseq(unit, view_id),
        },
    )
    unit.execute(
        "DELETE FROM item_tombstone WHERE collection_id = :view AND href = :href",
        {"view": view_id, "href": href},
    )


class _Step:
    """One bringing up: what is judged, and how far its numbers are."""

    def __init__(self, unit: WriteUnit, view: ViewState, rule: Rule, now_us: int) -> None:
        self.unit = unit
        self.view = view
        self.modseq = view.modseq
        stand = Stand(view.role, view.expires_us, unit.is_sqlite)
        self.choice = choice(rule, stand, now_us=now_us)
        self.parameters = self.choice.parameters | {
            "view": view.id,
            "applied": view.applied_seq,
            "now": now_us,
        }
        self.judged = self._judged()

    def _judged(self) -> str:
        """The query for the items that are looked at; nothing: all."""
        if self.view.applied_rules != self.view.rules:
            return ""
        gone = "SELECT item_id FROM record_tombstone WHERE seq > :applied"
        return " UNION ".join([*self.choice.judged, gone])

    def _do(self, sql: str, **more: Any) -> None:  # noqa: ANN401 - parameters of any type
        used = self.parameters | {"base": self.modseq} | more
        self.modseq += self.unit.execute(sql, {k: v for k, v in used.items() if f":{k}" in sql})

    def leave(self) -> None:
        """Members that are no longer chosen, or no longer there, go."""
        # From the few that changed to the members, not through all members: CROSS has it so.
        members = "view_member m"
        if self.judged:
            members = f"({self.judged}) AS judged CROSS JOIN view_member m"
        of_judged = " AND m.item_id = judged.item_id" if self.judged else ""
        self._do(
            "INSERT INTO item_tombstone (collection_id, href, modseq, deleted_us)"
            " SELECT m.view_id, m.href, :base + row_number() OVER (ORDER BY m.modseq), :now"
            f" FROM {members} WHERE m.view_id = :view{of_judged} AND NOT EXISTS"
            f" (SELECT 1 FROM {self.choice.rows} WHERE {self.choice.item} = m.item_id"
            f" AND {self.choice.condition})"
        )
        self.unit.execute(
            "DELETE FROM view_member WHERE view_id = :view AND href IN"
            " (SELECT href FROM item_tombstone WHERE collection_id = :view AND modseq > :base)",
            {"view": self.view.id, "base": self.view.modseq},
        )

    def change(self) -> None:
        """Members whose bytes changed take a new number each."""
        self._do(
            "UPDATE view_member SET modseq = changed.modseq FROM (SELECT m.item_id,"
            " :base + row_number() OVER (ORDER BY i.modseq) AS modseq"
            f" FROM {self.choice.changed}) AS changed"
            " WHERE view_member.view_id = :view AND view_member.item_id = changed.item_id"
        )

    def enter(self) -> None:
        """What is chosen and no member becomes one."""
        item = self.choice.item
        judged = f" AND {item} IN ({self.judged})" if self.judged else ""
        before = self.modseq
        self._do(
            "INSERT INTO view_member (view_id, item_id, href, modseq)"
            f" SELECT :view, {item}, {self.choice.name},"
            f" :base + row_number() OVER (ORDER BY {self.choice.order}) FROM {self.choice.rows}"
            f" WHERE {self.choice.condition}{judged} AND {item} IS NOT NULL"
            " AND NOT EXISTS (SELECT 1 FROM view_member m"
            f" WHERE m.view_id = :view AND m.item_id = {item})"
        )
        self.unit.execute(
            "DELETE FROM item_tombstone WHERE collection_id = :view AND href IN"
            " (SELECT href FROM view_member WHERE view_id = :view AND modseq > :before)",
            {"view": self.view.id, "before": before},
        )

    def next_expiry(self) -> int | None:
        """When the next member may be too old, or the day is over that alarms are told of."""
        aging, before_us = self.choice.aging, self.view.expires_us
        if aging is None:
            return self.choice.expires_us
        if not self.judged or (before_us is not None and before_us <= self.parameters["now"]):
            return self._expiry_of_all(aging)
        # Whoever was a member before expires no sooner than it was said then.
        [(changed_us,)] = self._rows(
            f"SELECT min({aging.column}) FROM view_member m"
            f" JOIN {self.choice.rows} ON {self.choice.item} = m.item_id"
            f" WHERE m.view_id = :view AND m.item_id IN ({self.judged})",
        )
        entered_us = None if changed_us is None else int(changed_us) + aging.within_us
        return min((each for each in (before_us, entered_us) if each is not None), default=None)

    def _expiry_of_all(self, aging: Aging) -> int | None:
        found = self._rows(
            f"SELECT {aging.column} FROM {self.choice.rows} JOIN view_member m"
            f" ON m.view_id = :view AND m.item_id = {self.choice.item}"
            f" WHERE {aging.among}{aging.column} > :young ORDER BY {aging.column} LIMIT 1",
            young=self.parameters["now"] - aging.within_us,
        )
        return int(found[0][0]) + aging.within_us if found else None

    def _rows(self, sql: str, **more: Any) -> list[Any]:  # noqa: ANN401 - parameters of any type
        used = self.parameters | more
        return self.unit.rows(sql, {k: v for k, v in used.items() if f":{k}" in sql})
