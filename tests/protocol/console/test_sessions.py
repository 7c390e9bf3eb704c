"""Sessions of the console, and their ends."""

from auth import people
from storage import people as people_rows
from tests.console import PASSWORD, Console


class TestASession:
    def test_ends_with_signing_out_also_for_who_copied_the_cookie(self, anna: Console) -> None:
        visit, thief = anna.signed_in(), anna.visit()
        copied = visit.client.get_cookie("deedbox_session", "dav.example.org")
        assert copied is not None
        thief.client.set_cookie("deedbox_session", copied.value, domain="dav.example.org")
        assert thief.is_in()

        visit.send(visit.get("/console/confirm"), "sign-out")

        assert not visit.is_in()
        assert not thief.is_in()

    def test_ends_when_nobody_is_there_for_an_hour(self, anna: Console) -> None:
        visit = anna.signed_in()
        for _ in range(3):
            anna.clock.pass_seconds(3500)
            assert visit.is_in()

        anna.clock.pass_seconds(3600)

        assert not visit.is_in()

    def test_is_not_kept_alive_by_what_the_page_fetches(self, anna: Console) -> None:
        visit = anna.signed_in()
        anna.clock.pass_seconds(3500)
        visit.get("/console/confirm", **{"HX-Request": "true"})
        anna.clock.pass_seconds(101)

        answer = visit.get("/console/confirm", **{"HX-Request": "true"})

        assert answer.headers["hx-redirect"].startswith("/console/sign-in")
        assert not visit.is_in()

    def test_ends_after_half_a_day_whatever_happens(self, anna: Console) -> None:
        visit = anna.signed_in()
        for _ in range(23):
            anna.clock.pass_seconds(1800)
            assert visit.is_in()

        anna.clock.pass_seconds(1800)

        assert not visit.is_in()

    def test_has_another_token_after_each_sign_in(self, anna: Console) -> None:
        visit = anna.signed_in()
        before = visit.session
        page = visit.get("/console/confirm")
        fixed = anna.visit()
        fixed.client.set_cookie("deedbox_session", before, domain="dav.example.org")

        visit.post("/console/sign-in", login="anna", password=PASSWORD, form_token=page.token)

        assert visit.session != before
        assert visit.is_in()
        assert not fixed.is_in()

    def test_ends_when_its_user_is_blocked_and_stays_ended(self, anna: Console) -> None:
        visit = anna.signed_in()
        with anna.store.write() as unit:
            people.block(unit, "anna")

        assert not visit.is_in()

        with anna.store.write() as unit:
            people.unblock(unit, "anna")
        assert not visit.is_in()

    def test_opens_nothing_for_somebody_who_is_not_active(self, anna: Console) -> None:
        visit = anna.signed_in()
        with anna.store.write() as unit:
            people_rows.set_state(unit, anna.user_id(), "blocked")

        assert not visit.is_in()

    def test_is_nowhere_readable(self, anna: Console) -> None:
        visit = anna.signed_in()

        with anna.store.read() as unit:
            rows = unit.rows("SELECT * FROM console_session")

        assert len(rows) == 1
        assert visit.session not in repr(rows)

    def test_that_is_made_up_opens_nothing(self, anna: Console) -> None:
        visit = anna.visit()
        for value in ("x", "\x00", "ä" * 40):
            visit.client.set_cookie("deedbox_session", value, domain="dav.example.org")

            assert not visit.is_in()
