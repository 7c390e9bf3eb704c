"""GNOME's GVfs and davfs2: a document is edited and renamed on what they mount."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.conftest import demand
from tests.e2e.dav_client import Client
from tests.e2e.server_process import Device, Office

pytestmark = pytest.mark.clients


@pytest.fixture
def look(office: Office, device: Device) -> Iterator[Client]:
    client = Client(office, "curl/8", device.authorization)
    yield client
    client.close()


_GIO = """
set -e
gio mount "$MOUNT" < password
gio copy Brief.txt "$HOME_URL/Brief.txt"
gio save "$HOME_URL/Brief.txt" < edited
gio rename "$HOME_URL/Brief.txt" "Anschreiben für Käufer.txt"
gio mkdir "$HOME_URL/Ordner"
gio copy "$HOME_URL/Anschreiben für Käufer.txt" "$HOME_URL/Ordner/Kopie.txt"
gio move "$HOME_URL/Ordner/Kopie.txt" "$HOME_URL/Kopie.txt"
gio list "$HOME_URL"
gio cat "$HOME_URL/Kopie.txt"
gio remove "$HOME_URL/Kopie.txt" "$HOME_URL/Ordner"
gio mount -u "$MOUNT"
"""


def test_gio_edits_and_renames(
    office: Office, device: Device, look: Client, tmp_path: Path
) -> None:
    demand("gio", "libglib2.0-bin gvfs-backends")
    session = demand("dbus-run-session", "dbus-daemon")
    if not any(Path(folder, "gvfsd-dav").exists() for folder in ("/usr/libexec", "/usr/lib/gvfs")):
        pytest.skip("gvfsd-dav is missing: apt-get install gvfs-backends")
    (tmp_path / "Brief.txt").write_text("Guten Tag")
    (tmp_path / "edited").write_text("Guten Abend")
    (tmp_path / "password").write_text(f"{device.password}\n")
    mount = office.url("/files/").replace("http://", f"dav://{device.user_name}@")

    done = subprocess.run(
        [session, "--", "sh", "-c", _GIO],
        cwd=tmp_path,
        env={
            "PATH": os.environ["PATH"],
            "LC_ALL": "C.UTF-8",
            "HOME": str(tmp_path),
            "XDG_RUNTIME_DIR": str(tmp_path),
            "MOUNT": mount,
            "HOME_URL": f"{mount}Home",
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "Anschreiben für Käufer.txt" in done.stdout
    assert done.stdout.endswith("Guten Abend")
    path = "/files/Home/Anschreiben%20f%C3%BCr%20K%C3%A4ufer.txt"
    assert look("GET", path).body == b"Guten Abend"
    assert look("GET", "/files/Home/Brief.txt").status == 404
    assert look("GET", "/files/Home/Ordner/").status == 404
    assert look("DELETE", path).status == 204


@pytest.fixture
def mounted(office: Office, device: Device, tmp_path: Path) -> Iterator[Path]:
    """The office's files, mounted with davfs2."""
    program = demand("mount.davfs", "davfs2")
    if not os.access("/dev/fuse", os.W_OK):
        pytest.skip("davfs2 needs /dev/fuse, which this system does not give")
    secrets, config, place = tmp_path / "secrets", tmp_path / "davfs2.conf", tmp_path / "mounted"
    secrets.write_text(f"{office.url('/files/')} {device.user_name} {device.password}\n")
    secrets.chmod(0o600)
    config.write_text(f"secrets {secrets}\nask_auth 0\ndelay_upload 0\n")
    place.mkdir()
    words = [program, "-o", f"conf={config}", office.url("/files/"), str(place)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=30, check=False)
    if done.returncode and "fuse" in done.stderr.lower():
        pytest.skip(f"the kernel refuses davfs2: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    try:
        yield place
    finally:
        subprocess.run(["umount", place], capture_output=True, timeout=60, check=True)


def test_davfs2_edits_and_renames(mounted: Path, look: Client) -> None:
    # By their names only: davfs2 1.6.1 can't list a folder under Linux 6.18 (EINVAL), of
    # whatever server.
    home = mounted / "Home"
    letter = home / "Brief an Käufer.txt"
    letter.write_text("Guten Tag")
    with letter.open("a") as file:
        file.write(" und mehr")
    (home / "Ordner").mkdir()
    letter.rename(home / "Ordner" / "Anschreiben.txt")

    assert (home / "Ordner" / "Anschreiben.txt").read_text() == "Guten Tag und mehr"
    assert look("GET", "/files/Home/Ordner/Anschreiben.txt").body == b"Guten Tag und mehr"
    assert look("GET", "/files/Home/Brief%20an%20K%C3%A4ufer.txt").status == 404
    (home / "Ordner" / "Anschreiben.txt").unlink()
    (home / "Ordner").rmdir()
    assert look("GET", "/files/Home/Ordner/").status == 404
