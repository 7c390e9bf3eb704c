"""The first administrator, by the set-up link: one transaction makes them and opens the office."""

from dataclasses import dataclass, field

from auth import audit, devices, setup_link
from auth.audit import NOBODY, Act, Actor, Subject
from auth.devices import Enrolment
from auth.errors import SetupEndedError
from auth.rights import ADMINISTRATION
from office import layout, opening, people
from storage.store import WriteUnit


@dataclass(frozen=True, slots=True)
class Founding:
    """What the first person says about themselves and the office.

    Attributes:
        user_name: The login of the first administrator.
        office_name: Shown in the console; may be empty.
        language: Of the shared folders' names, ``de`` or ``en``; fixed from now on.
        device_label: What the person calls the computer they sit at.
    """

    user_name: str
    email: str
    password: str = field(repr=False)
    office_name: str
    language: str
    device_label: str


def found(
    unit: WriteUnit,
    token: str,
    founding: Founding,
    *,
    device_limit: int,
    secret_key: bytes,
    now_us: int,
) -> Enrolment:
    """Make the first administrator with one device, open the office and end the link.

    All of it or nothing: after an error the transaction must be given up, and the link works on.

    Raises:
        SetupEndedError: The token is not the one in force, or somebody was quicker.
        auth.errors.AuthError: Name, address, password or label cannot be taken.
    """
    # Ended first: of two who send the form at once the second waits here, and is refused.
    if not (setup_link.is_valid(unit, token) and setup_link.end(unit, now_us=now_us)):
        raise SetupEndedError
    layout.set_language(unit, founding.language)
    opening.name_office(unit, founding.office_name)
    person = people.add_person(
        unit,
        founding.user_name,
        founding.email,
        password=founding.password,
        groups=(ADMINISTRATION.name,),
        now_us=now_us,
        by=NOBODY,
    )
    audit.record(unit, Act.OFFICE_SET_UP, by=Actor(person.id), on=Subject(person.id))
    return devices.enrol(
        unit,
        user_name=founding.user_name,
        label=founding.device_label,
        limit=device_limit,
        secret_key=secret_key,
        now_us=now_us,
        by=Actor(person.id),
    )
