"""What the views of records choose from, by their rules: as SQL for ``storage.views``."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from storage.contact_rules import ContactRule, chosen
from storage.contract_rules import LOOK_BACK_DAYS, AlarmRule
from storage.sight import SEES

Rule = ContactRule | AlarmRule


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
        parameters: Those of all of these, but for the view's own.
    """

    rows: str
    item: str
    condition: str
    name: str
    order: str
    judged: Sequence[str]
    parameters: dict[str, Any]


class Stand(NamedTuple):
    """How far a view is: for what time alone changed."""

    role: str
    expires_us: int | None
    is_sqlite: bool


BIRTHDAYS = "birthdays"


def item_column(role: str) -> str:
    """What of a contact ``c`` is a member of the view of this role."""
    return "c.birthday_item_id" if role == BIRTHDAYS else "c.item_id"


def choice(rule: Rule, stand: Stand, *, now_us: int) -> Choice:
    """What a view by this rule chooses."""
    if isinstance(rule, AlarmRule):
        return _of_contracts(rule)
    return _of_contacts(rule, stand, now_us)


def _of_contacts(rule: ContactRule, stand: Stand, now_us: int) -> Choice:
    item = item_column(stand.role)
    condition, parameters = chosen(rule, now_us=now_us)
    of_contacts = f"SELECT {item} AS item_id FROM contact c WHERE"
    judged = [f"{of_contacts} c.seq > :applied"]
    if stand.expires_us is not None and rule.edited_within_us is not None:
        # Those that grew too old since the view was last brought up.
        parameters["old_cut"] = stand.expires_us - rule.edited_within_us
        parameters["cut"] = now_us - rule.edited_within_us
        judged.append(f"{of_contacts} c.edited_us BETWEEN :old_cut AND :cut")
    name = _name_in_the_book(is_sqlite=stand.is_sqlite)
    if stand.role == BIRTHDAYS:
        name = f"'birthday-' || {item} || '.ics'"
    return Choice("contact c", item, condition, name, "c.seq, c.id", judged, parameters)


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
    return Choice(rows, "k.item_id", condition, name, "k.seq, k.id", judged, parameters)
