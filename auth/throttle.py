"""Wrong passwords are slowed: per account, per device, per network they come from.

Two kinds of password want two answers.

* A **device's** secret has 150 random bits: nobody guesses it, however fast. It is therefore
  checked first and always lets its device in. Only what was wrong is metered, and beyond the
  measure told to come later (429) and no longer logged one by one.
* A **console** password was thought up by a person, and checking it is dear (argon2id). It is
  metered before it is checked. Who signed in with this browser before is metered apart by a
  token in a cookie, so that neither a stranger who knows a user's name nor a colleague's
  broken program behind the same address can keep them out.

A network is an IPv4 address or an IPv6 /64, the least that one household or office has.
"""

import hashlib
import hmac
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from typing import Final, NamedTuple

from auth.errors import SlowDownError
from storage.meters import Charge, Meters, Outcome

_SALT: Final = b"deedbox throttle"
_US: Final = 1_000_000
_KEY_BYTES: Final = 16
_IPV6_PREFIX_BITS: Final = 64


class Measure(NamedTuple):
    """So many wrong ones at once, and then one each so many seconds."""

    at_once: int
    each_seconds: float


DEVICE_NETWORK: Final = Measure(60, 2)
DEVICE_ACCOUNT: Final = Measure(30, 10)
DEVICE_SELECTOR: Final = Measure(10, 30)

CONSOLE_BROWSER: Final = Measure(10, 30)
CONSOLE_ACCOUNT_HERE: Final = Measure(5, 60)
CONSOLE_ACCOUNT: Final = Measure(30, 60)
CONSOLE_NETWORK: Final = Measure(40, 5)

CODE_BROWSER: Final = Measure(5, 60)
CODE_HERE: Final = Measure(5, 120)
CODE_ACCOUNT: Final = Measure(20, 300)

RESET_ACCOUNT: Final = Measure(3, 1800)
RESET_NETWORK: Final = Measure(10, 300)
RESET_OFFICE: Final = Measure(60, 10)

NEWS: Final = Measure(60, 60)
"""Rows that slowed sign-ins may add to the audit log, however many networks they come from."""


class Refusal(NamedTuple):
    """How a wrong device password is answered.

    Attributes:
        retry_seconds: 0: as wrong (401); else it is told to come again after so long (429).
        sources: What went beyond its measure and was not told of within the hour:
            ``network``, ``account`` or ``device``.
    """

    retry_seconds: int
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Attempt:
    """A sign-in to the console that was let through to the check of its password."""

    charges: tuple[Charge, ...]


