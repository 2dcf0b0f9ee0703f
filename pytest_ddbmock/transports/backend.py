"""`Backend`: what stands behind the doors, and how every door asks it."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from pytest_ddbmock.engine.request import Request
from pytest_ddbmock.errors import DynamoDBError, NotImplementedByMock, UsageError


class Backend(Protocol):
    """Answers the calls of one mock."""

    @property
    def account(self) -> str:
        """The account of callers whose credentials name none: 12 digits."""
        ...

    @property
    def region(self) -> str:
        """The Region of requests that name none."""
        ...

    @property
    def direct(self) -> bool:
        """Whether the methods of clients may ask it without a request being built."""
        ...

    def call(self, request: Request) -> dict[str, Any]:
        """Serve one attempt at one call.

        Gives a new dict that the caller owns: blobs as bytes, timestamps as epoch seconds. Errors: `DynamoDBError`,
        `NotImplementedByMock`, `UsageError`; anything else is a bug of ours.
        """
        ...

    def spend(self, seconds: float) -> None:
        """Let the mock's clock go on by a delay that botocore would have slept."""
        ...

    def notice(self, failure: Exception) -> None:
        """Remember what must fail the test even if the application swallows it."""
        ...


Result = TypeVar("Result")


class InternalMockError(DynamoDBError):
    """What the application sees of an unexpected exception in our own code; repeating the call would not help."""

    def __init__(self, cause: Exception) -> None:
        frames = traceback.extract_tb(cause.__traceback__)
        place = f" ({frames[-1].filename}:{frames[-1].lineno})" if frames else ""
        super().__init__(
            "InternalServerError",
            f"This is a bug of pytest-ddbmock, please report it: {type(cause).__name__}: {cause}{place}",
            status=500,
        )
        self.__cause__ = cause


def ask(backend: Backend, request: Request, finish: Callable[[dict[str, Any]], Result]) -> Result | DynamoDBError:
    """What `finish` makes of the answer, or the refusal.

    Errors: `NotImplementedByMock` and `UsageError`, which go to the application as they are.
    """
    try:
        return finish(backend.call(request))
    except DynamoDBError as refusal:
        # Scripted errors live long; they must not keep the application's variables alive.
        return refusal.with_traceback(None)
    except NotImplementedByMock as gap:
        backend.notice(gap)
        raise
    except UsageError:
        raise
    except Exception as bug:
        backend.notice(bug)
        return InternalMockError(bug)
