"""Every setting: its section, name, unit, range and default; frozen once `config.loader` read it.

A field's description is what the example file says about it. `0` means "no limit" or "choose for
me" only where the description says so.
"""

import os
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import quote, urlsplit, urlunsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    SecretStr,
    model_validator,
)

from config.certificates import check_pair
from config.kinds import (
    DatabaseUrl,
    DataPath,
    ExistingFile,
    FolderPath,
    Host,
    MailAddress,
    Networks,
    Number,
    PublicUrl,
    SecretFile,
    WholeNumber,
    Words,
)

KIB = 1024
MIB = 1024 * KIB
DAY_SECONDS = 86_400


def _one_per_core(workers: int) -> int:
    return workers or min(max(os.cpu_count() or 2, 2), 8)


class Section(BaseModel):
    """One table of the settings file: frozen, and it refuses keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)


class Server(Section):
    """[server]: where and how HTTP is spoken."""

    host: Host = Field(
        default="127.0.0.1", description="Address to listen on; 0.0.0.0 or :: for all."
    )
    port: WholeNumber = Field(default=8080, ge=1, le=65_535, description="TCP port to listen on.")
    kind: Literal["uvicorn", "cheroot"] = Field(
        default="uvicorn",
        description="uvicorn (slow clients hold nobody up) or cheroot (for use behind a proxy).",
    )
    workers: Annotated[WholeNumber, AfterValidator(_one_per_core)] = Field(
        default=0, ge=0, le=64, description="Processes that answer; 0: one per core, 2 to 8."
    )
    threads_per_worker: WholeNumber = Field(
        default=32, ge=1, le=512, description="Requests that one worker answers at the same time."
    )
    header_timeout_seconds: Number = Field(
        default=10.0,
        gt=0,
        le=300,
        description="Time a client has to send a request's head and TLS handshake.",
    )
    idle_timeout_seconds: Number = Field(
        default=120.0,
        gt=0,
        le=3600,
        description="Silence in the middle of a body after which a client is cut.",
    )
    least_bytes_per_second: WholeNumber = Field(
        default=1024,
        ge=0,
        le=1_048_576,
        description="Average below which a sending or taking client is cut after 30 s; 0: none.",
    )
    keep_alive_seconds: Number = Field(
        default=75.0,
        ge=0,
        le=3600,
        description="Time an unused connection stays open for a next request.",
    )
    shutdown_grace_seconds: Number = Field(
        default=30.0,
        ge=0,
        le=3600,
        description="Time that running requests have to end when the server stops.",
    )
    public_url: PublicUrl | None = Field(
        default=None,
        description="Address by which clients reach the server; for links and set-up texts.",
    )
    trusted_proxies: Networks = Field(
        default=(),
        description="Proxies (addresses or nets) whose Forwarded and X-Forwarded-* are believed.",
    )

    def trusts(self, address: str) -> bool:
        """Say whether *address*, the peer of a connection, is one of the trusted proxies."""
        try:
            peer = ip_address(address)
        except ValueError:  # a socket file has no address
            return False
        # A socket on :: gives IPv4 peers as ::ffff:10.0.0.1.
        peer = getattr(peer, "ipv4_mapped", None) or peer
        return any(peer in network for network in self.trusted_proxies)


class Tls(Section):
    """[tls]: TLS by deedbox itself. Both files or none; none: plain HTTP, behind a proxy."""

    certificate_file: ExistingFile | None = Field(
        default=None, description="PEM file with the certificate and the chain after it."
    )
    key_file: ExistingFile | None = Field(
        default=None,
        description="PEM file with the certificate's private key, without a passphrase.",
    )

    @model_validator(mode="after")
    def _pair(self) -> Self:
        if (self.certificate_file is None) != (self.key_file is None):
            missing = "key_file" if self.key_file is None else "certificate_file"
            raise ValueError(f"certificate_file and key_file go together; {missing} is missing")
        if self.certificate_file and self.key_file:
            check_pair(self.certificate_file, self.key_file)
        return self

    @property
    def is_on(self) -> bool:
        """Whether deedbox speaks TLS itself."""
        return self.certificate_file is not None


class Database(Section):
    """[database]: where rows lie."""

    url: DatabaseUrl = Field(
        default="sqlite:///deedbox.sqlite3",
        repr=False,  # an address from the environment may hold a password
        description="sqlite:///<file> or postgresql://<user>@<host>/<database>, without password.",
    )
    password_file: SecretFile | None = Field(
        default=None, description="File whose first line is PostgreSQL's password."
    )
    password: SecretStr | None = Field(
        default=None,
        repr=False,
        description="PostgreSQL's password, only by DEEDBOX_DATABASE__PASSWORD, not in this file.",
    )
    pool_size: WholeNumber = Field(
        default=8, ge=1, le=512, description="Connections that one worker keeps."
    )

    @property
    def is_sqlite(self) -> bool:
        """Whether the rows lie in a SQLite file."""
        return self.url.startswith("sqlite:")

    @property
    def url_with_password(self) -> str:
        """The address to connect to, with the password in it: keep it out of logs."""
        if self.password is None or self.is_sqlite:
            return self.url
        parts = urlsplit(self.url)
        user, _, host = parts.netloc.rpartition("@")
        secret = quote(self.password.get_secret_value(), safe="")
        return urlunsplit(parts._replace(netloc=f"{user.partition(':')[0]}:{secret}@{host}"))


class Storage(Section):
    """[storage]: where the documents' bytes lie."""

    blobs_folder: FolderPath = Field(
        default=Path("blobs"),
        description="Folder of the documents' bytes, on a disk that keeps its word on fsync.",
    )
    free_space_reserve_bytes: WholeNumber = Field(
        default=256 * MIB,
        ge=0,
        description="Bytes left free: an upload that would use them gets 507.",
    )
    orphan_grace_seconds: WholeNumber = Field(
        default=DAY_SECONDS,
        ge=3600,
        description="Age at which bytes that no document uses are removed.",
    )


