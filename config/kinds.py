"""The kinds of value a setting can have, each with the sentence that says what is wrong.

A relative path starts at the data folder, wherever it was written: the loader passes that folder
as the validation context. Without a context (a model built by hand) a path stays as it is.
"""

import os
import re
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Annotated, cast
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, ValidationInfo

Network = IPv4Network | IPv6Network

_HOST_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
_MAIL_ADDRESS = re.compile(r"[^\s@<>,;:\"\x00-\x1f]+@[A-Za-z0-9.-]+")
_SQLITE = "sqlite:///"
_POSTGRESQL = ("postgresql", "postgres", "postgresql+psycopg")


def _data_folder(info: ValidationInfo) -> Path | None:
    context = cast("dict[str, Path] | None", info.context)
    return context.get("data_folder") if context else None


def _whole_number(value: object) -> object:
    # pydantic would read true as 1 and 2.0 as 2; neither was meant.
    if isinstance(value, (bool, float)):
        raise ValueError(f"must be a whole number, not {str(value).lower()}")  # noqa: TRY004 (pydantic hears ValueError only)
    return value


def _number(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError(f"must be a number, not {str(value).lower()}")  # noqa: TRY004 (pydantic hears ValueError only)
    return value


def _in_data_folder(value: Path, info: ValidationInfo) -> Path:
    folder = _data_folder(info)
    return folder / value.expanduser() if folder else value


def _readable_file(value: Path) -> Path:
    if not value.exists():
        raise ValueError(f"no such file {value}")
    if not value.is_file():
        raise ValueError(f"not a file: {value}")
    if not os.access(value, os.R_OK):
        raise ValueError(f"may not be read by this user: {value}")
    return value


def read_secret(file: Path) -> str:
    """Return the first line of *file* without its line end.

    Raises:
        ValueError: The file cannot be read, is not text, or its first line is empty.
    """
    try:
        secret = file.read_text(encoding="utf-8").partition("\n")[0].strip("\r")
    except OSError as error:
        raise ValueError(f"cannot be read: {file}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ValueError(f"not a text file: {file}") from None
    if not secret:
        raise ValueError(f"its first line is empty: {file}")
    return secret


def _secret_file(value: Path) -> Path:
    read_secret(value)
    return value


def _folder(value: Path) -> Path:
    if value.exists() and not value.is_dir():
        raise ValueError(f"not a folder: {value}")
    return value


def _host(value: str) -> str:
    try:
        ip_address(value)
    except ValueError:
        if not _HOST_NAME.fullmatch(value) or value.replace(".", "").isdigit():
            raise ValueError(f"neither an IP address nor a host name: {value!r}") from None
    return value


def _mail_address(value: str) -> str:
    if not _MAIL_ADDRESS.fullmatch(value):
        raise ValueError(f"must look like office@example.org, not {value!r}")
    return value


def _networks(value: object) -> object:
    """Read addresses and networks; the environment has them in one string, with commas."""
    items = value.split(",") if isinstance(value, str) else value
    if not isinstance(items, (list, tuple)):
        raise ValueError("must be a list of addresses and networks")  # noqa: TRY004 (pydantic hears ValueError only)
    return tuple(_network(str(item).strip()) for item in items if str(item).strip())


def _network(text: str) -> Network:
    try:
        return ip_network(text)
    except ValueError as error:
        raise ValueError(f"not an address or network such as 10.0.0.0/8: {error}") from None


def _words(value: object) -> object:
    """Read words; the environment has them in one string, with commas."""
    items = value.split(",") if isinstance(value, str) else value
    if not isinstance(items, (list, tuple)) or not all(isinstance(each, str) for each in items):
        raise ValueError("must be a list of words")
    return tuple(each.strip() for each in items if each.strip())


def _public_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(f"must look like https://dav.example.org, not {value!r}")
    if parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError(
            f"must end after the host and port (the paths are deedbox's own): {value!r}"
        )
    _ = parts.port  # raises ValueError when out of range
    return f"{parts.scheme}://{parts.netloc}"


def _database_url(value: str, info: ValidationInfo) -> str:
    """Make a SQLite path absolute and give PostgreSQL's scheme one spelling, ``postgresql``."""
    scheme, separator, rest = value.partition("://")
    if separator and scheme in _POSTGRESQL:
        _ = urlsplit(value).port  # raises ValueError when out of range
        return f"postgresql://{rest}"
    if not value.startswith(_SQLITE) or value == _SQLITE or ":memory:" in value or "?" in value:
        # The address itself stays out of the sentence: it can hold a password.
        raise ValueError("must be sqlite:///<file> or postgresql://<user>@<host>/<database>")
    folder = _data_folder(info)
    path = Path(value.removeprefix(_SQLITE))
    return f"{_SQLITE}{folder / path if folder else path}"


WholeNumber = Annotated[int, BeforeValidator(_whole_number)]
Number = Annotated[float, BeforeValidator(_number)]
DataPath = Annotated[Path, AfterValidator(_in_data_folder)]
FolderPath = Annotated[DataPath, AfterValidator(_folder)]
ExistingFile = Annotated[DataPath, AfterValidator(_readable_file)]
SecretFile = Annotated[ExistingFile, AfterValidator(_secret_file)]
Host = Annotated[str, AfterValidator(_host)]
MailAddress = Annotated[str, AfterValidator(_mail_address)]
Networks = Annotated[tuple[Network, ...], BeforeValidator(_networks)]
Words = Annotated[tuple[str, ...], BeforeValidator(_words)]
PublicUrl = Annotated[str, AfterValidator(_public_url)]
DatabaseUrl = Annotated[str, AfterValidator(_database_url)]
