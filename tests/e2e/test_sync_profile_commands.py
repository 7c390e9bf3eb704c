"""Commands about sync profiles, of users and of groups."""

from tests.contact_rows import a_contact
from tests.e2e.commands import Installation, deedbox, office, run

__all__ = ["deedbox", "office", "run"]


class TestSyncProfile:
    def test_is_set_shown_and_reset(self, office: Installation) -> None:
        before = office.json("sync-profile", "show", "jonas")
        assert before["own"] == []
        assert before["settings"]["office-book"] == "devices"

        changed = office.json(
            "sync-profile",
            "set",
            "jonas",
            "kinds=customer, broker",
            "tags=Käufer,Ost",
            "birthdays=on",
            "edited-days=90",
            "book-name=Büro Berg",
            "contact-conflicts=both",
        )

        assert changed == office.json("sync-profile", "show", "jonas")
        assert changed["settings"] == before["settings"] | {
            "kinds": ["broker", "customer"],
            "tags": ["Käufer", "Ost"],
            "birthdays": True,
            "edited-days": 90,
            "book-name": "Büro Berg",
            "contact-conflicts": "both",
        }
        assert "edited-days" in changed["own"]
        emptied = office.json(
            "sync-profile", "set", "jonas", "edited-days=none", "tags=none", "book-name=none"
        )
        assert emptied["settings"]["book-name"] == ""
        assert (emptied["settings"]["edited-days"], emptied["settings"]["tags"]) == (None, [])
        assert office("sync-profile", "reset", "jonas").code == 0
        assert office.json("sync-profile", "show", "jonas") == before

    def test_of_a_group_is_what_its_members_begin_with(self, office: Installation) -> None:
        office.json("sync-profile", "set", "mitarbeiter", "birthdays=on")

        jonas = office.json("sync-profile", "show", "jonas")

        assert jonas["settings"]["birthdays"] is True
        assert jonas["own"] == []
        office.json("sync-profile", "reset", "mitarbeiter")
        assert office.json("sync-profile", "show", "jonas")["settings"]["birthdays"] is False

    def test_names_brokers_and_colleagues(self, office: Installation) -> None:
        office.json("right", "give", "jonas", "see-department-appointments")
        store = office.store()
        with store.write() as unit:
            a_contact(unit, "Makler Mohn", kind="broker")
        store.close()

        told = office.json("sync-profile", "set", "jonas", "colleagues=anna", "brokers=10001")

        assert told["settings"]["colleagues"] == ["anna"]
        assert told["settings"]["brokers"] == ["10001"]
        for wrong in ("colleagues=nobody", "brokers=4"):
            error = office.json("sync-profile", "set", "jonas", wrong, code=1)["error"]
            assert "nobody of that name" in error

    def test_what_cannot_be_taken_is_told_in_sentences(self, office: Installation) -> None:
        refused = office.json(
            "sync-profile", "set", "jonas", "edited-days=bald", "birthdays=perhaps", code=1
        )["error"]
        assert "edited-days: A whole number" in refused
        assert "birthdays: Either on or off" in refused
        for wrong in ("moon=full", "birthdays"):
            assert (
                "edited-days"
                in office.json("sync-profile", "set", "jonas", wrong, code=2)["error"]
            )
        assert "chefs" in office.json("sync-profile", "show", "chefs", code=1)["error"]
        colleagues = office.json("sync-profile", "set", "jonas", "colleagues=anna", code=1)
        assert "right to see the department" in colleagues["error"]

    def test_is_a_table_for_people(self, office: Installation) -> None:
        told = office("sync-profile", "set", "jonas", "birthdays=on").out

        assert [line.split() for line in told.splitlines() if "birthdays" in line] == [
            ["birthdays", "on", "on"]
        ]
        assert "customer, " in told
