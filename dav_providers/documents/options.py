"""OPTIONS: what each family of clients needs to be told before it comes in."""

from dav_providers.multistatus.answers import Answer

METHODS = (
    "OPTIONS",
    "GET",
    "HEAD",
    "PUT",
    "DELETE",
    "MKCOL",
    "COPY",
    "MOVE",
    "PROPFIND",
    "PROPPATCH",
    "LOCK",
    "UNLOCK",
    "REPORT",
)
ALLOW = ", ".join(METHODS)


def answer() -> Answer:
    """Class 1, 2 and 3; Windows and Office look for MS-Author-Via, DAVx5 for the ranges."""
    return Answer(
        200,
        [
            ("Allow", ALLOW),
            ("DAV", "1, 2, 3, extended-mkcol"),
            ("MS-Author-Via", "DAV"),
            ("Accept-Ranges", "bytes"),
            ("Content-Length", "0"),
        ],
    )
