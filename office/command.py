"""Whoever sits at the machine's command line: may do everything, and is nobody's device."""

from auth.identity import Identity
from auth.rights import ADMINISTRATION
from auth.visibility import Visibility
from storage.people import PersonRow

COMMAND_NAME = "deedbox"


def at_the_machine(*, home_node_id: int = 0) -> Identity:
    """The identity that commands act under; ``Home`` is nobody's unless one is given."""
    return Identity(
        user_id=0,
        user_name=COMMAND_NAME,
        device_id=0,
        device_label="",
        function_rights=ADMINISTRATION.rights,
        blocked_nodes=frozenset(),
        home_node_id=home_node_id,
        groups=frozenset({ADMINISTRATION.name}),
        visibility=Visibility.ALL,
    )


def in_place_of(person: PersonRow) -> Identity:
    """The command line's identity, for which ``Home`` is that of *person*."""
    return at_the_machine(home_node_id=person.home_node_id)
