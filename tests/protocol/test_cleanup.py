"""The clean-up beside running uploads: an acknowledged document is never lost."""

import os
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from jobs import cleanup, past
from jobs.cleanup import sweep
from storage import blobs
from storage.store import Unit
from tests.documents_door import Client, SampleOffice

LONG_AFTER = 10**9
DAY_US = 86_400 * 1_000_000


def sweep_all(office: SampleOffice) -> int:
    """As if everything had been stored long ago: only what is needed may stay."""
    later = time.time() + LONG_AFTER
    return sweep(office.store, office.blobs, grace_seconds=3600, now=later).blobs


def forget_the_past(office: SampleOffice) -> None:
    """As if versions and trash had been there for long enough."""
    kept = {"trash_days": 1, "version_days": 1, "versions_most": 0}
    past.forget_old(office.store, **kept, now_us=office.clock() + 2 * DAY_US)


def test_what_was_deleted_or_saved_over_is_needed(office: SampleOffice, anna: Client) -> None:
    anna.put("/Home/a.txt", b"first")
    anna.put("/Home/a.txt", b"second")
    anna.put("/Home/b.txt", b"gone")
    anna.request("DELETE", "/Home/b.txt")

    assert sweep_all(office) == 0


def test_what_no_document_needs_goes(office: SampleOffice, anna: Client) -> None:
    anna.put("/Home/a.txt", b"first")
    anna.put("/Home/a.txt", b"second")
    anna.put("/Home/b.txt", b"gone")
    anna.request("DELETE", "/Home/b.txt")
    forget_the_past(office)

    assert sweep_all(office) == 2
    assert len(list(office.blobs.addresses())) == 1
    assert anna.get("/Home/a.txt").body == b"second"


def test_what_is_young_stays(office: SampleOffice, anna: Client) -> None:
    office.clock.now_us = time.time_ns() // 1000
    anna.put("/Home/a.txt", b"first")
    anna.request("DELETE", "/Home/a.txt")
    forget_the_past(office)

    assert sweep(office.store, office.blobs, grace_seconds=3600).blobs == 0


def test_bytes_that_no_row_ever_spoke_of_go(office: SampleOffice) -> None:
    stray = Path(office.blobs.path("f" * 64))
    stray.write_bytes(b"x")
    os.utime(stray, (1, 1))

    assert sweep(office.store, office.blobs, grace_seconds=3600).blobs == 1
    assert not stray.exists()


def test_the_files_are_looked_up_by_the_page(
    office: SampleOffice, anna: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna.put("/Home/a.txt", b"needed")
    for number in range(1200):
        path = Path(office.blobs.path(f"{number:064x}"))
        path.touch()
        if number % 100 == 0:
            os.utime(path, (1, 1))
    pages: list[int] = []
    unrecorded = blobs.unrecorded

    def counted(unit: Unit, page: Sequence[str]) -> list[str]:
        pages.append(len(page))
        return unrecorded(unit, page)

    monkeypatch.setattr(blobs, "unrecorded", counted)

    assert sweep(office.store, office.blobs, grace_seconds=3600).blobs == 12
    assert pages == [500, 500, 201]
    assert anna.get("/Home/a.txt").body == b"needed"


def test_temporary_files_are_as_old_as_the_given_time_says(office: SampleOffice) -> None:
    folder = Path(office.blobs.path("0" * 64)).parents[1] / "tmp"
    (folder / "upload").touch()

    later = time.time() + 7200
    assert sweep(office.store, office.blobs, grace_seconds=3600).temporary_files == 0
    assert sweep(office.store, office.blobs, grace_seconds=3600, now=later).temporary_files == 1


def test_what_a_copy_still_needs_stays(office: SampleOffice, anna: Client) -> None:
    anna.put("/Home/a.txt", b"first")
    anna.copy("/Home/a.txt", "/Home/b.txt")
    anna.request("DELETE", "/Home/a.txt")

    sweep_all(office)

    assert anna.get("/Home/b.txt").body == b"first"


def test_uploads_of_the_same_bytes_against_a_clean_up_that_never_rests(
    office: SampleOffice, anna: Client, jonas: Client
) -> None:
    done = threading.Event()

    later = time.time() + LONG_AFTER

    def tidy() -> int:
        runs = 0
        while not done.is_set():
            forget_the_past(office)
            # Not the temporary files: to this clock an upload under way is old, too.
            cleanup._forget_batch(office.store, office.blobs, later)
            cleanup._remove_strays(office.store, office.blobs, later)
            runs += 1
        return runs

    def upload(client: Client) -> tuple[int, int]:
        kept = refused = 0
        for _ in range(25):
            status = client.put("/Home/a.txt", b"the same bytes").status
            if status == 503:  # told to come again: nothing was acknowledged
                refused += 1
                continue
            assert status in {201, 204}
            assert client.get("/Home/a.txt").body == b"the same bytes"
            assert client.request("DELETE", "/Home/a.txt").status == 204
            kept += 1
        return kept, refused

    with ThreadPoolExecutor(3) as pool:
        tidying = pool.submit(tidy)
        uploads = [pool.submit(upload, client) for client in (anna, jonas)]
        try:
            results = [each.result(timeout=60) for each in uploads]
        finally:
            done.set()

    assert tidying.result() > 0
    assert all(kept > 0 for kept, _ in results)
