"""`Request`: what a door hands to `Engine.call`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pytest_ddbmock.engine.caller import Caller

DYNAMODB = "dynamodb"
STREAMS = "dynamodbstreams"


@dataclass(slots=True, eq=False, repr=False)
class Request:
    """One call, as JSON 1.0 would carry it.

    `service` is botocore's service name (`dynamodb` or `dynamodbstreams`), `operation` AWS's name, `params` the body:
    blobs as base64 text or bytes, timestamps as epoch seconds. The engine never changes `params` and keeps nothing of
    it that the caller could change.
    """

    service: str
    operation: str
    params: dict[str, Any]
    caller: Caller
    origin: object = ""
    """Where in the application the call was made; as text `tests/test_x.py:12`, empty where unknown."""
    call_id: int = 0
    """The same for all attempts at one call of the application; 0 where the door cannot tell."""
    attempt: int = 1
    """Counts the attempts at one call, from 1; botocore's retries raise it."""
    waited: int = 0
    """Microseconds by which this attempt is dated ahead of the clock: what the caller has waited before it."""

    @property
    def account(self) -> str:
        """The caller's account: 12 digits."""
        return self.caller.home.account

    @property
    def region(self) -> str:
        """The Region that is asked."""
        return self.caller.home.region
