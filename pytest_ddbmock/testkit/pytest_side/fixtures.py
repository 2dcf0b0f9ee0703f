"""The fixtures; each a few lines over `DDBMock`.

The plugin loads this module at its start: what is heavy is imported by the first test that asks for a mock.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from pytest_ddbmock.loading import load
from pytest_ddbmock.testkit import options

__tracebackhide__ = options.__tracebackhide__

if TYPE_CHECKING:
    from pytest_ddbmock.testkit.ddbmock import DDBMock
    from pytest_ddbmock.testkit.handles.clock import ClockHandle


@pytest.fixture(scope="session")
def ddbmock_tables() -> Any:
    """The tables that tests start with; override it. {"users": ("pk", "sk"), "orders": {"key": "id", "gsi": ...}}"""
    return None


@pytest.fixture(scope="session")
def ddbmock_seed() -> Any:
    """The items that tests start with; override it. {"users": "fixtures/users.jsonl"}, lists of dicts, or a folder"""
    return None


@pytest.fixture
def ddbmock(request: pytest.FixtureRequest, ddbmock_tables: Any, ddbmock_seed: Any) -> Iterator[DDBMock]:
    """An active DynamoDB with the project's tables and seed, else empty. Options: @pytest.mark.ddbmock(...)"""
    yield from load("pytest_ddbmock.testkit.pytest_side.for_test").serve(request, ddbmock_tables, ddbmock_seed)


@pytest.fixture
def ddbmock_client(ddbmock: DDBMock) -> Any:
    """A client of DynamoDB, boto3's where it is installed."""
    return ddbmock.client("dynamodb")


@pytest.fixture
def ddbmock_resource(ddbmock: DDBMock) -> Any:
    """boto3's resource of DynamoDB."""
    return ddbmock.resource("dynamodb")


@pytest.fixture
def ddbmock_streams_client(ddbmock: DDBMock) -> Any:
    """A client of DynamoDB Streams, boto3's where it is installed."""
    return ddbmock.client("dynamodbstreams")


@pytest.fixture
def ddbmock_clock(ddbmock: DDBMock) -> ClockHandle:
    """The time of the mock and of Python: .now, .tick(days=1), .move_to("2026-01-01"), .freeze()"""
    return ddbmock.clock


@pytest.fixture
def ddbmock_endpoint(ddbmock: DDBMock) -> str:
    """URL of a local HTTP server onto this test's DynamoDB: for subprocesses, containers, other languages"""
    return ddbmock.serve().url


@pytest.fixture(autouse=True)
def _ddbmock_marker(request: pytest.FixtureRequest) -> None:
    """The marker alone activates a mock too: a marked test must never reach AWS."""
    if request.node.get_closest_marker("ddbmock") is not None:
        request.getfixturevalue("ddbmock")
