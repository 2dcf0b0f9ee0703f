"""A backend of a dozen lines, so that the doors are tested without the engine, and a guard against the network."""

from __future__ import annotations

import base64
import time
from typing import Any

import botocore.httpsession
import pytest

from pytest_ddbmock import errors
from pytest_ddbmock.engine.request import Request
from pytest_ddbmock.testkit.pytest_side import settings
from pytest_ddbmock.transports import doors


class FakeBackend:
    """Keeps items by table and `pk`; raises what stands in `outcomes` first."""

    account = "000000000000"
    region = "us-east-1"
    direct = True

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.outcomes: list[BaseException | None] = []
        self.spent: list[float] = []
        self.noticed: list[BaseException] = []
        self.answers: dict[str, dict[str, Any]] = {}
        self.items: dict[tuple[str, str], dict[str, Any]] = {}

    def call(self, request: Request) -> dict[str, Any]:
        self.requests.append(request)
        outcome = self.outcomes.pop(0) if self.outcomes else None
        if outcome is not None:
            raise outcome
        if request.operation in self.answers:
            return self.answers[request.operation]
        return getattr(self, request.operation)(**request.params)

    def spend(self, seconds: float) -> int:
        self.spent.append(seconds)
        return round(seconds * 1_000_000)

    def notice(self, failure: BaseException) -> None:
        self.noticed.append(failure)

    def PutItem(self, TableName: str, Item: dict[str, Any], **_: Any) -> dict[str, Any]:
        self.items[TableName, Item["pk"]["S"]] = Item
        return {}

    def GetItem(self, TableName: str, Key: dict[str, Any], **_: Any) -> dict[str, Any]:
        item = self.items.get((TableName, Key["pk"]["S"]))
        return {} if item is None else {"Item": {name: _with_bytes(value) for name, value in item.items()}}

    def BatchWriteItem(self, RequestItems: dict[str, Any], **_: Any) -> dict[str, Any]:
        for table, writes in RequestItems.items():
            for write in writes:
                self.PutItem(table, write["PutRequest"]["Item"])
        return {"UnprocessedItems": {}}

    def Scan(self, TableName: str, **params: Any) -> dict[str, Any]:
        after = params.get("ExclusiveStartKey", {}).get("pk", {}).get("S", "")
        keys = sorted(pk for table, pk in self.items if table == TableName and pk > after)
        answer: dict[str, Any] = {"Items": [self.items[TableName, pk] for pk in keys[:2]], "Count": len(keys[:2])}
        if len(keys) > 2:
            answer["LastEvaluatedKey"] = {"pk": {"S": keys[1]}}
        return answer

    def DescribeTable(self, TableName: str) -> dict[str, Any]:
        if not self.spent:
            raise errors.table_not_found(TableName)
        return {"Table": {"TableName": TableName, "TableStatus": "ACTIVE", "CreationDateTime": 1_700_000_000.25}}

    def ListStreams(self, **_: Any) -> dict[str, Any]:
        return {"Streams": []}


def _with_bytes(value: dict[str, Any]) -> dict[str, Any]:
    return {"B": base64.b64decode(value["B"])} if isinstance(value.get("B"), str) else value


@pytest.fixture(autouse=True)
def nothing_waits_and_nothing_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a request left the process, or somebody slept")

    monkeypatch.setattr(botocore.httpsession.URLLib3Session, "send", refuse)
    monkeypatch.setattr(time, "sleep", refuse)
    for name in (
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_PROFILE",
        "AWS_DEFAULT_REGION",
    ):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/nonexistent")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture
def backend(pytestconfig: pytest.Config) -> FakeBackend:
    """Not active yet: `doors.open(backend)`."""
    backend = FakeBackend()
    backend.direct = settings.options_from_config(pytestconfig).cli.get("direct", True)
    return backend


@pytest.fixture
def active(backend: FakeBackend) -> Any:
    """The backend, answering."""
    doors.open(backend)
    yield backend
    doors.close(backend)
