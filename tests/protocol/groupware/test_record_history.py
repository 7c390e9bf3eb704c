"""What the office's records were long ago is forgotten, as far as nobody has to be told of it."""

import pytest

from auth.visibility import Visibility
from jobs.record_history import forget_removed, forget_versions
from office.contacts import desk
from office.contacts.keeping import get
from office.sync_settings import Conflicts
from tests.builders import NOW_US
from tests.groupware_door import Device, GroupwareOffice, card
from tests.office_book import BOOK, add, etag, hrefs, profile, record, see, work_of

DAY_US = 24 * 3600 * 1_000_000
DAYS = 400


@pytest.fixture(autouse=True)
def berta(groupware: GroupwareOffice) -> Device:
    """May delete, and sees all customers."""
    device = groupware.person("berta", "administration")
    see(groupware, "berta", Visibility.ALL)
    return device


def tombstones(office: GroupwareOffice) -> int:
    with office.store.read() as unit:
        return int(unit.row("SELECT count(*) FROM record_tombstone")[0])


def versions(office: GroupwareOffice, number: str) -> list[str]:
    """The names in the earlier states of a contact's card, the oldest first."""
    with office.store.read() as unit:
        texts = unit.rows(
            "SELECT text FROM record_version WHERE item_id = :item ORDER BY id",
            {"item": record(office, number).item.id},
        )
    return [text.partition("FN:")[2].partition("\r\n")[0] for (text,) in texts]


class TestRemoved:
    def test_as_soon_as_it_is_old_and_in_no_view(
        self, groupware: GroupwareOffice, anna: Device
    ) -> None:
        for uid in ("eins", "zwei", "drei"):
            number = add(groupware, uid)
            first = anna.sync(BOOK)
            with work_of(groupware, "berta") as work:
                desk.remove(work, get(work.unit, work.who, number))
        late_us = NOW_US + DAYS * DAY_US
        groupware.clock.now_us = late_us + 1

        def forget(now_us: int) -> int:
            return forget_removed(groupware.store, tombstone_days=DAYS, now_us=now_us, portion=1)

        assert (forget(late_us), tombstones(groupware)) == (0, 3)
        assert (forget(late_us + 1), tombstones(groupware)) == (2, 1)
        assert anna.sync(BOOK, first.token).gone == {*first.changed}
        assert (forget(late_us + 1), tombstones(groupware)) == (1, 0)
        assert anna.sync(BOOK, first.token).gone == {*first.changed}


class TestVersions:
    @pytest.fixture
    def number(self, groupware: GroupwareOffice, anna: Device) -> str:
        """A contact that was changed each day."""
        number = add(groupware, "kunde", name="0")
        [href] = hrefs(anna)
        for day in range(1, 5):
            groupware.clock.now_us = NOW_US + day * DAY_US
            assert anna.put(BOOK + href, card("kunde", str(day))).status == 204
        assert versions(groupware, number) == ["0", "1", "2", "3"]
        return number

    @pytest.mark.parametrize(
        ("days", "kept"), [(1, "123"), (2, "23"), (3, "3"), (4, "3"), (4711, "3")]
    )
    def test_the_old_go_and_the_last_one_stays(
        self, groupware: GroupwareOffice, number: str, days: int, kept: str
    ) -> None:
        now_us = NOW_US + (DAYS + days) * DAY_US + 1

        gone = forget_versions(groupware.store, version_days=DAYS, now_us=now_us, portion=1)

        assert versions(groupware, number) == [*kept]
        assert gone == 4 - len(kept)

    def test_with_no_age_none_go(self, groupware: GroupwareOffice, number: str) -> None:
        far_us = NOW_US + 4711 * DAY_US
        assert forget_versions(groupware.store, version_days=0, now_us=far_us) == 0
        assert len(versions(groupware, number)) == 4

    def test_what_is_forgotten_is_no_state_that_a_device_may_have(
        self, groupware: GroupwareOffice, anna: Device, berta: Device
    ) -> None:
        """The profile lets the device win, over what the office remembers to have had."""
        profile(groupware, "anna", contact_conflicts=Conflicts.DEVICE)
        add(groupware, "kunde")
        [href] = hrefs(anna)
        old = etag(anna, href)
        for name in ("Berta", "Berta danach"):
            berta.put(BOOK + href, card("kunde", name))
        late_us = NOW_US + (DAYS + 1) * DAY_US
        assert forget_versions(groupware.store, version_days=DAYS, now_us=late_us) == 1

        assert anna.put(BOOK + href, card("kunde", "Anna"), If_Match=old).status == 412
