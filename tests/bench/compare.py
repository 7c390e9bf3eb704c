"""`make bench`: deedbox beside the peers from PyPI, in an environment and a folder of their own.

    BENCH_WORKLOADS=W15,W17 BENCH_PEERS=deedbox,wsgidav BENCH_ROUNDS=5 make bench

Nothing is put into the checkout: environment, data and logs lie in BENCH_DATA (default: a folder
in the user's cache). Further peers (Apache, nginx, rclone, Cyrus) run where Debian's packages are
there: name them in BENCH_PEERS.
"""
import os
import pathlib
import subprocess
import sys
import venv

HERE = pathlib.Path(__file__).resolve().parent
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
DATA = pathlib.Path(os.environ.get("BENCH_DATA") or CACHE / "deedbox-bench")
PINNED = ["wsgidav==4.4.0", "cheroot==11.1.2", "radicale==3.9.0", "xandikos==0.4.10"]


def environment():
    """The peers' environment, made once; its interpreter."""
    folder = DATA / "peers"
    python = folder / "bin" / "python"
    mark = folder / "installed"
    if not mark.exists() or mark.read_text() != "\n".join(PINNED):
        print(f"Making the peers' environment in {folder} …", flush=True)
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "--disable-pip-version-check", *PINNED], check=True)
        mark.write_text("\n".join(PINNED))
    return python


def main():
    """Run the documents' rows for deedbox (both servers) and wsgidav, then print the ratios."""
    deedbox = os.environ.get("DEEDBOX") or str(pathlib.Path(sys.executable).parent / "deedbox")
    out = DATA / "last.json"
    DATA.mkdir(parents=True, exist_ok=True)
    command = [environment(), HERE / "run.py", "--peers-file", HERE / "deedbox_peer.py",
               "--peers", os.environ.get("BENCH_PEERS", "deedbox,deedbox-cheroot,wsgidav"),
               "--workloads", os.environ.get("BENCH_WORKLOADS", "dav"),
               "--rounds", os.environ.get("BENCH_ROUNDS", "3"), "--json", out]
    print("One line a measurement; it takes about three minutes.", flush=True)
    done = subprocess.run(list(map(str, command)), check=False,
                          env={**os.environ, "DEEDBOX": deedbox, "BENCH_DATA": str(DATA)})
    print(f"\nFigures: {out}")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
