"""Values that vCard 3.0 and 4.0 write differently: dates, pictures, places (RFC 2426, 6350).

Each function gives the same line in the other version; what it can't read it leaves.
"""

import base64
import binascii
import re
from urllib.parse import unquote_to_bytes

from office.items.card_lines import CardLine

_DATE = re.compile(
    r"(\d{4})-?(\d\d)-?(\d\d)(?:[Tt](\d\d):?(\d\d):?(\d\d)(?:[.,]\d+)?([Zz]|[+-]\d\d(?::?\d\d)?)?)?",
    re.ASCII,
)
_NO_YEAR = re.compile(r"--(\d\d)-?(\d\d)", re.ASCII)
_OMITTED = "X-APPLE-OMIT-YEAR"
_LEAP_YEAR = "1604"  # the year in which Apple's devices put a birthday of which none is known
_OFFSET = re.compile(r"([+-]\d\d):?(\d\d)", re.ASCII)
_PLACE = re.compile(r"(-?[\d.]+)[;,](-?[\d.]+)", re.ASCII)
_DATA = re.compile(r"data:([^;,]*)((?:;[^;,]*)*?)(;base64)?,(.*)", re.IGNORECASE | re.DOTALL)
_MEDIA = {
    "PHOTO": "image",
    "LOGO": "image",
    "SOUND": "audio",
    "KEY": "application",
}
_SUBTYPES = {
    "jpg": "jpeg",
    "wave": "wav",
    "pgp": "pgp-keys",
    "x509": "pkix-cert",
}
_OLD_TYPES = {"wav": "WAVE", "pgp-keys": "PGP", "pkix-cert": "X509"}
_BEGINNINGS = {"/9j/": "image/jpeg", "iVBOR": "image/png", "R0lGOD": "image/gif"}
_ENCODINGS = frozenset({"b", "base64"})
_OF_PEOPLE = frozenset({"home", "work", "pref"})


def date_in_4(line: CardLine) -> CardLine:
    """A date: ``19850412``, or ``--0412`` where the year is not known."""
    plain = line.without("VALUE", _OMITTED)
    if found := _DATE.fullmatch(line.value.strip()):
        year, month, day = found[1], found[2], found[3]
        time = "".join(found.group(4, 5, 6)) if found[4] else ""
        zone = (found[7] or "").replace(":", "").upper()
        if line.first(_OMITTED) == year:
            return plain._replace(value=f"--{month}{day}")
        return plain._replace(value=f"{year}{month}{day}" + (f"T{time}{zone}" if time else ""))
    if found := _NO_YEAR.fullmatch(line.value.strip()):
        return plain._replace(value=f"--{found[1]}{found[2]}")
    return plain.having("VALUE", "text")


def date_in_3(line: CardLine) -> CardLine:
    """A date: ``1985-04-12``; without a year as Apple's devices write it."""
    if line.first("VALUE") == "text":
        return line
    plain = line.without("VALUE", "CALSCALE")
    if found := _DATE.fullmatch(line.value.strip()):
        zone = (found[7] or "").upper()
        if zone.startswith(("+", "-")):
            zone = f"{zone[:3]}:{zone[3:].lstrip(':') or '00'}"
        time = f"T{':'.join(found.group(4, 5, 6))}{zone}" if found[4] else ""
        return plain._replace(value=f"{'-'.join(found.group(1, 2, 3))}{time}")
    if found := _NO_YEAR.fullmatch(line.value.strip()):
        value = f"{_LEAP_YEAR}-{found[1]}-{found[2]}"
        return plain.having(_OMITTED, _LEAP_YEAR)._replace(value=value)
    return plain


def zone_in_4(line: CardLine) -> CardLine:
    """TZ: an offset has to be called one, text has not."""
    found = _OFFSET.fullmatch(line.value.strip())
    if found and line.first("VALUE") != "text":
        return line.having("VALUE", "utc-offset")._replace(value=found[1] + found[2])
    return line.without("VALUE") if line.first("VALUE") == "text" else line


