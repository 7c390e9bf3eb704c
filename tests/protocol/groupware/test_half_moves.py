"""A move that a device makes of a DELETE and a PUT, in either order (row C4)."""

import pytest

from auth.visibility import Visibility
from office import hiding
from office.contacts import desk
from office.contacts.keeping import get
from office.half_moves import MINUTE_US
from office.sync_settings import Conflicts, Deletes
from storage import hidden
from tests.groupware_door import Device, GroupwareOffice, card
from tests.office_book import (
    BOOK,
    add,
    assign,
    hrefs,
    listed,
    pass_time,
    profile,
    record,
    see,
    user_id,
    work_of,
)

MINE = "contacts/meine.vcf"


@pytest.fixture(autouse=True)
def berta(groupware: GroupwareOffice) -> Device:
    """May delete, and sees all customers."""
    device = groupware.person("berta", "administration")
    see(groupware, "berta", Visibility.ALL)
    return device


@pytest.fixture(params=[*Deletes])
def policy(groupware: GroupwareOffice, request: pytest.FixtureRequest) -> Deletes:
    """What Berta's profile has become of a card that a device deletes."""
    set_policy(groupware, request.param)
    return Deletes(request.param)


def set_policy(office: GroupwareOffice, deletes: Deletes) -> None:
    profile(office, "berta", contact_deletes=deletes)


def hidden_by(office: GroupwareOffice, name: str) -> int:
    with office.store.read() as unit:
        return hidden.count(unit, user_id(unit, name))


def put_away(device: Device, href: str, *, deletes_first: bool) -> tuple[int, int]:
    """Carry a card to another book in two halves; the answers to the DELETE and the PUT."""
    text = device.get(BOOK + href).text.encode()
    if deletes_first:
        deleted = device.delete(BOOK + href).status
        return deleted, device.put(MINE, text).status
    put = device.put(MINE, text).status
    return device.delete(BOOK + href).status, put


@pytest.mark.parametrize("deletes_first", [True, False])
def test_it_stays_in_the_office_and_is_hidden_whatever_the_policy(
    groupware: GroupwareOffice, berta: Device, policy: Deletes, *, deletes_first: bool
) -> None:
    add(groupware, "kunde", partner="berta")
    token = berta.sync(BOOK).token
    [href] = hrefs(berta)

    answers = put_away(berta, href, deletes_first=deletes_first)

    is_refused = deletes_first and policy is Deletes.REFUSE
    assert answers == (403 if is_refused else 204, 201)
    assert [each.rpartition("/")[2] for each in berta.sync(BOOK, token).gone] == [href]
    assert "UID:kunde" in berta.get(MINE).text
    assert hidden_by(groupware, "berta") == 1
    assert pass_time(groupware) == 0
    assert len(listed(groupware)) == 1
    assert not hrefs(berta)


@pytest.mark.usefixtures("policy")
@pytest.mark.parametrize("puts_first", [True, False])
def test_back_in_two_halves_it_is_shown_again(
    groupware: GroupwareOffice, berta: Device, *, puts_first: bool
) -> None:
    add(groupware, "kunde", partner="berta")
    [href] = hrefs(berta)
    put_away(berta, href, deletes_first=True)
    text = berta.get(MINE).text.encode()

    if puts_first:
        assert berta.put(f"{BOOK}wieder.vcf", text).status == 201
    assert berta.delete(MINE).status == 204
    if not puts_first:
        assert berta.put(f"{BOOK}wieder.vcf", text).status == 201

    assert hrefs(berta) == {"wieder.vcf"}
    assert berta.names("contacts/") == set()
    assert pass_time(groupware) == 0
    assert (len(listed(groupware)), hidden_by(groupware, "berta")) == (1, 0)


def test_after_a_minute_a_copy_is_a_copy(
    groupware: GroupwareOffice, berta: Device, policy: Deletes
) -> None:
    add(groupware, "kunde", partner="berta")
    [href] = hrefs(berta)
    text = berta.get(BOOK + href).text.encode()
    berta.delete(BOOK + href)

    went = pass_time(groupware)
    assert berta.put(MINE, text).status == 201

    assert went == (policy is Deletes.DELETE)
    assert hrefs(berta) == ({href} if policy is Deletes.REFUSE else set())
    assert hidden_by(groupware, "berta") == (policy is Deletes.HIDE)


