"""What the views of records choose from, by their rules: as SQL for ``storage.views``."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from storage import colleague_rules
from storage.colleague_rules import ColleagueRule
from storage.contact_rules import ContactRule, chosen, twins
from storage.contract_rules import LOOK_BACK_DAYS, AlarmRule
from storage.sight import SEES

Rule = ContactRule | AlarmRule | ColleagueRule


class Aging(NamedTuple):
    """By which time a row's member is too old, and within what.

    Attributes:
        column: The time that counts, in microseconds.
        within_us: How long that is young.
        among: A condition on the rows, with AND at its end, where an index begins with one.
    """

    column: str
    within_us: int
    among: str = ""


class Choice(NamedTuple):
    """Of which rows what are members of a view, and which have to be looked at again.

    Attributes:
        rows: The tables, as a FROM clause has them.
        item: The column with the member's item; of some rows it is empty.
        condition: What has to hold for a row.
        name: What a new member is called.
        order: In which order new members are numbered.
        judged: Queries for the items of rows that changed, or that time changed, since the view
            was last brought up.
        changed: Members ``m`` whose bytes changed since, in the order of ``i.modseq``; as a FROM
            clause has them.
        parameters: Those of all of these, but for the view's own.
        aging: By which time alone members leave, each at its own.
        expires_us: When the day is over that the rule is for.
    """

    rows: str
    item: str
    condition: str
    name: str
    order: str
    judged: Sequence[str]
    changed: str
    parameters: dict[str, Any]
    aging: Aging | None = None
    expires_us: int | None = None


class Stand(NamedTuple):
    """How far a view is: for what time alone changed."""

    role: str
    expires_us: int | None
    is_sqlite: bool


BIRTHDAYS = "birthdays"
_CHANGED_RECORDS = (
    "collection r JOIN item i ON i.collection_id = r.id AND i.modseq > :applied"
    " JOIN view_member m ON m.view_id = :view AND m.item_id = i.id"
    " WHERE r.role = 'records'"
)


def choice(rule: Rule, stand: Stand, *, now_us: int) -> Choice:
    """What a view by this rule chooses."""
    if isinstance(rule, AlarmRule):
        return _of_contracts(rule)
    if isinstance(rule, ColleagueRule):
        return _of_a_colleague(rule, stand, now_us)
    return _of_contacts(rule, stand, now_us)


def _of_contacts(rule: ContactRule, stand: Stand, now_us: int) -> Choice:
    item = "c.birthday_item_id" if stand.role == BIRTHDAYS else "c.item_id"
    condition, parameters = chosen(rule, now_us=now_us)
    changes = ["c.seq > :applied"]
    if stand.expires_us is not None and rule.edited_within_us is not None:
        # Those that grew too old since the view was last brought up.
        parameters["old_cut"] = stand.expires_us - rule.edited_within_us
        parameters["cut"] = now_us - rule.edited_within_us
        changes.append("c.edited_us BETWEEN :old_cut AND :cut")
    judged = [f"SELECT {item} AS item_id FROM contact c WHERE {each}" for each in changes]
    # Where one of several of one UID goes, the next one comes.
    judged += [twins(each, item) for each in changes]
    name = _name_in_the_book(is_sqlite=stand.is_sqlite)
    if stand.role == BIRTHDAYS:
        name = f"'birthday-' || {item} || '.ics'"
    within_us = rule.edited_within_us
    return Choice(
        "contact c",
        item,
        condition,
        name,
        "c.seq, c.id",
        judged,
        _CHANGED_RECORDS,
        parameters,
        aging=None if within_us is None else Aging("c.edited_us", within_us),
    )


def _name_in_the_book(*, is_sqlite: bool) -> str:
    """What a contact is called: in its maker's view as they called it, elsewhere by its id.

    In the book its user may have given that name to another card meanwhile.
    """
    random = "lower(hex(randomblob(16)))"
    if not is_sqlite:
        random = "CAST(gen_random_uuid() AS text)"
    own = f"SELECT 1 FROM item t WHERE t.collection_id = :view AND t.href = {_HREF}"
    member = f"SELECT 1 FROM view_member t WHERE t.view_id = :view AND t.href = {_HREF}"
    return (
        f"CASE WHEN EXISTS ({own}) OR EXISTS ({member}) THEN {random} || '.vcf' ELSE {_HREF} END"
    )


_HREF = (
    "CASE WHEN c.maker_id = :viewer AND c.maker_href <> '' THEN c.maker_href"
    " ELSE c.id || '.vcf' END"
)


def _of_contracts(rule: AlarmRule) -> Choice:
    """Alarms of contracts whose customers the user sees; each passed end was moved on before."""
    rows = "contract k JOIN contact c ON c.id = k.contact_id"
    of_contracts = "SELECT k.item_id AS item_id FROM contract k WHERE"
    judged = (
        f"{of_contracts} k.seq > :applied",
        f"SELECT k.item_id AS item_id FROM {rows} WHERE c.seq > :applied",
        # Those that came near since, and those that were over for too long.
        f"{of_contracts} k.ends_on BETWEEN :was_ahead AND :ahead",
        f"{of_contracts} k.ends_on BETWEEN :was_since AND :since",
        f"{of_contracts} k.cancelled_on BETWEEN :was_since AND :since",
    )
    was = rule.applied_on
    parameters = {
        **rule.times.parameters,
        "viewer": rule.viewer_id,
        "was_ahead": (was + timedelta(days=rule.times.days)).isoformat(),
        "was_since": (was - timedelta(days=LOOK_BACK_DAYS)).isoformat(),
    }
    condition = f"{rule.times.condition} AND {SEES}"
    name = "'contract-' || k.item_id || '.ics'"
    return Choice(
        rows,
        "k.item_id",
        condition,
        name,
        "k.seq, k.id",
        judged,
        _CHANGED_RECORDS,
        parameters,
        expires_us=rule.expires_us,
    )


def _of_a_colleague(rule: ColleagueRule, stand: Stand, now_us: int) -> Choice:
    """A colleague's office appointments, wherever in their calendars they lie."""
    condition, parameters = colleague_rules.chosen(rule, now_us=now_us)
    judged = [
        "SELECT item_id FROM appointment WHERE seq > :applied",
        (
            "SELECT t.item_id FROM contact k JOIN item_tie t ON t.contact_id = k.id"
            " WHERE k.seq > :applied"
        ),
    ]
    within_us = rule.changed_within_us
    if stand.expires_us is not None and within_us is not None:
        # Those that grew too old since the view was last brought up.
        parameters["old_cut"] = stand.expires_us - within_us
        judged.append(
            "SELECT item_id FROM appointment WHERE owner_id = :colleague"
            " AND changed_us BETWEEN :old_cut AND :cut"
        )
    among = "c.owner_id = :colleague AND "
    return Choice(
        "appointment c",
        "c.item_id",
        condition,
        "c.item_id || '.ics'",
        "c.seq, c.item_id",
        judged,
        "(SELECT item_id, bytes_seq AS modseq FROM appointment"
        " WHERE seq > :applied AND bytes_seq > :applied) AS i"
        " JOIN view_member m ON m.view_id = :view AND m.item_id = i.item_id",
        parameters,
        aging=None if within_us is None else Aging("c.changed_us", within_us, among),
    )
