"""`make bench`: deedbox on both its servers beside the peers from PyPI, in an environment of their own.

    BENCH_WORKLOADS=W4,W17 BENCH_PEERS=deedbox,radicale,wsgidav BENCH_ROUNDS=5 BENCH_SIZE=M make bench

Calendars and contacts beside Radicale and Xandikos, documents beside wsgidav; at the end a table of
ratios to the best of them. BENCH_SIZE: S for 1,000 events, M for 10,000, where Radicale and Xandikos
take seconds for single requests (allow an hour). Nothing is put into the checkout: environment, data and logs lie in
BENCH_DATA (default: a folder in the user's cache). Further peers (Cyrus, Apache, nginx, rclone) run
where Debian's packages are there: name them in BENCH_PEERS.
"""
import json
import os
import pathlib
import subprocess
import sys
import venv

HERE = pathlib.Path(__file__).resolve().parent
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
DATA = pathlib.Path(os.environ.get("BENCH_DATA") or CACHE / "deedbox-bench")
PINNED = ["wsgidav==4.4.0", "cheroot==11.1.2", "radicale==3.9.0", "xandikos==0.4.10"]
OURS = ("deedbox", "deedbox-cheroot")
GROUPWARE = "W1,W2,W3,W4,W5,W6a,W6b,W7,W8,W9,W10,W10b,W11,W12,W13,W14,W23"
DOCUMENTS = "W15,W16,W17,W18,W19,W20,W21,W22"


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


def per_request(result):
    """Milliseconds of the server's processor time for one operation, where it was enough to tell."""
    return result.get("cpu_ms") or 0


def row(title, results):
    """One line of ratios: the best peer, and how many times its rate each of ours has."""
    peers = {name: each for name, each in results.items() if name not in OURS and each["ops"]}
    best = max(peers, key=lambda name: peers[name]["ops"], default=None)
    line = f"{title:48}{best or '-':18}{peers[best]['ops'] if best else 0:10.1f}"
    for name in OURS:
        own = results.get(name)
        if own is None:
            line += f"{'':33}"
            continue
        rate = f"{own['ops'] / peers[best]['ops']:9.1f} x" if best else f"{'':11}"
        spent = per_request(own)
        cpu = f"{per_request(peers[best]) / spent:7.1f} x" if best and spent else f"{'':9}"
        line += f"{own['ops']:13.1f}{rate}{cpu}"
    return line + "".join(f"   {name}: {each['bad']} bad" for name, each in results.items() if each["bad"])


def ratios(report):
    """Print for each workload how far ahead of the best peer ours are: in rate and in processor time."""
    print(f"\nsize {report['size']}, {report['rounds']} rounds; x: times the best peer's rate, then its CPU time over ours")
    print(f"{'':48}{'best peer':18}{'ops/s':>10}" + "".join(f"{name + ' ops/s':>24}{'CPU':>9}" for name in OURS))
    for name, workload in report["workloads"].items():
        print(row(f"{name:5}{workload['title']}", workload["peers"]))


def main():
    """Run the rows for deedbox (both servers) and the peers from PyPI, then print the ratios."""
    deedbox = os.environ.get("DEEDBOX") or str(pathlib.Path(sys.executable).parent / "deedbox")
    out = DATA / "last.json"
    DATA.mkdir(parents=True, exist_ok=True)
    command = [environment(), HERE / "run.py", "--peers-file", HERE / "deedbox_peer.py",
               "--peers", os.environ.get("BENCH_PEERS", "deedbox,deedbox-cheroot,radicale-cheroot,xandikos,wsgidav"),
               "--workloads", os.environ.get("BENCH_WORKLOADS", f"{GROUPWARE},{DOCUMENTS}"),
               "--size", os.environ.get("BENCH_SIZE", "S"),
               "--seconds", os.environ.get("BENCH_SECONDS", "1.5"),
               "--rounds", os.environ.get("BENCH_ROUNDS", "2"), "--json", out]
    print("One block a workload; all of them take about ten minutes on a quiet machine.", flush=True)
    done = subprocess.run(list(map(str, command)), check=False,
                          env={**os.environ, "DEEDBOX": deedbox, "BENCH_DATA": str(DATA)})
    if done.returncode == 0:
        ratios(json.loads(out.read_text()))
    print(f"\nFigures: {out}")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
