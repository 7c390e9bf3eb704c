"""Names in the office book: no two cards have one, whatever comes back under it."""

from auth.visibility import Visibility
from office import hiding
from storage import contacts
from storage import people as person_rows
from tests.groupware_door import Device, GroupwareOffice, card

BOOK = "office/"


def _names(device: Device) -> dict[str, str]:
    """The cards by name, each with its UID; no name comes twice."""
    hrefs = [each.rpartition("/")[2] for each in device.sync(BOOK).changed]
    texts = {href: device.get(BOOK + href).text for href in hrefs}
    assert len(texts) == len(hrefs)
    return {href: text.partition("UID:")[2].split()[0] for href, text in texts.items()}


def _see(office: GroupwareOffice, name: str, visibility: Visibility) -> None:
    with office.store.write() as unit:
        person_rows.set_visibility(unit, person_rows.find_principal(unit, name) or 0, visibility)


def _bring_back_all(office: GroupwareOffice, name: str) -> None:
    with office.store.write() as unit:
        user_id = person_rows.find_principal(unit, name) or 0
        for each in contacts.page(unit, most=100):
            hiding.bring_back(unit, user_id, each.row.item_id)


def test_two_that_one_name_made_after_each_other_come_back(
    groupware: GroupwareOffice, anna: Device
) -> None:
    for uid in ("one", "two", "three"):
        anna.put(f"{BOOK}a.vcf", card(uid, "Anna Berg", "CATEGORIES:Kunde"))
        assert anna.delete(f"{BOOK}a.vcf").status == 204

    _bring_back_all(groupware, "anna")

    names = _names(anna)
    assert names["a.vcf"] == "three"
    assert sorted(names.values()) == ["one", "three", "two"]


def test_a_private_card_keeps_the_name_that_it_took_meanwhile(
    groupware: GroupwareOffice, anna: Device
) -> None:
    anna.put(f"{BOOK}a.vcf", card("one", "Anna Berg", "CATEGORIES:Kunde"))
    anna.delete(f"{BOOK}a.vcf")
    anna.put(f"{BOOK}a.vcf", card("two"))

    _bring_back_all(groupware, "anna")

    names = _names(anna)
    assert names["a.vcf"] == "two"
    assert sorted(names.values()) == ["one", "two"]
    anna.put(f"{BOOK}a.vcf", card("two", "Anna Berg", "CATEGORIES:Kunde"))
    assert _names(anna) == names
    _see(groupware, "anna", Visibility.NONE)
    _see(groupware, "anna", Visibility.ALL)
    assert sorted(_names(anna).values()) == ["one", "two"]


def test_a_private_card_that_is_called_as_a_contact_would_be(
    groupware: GroupwareOffice, anna: Device, jonas: Device
) -> None:
    for number in range(1, 30):
        jonas.put(f"{BOOK}{number}.vcf", card(f"own{number}"))
    _see(groupware, "jonas", Visibility.ALL)
    anna.put(f"{BOOK}a.vcf", card("one", "Anna Berg", "CATEGORIES:Kunde"))

    names = _names(jonas)

    assert len(names) == 30
    assert "one" in names.values()
    assert names["7.vcf"] == "own7"
