"""The office's beginning by the set-up link: its data, and then its first administrator."""

from dataclasses import dataclass, field

from auth import audit, setup_link
from auth.audit import NOBODY, Act, Actor, Subject
from auth.rights import ADMINISTRATION
from office import house_rules, layout, opening, people, wizard
from office.wizard import Step
from storage.people import PersonRow
from storage.store import WriteUnit


@dataclass(frozen=True, slots=True)
class OfficeData:
    """What is asked about the office.

    Attributes:
        name: Shown in the console and in letters; may be empty.
        language: Of the shared folders' names, ``de`` or ``en``; fixed with the first user.
        public_url: The address for clients; may be empty. None: the settings say it.
    """

    name: str
    language: str
    public_url: str | None


@dataclass(frozen=True, slots=True)
class Founder:
    """What the first administrator says about themselves; *name* is their login."""

    name: str
    email: str
    password: str = field(repr=False)


def describe(unit: WriteUnit, token: str, data: OfficeData) -> None:
    """Take the office's data from whoever has the set-up link.

    Raises:
        SetupEndedError: The token is not the one in force, or somebody is in by now.
    """
    setup_link.demand(unit, token)
    layout.set_language(unit, data.language)
    take_data(unit, data, by=NOBODY)
    wizard.done(unit, Step.OFFICE)


def take_data(unit: WriteUnit, data: OfficeData, *, by: Actor) -> None:
    """Take the office's name and address; the language is left as it is."""
    opening.rename_office(unit, data.name)
    if data.public_url is not None:
        house_rules.set_public_url(unit, data.public_url, by=by)


def found(unit: WriteUnit, token: str, founder: Founder, *, now_us: int) -> PersonRow:
    """Make the first administrator and end the link; the office opens at the set-up's end.

    All of it or nothing: after an error the transaction must be given up, and the link works on.

    Raises:
        SetupEndedError: The token is not the one in force, or somebody was quicker.
        auth.errors.AuthError: Name, address or password cannot be taken.
    """
    # Of two who send the form at once the second waits here, and is refused.
    setup_link.demand(unit, token)
    setup_link.end(unit, now_us=now_us)
    opening.begin_set_up(unit, now_us=now_us)
    person = people.add_person(
        unit,
        founder.name,
        founder.email,
        password=founder.password,
        groups=(ADMINISTRATION.name,),
        now_us=now_us,
        by=NOBODY,
    )
    audit.record(unit, Act.OFFICE_SET_UP, by=Actor(person.id), on=Subject(person.id))
    return person
