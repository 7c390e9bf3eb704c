"""Objects that change while a long answer about them is under way."""

from hashlib import sha256

import pytest
from lxml import etree

from tests.groupware_door import CAL, DAV, Device, GroupwareOffice, event
from tests.large_collections import fill, questions

MEMBERS = 300
MANY_KIB = "x" * 8 * 1024


@pytest.mark.parametrize("number", range(5))
def test_what_changed_comes_as_it_is_now_and_what_went_is_left_out(
    groupware: GroupwareOffice, anna: Device, number: int
) -> None:
    fill(groupware, anna, "calendar", MEMBERS)
    path = f"calendar-{MEMBERS}/"
    _, asked = list(questions(MEMBERS))[number]
    changed = event("297", "Lindenallee", f"DESCRIPTION:Lindenallee {MANY_KIB}")

    blocks = iter(anna.blocks("REPORT", anna.own(path), asked.encode(), Depth="1"))
    first = next(blocks)
    assert anna.put(f"{path}297", changed).status == 204
    assert anna.delete(f"{path}298").status == 204
    assert anna.move(f"{path}299", "calendar/299").status == 201
    root = etree.fromstring(first + b"".join(blocks))

    told = {
        str(each.findtext(f"{DAV}href")).rpartition("/")[2]: each
        for each in root.iterfind(f"{DAV}response")
        if "404" not in str(each.findtext(f"{DAV}status"))
    }
    assert told.keys() == {str(each) for each in range(298)}
    assert told["297"].findtext(f".//{CAL}calendar-data") == changed.decode()
    assert sha256(changed).hexdigest()[:32] in str(told["297"].findtext(f".//{DAV}getetag"))
