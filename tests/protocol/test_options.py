"""OPTIONS, methods that are none, and what every answer of an error is."""

import pytest

from dav_providers.documents.failures import _OFFICE_STATUS
from dav_providers.groupware.failures import OFFICE_STATUS
from office import errors
from tests.documents_door import Client


def test_it_says_the_classes_and_methods(anna: Client) -> None:
    # RFC 4918 section 10.1; Office and Windows look for MS-Author-Via.
    reply = anna.request("OPTIONS", "/Home")

    assert reply.status == 200
    assert reply.headers["dav"] == "1, 2, 3, extended-mkcol"
    assert reply.headers["ms-author-via"] == "DAV"
    assert {"LOCK", "PROPFIND", "PUT"} <= set(reply.headers["allow"].split(", "))
    assert reply.headers["content-length"] == "0"


def test_it_is_the_same_where_nothing_is(anna: Client) -> None:
    assert anna.request("OPTIONS", "/Home/nichts").headers == anna.request("OPTIONS", "/").headers


@pytest.mark.parametrize("method", ["POST", "PATCH", "TRACE", "ACL", "get"])
def test_other_methods_are_405_and_told_which_there_are(anna: Client, method: str) -> None:
    reply = anna.request(method, "/Home")

    assert reply.status == 405
    assert "PROPFIND" in reply.headers["allow"]


def test_every_error_of_the_office_has_an_answer() -> None:
    def below(kind: type[errors.OfficeError]) -> set[type[errors.OfficeError]]:
        return {kind}.union(*(below(each) for each in kind.__subclasses__()))

    answered = set(_OFFICE_STATUS) | set(OFFICE_STATUS)
    assert answered == below(errors.OfficeError) - {errors.OfficeError}
