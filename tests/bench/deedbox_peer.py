"""deedbox as one more entry: run.py --peers-file deedbox_peer.py --peers deedbox,cyrus …

DEEDBOX names the console script (default: `deedbox` on the PATH), DEEDBOX_ARGS further arguments of `serve`
(`--server cheroot`, `--config FILE`).  Uses the stable command line only.
"""
import base64
import json
import os
import shlex
import subprocess

from peers import Peer

DEEDBOX = os.environ.get("DEEDBOX", "deedbox")


class Deedbox(Peer):
    kinds = ("cal", "card", "dav")
    ready = ("GET", "/health/ready")

    def cal(self, name):
        return f"/dav/u/{name}/"

    def card(self, name):
        return f"/dav/u/{name}/"

    def dav(self):
        return "/files/Home/"

    def _say(self, *words, text=None):
        return subprocess.run([DEEDBOX, *words, "--data", self.dir, "--json"], input=text, text=True,
                              capture_output=True, check=True).stdout

    def setup(self):
        os.makedirs(self.dir, exist_ok=True)
        self._say("user", "add", "u", "--email", "u@example.com", "--password-stdin", text="bench-only-pass-phrase")
        made = json.loads(self._say("device", "add", "u", "bench"))
        with open(os.path.join(self.dir, "bench-device.json"), "w") as f:
            json.dump(made, f)

    def start(self):
        super().start()
        with open(os.path.join(self.dir, "bench-device.json")) as f:
            made = json.load(f)
        self.auth = "Basic " + base64.b64encode(f"{made['username']}:{made['password']}".encode()).decode()

    def commands(self):
        return [[DEEDBOX, "serve", "--data", self.dir, "--port", str(self.port),
                 *shlex.split(os.environ.get("DEEDBOX_ARGS", ""))]]


class DeedboxOnCheroot(Deedbox):
    def commands(self):
        return [[*super().commands()[0], "--server", "cheroot"]]


PEERS = {"deedbox": Deedbox("deedbox", port=5450), "deedbox-cheroot": DeedboxOnCheroot("deedbox-cheroot", port=5452)}
