"""The office of the rights tests: one person of each group, one document in each kind of place."""

from pathlib import Path
from urllib.parse import unquote

from storage.store import Store
from tests.documents_door import SampleOffice, sample_office

ADMINISTRATOR, STAFF, READER, MANAGER = "berta", "anna", "karl", "vera"
GROUPS = {
    ADMINISTRATOR: "administration",
    STAFF: "mitarbeiter",
    READER: "kollaboration",
    MANAGER: "verwaltung",
}

ESTATE = "/Objekte/4711 Lindenallee"
RELEASE = f"{ESTATE}/Freigabe"
FOLDER = f"{ESTATE}/Dachboden"
DOCUMENT = f"{FOLDER}/Balken.jpg"
DELETED = f"{FOLDER}/Latte.jpg"
ELSEWHERE = "/Objekte/4712 Marktplatz"
PUBLISHED = f"{RELEASE}/Lageplan.pdf"
RESOURCE = "/Ressourcen/Logo.png"
NOTE = "/Home/Notiz.txt"


def rights_office(store: Store, folder: Path) -> SampleOffice:
    """Fill an empty office; jonas has a Home that nobody else may know of."""
    office = sample_office(store, folder)
    for name, group in GROUPS.items():
        office.person(name, group)
        _leave_note(office, name)
    office.person("jonas").put("/Home/Tagebuch.txt", b"bytes of Tagebuch")
    office.estate("4711", "Lindenallee")
    office.estate("4712", "Marktplatz")
    keeper = office.clients[ADMINISTRATOR]
    keeper.request("MKCOL", FOLDER)
    keeper.put(DOCUMENT, b"earlier bytes of Balken.jpg")
    keeper.put(DELETED, b"bytes of Latte.jpg")
    keeper.request("DELETE", DELETED)
    for path in (PUBLISHED, DOCUMENT, RESOURCE):
        keeper.put(path, f"bytes of {path.rpartition('/')[2]}".encode())
    return office


def past_of(office: SampleOffice) -> tuple[str, str]:
    """The paths of the document's earlier version, and of what was deleted beside it."""
    keeper = office.clients[ADMINISTRATOR]
    [version] = keeper.names(f"{FOLDER}/.versions/{DOCUMENT.rpartition('/')[2]}")
    [moment] = keeper.names(f"/.trash{ESTATE}")
    inside = DELETED.removeprefix(ESTATE)
    version, moment = (unquote(each).removeprefix("/files") for each in (version, moment))
    return version, f"{moment.rstrip('/')}{inside}"


def _leave_note(office: SampleOffice, name: str) -> None:
    """A note in everybody's Home, also of those who may only read: somebody put it there."""
    with office.store.write() as unit:
        unit.execute(
            "INSERT INTO node (parent_id, tree_id, name, role, is_collection, size, content_type, "
            "created_us, modified_us, version, modseq) SELECT node.id, node.tree_id, 'Notiz.txt', "
            "'', :no, 0, '', 0, 0, 1, 1 FROM node WHERE role = 'home' AND name = :name",
            {"name": name, "no": False},
        )
