import pytest

from auth import people
from auth.audit import Act, Actor
from auth.visibility import Visibility
from office import hiding
from storage import audit as audit_rows
from storage import collections, contacts, hidden
from storage.hidden import Place
from storage.store import Store
from tests.builders import NOW_US, a_person, with_groups
from tests.contact_rows import a_contact, an_event, rules_of


@pytest.fixture
def office(store: Store) -> Store:
    with_groups(store)
    with store.write() as unit:
        for name in ("berta", "anna", "jonas"):
            a_person(unit, name, groups=("verwaltung",))
    return store


def user_id(office: Store, name: str = "anna") -> int:
    with office.read() as unit:
        return people.get(unit, name).id


def rules(office: Store, name: str = "anna") -> int:
    with office.write() as unit:
        return rules_of(unit, people.get(unit, name).id)


def contact(office: Store, name: str, **facts: object) -> int:
    """A contact that everybody sees, if nothing else is said; its item."""
    with office.write() as unit:
        _id, item_id = a_contact(unit, name, **({"kind": "company"} | facts))  # type: ignore[arg-type]
    return item_id


def hide(office: Store, item_id: int, *, at: int = 0, name: str = "anna") -> bool:
    with office.write() as unit:
        user = people.get(unit, name).id
        return hidden.hide(unit, user, item_id, now_us=NOW_US + at)


def names(office: Store, *, viewer: str = "anna", name: str = "anna") -> list[str]:
    with office.read() as unit:
        found = hiding.listed(
            unit, people.get(unit, name).id, viewer_id=people.get(unit, viewer).id, most=100
        )
        assert hidden.count(unit, people.get(unit, name).id) == len(found)
    return [each.name for each in found]


class TestHiding:
    def test_is_for_that_user(self, office: Store) -> None:
        item = contact(office, "Baugesellschaft Ost")

        assert hide(office, item)

        assert names(office) == ["Baugesellschaft Ost"]
        assert names(office, name="jonas") == []

    def test_twice_or_of_nothing_changes_nothing(self, office: Store) -> None:
        item = contact(office, "Baugesellschaft Ost")
        hide(office, item)

        assert not hide(office, item, at=5)
        assert not hide(office, 999_999)

        anna = user_id(office)
        with office.read() as unit:
            found = hiding.listed(unit, anna, viewer_id=anna, most=9)
        assert [each.hidden_us for each in found] == [NOW_US]

    def test_ends_with_the_record(self, office: Store) -> None:
        item = contact(office, "Baugesellschaft Ost")
        hide(office, item)

        with office.write() as unit:
            unit.execute("DELETE FROM item WHERE id = :id", {"id": item})

        assert names(office) == []


class TestBringingBack:
    def test_shows_it_again_and_raises_the_rules(self, office: Store) -> None:
        kept, item = contact(office, "Baugesellschaft Ost"), contact(office, "Hausverwaltung West")
        hide(office, kept)
        hide(office, item)
        before, anna = rules(office), user_id(office)

        with office.write() as unit:
            assert hiding.bring_back(unit, anna, item, by=Actor(anna))
            assert not hiding.bring_back(unit, anna, item, by=Actor(anna))
            assert not hiding.bring_back(unit, user_id(office, "jonas"), kept)

        assert names(office) == ["Baugesellschaft Ost"]
        assert rules(office) == before + 1

    def test_all_at_once(self, office: Store) -> None:
        for name in ("Eins", "Zwei", "Drei"):
            hide(office, contact(office, name))
        hide(office, contact(office, "Vier"), name="jonas")
        before, anna = rules(office), user_id(office)

        with office.write() as unit:
            assert hiding.bring_all_back(unit, anna, by=Actor(anna)) == 3
            assert hiding.bring_all_back(unit, anna, by=Actor(anna)) == 0

        assert (names(office), names(office, name="jonas")) == ([], ["Vier"])
        assert rules(office) == before + 1

    def test_is_recorded_when_somebody_else_does_it(self, office: Store) -> None:
        one, other = contact(office, "Eins"), contact(office, "Zwei")
        for each in (one, other):
            hide(office, each)
        anna, berta = user_id(office), user_id(office, "berta")

        with office.write() as unit:
            hiding.bring_back(unit, anna, one, by=Actor(anna))
            hiding.bring_back(unit, anna, other, by=Actor(berta))

        with office.read() as unit:
            found = [
                (each.by_user_id, each.user_id)
                for each in audit_rows.page(unit, after_id=0, limit=1000)
                if each.act == Act.HIDDEN_SHOWN
            ]
        assert found == [(berta, anna)]


class TestTheList:
    def test_is_in_parts_the_newest_first(self, office: Store) -> None:
        for number in range(7):
            hide(office, contact(office, f"Firma {number}"), at=number // 2)  # pairs at one time
        anna = user_id(office)
        found: list[str] = []
        behind = None

        with office.read() as unit:
            while page := hiding.listed(unit, anna, viewer_id=anna, behind=behind, most=2):
                found += [each.name for each in page]
                behind = Place(page[-1].hidden_us, page[-1].item_id)

        assert found == [f"Firma {number}" for number in (6, 5, 4, 3, 2, 1, 0)]

    def test_holds_only_what_the_user_would_see(self, office: Store) -> None:
        anna = user_id(office)
        broker = None
        with office.write() as unit:
            broker, _item = a_contact(unit, "Makler", kind="broker")
        items = [
            contact(office, "Eigene", kind="customer", partner=anna),
            contact(office, "Fremde", kind="customer"),
            contact(office, "Über Makler", kind="prospect", broker=broker),
            contact(office, "Firma", kind="company"),
        ]
        for each in items:
            hide(office, each)

        seen = {}
        for visibility in Visibility:
            with office.write() as unit:
                people.set_visibility(unit, "anna", visibility)
            seen[visibility.value] = set(names(office))
        with office.write() as unit:
            contacts.release(unit, broker, anna)
            people.set_visibility(unit, "anna", Visibility.OWN)

        assert seen == {
            "all": {"Eigene", "Fremde", "Über Makler", "Firma"},
            "own": {"Eigene", "Firma"},
            "none": {"Firma"},
        }
        assert set(names(office)) == {"Eigene", "Über Makler", "Firma"}

    def test_of_another_names_what_one_sees_oneself(self, office: Store) -> None:
        anna = user_id(office)
        hide(office, contact(office, "Firma"))
        hide(office, contact(office, "Annas Kundin", kind="customer", partner=anna), at=1)
        with office.write() as unit:
            people.set_visibility(unit, "berta", Visibility.NONE)
            people.set_visibility(unit, "anna", Visibility.OWN)

        assert names(office) == ["Annas Kundin", "Firma"]
        assert names(office, viewer="berta") == ["", "Firma"]

    def test_has_birthdays_as_their_contacts_and_ones_own_appointments(
        self, office: Store
    ) -> None:
        anna = user_id(office)
        with office.write() as unit:
            people.set_visibility(unit, "anna", Visibility.OWN)
            for name, partner in (("Eigene", anna), ("Fremde", None)):
                a_contact(unit, name, partner=partner, has_birthday=True)
            for owner in ("anna", "jonas"):
                calendar = collections.find(unit, people.get(unit, owner).id, "calendar")
                assert calendar is not None
                an_event(unit, calendar.id, f"Besichtigung {owner}")
            items = unit.rows("SELECT id FROM item WHERE component = 'VEVENT'")
            for (item,) in items:
                hidden.hide(unit, anna, item, now_us=NOW_US)

        assert len(items) == 4
        assert set(names(office)) == {"Geburtstag: Eigene", "Besichtigung anna"}
