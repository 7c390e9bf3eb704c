"""How stored words are shown: times, programs, groups, acts of the record."""

from datetime import UTC, datetime

from flask import Flask
from flask_babel import format_datetime, get_locale

from admin.texts import gettext as _
from auth.rights import GROUPS
from wire.clients import Family


def add_wording(app: Flask) -> None:
    """Give the templates of *app* these words."""
    app.jinja_env.filters.update(
        when=when,
        programs=programs,
        group=group,
        state=state,
        browser=browser,
        step=step,
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


def step(behind: int | None) -> str:
    """How far a device is: how many changes behind."""
    if behind is None:
        return _("not synced yet")
    if behind == 0:
        return _("in step")
    if behind == 1:
        return _("1 change behind")
    return _("%(number)s changes behind", number=behind)


def browser(agent: str) -> str:
    """A browser and the system it runs on, from what it calls itself; a hint for people."""
    names = ("Edg", "OPR", "Firefox", "Chrome", "Safari")  # Edge and Opera name Chrome as well
    systems = ("iPhone", "iPad", "Android", "Windows", "Macintosh", "Linux")
    shown = {"Edg": "Edge", "OPR": "Opera", "Macintosh": "Mac"}
    found = [next((each for each in words if each in agent), "") for words in (names, systems)]
    return ", ".join(shown.get(each, each) for each in found if each) or _("unknown browser")
