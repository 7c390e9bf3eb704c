"""What the office chose in its set-up; where the settings say it themselves, they win."""

from auth import audit, visibility
from auth.audit import Act, Actor
from auth.visibility import Visibility
from config.settings import Settings
from storage import instance
from storage.store import Unit, WriteUnit

PUBLIC_URL = "server.public_url"
DEVICES_PER_USER = "devices.per_user"
_OURS = "default"


def public_url(unit: Unit, settings: Settings) -> str:
    """Scheme, host and port by which clients reach the server; empty if nobody said."""
    return settings.server.public_url or instance.find(unit, PUBLIC_URL) or ""


def device_limit(unit: Unit, settings: Settings) -> int:
    """How many active devices a user may have who has no number of their own."""
    if is_device_limit_set(settings):
        return settings.devices.per_user
    return int(instance.find(unit, DEVICES_PER_USER) or settings.devices.per_user)


def is_device_limit_set(settings: Settings) -> bool:
    """Whether the settings say how many devices a user may have."""
    return settings.source_of(DEVICES_PER_USER) != _OURS


def set_public_url(unit: WriteUnit, url: str, *, by: Actor) -> None:
    """Choose the address by which clients reach the server; empty: none is known."""
    _put(unit, PUBLIC_URL, url, by)


def set_device_limit(unit: WriteUnit, limit: int, *, by: Actor) -> None:
    """Choose how many active devices a user may have."""
    _put(unit, DEVICES_PER_USER, str(limit), by)


def set_visibility_of_new_users(unit: WriteUnit, chosen: Visibility, *, by: Actor) -> None:
    """Choose which customers users see who are made from now on."""
    if chosen is not visibility.of_new_users(unit):
        visibility.set_of_new_users(unit, chosen)
        _record(unit, "users.visibility", by)


def _put(unit: WriteUnit, name: str, value: str, by: Actor) -> None:
    if value != (instance.find(unit, name) or ""):
        instance.put(unit, name, value)
        _record(unit, name, by)


def _record(unit: WriteUnit, name: str, by: Actor) -> None:
    audit.record(unit, Act.SETTING_CHANGED, by=by, details={"settings": [name]})
