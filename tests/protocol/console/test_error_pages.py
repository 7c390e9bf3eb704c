"""Pages that say why there is none."""

from tests.console import Console, Visit


def _places(visit: Visit, path: str) -> list[str]:
    page = visit.get(path)
    assert page.status == 404
    return [str(each.get("href")) for each in page.root.xpath("//nav[@class='places']//a")]


def test_keep_the_way_back_for_who_is_signed_in(console: Console) -> None:
    console.person("anna")

    for path in ("/console/nothing", "/console/devices/999/retire"):
        assert "/console/devices" in _places(console.signed_in(), path)


def test_show_no_console_to_anybody_else(console: Console) -> None:
    assert _places(console.visit(), "/console/nothing") == []
