"""Who sees which appointment in which calendar: the door against the rows, said again (T1, T2).

Clients only follow deltas; after every run each holds what the words below say.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auth.visibility import Visibility
from office import hiding
from storage.store import Store
from tests.groupware_door import Device, GroupwareOffice, event, groupware_office
from tests.office_appointments import (
    add_contact,
    assign,
    item_id,
    profile,
    see,
    user_id,
)
from tests.protocol.groupware.test_colleagues import homes

DAY_US = 24 * 3600 * 1_000_000
NAMES = ("anna", "berta", "jonas")
CUSTOMERS = ("10001", "10002")
MOST = 5


@dataclass
class Appointment:
    """One appointment as the model has it."""

    owner: str
    uid: str
    about: frozenset[str]
    is_private: bool
    changed_us: int
    version: int
    is_hidden: bool = False
    is_there: bool = True


@dataclass
class Client:
    """What one program has of one calendar: by name its text's version."""

    path: str
    token: str = ""
    held: dict[str, str] = field(default_factory=dict)


@dataclass
class Model:
    """The office twice: behind the door and as plain values."""

    office: GroupwareOffice
    appointments: list[Appointment] = field(default_factory=list)
    visibility: dict[str, Visibility] = field(default_factory=dict)
    partner: dict[str, str] = field(default_factory=dict)
    days: dict[str, int | None] = field(default_factory=dict)
    is_off: dict[str, bool] = field(default_factory=dict)
    colleagues: dict[str, frozenset[str]] = field(default_factory=dict)
    clients: dict[tuple[str, str], Client] = field(default_factory=dict)
    made: int = 0

    def device(self, name: str) -> Device:
        return self.office.people[name]

    def sees(self, name: str, customer: str) -> bool:
        """Row U7."""
        seen = self.visibility[name]
        return seen is Visibility.ALL or (
            seen is Visibility.OWN and self.partner[customer] == name
        )

    def in_own(self, each: Appointment) -> bool:
        """Row T2, of the owner's calendar."""
        return not (self.is_off[each.owner] or each.is_hidden) and self._is_young(each.owner, each)

    def for_colleague(self, name: str, each: Appointment) -> bool:
        """Row T1."""
        if each.is_private or not each.about or not self._is_young(name, each):
            return False
        return all(self.sees(name, customer) for customer in each.about)

    def _is_young(self, name: str, each: Appointment) -> bool:
        days = self.days[name]
        now_us = self.office.clock.now_us
        return days is None or each.changed_us > now_us - days * DAY_US


def begin(store: Store, folder: Path) -> Model:
    office = groupware_office(store, folder)
    model = Model(office)
    for name in NAMES:
        office.person(name, "administration")
        see(office, name, Visibility.ALL)
        model.visibility[name] = Visibility.ALL
        model.days[name], model.is_off[name] = None, False
        model.colleagues[name] = frozenset()
    for number in CUSTOMERS:
        assert add_contact(office, number) == number
        model.partner[number] = "anna"
    return model


def put(model: Model, which: int, owner: str, about: frozenset[str], *, is_private: bool) -> None:
    """A new appointment, or another state of one."""
    known = model.appointments[which] if which < len(model.appointments) else None
    if known is None and len(model.appointments) == MOST:
        return
    model.made += 1
    now_us = model.office.clock.now_us
    if known is None or not known.is_there:
        known = Appointment(owner, f"u{model.made}", frozenset(), False, now_us, 0)
        if which < len(model.appointments):
            model.appointments[which] = known
        else:
            model.appointments.append(known)
    lines = ("CLASS:PRIVATE",) if is_private else ()
    title = f"{model.made} {' '.join(sorted(about))}"
    sent = event(known.uid, title, *lines)
    reply = model.device(known.owner).put(f"calendar/{known.uid}.ics", sent)
    assert reply.status in {201, 204}, reply.text
    # Ties are found when it is stored, as far as its owner sees them then.
    known.about = frozenset(each for each in about if model.sees(known.owner, each))
    known.is_private, known.changed_us, known.version = is_private, now_us, model.made
    known.is_hidden = False


def delete(model: Model, which: int) -> None:
    """A device deletes it: the office's is hidden, a private one is gone."""
    if which >= len(model.appointments):
        return
    each = model.appointments[which]
    if not each.is_there or not model.in_own(each):
        return
    assert model.device(each.owner).delete(f"calendar/{each.uid}.ics").status == 204
    each.is_hidden, each.is_there = bool(each.about), bool(each.about)


def bring_back(model: Model, which: int) -> None:
    if which >= len(model.appointments) or not model.appointments[which].is_there:
        return
    each = model.appointments[which]
    item = item_id(model.office, each.owner, each.uid)
    with model.office.store.write() as unit:
        hiding.bring_back(unit, user_id_in(unit, each.owner), item)
    each.is_hidden = False


def user_id_in(unit: Any, name: str) -> int:
    return int(unit.row("SELECT id FROM principal WHERE name = :name", {"name": name})[0])


def set_sight(model: Model, name: str, seen: Visibility) -> None:
    see(model.office, name, seen)
    model.visibility[name] = seen


