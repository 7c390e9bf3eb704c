"""What can go wrong with people, devices and rights, in sentences for a person.

* AuthError                    never raised itself
  - CredentialsError           not who they say, or no longer welcome
  - InvalidValueError          a name, e-mail address, label or password that cannot be taken
    - WeakPasswordError        too short, too common, or the name itself
  - NameTakenError             a user or group has this name
  - EmailTakenError            another user has this address
  - LabelTakenError            the user has an active device of this label
  - UnknownUserError           no user of this name
  - UnknownPrincipalError      neither user nor group of this name
  - UnknownDeviceError         no active device of this label
  - UserNotActiveError         blocked, or not yet enabled
  - UserStateError             neither new nor invited, or not invited
  - DeviceLimitError           a device more than the user may have
  - LastAdministratorError     nobody would be left who may do everything
  - SetupEndedError            the set-up link has done its work
  - SlowDownError              too many wrong passwords; come again later
  - TokenEndedError            an invitation or reset link that is used, replaced or too old
  - CodeError                  a one-time code that does not fit, or was used before
  - SecondFactorStateError     the second factor is on already, or is not
  - ConsentError               the text that was consented to is not the one in force
  - RangeError                 a number range that cannot be given
  - RangeTakenError            another range has numbers of it
  - NoNumberError              no number to lease under this reference
  - UnknownLeaseError          a reference under which nobody of theirs has a number
  - RightMissingError          the user's groups do not give the right to it
  - SecretKeyError             the installation's key file cannot be used

Errors know nothing of HTTP; each door has its own table of answers.
"""

from collections.abc import Sequence


class AuthError(Exception):
    """Never raised itself. ``str()`` is one sentence that says what is wrong and what to do."""


class CredentialsError(AuthError):
    """User name and device password do not open anything.

    Attributes:
        reason: Why, for the log only; a caller is told the same whatever it was.
        is_proven: The device's secret was right, so that nobody is guessing: the device was
            retired, the user blocked, the user's name wrong.
        user_id, device_id: Whose device has the selector, where one has.
    """

    def __init__(
        self,
        reason: str,
        *,
        is_proven: bool = False,
        user_id: int | None = None,
        device_id: int | None = None,
    ) -> None:
        super().__init__("Wrong user name or device password.")
        self.reason = reason
        self.is_proven = is_proven
        self.user_id = user_id
        self.device_id = device_id


class InvalidValueError(AuthError):
    """A name, e-mail address, label or password that cannot be taken, and why."""


class WeakPasswordError(InvalidValueError):
    """The password is too short, too common, or equal to name or e-mail address."""


class NameTakenError(AuthError):
    """Users and groups share their names, and this one is in use."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is a user or group named {name} already; choose another name.")


class EmailTakenError(AuthError):
    """Each user has an address of their own, upper and lower case being the same."""

    def __init__(self, email: str) -> None:
        super().__init__(
            f"Another user has the e-mail address {email}; each needs one of their own."
        )


class LabelTakenError(AuthError):
    """The user has an active device of this label, and they could not be told apart."""

    def __init__(self, user_name: str, label: str) -> None:
        super().__init__(f"{user_name} has a device {label!r} already; choose another label.")


class UnknownUserError(AuthError):
    """There is no user of this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no user named {name}; `deedbox user list` shows them all.")


class UnknownPrincipalError(AuthError):
    """Neither a user nor a group has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no user and no group {name!r}.")


class UnknownDeviceError(AuthError):
    """The user has no active device of this label."""

    def __init__(self, user_name: str, label: str) -> None:
        super().__init__(
            f"{user_name} has no active device {label!r}; `deedbox device list` shows them all."
        )


class UserNotActiveError(AuthError):
    """The user is blocked, or was never enabled."""

    def __init__(self, name: str, state: str) -> None:
        remedy = (
            f"`deedbox user unblock {name}` lets them in again"
            if state == "blocked"
            else "they come in when they take up their invitation"
        )
        super().__init__(f"{name} is {state}, not active; {remedy}.")


class UserStateError(AuthError):
    """An invitation is for somebody who is new, and taken back from somebody invited."""

    def __init__(self, name: str, state: str) -> None:
        remedy = {
            "new": f"`deedbox user invite {name}` invites them",
            "blocked": f"`deedbox user unblock {name}` lets them in again",
            "active": f"`deedbox user reset-password {name}` gives them a link for a new password",
        }.get(state, "their invitation can be sent again or withdrawn")
        super().__init__(f"{name} is {state}; {remedy}.")


class DeviceLimitError(AuthError):
    """All of a user's places for devices are taken.

    Attributes:
        labels: The active devices that take them.
    """

    def __init__(self, user_name: str, limit: int, labels: Sequence[str]) -> None:
        named = " and ".join(repr(each) for each in labels)
        places = "device" if limit == 1 else "devices"
        super().__init__(
            f"{user_name} may have at most {limit} active {places} and has {named}; "
            "retire one of them first."
        )
        self.limit = limit
        self.labels = tuple(labels)


class LastAdministratorError(AuthError):
    """The only active member of Administration would be lost."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} is the last active administrator; make another one first, "
            "or nobody could administer the office."
        )


class SetupEndedError(AuthError):
    """The office has its first user, so that no further set-up link is given out."""

    def __init__(self) -> None:
        super().__init__("The office is set up already; add users with `deedbox user add`.")


class SecretKeyError(AuthError):
    """The installation's key file cannot be read, made or understood."""


class SlowDownError(AuthError):
    """Too many wrong passwords, or too many requests for new ones.

    Attributes:
        retry_seconds: When to come again, 1 or more.
    """

    def __init__(self, retry_seconds: int) -> None:
        seconds = max(retry_seconds, 1)
        super().__init__(f"Too many attempts; try again in {seconds} seconds.")
        self.retry_seconds = seconds


class TokenEndedError(AuthError):
    """The link was never made, is used up, replaced or withdrawn, or its time ran out."""

    def __init__(self) -> None:
        super().__init__(
            "This link does not work any more; ask whoever runs your office for a new one."
        )


class CodeError(AuthError):
    """The code is not the one of this moment, or it was used before."""

    def __init__(self) -> None:
        super().__init__("This code does not fit, or was used before; wait for the next one.")


class SecondFactorStateError(AuthError):
    """The second factor is on already, or it is not on."""

    def __init__(self) -> None:
        super().__init__("The second factor was changed meanwhile; look at it again.")


class ConsentError(AuthError):
    """The text of the consent was changed while somebody read it."""

    def __init__(self) -> None:
        super().__init__("The text of the consent has changed meanwhile; please read it again.")


class RangeError(AuthError):
    """A number range that cannot be given, or ended."""


class RangeTakenError(RangeError):
    """Some of the numbers were given already, in the range from *first* to *last*."""

    def __init__(self, first: int, last: int) -> None:
        super().__init__(
            f"The numbers {first} to {last} are given already; "
            "choose a range that has none of them."
        )
        self.first, self.last = first, last


class NoNumberError(AuthError):
    """There is no number to lease, or not under this reference."""


class UnknownLeaseError(AuthError):
    """The user has no number under this reference, or not on this device."""


class RightMissingError(AuthError):
    """The user's groups do not give the function right that the act needs."""
