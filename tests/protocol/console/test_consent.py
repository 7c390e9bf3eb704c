"""The text that people consent to: edited, kept, and asked for again."""

import csv
import io
import json
from typing import Any

import pytest

from auth import consent
from auth.invitations import Consent, take_up
from auth.tokens import Purpose
from office import inviting
from storage import people
from storage.store import Store
from tests.console import Console, Page, Visit

PAGE = "/console/consent-text"


@pytest.fixture
def berta(console: Console) -> Visit:
    console.person("berta", "administration")
    return console.signed_in("berta")


def save(visit: Visit, page: Page | None = None, /, *, act: str = "save", **typed: Any) -> Page:
    return visit.send(page or visit.get(PAGE), act=act, **typed)


def in_force(store: Store) -> dict[str, str]:
    with store.read() as unit:
        return {language: row.text for language, row in consent.current(unit).items()}


def joined(console: Console, name: str = "anna") -> None:
    """Somebody who was invited and agreed to the text in force."""
    console.person(name, password=None)
    with console.store.write() as unit:
        unit.execute(
            "UPDATE person SET state = 'invited' WHERE email = :email",
            {"email": f"{name}@buero.example"},
        )
    with console.store.write() as unit:
        person = people.find(unit, name)
        assert person is not None
        token = inviting.hand_over(unit, person, Purpose.INVITATION, now_us=console.clock.us)
        version = consent.current(unit)["de"].version
        take_up(
            unit,
            token.token,
            password_hash=hashed(),
            given=Consent(version, "de"),
            now_us=console.clock.us,
        )


def hashed() -> str:
    from auth import passwords  # noqa: PLC0415 - made cheap by a fixture

    return passwords.hashed("drei graue Eulen")


def versions(console: Console, name: str = "anna") -> list[int]:
    with console.store.read() as unit:
        return [row.version for row, _text in consent.given_by(unit, console.user_id(name))]


class TestTheText:
    def test_is_shown_first_and_saved_then(self, console: Console, berta: Visit) -> None:
        before = in_force(console.store)

        page = save(berta, act="preview", text_de="Neu <b>hier</b>.\r\n\r\nZweitens.")

        assert "Neu <b>hier</b>." in page.root.xpath("//section//div[@lang='de']/p/text()")
        assert in_force(console.store) == before
        page = save(berta, page)
        assert in_force(console.store)["de"] == "Neu <b>hier</b>.\n\nZweitens."
        assert in_force(console.store)["en"] == before["en"]
        assert "version 2 in force" in page.text

    def test_every_version_is_kept_with_who_wrote_it(self, console: Console, berta: Visit) -> None:
        with console.store.write() as unit:
            texts = {"de": "Vom Rechner.", "en": "From the machine."}
            consent.set_text(unit, texts, now_us=console.clock.us)
        save(berta, text_de="Von Berta.", text_en="By Berta.")

        rows = berta.get(PAGE).root.xpath("//section[@aria-labelledby='versions']//li/small")
        told = [each.text_content().strip().rpartition(", ")[2] for each in rows]

        assert told == ["berta", "command line", "from the start"]
        assert "Vom Rechner." in berta.get(f"{PAGE}/2").text
        assert berta.get(f"{PAGE}/9").status == 404

    def test_in_one_language_only_is_asked_about(self, console: Console, berta: Visit) -> None:
        before = in_force(console.store)

        warned = save(berta, text_de="Nur deutsch.", asks_again="yes")

        assert warned.status == 422
        assert "the text “English” is as it was" in warned.text
        assert "Nothing is saved yet" in warned.text
        assert in_force(console.store) == before
        saved = save(berta, warned)
        assert "Saved." in saved.text
        assert in_force(console.store) == {"de": "Nur deutsch.", "en": before["en"]}

    def test_in_the_other_language_is_asked_about_anew(
        self, console: Console, berta: Visit
    ) -> None:
        before = in_force(console.store)
        warned = save(berta, text_de="Nur deutsch.")

        again = save(berta, warned, text_de=before["de"], text_en="English only.")

        assert "the text “Deutsch” is as it was" in again.text
        assert in_force(console.store) == before

    @pytest.mark.parametrize("text", ["", " \r\n ", "ä" * 20_001, "a\x00b"])
    def test_what_cannot_be_taken_is_said(self, console: Console, berta: Visit, text: str) -> None:
        before = in_force(console.store)

        page = save(berta, text_en=text)

        assert page.status == 422
        assert "1 to 20000 characters" in page.text
        assert in_force(console.store) == before

    def test_the_longest_fits(self, console: Console, berta: Visit) -> None:
        save(berta, text_de="€" * 20_000, text_en="ö" * 20_000)

        assert in_force(console.store) == {"de": "€" * 20_000, "en": "ö" * 20_000}

    def test_nothing_new_makes_no_version(self, console: Console, berta: Visit) -> None:
        assert save(berta).status == 422
        with console.store.read() as unit:
            assert len(consent.versions(unit)) == 1

    def test_the_second_of_two_hears_of_it(self, console: Console, berta: Visit) -> None:
        page = berta.get(PAGE)
        with console.store.write() as unit:
            texts = {"de": "Schneller.", "en": "Quicker."}
            consent.set_text(unit, texts, now_us=console.clock.us)

        answer = save(berta, page, text_de="Langsamer.")

        assert answer.status == 409
        assert "Langsamer." in answer.html
        assert in_force(console.store) == texts
        assert save(berta, answer).status == 200
        assert in_force(console.store)["de"] == "Langsamer."

    def test_wants_the_password_after_ten_minutes(self, console: Console, berta: Visit) -> None:
        page, before = berta.get(PAGE), in_force(console.store)
        console.clock.pass_seconds(600)

        typed = {"de": "Neu & <schön>.\nZweite Zeile.", "en": '"New" & <nice>.'}
        asked = save(berta, page, text_de=typed["de"], text_en=typed["en"], asks_again="yes")

        assert in_force(console.store) == before
        berta.confirm(asked)
        assert in_force(console.store) == typed


