"""`Backend`: what answers behind the doors, and how every door asks it."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from pytest_ddbmock.engine.request import Request
from pytest_ddbmock.errors import DynamoDBError, NoAnswer, NotImplementedByMock, UsageError


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
        """True if the methods of clients may ask it without building a request."""
        ...

    def call(self, request: Request) -> dict[str, Any]:
        """Serve one attempt at one call.

        Return a new dict that the caller owns: blobs as bytes, timestamps as epoch seconds. Errors: `DynamoDBError`,
        `NoAnswer`, `NotImplementedByMock`, `UsageError`; anything else is a bug of the mock.
        """
        ...

    def spend(self, seconds: float) -> int:
        """Move Python's clock by a delay that botocore would have slept, if the test holds that clock.

        Return the microseconds by which it was not moved: the caller dates its further attempts ahead by so much
        (`Request.waited`).
        """
        ...

    def notice(self, failure: Exception) -> None:
        """Remember a failure that must fail the test even if the application swallows it."""
        ...


Result = TypeVar("Result")


class InternalMockError(DynamoDBError):
    """How the application sees an unexpected exception in the mock's own code; a retry would not help."""

    def __init__(self, cause: Exception) -> None:
        frames = traceback.extract_tb(cause.__traceback__)
        place = f" ({frames[-1].filename}:{frames[-1].lineno})" if frames else ""
        super().__init__(
            "InternalServerError",
            f"This is a bug of pytest-ddbmock, please report it: {type(cause).__name__}: {cause}{place}",
            status=500,
        )
        self.__cause__ = cause


def ask(
    backend: Backend, request: Request, finish: Callable[[dict[str, Any]], Result]
) -> Result | DynamoDBError | NoAnswer:
    """Return what `finish` makes of the answer, or the error, or the lack of an answer.

    Errors: `NotImplementedByMock` and `UsageError`, which reach the application unchanged.
    """
    try:
        return finish(backend.call(request))
    except (DynamoDBError, NoAnswer) as failure:
        # Scripted failures live long; they must not keep the application's variables alive.
        return failure.with_traceback(None)
    except NotImplementedByMock as gap:
        backend.notice(gap)
        raise
    except UsageError:
        raise
    except Exception as bug:
        backend.notice(bug)
        return InternalMockError(bug)
