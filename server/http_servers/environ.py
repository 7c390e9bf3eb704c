"""What both servers put into a WSGI environ, made in one place so that they cannot differ."""

import re
import sys
from functools import lru_cache
from typing import Any, Final
from urllib.parse import unquote_to_bytes

SOFTWARE: Final = "deedbox"


def path_info(raw_path: bytes) -> str:
    """Return PATH_INFO: the path's bytes, percent-decoded, one character each (PEP 3333).

    ``OPTIONS *`` asks about the server as a whole, so it is answered as its root.
    """
    if b"%" in raw_path:
        raw_path = unquote_to_bytes(raw_path)
    return "/" if raw_path == b"*" else raw_path.decode("latin-1")


@lru_cache(maxsize=512)
def header_key(name: bytes) -> str:
    """Return the environ's key for a request header's *name* (which has no underscore)."""
    key = name.decode("latin-1").upper().replace("-", "_")
    return key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"


_BODILESS_STATUS: Final = re.compile(r"(1\d\d|204|304)\b")


def is_bodiless(method: str, status: str) -> bool:
    """Say whether the answer has no body whatever its header says (RFC 9110 section 6.4.1)."""
    return method == "HEAD" or _BODILESS_STATUS.match(status) is not None


_STATIC: Final[dict[str, Any]] = {
    "SCRIPT_NAME": "",
    "SERVER_SOFTWARE": SOFTWARE,
    "wsgi.version": (1, 0),
    "wsgi.input_terminated": True,
    "wsgi.multithread": True,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
}


def static_environ() -> dict[str, Any]:
    """Return the part of an environ that is the same for every request (PEP 3333)."""
    return {**_STATIC, "wsgi.errors": sys.stderr}
