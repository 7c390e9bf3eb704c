"""Contacts of one UID: in a book lies one of them (row C3, RFC 6352 section 5.1)."""

import pytest

from auth.visibility import Visibility
from office.contacts import desk
from office.contacts.keeping import get
from tests.groupware_door import Device, GroupwareOffice, card
from tests.office_book import BOOK, add, assign, hrefs, listed, profile, see, work_of

JOINING = card("kunde", "Zweite", "CATEGORIES:Kunde", "BDAY:1985-04-12")


@pytest.fixture
def twins(groupware: GroupwareOffice, anna: Device) -> tuple[str, str]:
    """Berta's contact, and Anna's of the same UID, who does not see the other; their numbers."""
    groupware.person("berta", "administration")
    see(groupware, "berta", Visibility.ALL)
    see(groupware, "anna", Visibility.OWN)
    first = add(groupware, "kunde", "BDAY:1980-01-01", partner="berta", name="Erste")
    assert anna.put(f"{BOOK}a.vcf", JOINING).status == 201
    [second] = [each.row.number for each in listed(groupware) if each.row.number != first]
    return first, second


def names(device: Device) -> list[str]:
    """What the cards in the book are called."""
    texts = [device.get(BOOK + each).text for each in sorted(hrefs(device))]
    return [each.partition("FN:")[2].partition("\r\n")[0] for each in texts]


def remove(office: GroupwareOffice, number: str) -> None:
    with work_of(office, "berta") as work:
        desk.remove(work, get(work.unit, work.who, number))


def test_who_sees_both_has_the_elder_and_its_maker_their_own(
    groupware: GroupwareOffice, anna: Device, twins: tuple[str, str]
) -> None:
    assert names(groupware.people["berta"]) == ["Erste"]
    see(groupware, "anna", Visibility.ALL)
    assert names(anna) == ["Zweite"]
    assert len(listed(groupware)) == len(twins)


def test_where_one_goes_the_other_comes(
    groupware: GroupwareOffice, jonas: Device, twins: tuple[str, str]
) -> None:
    berta = groupware.people["berta"]
    see(groupware, "jonas", Visibility.OWN)
    token = berta.sync(BOOK).token
    assert berta.delete(BOOK + next(iter(hrefs(berta)))).status == 204
    assert names(berta) == ["Zweite"]
    changes = berta.sync(BOOK, token)
    assert (len(changes.changed), len(changes.gone)) == (1, 1)
    assign(groupware, twins[0], "jonas")
    assign(groupware, twins[1], "jonas")
    assert names(jonas) == ["Erste"]
    assign(groupware, twins[0], "berta")
    assert names(jonas) == ["Zweite"]


def test_with_time_one_goes_and_the_other_comes(
    groupware: GroupwareOffice, twins: tuple[str, str]
) -> None:
    berta, day_us = groupware.people["berta"], 24 * 3600 * 1_000_000
    jonas = groupware.people["jonas"]
    see(groupware, "jonas", Visibility.ALL)
    profile(groupware, "jonas", edited_days=2)
    groupware.clock.now_us += day_us
    assert names(jonas) == names(berta) == ["Erste"]
    assign(groupware, twins[1], "berta")
    groupware.clock.now_us += day_us
    assert names(jonas) == ["Zweite"]


@pytest.mark.parametrize("gone", [0, 1])
def test_of_three_two_still_know_of_each_other_when_one_is_gone(
    groupware: GroupwareOffice, jonas: Device, twins: tuple[str, str], gone: int
) -> None:
    berta = groupware.people["berta"]
    see(groupware, "jonas", Visibility.OWN)
    assert jonas.put(f"{BOOK}j.vcf", card("kunde", "Dritte", "CATEGORIES:Kunde")).status == 201
    assert names(berta) == ["Erste"]

    remove(groupware, twins[gone])

    assert names(berta) == [("Zweite", "Erste")[gone]]
    rest = {each.row.id: each.row.duplicate_of for each in listed(groupware)}
    assert set(rest.values()) == set(rest)
    assert groupware.people["anna"].put(f"{BOOK}b.vcf", JOINING).status == (409, 201)[gone]
    remove(groupware, twins[1 - gone])
    assert "Dritte" in names(jonas)


def test_a_third_of_the_uid_is_refused_where_one_is(
    groupware: GroupwareOffice, anna: Device, twins: tuple[str, str]
) -> None:
    assert anna.put(f"{BOOK}b.vcf", JOINING).status == 409
    assert anna.put("contacts/b.vcf", JOINING).status == 201
    assert anna.move("contacts/b.vcf", f"{BOOK}b.vcf").status == 409
    assert hrefs(anna) == {"a.vcf"}
    assert len(listed(groupware)) == len(twins)
