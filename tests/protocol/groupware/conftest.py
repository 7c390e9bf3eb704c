"""The groupware door on both databases, with two people in the office."""

from pathlib import Path

import pytest

from storage.store import Store
from tests.groupware_door import Device, GroupwareOffice, groupware_office


@pytest.fixture
def groupware(store: Store, tmp_path: Path) -> GroupwareOffice:
    office = groupware_office(store, tmp_path)
    office.person("anna")
    office.person("jonas")
    return office


@pytest.fixture
def anna(groupware: GroupwareOffice) -> Device:
    return groupware.people["anna"]


@pytest.fixture
def jonas(groupware: GroupwareOffice) -> Device:
    return groupware.people["jonas"]
