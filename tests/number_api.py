"""The API's door without a socket: devices that lease numbers."""

import json
from dataclasses import dataclass
from typing import Any
from wsgiref.types import WSGIApplication

from auth.identity import identify
from office.tracking import Note
from storage.store import Store
from tests.builders import KEY
from tests.wsgi import Answered, an_environ, call
from wire.clients import classify

RANGES = "/api/v1/number-ranges"
LEASES = f"{RANGES}/leases/"


@dataclass(frozen=True, slots=True)
class Till:
    """A person at a device that gives numbers to invoices."""

    door: WSGIApplication
    store: Store
    user_name: str
    password: str

    def ask(self, method: str, path: str = LEASES, **environ: Any) -> Answered:
        """Send a request, as the gate hands it on."""
        with self.store.read() as unit:
            who = identify(unit, self.user_name, self.password, secret_key=KEY)
        known: dict[str, Any] = {
            "deedbox.identity": who,
            "deedbox.family": classify("till/1"),
            "deedbox.note": Note(),
            "deedbox.address": "192.0.2.7",
        }
        return call(self.door, an_environ(method, path, **(known | environ)))

    def lease(self, reference: str) -> Answered:
        """Ask for a number."""
        return self.ask("PUT", LEASES + reference)

    def number(self, reference: str) -> int:
        """The number that one gets."""
        answer = self.lease(reference)
        assert answer.status in {200, 201}, answer.text
        return int(json.loads(answer.body)["number"])

    def give_back(self, reference: str) -> Answered:
        """Say that the number was not used."""
        return self.ask("DELETE", LEASES + reference)

    def told(self, path: str = LEASES) -> Any:
        """What a list says."""
        answer = self.ask("GET", path)
        assert answer.status == 200, answer.text
        return json.loads(answer.body)
