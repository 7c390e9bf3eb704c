"""vCards: checked by RFC 6352 section 5.1, and what clients search made ready (RFC 6350)."""

import uuid
from collections.abc import Mapping

from office.items import content_lines
from office.items.calendar_objects import read_text
from office.items.collations import fold
from office.items.components import Component, Fault, read_components
from office.items.errors import InvalidItemError, Precondition, shown
from office.items.indexed import AddressObject, Indexed
from office.items.limits import DEFAULT_LIMITS, ItemLimits

SEARCHED = ("FN", "N", "NICKNAME", "ORG", "EMAIL", "TEL", "CATEGORIES", "BDAY")
"""The properties whose text the store keeps."""
"""The key of telephone numbers without anything but digits."""

_FORM = "VCARD"
_VERSIONS = frozenset({"3.0", "4.0"})
_SUMMARY_LENGTH = 1_000
_FIELD_LENGTH = 4_000


def read_address_object(data: bytes, *, limits: ItemLimits = DEFAULT_LIMITS) -> AddressObject:
    """The vCard that *data* is.

    A card without UID gets one: RFC 6352 section 5.1 wants it, and clients that forget it expect
    to be helped.

    Raises:
        InvalidItemError: It is not one that every device could read; with the precondition of
            RFC 6352 section 6.3.2.1 and a sentence.
    """
    if len(data) > limits.card_bytes:
        raise InvalidItemError(
            Precondition.ADDRESS_SIZE,
            f"The vCard has {len(data)} bytes; {limits.card_bytes} are taken.",
        )
    text = read_text(data, Precondition.ADDRESS_DATA)
    fault = Fault(text, Precondition.ADDRESS_DATA, _FORM)
    card = read_components(text, fault, limits)
    _check(card, fault)
    uid = _uid(card, fault, limits)
    if not uid:
        uid = f"urn:uuid:{uuid.uuid4()}"
        text = _with_uid(text, card, uid)
    kept = text.encode()
    names = card.value("FN")
    indexed = Indexed(
        uid=uid,
        component=_FORM,
        starts_us=None,
        ends_us=None,
        recurrence="",
        summary=content_lines.unescape(names).strip()[:_SUMMARY_LENGTH],
        fields=_fields(card),
    )
    return AddressObject(indexed, kept, was_changed=kept != data)


def _check(card: Component, fault: Fault) -> None:
    if card.name != _FORM:
        raise fault.at(0, f"the text begins with BEGIN:{shown(card.name)}, not VCARD.")
    version = card.value("VERSION").strip()
    if version not in _VERSIONS:
        raise InvalidItemError(
            Precondition.ADDRESS_SUPPORTED,
            f"VERSION is {shown(version) or 'missing'}; vCard 3.0 and 4.0 are taken.",
        )
    if card.children:
        raise fault.at(card.children[0].first, "a component inside of the vCard.")
    if not card.all("FN"):
        raise fault.whole("FN, the name to be shown, is missing.")


def _uid(card: Component, fault: Fault, limits: ItemLimits) -> str:
    lines = card.all("UID")
    if len(lines) > 1:
        raise fault.at(lines[1][2], "a second UID.")
    uid = lines[0][1].strip() if lines else ""
    if len(uid.encode()) > limits.text:
        raise fault.whole(f"The UID has more than {limits.text} bytes.")
    return uid


def _with_uid(text: str, card: Component, uid: str) -> str:
    """*text* with a UID: its empty line's place is taken, else it is the last line."""
    lines = content_lines.logical_lines(text)
    line = f"UID:{uid}{content_lines.newline(text)}"
    empty = card.all("UID")
    if empty:
        lines[empty[0][2]] = line
    else:
        lines[card.last] = line + lines[card.last]
    return "".join(lines)


def _fields(card: Component) -> Mapping[str, str]:
    fields: dict[str, str] = {}
    for name in SEARCHED:
        lines = card.lines.get(name)
        if lines:
            joined = lines[0][1] if len(lines) == 1 else "\n".join([line[1] for line in lines])
            joined = joined[: 4 * _FIELD_LENGTH]
            fields[name] = fold(content_lines.unescape(joined))[:_FIELD_LENGTH]
    return fields
