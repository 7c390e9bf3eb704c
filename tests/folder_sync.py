"""Writes on properties' folders while blocks and grants come and go, and clients that sync one."""

from contextlib import suppress
from dataclasses import dataclass, field

from hypothesis import strategies as st

from auth import blocks
from auth.grants import EVERYBODY
from auth.identity import Identity
from auth.rights import DataRight
from office import access, folder_sync, granting, people, places
from office.command import at_the_machine
from office.errors import KindError, NotFoundError, SyncTokenError, TooLargeError
from storage import folder_tombstones
from storage.store import Unit
from tests.documents_door import Client, SampleOffice

FAR_US = 2**62

NAMES = ("a", "b")
ESTATES = "/Objekte"
FOLDERS = ("/Objekte/4711 Lindenallee", "/Objekte/4711 Lindenallee/a", "/Objekte/4712 Marktplatz")
ACTS = (
    *("put", "mkcol", "mkcol", "delete", "delete", "move", "move", "move", "copy", "proppatch"),
    *("block", "block", "block", "unblock", "unblock"),
    *("grant", "grant", "revoke", "close", "close", "open"),
)

PROPPATCH = (
    b'<D:propertyupdate xmlns:D="DAV:"><D:set><D:prop><x xmlns="urn:x">1</x></D:prop></D:set>'
    b"</D:propertyupdate>"
)


@dataclass(frozen=True)
class Step:
    """One act on a member of one of :data:`FOLDERS`, and where it goes to."""

    act: str
    folder: str
    name: str
    target_folder: str
    target_name: str

    @property
    def path(self) -> str:
        return f"{self.folder}/{self.name}"

    @property
    def target(self) -> str:
        return f"{self.target_folder}/{self.target_name}"


steps = st.builds(
    Step,
    act=st.sampled_from(ACTS),
    folder=st.sampled_from(FOLDERS),
    name=st.sampled_from(NAMES),
    target_folder=st.sampled_from(FOLDERS),
    target_name=st.sampled_from(NAMES),
)
limits = st.one_of(st.none(), st.integers(1, 3))


def take(office: SampleOffice, writer: Client, reader: str, step: Step) -> None:
    """Do it; what is not possible just now changes nothing."""
    match step.act:
        case "put":
            writer.put(step.path, step.target_name.encode())
        case "mkcol" | "delete":
            writer.request(step.act.upper(), step.path)
        case "proppatch":
            writer.request("PROPPATCH", step.path, PROPPATCH)
        case "move":
            writer.move(step.path, step.target)
        case "copy":
            writer.copy(step.path, step.target)
        case "block" | "unblock":
            change_block(office, reader, step)
        case _:
            change_grant(office, reader, step)


def change_grant(office: SampleOffice, reader: str, step: Step) -> None:
    """Let everybody in or nobody, or the reader into one folder."""
    with office.store.write() as unit, suppress(NotFoundError, KindError):
        match step.act:
            case "grant":
                granting.grant(unit, reader, DataRight.READ, step.path)
            case "revoke":
                granting.revoke(unit, reader, step.path)
            case "close":
                granting.revoke(unit, EVERYBODY, ESTATES)
            case _:
                granting.grant(unit, EVERYBODY, DataRight.WRITE, ESTATES)


def change_block(office: SampleOffice, reader: str, step: Step) -> None:
    """Block the reader on a folder, or lift one of the blocks that they have."""
    with office.store.write() as unit:
        if step.act == "block":
            with suppress(NotFoundError, KindError):
                people.block_on_path(unit, reader, f"/files{step.path}", now_us=office.clock())
            return
        blocked = blocks.nodes_of(unit, office.clients[reader].identity().user_id)
        if blocked:
            index = NAMES.index(step.name) % len(blocked)
            blocks.unblock_on(unit, user_name=reader, node_id=blocked[index])


State = tuple[bool, str | None]
"""What a client tells members by: folder or document, and its bytes."""


def truth(unit: Unit, office: SampleOffice, who: Identity, folder: str) -> dict[str, State]:
    """The members of a folder that the person may see; NotFoundError where it is not there."""
    place = places.find(unit, who, office.layout, names_of(folder))
    if not place.existing().is_collection:
        raise NotFoundError
    return {
        each.name: (bool(each.is_collection), each.blob_sha256)
        for each in places.members(unit, who, office.layout, place)
    }


def names_of(folder: str) -> tuple[str, ...]:
    return tuple(name for name in folder.split("/") if name)


@dataclass
class Replica:
    """What one device has of one folder, and every name that its user was ever shown there."""

    user: str
    folder: str
    token: str = ""
    known: dict[str, State] = field(default_factory=dict)
    restarts: int = 0

    def sync(self, office: SampleOffice, limit: int | None, shown: set[str]) -> bool:
        """Take one answer in; False when there is more to be had."""
        with office.store.read() as unit:
            who = office.clients[self.user].identity()
            place = places.find(unit, who, office.layout, names_of(self.folder))
            if not place.existing().is_collection:
                raise NotFoundError
            try:
                delta = folder_sync.delta(unit, who, office.layout, place, self.token, limit=limit)
            except SyncTokenError:
                assert self.token
                self.token = ""
                self.restarts += 1
                return False
            except TooLargeError:
                # A folder that is only gone through is told as a whole.
                assert access.is_passed(who, place.chain)
                limit = None
                delta = folder_sync.delta(unit, who, office.layout, place, self.token)
        if limit is not None:
            assert len(delta.changed) + len(delta.gone) <= limit
        assert delta.token != self.token or not delta.is_truncated, "no way ahead"
        if not self.token:
            assert delta.gone == []
            self.known.clear()
        told = {each.name for each in delta.gone}
        assert told <= shown, f"{self.user} hears of {told - shown}"
        for each in delta.gone:
            self.known.pop(each.name, None)
        for node in delta.changed:
            self.known[node.name] = (bool(node.is_collection), node.blob_sha256)
        self.token = delta.token
        return not delta.is_truncated

    def catch_up(self, office: SampleOffice, limit: int | None, shown: set[str]) -> None:
        """Sync until there is no more; a token that is not answered any more costs one restart."""
        restarts = self.restarts
        while not self.sync(office, limit, shown):
            assert self.restarts <= restarts + 1

    def copy(self) -> "Replica":
        """The same device, left behind as it is now."""
        return Replica(self.user, self.folder, self.token, dict(self.known))


def names_shown(office: SampleOffice, user: str) -> dict[str, set[str]]:
    """The names in each of the folders that no block of the user's lies on at this moment.

    Whether the folder itself is open to them just now does not count: with it they get its past.
    """
    blocked = office.clients[user].identity().blocked_nodes
    machine = at_the_machine()
    found: dict[str, set[str]] = {}
    with office.store.read() as unit:
        for folder in FOLDERS:
            place = places.look_up(unit, machine, office.layout, names_of(folder))
            if place.node is not None and place.node.is_collection:
                members = places.members(unit, machine, office.layout, place)
                found[folder] = {each.name for each in members if each.id not in blocked}
    return found


def forget_some(office: SampleOffice, count: int) -> None:
    """Let the first tombstones of each folder go, however young."""
    with office.store.write() as unit:
        for folder_id in folder_tombstones.folders_with_old(unit, FAR_US):
            folder_tombstones.forget_before(unit, folder_id, FAR_US, limit=count)
