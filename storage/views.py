"""Queries that bring a view up: members that leave, change and enter, each with its own number.

The caller holds the view's collection. All is done by statements over sets: how many there are is
told by what the statements changed. The numbers of a step follow those of the step before.
"""

from typing import Any, NamedTuple

from storage.collections import next_modseq
from storage.contact_rules import ContactRule, chosen
from storage.store import Unit, WriteUnit


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


def apply(unit: WriteUnit, view: ViewState, rule: ContactRule, *, now_us: int) -> None:
    """Bring a held view of contacts up to what its state says is there.

    While its owner's rules are as they were, only what changed since is judged.
    """
    _ContactStep(unit, view, rule, now_us).take()


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


_ITEMS = {"office": "item_id", "birthdays": "birthday_item_id", "colleague": "item_id"}
"""What of a record is a member, by the view's role."""


class Step:
    """One bringing up: which records are judged, and how far its numbers are.

    A record is a row ``c`` of :attr:`table`, the column :attr:`item` of which is the member.
    """

    table = "contact"
    order = "c.seq, c.id"
    changed = (
        "collection r JOIN item i ON i.collection_id = r.id AND i.modseq > :applied"
        " JOIN view_member m ON m.view_id = :view AND m.item_id = i.id"
        " WHERE r.role = 'records'"
    )
    """The members ``m`` whose bytes changed, in the order of ``i.modseq``."""

    def __init__(
        self, unit: WriteUnit, view: ViewState, choice: tuple[str, dict[str, Any]], now_us: int
    ) -> None:
        self.unit = unit
        self.view = view
        self.now_us = now_us
        self.modseq = view.modseq
        self.item = _ITEMS[view.role]
        self.chosen, self.parameters = choice
        self.parameters |= {"view": view.id, "applied": view.applied_seq, "now": now_us}
        self.judged = "" if view.applied_rules != view.rules else self._judged()

    def take(self) -> None:
        """Bring the view up, and keep how far it is."""
        self.leave()
        self.change()
        self.enter()
        self.unit.execute(
            "UPDATE collection SET modseq = :modseq WHERE id = :id",
            {"modseq": self.modseq, "id": self.view.id},
        )
        self.unit.execute(
            "UPDATE view SET applied_seq = :seq, applied_rules = :rules, expires_us = :expires"
            " WHERE collection_id = :id",
            {
                "seq": self.view.seq,
                "rules": self.view.rules,
                "expires": self._next_expiry(),
                "id": self.view.id,
            },
        )

    def _judged(self) -> str:
        """The query for the items that are looked at while the rules are as they were."""
        raise NotImplementedError

    def _next_expiry(self) -> int | None:
        """When the next member is too old."""
        raise NotImplementedError

    def _names(self) -> str:
        """What a member that enters is called."""
        raise NotImplementedError

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
            f" (SELECT 1 FROM {self.table} c WHERE c.{self.item} = m.item_id AND {self.chosen})"
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
            f" FROM {self.changed}) AS changed"
            " WHERE view_member.view_id = :view AND view_member.item_id = changed.item_id"
        )

    def enter(self) -> None:
        """Records that are chosen and no members become members."""
        judged = f" AND c.{self.item} IN ({self.judged})" if self.judged else ""
        before = self.modseq
        self._do(
            "INSERT INTO view_member (view_id, item_id, href, modseq)"
            f" SELECT :view, c.{self.item}, {self._names()},"
            f" :base + row_number() OVER (ORDER BY {self.order}) FROM {self.table} c"
            f" WHERE {self.chosen}{judged} AND c.{self.item} IS NOT NULL"
            " AND NOT EXISTS (SELECT 1 FROM view_member m"
            f" WHERE m.view_id = :view AND m.item_id = c.{self.item})"
        )
        self.unit.execute(
            "DELETE FROM item_tombstone WHERE collection_id = :view AND href IN"
            " (SELECT href FROM view_member WHERE view_id = :view AND modseq > :before)",
            {"view": self.view.id, "before": before},
        )


_HREF = (
    "CASE WHEN c.maker_id = :viewer AND c.maker_href <> '' THEN c.maker_href"
    " ELSE c.id || '.vcf' END"
)


class _ContactStep(Step):
    """One of a view of contacts, or of what is made of them."""

    def __init__(self, unit: WriteUnit, view: ViewState, rule: ContactRule, now_us: int) -> None:
        self._rule = rule
        super().__init__(unit, view, chosen(rule, now_us=now_us), now_us)

    def _judged(self) -> str:
        of_contacts = f"SELECT {self.item} AS item_id FROM contact WHERE"
        parts = [f"{of_contacts} seq > :applied"]
        parts.append("SELECT item_id FROM record_tombstone WHERE seq > :applied")
        if self.view.expires_us is not None and self._rule.edited_within_us is not None:
            # Those that grew too old since the view was last brought up.
            self.parameters["old_cut"] = self.view.expires_us - self._rule.edited_within_us
            self.parameters["cut"] = self.now_us - self._rule.edited_within_us
            parts.append(f"{of_contacts} edited_us BETWEEN :old_cut AND :cut")
        return " UNION ".join(parts)

    def _names(self) -> str:
        """What a contact is called: in its maker's view as they called it, elsewhere by its id.

        In the book its user may have given that name to another card meanwhile.
        """
        if self.view.role == "birthdays":
            return "'birthday-' || c.birthday_item_id || '.ics'"
        random = "lower(hex(randomblob(16)))"
        if not self.unit.is_sqlite:
            random = "CAST(gen_random_uuid() AS text)"
        own = f"SELECT 1 FROM item t WHERE t.collection_id = :view AND t.href = {_HREF}"
        member = f"SELECT 1 FROM view_member t WHERE t.view_id = :view AND t.href = {_HREF}"
        return (
            f"CASE WHEN EXISTS ({own}) OR EXISTS ({member})"
            f" THEN {random} || '.vcf' ELSE {_HREF} END"
        )

    def _next_expiry(self) -> int | None:
        rule, cut_us = self._rule, self._rule.cut_us(self.now_us)
        if cut_us is None or rule.edited_within_us is None:
            return None
        row = self.unit.row(
            "SELECT c.edited_us FROM contact c JOIN view_member m"
            f" ON m.view_id = :view AND m.item_id = c.{self.item}"
            " WHERE c.edited_us > :cut ORDER BY c.edited_us LIMIT 1",
            {"view": self.view.id, "cut": cut_us},
        )
        return int(row[0]) + rule.edited_within_us if row else None
