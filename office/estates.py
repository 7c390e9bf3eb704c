"""Properties (Objekte) and their folders. In code an estate: *property* is RFC 4918's word."""

import re
import unicodedata
from dataclasses import dataclass

from office import access
from office.access import Act, Verdict
from office.errors import ExistsError, ForbiddenError, NumberTakenError, UnfitNameError
from office.layout import Role
from office.places import Place
from office.work import Work
from storage import estates, tree, tree_changes
from storage.estates import EstateRow
from storage.tree import NodeRow
from wire.paths import windows_name_fault

# A number is one word with a digit in it: "4711", "W-2026/3" can't be, "2026-003" can.
_NUMBERED = re.compile(r"(?P<number>\S*\d\S*)\s+(?P<title>\S.*)")
# Alone it must look like one: "4711", "2026-003", "W12", but neither "Objekt12" nor "Haus".
_ONLY_A_NUMBER = re.compile(r"(?:[^\W\d_]{1,3}-?)?\d\S*")


@dataclass(frozen=True, slots=True)
class Label:
    """A property's number and title (which may be empty); together they name its folder."""

    number: str
    title: str

    @property
    def folder(self) -> str:
        """The folder's name, fixed when it is made."""
        return f"{self.number} {self.title}".rstrip()


def parse_folder(name: str) -> Label | None:
    """Number and title from a folder's name, or None where it has no number.

    A name that is only a number has an empty title.
    """
    if _ONLY_A_NUMBER.fullmatch(name):
        return Label(name, "")
    match = _NUMBERED.fullmatch(name)
    return Label(match["number"], match["title"]) if match else None


def add(work: Work, label: Label, *, address: str = "") -> NodeRow:
    """Make a property with its folder from the template; the folder's node.

    Raises:
        UnfitNameError: Number and title make no name that every device can hold.
        NumberTakenError: Another property has the number.
        ExistsError: A folder of that name is there.
    """
    label = Label(label.number.strip(), label.title.strip())
    if not (label.number and label.title):
        raise UnfitNameError("A property needs a number and a title.")
    if label.number.startswith("-"):
        raise UnfitNameError(f"The number {label.number} must not begin with a hyphen.")
    return _make(work, label, unicodedata.normalize("NFC", label.folder), address)


def add_by_folder(work: Work, place: Place) -> NodeRow:
    """Make a property because a client made a folder among the properties.

    A name without a number ("New folder", which Explorer and Finder make before they rename)
    gets the next free number; the folder keeps the name it was given.
    """
    label = parse_folder(place.name) or Label(_next_number(work), place.name)
    return _make(work, label, place.name, "")


def rename_by_folder(work: Work, place: Place, name: str) -> None:
    """Take number and title from the new name of a property's folder.

    A name without a number changes the title only. The caller moves the node.

    Raises:
        NumberTakenError: Another property has the number.
    """
    node = place.existing()
    estate = estates.find_by_node(work.unit, node.id)
    if estate is None:
        raise LookupError(f"no property owns the folder {node.id}")
    label = parse_folder(name) or Label(estate.number, name)
    _check_number(work, label.number, own=estate)
    estates.rename(work.unit, estate.id, number=label.number, title=label.title)


def _make(work: Work, label: Label, folder: str, address: str) -> NodeRow:
    if fault := windows_name_fault(folder):
        raise UnfitNameError(fault)
    unit, now_us, user_id = work.unit, work.now_us, work.who.user_id
    root = tree.find_root(unit, Role.ESTATES)
    if root is None:
        raise LookupError("the office has no folder for its properties")
    unit.serialise(root.tree_id)
    work.demand(Act.ADD, (root,))
    _check_number(work, label.number)
    if len(tree.chain(unit, root.id, [folder])) > 1:
        raise ExistsError(f"A folder “{folder}” is there already.")
    node = tree_changes.create(
        unit,
        root,
        folder,
        content=None,
        now_us=now_us,
        user_id=user_id,
        role=Role.ESTATE,
        tree_id=tree_changes.create_tree(unit, "estate"),
    )
    names = work.layout.names
    for name in names.template:
        tree_changes.create(unit, node, name, content=None, now_us=now_us, user_id=user_id)
    tree_changes.create(
        unit, node, names.release, content=None, now_us=now_us, user_id=user_id, role=Role.RELEASE
    )
    estates.insert(
        unit,
        number=label.number,
        title=label.title,
        address=address,
        node_id=node.id,
        now_us=now_us,
    )
    return node


def _check_number(work: Work, number: str, *, own: EstateRow | None = None) -> None:
    taken = estates.find_by_number(work.unit, number)
    if taken is None or (own is not None and taken.id == own.id):
        return
    if _may_see(work, taken):
        raise NumberTakenError(
            f"The number {number} belongs to “{Label(taken.number, taken.title).folder}” already."
        )
    # That there is such a number can't be hidden, the title and with it the place can.
    raise NumberTakenError(f"The number {number} is taken.")


def _may_see(work: Work, estate: EstateRow) -> bool:
    nodes = (
        tree.find(work.unit, node_id) for node_id, _ in tree.lineage(work.unit, estate.node_id)
    )
    chain = [node for node in nodes if node is not None]
    return access.decide(work.who, Act.READ, chain) is Verdict.ALLOWED


def _next_number(work: Work) -> str:
    plain = [int(number) for number in estates.numbers(work.unit) if number.isdecimal()]
    return str(max(plain, default=0) + 1)


def refuse_foreign(place: Place) -> None:
    """Only properties' folders lie directly among the properties.

    Raises:
        ForbiddenError: *place* lies directly there.
    """
    parents = place.parent_chain
    if parents[-1].role == Role.ESTATES:
        raise ForbiddenError(
            "Directly in here lie only the properties' folders: make a folder "
            "“<number> <title>” and put documents into it.",
            privilege="bind",
            names=[node.name for node in parents],
        )
