import logging
import re
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import pytest
from sqlalchemy.exc import OperationalError

from server.faults import Faults
from tests.wsgi import Door, an_environ, call
from wire.bodies import BodyCutError, BodyTooLargeError


def failing(error: Exception) -> WSGIApplication:
    def door(_environ: WSGIEnvironment, _start_response: StartResponse) -> Iterable[bytes]:
        raise error

    return door


def test_an_answer_passes_untouched() -> None:
    assert call(Faults(Door()), an_environ()).text == "door"


def test_a_bug_is_logged_and_answered_under_one_request_id(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = call(Faults(failing(KeyError("s3cret"))), an_environ(path="/files/x"))

    assert answer.status == 500
    request_id = re.search(r"request ([0-9a-f]{12})", answer.text)
    record = caplog.records[0]
    assert request_id
    assert vars(record)["fields"]["request_id"] == request_id[1]
    assert record.exc_info


def test_no_trace_of_the_bug_leaves_the_server(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.CRITICAL):
        answer = call(Faults(failing(KeyError("s3cret"))), an_environ())

    assert "s3cret" not in answer.text
    assert "Traceback" not in answer.text


def test_a_database_out_of_reach_is_worth_a_retry(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        error = OperationalError("SELECT 1", {}, OSError("connection refused"))
        answer = call(Faults(failing(error)), an_environ())

    assert answer.status == 503
    assert int(answer.headers["retry-after"]) > 0
    assert "connection refused" not in answer.text


@pytest.mark.parametrize(
    ("error", "status"), [(BodyCutError("cut"), 400), (BodyTooLargeError(1000), 413)]
)
def test_a_body_that_went_wrong_is_the_clients_fault(error: Exception, status: int) -> None:
    answer = call(Faults(failing(error)), an_environ("PUT"))

    assert answer.status == status
    assert answer.headers["connection"] == "close"
