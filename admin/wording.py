"""How stored words are shown: times, programs, groups, acts of the record."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from flask import Flask
from flask_babel import format_datetime, get_locale
from jinja2 import pass_context
from jinja2.runtime import Context

from admin.item_faults import item_fault
from admin.texts import gettext as _
from auth.rights import GROUPS, DataRight, FunctionRight
from auth.visibility import Visibility
from office.filling.report import Why
from office.marks import Origin
from wire.clients import Family


def add_wording(app: Flask) -> None:
    """Give the templates of *app* these words."""
    spoken = (
        when,
        day,
        programs,
        group,
        state,
        browser,
        step,
        right,
        why,
        item_fault,
        data_right,
        visibility,
        origin,
        kind,
        component,
        entry,
    )
    app.jinja_env.filters.update({each.__name__: _at_request(each) for each in spoken})
    app.jinja_env.filters["joined"] = lambda names: ",".join(sorted(names))


def _at_request(word: Callable[[Any], str]) -> Callable[[Context, Any], str]:
    """*word* as a filter that Jinja asks at each request.

    A plain filter of something that stands in the template is asked once, when the template is
    compiled, and so in the language of whoever comes first.
    """

    @pass_context
    def asked(_context: Context, stored: Any) -> str:  # noqa: ANN401 - as its word has it
        return word(stored)

    return asked


def when(at_us: int | None) -> str:
    """A time in the page's language, in the server's own zone; its month cannot be mistaken."""
    if at_us is None:
        return _("never")
    local = datetime.fromtimestamp(at_us / 1_000_000, UTC).astimezone().replace(tzinfo=None)
    form = "dd.MM.y, HH:mm" if str(get_locale()) == "de" else "d MMM y, HH:mm"
    return str(format_datetime(local, form, rebase=False))


def day(at_us: int) -> str:
    """The day of a time, as :func:`when` has it."""
    local = datetime.fromtimestamp(at_us / 1_000_000, UTC).astimezone().replace(tzinfo=None)
    form = "dd.MM.y" if str(get_locale()) == "de" else "d MMM y"
    return str(format_datetime(local, form, rebase=False))


def programs(families: str) -> str:
    """The programs that were seen on a device."""
    names = {
        Family.WINDOWS: "Windows Explorer",
        Family.OFFICE: "Microsoft Office",
        Family.OUTLOOK: "Outlook",
        Family.WINDOWS_CALENDAR: _("Windows calendar"),
        Family.MAC_FINDER: "Finder",
        Family.IOS: "iPhone/iPad",
        Family.MAC: "macOS",
        Family.ANDROID: "DAVx⁵",
        Family.THUNDERBIRD: "Thunderbird",
        Family.EVOLUTION: "Evolution",
        Family.LIBREOFFICE: "LibreOffice",
        Family.DAVFS2: "davfs2",
        Family.GVFS: "GNOME",
        Family.KIO: "KDE",
        Family.RCLONE: "rclone",
        Family.BROWSER: _("Browser"),
    }
    seen = {names.get(Family(each), _("other programs")) for each in families.split(",") if each}
    return ", ".join(sorted(seen))


def group(name: str) -> str:
    """What a group is called in the page's language."""
    is_german = str(get_locale()) == "de"
    for each in GROUPS:
        if each.name == name:
            return each.german if is_german else each.english
    return name


def right(name: str) -> str:
    """What a function right lets one do."""
    return {
        FunctionRight.EDIT_DOCUMENTS: _("change documents"),
        FunctionRight.EDIT_PROPERTIES: _("make and change properties"),
        FunctionRight.SEND_OFFERS: _("send offers and see who looked at one's own"),
        FunctionRight.SEE_TRACKING: _("see who looked at any offer"),
        FunctionRight.MANAGE_USERS: _("invite and manage users"),
        FunctionRight.ASSIGN_PARTNER_CONTACT: _("say who looks after a customer"),
        FunctionRight.MANAGE_VISIBILITY: _("say who sees which customers"),
        FunctionRight.CONFIGURE_SYNC: _("say what reaches users' devices"),
        FunctionRight.SEE_DEPARTMENT_APPOINTMENTS: _("see the department's appointments"),
        FunctionRight.CREATE_INVOICES: _("write invoices on a second device"),
    }[FunctionRight(name)]


