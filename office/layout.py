"""Where things lie below ``/files/``: the fixed names, by the office's language."""

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from storage import instance, tree, tree_changes
from storage.store import Unit, WriteUnit
from storage.tree import NodeRow
from wire.paths import windows_name_fault


class Role(StrEnum):
    """What the office fixes about a node. Ordinary nodes have none (the empty string)."""

    NONE = ""
    TOP = "top"
    ESTATES = "estates"
    CONTACTS = "contacts"
    RESOURCES = "resources"
    HOME = "home"
    ESTATE = "estate"
    RELEASE = "release"
    PAST = "past"
    """What was: trash and earlier versions, and the folders that show them. In no row."""


SHARED_ROLES = (Role.ESTATES, Role.CONTACTS, Role.RESOURCES)


@dataclass(frozen=True, slots=True)
class Names:
    """The fixed names of one language; fixed when the office is made."""

    estates: str
    contacts: str
    resources: str
    home: str
    release: str
    template: tuple[str, ...]

    def of(self, role: Role) -> str:
        """The name of a folder directly below ``/files/``."""
        return str(getattr(self, role.value))


NAMES = MappingProxyType(
    {
        "de": Names(
            "Objekte",
            "Adressen",
            "Ressourcen",
            "Home",
            "Freigabe",
            ("Energieausweis", "Flurkarte", "Fotos", "Grundrisse", "Korrespondenz"),
        ),
        "en": Names(
            "Properties",
            "Contacts",
            "Resources",
            "Home",
            "Release",
            ("Cadastral plan", "Correspondence", "Energy certificate", "Floor plans", "Photos"),
        ),
    }
)
"""A property's folder is made with *template* and always has *release*."""

VERSIONS, TRASH = ".versions", ".trash"
_KEPT = frozenset({VERSIONS, TRASH})

_LANGUAGE = "office.language"


def name_fault(name: str) -> str | None:
    """Say why nothing can be called *name*: a device could not hold it, or the office keeps it."""
    if name.casefold() in _KEPT:
        return f"The name “{name}” is kept for what was deleted and for earlier versions."
    return windows_name_fault(name)


@dataclass(frozen=True, slots=True)
class Layout:
    """The office's fixed names and the roots that everybody shares (node ids by name)."""

    names: Names
    shared: MappingProxyType[str, int]


def prepare(unit: WriteUnit, first_language: str, *, now_us: int) -> None:
    """Fix the language and make the shared roots; nothing to do when they are there."""
    if instance.find(unit, _LANGUAGE) is None:
        instance.put(unit, _LANGUAGE, first_language)
    names = NAMES[language(unit)]
    for role in SHARED_ROLES:
        if tree.find_root(unit, role) is None:
            tree_changes.create_root(
                unit, kind=role.value, role=role.value, name=names.of(role), now_us=now_us
            )


def set_language(unit: WriteUnit, chosen: str) -> None:
    """Choose the language while the office is still being made: the fixed names follow.

    Only before anything lies in the shared roots; the wizard's question comes that early.
    """
    instance.put(unit, _LANGUAGE, chosen)
    for role in SHARED_ROLES:
        root = tree.find_root(unit, role)
        if root is not None:
            tree_changes.rename_root(unit, root.id, NAMES[chosen].of(role))


def language(unit: Unit) -> str:
    """The office's language, ``de`` or ``en``, as far as it was chosen."""
    return instance.find(unit, _LANGUAGE) or "de"


def load(unit: Unit) -> Layout:
    """The layout as it was fixed; the office must have been prepared."""
    names = NAMES[language(unit)]
    shared: dict[str, int] = {}
    for role in SHARED_ROLES:
        root = tree.find_root(unit, role)
        if root is not None:
            shared[names.of(role)] = root.id
    return Layout(names, MappingProxyType(shared))


def top(layout: Layout, home: NodeRow | None) -> NodeRow:
    """``/files/`` itself: no row of the table, read-only, made of the roots."""
    created = home.created_us if home else 0
    return NodeRow(
        id=0,
        parent_id=None,
        tree_id=0,
        name="",
        role=Role.TOP,
        is_collection=True,
        blob_sha256=None,
        size=0,
        content_type="",
        created_us=created,
        modified_us=created,
        version=1,
        modseq=len(layout.shared),
    )
