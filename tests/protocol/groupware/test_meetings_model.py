"""Whatever the order of what an organizer and attendees do, the organizer sees the last answers.

An answer counts until the meeting is moved or its attendee invited anew; nothing else in anybody's
calendar changes.
"""

from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.store import Store
from tests.groupware_door import Device, GroupwareOffice, event, groupware_office
from tests.meetings import PATH, answer, answers, attendee, copy_of, has_copy, meeting

COLLEAGUES = ("jonas", "petra")
whose = st.sampled_from(COLLEAGUES)
acts = st.one_of(
    st.tuples(st.just("move"), st.just("anna"), st.sampled_from(["09", "11", "13"])),
    st.tuples(st.just("rename"), st.just("anna"), st.sampled_from(["Notar", "Bank"])),
    st.tuples(st.just("invite"), whose, st.just("")),
    st.tuples(st.just("leave out"), whose, st.just("")),
    st.tuples(st.just("claim"), whose, st.sampled_from(["ACCEPTED", "DECLINED"])),
    st.tuples(st.just("answer"), whose, st.sampled_from(["ACCEPTED", "DECLINED", "TENTATIVE"])),
    st.tuples(st.just("delete"), whose, st.just("")),
)
Act = tuple[str, str, str]


class Wanted(NamedTuple):
    """The meeting as its organizer has it: hour, name, and each attendee's answer."""

    hour: str
    name: str
    answers: dict[str, str]


def after(wanted: Wanted, act: Act, *, has_it: bool) -> Wanted:
    """What the meeting is to be after *act*; *has_it*: who acts has a copy."""
    kind, who, what = act
    told = dict(wanted.answers)
    match kind:
        case "move":
            if what == wanted.hour:
                return wanted
            return Wanted(what, wanted.name, dict.fromkeys(told, "NEEDS-ACTION"))
        case "rename":
            return wanted._replace(name=what)
        case "invite":
            told.setdefault(who, "NEEDS-ACTION")
        case "leave out":
            told.pop(who, None)
        case "answer" if has_it and who in told:
            told[who] = what
        case "delete" if has_it and who in told:
            told[who] = "DECLINED"
    return wanted._replace(answers=told)


def save(anna: Device, wanted: Wanted, claimed: dict[str, str]) -> None:
    """Save it as a program does that has not seen any answer."""
    lines = [attendee(each, claimed.get(each, "NEEDS-ACTION")) for each in wanted.answers]
    time = (f"DTSTART:20270504T{wanted.hour}0000Z", f"DTEND:20270504T{wanted.hour}3000Z")
    reply = anna.put(PATH, meeting(*time, *lines, summary=wanted.name))
    assert reply.status in {201, 204}, reply.text


def run(office: GroupwareOffice, script: list[Act]) -> None:
    anna = office.people["anna"]
    wanted = Wanted("09", "Notar", {"jonas": "NEEDS-ACTION"})
    save(anna, wanted, {})
    for act in script:
        kind, who, what = act
        device = office.people[who]
        has_it = who != "anna" and has_copy(device)
        before, wanted = wanted, after(wanted, act, has_it=has_it)
        if kind == "answer" and has_it and who in before.answers:
            assert answer(device, what).status == 204
        elif kind == "delete" and has_it:
            assert device.request("DELETE", copy_of(device)[0]).status == 204
        elif kind not in {"answer", "delete"}:
            save(anna, wanted, {who: what} if kind == "claim" else {})
        [seen] = answers(copy_of(anna)[1]) or [{}]
        assert seen == wanted.answers, act
        _check_copies(office, wanted)


def _check_copies(office: GroupwareOffice, wanted: Wanted) -> None:
    """Whoever takes part and has a copy has the newest; nobody's own things are touched."""
    for name in COLLEAGUES:
        device = office.people[name]
        assert device.get("calendar/privat.ics").body == event(f"privat-{name}", "Arzt")
        if not has_copy(device):
            continue
        text = copy_of(device)[1]
        if name not in wanted.answers:
            assert "STATUS:CANCELLED" in text
            continue
        assert f"DTSTART:20270504T{wanted.hour}0000Z" in text
        assert f"SUMMARY:{wanted.name}" in text
        assert answers(text)[0][name] == wanted.answers[name]


@pytest.fixture
def office(store: Store, tmp_path: Path) -> GroupwareOffice:
    made = groupware_office(store, tmp_path)
    for name in ("anna", *COLLEAGUES):
        made.person(name).put("calendar/privat.ics", event(f"privat-{name}", "Arzt"))
    return made


_SETTINGS = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
scripts = st.lists(acts, min_size=3, max_size=9)


def _fresh(office: GroupwareOffice) -> None:
    for name in ("anna", *COLLEAGUES):
        device = office.people[name]
        for href in device.names("calendar/"):
            if not href.endswith("privat.ics"):
                device.request("DELETE", href, Schedule_Reply="F")


@settings(_SETTINGS, max_examples=10)
@given(scripts)
def test_whatever_the_order(office: GroupwareOffice, script: list[Act]) -> None:
    run(office, script)
    _fresh(office)


@pytest.mark.soak
@settings(_SETTINGS, max_examples=500)
@given(scripts)
def test_whatever_the_order_at_length(office: GroupwareOffice, script: list[Act]) -> None:
    run(office, script)
    _fresh(office)
