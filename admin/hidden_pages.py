"""What users took off their devices, and bringing it back: for everybody, and who manages them."""

from http import HTTPStatus

from flask import Blueprint, abort, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from admin.forms import FormGuard
from admin.parts import ConsoleParts
from admin.sync_pages import PAGE, Find, Whose, of_user
from admin.users import PAGE as USERS
from admin.visitors import Visitors, visitor
from auth import managing
from auth.audit import Actor
from auth.rights import FunctionRight
from office import hiding
from storage import hidden
from storage.hidden import Place
from storage.store import Unit

_ROWS = 50
_DIGITS = 18


def of_visitor(_unit: Unit, _name: str) -> Whose:
    """One's own, which needs no right: who hid it brings it back."""
    me = visitor()
    may_configure = managing.may_configure_sync(me)
    return Whose(me.user_id, "", is_group=False, page=PAGE, back=PAGE if may_configure else "")


class HiddenPages:
    """What the pages do; *find* says whose they are, or that there is no such page."""

    def __init__(self, parts: ConsoleParts, find: Find) -> None:
        self._parts = parts
        self._find = find

    def listed(self, name: str = "") -> str:
        """A part of the list, the newest first."""
        with self._parts.store.read() as unit:
            whose = self._find(unit, name)
            found = hiding.listed(
                unit, whose.id, viewer_id=visitor().user_id, behind=_behind(), most=_ROWS + 1
            )
            count = hidden.count(unit, whose.id)
        rows = found[:_ROWS]
        after = f"{rows[-1].hidden_us}.{rows[-1].item_id}" if len(found) > _ROWS else ""
        return render_template("hidden.html", whose=whose, rows=rows, count=count, after=after)

    def bring_back(self, name: str = "") -> AnyResponse:
        """Bring one back, or all."""
        chosen = request.form.get("item", "")
        me = Actor(visitor().user_id)
        with self._parts.store.write() as unit:
            whose = self._find(unit, name)
            if chosen == "all":
                hiding.bring_all_back(unit, whose.id, by=me)
            else:
                hiding.bring_back(unit, whose.id, _number(chosen), by=me)
        return redirect(f"{whose.page}/hidden", HTTPStatus.SEE_OTHER)


def _behind() -> Place | None:
    after = request.args.get("after", "")
    if not after:
        return None
    at, _dot, item_id = after.partition(".")
    return Place(_number(at), _number(item_id))


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS):
        abort(HTTPStatus.BAD_REQUEST)
    return int(text)


def hidden_pages(parts: ConsoleParts, guard: FormGuard, visitors: Visitors) -> list[Blueprint]:
    """The pages for oneself and for users."""
    own = Blueprint("hidden", __name__, url_prefix=f"{PAGE}/hidden")
    users = Blueprint("hidden_of_user", __name__, url_prefix=f"{USERS}/<name>/sync/hidden")
    own.before_request(visitors.demand)
    users.before_request(visitors.demand_right(FunctionRight.CONFIGURE_SYNC))
    for pages, find in ((own, of_visitor), (users, of_user)):
        acts = HiddenPages(parts, find)
        pages.before_request(guard.check_sent)
        pages.get("")(acts.listed)
        pages.post("")(acts.bring_back)
    return [own, users]
