"""An office's beginning: prepared at the first start, opened by its first user or its set-up."""

from auth import rights, setup_link
from auth.rights import DataRight
from office import collections, layout
from office.layout import Role
from storage import grants, instance, tree
from storage.grants import Noun
from storage.store import Store, Unit, WriteUnit

_PREPARED = "office.prepared_us"
_BEGUN = "office.set_up_us"
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
        collections.found_records(unit, now_us=now_us)
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
    """Whether DAV answers. An office that is open never closes."""
    return instance.find(unit, _OPENED) is not None


class Opening:
    """Whether the office is open, for one process: asked until it is, for it never closes."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._was_open = False

    def is_done(self) -> bool:
        """Whether DAV answers."""
        if not self._was_open:
            with self._store.read() as unit:
                self._was_open = is_open(unit)
        return self._was_open


def is_being_set_up(unit: Unit) -> bool:
    """Whether somebody is in by the set-up link, and the set-up's last step is not done."""
    return instance.find(unit, _BEGUN) is not None and not is_open(unit)


def begin_set_up(unit: WriteUnit, *, now_us: int) -> None:
    """Say that the first administrator comes by the set-up link: its last step will open."""
    instance.put_once(unit, _BEGUN, str(now_us))


def open_office(unit: WriteUnit, *, now_us: int) -> bool:
    """Open the office for good and end its set-up link; False if it was open."""
    if not instance.put_once(unit, _OPENED, str(now_us)):
        return False
    setup_link.end(unit, now_us=now_us)
    return True


def open_for_first_user(unit: WriteUnit, *, now_us: int) -> None:
    """Open an office whose first user was made by command; one in its set-up waits for its end."""
    if instance.find(unit, _BEGUN) is None:
        open_office(unit, now_us=now_us)


def name_office(unit: WriteUnit, name: str) -> None:
    """Call the office *name*; an empty one leaves it as it is."""
    if name.strip():
        instance.put(unit, _NAME, name.strip())


def rename_office(unit: WriteUnit, name: str) -> None:
    """Call the office *name*, which may be empty."""
    instance.put(unit, _NAME, name.strip())


def office_name(unit: Unit) -> str:
    """What the office is called; empty if nobody said."""
    return instance.find(unit, _NAME) or ""
