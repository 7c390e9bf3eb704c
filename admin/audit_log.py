"""Administration: the record of who changed whose access."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from flask import Blueprint, Response, render_template, request

from admin.audit_words import told
from admin.parts import ConsoleParts
from admin.texts import gettext as _
from admin.visitors import Visitors, identity_of
from auth.audit import COMMAND_LINE, Act
from auth.identity import Identity
from auth.rights import FunctionRight
from office import markable
from office.markable import Thing
from storage import audit
from storage.audit import NamedAuditRow
from storage.grants import Noun
from storage.store import Unit

_ROWS = 50
_AT_ONCE = 1_000
_ID_DIGITS = 18


class Line(NamedTuple):
    """A row as people read it; ``link`` leads to the place, where it is still there."""

    id: int
    at_us: int
    who: str
    what: str
    whom: str
    more: str
    place: str = ""
    link: str = ""


class Spoken(NamedTuple):
    """A row with its details read, and what it is about, if that is a place."""

    entry: NamedAuditRow
    details: dict[str, object]
    thing: tuple[Noun, int] | None

    @classmethod
    def of(cls, entry: NamedAuditRow) -> "Spoken":
        """Read it."""
        details = json.loads(entry.row.details)
        collection_id = details.pop("collection", None)
        if collection_id is not None:
            return cls(entry, details, (Noun.COLLECTION, int(collection_id)))
        node_id = entry.row.node_id
        return cls(entry, details, None if node_id is None else (Noun.NODE, node_id))


_Places = Mapping[tuple[Noun, int], Thing]


class AuditPages:
    """What the pages of the record do."""

    def __init__(self, parts: ConsoleParts) -> None:
        self._parts = parts

    def listed(self) -> str:
        """The record from its end, or from where somebody goes on."""
        text = request.args.get("before", "")
        is_number = text.isascii() and text.isdigit() and len(text) <= _ID_DIGITS
        before = int(text) if is_number else None
        with self._parts.store.read() as unit:
            found = audit.before(unit, before, limit=_ROWS + 1)
            rows = [Spoken.of(each) for each in found[:_ROWS]]
            places = _places(unit, identity_of(unit), rows)
        lines = [_line(each, places) for each in rows]
        older = lines[-1].id if len(found) > _ROWS else None
        return render_template("audit.html", lines=lines, older=older)

    def exported(self) -> Response:
        """All of it, oldest first, an object on each line: for programs and for keeping."""
        with self._parts.store.read() as unit:
            who = identity_of(unit)
        headers = {"Content-Disposition": 'attachment; filename="audit.jsonl"'}
        return Response(self._objects(who), content_type="application/jsonl", headers=headers)

    def _objects(self, who: Identity) -> Iterator[str]:
        """In parts, so that neither memory nor a transaction grows with the record."""
        last_id = 0
        while True:
            with self._parts.store.read() as unit:
                found = audit.after(unit, last_id, limit=_AT_ONCE)
                rows = [Spoken.of(each) for each in found]
                places = _places(unit, who, rows)
            if not rows:
                return
            yield "".join(f"{json.dumps(_facts(each, places))}\n" for each in rows)
            last_id = found[-1].row.id


def audit_pages(parts: ConsoleParts, visitors: Visitors) -> Blueprint:
    """The pages of the record."""
    pages = Blueprint("audit", __name__, url_prefix="/console")
    acts = AuditPages(parts)
    pages.before_request(visitors.demand_right(FunctionRight.MANAGE_USERS))
    pages.get("/audit")(acts.listed)
    pages.get("/audit.jsonl")(acts.exported)
    return pages


def _places(unit: Unit, who: Identity, rows: list[Spoken]) -> _Places:
    things = {each.thing for each in rows if each.thing}
    nodes, collections = (
        [number for noun, number in things if noun is wanted]
        for wanted in (Noun.NODE, Noun.COLLECTION)
    )
    return markable.among(unit, who, nodes, collections)


def _facts(spoken: Spoken, places: _Places) -> dict[str, object]:
    """A row for programs: as it was hashed, with the names and paths of today."""
    entry = spoken.entry
    row = entry.row
    place = places.get(spoken.thing) if spoken.thing else None
    return {
        **row._asdict(),
        "time": datetime.fromtimestamp(row.at_us / 1e6, UTC).isoformat(),
        "by_user_name": entry.by_user_name,
        "by_device_label": entry.by_device_label,
        "user_name": entry.user_name,
        "device_label": entry.device_label,
        "path": place.target.path if place else None,
    }


def _line(spoken: Spoken, places: _Places) -> Line:
    entry, row = spoken.entry, spoken.entry.row
    whom = entry.user_name or ("" if row.user_id is None else f"#{row.user_id}")
    if entry.device_label:
        whom = f"{whom}: {entry.device_label}"
    what = act_text(row.act)
    line = Line(
        row.id, row.at_us, _who(entry), what[:1].upper() + what[1:], whom, told(spoken.details)
    )
    if spoken.thing is None:
        return line
    if place := places.get(spoken.thing):
        area = "folders" if spoken.thing[0] is Noun.NODE else "collections"
        link = f"/console/access/{area}/{place.target.id}"
        return line._replace(place=place.target.path, link=link)
    return line._replace(place=_("a place that is gone or not yours to see"))


def _who(entry: NamedAuditRow) -> str:
    """Who acted; nobody is signed in yet where an office begins."""
    row = entry.row
    if row.by_user_id == COMMAND_LINE.user_id:
        return _("Command line")
    if row.by_user_id is not None:
        return entry.by_user_name or f"#{row.by_user_id}"
    is_beginning = row.act in {Act.USER_ADDED, Act.SETTING_CHANGED}
    return _("Set-up") if is_beginning else _("nobody who is signed in")


def act_text(act: str) -> str:
    """What was done."""
    texts: dict[str, str] = {
        Act.OFFICE_SET_UP: _("office set up"),
        Act.OFFICE_OPENED: _("office opened"),
        Act.USER_ADDED: _("user added"),
        Act.USER_INVITED: _("user invited"),
        Act.USER_INVITATION_WITHDRAWN: _("invitation withdrawn"),
        Act.USER_JOINED: _("invitation taken up"),
        Act.USER_BLOCKED: _("user blocked"),
        Act.USER_UNBLOCKED: _("user let in again"),
        Act.USER_GROUPS_SET: _("groups set"),
        Act.USER_DEVICE_LIMIT_SET: _("number of devices set"),
        Act.USER_VISIBILITY_SET: _("visibility set"),
        Act.BROKER_RELEASED: _("broker's customers shown to"),
        Act.BROKER_WITHDRAWN: _("broker's customers shown no more to"),
        Act.RIGHTS_GIVEN: _("rights given"),
        Act.RIGHTS_TAKEN: _("rights taken"),
        Act.GROUP_ADDED: _("group added"),
        Act.GRANT_SET: _("data right given"),
        Act.GRANT_REVOKED: _("data right taken"),
        Act.PASSWORD_RESET_ISSUED: _("new password demanded"),
        Act.PASSWORD_SET: _("password set"),
        Act.SECOND_FACTOR_ON: _("second factor turned on"),
        Act.SECOND_FACTOR_OFF: _("second factor turned off"),
        Act.RECOVERY_CODES_MADE: _("recovery codes made"),
        Act.RECOVERY_CODE_USED: _("recovery code used"),
        Act.DEVICE_ADDED: _("device added"),
        Act.DEVICE_RETIRED: _("device let go"),
        Act.BLOCK_SET: _("place closed"),
        Act.BLOCK_LIFTED: _("place opened again"),
        Act.CONSENT_TEXT_SET: _("text of the consent changed"),
        Act.CONSENT_GIVEN: _("consent given"),
        Act.NUMBER_RANGE_GIVEN: _("number range given"),
        Act.NUMBER_RANGE_ENDED: _("number range ended"),
        Act.ESTATE_REMOVED: _("property removed"),
        Act.SETTING_CHANGED: _("setting changed"),
        Act.SYNC_PROFILE_SET: _("synchronisation set"),
        Act.SYNC_PROFILE_RESET: _("synchronisation reset"),
        Act.HIDDEN_SHOWN: _("hidden contacts brought back"),
        Act.SIGN_INS_SLOWED: _("wrong passwords slowed"),
    }
    return texts.get(act, act)
