"""The setting that says which categories let a card join the office."""

from pathlib import Path

from config.settings import Contacts, Settings
from dav_providers.groupware.application import make_groupware
from storage import contacts
from tests.groupware_door import Device, GroupwareOffice, card


def test_only_the_categories_of_the_setting_let_a_card_join(
    groupware: GroupwareOffice, anna: Device, tmp_path: Path
) -> None:
    settings = Settings(data_folder=tmp_path, contacts=Contacts(join_categories=("mandant",)))
    groupware.door = make_groupware(groupware.store, settings, clock=groupware.clock)

    anna.put("office/a.vcf", card("a", "Anna Berg", "CATEGORIES:Kunde"))
    anna.put("office/b.vcf", card("b", "Jonas Keil", "CATEGORIES:Mandant,VIP"))

    with groupware.store.read() as unit:
        joined = contacts.page(unit, most=10)
    assert [(each.name, each.row.kind) for each in joined] == [("Jonas Keil", "customer")]
    assert joined[0].tags == ("Mandant", "VIP")
