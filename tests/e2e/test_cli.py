"""The command line as scripts and people use it."""

import json
import os
import re
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from auth import people
from auth.identity import identify
from auth.secret_key import secret_key_of
from office import layout, locks, places
from office.locks import Wish
from server import installation
from server.installation import now_us
from storage.store import Store
from tests.e2e.commands import Installation, Told, deedbox, office, run

__all__ = ["deedbox", "office", "run"]

PASSWORD = re.compile(r"([0-9a-z]{6}-){5}[0-9a-z]{6}")


class TestUser:
    def test_the_first_one_makes_database_and_folder(self, deedbox: Installation) -> None:
        told = deedbox("user", "add", "anna", "--email", "anna@buero.example", "--admin")

        assert (told.code, told.err) == (0, "")
        assert "anna <anna@buero.example>" in told.out
        assert stat.S_IMODE(deedbox.data.stat().st_mode) == 0o700
        [anna] = deedbox.json("user", "list")["users"]
        assert (anna["username"], anna["state"]) == ("anna", "active")
        assert anna["groups"] == ["administration"]

    def test_the_first_one_ends_the_set_up_link(self, office: Installation) -> None:
        assert "set up already" in office.json("setup-link", code=1)["error"]

    def test_with_a_password_for_the_console(self, office: Installation) -> None:
        made = office.json(
            "user", "add", "mia", "--email", "mia@buero.example", "--password-stdin",
            stdin="drei graue Eulen\n",
        )  # fmt: skip

        assert made["groups"] == ["mitarbeiter"]
        store = office.store()
        with store.read() as unit:
            kept = people.get(unit, "mia").password_hash
        store.close()
        assert kept is not None
        assert kept.startswith("$argon2id$")

    def test_with_a_weak_password_nothing_is_made(self, office: Installation) -> None:
        told = office(
            "user", "add", "mia", "--email", "mia@buero.example", "--password-stdin",
            stdin="passwort123\n",
        )  # fmt: skip

        assert (told.code, told.out) == (1, "")
        assert "most common" in told.err
        assert len(office.json("user", "list")["users"]) == 2

    def test_with_no_password_where_one_was_announced(self, office: Installation) -> None:
        told = office("user", "add", "mia", "--email", "mia@x.example", "--password-stdin")

        assert told.code == 1
        assert "standard input" in told.err

    def test_a_name_that_is_taken(self, office: Installation) -> None:
        told = office("user", "add", "anna", "--email", "other@buero.example")

        assert (told.code, told.out) == (1, "")
        assert told.err == "There is a user or group named anna already; choose another name.\n"

    def test_blocked_as_a_whole_and_let_in_again(self, office: Installation) -> None:
        office.json("user", "block", "jonas")
        assert _user(office, "jonas")["state"] == "blocked"

        office.json("user", "unblock", "jonas")

        assert _user(office, "jonas")["state"] == "active"

    def test_blocked_on_a_folder_only(self, office: Installation) -> None:
        path = office.json("estate", "add", "4711", "Schöne Aussicht 3")["path"]

        office.json("user", "block", "jonas", "--path", path)

        jonas = _user(office, "jonas")
        assert jonas["state"] == "active"
        assert jonas["blocked_on"] == [path.rstrip("/")]
        office.json("user", "unblock", "jonas", "--path", path)
        assert _user(office, "jonas")["blocked_on"] == []

    def test_who_was_not_blocked_hears_so(self, office: Installation) -> None:
        assert office("user", "unblock", "jonas").out == "jonas was not blocked.\n"

    def test_a_folder_stays_closed_to_who_was_not_blocked_as_a_whole(
        self, office: Installation
    ) -> None:
        path = office.json("estate", "add", "4711", "Parkallee")["path"]
        office.json("user", "block", "jonas", "--path", path)

        told = office("user", "unblock", "jonas")

        assert (told.code, told.out) == (1, "")
        assert "not blocked as a whole; still blocked on: /files/Objekte/4711 Par" in told.err
        office.json("user", "block", "jonas")
        let_in = office("user", "unblock", "jonas").out
        assert let_in == (
            "jonas is let in: as a whole; still blocked on: /files/Objekte/4711 Parkallee.\n"
        )

    @pytest.mark.parametrize("word", ["block", "unblock"])
    def test_a_path_where_nothing_is_gets_named(self, office: Installation, word: str) -> None:
        told = office("user", word, "jonas", "--path", "Home/nope")

        assert told.err == "There is nothing at /files/Home/nope.\n"

    def test_one_wording_for_a_user_who_is_not_there(self, office: Installation) -> None:
        said = {
            office(*arguments).err
            for arguments in (
                ("user", "block", "mia"),
                ("device", "list", "mia"),
                ("device", "add", "mia", "Laptop"),
                ("journal", "--user", "mia"),
            )
        }

        assert said == {"There is no user named mia; `deedbox user list` shows them all.\n"}

    def test_the_last_administrator_stays(self, office: Installation) -> None:
        assert "last active administrator" in office.json("user", "block", "anna", code=1)["error"]


