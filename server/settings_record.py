"""Changes of settings that concern people's access go on record at the next start.

The settings file is the administrator's; the audit log says when which of these settings began to
be another, by name and without its value.
"""

import json

from auth import audit
from auth.audit import COMMAND_LINE, Act
from config.loader import describe
from config.settings import Settings
from storage import instance
from storage.store import Store

_SECTIONS = ("devices", "locks", "mail", "sync", "tracking")
_SINGLE = frozenset({"server.public_url", "server.trusted_proxies"})
_KEY = "settings.on_record"


def record_changes(store: Store, settings: Settings) -> None:
    """Compare with the last start; the first one is only remembered."""
    now = {
        name: value
        for name, value, _ in describe(settings)
        if name in _SINGLE or name.partition(".")[0] in _SECTIONS
    }
    text = json.dumps(now, sort_keys=True)
    with store.read() as unit:
        if instance.find(unit, _KEY) == text:
            return
    with store.write() as unit:
        # Read again: another machine may start at this moment.
        before = instance.find(unit, _KEY)
        instance.put(unit, _KEY, text)
        known: dict[str, str] = json.loads(before) if before else now
        # A setting that an older version did not have did not change.
        changed = sorted(name for name in now if known.get(name, now[name]) != now[name])
        if changed:
            audit.record(unit, Act.SETTING_CHANGED, by=COMMAND_LINE, details={"settings": changed})
