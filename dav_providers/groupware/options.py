"""OPTIONS of homes, collections and principals: what Apple's clients and DAVx5 look for."""

from dav_providers.multistatus.answers import Answer

METHODS = (
    "OPTIONS",
    "GET",
    "HEAD",
    "PUT",
    "POST",
    "DELETE",
    "MKCOL",
    "MKCALENDAR",
    "COPY",
    "MOVE",
    "PROPFIND",
    "PROPPATCH",
    "REPORT",
)
ALLOW = ", ".join(METHODS)
DAV = "1, 3, access-control, calendar-access, calendar-auto-schedule, addressbook, extended-mkcol"


def answer() -> Answer:
    """No class 2: there are no locks here, and Finder and Office would look for them."""
    return Answer(200, [("Allow", ALLOW), ("DAV", DAV), ("Content-Length", "0")])
