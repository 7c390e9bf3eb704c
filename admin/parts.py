"""What the console is made of; the composition root hands it over."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from flask import g, request

from auth.throttle import Throttle
from config.settings import Settings
from office import house_rules
from storage.blobs import BlobStore
from storage.store import Store, Unit


@dataclass(frozen=True, slots=True)
class ConsoleParts:
    """The store and the facts that the pages need.

    Attributes:
        secret_key: The installation's key, for devices' credentials and form tokens.
        throttle: Slows wrong passwords and codes.
        blobs: Where documents' bytes go that the set-up fills in.
        room: How many bytes the disk still takes.
    """

    store: Store
    settings: Settings
    secret_key: bytes = field(repr=False)
    throttle: Throttle
    blobs: BlobStore
    room: Callable[[], int]

    def origin(self) -> str:
        """Scheme, host and port by which clients reach us: as chosen, else as this browser did."""
        if known := self.settings.server.public_url:
            return known
        if "origin" not in g:
            with self.store.read() as unit:
                g.origin = house_rules.public_url(unit, self.settings) or own_origin()
        return str(g.origin)

    def device_limit(self, unit: Unit) -> int:
        """How many active devices a user may have who has no number of their own."""
        return house_rules.device_limit(unit, self.settings)

    @staticmethod
    def now_us() -> int:
        """The time, in microseconds since the epoch, UTC."""
        return time.time_ns() // 1000


def own_origin() -> str:
    """Scheme, host and port by which this browser reached us."""
    return request.host_url.rstrip("/")
