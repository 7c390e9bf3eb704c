import subprocess
import sys
from pathlib import Path

import pytest
from passlib.hash import argon2

from auth import passwords
from auth.errors import WeakPasswordError

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def stored() -> str:
    return passwords.hashed("drei graue Eulen")


def test_the_hash_has_the_parameters_of_rfc_9106(stored: str) -> None:
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_the_right_password_is_right(stored: str) -> None:
    assert passwords.verify("drei graue Eulen", stored) == (True, None)


@pytest.mark.parametrize("password", ["drei graue eulen", "", "drei graue Eulen "])
def test_another_is_not(stored: str, password: str) -> None:
    assert passwords.verify(password, stored) == (False, None)


def test_a_hash_of_old_parameters_is_replaced() -> None:
    old = argon2.using(type="ID", rounds=1, memory_cost=8192, parallelism=1).hash(
        "drei graue Eulen"
    )

    outcome = passwords.verify("drei graue Eulen", old)

    assert outcome.is_right
    assert outcome.new_hash is not None
    assert passwords.verify("drei graue Eulen", outcome.new_hash) == (True, None)


def test_who_has_no_password_gets_in_with_none_and_costs_the_same_work() -> None:
    assert not passwords.verify("", None).is_right
    assert not passwords.verify("nobody has this password", None).is_right


def test_an_endless_password_is_refused_unread(stored: str) -> None:
    assert passwords.verify("x" * 2_000_000, stored) == (False, None)


class TestStrength:
    @pytest.mark.parametrize("password", ["drei graue Eulen", "xK7#mq2v", "12345679a"])
    def test_what_is_taken(self, password: str) -> None:
        passwords.check_strength(password, name="anna", email="anna@buero.example")

    @pytest.mark.parametrize(
        ("password", "why"),
        [
            ("1234567", "at least 8"),
            ("", "at least 8"),
            ("passwort123", "most common"),
            ("Passwort123", "most common"),
            ("QWERTZUIOP", "most common"),
            ("Anna.Berg", "name or e-mail"),
            ("Berg.Anna@Buero.example", "name or e-mail"),
            ("berg.anna", "name or e-mail"),
        ],
    )
    def test_what_is_refused_and_why(self, password: str, why: str) -> None:
        with pytest.raises(WeakPasswordError, match=why):
            passwords.check_strength(password, name="anna.berg", email="berg.anna@buero.example")


def test_the_list_of_common_ones_is_as_it_is_compared() -> None:
    listed = (Path(passwords.__file__).parent / "common_passwords.txt").read_text("utf-8").split()

    assert len(listed) > 200
    assert listed == sorted(set(listed))
    assert all(each == each.casefold() and len(each) >= 8 for each in listed)


@pytest.mark.parametrize(
    ("password", "weaknesses"),
    [
        ("drei graue Eulen", []),
        ("kurz&gut", ["short"]),
        ("4711471147114711", ["only-digits", "few-characters"]),
        ("ababababababab", ["few-characters"]),
        ("wir sind Anna Berg", ["holds-name"]),
        ("post.a.berg.2026", ["holds-name"]),
    ],
)
def test_what_is_weak_is_explained_and_taken(password: str, weaknesses: list[str]) -> None:
    found = passwords.weaknesses(password, name="anna", email="A.Berg@buero.example")

    assert found == weaknesses
    passwords.check_strength(password, name="anna", email="A.Berg@buero.example")


def test_the_first_password_of_a_process_may_be_nobodys() -> None:
    script = "from auth import passwords; print(passwords.verify('x' * 9, None).is_right)"

    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert (done.stdout, done.stderr) == ("False\n", "")
