"""Who may: the lists of folders and of calendars and address books, and the marks on each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import NamedTuple

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from admin.forms import FormGuard
from admin.parts import ConsoleParts
from admin.telling import done
from admin.texts import gettext as _
from admin.visitors import Visitors, identity_of
from auth.errors import UnknownPrincipalError
from auth.grants import EVERYBODY
from auth.identity import Identity
from auth.rights import LEVELS, DataRight, FunctionRight
from office import granting, markable, marks
from office.errors import ChangedError, OfficeError
from office.layout import Role
from office.markable import Listed, Thing
from office.marks import Mark
from storage import marks as mark_rows
from storage import people as people_rows
from storage.grants import Noun
from storage.store import Unit

PAGE = "/console/access"
_ROWS = 50
_NOUNS = {"folders": Noun.NODE, "collections": Noun.COLLECTION}
_DIGITS = 18


class Shown(NamedTuple):
    """What stood on the page that sent the form, and what is wanted, by user."""

    was: Mapping[int, bool]
    wanted: frozenset[int]

    @classmethod
    def from_form(cls) -> "Shown":
        """Take the request's form; what no form of ours holds is a bad request."""
        was = {}
        for each in request.form.getlist("was"):
            number, _colon, word = each.partition(":")
            was[_number(number)] = word == "1"
        return cls(was, frozenset(_number(each) for each in request.form.getlist("open")))


@dataclass(slots=True)
class Told:
    """What a page says above its forms, and which marks it shows that are not yet saved."""

    fault: str = ""
    changed: list[Mark] = field(default_factory=list)
    pending: Mapping[int, bool] = field(default_factory=dict)

    @property
    def status(self) -> HTTPStatus:
        """Of the answer."""
        return HTTPStatus.CONFLICT if self.fault or self.changed else HTTPStatus.OK


class AccessPages:
    """What the pages do; each asks the office what there is for the visitor."""

    def __init__(self, parts: ConsoleParts, visitors: Visitors) -> None:
        self._parts = parts
        self._visitors = visitors

    def properties(self) -> AnyResponse:
        """The shared folders, and the properties by number."""
        sought, after = _asked()
        with self._parts.store.read() as unit:
            who = identity_of(unit)
            roots = markable.roots(unit, who) if not after else []
            found = markable.properties(unit, who, sought=sought, after=after, limit=_ROWS + 1)
            counts = _counts(unit, found)
        if not (roots or found or sought) and not who.may(FunctionRight.MANAGE_USERS):
            # Most have calendars of their own only.
            return redirect(f"{PAGE}/collections", HTTPStatus.SEE_OTHER)
        return _page("access.html", roots=roots, counts=counts, sought=sought, **_part(found))

    def collections(self) -> Response:
        """The calendars, task lists and address books, by owner."""
        sought, after = _asked()
        with self._parts.store.read() as unit:
            found = markable.held(
                unit, identity_of(unit), sought=sought, after=after, limit=_ROWS + 1
            )
        return _page("access_collections.html", sought=sought, **_part(found))

    def one(self, area: str, thing_id: int, told: Told | None = None) -> Response:
        """A folder or collection: who may, and by what."""
        told = told or Told()
        after = request.args.get("after", "") if request.method == "GET" else ""
        with self._parts.store.read() as unit:
            who = identity_of(unit)
            thing = _find(unit, who, area, thing_id)
            is_estates = bool(thing.chain) and thing.chain[-1].role == Role.ESTATES
            below: list[Listed] = []
            if thing.chain and not is_estates:
                below = markable.folders(unit, who, thing, after=after, limit=_ROWS + 1)
            standings = marks.standings(unit, who, thing)
            if not who.may(FunctionRight.MANAGE_USERS):
                standings = [each for each in standings if each.state == "active"]
            page = render_template(
                "access_thing.html",
                thing=thing,
                ways=_ways(who, thing),
                area=area,
                standings=standings,
                granted=marks.granted_on(unit, thing),
                groups=mark_rows.groups(unit).values(),
                is_estates=is_estates,
                told=told,
                levels=LEVELS,
                everybody=EVERYBODY,
                **_part(below),
            )
        return make_response(page, told.status)

    def save_marks(self, area: str, thing_id: int) -> AnyResponse:
        """Take and give what the check marks say."""
        if refusal := self._visitors.demand_password():
            return refusal
        shown = Shown.from_form()
        try:
            with self._parts.store.write() as unit:
                people_rows.hold_everybody(unit)  # who saves keeps their rights until it is done
                who = identity_of(unit)
                marks.save(
                    unit,
                    who,
                    _find(unit, who, area, thing_id),
                    shown=shown.was,
                    wanted=shown.wanted,
                    now_us=self._parts.now_us(),
                )
        except ChangedError as error:
            return self.one(area, thing_id, self._changed(area, thing_id, shown, error))
        return done(f"{PAGE}/{area}/{thing_id}")

    def save_grant(self, area: str, thing_id: int) -> AnyResponse:
        """Give somebody a data right on this very thing, change or take it."""
        if refusal := self._visitors.demand_password():
            return refusal
        name, was = request.form.get("name", ""), _number(request.form.get("level", ""))
        right = LEVELS.get(request.form.get("right", ""), DataRight.NONE)
        try:
            with self._parts.store.write() as unit:
                people_rows.hold_everybody(unit)
                who = identity_of(unit)
                target = _find(unit, who, area, thing_id).target
                granting.change(unit, target, name, right, was=was, who=who)
        except UnknownPrincipalError:
            fault = _("There is no user and no group of this name.")
        except ChangedError:
            fault = _("Somebody changed this meanwhile. What stands here now is how it is.")
        except OfficeError:
            fault = _("You may not give rights here.")
        else:
            return done(f"{PAGE}/{area}/{thing_id}")
        return self.one(area, thing_id, Told(fault))

    def _changed(self, area: str, thing_id: int, shown: Shown, error: ChangedError) -> Told:
        """What stands now of what somebody else changed; one's own changes wait beside it."""
        with self._parts.store.read() as unit:
            who = identity_of(unit)
            thing = _find(unit, who, area, thing_id)
            now = marks.standings(unit, who, thing)
        return Told(
            changed=[each for each in now if each.name in error.names],
            pending={
                each.user_id: each.user_id in shown.wanted
                for each in now
                if each.user_id in shown.was and each.name not in error.names
            },
        )


