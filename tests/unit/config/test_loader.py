"""Settings from file, environment and command line, and the faults in them."""

import re
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.faults import ConfigError
from config.loader import describe, load
from config.settings import Settings
from config.sources import NAMES
from tests.certificates import a_certificate, an_encrypted_key

Overrides = dict[str, dict[str, object]]


def read(
    folder: Path,
    toml: str = "",
    overrides: Overrides | None = None,
    environment: dict[str, str] | None = None,
) -> Settings:
    """Load *toml* as the data folder's own file, away from this process's environment."""
    (folder / "deedbox.toml").write_text(toml, "utf-8")
    return load(folder, None, overrides or {}, environment=environment or {})


def faults(
    folder: Path,
    toml: str = "",
    overrides: Overrides | None = None,
    environment: dict[str, str] | None = None,
) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read(folder, toml, overrides, environment)
    return str(caught.value).splitlines()


class TestSources:
    def test_without_a_file_every_setting_has_its_default(self, tmp_path: Path) -> None:
        found = load(tmp_path, None, {}, environment={})

        assert (found.server.host, found.server.port) == ("127.0.0.1", 8080)
        assert found.devices.per_user == 2
        assert found.source_of("server.port") == "default"

    def test_later_sources_win(self, tmp_path: Path) -> None:
        toml = "[server]\nport = 1001\nthreads_per_worker = 5\nhost = '::1'"
        variables = {"DEEDBOX_SERVER__PORT": "1002", "DEEDBOX_SERVER__THREADS_PER_WORKER": "6"}

        found = read(tmp_path, toml, {"server": {"port": 1003, "kind": None}}, variables)

        assert (found.server.port, found.server.threads_per_worker) == (1003, 6)
        assert found.source_of("server.port") == "command line"
        assert found.source_of("server.threads_per_worker") == "DEEDBOX_SERVER__THREADS_PER_WORKER"
        assert found.source_of("server.host") == "deedbox.toml"
        assert found.source_of("server.kind") == "default"

    def test_an_empty_variable_says_nothing(self, tmp_path: Path) -> None:
        found = read(tmp_path, environment={"DEEDBOX_TLS__CERTIFICATE_FILE": ""})

        assert found.tls.certificate_file is None

    def test_nothing_is_made_on_the_disk(self, tmp_path: Path) -> None:
        load(tmp_path / "office", None, {}, environment={})

        assert list(tmp_path.iterdir()) == []

    def test_settings_are_frozen(self, tmp_path: Path) -> None:
        found = read(tmp_path)

        with pytest.raises(ValueError, match="frozen"):
            found.server.port = 1

    def test_workers_follow_the_cores_between_two_and_eight(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for cores, workers in ((1, 2), (4, 4), (64, 8), (None, 2)):
            monkeypatch.setattr("os.cpu_count", lambda cores=cores: cores)

            assert read(tmp_path).server.workers == workers
        assert read(tmp_path, "[server]\nworkers = 1").server.workers == 1


class TestDataFolder:
    def test_paths_start_at_the_data_folder(self, tmp_path: Path) -> None:
        found = read(tmp_path, "[storage]\nblobs_folder = 'bytes'")

        assert found.storage.blobs_folder == tmp_path / "bytes"
        assert found.security.secret_key_file == tmp_path / "secret.key"
        assert found.database.url == f"sqlite:///{tmp_path}/deedbox.sqlite3"

    def test_the_file_may_name_it_from_where_it_lies(self, tmp_path: Path) -> None:
        config = tmp_path / "office.toml"
        config.write_text("data_folder = 'data'")

        found = load(None, config, {}, environment={})

        assert found.data_folder == tmp_path / "data"
        assert found.source_of("data_folder") == "office.toml"

    def test_the_variable_beats_the_file_and_the_argument_beats_both(self, tmp_path: Path) -> None:
        config = tmp_path / "office.toml"
        config.write_text("data_folder = 'one'")
        variables = {"DEEDBOX_DATA_FOLDER": str(tmp_path / "two")}

        by_variable = load(None, config, {}, environment=variables)
        by_argument = load(tmp_path / "three", config, {}, environment=variables)

        assert by_variable.data_folder.name == "two"
        assert by_argument.data_folder.name == "three"
        assert by_argument.source_of("data_folder") == "command line"

    def test_without_one_the_sentence_says_how_to_give_it(self) -> None:
        with pytest.raises(ConfigError, match="give --data DIR"):
            load(None, None, {}, environment={})

    def test_a_relative_argument_becomes_absolute(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)

        assert load(Path("data"), None, {}, environment={}).data_folder == tmp_path / "data"

    def test_a_file_in_its_place_is_a_fault(self, tmp_path: Path) -> None:
        (tmp_path / "data").touch()

        with pytest.raises(ConfigError, match="not a folder"):
            load(tmp_path / "data", None, {}, environment={})


class TestFaults:
    def test_all_are_told_together(self, tmp_path: Path) -> None:
        toml = """
        [server]
        port = 99999
        kind = "nginx"
        [tls]
        certificate_file = "/nowhere/cert.pem"
        [locks]
        default_seconds = 100
        max_seconds = 90
        """

        told = faults(
            tmp_path, toml, {"server": {"host": "a:b"}}, {"DEEDBOX_DEVICES__PER_USER": "x"}
        )

        assert sorted(told) == [
            "DEEDBOX_DEVICES__PER_USER: must be a whole number, not 'x'",
            "command line: [server] host: neither an IP address nor a host name: 'a:b'",
            "deedbox.toml: [locks]: default_seconds must not exceed max_seconds",
            "deedbox.toml: [server] kind: must be 'uvicorn' or 'cheroot', not 'nginx'",
            "deedbox.toml: [server] port: must be 65535 or less, not 99999",
            "deedbox.toml: [tls] certificate_file: no such file /nowhere/cert.pem",
        ]

    @pytest.mark.parametrize(
        ("toml", "sentence"),
        [
            ("[server]\nhots = 'x'", "[server] hots: unknown setting; did you mean host?"),
            ("[sever]\nport = 1", "[sever]: unknown section; did you mean server?"),
            ("port = 1", "port: unknown setting; it belongs under [server]"),
            ("[tls]\nport = 1", "[tls] port: unknown setting; it belongs under [server]"),
            ("server = 1", "server: must be a table, written [server]"),
            ("data_folder = 1", "data_folder: must be a path in quotes"),
            ("[server\nport = 1", "not valid TOML: "),
            ("[server]\nworkers = true", "must be a whole number, not true"),
            ("[server]\nworkers = 2.0", "must be a whole number, not 2.0"),
            ("[server]\nkeep_alive_seconds = false", "must be a number, not false"),
            ("[server]\nkeep_alive_seconds = nan", "keep_alive_seconds: must be"),
            ("[server]\nheader_timeout_seconds = 0", "must be more than 0"),
            ("[server]\nhost = '999.1.1.1'", "neither an IP address nor a host name"),
            ("[server]\ntrusted_proxies = ['10.0.0.1/8']", "10.0.0.1/8 has host bits set"),
            ("[server]\ntrusted_proxies = 3", "must be a list of addresses and networks"),
            ("[contacts]\njoin_categories = 3", "must be a list of words"),
            ("[contacts]\njoin_categories = [3]", "must be a list of words"),
            ("[server]\npublic_url = 'dav.example.org'", "must look like https://dav.example.org"),
            ("[server]\npublic_url = 'https://example.org/dav'", "must end after the host"),
            ("[server]\npublic_url = 'https://example.org:99999'", "out of range"),
            ("[tracking]\nshorten_addresses = 'perhaps'", "must be true or false"),
            ("[office]\nlanguage = 'fr'", "must be 'de' or 'en', not 'fr'"),
            ("[office]\nname = 3", "must be text in quotes, not 3"),
            ("[database]\nurl = 'mysql://db/x'", "must be sqlite:///<file> or postgresql://"),
            ("[database]\nurl = 'sqlite:///:memory:'", "must be sqlite:///<file>"),
            ("[database]\nurl = 'postgresql://[::1/x'", "[database] url: "),
        ],
    )
    def test_each_has_its_sentence(self, tmp_path: Path, toml: str, sentence: str) -> None:
        (told,) = faults(tmp_path, toml)

        assert told.startswith("deedbox.toml: ")
        assert sentence in told

    @pytest.mark.parametrize(
        ("variable", "sentence"),
        [
            ("DEEDBOX_SERVER__PROT", "unknown setting; did you mean port?"),
            ("DEEDBOX_SEVER__PORT", "unknown section sever; did you mean server?"),
            ("DEEDBOX_SERVER_PORT", "two underscores after the section: DEEDBOX_SERVER__PORT"),
        ],
    )
    def test_a_mistyped_variable_is_one(
        self, tmp_path: Path, variable: str, sentence: str
    ) -> None:
        assert faults(tmp_path, environment={variable: "1"}) == [f"{variable}: {sentence}"]

    def test_what_an_orchestrator_puts_into_the_environment_is_none(self, tmp_path: Path) -> None:
        variables = {"DEEDBOX_PORT": "tcp://10.0.0.1:80", "DEEDBOX_SERVICE_HOST": "10.0.0.1"}

        assert read(tmp_path, environment=variables).server.port == 8080

    def test_a_file_that_was_named_must_be_there(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match=r"office\.toml: cannot be read: No such file"):
            load(tmp_path, tmp_path / "office.toml", {}, environment={})

    def test_a_file_that_is_not_text_is_one(self, tmp_path: Path) -> None:
        (tmp_path / "deedbox.toml").write_bytes(b"\xff\xfe")

        with pytest.raises(ConfigError, match="not UTF-8 text"):
            load(tmp_path, None, {}, environment={})

    @given(text=st.text())
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_no_file_makes_a_traceback(self, tmp_path: Path, text: str) -> None:
        with suppress(ConfigError):
            read(tmp_path, text)

    @given(
        name=st.sampled_from(sorted(NAMES)),
        value=st.text(min_size=1),
    )
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_no_variable_makes_a_traceback(self, tmp_path: Path, name: str, value: str) -> None:
        variable = f"DEEDBOX_{name.replace('.', '__')}".upper()
        with suppress(ConfigError):
            load(tmp_path, None, {}, environment={variable: value})


def test_words_come_as_a_list_or_with_commas(tmp_path: Path) -> None:
    listed = read(tmp_path, "[contacts]\njoin_categories = ['Kunde ', 'Mandant', '']")
    joined = read(tmp_path, environment={"DEEDBOX_CONTACTS__JOIN_CATEGORIES": "Kunde, Mandant,"})

    assert listed.contacts.join_categories == ("Kunde", "Mandant")
    assert joined.contacts.join_categories == ("Kunde", "Mandant")


class TestProxies:
    def test_they_come_as_a_list_or_with_commas(self, tmp_path: Path) -> None:
        listed = read(tmp_path, "[server]\ntrusted_proxies = ['10.0.0.0/8', '::1']")
        joined = read(tmp_path, environment={"DEEDBOX_SERVER__TRUSTED_PROXIES": "10.0.0.0/8, ::1"})

        assert listed.server.trusted_proxies == joined.server.trusted_proxies

    def test_only_those_named_are_trusted(self, tmp_path: Path) -> None:
        server = read(tmp_path, "[server]\ntrusted_proxies = ['10.0.0.0/8', '::1']").server

        assert server.trusts("10.9.8.7")
        assert server.trusts("::ffff:10.9.8.7")
        assert server.trusts("::1")
        assert not server.trusts("11.0.0.1")
        assert not server.trusts("")

    def test_none_is_trusted_unless_named(self, tmp_path: Path) -> None:
        assert not read(tmp_path).server.trusts("127.0.0.1")


class TestSecrets:
    URL = "[database]\nurl = 'postgresql://anna@db:5432/office?sslmode=require'\n"

    def test_the_password_comes_from_its_file(self, tmp_path: Path) -> None:
        (tmp_path / "word").write_text("p@ss/wörd\nrest")

        found = read(tmp_path, f"{self.URL}password_file = 'word'")

        assert found.database.url_with_password == (
            "postgresql://anna:p%40ss%2Fw%C3%B6rd@db:5432/office?sslmode=require"
        )

    def test_the_password_comes_from_the_environment(self, tmp_path: Path) -> None:
        found = read(tmp_path, self.URL, environment={"DEEDBOX_DATABASE__PASSWORD": "geheim"})

        assert "anna:geheim@db" in found.database.url_with_password

    def test_no_secret_is_printed(self, tmp_path: Path) -> None:
        variables = {
            "DEEDBOX_DATABASE__PASSWORD": "geheim",
            "DEEDBOX_DATABASE__URL": "postgresql://anna:geheim@db/office",
        }

        found = read(tmp_path, environment=variables)

        assert "geheim" not in repr(found) + str(found) + str(describe(found))
        assert ("database.password", "********", "DEEDBOX_DATABASE__PASSWORD") in describe(found)

    def test_the_settings_file_may_not_hold_it(self, tmp_path: Path) -> None:
        (told,) = faults(tmp_path, "[database]\npassword = 'geheim'")
        (by_url,) = faults(tmp_path, "[database]\nurl = 'postgresql://a:geheim@db/x'")

        assert "use password_file or the variable DEEDBOX_DATABASE__PASSWORD" in told
        assert "must not hold the password" in by_url
        assert "geheim" not in told + by_url

    def test_a_wrong_address_does_not_show_its_password(self, tmp_path: Path) -> None:
        (told,) = faults(tmp_path, environment={"DEEDBOX_DATABASE__URL": "mysql://a:geheim@db/x"})

        assert "geheim" not in told

    @pytest.mark.parametrize(
        ("content", "sentence"),
        [(b"", "its first line is empty"), (b"\nx", "first line"), (b"\xff", "not a text file")],
    )
    def test_an_unusable_file_is_a_fault(
        self, tmp_path: Path, content: bytes, sentence: str
    ) -> None:
        (tmp_path / "word").write_bytes(content)

        (told,) = faults(tmp_path, f"{self.URL}password_file = 'word'")

        assert sentence in told


class TestTls:
    def test_a_pair_is_accepted(self, tmp_path: Path) -> None:
        a_certificate(tmp_path, "a")

        found = read(tmp_path, "[tls]\ncertificate_file = 'a.pem'\nkey_file = 'a.key'")

        assert found.tls.is_on
        assert found.tls.key_file == tmp_path / "a.key"

    def test_one_file_alone_is_a_fault(self, tmp_path: Path) -> None:
        a_certificate(tmp_path, "a")

        (told,) = faults(tmp_path, "[tls]\ncertificate_file = 'a.pem'")

        assert told == (
            "deedbox.toml: [tls]: certificate_file and key_file go together; key_file is missing"
        )

    def test_files_that_do_not_match_are_a_fault(self, tmp_path: Path) -> None:
        a_certificate(tmp_path, "a")
        a_certificate(tmp_path, "b")

        (told,) = faults(tmp_path, "[tls]\ncertificate_file = 'a.pem'\nkey_file = 'b.key'")

        assert re.search(r"key_file .*b\.key is not the key of certificate_file .*a\.pem", told)

    def test_a_file_that_is_no_certificate_is_a_fault(self, tmp_path: Path) -> None:
        a_certificate(tmp_path, "a")
        (tmp_path / "a.pem").write_text("nothing")

        (told,) = faults(tmp_path, "[tls]\ncertificate_file = 'a.pem'\nkey_file = 'a.key'")

        assert "cannot be used" in told

    def test_a_key_with_a_passphrase_is_refused_without_asking_for_it(
        self, tmp_path: Path
    ) -> None:
        a_certificate(tmp_path, "a")
        an_encrypted_key(tmp_path / "a.key")

        (told,) = faults(tmp_path, "[tls]\ncertificate_file = 'a.pem'\nkey_file = 'a.key'")

        assert "has a passphrase" in told


class TestMail:
    ON = "[mail]\nhost = 'mail.buero.example'\nsender = 'post@buero.example'\n"

    def test_is_off_until_there_is_a_server(self, tmp_path: Path) -> None:
        assert not read(tmp_path, "").mail.is_on

    def test_wants_a_sender(self, tmp_path: Path) -> None:
        (told,) = faults(tmp_path, "[mail]\nhost = 'mail.buero.example'")

        assert "sender is missing" in told

    @pytest.mark.parametrize("sender", ["post", "Post <post@buero.example>", "a@b c", "a@"])
    def test_wants_a_plain_address(self, tmp_path: Path, sender: str) -> None:
        (told,) = faults(tmp_path, f"[mail]\nsender = '{sender}'")

        assert "must look like office@example.org" in told

    def test_takes_the_password_from_its_file(self, tmp_path: Path) -> None:
        (tmp_path / "word").write_text("geheim\n")

        found = read(tmp_path, f"{self.ON}password_file = 'word'")

        assert found.mail.plain_password == "geheim"
        assert "geheim" not in repr(found)

    def test_takes_no_password_from_the_settings_file(self, tmp_path: Path) -> None:
        (told,) = faults(tmp_path, f"{self.ON}password = 'geheim'")

        assert "DEEDBOX_MAIL__PASSWORD" in told
        assert "geheim" not in told
