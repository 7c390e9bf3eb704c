"""The console's texts: English in the code and templates, other languages as ``.po`` files here.

Flask-Babel finds the translation, but reads it from the ``.po`` itself (a few milliseconds, once
per process): no compiled ``.mo`` to build, to pack and to forget.
"""

from functools import cache
from io import BytesIO
from pathlib import Path

from babel.support import NullTranslations, Translations
from flask import g, has_request_context, request
from flask_babel import Babel, Domain, get_locale
from flask_babel import gettext as translate

FOLDER = Path(__file__).parent

LANGUAGES = {"de": "Deutsch", "en": "English"}
"""What the console speaks, each language in its own words."""


def chosen_language(default: str) -> str:
    """The language of this request.

    ``?lang=``, else what the user chose, else what the browser prefers, else *default*.
    """
    if not has_request_context():
        return default
    session = g.get("session")
    for asked in (request.args.get("lang"), session and session.language):
        if asked in LANGUAGES:
            return str(asked)
    return request.accept_languages.best_match(LANGUAGES, default) or default


def gettext(text: str, **values: object) -> str:
    """*text* in the language of this request, with *values* for its ``%(name)s``."""
    return str(translate(text, **values))


@cache
def read_texts(language: str) -> NullTranslations:
    """The translations into *language*; English needs none."""
    source = FOLDER / f"{language}.po"
    if not source.exists():
        return NullTranslations()
    from babel.messages.mofile import write_mo  # noqa: PLC0415 - not at every start
    from babel.messages.pofile import read_po  # noqa: PLC0415 - as above

    compiled = BytesIO()
    with source.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return Translations(compiled)


class Texts(Domain):  # type: ignore[misc]  # flask_babel has no types
    """Flask-Babel's domain, on the files of this folder."""

    def get_translations(self) -> NullTranslations:
        """The translations for the language of this request."""
        return read_texts(str(get_locale()))


class Speech(Babel):  # type: ignore[misc]  # flask_babel has no types
    """Flask-Babel with our texts."""

    domain_instance = Texts()
