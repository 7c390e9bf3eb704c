"""Which of the office's contacts somebody wants on their devices, as SQL (rows C1, C3, U7)."""

from typing import Any, NamedTuple

from storage.sight import SEES

_CUSTOMER = "c.kind IN ('customer', 'prospect')"


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
    is never there.
    """
    parameters: dict[str, Any] = {"viewer": rule.viewer_id}
    if rule.is_off:
        return "1 = 0", parameters
    wishes = _wishes(rule, parameters, now_us)
    wanted = f"(c.maker_id = :viewer OR ({' AND '.join(wishes)}))" if wishes else "1 = 1"
    hidden = (
        "NOT EXISTS (SELECT 1 FROM hidden_item h"
        " WHERE h.user_id = :viewer AND h.item_id = c.item_id)"
    )
    return f"{wanted} AND {SEES} AND {hidden}", parameters


def _wishes(rule: ContactRule, parameters: dict[str, Any], now_us: int) -> list[str]:
    wishes = []
    if rule.kinds is not None:
        wishes.append(f"c.kind IN ({_listed(rule.kinds, 'kind', parameters)})")
    if rule.tag_keys is not None:
        keys = _listed(rule.tag_keys, "tag", parameters)
        wishes.append(
            "EXISTS (SELECT 1 FROM contact_tag t"
            f" WHERE t.contact_id = c.id AND t.tag_key IN ({keys}))"
        )
    if rule.is_own_only:
        wishes.append(f"(NOT {_CUSTOMER} OR c.partner_id = :viewer)")
    if rule.broker_ids is not None:
        brokers = _listed(rule.broker_ids, "broker", parameters)
        wishes.append(f"(NOT {_CUSTOMER} OR c.broker_id IN ({brokers}))")
    cut_us = rule.cut_us(now_us)
    if cut_us is not None:
        parameters["cut"] = cut_us
        wishes.append("c.edited_us > :cut")
    return wishes


def _listed(values: frozenset[Any], name: str, parameters: dict[str, Any]) -> str:
    """The values as parameters, separated by commas; NULL, which nothing equals, for none."""
    named = {f"{name}_{number}": each for number, each in enumerate(sorted(values))}
    parameters.update(named)
    return ", ".join(f":{each}" for each in named) or "NULL"
