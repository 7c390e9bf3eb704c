"""Answers as both DAV doors give them: whole, a multistatus, or a refusal that says why."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from dav_providers.multistatus.preconditions import Precondition, error_body
from dav_providers.multistatus.writer import CONTENT_TYPE
from office.errors import Blocked

MULTI_STATUS = 207


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: a status, headers and blocks of bytes."""

    status: int
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: Iterable[bytes] = ()


class RefusedError(Exception):
    """A refusal of a door itself, with its status and precondition element."""

    def __init__(
        self,
        status: int,
        message: str,
        condition: Precondition | None = None,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> None:
        super().__init__(message)
        self.status = status
        self.condition = condition
        self.headers = headers


class ConditionFailedError(Exception):
    """The request's condition does not hold: 412.

    Attributes:
        blocked: The block of the caller that let the place look as if it were not there.
    """

    def __init__(self, message: str, blocked: Blocked | None = None) -> None:
        super().__init__(message)
        self.blocked = blocked


def refusal(
    status: int,
    message: str,
    condition: Precondition | None = None,
    *,
    hrefs: Iterable[str] = (),
    privileges: Iterable[tuple[str, str]] = (),
    headers: Iterable[tuple[str, str]] = (),
) -> Answer:
    """An error document; arguments as for ``preconditions.error_body``."""
    body = error_body(condition, hrefs=hrefs, privileges=privileges, message=message)
    return xml(status, body, headers)


def xml(status: int, body: bytes, headers: Iterable[tuple[str, str]] = ()) -> Answer:
    """A whole XML document."""
    length = ("Content-Length", str(len(body)))
    return Answer(status, [("Content-Type", CONTENT_TYPE), length, *headers], [body])


def send(answer: Answer, start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Begin the answer and give its blocks."""
    status = HTTPStatus(answer.status)
    start_response(f"{status.value} {status.phrase}", answer.headers)
    return answer.body


def bodiless(answer: Answer) -> Answer:
    """The same for HEAD."""
    return Answer(answer.status, answer.headers)
