"""The text that people consent to: edited and kept by administrators, and asked for again."""

import csv
import io
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from admin.forms import FormGuard
from admin.parts import ConsoleParts
from admin.telling import done
from admin.texts import LANGUAGES, chosen_language
from admin.texts import gettext as _
from admin.visitors import CONSENT, Visitors, next_page, visitor
from auth import consent
from auth.audit import Actor
from auth.errors import ConsentError, InvalidValueError
from storage.consent import AgreementRow
from storage.store import Unit

PAGE = "/console/consent-text"
_MOST_BYTES = 448 * 1024
"""Both texts at their longest, as a form writes letters that are not ASCII."""
_DIGITS = 9


@dataclass(slots=True)
class Draft:
    """What somebody writes: the texts by language, and the version that they write it from.

    Attributes:
        kept: The one language that is to stay as it is, after they were warned.
    """

    texts: dict[str, str]
    was: int
    asks_again: bool = False
    kept: str = ""
    faults: dict[str, str] = field(default_factory=dict)

    @classmethod
    def from_form(cls) -> "Draft":
        """Take the request's form."""
        texts = {each: request.form.get(f"text_{each}", "") for each in LANGUAGES}
        asks_again = request.form.get("asks_again") == "yes"
        return cls(texts, _number("was"), asks_again, request.form.get("kept", ""))

    def check(self) -> None:
        """Mend line ends, and find what cannot be taken."""
        for language, text in self.texts.items():
            try:
                self.texts[language] = consent.checked_text(text)
            except InvalidValueError:
                self.faults[language] = _(
                    "The text needs 1 to %(most)s characters.", most=consent.MOST_CHARACTERS
                )


class ConsentPages:
    """What the pages do."""

    def __init__(self, parts: ConsoleParts, visitors: Visitors) -> None:
        self._parts = parts
        self._visitors = visitors

    def edit(self) -> AnyResponse:
        """The text in force, to be read and changed, and all that went before it."""
        if request.method == "GET":
            with self._parts.store.read() as unit:
                return self._page(unit, _in_force(unit))
        draft = Draft.from_form()
        draft.check()
        is_preview = request.form.get("act") != "save"
        with self._parts.store.read() as unit:
            unchanged = _unchanged(unit, draft)
            if draft.faults or is_preview or unchanged not in ("", draft.kept):
                return self._page(
                    unit, draft, is_preview=is_preview and not draft.faults, unchanged=unchanged
                )
        return self._save(draft)

    def version(self, number: int) -> str:
        """One version, word for word."""
        with self._parts.store.read() as unit:
            found = [each for each in consent.versions(unit) if each.number == number]
            if not found:
                abort(HTTPStatus.NOT_FOUND)
            texts = consent.texts_of(unit, number)
        return render_template(
            "consent_version.html", version=found[0], texts=texts, languages=LANGUAGES
        )

    def agreed(self) -> str:
        """Who consented to which version."""
        with self._parts.store.read() as unit:
            rows = consent.agreements(unit)
        return render_template("consent_agreed.html", rows=rows)

    def agreed_file(self) -> Response:
        """The same as a table for other programs."""
        with self._parts.store.read() as unit:
            rows = consent.agreements(unit)
        headers = {"Content-Disposition": 'attachment; filename="consent.csv"'}
        return Response(_table(rows), content_type="text/csv; charset=utf-8", headers=headers)

    def again(self) -> AnyResponse:
        """Ask somebody who consented to an older text; nothing else is there before."""
        session = visitor()
        if not session.is_consent_due:
            return redirect(next_page(), HTTPStatus.SEE_OTHER)
        fault = ""
        if request.method == "POST":
            if request.form.get("agreed") == "yes":
                try:
                    with self._parts.store.write() as unit:
                        consent.give_again(
                            unit,
                            session.user_id,
                            _number("version"),
                            request.form.get("language", ""),
                            now_us=self._parts.now_us(),
                        )
                    return redirect(next_page(), HTTPStatus.SEE_OTHER)
                except ConsentError:
                    fault = _("The text was changed meanwhile; please read it again.")
            else:
                fault = _("Without your consent the console stays closed.")
        with self._parts.store.read() as unit:
            text = consent.current(unit)[chosen_language(self._parts.settings.office.language)]
        page = render_template("consent_again.html", consent=text, fault=fault)
        return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY if fault else HTTPStatus.OK)

    def _save(self, draft: Draft) -> AnyResponse:
        if refusal := self._visitors.demand_password():
            return refusal
        try:
            with self._parts.store.write() as unit:
                if draft.texts == _in_force(unit).texts:
                    draft.faults["same"] = _("These are the words that are in force already.")
                else:
                    consent.set_text(
                        unit,
                        draft.texts,
                        now_us=self._parts.now_us(),
                        by=Actor(visitor().user_id),
                        was=draft.was,
                        asks_again=draft.asks_again,
                    )
        except ConsentError:
            draft.faults["changed"] = _(
                "Somebody else saved a version meanwhile. Read it below; if you save once more, "
                "yours follows it."
            )
        if not draft.faults:
            return done(PAGE)
        with self._parts.store.read() as unit:
            draft.was = _in_force(unit).was
            return self._page(unit, draft)

    @staticmethod
    def _page(
        unit: Unit, draft: Draft, *, is_preview: bool = False, unchanged: str = ""
    ) -> Response:
        page = render_template(
            "consent_text.html",
            draft=draft,
            versions=consent.versions(unit),
            languages=LANGUAGES,
            is_preview=is_preview,
            unchanged=unchanged,
            most=consent.MOST_CHARACTERS,
        )
        is_warned = bool(unchanged) and not is_preview
        status = HTTPStatus.UNPROCESSABLE_ENTITY if is_warned else HTTPStatus.OK
        if draft.faults:
            is_late = "changed" in draft.faults
            status = HTTPStatus.CONFLICT if is_late else HTTPStatus.UNPROCESSABLE_ENTITY
        return make_response(page, status)


