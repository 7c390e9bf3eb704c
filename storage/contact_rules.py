"""Which of the office's contacts somebody wants on their devices, as SQL (rows C1, C3, U7)."""

from typing import Any, NamedTuple

from storage.sight import sees


class ContactRule(NamedTuple):
    """What one user sees and wants; None stands for no such wish.

    Attributes:
        viewer_id: The user.
        is_off: They want none at all.
        kinds: Kinds of contacts.
        tag_keys: Contacts that have any of these tags, folded.
        is_own_only: Of customers those that they look after.
        broker_ids: Of customers those who came by these brokers.
        edited_within_us: Contacts that a person changed within so many microseconds.
    """

    viewer_id: int
    is_off: bool = False
    kinds: frozenset[str] | None = None
    tag_keys: frozenset[str] | None = None
    is_own_only: bool = False
    broker_ids: frozenset[int] | None = None
    edited_within_us: int | None = None

    def cut_us(self, now_us: int) -> int | None:
        """What was last changed before this time, or then, is too old."""
        return None if self.edited_within_us is None else now_us - self.edited_within_us


def chosen(rule: ContactRule, *, now_us: int) -> tuple[str, dict[str, Any]]:
    """What has to hold for a row ``c`` of contacts, with its parameters.

    What somebody made themselves is wanted whatever the filters say; what they hid or may not see
    is never there. Of contacts of one UID there is one (RFC 6352 section 5.1): their own, or else
    the elder.
    """
    parameters: dict[str, Any] = {"viewer": rule.viewer_id}
    if rule.is_off:
        return "1 = 0", parameters
    alone = (
        f"(c.duplicate_of IS NULL OR NOT EXISTS ({_TWINS_OF_C} SELECT 1 FROM twin"
        " JOIN contact t ON t.id = twin.id"
        f" WHERE {_rank('t')} < {_rank('c')} AND {_theirs('t', rule, parameters, now_us)}))"
    )
    return f"{_theirs('c', rule, parameters, now_us)} AND {alone}", parameters


_TWINS_OF_C = (
    "WITH RECURSIVE twin(id) AS (SELECT c.duplicate_of UNION SELECT n.duplicate_of FROM twin"
    " JOIN contact n ON n.id = twin.id WHERE n.duplicate_of IS NOT NULL)"
)
"""Those of one UID: each names another as its duplicate, the last one the first."""


def twins(condition: str, item: str) -> str:
    """The query for the column *item* of all that share their UIDs with rows ``c`` of contacts."""
    return (
        f"SELECT {item} AS item_id FROM (WITH RECURSIVE twin(id) AS"
        f" (SELECT c.duplicate_of FROM contact c WHERE {condition} AND c.duplicate_of IS NOT NULL"
        " UNION SELECT n.duplicate_of FROM twin JOIN contact n ON n.id = twin.id"
        " WHERE n.duplicate_of IS NOT NULL) SELECT id FROM twin) AS known"
        " JOIN contact c ON c.id = known.id"
    )


def _rank(contact: str) -> str:
    """Which of one UID comes before which."""
    return f"(CASE WHEN {contact}.maker_id = :viewer THEN 0 ELSE 1 END, {contact}.id)"


def _theirs(contact: str, rule: ContactRule, parameters: dict[str, Any], now_us: int) -> str:
    """What has to hold for a contact alone, whatever others there are."""
    wishes = _wishes(contact, rule, parameters, now_us)
    wanted = f"({contact}.maker_id = :viewer OR ({' AND '.join(wishes)}))" if wishes else "1 = 1"
    hidden = (
        "NOT EXISTS (SELECT 1 FROM hidden_item h"
        f" WHERE h.user_id = :viewer AND h.item_id = {contact}.item_id)"
    )
    return f"{wanted} AND {sees(contact)} AND {hidden}"


def _wishes(contact: str, rule: ContactRule, parameters: dict[str, Any], now_us: int) -> list[str]:
    is_other = f"{contact}.kind NOT IN ('customer', 'prospect')"
    wishes = []
    if rule.kinds is not None:
        wishes.append(f"{contact}.kind IN ({_listed(rule.kinds, 'kind', parameters)})")
    if rule.tag_keys is not None:
        keys = _listed(rule.tag_keys, "tag", parameters)
        wishes.append(
            "EXISTS (SELECT 1 FROM contact_tag ct"
            f" WHERE ct.contact_id = {contact}.id AND ct.tag_key IN ({keys}))"
        )
    if rule.is_own_only:
        wishes.append(f"({is_other} OR {contact}.partner_id = :viewer)")
    if rule.broker_ids is not None:
        brokers = _listed(rule.broker_ids, "broker", parameters)
        wishes.append(f"({is_other} OR {contact}.broker_id IN ({brokers}))")
    cut_us = rule.cut_us(now_us)
    if cut_us is not None:
        parameters["cut"] = cut_us
        wishes.append(f"{contact}.edited_us > :cut")
    return wishes


def _listed(values: frozenset[Any], name: str, parameters: dict[str, Any]) -> str:
    """The values as parameters, separated by commas; NULL, which nothing equals, for none."""
    named = {f"{name}_{number}": each for number, each in enumerate(sorted(values))}
    parameters.update(named)
    return ", ".join(f":{each}" for each in named) or "NULL"
