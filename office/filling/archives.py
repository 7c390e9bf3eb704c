"""Zip archives, read with suspicion: one member after the other, none of them in memory.

What its directory says is looked at before anything is unpacked: how many members there are,
and how much larger they are than the archive.
"""

import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from datetime import datetime
from typing import IO, BinaryIO

from office.estates import parse_folder
from office.filling.documents import DocumentFill, Names, is_scattered
from office.filling.report import RefusedError, Report, Why
from office.layout import NAMES

MOST_MEMBERS = 100_000
MOST_DIRECTORY_BYTES = 64 * 1024 * 1024
MOST_GROWTH = 200
"""So many times its own size an archive may unpack to, and a little more in any case."""
_GROWTH_BYTES = 16 * 1024 * 1024
_US = 1_000_000

_END = struct.Struct("<4s4H2LH")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR_64 = struct.Struct("<4sLQL")
_MOST_COMMENT = 65_535
_IS_IN_64 = (0xFFFF, 0xFFFFFFFF)
_ENCRYPTED = 0x1
_FAULTS = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError)


def fill_from_archive(
    fill: DocumentFill, file: BinaryIO, name: str, report: Report, room: Callable[[], int]
) -> None:
    """Take in all that a zip archive holds.

    Args:
        fill: Where it goes.
        file: The archive, which can be read from anywhere.
        name: What it is called, for the report.
        report: Where it is told what was refused.
        room: How many bytes the disk still takes.
    """
    try:
        _check_directory(file)
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            _check_growth(members, file, room())
            around = _around(members)
            for member in _numbered_first(members, around):
                _take(fill, archive, member, around, report)
    except RefusedError as error:
        report.refuse(name, error)
    except (zipfile.BadZipFile, struct.error, EOFError, ValueError, NotImplementedError):
        report.refuse(name, RefusedError(Why.NOT_AN_ARCHIVE))


def _take(
    fill: DocumentFill,
    archive: zipfile.ZipFile,
    member: zipfile.ZipInfo,
    around: str,
    report: Report,
) -> None:
    try:
        path = _path(member, around)
        if not path:
            return
        if member.is_dir():
            fill.make_folder(path)
            return
        with _opened(archive, member) as opened:
            fill.take(path, _mending(opened.read), modified_us=_modified_us(member))
    except RefusedError as error:
        report.refuse(member.filename, error)


def _opened(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> IO[bytes]:
    try:
        return archive.open(member)
    except _FAULTS:
        raise RefusedError(Why.DAMAGED) from None


def _mending(read: Callable[[int], bytes]) -> Callable[[int], bytes]:
    """*read*, whose faults are those of the archive and not of a disk."""

    def mended(size: int) -> bytes:
        try:
            return read(size)
        except _FAULTS:
            raise RefusedError(Why.DAMAGED) from None

    return mended


def _path(member: zipfile.ZipInfo, around: str) -> Names:
    """The member's folders and name.

    Raises:
        RefusedError: It leads elsewhere, is a link or something else that is no file, or needs
            a password.
    """
    # Some programs of Windows write its own separator.
    spelled = member.filename.replace("\\", "/")
    names = tuple(spelled.rstrip("/").split("/"))
    if spelled.startswith("/") or ".." in names or ":" in names[0]:
        raise RefusedError(Why.OUTSIDE)
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise RefusedError(Why.LINK)
    if member.flag_bits & _ENCRYPTED:
        raise RefusedError(Why.ENCRYPTED)
    names = tuple(name for name in names if name not in {"", "."})
    return names[1:] if around and names[:1] == (around,) else names


def _names(member: zipfile.ZipInfo) -> Names:
    return tuple(each for each in member.filename.replace("\\", "/").split("/") if each)


def _around(members: list[zipfile.ZipInfo]) -> str:
    """The one folder around all others, which programs put there that pack a folder.

    A folder with a number in its name is a property's own and stays. So does one that has
    documents directly in it, unless it can only be the folder of all properties: by its name, or
    since it holds several folders and all of them are numbered.
    """
    paths = [_names(member) for member in members if not member.is_dir()]
    paths = [path for path in paths if not is_scattered(path)]
    tops = {path[0] for path in paths if path}
    if len(tops) != 1 or max(map(len, paths)) <= len(("around", "name")):
        return ""
    [top] = tops
    if parse_folder(top):
        return ""
    has_loose = min(map(len, paths)) <= len(("around", "name"))
    return "" if has_loose and not _is_of_all(top, paths) else top


def _is_of_all(top: str, paths: list[Names]) -> bool:
    """Whether a folder is that of all properties, although something lies directly in it."""
    if top.casefold() in {names.estates.casefold() for names in NAMES.values()}:
        return True
    folders = {path[1] for path in paths if len(path) > len(("around", "name"))}
    return len(folders) > 1 and all(map(parse_folder, folders))


def _numbered_first(members: list[zipfile.ZipInfo], around: str) -> list[zipfile.ZipInfo]:
    """Folders with a number before those without: what is given one must take nobody's."""

    def has_none(member: zipfile.ZipInfo) -> bool:
        names = _names(member)
        inner = names[1:] if around and names[:1] == (around,) else names
        return not inner or parse_folder(inner[0]) is None

    return sorted(members, key=has_none)


def _check_growth(members: list[zipfile.ZipInfo], file: BinaryIO, room: int) -> None:
    unpacked = sum(member.file_size for member in members)
    size = file.seek(0, 2)
    if unpacked > size * MOST_GROWTH + _GROWTH_BYTES:
        raise RefusedError(Why.BOMB)
    if unpacked > room:
        raise RefusedError(Why.NO_ROOM)


def _check_directory(file: BinaryIO) -> None:
    """Look at the archive's end, before its directory is read into memory.

    Raises:
        RefusedError: It is no archive, or its directory is too large.
    """
    size = file.seek(0, 2)
    start = file.seek(max(0, size - _END.size - _MOST_COMMENT))
    tail = file.read(_END.size + _MOST_COMMENT)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size:
        raise RefusedError(Why.NOT_AN_ARCHIVE)
    _, _, _, _, members, directory, _, _ = _END.unpack_from(tail, at)
    if members in _IS_IN_64 or directory in _IS_IN_64:
        members, directory = _end_64(file, start + at)
    if members > MOST_MEMBERS or directory > MOST_DIRECTORY_BYTES:
        raise RefusedError(Why.TOO_MANY)


def _end_64(file: BinaryIO, end: int) -> tuple[int, int]:
    """Members and bytes of the directory of an archive beyond the old format's bounds."""
    file.seek(max(0, end - _LOCATOR_64.size))
    mark, _, offset, _ = _LOCATOR_64.unpack(file.read(_LOCATOR_64.size))
    if mark != b"PK\x06\x07":
        raise RefusedError(Why.NOT_AN_ARCHIVE)
    file.seek(offset)
    found = _END_64.unpack(file.read(_END_64.size))
    return found[7], found[8]


def _modified_us(member: zipfile.ZipInfo) -> int | None:
    """The member's time, which is written without a zone: the server's own is taken."""
    try:
        return int(datetime(*member.date_time).timestamp()) * _US  # noqa: DTZ001 - as said
    except (ValueError, OverflowError, OSError):
        return None
