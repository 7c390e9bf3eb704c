"""The addresses that devices are told."""

import pytest

from admin.mounts import Mounts


@pytest.mark.parametrize(
    ("origin", "is_so"),
    [
        ("http://127.0.0.1:8080", True),
        ("https://127.8.8.8", True),
        ("http://[::1]:8080", True),
        ("http://localhost:8080", True),
        ("http://deedbox.localhost", True),
        ("http://192.168.1.7:8080", False),
        ("https://dav.example.org", False),
        ("https://localhost.example.org", False),
    ],
)
def test_which_of_them_no_other_device_reaches(origin: str, is_so: bool) -> None:  # noqa: FBT001 - a table
    assert Mounts(origin).is_of_this_machine is is_so
