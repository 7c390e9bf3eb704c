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

# What no browser runs: it shows the picture, plays the film or saves the file. All else is taken
# for something that can hold a script: any "+xml", HTML, XUL, and types nobody knows yet.
_INERT = frozenset(
    {
        UNKNOWN,
        "application/pdf",
        "application/zip",
        "application/gzip",
        "application/x-tar",
        "application/x-7z-compressed",
        "application/x-zip-compressed",
        "application/vnd.rar",
        "application/rtf",
        "application/msword",
        "application/vnd.ms-excel",
        "application/vnd.ms-outlook",
        "application/vnd.ms-powerpoint",
        "image/avif",
        "image/bmp",
        "image/gif",
        "image/heic",
        "image/heif",
        "image/jpeg",
        "image/png",
        "image/tiff",
        "image/vnd.dwg",
        "image/vnd.dxf",
        "image/webp",
        "text/plain",
    }
)
_INERT_FAMILIES = (
    "application/vnd.oasis.opendocument.",
    "application/vnd.openxmlformats-officedocument.",
    "audio/",
    "video/",
)


def media_type(name: str, stored: str = "") -> str:
    """The type that a document's extension says; else what its writer said; else bytes."""
    dot = name.rfind(".")
    return _by_extension(name[dot:].lower() if dot > 0 else "") or stored or UNKNOWN


@lru_cache(maxsize=1024)
def _by_extension(extension: str) -> str:
    return _known.guess_type(f"x{extension}", strict=False)[0] or ""


def is_inert(content_type: str) -> bool:
    """Whether a browser is sure to run nothing of what is in such a document."""
    kind = content_type.partition(";")[0].strip().lower()
    return kind in _INERT or (kind.startswith(_INERT_FAMILIES) and not kind.endswith("+xml"))