class TestLock:
    @pytest.fixture
    def token(self, office: Installation) -> str:
        """The token of a lock that jonas took in a folder."""
        path = office.json("estate", "add", "4711", "Schöne Aussicht 3")["path"]
        made = office.json("device", "add", "jonas", "Laptop")
        store = office.store()
        key = secret_key_of(office.data / "secret.key")
        with store.write() as unit:
            who = identify(unit, made["username"], made["password"], secret_key=key)
            place = places.find(unit, who, layout.load(unit), path.strip("/").split("/")[1:])
            wish = Wish(is_exclusive=True, is_deep=False, owner_xml=b"", timeout_seconds=600)
            lock = locks.acquire(unit, who, place.chain, wish, now_us=now_us())
        store.close()
        return lock.token

    def test_who_holds_what_is_shown_and_ended(self, office: Installation, token: str) -> None:
        path = "/files/Objekte/4711 Schöne Aussicht 3"
        [row] = office.json("lock", "list")["locks"]
        assert (row["path"], row["username"], row["device"]) == (path, "jonas", "Laptop")
        assert (row["token"], row["stale"]) == (token, False)
        assert row["since"] < row["until"]

        told = office("lock", "release", path)

        assert (told.code, told.out) == (
            0,
            f"{path} is free; it was locked by jonas (on “Laptop”).\n",
        )
        assert office("lock", "list").out == "Nothing is locked.\n"
        assert "no lock" in office.json("lock", "release", path, code=1)["error"]


class TestDevice:
    def test_the_printed_password_opens_dav(self, office: Installation) -> None:
        made = office.json("device", "add", "jonas", "Laptop")

        assert set(made) == {"username", "password", "label", "device"}
        assert PASSWORD.fullmatch(made["password"])
        store = office.store()
        key = secret_key_of(office.data / "secret.key")
        with store.read() as unit:
            who = identify(unit, made["username"], made["password"], secret_key=key)
        store.close()
        assert (who.user_name, who.device_label, who.device_id) == (
            "jonas",
            "Laptop",
            made["device"],
        )

    def test_a_person_sees_user_name_and_password(self, office: Installation) -> None:
        told = office("device", "add", "jonas", "Büro-PC")

        assert "jonas" in told.out
        assert "Büro-PC" in told.out
        assert PASSWORD.search(told.out)

    def test_a_third_is_refused_and_the_two_named(self, office: Installation) -> None:
        office.json("device", "add", "anna", "Laptop")
        office.json("device", "add", "anna", "iPhone")

        error = office.json("device", "add", "anna", "Tablet", code=1)["error"]

        assert "'Laptop' and 'iPhone'" in error
        assert [each["label"] for each in _devices(office, "anna")] == ["Laptop", "iPhone"]

    def test_the_offices_limit_is_a_setting(self, office: Installation) -> None:
        (office.data / "deedbox.toml").write_text("[devices]\nper_user = 1\n")
        office.json("device", "add", "anna", "Laptop")

        assert "at most 1" in office.json("device", "add", "anna", "iPhone", code=1)["error"]

    def test_a_retired_one_is_gone_from_the_list(self, office: Installation) -> None:
        office.json("device", "add", "anna", "Laptop")

        office.json("device", "retire", "anna", "Laptop")

        assert _devices(office, "anna") == []
        [retired] = _devices(office, "anna", "--all")
        assert (retired["label"], retired["state"]) == ("Laptop", "retired")

    def test_the_list_shows_when_a_device_was_last_there(self, office: Installation) -> None:
        office.json("device", "add", "anna", "Laptop")
        store = office.store()
        with store.write() as unit:
            unit.execute(
                "UPDATE device SET last_seen_us = 1790000000000000, families = 'ios,rclone'"
            )
        [before] = _devices(office, "anna")
        with store.write() as unit:
            unit.execute(
                "INSERT INTO horizon SELECT 1, id, 'ios', epoch, modseq, modseq, 0 FROM collection"
                " WHERE kind = 'calendar'"
            )
            unit.execute("UPDATE collection SET modseq = modseq + 1")
            unit.execute("INSERT INTO item_tombstone SELECT id, 'x', modseq, 0 FROM collection")
        store.close()

        [laptop] = _devices(office, "anna")

        assert (before["behind"], laptop["behind"]) == (None, 1)
        assert laptop["programs"] == ["ios", "rclone"]
        assert laptop["last_seen"].startswith("2026-09-21 ")
        assert "2026-09-21 " in office("device", "list").out


