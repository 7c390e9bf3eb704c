"""Signing in to the console with the account's password; sessions are the console's."""

import threading
from typing import NamedTuple

from auth import known_browsers, passwords
from auth.errors import CredentialsError, SlowDownError
from auth.identity import folded_username
from auth.throttle import Throttle
from storage import people
from storage.people import PersonRow
from storage.store import Store

_AT_ONCE = 2
_BUSY_SECONDS = 1
_checking = threading.BoundedSemaphore(_AT_ONCE)
"""argon2id takes 64 MiB and a tenth of a second each: a process never checks more at once."""


class SignedIn(NamedTuple):
    """Who it is, and the cookie by which this browser is known from now on."""

    person: PersonRow
    browser_cookie: str


def sign_in(
    store: Store,
    throttle: Throttle,
    *,
    login: str,
    password: str,
    address: str,
    browser_cookie: str,
    secret_key: bytes,
) -> SignedIn:
    """Check an account's password, at the pace that the throttle allows.

    The answer and the work are the same whether there is such an account, it has no password,
    is blocked or not yet taken up, or the password is wrong.

    Args:
        store: The database; no transaction is open while the password is checked.
        throttle: Counts wrong ones.
        login: The user's name or e-mail address, as it was typed.
        password: As it was typed.
        address: The client's.
        browser_cookie: What an earlier sign-in gave this browser, or anything.
        secret_key: The installation's key.

    Raises:
        SlowDownError: Too many wrong ones; says when to come again. The password was not checked.
        CredentialsError: It does not fit.
    """
    account = folded_username(login)
    with store.read() as unit:
        person = people.find_by_login(unit, account)
    stored = (person.password_hash if person else None) or ""
    browser = known_browsers.recognised(
        browser_cookie, person.id if person else 0, stored, secret_key=secret_key
    )
    # Counted as it was typed: one meter for a user's name and address would tell that the two
    # belong together.
    attempt = throttle.begin_sign_in(account, address, browser if stored else "")
    if not _checking.acquire(blocking=False):
        throttle.take_back(attempt)
        raise SlowDownError(_BUSY_SECONDS)
    try:
        found = passwords.verify(password, stored or None)
    finally:
        _checking.release()
    if person is None or not found.is_right:
        raise CredentialsError("wrong password of an account")
    if person.state != "active":
        raise CredentialsError(f"{person.state} user")
    throttle.succeeded(attempt)
    if found.new_hash is not None:
        stored = found.new_hash
        with store.write() as unit:
            people.set_password_hash(unit, person.id, stored)
    return SignedIn(person, known_browsers.issue(person.id, stored, secret_key=secret_key))
