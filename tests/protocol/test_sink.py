"""What macOS scatters (``._name``, ``.DS_Store``) is taken and dropped."""

import io

import pytest

from tests.documents_door import Client, SampleOffice

LITTER = pytest.mark.parametrize("name", ["._a.txt", ".DS_Store", "._."])


@LITTER
def test_a_write_succeeds_and_a_look_finds_nothing(
    office: SampleOffice, anna: Client, name: str
) -> None:
    path = f"/Home/{name}"

    assert anna.put(path, io.BytesIO(b"litter")).status == 201
    assert anna.get(path).status == 404
    assert anna.propfind(path).status == 404
    assert anna.names("/Home") == []
    assert list(office.blobs.addresses()) == []
    assert anna.put(path).note.act is None


@LITTER
def test_finders_whole_sequence(anna: Client, name: str) -> None:
    path = f"/Home/{name}"

    lock = anna.lock(path)

    assert lock.status == 200
    assert lock.xml.findtext(".//{DAV:}locktoken/{DAV:}href") == lock.token
    assert anna.put(path, b"x", If=f"(<{lock.token}>)").status == 201
    assert anna.request("PROPPATCH", path, b"<x/>").status == 207
    assert anna.unlock(path, lock.token).status == 204
    assert anna.request("DELETE", path).status == 204


def test_a_head_has_no_body(anna: Client) -> None:
    assert anna.request("HEAD", "/Home/._a").status == 404


def test_names_that_only_look_alike_are_kept(anna: Client) -> None:
    for name in (".hidden", "_a.txt", ".DS_Store.txt", "~$Vertrag.docx"):
        assert anna.put(f"/Home/{name}", b"x").status == 201
        assert anna.get(f"/Home/{name}").body == b"x"


def test_a_block_shows_in_no_answer(office: SampleOffice, anna: Client, estate: str) -> None:
    office.block("anna", estate)

    for path in (f"{estate}/._a", "/Home/nirgends/._a"):
        assert anna.put(path).status == 201
        assert anna.get(path).status == 404