class TestEstate:
    def test_the_folders_path_is_printed(self, office: Installation) -> None:
        made = office.json(
            "estate", "add", "4711", "Parkallee 3", "--address", "Parkallee 3, Bonn"
        )

        assert made["path"] == "/files/Objekte/4711 Parkallee 3/"
        [listed] = office.json("estate", "list")["estates"]
        assert (listed["number"], listed["title"], listed["path"]) == (
            "4711",
            "Parkallee 3",
            made["path"],
        )
        assert listed["address"] == "Parkallee 3, Bonn"

    def test_a_number_that_is_taken(self, office: Installation) -> None:
        office.json("estate", "add", "4711", "Parkallee 3")

        assert "4711" in office.json("estate", "add", "4711", "Seeweg 1", code=1)["error"]

    @pytest.mark.parametrize(("number", "title"), [("", ""), ("4711", " "), (" ", "Parkallee")])
    def test_without_number_or_title(self, office: Installation, number: str, title: str) -> None:
        told = office("estate", "add", number, title)

        assert (told.code, told.err) == (1, "A property needs a number and a title.\n")

    def test_a_number_that_looks_like_an_option(self, office: Installation) -> None:
        told = office.run("estate", "add", "--data", str(office.data), "--", "-47", "Parkallee")

        assert told.code == 1
        assert "must not begin with a hyphen" in told.err

    def test_an_english_office_has_english_folders(self, deedbox: Installation) -> None:
        deedbox.data.mkdir()
        (deedbox.data / "deedbox.toml").write_text('[office]\nlanguage = "en"\n')

        assert deedbox.json("estate", "add", "1", "Park")["path"] == "/files/Properties/1 Park/"

    def test_is_removed_after_a_yes(self, office: Installation) -> None:
        office.json("estate", "add", "4711", "Parkallee 3")

        no = office("estate", "remove", "4711", stdin="n\n")
        assert (no.code, no.out) == (1, "")
        assert "Objekte/4711 Parkallee 3/ with 0 documents in " in no.err
        assert "Nothing was removed." in no.err
        assert office.json("estate", "list")["estates"]

        assert office("estate", "remove", "4711", stdin="y\n").code == 0
        assert office.json("estate", "list")["estates"] == []
        acts = [each["act"] for each in office.json("audit")["audit"]]
        assert "estate.removed" in acts

    def test_is_removed_unasked_with_yes(self, office: Installation) -> None:
        office.json("estate", "add", "4711", "Parkallee 3")

        removed = office.json("estate", "remove", "4711", "--yes")

        assert removed["path"] == "/files/Objekte/4711 Parkallee 3/"
        assert "4711" in office.json("estate", "remove", "4711", "--yes", code=1)["error"]


