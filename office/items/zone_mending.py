"""What a calendar object lacks about its zones, put in; all else stays as it was sent.

A zone named by IANA gets its VTIMEZONE if it has none. Windows' names become IANA's where their
VTIMEZONE says the same or is missing: some devices go by the name alone. RFC 4791 section 4.1.
"""

import re
from collections.abc import Mapping

from office.items import content_lines
from office.items.components import Component
from office.items.custom_zones import read_zone
from office.items.instants import DAY
from office.items.limits import ItemLimits
from office.items.windows_zones import WINDOWS_ZONES
from office.items.zone_texts import vtimezone
from office.items.zones import find_zone, iana_name, zone_by_name

_TZID = re.compile(r";TZID=(\"[^\"]*\"|[^\";:,]*)", re.IGNORECASE)
_YEAR = re.compile(r"\d{4}(?=\d{4})", re.ASCII)
_BEGINNINGS = ("DTSTART", "DUE", "RECURRENCE-ID", "RDATE")
_NO_YEAR = 1970
_PROBE_YEARS = 2
_MONTH = 30 * DAY
_MOST_ZONES = 50


def used_zones(root: Component) -> set[str]:
    """The TZIDs that lines of *root* go by."""
    found: set[str] = set()
    for component in root.children:
        if component.name != "VTIMEZONE":
            for each in component.walk():
                found |= _of_lines(each)
    return found


def _of_lines(component: Component) -> set[str]:
    return {
        content_lines.parameters(params)["TZID"]
        for lines in component.lines.values()
        for params, _, _ in lines
        if params and "TZID=" in params.upper() and "TZID" in content_lines.parameters(params)
    }


def mended(text: str, root: Component, limits: ItemLimits) -> str:
    """*text*, whose component is *root*, with its zones in order: the same, if nothing lacks."""
    used = used_zones(root)
    described = {
        each.value("TZID").strip(): each for each in root.children if each.name == "VTIMEZONE"
    }
    if not used or (used <= described.keys() and used.isdisjoint(WINDOWS_ZONES)):
        return text
    year = _first_year(root)
    renamed = _renamed(used, described, year, limits)
    present = described.keys() - renamed.keys()
    wanted = {renamed.get(tzid, tzid) for tzid in used} - present
    added = sorted(name for name in wanted if find_zone(name) is not None)[:_MOST_ZONES]
    if not renamed and not added:
        return text
    dropped = [described[tzid] for tzid in renamed if tzid in described]
    texts = [vtimezone(name, since_year=year) for name in added]
    return _rewritten(text, root, renamed, dropped, "".join(texts))


def _first_year(root: Component) -> int:
    """The year in which the object begins, as far as its lines tell."""
    values = (
        line[1]
        for component in root.children
        if component.name != "VTIMEZONE"
        for name in _BEGINNINGS
        for line in component.all(name)
    )
    return min((int(found[0]) for found in map(_YEAR.match, values) if found), default=_NO_YEAR)


def _renamed(
    used: set[str], described: Mapping[str, Component], year: int, limits: ItemLimits
) -> dict[str, str]:
    """The names to be changed, with the IANA names that take their place."""
    names: dict[str, str] = {}
    for tzid in used:
        name = None if find_zone(tzid) is not None else iana_name(tzid)
        if name is None:
            continue
        own = described.get(tzid)
        if own is None or (tzid in WINDOWS_ZONES and _agree(own, name, year, limits)):
            names[tzid] = name
    return names


def _agree(component: Component, name: str, year: int, limits: ItemLimits) -> bool:
    """Whether a VTIMEZONE and the IANA zone show the same all through some years."""
    try:
        own = read_zone(component, limits)
    except ValueError:
        return False
    zone = zone_by_name(name)
    begin = (year - 1970) * 365 * DAY
    probes = range(begin, begin + (_PROBE_YEARS + 1) * 365 * DAY, _MONTH)
    return all(own.local(probe) == zone.local(probe) for probe in probes)


def _rewritten(
    text: str,
    root: Component,
    renamed: Mapping[str, str],
    dropped: list[Component],
    added: str,
) -> str:
    lines = content_lines.logical_lines(text)
    ending = content_lines.newline(text)
    before = min((each.first for each in root.children), default=root.last)
    lines[before] = added.replace("\r\n", ending) + lines[before]
    for component in dropped:
        kept = added.replace("\r\n", ending) if component.first == before else ""
        lines[component.first : component.last + 1] = [kept] + [""] * (
            component.last - component.first
        )
    if not renamed:
        return "".join(lines)
    return "".join(_with_names(line, renamed, ending) for line in lines)


def _with_names(line: str, renamed: Mapping[str, str], ending: str) -> str:
    if "TZID" not in line.upper().replace("\n ", "").replace("\r", ""):
        return line
    found = content_lines.find_lines(content_lines.unfold(line.rstrip("\r\n")))
    if len(found) != 1 or not found[0][1]:
        return line
    name, params, value, _ = found[0]
    changed = _TZID.sub(lambda each: _name(each[1], renamed), params)
    if changed == params:
        return line
    return content_lines.fold_line(f"{name}{changed}:{value}", ending) + ending


def _name(tzid: str, renamed: Mapping[str, str]) -> str:
    plain = tzid.strip('"')
    return f";TZID={renamed.get(plain, plain)}" if plain in renamed else f";TZID={tzid}"
