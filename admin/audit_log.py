"""Administration: the record of who changed whose access."""

import json
from typing import NamedTuple

from flask import Blueprint, render_template, request

from admin.parts import ConsoleParts
from admin.texts import gettext as _
from admin.visitors import Visitors
from admin.wording import group
from auth.audit import COMMAND_LINE, Act
from auth.rights import FunctionRight
from storage import audit
from storage.audit import NamedAuditRow

_ROWS = 50
_ID_DIGITS = 18


class Line(NamedTuple):
    """A row as people read it."""

    id: int
    at_us: int
    who: str
    what: str
    whom: str
    more: str


def audit_pages(parts: ConsoleParts, visitors: Visitors) -> Blueprint:
    """The pages of the record."""
    pages = Blueprint("audit", __name__)
    pages.before_request(visitors.demand_right(FunctionRight.MANAGE_USERS))

    @pages.get("/console/audit")
    def listed() -> str:
        text = request.args.get("before", "")
        is_number = text.isascii() and text.isdigit() and len(text) <= _ID_DIGITS
        before = int(text) if is_number else None
        with parts.store.read() as unit:
            found = audit.before(unit, before, limit=_ROWS + 1)
        lines = [_line(each) for each in found[:_ROWS]]
        older = lines[-1].id if len(found) > _ROWS else None
        return render_template("audit.html", lines=lines, older=older)

    return pages


def _line(entry: NamedAuditRow) -> Line:
    row = entry.row
    if row.by_user_id == COMMAND_LINE.user_id:
        who = _("command line")
    else:
        who = entry.by_user_name or ("" if row.by_user_id is None else f"#{row.by_user_id}")
    whom = entry.user_name or ("" if row.user_id is None else f"#{row.user_id}")
    if entry.device_label:
        whom = f"{whom}: {entry.device_label}"
    return Line(row.id, row.at_us, who, act_text(row.act), whom, _more(json.loads(row.details)))


def _more(details: dict[str, object]) -> str:
    """The details that say something to a person."""
    told = []
    for name, value in sorted(details.items()):
        if name == "groups" and isinstance(value, list):
            told.append(", ".join(group(str(each)) for each in value))
        elif isinstance(value, list):
            told.append(", ".join(map(str, value)))
        elif value is not None:
            told.append(str(value))
    return "; ".join(told)


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
        Act.CONSENT_GIVEN: _("consented to a newer text"),
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
