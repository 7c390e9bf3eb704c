"""What every DAV request has, whatever it is about: who asks, from which client, on conditions."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from auth.identity import Identity
from config.settings import Settings
from office.tracking import Note
from wire.clients import Family
from wire.conditions import Conditions
from wire.dav_headers import normalise_host
from wire.if_header import IfHeader
from wire.paths import decode_path_info
from wire.prefer import parse_prefer


class DAVRequest:
    """One request: who, from which client, on which path, under which conditions.

    Attributes:
        environ: The WSGI environ; only header lookups are made in it.
        settings: The installation's.
        space: Gives the used and the available bytes of the disk (RFC 4331).
        method: The HTTP method.
        who: The person and device, from the gate; after a body, as they stand then.
        family: The kind of client; a label, never a proof.
        segments: The path, decoded.
        has_slash: The path was spelled with a slash at its end.
        note: Where the access log learns what happened.
        now_us: The time of this request in microseconds.
        honoured: The preferences that its answer went by (RFC 7240 section 3).
    """

    def __init__(
        self,
        environ: Mapping[str, Any],
        settings: Settings,
        clock: Callable[[], int],
        space: Callable[[], tuple[int, int]],
    ) -> None:
        self.environ = environ
        self.settings = settings
        self.space = space
        self.method: str = environ["REQUEST_METHOD"]
        self.who: Identity = environ["deedbox.identity"]
        self.family: Family = environ["deedbox.family"]
        self.note: Note = environ["deedbox.note"]
        self.now_us = clock()
        self.honoured: list[str] = []
        path = decode_path_info(
            environ["PATH_INFO"], latin1_fallback=self.family is Family.WINDOWS
        )
        self.segments = path.segments
        self.has_slash = path.is_collection

    def header(self, name: str) -> str | None:
        """A request header's value, or None. *name* as in HTTP (``If-Match``)."""
        value: str | None = self.environ.get(f"HTTP_{name.upper().replace('-', '_')}")
        return value

    @cached_property
    def conditions(self) -> Conditions:
        """If-Match and its relatives; ValueError where they can't be read."""
        return Conditions.from_environ(self.environ)

    @cached_property
    def if_header(self) -> IfHeader | None:
        """The ``If:`` header (RFC 4918 section 10.4), if there is one."""
        text = self.header("If")
        return None if text is None else IfHeader.parse(text)

    @cached_property
    def wants_minimal(self) -> bool:
        """``Prefer: return=minimal`` (RFC 7240, 8144) or Apple's ``Brief: t``."""
        is_brief = (self.header("Brief") or "").strip().lower() == "t"
        return self._prefers("return", "minimal") or (
            is_brief and "return" not in self._preferences
        )

    @cached_property
    def wants_representation(self) -> bool:
        """``Prefer: return=representation``: what was changed comes with the answer."""
        return self._prefers("return", "representation")

    @cached_property
    def skips_root(self) -> bool:
        """``Prefer: depth-noroot`` (RFC 8144 section 4): a listing without its collection."""
        return self._prefers("depth-noroot", "")

    @cached_property
    def _preferences(self) -> Mapping[str, str]:
        return parse_prefer(self.header("Prefer") or "")

    def _prefers(self, name: str, value: str) -> bool:
        """Whether the client prefers so; whoever asks goes by it."""
        is_so = self._preferences.get(name) == value
        if is_so:
            self.honoured.append(f"{name}={value}" if value else name)
        return is_so

    @property
    def preference_headers(self) -> list[tuple[str, str]]:
        """What the answer says about the preferences that it went by."""
        if not self.honoured:
            return []
        return [("Preference-Applied", ", ".join(self.honoured)), ("Vary", "Prefer, Brief")]

    @cached_property
    def accepted_hosts(self) -> frozenset[str]:
        """The hosts under which this server knows itself."""
        hosts = {str(self.environ.get("HTTP_HOST", ""))}
        hosts.add(f"{self.environ['SERVER_NAME']}:{self.environ['SERVER_PORT']}")
        if public := self.settings.server.public_url:
            hosts.add(str(public).split("://", 1)[-1].split("/", 1)[0])
        return frozenset(normalise_host(host) for host in hosts if host)
