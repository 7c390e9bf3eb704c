import re

import pytest
from flask import Flask

from admin.devices import suggested_label
from admin.texts import Speech
from admin.wording import add_wording, browser, entry, group, programs, when

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
EDGE = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0"
)
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1"
)


@pytest.fixture(params=["en", "de"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def app(language: str) -> Flask:
    made = Flask("admin")
    Speech(made, default_locale="en", locale_selector=lambda: language)
    return made


@pytest.mark.parametrize(
    ("agent", "shown", "label"),
    [
        (FIREFOX, "Firefox, Linux", "Linux-PC"),
        (EDGE, "Edge, Windows", "Windows-PC"),
        (IPHONE, "Safari, iPhone", "iPhone"),
    ],
)
def test_a_browser_is_named_with_its_system(
    app: Flask, agent: str, shown: str, label: str
) -> None:
    with app.test_request_context():
        assert browser(agent) == shown
    assert suggested_label(agent) == label


def test_what_says_nothing_has_words_too(app: Flask, language: str) -> None:
    with app.test_request_context():
        assert browser("") == {"en": "unknown browser", "de": "unbekannter Browser"}[language]
        assert when(None) == {"en": "never", "de": "nie"}[language]
        assert programs("") == ""
    assert suggested_label("curl/8") == ""


def test_an_entry_without_a_name_goes_by_its_place(app: Flask, language: str) -> None:
    german = language == "de"
    with app.test_request_context():
        assert entry("alle.VCF: 17.") == f"alle.VCF: {'17. Karte' if german else 'card 17'}"
        assert entry("alle.ics: 3.") == f"alle.ics: {'3. Eintrag' if german else 'entry 3'}"
        assert entry("alle.vcf: Berta 17.") == "alle.vcf: Berta 17."


def test_programs_and_groups_are_called_as_people_do(app: Flask, language: str) -> None:
    with app.test_request_context():
        assert programs("ios,windows") == "Windows Explorer, iPhone/iPad"
        assert (
            programs("tool,unknown")
            == {
                "en": "other programs",
                "de": "andere Programme",
            }[language]
        )
        assert group("mitarbeiter") == {"en": "Staff", "de": "Mitarbeiter"}[language]


def test_every_word_of_a_template_is_in_the_language_of_who_asks() -> None:
    spoken = ["de"]
    app = Flask("admin")
    Speech(app, default_locale="en", locale_selector=lambda: spoken[-1])
    plain = set(app.jinja_env.filters)
    add_wording(app)
    page = app.jinja_env.from_string(
        "{{ 'all'|visibility }} {{ 'blocked'|state }} {{ ['mitarbeiter']|map('group')|first }}"
    )

    with app.test_request_context():
        german = page.render()
    spoken.append("en")
    with app.test_request_context():
        english = page.render()

    assert german == "alle Kunden gesperrt Mitarbeiter"
    assert english == "all customers blocked Staff"
    own = {name: each for name, each in app.jinja_env.filters.items() if name not in plain}
    folded = [name for name, each in own.items() if not hasattr(each, "jinja_pass_arg")]
    assert folded == ["joined"]


def test_a_time_is_in_the_pages_language(app: Flask, language: str) -> None:
    with app.test_request_context():
        shown = when(1_790_000_000_000_000)

    form = {"en": r"2\d Sep 2026, \d\d:\d\d", "de": r"2\d\.09\.2026, \d\d:\d\d"}[language]
    assert re.fullmatch(form, shown)
