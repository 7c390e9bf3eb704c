"""Media types by a document's name; the same on every machine (no /etc/mime.types)."""

from functools import lru_cache
from mimetypes import MimeTypes

UNKNOWN = "application/octet-stream"

_OFFICE = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".dotx": "application/vnd.openxmlformats-officedocument.wordprocessingml.template",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".odp": "application/vnd.oasis.opendocument.presentation",
    ".msg": "application/vnd.ms-outlook",
    ".eml": "message/rfc822",
    ".dwg": "image/vnd.dwg",
    ".dxf": "image/vnd.dxf",
    ".heic": "image/heic",
    ".webp": "image/webp",
    ".md": "text/markdown",
    ".ics": "text/calendar",
    ".vcf": "text/vcard",
    ".7z": "application/x-7z-compressed",
}

_known = MimeTypes()
for _extension, _type in _OFFICE.items():
    _known.add_type(_type, _extension)

_ACTIVE = frozenset(
    {
        "text/html",
        "application/xhtml+xml",
        "image/svg+xml",
        "text/xml",
        "application/xml",
        "text/javascript",
        "application/javascript",
    }
)


def media_type(name: str, stored: str = "") -> str:
    """The type that a document's extension says; else what its writer said; else bytes."""
    dot = name.rfind(".")
    return _by_extension(name[dot:].lower() if dot > 0 else "") or stored or UNKNOWN


@lru_cache(maxsize=1024)
def _by_extension(extension: str) -> str:
    return _known.guess_type(f"x{extension}", strict=False)[0] or ""


def is_active(content_type: str) -> bool:
    """Whether a browser would run what is in such a document."""
    return content_type.partition(";")[0].strip().lower() in _ACTIVE
