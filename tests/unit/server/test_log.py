import logging
import sys

from hypothesis import given
from hypothesis import strategies as st

from server.log import OneLine


def line(event: str, *, fields: dict[str, object] | None = None, has_error: bool = False) -> str:
    error = sys.exc_info() if has_error else None
    record = logging.LogRecord("deedbox.server", logging.ERROR, "", 0, event, None, error)
    if fields:
        record.fields = fields
    return OneLine().format(record)


def test_a_record_is_pairs_of_key_and_value() -> None:
    written = line("sign-in refused", fields={"user": "anna", "reason": "wrong secret"})

    assert written.endswith(
        'level=error from=deedbox.server event="sign-in refused" user=anna reason="wrong secret"'
    )
    assert written.startswith("time=")


def test_a_traceback_stays_on_the_line() -> None:
    try:
        vars()["KeyError"]
    except KeyError:
        written = line("request failed", has_error=True)

    assert "\n" not in written
    assert "KeyError" in written


@given(st.text())
def test_what_a_client_wrote_cannot_end_the_line_or_add_a_key(text: str) -> None:
    written = line("refused", fields={"user": text, "reason": "x"})

    assert len(written.splitlines()) == 1
    assert written.endswith(" reason=x")
