"""What the door for HTTP does where the engine fails it."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_ddbmock.engine.request import Request
from pytest_ddbmock.errors import UsageError
from pytest_ddbmock.transports.http.door import CONTROL, HttpDoor
from pytest_ddbmock.transports.http.http1 import HttpRequest
from pytest_ddbmock.transports.json10 import HttpAnswer


class BrokenBackend:
    account = "123456789012"
    region = "us-east-1"

    def __init__(self, failure: Exception) -> None:
        self.failure = failure
        self.noticed: list[Exception] = []

    def call(self, request: Request) -> dict[str, Any]:
        raise self.failure

    def spend(self, seconds: float) -> None: ...

    def notice(self, failure: Exception) -> None:
        self.noticed.append(failure)


def ask(door: HttpDoor, path: str = "/") -> HttpAnswer:
    headers = {
        "x-amz-target": "DynamoDB_20120810.ListTables",
        "content-type": "application/x-amz-json-1.0",
        "authorization": "Credential=a/20260101/eu-west-1/dynamodb/aws4_request",
    }
    return door.answer(HttpRequest("POST", path, "", headers, b"{}", True))


def test_a_bug_of_ours_is_an_internal_error_that_says_so():
    backend = BrokenBackend(ZeroDivisionError("oops"))
    answer = ask(HttpDoor(backend))
    assert answer.status == 500
    assert b"InternalServerError" in answer.body and b"bug of pytest-ddbmock" in answer.body
    assert backend.noticed == [backend.failure]


def test_a_mistake_of_the_author_is_told():
    backend = BrokenBackend(UsageError("write something else"))
    answer = ask(HttpDoor(backend))
    assert answer.status == 501
    assert backend.noticed == [backend.failure]
    assert b"write something else" in answer.body


def test_a_bug_in_test_control_is_told():
    def control(*_: object) -> HttpAnswer:
        raise ZeroDivisionError("oops")

    backend = BrokenBackend(ValueError())
    answer = ask(HttpDoor(backend, control), CONTROL + "reset")
    assert answer.status == 500
    assert [type(one) for one in backend.noticed] == [ZeroDivisionError]


@pytest.mark.parametrize("keeps", [True, False])
def test_an_answer_says_when_the_connection_ends(keeps: bool):
    door = HttpDoor(BrokenBackend(ValueError()))
    answer = door.answer(HttpRequest("GET", "/", "", {}, b"", keeps))
    assert ("connection" in answer.headers) is not keeps
