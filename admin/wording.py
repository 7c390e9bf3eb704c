"""How stored words are shown: times, programs, groups, acts of the record."""

from datetime import UTC, datetime

from flask import Flask
from flask_babel import format_datetime, get_locale

from admin.texts import gettext as _
from auth.rights import GROUPS, DataRight, FunctionRight
from auth.visibility import Visibility
from office.marks import Origin
from wire.clients import Family


def add_wording(app: Flask) -> None:
    """Give the templates of *app* these words."""
    app.jinja_env.filters.update(
        when=when,
        programs=programs,
        group=group,
        state=state,
        browser=browser,
        right=right,
        data_right=data_right,
        visibility=visibility,
        origin=origin,
        kind=kind,
        joined=lambda names: ",".join(sorted(names)),
    )


def when(at_us: int | None) -> str:
    """A time in the page's language, in the server's own zone."""
    if at_us is None:
        return _("never")
    local = datetime.fromtimestamp(at_us / 1_000_000, UTC).astimezone().replace(tzinfo=None)
    return str(format_datetime(local, "medium", rebase=False))


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


def state(word: str) -> str:
    """What a user's state is called."""
    return {
        "new": _("new"),
        "invited": _("invited"),
        "active": _("active"),
        "blocked": _("blocked"),
    }[word]


def right(each: FunctionRight) -> str:
    """What a kind of act is called."""
    return {
        FunctionRight.EDIT_DOCUMENTS: _("edit documents"),
        FunctionRight.EDIT_PROPERTIES: _("edit properties"),
        FunctionRight.SEND_OFFERS: _("send offers"),
        FunctionRight.SEE_TRACKING: _("see the tracking"),
        FunctionRight.MANAGE_USERS: _("manage users"),
        FunctionRight.ASSIGN_PARTNER_CONTACT: _("assign partner contacts"),
        FunctionRight.MANAGE_VISIBILITY: _("set visibility"),
        FunctionRight.CONFIGURE_SYNC: _("configure the synchronisation"),
        FunctionRight.SEE_DEPARTMENT_APPOINTMENTS: _("see the department's appointments"),
        FunctionRight.CREATE_INVOICES: _("create invoices on a second device"),
    }[each]


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


def browser(agent: str) -> str:
    """A browser and the system it runs on, from what it calls itself; a hint for people."""
    names = ("Edg", "OPR", "Firefox", "Chrome", "Safari")  # Edge and Opera name Chrome as well
    systems = ("iPhone", "iPad", "Android", "Windows", "Macintosh", "Linux")
    shown = {"Edg": "Edge", "OPR": "Opera", "Macintosh": "Mac"}
    found = [next((each for each in words if each in agent), "") for words in (names, systems)]
    return ", ".join(shown.get(each, each) for each in found if each) or _("unknown browser")
