"""An in-memory Amazon DynamoDB for tests: pytest plugin and boto3 mock.

The names are looked up on first use, so that a test run that never asks for DynamoDB does not pay for the engine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_ddbmock.loading import homes, load
from pytest_ddbmock.version import __version__

if TYPE_CHECKING:
    from pytest_ddbmock.errors import NotImplementedByMock, UsageError
    from pytest_ddbmock.followers.failure import HandlerFailed
    from pytest_ddbmock.testkit.ddbmock import DDBMock
    from pytest_ddbmock.testkit.decorator import mock_dynamodb
    from pytest_ddbmock.testkit.handles.records import Insert, Modify, Remove
    from pytest_ddbmock.testkit.options import Options

__all__ = [
    "DDBMock",
    "HandlerFailed",
    "Insert",
    "Modify",
    "NotImplementedByMock",
    "Options",
    "Remove",
    "UsageError",
    "__version__",
    "mock_dynamodb",
]

_HOMES = homes(
    __name__,
    {
        "errors": "NotImplementedByMock UsageError",
        "followers.failure": "HandlerFailed",
        "testkit.ddbmock": "DDBMock",
        "testkit.decorator": "mock_dynamodb",
        "testkit.handles.records": "Insert Modify Remove",
        "testkit.options": "Options",
    },
)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(load(_HOMES[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