@pytest.mark.parametrize("comes_round", [True, False])
def test_after_it_a_put_hides_nothing_whether_the_housekeeper_came_or_not(
    groupware: GroupwareOffice, berta: Device, *, comes_round: bool
) -> None:
    set_policy(groupware, Deletes.REFUSE)
    add(groupware, "kunde", partner="berta")
    [href] = hrefs(berta)
    text = berta.get(BOOK + href).text.encode()
    assert berta.delete(BOOK + href).status == 403
    groupware.clock.now_us += MINUTE_US + 1
    if comes_round:
        assert pass_time(groupware, 0) == 0

    assert berta.put(MINE, text).status == 201

    assert hrefs(berta) == {href}


def test_before_it_is_over_nothing_goes(groupware: GroupwareOffice, berta: Device) -> None:
    set_policy(groupware, Deletes.DELETE)
    add(groupware, "kunde", partner="berta")
    [href] = hrefs(berta)
    berta.delete(BOOK + href)

    assert pass_time(groupware, MINUTE_US) == 0
    assert len(listed(groupware)) == 1
    assert pass_time(groupware, 1) == 1
    assert pass_time(groupware, 1) == 0
    assert len(listed(groupware)) == 0


def test_an_old_copy_makes_no_move_of_a_delete(groupware: GroupwareOffice, berta: Device) -> None:
    set_policy(groupware, Deletes.REFUSE)
    add(groupware, "kunde", partner="berta")
    [href] = hrefs(berta)
    berta.put(MINE, berta.get(BOOK + href).text.encode())
    groupware.clock.now_us += MINUTE_US + 1

    assert berta.delete(BOOK + href).status == 403
    assert hrefs(berta) == {href}


@pytest.mark.parametrize("how", ["one", "all", "put"])
def test_a_copy_of_what_came_back_meanwhile_is_a_copy(
    groupware: GroupwareOffice, berta: Device, how: str
) -> None:
    set_policy(groupware, Deletes.DELETE)
    number = add(groupware, "kunde", partner="berta")
    [href] = hrefs(berta)
    text = berta.get(BOOK + href).text.encode()
    berta.delete(BOOK + href)
    if how == "put":
        assert berta.put(f"{BOOK}wieder.vcf", text).status == 201
    with groupware.store.write() as unit:
        berta_id = user_id(unit, "berta")
        if how == "one":
            assert hiding.bring_back(unit, berta_id, record(groupware, number).item.id)
        if how == "all":
            assert hiding.bring_all_back(unit, berta_id) == 1

    assert berta.put(MINE, text).status == 201

    assert len(hrefs(berta)) == 1
    assert pass_time(groupware) == 0
    assert (len(listed(groupware)), hidden_by(groupware, "berta")) == (1, 0)


def test_what_is_brought_back_meanwhile_stays(groupware: GroupwareOffice, berta: Device) -> None:
    set_policy(groupware, Deletes.DELETE)
    number = add(groupware, "kunde", partner="berta")
    [href] = hrefs(berta)
    berta.delete(BOOK + href)
    with groupware.store.write() as unit:
        item_id = record(groupware, number).item.id
        assert hiding.bring_back(unit, user_id(unit, "berta"), item_id)
    set_policy(groupware, Deletes.HIDE)
    berta.delete(BOOK + href)  # which now means no more than that

    assert pass_time(groupware) == 0
    assert len(listed(groupware)) == 1


def test_who_may_no_longer_delete_has_hidden_it(groupware: GroupwareOffice, berta: Device) -> None:
    set_policy(groupware, Deletes.DELETE)
    add(groupware, "kunde", partner="berta")
    [href] = hrefs(berta)
    berta.delete(BOOK + href)
    see(groupware, "berta", Visibility.NONE)

    assert pass_time(groupware) == 0
    assert len(listed(groupware)) == 1


def test_a_card_of_another_uid_or_another_user_is_no_half(
    groupware: GroupwareOffice, berta: Device, anna: Device
) -> None:
    set_policy(groupware, Deletes.REFUSE)
    add(groupware, "kunde", partner="anna")
    [href] = hrefs(berta)
    text = berta.get(BOOK + href).text.encode()
    assert anna.put(MINE, text).status == 201
    assert berta.delete(BOOK + href).status == 403
    assert berta.put("contacts/andere.vcf", card("andere")).status == 201
    assert hrefs(berta) == {href}