class Security(Section):
    """[security]: what keeps credentials safe."""

    secret_key_file: DataPath = Field(
        default=Path("secret.key"),
        description="Key of the credentials' hashes, made at the first start; keep a copy of it.",
    )


class Devices(Section):
    """[devices]: the places a user has."""

    per_user: WholeNumber = Field(
        default=2, ge=1, le=100, description="Active devices a user may have."
    )


class Limits(Section):
    """[limits]: what a request may ask for; past a limit it gets a 4xx, not a slow answer."""

    header_bytes: WholeNumber = Field(
        default=64 * KIB,
        ge=4 * KIB,
        le=MIB,
        description="Size of a request's line and headers together.",
    )
    xml_bytes: WholeNumber = Field(
        default=MIB,
        ge=4 * KIB,
        le=64 * MIB,
        description="Size of an XML request body (PROPFIND, PROPPATCH, LOCK, REPORT).",
    )
    xml_depth: WholeNumber = Field(
        default=64, ge=8, le=256, description="Elements nested in an XML request body."
    )
    upload_bytes: WholeNumber = Field(
        default=0, ge=0, description="Size of one uploaded document; 0: no limit."
    )
    propfind_entries_max: WholeNumber = Field(
        default=100_000, ge=1000, description="Entries that one PROPFIND lists."
    )


