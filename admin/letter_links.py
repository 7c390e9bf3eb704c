"""The pages behind the links in letters: invitation and new password; and how to ask for one.

A link that does not work says nothing about why, nor whether there is an account. Opening a page
uses nothing up: programs that look through mail open every link.
"""

from http import HTTPStatus

from flask import Blueprint, Response, make_response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from admin.forms import FormGuard
from admin.new_password import NewPassword, explained
from admin.parts import ConsoleParts
from admin.texts import chosen_language
from admin.texts import gettext as _
from admin.visitors import Visitors, client_address, later, slow_down_text
from auth import consent, invitations, sessions
from auth.errors import ConsentError, CredentialsError, SlowDownError, TokenEndedError
from auth.invitations import Consent
from auth.tokens import Purpose
from office import inviting, opening
from storage.people import PersonRow

_VERSION_DIGITS = 9


class LinkPages:
    """What the pages behind links do."""

    def __init__(self, parts: ConsoleParts, visitors: Visitors) -> None:
        self._parts = parts
        self._visitors = visitors

    def invitation(self, token: str) -> AnyResponse:
        """Consent and password of somebody who is invited."""
        try:
            person = self._person(token, Purpose.INVITATION)
            if request.method == "GET":
                return self._invitation_page(person, {})
            chosen = self._chosen(person)
            if request.form.get("agreed") != "yes":
                chosen.faults["agreed"] = _("Without your consent you cannot join.")
            if chosen.faults:
                return self._invitation_page(person, chosen.faults)
            person = inviting.take_up(
                self._parts.store,
                token,
                password=chosen.password,
                given=_given(),
                now_us=self._parts.now_us(),
            )
            return self._joined(person, chosen.password)
        except (TokenEndedError, CredentialsError):
            return _ended()
        except ConsentError:
            text = _("The text has changed meanwhile. Please read it again.")
            return self._invitation_page(person, {"changed": text})

    def reset(self, token: str) -> AnyResponse:
        """A new password for somebody who asked for one."""
        try:
            person = self._person(token, Purpose.RESET)
            if request.method == "GET":
                return make_response(render_template("reset.html", person=person, faults={}))
            chosen = self._chosen(person)
            if chosen.faults:
                page = render_template("reset.html", person=person, faults=chosen.faults)
                return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY)
            inviting.reset_password(
                self._parts.store, token, password=chosen.password, now_us=self._parts.now_us()
            )
        except TokenEndedError:
            return _ended()
        page = _taken_page(person, chosen.password, _("Your new password holds"))
        response = make_response(page)
        self._visitors.sign_out(response)
        return response

    def forgot(self) -> Response:
        """Take down that somebody wants a new password; the answer is the same for every name."""
        sends_mail = self._parts.settings.mail.is_on
        if request.method == "GET" or not sends_mail:
            return make_response(render_template("forgot.html", sends_mail=sends_mail))
        try:
            inviting.ask_for_reset(
                self._parts.store,
                self._parts.throttle,
                login=request.form.get("login", ""),
                address=client_address(),
                now_us=self._parts.now_us(),
            )
        except SlowDownError as error:
            page = render_template("forgot.html", sends_mail=True, fault=slow_down_text(error))
            return later(error.retry_seconds, page)
        return make_response(render_template("forgot.html", sends_mail=True, is_asked=True))

    def _person(self, token: str, purpose: Purpose) -> PersonRow:
        with self._parts.store.read() as unit:
            return invitations.invited_person(unit, token, purpose, now_us=self._parts.now_us())

    @staticmethod
    def _chosen(person: PersonRow) -> NewPassword:
        chosen = NewPassword.from_form()
        chosen.check(name=person.name, email=person.email)
        return chosen

    def _invitation_page(self, person: PersonRow, faults: dict[str, str]) -> Response:
        with self._parts.store.read() as unit:
            texts = consent.current(unit)
            office = opening.office_name(unit)
        page = render_template(
            "invitation.html",
            person=person,
            office=office,
            consent=texts[chosen_language(self._parts.settings.office.language)],
            is_agreed=request.form.get("agreed") == "yes" and "changed" not in faults,
            faults=faults,
        )
        return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK)

    def _joined(self, person: PersonRow, password: str) -> AnyResponse:
        """Greet somebody who just joined; they proved who they are and need not sign in.

        Raises:
            CredentialsError: They were blocked at the same moment.
        """
        page = _taken_page(person, password, _("You are in"), is_signed_in=True)
        response = make_response(page)
        with self._parts.store.write() as unit:
            token = sessions.begin(
                unit,
                person.id,
                is_complete=True,
                address=client_address(),
                agent=request.user_agent.string,
                now_us=self._parts.now_us(),
                replaces=self._visitors.token(),
            )
        self._visitors.sign_in(response, token)
        return response


def _given() -> Consent:
    """Which text the form showed; one that never was is refused like one that changed."""
    version = request.form.get("version", "")
    is_number = version.isascii() and version.isdigit() and len(version) <= _VERSION_DIGITS
    return Consent(int(version) if is_number else 0, request.form.get("language", ""))


def _taken_page(
    person: PersonRow, password: str, heading: str, *, is_signed_in: bool = False
) -> str:
    return render_template(
        "password_taken.html",
        heading=heading,
        weaknesses=explained(password, name=person.name, email=person.email),
        is_signed_in=is_signed_in,
    )


def _ended() -> Response:
    return make_response(render_template("link_ended.html"), HTTPStatus.GONE)


def link_pages(parts: ConsoleParts, guard: FormGuard, visitors: Visitors) -> Blueprint:
    """The pages behind links."""
    pages = Blueprint("links", __name__)
    acts = LinkPages(parts, visitors)
    pages.before_request(guard.check_sent)
    both = ["GET", "POST"]
    pages.add_url_rule("/invite/<token>", "invitation", acts.invitation, methods=both)
    pages.add_url_rule("/reset/<token>", "reset", acts.reset, methods=both)
    pages.add_url_rule("/console/forgot", "forgot", acts.forgot, methods=both)
    return pages