def test_a_hidden_one_that_is_seen_comes_back_though_another_was_hidden_later(
    groupware: GroupwareOffice, anna: Device
) -> None:
    """Two records of one UID; the one hidden last is no longer hers to see."""
    see(groupware, "anna", Visibility.OWN)
    first = add(groupware, "kunde", partner="berta")
    assert anna.put(f"{BOOK}a.vcf", card("kunde", "Zweite", "CATEGORIES:Kunde")).status == 201
    second = next(each.row.number for each in listed(groupware) if each.row.number != first)
    assign(groupware, second, "berta")
    assign(groupware, first, "anna")
    [one] = hrefs(anna)
    assert anna.delete(BOOK + one).status == 204
    groupware.clock.now_us += 1
    assign(groupware, second, "anna")
    assert anna.delete(f"{BOOK}a.vcf").status == 204
    assign(groupware, second, "berta")

    assert anna.put(f"{BOOK}wieder.vcf", card("kunde")).status == 201

    assert hrefs(anna) == {"wieder.vcf"}
    assert len(listed(groupware)) == 2
    assert hidden_by(groupware, "anna") == 0


@pytest.fixture
def away(groupware: GroupwareOffice, berta: Device) -> str:
    """A contact that Berta moved to her own book, where she changed its copy; its number."""
    number = add(groupware, "kunde", "NOTE:bleibt", partner="berta")
    [href] = hrefs(berta)
    assert berta.move(BOOK + href, MINE).status == 201
    assert berta.put(MINE, card("kunde", "Dort geändert")).status == 204
    return number


def bring_back(device: Device, how: str) -> None:
    if how == "MOVE":
        assert device.move(MINE, f"{BOOK}wieder.vcf").status == 201
        return
    text = device.get(MINE).text.encode()
    if how == "DELETE":
        assert device.delete(MINE).status == 204
    assert device.put(f"{BOOK}wieder.vcf", text).status == 201


@pytest.mark.parametrize("how", ["MOVE", "PUT", "DELETE"])
def test_what_was_edited_in_the_copy_is_an_edit(
    groupware: GroupwareOffice, berta: Device, away: str, how: str
) -> None:
    bring_back(berta, how)

    text = berta.get(f"{BOOK}wieder.vcf").text
    assert "FN:Dort geändert" in text
    assert "NOTE:bleibt" in text
    assert text == record(groupware, away).item.text


@pytest.mark.parametrize("wanted", [*Conflicts])
@pytest.mark.parametrize("how", ["MOVE", "PUT"])
def test_where_the_office_changed_it_too_the_profile_says_what_becomes_of_it(
    groupware: GroupwareOffice, berta: Device, away: str, how: str, wanted: Conflicts
) -> None:
    profile(groupware, "berta", contact_conflicts=wanted)
    groupware.clock.now_us += 1
    with work_of(groupware, "berta") as work:
        known = get(work.unit, work.who, away)
        desk.change_fields(work, known, known.fields._replace(last_name="Konsole"))

    bring_back(berta, how)

    is_taken = wanted is Conflicts.DEVICE
    assert ("FN:Dort geändert" in record(groupware, away).item.text) == is_taken
    copies = [berta.get(BOOK + each).text for each in hrefs(berta) - {"wieder.vcf"}]
    assert len(copies) == (wanted is Conflicts.BOTH)
    assert all("FN:Dort geändert (Konflikt" in each for each in copies)


def test_a_copy_that_was_not_touched_takes_nothing_back(
    groupware: GroupwareOffice, berta: Device
) -> None:
    number = add(groupware, "kunde", partner="berta")
    [href] = hrefs(berta)
    assert berta.move(BOOK + href, MINE).status == 201
    with work_of(groupware, "berta") as work:
        known = get(work.unit, work.who, number)
        desk.change_fields(work, known, known.fields._replace(last_name="Konsole"))

    bring_back(berta, "MOVE")

    assert "Konsole" in berta.get(f"{BOOK}wieder.vcf").text