def why(word: str) -> str:
    """Why something could not be filled in."""
    return {
        Why.NOT_HERE: _("no document can lie here; put it into a folder"),
        Why.UNFIT_NAME: _("Windows can hold no file of this name"),
        Why.LONG_NAME: _("its name is too long; 255 bytes are taken"),
        Why.NUMBER_TAKEN: _("another property has this number"),
        Why.IN_THE_WAY: _("something else of this name is there"),
        Why.LOCKED: _("somebody has it open"),
        Why.MEETING: _("it is a meeting; only a calendar program can change it"),
        Why.OUTSIDE: _("its path leads elsewhere"),
        Why.LINK: _("it is a link"),
        Why.ENCRYPTED: _("it is locked with a password"),
        Why.DAMAGED: _("it is damaged"),
        Why.NOT_AN_ARCHIVE: _("this is no ZIP archive, or a damaged one"),
        Why.TOO_MANY: _("it holds too many entries"),
        Why.BOMB: _("unpacked it would be far larger than any archive of documents"),
        Why.TOO_LARGE: _("it is too large"),
        Why.NO_ROOM: _("the server's disk has no room for it"),
        Why.NOTHING_IN_IT: _("there is nothing in it that belongs here"),
        Why.INVALID: _("it cannot be read"),
    }[Why(word)]


def state(word: str) -> str:
    """What a user's state is called."""
    return {
        "new": _("new"),
        "invited": _("invited"),
        "active": _("active"),
        "blocked": _("blocked"),
    }[word]


def step(behind: int | None) -> str:
    """How far a device is: how many changes behind."""
    if behind is None:
        return _("not synced yet")
    if behind == 0:
        return _("in step")
    if behind == 1:
        return _("1 change behind")
    return _("%(number)s changes behind", number=behind)


def data_right(each: DataRight) -> str:
    """How far somebody may go."""
    return {
        DataRight.NONE: _("nothing"),
        DataRight.READ: _("read"),
        DataRight.WRITE: _("read and write"),
        DataRight.MANAGE: _("read, write and manage"),
    }[each]


def visibility(word: str) -> str:
    """Which customers somebody sees."""
    return {
        Visibility.ALL: _("all customers"),
        Visibility.OWN: _("their own customers"),
        Visibility.NONE: _("no customers"),
    }[Visibility(word)]


def origin(each: Origin) -> str:
    """Whence a data right comes."""
    if each.kind == "administration":
        return group(each.name)
    whose = {
        "everybody": _("as everybody"),
        "group": _("by the group %(name)s", name=group(each.name)),
        "user": _("given in person"),
        "owner": _("as the owner"),
    }[each.kind]
    return _("%(whose)s, from “%(place)s”", whose=whose, place=each.place) if each.place else whose


def kind(word: str) -> str:
    """What a collection is."""
    return {
        "calendar": _("calendar"),
        "tasks": _("task list"),
        "addressbook": _("address book"),
    }[word]


def component(word: str) -> str:
    """What something hidden is."""
    return {"VCARD": _("contact"), "VTODO": _("task")}.get(word, _("appointment"))


def entry(name: str) -> str:
    """What is told of an entry of a file; one that has no name goes by its place there."""
    found = re.fullmatch(r"(.*): (\d+)\.", name, re.DOTALL)
    if found is None:
        return name
    is_card = found[1].lower().endswith(".vcf")
    number = found[2]
    what = _("card %(number)s", number=number) if is_card else _("entry %(number)s", number=number)
    return f"{found[1]}: {what}"


def browser(agent: str) -> str:
    """A browser and the system it runs on, from what it calls itself; a hint for people."""
    names = ("Edg", "OPR", "Firefox", "Chrome", "Safari")  # Edge and Opera name Chrome as well
    systems = ("iPhone", "iPad", "Android", "Windows", "Macintosh", "Linux")
    shown = {"Edg": "Edge", "OPR": "Opera", "Macintosh": "Mac"}
    found = [next((each for each in words if each in agent), "") for words in (names, systems)]
    return ", ".join(shown.get(each, each) for each in found if each) or _("unknown browser")
