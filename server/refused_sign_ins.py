"""What follows a wrong device credential: a line in the log, and beyond a measure no more of it.

A device that was retired or whose user is blocked proved who it is: it hears 401 each time and is
not metered. What goes beyond the measure is told once an hour for each source, in the log with
the address and in the audit log without.
"""

import logging
from wsgiref.types import WSGIEnvironment

from auth import audit
from auth.audit import NOBODY, Act, Subject
from auth.errors import CredentialsError
from auth.identity import folded_username
from auth.throttle import Refusal, Throttle
from server.trust import ADDRESS
from storage.failures import is_unavailable
from storage.store import Store

log = logging.getLogger("deedbox.server")

_LOGGED_NAME_LENGTH = 80


def log_refusal(environ: WSGIEnvironment, username: str, error: CredentialsError) -> int:
    """Write a line; 0: nobody is slowed."""
    fields = {
        "user": username[:_LOGGED_NAME_LENGTH],
        "address": environ[ADDRESS],
        "family": environ["deedbox.family"],
        "reason": error.reason,
    }
    log.warning("sign-in refused", extra={"fields": fields})
    return 0


class RefusedSignIns:
    """Meters what was wrong, and tells of it; for the gate."""

    def __init__(self, store: Store, throttle: Throttle) -> None:
        self._store = store
        self._throttle = throttle

    def __call__(self, environ: WSGIEnvironment, username: str, error: CredentialsError) -> int:
        """Count it; the seconds after which to come again, or 0."""
        if error.is_proven:
            return log_refusal(environ, username, error)
        account, address = folded_username(username), environ[ADDRESS]
        refusal = self._throttle.device_failed(account, error.device_id, address)
        if not refusal.retry_seconds:
            return log_refusal(environ, username, error)
        if refusal.sources:
            self._tell(address, error, refusal)
        return refusal.retry_seconds

    def _tell(self, address: str, error: CredentialsError, refusal: Refusal) -> None:
        network = self._throttle.pseudonym(address)
        fields = {"address": address, "sources": ",".join(refusal.sources), "network": network}
        log.warning("wrong passwords are slowed", extra={"fields": fields})
        if not self._throttle.may_write_news():
            return
        try:
            with self._store.write() as unit:
                audit.record(
                    unit,
                    Act.SIGN_INS_SLOWED,
                    by=NOBODY,
                    on=Subject(error.user_id, error.device_id),
                    details={"sources": refusal.sources, "network": network},
                )
        except Exception as failure:
            # The answer is the same; the line above says what the audit log lacks.
            if not is_unavailable(failure):
                raise
            log.warning("the audit log waits for the database")