def _find(unit: Unit, who: Identity, area: str, thing_id: int) -> Thing:
    try:
        return markable.find(unit, who, _NOUNS[area], thing_id)
    except OfficeError:
        abort(HTTPStatus.NOT_FOUND)


def _asked() -> tuple[str, str]:
    return request.args.get("q", "").strip(), request.args.get("after", "")


def _counts(unit: Unit, found: list[Listed]) -> dict[int, int]:
    """How many are shut out, by folder."""
    counts: dict[int, int] = {}
    for _user, node_id in mark_rows.closed_nodes(unit, [each.thing.target.id for each in found]):
        counts[node_id] = counts.get(node_id, 0) + 1
    return counts


def _part(found: list[Listed]) -> dict[str, object]:
    """The rows of a page and the key of the next ones."""
    rows = found[:_ROWS]
    return {"rows": rows, "next_key": rows[-1].key if len(found) > _ROWS else ""}


def _ways(who: Identity, thing: Thing) -> list[tuple[int, str]]:
    """The folders that it lies in: id, 0 where the visitor has nothing to say, and name."""
    chain = thing.chain
    return [
        (each.id if markable.of_folder(who, chain[: depth + 1]) else 0, each.name)
        for depth, each in enumerate(chain[:-1])
    ]


def _page(template: str, **values: object) -> Response:
    return make_response(render_template(template, **values))


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS):
        abort(HTTPStatus.BAD_REQUEST)
    return int(text)


def access_pages(parts: ConsoleParts, guard: FormGuard, visitors: Visitors) -> Blueprint:
    """The pages about who may."""
    pages = Blueprint("access", __name__, url_prefix=PAGE)
    acts = AccessPages(parts, visitors)
    pages.before_request(visitors.demand)
    pages.before_request(guard.check_sent)
    pages.get("")(acts.properties)
    pages.get("/collections")(acts.collections)
    for area in _NOUNS:
        values = {"area": area}
        at = f"/{area}/<int:thing_id>"
        pages.add_url_rule(at, f"{area}-one", acts.one, defaults=values)
        pages.add_url_rule(
            f"{at}/marks", f"{area}-marks", acts.save_marks, defaults=values, methods=["POST"]
        )
        pages.add_url_rule(
            f"{at}/grants", f"{area}-grants", acts.save_grant, defaults=values, methods=["POST"]
        )
    return pages