def set_partner(model: Model, customer: str, name: str) -> None:
    with_all = next((n for n in NAMES if model.visibility[n] is Visibility.ALL), None)
    if with_all != "berta":
        return  # who assigns has to see the customer
    assign(model.office, customer, name)
    model.partner[customer] = name


def set_profile(
    model: Model, name: str, days: int | None, colleagues: frozenset[str], *, is_off: bool
) -> None:
    chosen = colleagues - {name}
    profile(
        model.office,
        name,
        appointment_days=days,
        appointments=not is_off,
        colleagues=frozenset(user_id(model.office, each) for each in chosen),
    )
    model.days[name], model.is_off[name], model.colleagues[name] = days, is_off, chosen


def wait(model: Model, days: int) -> None:
    model.office.clock.now_us += days * DAY_US


def check(model: Model, name: str) -> None:
    """One user's programs sync; they have what the words say."""
    device = model.device(name)
    there = {each.rstrip("/").rpartition("/")[2] for each in homes(device)}
    wanted = {f"colleague-{user_id(model.office, each)}": each for each in model.colleagues[name]}
    assert there == set(wanted)
    for key in [key for key in model.clients if key[0] == name and key[1] not in there]:
        if key[1] != "calendar":
            del model.clients[key]
    for path in ("calendar", *wanted):
        client = model.clients.setdefault((name, path), Client(path))
        sync(device, client)
        owner = wanted.get(path, name)
        expected = sorted(
            f"{each.uid}:{each.version}"
            for each in model.appointments
            if each.owner == owner
            and each.is_there
            and (model.in_own(each) if path == "calendar" else model.for_colleague(name, each))
        )
        assert sorted(client.held.values()) == expected, (name, path)


def sync(device: Device, client: Client) -> None:
    changes = device.sync(f"{client.path}/", client.token)
    for href in changes.gone:
        client.held.pop(href, None)
    for href in changes.changed:
        text = device.request("GET", href).text.splitlines()
        said = dict(line.partition(":")[::2] for line in text)
        client.held[href] = f"{said['UID']}:{said['SUMMARY'].split()[0]}"
    client.token = changes.token


names = st.sampled_from(NAMES)
numbers = st.integers(0, MOST - 1)
some = st.frozensets(st.sampled_from(CUSTOMERS))
steps = st.one_of(
    st.builds(
        lambda which, owner, about, is_private: (
            lambda model: put(model, which, owner, about, is_private=is_private)
        ),
        numbers,
        names,
        some,
        st.sampled_from([False, False, True]),
    ),
    st.builds(lambda which: lambda model: delete(model, which), numbers),
    st.builds(lambda which: lambda model: bring_back(model, which), numbers),
    st.builds(
        lambda name, seen: lambda model: set_sight(model, name, seen),
        names,
        st.sampled_from(Visibility),
    ),
    st.builds(
        lambda customer, name: lambda model: set_partner(model, customer, name),
        st.sampled_from(CUSTOMERS),
        names,
    ),
    st.builds(
        lambda name, days, colleagues, is_off: (
            lambda model: set_profile(model, name, days, colleagues, is_off=is_off)
        ),
        names,
        st.sampled_from([None, 3, 10]),
        st.frozensets(names),
        st.sampled_from([False, False, False, True]),
    ),
    st.builds(lambda days: lambda model: wait(model, days), st.integers(1, 6)),
    st.builds(lambda name: lambda model: check(model, name), names),
)


def walk(model: Model, runs: list[list[Any]]) -> None:
    for run in runs:
        for step in run:
            step(model)
        for name in NAMES:
            check(model, name)


def reset(model: Model) -> None:
    """Begin anew with what there is: another example of the same test."""
    for each in model.appointments:
        if each.is_there:
            with model.office.store.write() as unit:
                item = unit.row("SELECT id FROM item WHERE uid = :uid", {"uid": each.uid})
                hiding.bring_back(unit, user_id_in(unit, each.owner), item[0])
    for name in NAMES:
        set_sight(model, name, Visibility.ALL)
        set_profile(model, name, None, frozenset(), is_off=False)
    for number in CUSTOMERS:
        assign(model.office, number, "anna")
        model.partner[number] = "anna"
    for each in model.appointments:
        if each.is_there:
            put(model, model.appointments.index(each), each.owner, frozenset(), is_private=False)
            model.device(each.owner).delete(f"calendar/{each.uid}.ics")
    model.appointments.clear()


@pytest.fixture
def model(store: Store, tmp_path: Path) -> Model:
    return begin(store, tmp_path)


@given(runs=st.lists(st.lists(steps, max_size=8), max_size=4))
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=8
)
def test_everybody_has_what_the_rules_say(model: Model, runs: list[list[Any]]) -> None:
    reset(model)
    walk(model, runs)


@pytest.mark.soak
@given(runs=st.lists(st.lists(steps, max_size=12), min_size=2, max_size=12))
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150
)
def test_everybody_has_it_at_length(model: Model, runs: list[list[Any]]) -> None:
    reset(model)
    walk(model, runs)