class TestDatabase:
    def test_migrate_makes_an_empty_one(self, deedbox: Installation) -> None:
        first = deedbox.json("migrate")

        assert deedbox.json("migrate") == first

    def test_verify_finds_all_well(self, office: Installation) -> None:
        found = office.json("verify")

        assert (found["blobs"], found["bytes"], found["faults"]) == (0, 0, [])
        assert (found["audit"]["rows"], found["audit"]["faults"]) == (2, [])

    def test_restored_ends_what_programs_know(self, office: Installation) -> None:
        assert office.json("restored") == {}

    def test_restored_makes_no_database(self, deedbox: Installation) -> None:
        assert "error" in deedbox.json("restored", code=1)

    def test_verify_makes_no_database(self, deedbox: Installation) -> None:
        assert "error" in deedbox.json("verify", code=1)

        assert not deedbox.data.exists()

    def test_verify_names_a_missing_document(self, office: Installation) -> None:
        store = office.store()
        with store.write() as unit:
            unit.execute(
                "INSERT INTO blob (sha256, size, stored_us) VALUES (:sha, 3, 0)",
                {"sha": "ab" * 32},
            )
            unit.execute(
                "INSERT INTO node (parent_id, tree_id, name, is_collection, blob_sha256, size,"
                " created_us, modified_us, modseq)"
                " SELECT id, tree_id, 'plan.pdf', :no, :sha, 3, 0, 0, 1 FROM node"
                " WHERE role = 'resources'",
                {"sha": "ab" * 32, "no": False},
            )
        store.close()

        told = office("verify")

        assert told.code == 1
        assert "missing: /files/Ressourcen/plan.pdf\n" in told.out
        assert told.out.endswith(" bytes: 1 fault.\n")

    def test_a_newer_database_is_left_alone(self, office: Installation) -> None:
        store = office.store()
        with store.write() as unit:
            unit.execute("UPDATE alembic_version SET version_num = '9999'")
        store.close()

        assert "newer deedbox" in office.json("user", "list", code=1)["error"]


