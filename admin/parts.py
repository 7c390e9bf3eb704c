"""What the console is made of; the composition root hands it over."""

import time
from dataclasses import dataclass, field

from flask import request

from auth.throttle import Throttle
from config.settings import Settings
from storage.store import Store


@dataclass(frozen=True, slots=True)
class ConsoleParts:
    """The store and the facts that the pages need.

    Attributes:
        secret_key: The installation's key, for devices' credentials and form tokens.
        throttle: Slows wrong passwords and codes.
    """

    store: Store
    settings: Settings
    secret_key: bytes = field(repr=False)
    throttle: Throttle

    def origin(self) -> str:
        """Scheme, host and port by which clients reach us: as set, else as this browser did."""
        return self.settings.server.public_url or request.host_url.rstrip("/")

    @staticmethod
    def now_us() -> int:
        """The time, in microseconds since the epoch, UTC."""
        return time.time_ns() // 1000
