import pytest
from hypothesis import given
from hypothesis import strategies as st

from office.estates import Label, parse_folder


class TestParseFolder:
    @pytest.mark.parametrize(
        ("name", "number", "title"),
        [
            ("4711 Lindenallee 3", "4711", "Lindenallee 3"),
            ("2026-003 Am Hang", "2026-003", "Am Hang"),
            ("W12  Zwei Lücken", "W12", "Zwei Lücken"),
            ("4711", "4711", ""),
            ("2026-003", "2026-003", ""),
            ("W12", "W12", ""),
        ],
    )
    def test_number_and_title(self, name: str, number: str, title: str) -> None:
        assert parse_folder(name) == Label(number, title)

    @pytest.mark.parametrize(
        "name", ["Neuer Ordner", "Objekt12", "4711 ", " 4711 x", "Objekt 12", ""]
    )
    def test_a_name_without_a_number_in_front(self, name: str) -> None:
        assert parse_folder(name) is None

    @given(st.from_regex(r"[A-Z]{0,3}[0-9]{1,6}", fullmatch=True), st.text("aä ß3", min_size=1))
    def test_a_label_is_read_back_from_its_folder(self, number: str, title: str) -> None:
        title = title.strip() or "x"

        assert parse_folder(Label(number, title).folder) == Label(number, title)