class TestSentences:
    """Whatever goes wrong is told in one sentence, never in a traceback."""

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (["usr"], "No such command 'usr'"),
            (["user", "add", "anna"], "Missing option '--email'"),
            (["device", "add", "anna"], "Missing argument 'LABEL'"),
            (["serve", "--port", "http"], "'http' is not a valid integer"),
            (["serve", "--server", "apache"], "'apache' is not one of"),
            (["version", "--nonsense"], "No such option"),
        ],
    )
    def test_wrong_usage_is_2(
        self, run: Callable[..., Told], arguments: list[str], words: str
    ) -> None:
        told = run(*arguments)

        assert (told.code, told.out) == (2, "")
        assert words in told.err
        assert "--help" in told.err
        assert words in run(*arguments, "--json").facts["error"]

    def test_an_argument_that_is_no_text(self, run: Callable[..., Told], tmp_path: Path) -> None:
        for arguments in (["device", "add", "\udcff", "X"], ["user", "block", "x\udce4"]):
            told = run(*arguments, "--data", str(tmp_path / "data"))

            assert (told.code, told.out) == (2, "")
            assert "is not text in UTF-8" in told.err
        assert not (tmp_path / "data").exists()

    @pytest.mark.parametrize(
        "arguments",
        [["user", "list"], ["device", "list"], ["estate", "list"], ["lock", "list"], ["journal"]],
    )
    def test_who_only_reads_makes_no_folder(
        self, run: Callable[..., Told], tmp_path: Path, arguments: list[str]
    ) -> None:
        data = tmp_path / "dta"

        told = run(*arguments, "--data", str(data))

        assert told.code == 1
        assert told.err == f"There is no folder {data}; is it the right --data folder?\n"
        assert not data.exists()

    def test_who_only_reads_makes_the_database_in_an_empty_folder(
        self, run: Callable[..., Told], tmp_path: Path
    ) -> None:
        assert run("user", "list", "--data", str(tmp_path)).code == 0

    def test_the_version_as_other_programs_tell_it(self, run: Callable[..., Told]) -> None:
        assert run("--version") == run("version")

    def test_a_group_alone_shows_its_help(self, run: Callable[..., Told]) -> None:
        told = run("device")

        assert told.code == 2
        assert "retire" in told.err

    def test_no_folder_was_said(
        self, run: Callable[..., Told], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("DEEDBOX_DATA_FOLDER", raising=False)

        told = run("user", "list")

        assert told.code == 1
        assert "--data" in told.err

    def test_all_faults_of_the_settings_together(
        self, run: Callable[..., Told], tmp_path: Path
    ) -> None:
        (tmp_path / "deedbox.toml").write_text("[devices]\nper_usr = 1\n[server]\nport = 99999\n")

        told = run("check-config", "--data", str(tmp_path))

        assert told.code == 1
        assert "per_usr" in told.err
        assert "port" in told.err

    def test_settings_that_are_well_are_shown(
        self, run: Callable[..., Told], tmp_path: Path
    ) -> None:
        (tmp_path / "deedbox.toml").write_text("[devices]\nper_user = 3\n")

        shown = run("check-config", "--data", str(tmp_path), "--json").facts["settings"]

        assert {"setting": "devices.per_user", "value": "3", "set_in": "deedbox.toml"} in [
            {**row, "set_in": Path(row["set_in"]).name} for row in shown
        ]
        assert list(tmp_path.iterdir()) == [tmp_path / "deedbox.toml"]

    def test_a_folder_that_cannot_be_made(self, run: Callable[..., Told], tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")

        told = run("migrate", "--data", str(tmp_path / "file" / "data"))

        assert told.code == 1
        assert str(tmp_path / "file") in told.err
        assert "Traceback" not in told.err

    def test_a_database_that_does_not_answer(
        self, run: Callable[..., Told], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("DEEDBOX_DATABASE__URL", "postgresql://deedbox@127.0.0.1:1/deedbox")

        told = run("user", "list", "--data", str(tmp_path))

        assert told.code == 1
        assert told.err.startswith("The database does not answer: ")
        assert told.err.count("\n") == 1
        assert "Traceback" not in told.err

    def test_our_own_fault_is_admitted(
        self, run: Callable[..., Told], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(_settings: object) -> Store:
            raise ZeroDivisionError("by zero")

        monkeypatch.setattr(installation, "prepared_store", broken)

        told = run("user", "list", "--data", str(tmp_path))

        assert told.code == 70
        assert "a fault in deedbox: ZeroDivisionError: by zero" in told.err
        assert "Traceback" not in told.err


class TestTheProgram:
    """The console script itself, in a process of its own."""

    def test_a_device_is_added_from_a_shell_with_an_ascii_locale(self, tmp_path: Path) -> None:
        environment = {**os.environ, "LC_ALL": "C", "PYTHONWARNINGS": "error"}
        _program(tmp_path, environment, "user", "add", "anna", "--email", "a@b.example")

        told = _program(tmp_path, environment, "device", "add", "anna", "Büro", "--json")

        assert json.loads(told.stdout)["label"] == "Büro"
        assert told.stderr == ""

    def test_a_reader_that_has_seen_enough_hears_no_complaint(self, tmp_path: Path) -> None:
        command = f"'{_script()}' check-config --data '{tmp_path}' | head -n 1"

        told = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)

        assert told.stdout.startswith("setting ")
        assert told.stderr == ""

    def test_the_version(self, tmp_path: Path) -> None:
        told = subprocess.run(
            [_script(), "version"], capture_output=True, text=True, check=True, cwd=tmp_path
        )

        assert re.fullmatch(r"deedbox \d+\.\d+\.\d+\n", told.stdout)


def _user(office: Installation, name: str) -> dict[str, Any]:
    users: list[dict[str, Any]] = office.json("user", "list")["users"]
    return next(each for each in users if each["username"] == name)


def _devices(office: Installation, *arguments: str) -> list[dict[str, Any]]:
    devices: list[dict[str, Any]] = office.json("device", "list", *arguments)["devices"]
    return devices


def _script() -> str:
    return str(Path(sys.executable).parent / "deedbox")


def _program(
    data: Path, environment: dict[str, str], *arguments: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [_script(), *arguments, "--data", str(data)],
        capture_output=True,
        text=True,
        check=True,
        encoding="utf-8",
        env=environment,
    )
