"""Commands about rights: groups, function rights, grants, visibility, and what is on record."""

from tests.e2e.commands import Installation, deedbox, office, run

__all__ = ["deedbox", "office", "run"]

HOUSE = "/files/Objekte/4711 Parkallee"


class TestRight:
    def test_groups_begin_with_what_the_office_gives_them(self, office: Installation) -> None:
        listed = office.json("right", "list")["rights"]

        rights = {each["name"]: each["rights"] for each in listed}
        assert rights["kollaboration"] == []
        assert rights["mitarbeiter"] == ["edit-documents", "edit-properties", "send-offers"]
        assert "manage-users" in rights["administration"]

    def test_are_given_and_taken(self, office: Installation) -> None:
        given = office.json("right", "give", "jonas", "see-tracking", "manage-users")
        assert given == {"name": "jonas", "rights": ["manage-users", "see-tracking"]}

        taken = office.json("right", "take", "jonas", "manage-users")

        assert taken["rights"] == ["see-tracking"]
        listed = office.json("right", "list")["rights"]
        assert {"name": "jonas", "kind": "user", "rights": ["see-tracking"]} in listed

    def test_what_is_none_is_refused_with_those_there_are(self, office: Installation) -> None:
        assert "edit-documents" in office.json("right", "give", "jonas", "fly", code=2)["error"]
        error = office.json("right", "take", "administration", "manage-users", code=1)["error"]
        assert "Administration" in error
        assert "chefs" in office.json("right", "give", "chefs", "manage-users", code=1)["error"]


class TestGroup:
    def test_a_new_one_takes_people_in(self, office: Installation) -> None:
        assert office("group", "add", "partner", "--title", "Partnerfirmen").code == 0

        office.json("user", "groups", "jonas", "partner")

        groups = {each["name"]: each["members"] for each in office.json("group", "list")["groups"]}
        assert groups["partner"] == ["jonas"]
        assert "already" in office.json("group", "add", "anna", code=1)["error"]

    def test_the_last_administrator_stays_in_administration(self, office: Installation) -> None:
        assert office("user", "groups", "anna", "mitarbeiter").code == 1
        assert office("user", "block", "anna").code == 1


class TestGrant:
    def test_everybody_writes_among_the_properties_at_the_start(
        self, office: Installation
    ) -> None:
        assert office.json("grant", "list")["grants"] == [
            {"path": "/files/Objekte", "name": "@everybody", "right": "write"},
            {"path": "/files/Ressourcen", "name": "@everybody", "right": "read"},
        ]

    def test_on_folders_and_collections(self, office: Installation) -> None:
        office.json("estate", "add", "4711", "Parkallee")
        office.json("grant", "revoke", "@everybody", "/files/Objekte")
        assert office.json("grant", "set", "jonas", "read", HOUSE)["right"] == "read"
        office.json("grant", "set", "mitarbeiter", "write", "/dav/anna/calendar")

        grants = [
            (each["path"], each["name"], each["right"])
            for each in office.json("grant", "list")["grants"]
        ]

        assert grants == [
            ("/dav/anna/calendar", "mitarbeiter", "write"),
            (HOUSE, "jonas", "read"),
            ("/files/Ressourcen", "@everybody", "read"),
        ]
        assert office("grant", "revoke", "jonas", HOUSE).code == 0
        assert "jonas" in office.json("grant", "revoke", "jonas", HOUSE, code=1)["error"]

    def test_what_is_not_there_is_refused(self, office: Installation) -> None:
        for path in ("/files/Objekte/1 Nichts", "/dav/anna/nichts", "/dav/nobody/calendar"):
            assert "nothing at" in office.json("grant", "set", "jonas", "read", path, code=1)[
                "error"
            ].replace("no calendar or address book at", "nothing at")

    def test_each_change_is_on_record(self, office: Installation) -> None:
        office.json("grant", "set", "@everybody", "read", "/files/Objekte")
        office.json("grant", "set", "jonas", "manage", "/dav/anna/contacts")
        office.json("grant", "revoke", "jonas", "/dav/anna/contacts")
        office.json("group", "add", "partner")

        rows = office.json("audit")["audit"][-4:]

        assert sorted(each["act"] for each in rows) == [
            "grant.revoked",
            "grant.set",
            "grant.set",
            "group.added",
        ]
        assert office("verify").code == 0


class TestVisibility:
    def test_the_first_user_sees_all_others_their_own(self, office: Installation) -> None:
        office.json("user", "visibility", "jonas", "none")

        seen = {
            each["username"]: each["visibility"] for each in office.json("user", "list")["users"]
        }

        assert seen == {"anna": "all", "jonas": "none"}
        assert office("user", "visibility", "jonas", "some").code == 2


class TestBlock:
    def test_a_calendar_is_closed_and_opened(self, office: Installation) -> None:
        office.json("user", "block", "jonas", "--path", "/dav/anna/calendar")
        [jonas] = [
            each for each in office.json("user", "list")["users"] if each["username"] == "jonas"
        ]
        assert jonas["blocked_on"] == ["/dav/anna/calendar"]

        office.json("user", "unblock", "jonas", "--path", "/dav/anna/calendar")

        assert (
            "jonas"
            in office.json("user", "unblock", "jonas", "--path", "/dav/anna/calendar", code=1)[
                "error"
            ]
        )
