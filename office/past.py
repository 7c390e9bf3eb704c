"""Places below ``/files/``, what was among them: where a request's path leads.

``office.trash_places`` and ``office.versions`` say what is there.
"""

from collections.abc import Sequence

from auth.identity import Identity
from office import places, trash_places, versions
from office.errors import BlockedError
from office.layout import Layout
from office.past_places import PastPlace
from office.places import Place
from storage.store import Unit
from storage.tree import NodeRow


def speaks_of(names: Sequence[str]) -> bool:
    """Whether a path below ``/files/`` leads into the trash or to earlier versions."""
    return trash_places.speaks_of(names) or versions.speaks_of(names)


def look_up(unit: Unit, who: Identity, layout: Layout, names: Sequence[str]) -> Place:
    """The place of a path; what is hidden is missing."""
    return _past(unit, who, layout, names) or places.look_up(unit, who, layout, names)


def find(unit: Unit, who: Identity, layout: Layout, names: Sequence[str]) -> Place:
    """The place of a path, for one who may want to make something there.

    Raises:
        BlockedError: What has the last name is hidden (``office.places.find``).
    """
    place = look_up(unit, who, layout, names)
    if place.blocked is not None and len(place.missing) == 1:
        raise BlockedError(place.blocked)
    return place


def find_past(unit: Unit, who: Identity, layout: Layout, names: Sequence[str]) -> PastPlace:
    """The place of a path that :func:`speaks_of` what was."""
    place = _past(unit, who, layout, names)
    if place is None:
        raise ValueError("the path leads neither into the trash nor to versions")
    return place


def _past(unit: Unit, who: Identity, layout: Layout, names: Sequence[str]) -> PastPlace | None:
    if trash_places.speaks_of(names):
        return trash_places.look_up(unit, who, layout, names)
    return versions.look_up(unit, who, layout, names) if versions.speaks_of(names) else None


def members(
    unit: Unit, who: Identity, layout: Layout, place: Place, *, most: int
) -> list[NodeRow]:
    """What lies directly in the folder at *place*, as far as *who* may see it, by name.

    Raises:
        TooLargeError: There are more than *most*.
    """
    if not isinstance(place, PastPlace):
        return places.members(unit, who, layout, place, most=most)
    if trash_places.speaks_of(place.names):
        return trash_places.members(unit, who, layout, place, most=most)
    return versions.members(unit, who, place, most=most)
