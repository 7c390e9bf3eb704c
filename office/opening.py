"""An office's beginning: prepared at the first start, opened by its first user."""

from auth import rights, setup_link
from auth.rights import DataRight
from office import layout
from office.layout import Role
from storage import grants, instance, tree
from storage.grants import Noun
from storage.store import Store, Unit, WriteUnit

_PREPARED = "office.prepared_us"
_OPENED = "office.opened_us"
_NAME = "office.name"


def prepare_office(store: Store, language: str, *, name: str = "", now_us: int) -> bool:
    """Make what every office has: the groups and the shared folders. Once; False if it was done.

    Args:
        store: The database, with this version's tables.
        language: Of the shared folders' names, ``de`` or ``en``.
        name: Of the office; may be empty.
        now_us: The time, in microseconds.
    """
    with store.read() as unit:
        if instance.find(unit, _PREPARED) is not None:
            return False
    with store.write() as unit:
        # Of several processes that start at once only one puts the fact down; the others wait
        # for its commit here and find everything made.
        if not instance.put_once(unit, _PREPARED, str(now_us)):
            return False
        rights.ensure_groups(unit, now_us=now_us)
        layout.prepare(unit, language, now_us=now_us)
        _let_everybody_in(unit)
        name_office(unit, name)
    return True


def _let_everybody_in(unit: WriteUnit) -> None:
    """What is granted to everybody at the start; an administrator may take it back."""
    for role, right in ((Role.ESTATES, DataRight.WRITE), (Role.RESOURCES, DataRight.READ)):
        root = tree.find_root(unit, role)
        if root is not None:
            grants.put(unit, Noun.NODE, root.id, None, right)


def is_open(unit: Unit) -> bool:
    """Whether DAV answers: the office has, or had, a user."""
    return instance.find(unit, _OPENED) is not None


def open_office(unit: WriteUnit, *, now_us: int) -> None:
    """Open the office for good and end its set-up link; nothing happens if it is open."""
    if instance.put_once(unit, _OPENED, str(now_us)):
        setup_link.end(unit, now_us=now_us)


def name_office(unit: WriteUnit, name: str) -> None:
    """Call the office *name*; an empty one leaves it as it is."""
    if name.strip():
        instance.put(unit, _NAME, name.strip())


def office_name(unit: Unit) -> str:
    """What the office is called; empty if nobody said."""
    return instance.find(unit, _NAME) or ""