def zone_in_3(line: CardLine) -> CardLine:
    """TZ: text has to be called so, an offset has not."""
    found = _OFFSET.fullmatch(line.value.strip())
    if found and line.first("VALUE") == "utc-offset":
        return line.without("VALUE")._replace(value=f"{found[1]}:{found[2]}")
    return line if line.first("VALUE") else line.having("VALUE", "text")


def place_in_4(line: CardLine) -> CardLine:
    """GEO as a URI."""
    found = _PLACE.fullmatch(line.value.strip().replace("\\", ""))
    return line._replace(value=f"geo:{found[1]},{found[2]}") if found else line


def place_in_3(line: CardLine) -> CardLine:
    """GEO as two numbers."""
    scheme, _, rest = line.value.strip().replace("\\", "").partition(":")
    found = _PLACE.match(rest) if scheme.lower() == "geo" else None
    return line.without("VALUE")._replace(value=f"{found[1]};{found[2]}") if found else line


def telephone_in_3(line: CardLine) -> CardLine:
    """TEL as text."""
    if not line.value.lower().startswith("tel:"):
        return line
    number, _, extension = line.value[len("tel:") :].replace("\\", "").partition(";ext=")
    ending = f" ext. {extension.partition(';')[0]}" if extension else ""
    return line.without("VALUE")._replace(value=number.partition(";")[0] + ending)


def media_in_4(line: CardLine) -> CardLine:
    """A picture, sound or key as a URI: bytes inside of the card as ``data:``."""
    told = [each for each in line.types if each not in _OF_PEOPLE]
    kinds = [each for each in told if each not in _ENCODINGS]
    media = _media_type(line.name, kinds[0]) if kinds else ""
    plain = line.without("ENCODING", "VALUE").without_types(told)
    is_binary = line.first("VALUE") == "binary" or len(kinds) < len(told)
    if is_binary or line.first("ENCODING") in _ENCODINGS:
        data = "".join(line.value.split())
        media = media or _guessed(data)
        return plain._replace(value=f"data:{media};base64,{data}")
    if line.first("VALUE") in {"uri", "url"}:
        return plain.having("MEDIATYPE", media) if media else plain
    return line.having("VALUE", "text") if line.name == "KEY" else line


def media_in_3(line: CardLine) -> CardLine:
    """A picture, sound or key: bytes inside of the card as ``ENCODING=b``."""
    plain = line.without("MEDIATYPE", "VALUE", "ENCODING")
    found = _DATA.fullmatch(line.value.replace("\\,", ",").replace("\\;", ";"))
    if found is None:
        media = line.first("MEDIATYPE")
        if line.first("VALUE") == "text":
            return line
        return _with_type(plain.having("VALUE", "uri"), media)
    data = "".join(found[4].split())
    if not found[3]:
        data = base64.b64encode(unquote_to_bytes(found[4])).decode()
    try:
        base64.b64decode(data, validate=True)
    except binascii.Error:
        return line
    return _with_type(plain.having("ENCODING", "b"), found[1].lower())._replace(value=data)


def _media_type(name: str, kind: str) -> str:
    """The media type that TYPE of vCard 3.0 means."""
    return kind if "/" in kind else f"{_MEDIA[name]}/{_SUBTYPES.get(kind, kind)}"


def _with_type(line: CardLine, media: str) -> CardLine:
    """*line* with a TYPE of vCard 3.0 for a media type, if there is one."""
    subtype = media.partition("/")[2]
    if not subtype:
        return line
    return line.having("TYPE", _OLD_TYPES.get(subtype, subtype.upper()), *line.values("TYPE"))


def _guessed(data: str) -> str:
    """The media type that the first bytes tell."""
    known = (media for start, media in _BEGINNINGS.items() if data.startswith(start))
    return next(known, "application/octet-stream")
