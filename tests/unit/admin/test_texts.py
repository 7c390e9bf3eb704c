from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import admin
from admin.texts import FOLDER, LANGUAGES, read_texts

ROOM = Path(admin.__file__).parent
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2.ext:babel_extract")]


def used_texts() -> set[str]:
    found = extract_from_dir(str(ROOM), METHODS, options_map={}, strip_comment_tags=True)
    return {text for _file, _line, text, *_ in found if isinstance(text, str)}


@pytest.mark.parametrize("language", sorted(set(LANGUAGES) - {"en"}))
class TestALanguage:
    def test_has_every_text_and_no_other(self, language: str) -> None:
        with (FOLDER / f"{language}.po").open("rb") as file:
            catalogue = read_po(file, locale=language)

        assert {str(each.id) for each in catalogue if each.id and each.string} == used_texts()
        assert not any(each.fuzzy for each in catalogue)

    def test_keeps_what_is_filled_in(self, language: str) -> None:
        with (FOLDER / f"{language}.po").open("rb") as file:
            catalogue = read_po(file, locale=language)

        assert [error for each in catalogue for error in each.check(catalogue)] == []


def test_a_text_is_found_in_its_language() -> None:
    assert read_texts("de").gettext("Password") == "Passwort"
    assert read_texts("en").gettext("Password") == "Password"