def _unchanged(unit: Unit, draft: Draft) -> str:
    """The one language whose words are as before while the other's are new; else empty."""
    texts = _in_force(unit).texts
    same = [each for each in LANGUAGES if draft.texts[each] == texts[each]]
    return same[0] if len(same) == 1 else ""


def _in_force(unit: Unit) -> Draft:
    current = consent.current(unit)
    texts = {each: current[each].text for each in LANGUAGES}
    return Draft(texts, max(row.version for row in current.values()))


def _table(rows: list[AgreementRow]) -> str:
    """A row for each consent, times in UTC; in the words of programs, not of a language."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("user", "email", "state", "version", "language", "given"))
    for row in rows:
        given = row.given_us
        when = datetime.fromtimestamp(given / 1e6, UTC).isoformat("T", "seconds") if given else ""
        writer.writerow(
            (
                _plain(row.user_name),
                _plain(row.email),
                row.state,
                row.version or "",
                row.language or "",
                when,
            )
        )
    return out.getvalue()


def _plain(text: str) -> str:
    """*text* so that no spreadsheet takes it for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


def _number(name: str) -> int:
    text = request.form.get(name, "")
    is_number = text.isascii() and text.isdigit() and len(text) <= _DIGITS
    return int(text) if is_number else 0


def _take_long_forms() -> None:
    request.max_content_length = _MOST_BYTES


def consent_pages(parts: ConsoleParts, guard: FormGuard, visitors: Visitors) -> Blueprint:
    """The pages about the consent."""
    both = ["GET", "POST"]
    acts = ConsentPages(parts, visitors)
    texts = Blueprint("consent_texts", __name__, url_prefix=PAGE)
    texts.before_request(_take_long_forms)
    texts.before_request(visitors.demand_administrator)
    texts.before_request(guard.check_sent)
    texts.add_url_rule("", "edit", acts.edit, methods=both)
    texts.get("/<int:number>")(acts.version)
    texts.get("/agreed")(acts.agreed)
    texts.get("/agreed.csv")(acts.agreed_file)

    pages = Blueprint("consent", __name__)
    pages.register_blueprint(texts)
    again = Blueprint("consent_again", __name__)
    again.before_request(visitors.demand_session)
    again.before_request(guard.check_sent)
    again.add_url_rule(CONSENT, "again", acts.again, methods=both)
    pages.register_blueprint(again)
    return pages
