"""Whatever is saved, deleted, moved, copied and brought back: no bytes are ever lost.

Everything goes through the door. Afterwards all is taken out of the trash, and each text that was
ever acknowledged is looked for in the folders and their versions. No restore that may not
overwrite changes what is there.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple
from urllib.parse import unquote

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.documents_door import DAV, Client, SampleOffice

PLACES = ("/Home", "/Objekte/4711 Lindenallee 3/Fotos")
NAMES = ("a.txt", "b.txt", "Ordner")
PATHS = tuple(f"{place}/{name}" for place in PLACES for name in NAMES)
INSIDE = tuple(f"{place}/Ordner/{name}" for place in PLACES for name in NAMES[:2])

anywhere = st.sampled_from((*PATHS, *INSIDE))
numbers = st.integers(0, 9)


class Step(NamedTuple):
    """One request; *number* chooses among what there is to be brought back."""

    act: str
    path: str
    target: str = ""
    number: int = 0


steps = st.one_of(
    st.builds(Step, st.just("save"), anywhere),
    st.builds(Step, st.just("save"), anywhere),
    st.builds(Step, st.just("folder"), st.sampled_from([f"{each}/Ordner" for each in PLACES])),
    st.builds(Step, st.just("delete"), anywhere),
    st.builds(Step, st.sampled_from(["move", "copy"]), anywhere, anywhere),
    st.builds(
        Step,
        st.sampled_from(["back", "back over", "copy back"]),
        st.just(""),
        anywhere,
        numbers,
    ),
    st.builds(Step, st.sampled_from(["version", "version over"]), anywhere, anywhere, numbers),
)


def listed(client: Client, path: str) -> list[tuple[str, bool]]:
    """What is in a folder: paths, and which of them are folders themselves."""
    reply = client.propfind(path, f"{DAV}resourcetype", Depth="1")
    if reply.status != 207:
        return []
    hrefs = [unquote(each).removeprefix("/files") for each in reply.hrefs[1:]]
    return [(each.rstrip("/"), each.endswith("/")) for each in hrefs]


def documents(client: Client, path: str) -> Iterator[str]:
    """All documents below a folder."""
    for each, is_folder in listed(client, path):
        if is_folder:
            yield from documents(client, each)
        else:
            yield each


def folders(client: Client, path: str) -> Iterator[str]:
    """A folder and all below it."""
    yield path
    for each, is_folder in listed(client, path):
        if is_folder:
            yield from folders(client, each)


class Office:
    """One person, who numbers what they save."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.saved: set[bytes] = set()

    def take(self, step: Step) -> None:
        """Do it; what is refused changes nothing."""
        match step.act:
            case "save":
                text = b"text %d" % len(self.saved)
                if self.client.put(step.path, text).status in {201, 204}:
                    self.saved.add(text)
            case "folder":
                self.client.request("MKCOL", step.path)
            case "delete":
                self.client.request("DELETE", step.path)
            case "move":
                self.client.move(step.path, step.target)
            case "copy":
                self.client.copy(step.path, step.target)
            case _:
                self._bring_back(step)

    def _bring_back(self, step: Step) -> None:
        if step.act.startswith("version"):
            folder, _, name = step.path.rpartition("/")
            found = [path for path, _ in listed(self.client, f"{folder}/.versions/{name}")]
        else:
            found = [path for each in self.deleted() for path in each]
        if not found:
            return
        source = found[step.number % len(found)]
        if step.act in {"back", "version"}:
            self._carefully(source, step.target)
        else:
            act = self.client.copy if step.act == "copy back" else self.client.move
            act(source, step.target)

    def _carefully(self, source: str, target: str) -> None:
        before = self.client.get(target)
        reply = self.client.move(source, target, Overwrite="F")
        if before.status == 200:
            assert reply.status in {403, 412}, reply.text
            assert self.client.get(target).body == before.body

    def deleted(self) -> list[list[str]]:
        """Of each moment in the trash the folders that lead to what was deleted, and that."""
        return [
            _way(self.client, moment)
            for root in ("/.trash/Home", "/.trash/Objekte/4711 Lindenallee 3")
            for moment, _ in listed(self.client, root)
        ]

    def texts(self) -> set[bytes]:
        """All that can be read in the folders and in their versions."""
        client = self.client
        everywhere = {path for place in PLACES for path in documents(client, place)}
        for place in PLACES:
            for folder in folders(client, place):
                everywhere |= set(documents(client, f"{folder}/.versions"))
        return {client.get(path).body for path in everywhere}

    def bring_all_back(self) -> None:
        """Take all out of the trash: what is in it may have a history of its own."""
        count = 0
        while found := self.deleted():
            count += 1
            replies = (self.client.move(path, f"/Home/back {count}") for path in found[0])
            assert 201 in {reply.status for reply in replies}, found


def _way(client: Client, moment: str) -> list[str]:
    """The paths below a moment as long as there is one: what was deleted is among them."""
    found: list[str] = []
    inside = listed(client, moment)
    while len(inside) == 1:
        found.append(inside[0][0])
        inside = listed(client, inside[0][0]) if inside[0][1] else []
    return found


LOST: Sequence[Step] = (
    Step("folder", "/Home/Ordner"),
    Step("save", "/Home/Ordner/a.txt"),
    Step("save", "/Home/Ordner/a.txt"),
    Step("save", "/Home/a.txt"),
    Step("move", "/Home/Ordner/a.txt", "/Home/a.txt"),
    Step("save", "/Home/Ordner/b.txt"),
    Step("delete", "/Home/Ordner/b.txt"),
    Step("copy", "/Home/a.txt", "/Home/Ordner"),
    Step("back over", "", "/Home/a.txt", 1),
)


def _run(office: SampleOffice, script: Sequence[Step]) -> None:
    anna = Office(office.clients["anna"])
    for step in script:
        anna.take(step)
    anna.bring_all_back()
    assert anna.saved <= anna.texts()


def _cleared(office: SampleOffice) -> None:
    """Make an empty office of it: the next example begins anew."""
    with office.store.write() as unit:
        unit.execute("DELETE FROM trash")
        unit.execute("DELETE FROM node WHERE role = '' AND name <> 'Fotos'")


_SETTINGS = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
scripts = st.lists(steps, min_size=6, max_size=20)


@settings(_SETTINGS, max_examples=3)
@given(scripts)
@example(LOST)
def test_whatever_the_order(office: SampleOffice, script: list[Step]) -> None:
    _run(office, script)
    _cleared(office)


@pytest.mark.soak
@settings(_SETTINGS, max_examples=300)
@given(scripts)
def test_whatever_the_order_at_length(office: SampleOffice, script: list[Step]) -> None:
    _run(office, script)
    _cleared(office)