class Throttle:
    """The rules over one machine's meters, alike in all its processes."""

    def __init__(
        self,
        meters: Meters,
        secret_key: bytes,
        *,
        clock: Callable[[], int] = lambda: time.time_ns() // 1000,
    ) -> None:
        """Meter by *secret_key*'s hashes; *clock* gives microseconds since the epoch."""
        self._meters = meters
        self._key = hmac.digest(secret_key, _SALT, hashlib.sha256().name)
        self._clock = clock

    def device_failed(self, account: str, device_id: int | None, address: str) -> Refusal:
        """Count a wrong device password, and say how it is answered.

        Args:
            account: The folded user name as it was sent.
            device_id: The device that has the password's selector, if one has.
            address: The client's.
        """
        named = [
            ("network", self._charge(DEVICE_NETWORK, "device", "network", network_of(address))),
            ("account", self._charge(DEVICE_ACCOUNT, "device", "account", account)),
        ]
        if device_id is not None:
            named.append(("device", self._charge(DEVICE_SELECTOR, "device", str(device_id))))
        outcome = self._take([charge for _, charge in named])
        return Refusal(_seconds(outcome), tuple(named[number][0] for number in outcome.news))

    def may_write_news(self) -> bool:
        """Whether one more row on slowed sign-ins may go into the audit log."""
        return self._take([self._charge(NEWS, "news")]).wait_us == 0

    def pseudonym(self, address: str) -> str:
        """A word for a network: the same one for the same, and nobody's address."""
        return self._hash("pseudonym", network_of(address)).hex()[:12]

    def begin_sign_in(self, account: str, address: str, known_browser: str = "") -> Attempt:
        """Let a sign-in to the console through to the check of its password, or say when.

        It is counted as wrong until :meth:`succeeded`, so that many at once are counted too.

        Args:
            account: The folded user name or address as it was typed; there need not be one.
            address: The client's.
            known_browser: What tells apart the browsers that signed in to *this account*
                before; empty for any other.

        Raises:
            SlowDownError: The measure is full.
        """
        charges: tuple[Charge, ...]
        if known_browser:
            charges = (self._charge(CONSOLE_BROWSER, "browser", known_browser),)
        else:
            network = network_of(address)
            charges = (
                self._charge(CONSOLE_ACCOUNT_HERE, "console", account, network),
                self._charge(CONSOLE_ACCOUNT, "console", "account", account),
                self._charge(CONSOLE_NETWORK, "console", "network", network),
            )
        self._demand(charges)
        return Attempt(charges)

    def begin_code(self, user_id: int, address: str, known_browser: str = "") -> Attempt:
        """Let a code of the second factor through to its check, or say when.

        A code has six digits only, and whoever has the password could try for ever: this, and
        not the sign-in, is what stops them.

        Args:
            user_id: Whose password was right.
            address: The client's.
            known_browser: As for :meth:`begin_sign_in`.

        Raises:
            SlowDownError: The measure is full.
        """
        account = str(user_id)
        charges: tuple[Charge, ...]
        if known_browser:
            charges = (self._charge(CODE_BROWSER, "code", "browser", known_browser),)
        else:
            charges = (
                self._charge(CODE_HERE, "code", account, network_of(address)),
                self._charge(CODE_ACCOUNT, "code", "account", account),
            )
        self._demand(charges)
        return Attempt(charges)

    def succeeded(self, attempt: Attempt) -> None:
        """The password was right: forget the account's failures here, count none elsewhere.

        Only the own attempt is given back to account and network: somebody who has an account
        must not clear the way for guessing at others'.
        """
        own, *others = attempt.charges
        self._meters.forget(own.key)
        self._meters.give_back(others)

    def take_back(self, attempt: Attempt) -> None:
        """The password was not checked after all."""
        self._meters.give_back(attempt.charges)

    def count_reset(self, account: str, address: str) -> None:
        """Count a request for a new password, whether there is such an account or not.

        Raises:
            SlowDownError: The measure is full.
        """
        self._demand(
            (
                self._charge(RESET_ACCOUNT, "reset", "account", account),
                self._charge(RESET_NETWORK, "reset", "network", network_of(address)),
                self._charge(RESET_OFFICE, "reset"),
            )
        )

    def _demand(self, charges: Sequence[Charge]) -> None:
        outcome = self._take(charges)
        if outcome.wait_us:
            raise SlowDownError(_seconds(outcome))

    def _take(self, charges: Sequence[Charge]) -> Outcome:
        return self._meters.take(charges, self._clock())

    def _charge(self, measure: Measure, *parts: str) -> Charge:
        return Charge(self._hash(*parts), int(measure.each_seconds * _US), measure.at_once)

    def _hash(self, *parts: str) -> bytes:
        text = "\x00".join(parts).encode("utf-8", "surrogateescape")
        return hmac.digest(self._key, text, hashlib.sha256().name)[:_KEY_BYTES]


def network_of(address: str) -> str:
    """What one household or office has: the IPv4 address, or the IPv6 /64.

    What is no address (a socket file has none) is taken as it is.
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(IPv6Address(int(parsed) >> _IPV6_PREFIX_BITS << _IPV6_PREFIX_BITS))


def _seconds(outcome: Outcome) -> int:
    """Whole seconds to wait, rounded up."""
    return -(-outcome.wait_us // _US)
