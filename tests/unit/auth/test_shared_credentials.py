import pytest

from auth.shared_credentials import Sharing, sharing_of
from wire.clients import Family


@pytest.mark.parametrize(
    ("families", "sharing"),
    [
        ((), None),
        (("",), None),
        (("ios",), None),
        (("windows", "outlook", "office", "thunderbird"), None),
        (("android", "rclone", "office", "browser", "tool", "unknown"), None),
        (("ios", "mac"), Sharing.PHONE_AND_DESKTOP),
        (("windows", "android", "rclone"), Sharing.PHONE_AND_DESKTOP),
        (("android", "ios"), Sharing.TWO_PHONES),
        (("android", "ios", "windows"), Sharing.TWO_PHONES),
    ],
)
def test_programs_that_give_a_shared_credential_away(
    families: tuple[str, ...], sharing: Sharing | None
) -> None:
    assert sharing_of(families) == sharing


@pytest.mark.parametrize("family", Family)
def test_one_program_alone_says_nothing(family: Family) -> None:
    assert sharing_of({family}) is None