class Locks(Section):
    """[locks]: how long a document stays locked (RFC 4918 section 6.6)."""

    default_seconds: WholeNumber = Field(
        default=3600, ge=60, description="Time of a lock whose client asks for none."
    )
    max_seconds: WholeNumber = Field(
        default=DAY_SECONDS,
        ge=60,
        description="Longest time granted, also to a client that asks for Infinite.",
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.default_seconds > self.max_seconds:
            raise ValueError("default_seconds must not exceed max_seconds")
        return self


class Office(Section):
    """[office]: the office that a new database is made for; an existing one keeps what it has."""

    name: str = Field(
        default="",
        max_length=200,
        description="Name of the office, shown in the console and at sign-in.",
    )
    language: Literal["de", "en"] = Field(
        default="de",
        description="Language of the top folders' names; fixed when the office is made.",
    )


class Mail(Section):
    """[mail]: the server that takes the office's letters. Without a host none are sent."""

    host: Host | None = Field(
        default=None,
        description="SMTP server; without one, links are shown to whoever invites.",
    )
    port: WholeNumber = Field(
        default=587, ge=1, le=65_535, description="Its port; 465 goes with tls, 25 with none."
    )
    security: Literal["starttls", "tls", "none"] = Field(
        default="starttls",
        description="starttls, tls (from the first byte) or none (a server on this machine).",
    )
    user: str = Field(default="", description="User name at the server; empty: none is wanted.")
    password_file: SecretFile | None = Field(
        default=None, description="File whose first line is the password at the mail server."
    )
    password: SecretStr | None = Field(
        default=None,
        repr=False,
        description="The password there, only by DEEDBOX_MAIL__PASSWORD, not in this file.",
    )
    sender: MailAddress | None = Field(
        default=None,
        description="Address that letters come from; needed where host is set.",
    )
    timeout_seconds: Number = Field(
        default=30.0,
        gt=0,
        le=300,
        description="Silence of the mail server after which a letter is tried again later.",
    )

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.host is not None and self.sender is None:
            raise ValueError("sender is missing: the address that letters come from")
        return self

    @property
    def is_on(self) -> bool:
        """Whether letters are sent."""
        return self.host is not None

    @property
    def plain_password(self) -> str:
        """The password to log in with: keep it out of logs."""
        return self.password.get_secret_value() if self.password else ""


class Tracking(Section):
    """[tracking]: the record of who did what to which document."""

    batch_seconds: Number = Field(
        default=0.5,
        gt=0,
        le=60,
        description="Longest time a recorded access waits to be written with others.",
    )
    merge_window_seconds: WholeNumber = Field(
        default=600,
        ge=0,
        le=DAY_SECONDS,
        description="Pieces of one version by one device within this time are one row.",
    )
    retention_days: WholeNumber = Field(
        default=0, ge=0, le=36_500, description="Age at which records are removed; 0: never."
    )
    shorten_addresses: bool = Field(
        default=False,
        description="Record only the network of a client's address (IPv4 /24, IPv6 /48).",
    )


class Sync(Section):
    """[sync]: what is remembered for devices that come back."""

    tombstone_days: WholeNumber = Field(
        default=400,
        ge=30,
        le=36_500,
        description="Age at which deletions in calendars and address books are forgotten, where "
        "all active devices have heard of them; other programs that were away for longer fetch "
        "them anew.",
    )


class Contacts(Section):
    """[contacts]: the office's customers, prospects, companies and brokers."""

    join_categories: Words = Field(
        default=("Kunde", "Interessent", "Customer", "Prospect"),
        description="Categories with which a card that somebody makes in their office book "
        "becomes the office's; others stay private to who made them.",
    )
    version_days: WholeNumber = Field(
        default=400,
        ge=0,
        le=36_500,
        description="Age at which earlier states of a contact's card are removed, but for the "
        "last one; 0: never.",
    )


class Settings(BaseModel):
    """All settings of one installation; `config.loader.load` makes it."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    data_folder: Path = Field(description="Folder of everything that deedbox keeps.")
    server: Server = Field(default_factory=Server)
    tls: Tls = Field(default_factory=Tls)
    database: Database = Field(default_factory=Database)
    storage: Storage = Field(default_factory=Storage)
    security: Security = Field(default_factory=Security)
    devices: Devices = Field(default_factory=Devices)
    limits: Limits = Field(default_factory=Limits)
    locks: Locks = Field(default_factory=Locks)
    office: Office = Field(default_factory=Office)
    mail: Mail = Field(default_factory=Mail)
    tracking: Tracking = Field(default_factory=Tracking)
    sync: Sync = Field(default_factory=Sync)
    contacts: Contacts = Field(default_factory=Contacts)

    _sources: Mapping[str, str] = PrivateAttr(default_factory=dict)

    def source_of(self, name: str) -> str:
        """Say where ``section.key`` was set: file, variable, command line or ``default``."""
        return self._sources.get(name, "default")