class TestWhoAgreed:
    def test_is_listed_and_had_as_a_table(self, console: Console, berta: Visit) -> None:
        joined(console)

        row = berta.get(f"{PAGE}/agreed").root.xpath("//tbody/tr")[0]
        answer = berta.get(f"{PAGE}/agreed.csv")

        assert [each.text_content() for each in row][:4] == ["anna", "active", "1", "de"]
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        first, second = csv.DictReader(io.StringIO(answer.html))
        assert (first["user"], first["version"], first["given"]) == (
            "anna",
            "1",
            "2026-09-21T14:13:20+00:00",
        )
        assert (second["user"], second["version"]) == ("berta", "")

    def test_no_address_is_a_formula(self, console: Console, berta: Visit) -> None:
        console.person("anna")
        with console.store.write() as unit:
            unit.execute("UPDATE person SET email = '=1+1@buero.example' WHERE email LIKE 'anna%'")

        first, _second = csv.DictReader(io.StringIO(berta.get(f"{PAGE}/agreed.csv").html))

        assert first["email"] == "'=1+1@buero.example"


class TestAskedAgain:
    def test_at_their_next_page_if_that_was_ticked(self, console: Console, berta: Visit) -> None:
        joined(console)
        at_work = console.signed_in("anna")
        console.clock.pass_seconds(60)
        save(berta, text_en="What is new.", text_de="Was neu ist.", asks_again="yes")

        # Also who is in.
        assert "A newer text" in at_work.get("/console/devices").title
        console.clock.pass_seconds(1)
        anna = console.signed_in("anna")
        asked = anna.get("/console/account")
        assert "What is new." in asked.text
        refused = anna.send(asked, agreed=None)
        assert refused.status == 422
        assert "A newer text" in anna.get("/console/devices/new").title
        page = anna.send(asked, agreed="yes")
        assert page.url.endswith("/console/account")
        assert versions(console) == [1, 2]
        assert "A newer text" not in console.signed_in("anna").get("/console/devices").title
        with console.store.read() as unit:
            [(details,)] = unit.rows("SELECT details FROM audit WHERE act = 'consent.given'")
        assert json.loads(details) == {"version": 2}

    def test_not_without_the_tick(self, console: Console, berta: Visit) -> None:
        joined(console)
        save(berta, text_de="Nur für Neue.", text_en="For new ones only.")

        assert "A newer text" not in console.signed_in("anna").get("/console/devices").title

    def test_a_later_version_without_the_tick_is_what_they_read(
        self, console: Console, berta: Visit
    ) -> None:
        joined(console)
        save(berta, text_en="Second.", text_de="Zweiter.", asks_again="yes")
        asked = console.signed_in("anna")
        page = asked.get("/console/devices")
        save(berta, text_en="Third.", text_de="Dritter.")

        late = asked.send(page, agreed="yes")

        assert late.status == 422
        assert "Third." in late.text
        asked.send(late, agreed="yes")
        assert versions(console) == [1, 3]

    def test_who_never_agreed_is_not_asked(self, console: Console, berta: Visit) -> None:
        """Who was made by command."""
        console.person("anna")
        save(berta, text_de="Neu.", text_en="New.", asks_again="yes")

        assert "A newer text" not in console.signed_in("anna").get("/console/devices").title

    def test_the_page_leads_on_for_others(self, berta: Visit) -> None:
        assert berta.get("/console/consent").url.endswith("/console/devices")

    def test_one_can_leave_instead(self, console: Console, berta: Visit) -> None:
        joined(console)
        save(berta, text_de="Neu.", text_en="New.", asks_again="yes")
        anna = console.signed_in("anna")

        anna.send(anna.get("/console/devices"), "sign-out")

        assert not anna.is_in()
