"""Administration: the groups, who is in them, and what their members begin with."""

from flask import Blueprint, render_template

from admin.parts import ConsoleParts
from admin.visitors import Visitors, visitor
from auth import managing, people
from auth.rights import FunctionRight
from storage import people as people_rows

PAGE = "/console/groups"


def group_pages(parts: ConsoleParts, visitors: Visitors) -> Blueprint:
    """The page of the groups."""
    pages = Blueprint("groups", __name__)
    pages.before_request(visitors.demand_right(FunctionRight.MANAGE_USERS))

    @pages.get(PAGE)
    def listed() -> str:
        with parts.store.read() as unit:
            names = people_rows.group_names(unit)
            everybody = people.listed(unit)
        members = {
            name: [each.name for each in everybody if name in each.groups] for name in names
        }
        configurable = [
            name for name in names if managing.may_configure_sync_of(visitor(), (name,))
        ]
        return render_template("groups.html", members=members, configurable=configurable)

    return pages
