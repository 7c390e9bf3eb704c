"""Who asks, on which device: from a request's credentials to an :class:`Identity`."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from auth import credentials
from auth.errors import CredentialsError
from auth.rights import ADMINISTRATION, DataRight, FunctionRight, rights_of
from auth.visibility import Visibility
from storage import devices, node_grants, people
from storage.people import split_names
from storage.store import Unit, WriteUnit

_NO_HASH = bytes(32)


@dataclass(frozen=True, slots=True)
class Identity:
    """A person on one of their devices, as the database had them when this request began.

    Attributes:
        blocked_nodes: Nodes that are closed to the user, with all below them.
        home_node_id: The user's own folder.
        grants: Data rights by the node that they were granted on, for it and all below it.
        passages: The folders that lead to those nodes: they may be gone through.
        visibility: Which customers the user sees.
    """

    user_id: int
    user_name: str
    device_id: int
    device_label: str
    function_rights: frozenset[FunctionRight]
    blocked_nodes: frozenset[int]
    home_node_id: int
    groups: frozenset[str]
    grants: Mapping[int, DataRight] = field(default_factory=dict)
    passages: frozenset[int] = frozenset()
    visibility: Visibility = Visibility.NONE

    @property
    def is_administrator(self) -> bool:
        """Whether the user is in Administration."""
        return ADMINISTRATION.name in self.groups

    def may(self, right: FunctionRight) -> bool:
        """Whether the user has this function right."""
        return right in self.function_rights


def identify(unit: Unit, username: str, password: str, *, secret_key: bytes) -> Identity:
    r"""Find out who holds this device password; one indexed read, nothing remembered.

    So a block or a retirement holds from the next request in every process. The user name
    must fit, as *name*, ``DOMAIN\name`` (Windows adds the server's or its own) or the
    user's e-mail address, in any case.

    Raises:
        CredentialsError: No such device, wrong secret or name, device retired, user not active.
    """
    claimed = credentials.parse(password)
    bearer = devices.find_bearer(unit, claimed.selector)
    stored = bearer.secret_hash if bearer else _NO_HASH
    is_proven = credentials.is_proven(claimed, stored, secret_key)
    if bearer is None:
        raise CredentialsError("unknown device")
    if not is_proven:
        raise CredentialsError("wrong secret", user_id=bearer.user_id, device_id=bearer.device_id)
    if folded_username(username) not in (bearer.user_name, bearer.email_key):
        raise CredentialsError("another user's device", is_proven=True)
    return _standing_identity(unit, bearer)


def renew(unit: Unit, who: Identity) -> Identity:
    """The same person and device as they stand now, for a request that runs for long.

    Raises:
        CredentialsError: The device was retired, or the user is no longer active.
    """
    return renew_device(unit, who.device_id)


def renew_device(unit: Unit, device_id: int) -> Identity:
    """Whoever uses this device, as they stand now.

    Raises:
        CredentialsError: As :func:`renew`.
    """
    bearer = devices.find_bearer_of(unit, device_id)
    if bearer is None:
        raise CredentialsError("unknown device")
    return _standing_identity(unit, bearer)


def without_device(unit: Unit, user_id: int) -> Identity:
    """A user at the console, as they stand now; the device's id is 0.

    Raises:
        CredentialsError: The user is no longer active.
    """
    bearer = devices.find_bearer_without_device(unit, user_id)
    if bearer is None:
        raise CredentialsError("unknown user")
    return _standing_identity(unit, bearer)


def renew_and_hold(unit: WriteUnit, who: Identity) -> Identity:
    """:func:`renew`; until the commit, a block or retirement of the person waits.

    For what a block has to clear away (locks): made after the block looked, it would stay.
    """
    people.hold(unit, who.user_id)
    return renew(unit, who)


def _standing_identity(unit: Unit, bearer: devices.BearerRow) -> Identity:
    if bearer.retired_us is not None:
        raise CredentialsError("retired device", is_proven=True)
    if bearer.state != "active":
        raise CredentialsError(f"{bearer.state} user", is_proven=True)
    return _identity(unit, bearer)


def folded_username(username: str) -> str:
    """The user name without a Windows domain before it, NFC and case folded."""
    bare = username.rpartition("\\")[2].strip()
    return bare.lower() if bare.isascii() else unicodedata.normalize("NFC", bare).casefold()


class _Granted(NamedTuple):
    """Grants by node, and which of those nodes lie in others."""

    rights: Mapping[int, DataRight]
    deep: frozenset[int]


@lru_cache(maxsize=1024)
def _granted(stored: str) -> _Granted:
    """What :func:`storage.node_grants.joined` selected, apart again."""
    rights: dict[int, DataRight] = {}
    deep = set()
    for each in filter(None, stored.split(",")):
        node, level, is_root = each.split(".")
        node_id = int(node)
        rights[node_id] = max(rights.get(node_id, DataRight.NONE), DataRight(int(level)))
        if is_root == "0":
            deep.add(node_id)
    return _Granted(rights, frozenset(deep))


def _identity(unit: Unit, bearer: devices.BearerRow) -> Identity:
    groups = split_names(bearer.groups)
    blocked = bearer.blocked_nodes
    blocked_nodes = frozenset(map(int, blocked.split(","))) if blocked else frozenset[int]()
    granted = _granted(bearer.grants)
    # Whoever was granted roots only, as most are, needs no way to anything.
    passages = (
        node_grants.on_the_way(unit, granted.deep, hidden=blocked_nodes)
        if granted.deep
        else frozenset[int]()
    )
    return Identity(
        user_id=bearer.user_id,
        user_name=bearer.user_name,
        device_id=bearer.device_id,
        device_label=bearer.device_label,
        function_rights=rights_of(groups, bearer.rights),
        blocked_nodes=blocked_nodes,
        home_node_id=bearer.home_node_id,
        groups=groups,
        grants=granted.rights,
        passages=passages,
        visibility=Visibility(bearer.visibility),
    )
