"""``deedbox sync-profile``: what reaches users' devices, for each of them and by group."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import click

from server.cli.failures import RefusedError
from server.cli.invocation import Invocation, with_installation

if TYPE_CHECKING:
    from office.sync_profiles import SyncProfile
    from storage.store import Unit, WriteUnit

_NONE = "none"
_FLAGS = {"on": True, "off": False}


class Holder(NamedTuple):
    """A user or group by id and name."""

    id: int
    name: str
    is_group: bool


@click.group("sync-profile")
def sync_profile() -> None:
    """What reaches devices, and what comes back from them: show, set, reset."""


@sync_profile.command("show")
@click.argument("name", metavar="USER|GROUP")
@with_installation
def show(invocation: Invocation, *, name: str) -> None:
    """Show each setting that holds for NAME, and whether it is NAME's own."""
    with invocation.store(is_reading=True) as store, store.read() as unit:
        facts = _facts(unit, _holder(unit, name))
    _answer(invocation, name, facts)


@sync_profile.command("set")
@click.argument("name", metavar="USER|GROUP")
@click.argument("settings", nargs=-1, required=True, metavar="SETTING=VALUE…")
@with_installation
def set_profile(invocation: Invocation, *, name: str, settings: tuple[str, ...]) -> None:
    """Change settings of NAME, named as `show` names them; devices follow at their next sync.

    A VALUE is on or off, a word, a number of days, or several with commas between; none empties
    it. Brokers are given by their contacts' numbers, colleagues by their names.
    """
    from office import sync_profiles  # noqa: PLC0415 - loads the database

    with invocation.store() as store, store.write() as unit:
        holder = _holder(unit, name)
        profile = _changed(unit, _profile(unit, holder), settings)
        if holder.is_group:
            sync_profiles.set_of_group(unit, holder.id, profile)
        else:
            sync_profiles.set_of_user(unit, holder.id, profile)
        facts = _facts(unit, holder)
    _answer(invocation, name, facts)


@sync_profile.command("reset")
@click.argument("name", metavar="USER|GROUP")
@with_installation
def reset(invocation: Invocation, *, name: str) -> None:
    """Give NAME the defaults again; a user's devices fetch the office's records anew."""
    from office import sync_profiles  # noqa: PLC0415 - loads the database

    with invocation.store() as store, store.write() as unit:
        holder = _holder(unit, name)
        if holder.is_group:
            sync_profiles.set_of_group(unit, holder.id, sync_profiles.DEFAULTS)
        else:
            sync_profiles.reset_of_user(unit, holder.id)
    what = "begins with the defaults" if holder.is_group else "has the groups' profile"
    invocation.answer(f"{name} {what} again.", name=name, reset=True)


def _holder(unit: "Unit", name: str) -> Holder:
    from auth.errors import UnknownPrincipalError  # noqa: PLC0415 - loads the database
    from storage import people  # noqa: PLC0415

    found = people.find_principal(unit, name)
    if found is None:
        raise UnknownPrincipalError(name)
    return Holder(found, name, name in people.group_names(unit))


def _profile(unit: "Unit", holder: Holder) -> "SyncProfile":
    from office import sync_profiles  # noqa: PLC0415 - loads the database

    if holder.is_group:
        return sync_profiles.of_group(unit, holder.id)
    return sync_profiles.of_user(unit, holder.id)


def _facts(unit: "Unit", holder: Holder) -> list[dict[str, object]]:
    """Settings as people name them: ids are names and numbers."""
    from office import sync_profiles  # noqa: PLC0415 - loads the database
    from office.sync_settings import plain  # noqa: PLC0415

    own = sync_profiles.own_settings(unit, holder.id)
    names = _names(unit)
    rows: list[dict[str, object]] = []
    for setting, value in _profile(unit, holder).values.items():
        shown = plain(value)
        if setting in names:
            known = {each: word for word, each in names[setting].items()}
            shown = sorted(known.get(each, f"#{each}") for each in value)
        rows.append({"setting": setting.replace("_", "-"), "value": shown, "own": setting in own})
    return rows


def _answer(invocation: Invocation, name: str, facts: Sequence[dict[str, object]]) -> None:
    if invocation.as_json:
        settings = {str(each["setting"]): each["value"] for each in facts}
        own = [each["setting"] for each in facts if each["own"]]
        invocation.answer("", name=name, settings=settings, own=own)
        return
    rows = [
        {"setting": each["setting"], "value": _worded(each["value"]), "own": _worded(each["own"])}
        for each in facts
    ]
    invocation.table("settings", rows, empty="")


def _worded(value: object) -> object:
    if isinstance(value, bool):
        return "on" if value else "off"
    return value or None


def _names(unit: "Unit") -> dict[str, dict[str, int]]:
    """What brokers and colleagues are called here, by setting."""
    from storage import contacts, sync_profiles  # noqa: PLC0415 - loads the database

    return {
        "brokers": {number: each for each, number, _name in contacts.brokers(unit)},
        "colleagues": {each.name: each.id for each in sync_profiles.colleagues(unit, besides=0)},
    }


def _changed(unit: "WriteUnit", profile: "SyncProfile", settings: Sequence[str]) -> "SyncProfile":
    from dataclasses import replace  # noqa: PLC0415

    from office.sync_profiles import ProfileError  # noqa: PLC0415 - loads the database
    from office.sync_settings import SETTINGS, is_fault  # noqa: PLC0415

    values, faults = profile.values, {}
    names = _names(unit)
    for each in settings:
        word, equals, text = each.partition("=")
        setting = word.replace("-", "_")
        if not equals or setting not in SETTINGS:
            known = ", ".join(name.replace("_", "-") for name in SETTINGS)
            raise click.BadParameter(f"“{each}” is no SETTING=VALUE; the settings are {known}.")
        kept = _read(values[setting], text.strip(), names.get(setting))
        if is_fault(SETTINGS[setting], kept):
            faults[setting] = SETTINGS[setting].takes
        else:
            values[setting] = SETTINGS[setting].read(kept)
    if faults:
        raise ProfileError(faults)
    return replace(profile, **values)


def _read(before: object, text: str, names: dict[str, int] | None) -> object:
    """What *text* is in JSON, for a setting that was *before*."""
    parts = [each.strip() for each in text.split(",") if each.strip()] if text != _NONE else []
    if names is not None:
        if unknown := [each for each in parts if each not in names]:
            raise RefusedError(f"There is nobody of that name or number: {', '.join(unknown)}.")
        return [names[each] for each in parts]
    if isinstance(before, frozenset):
        return parts
    if isinstance(before, bool):
        return _FLAGS.get(text, text)
    if isinstance(before, str):
        is_free_text = type(before) is str
        return "" if is_free_text and text == _NONE else text
    is_number = text.isascii() and text.isdecimal() and len(text) <= len("3650")
    return int(text) if is_number else (None if text == _NONE else text)
