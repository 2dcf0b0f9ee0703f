"""`Invocation`: one call of a Lambda function: the event and the context that it got, and what came of it.

Source: "Using the Lambda context object to retrieve Python function information".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pytest_ddbmock.clock import to_datetime
from pytest_ddbmock.followers import lambda_event


class LambdaContext:
    """The second argument of a Lambda function."""

    function_version = "$LATEST"
    memory_limit_in_mb = "128"
    identity = None
    client_context = None

    def __init__(self, function_name: str, function_arn: str, request_id: str, now: int) -> None:
        self.function_name = function_name
        self.invoked_function_arn = function_arn
        self.aws_request_id = request_id
        self.log_group_name = f"/aws/lambda/{function_name}"
        day = to_datetime(now).strftime("%Y/%m/%d")
        self.log_stream_name = f"{day}/[$LATEST]{request_id.replace('-', '')}"

    def get_remaining_time_in_millis(self) -> int:
        """Return a minute: nothing runs out of time here."""
        return 60_000

    def log(self, message: object) -> None:
        """Print a message."""
        print(message)


@dataclass(frozen=True)
class Invocation:
    """One call of a function. `answer` and `error` are None until it is done."""

    event_text: str
    context: LambdaContext
    answer: Any = None
    """What the function returned."""
    error: BaseException | None = None
    """What it raised."""

    @property
    def event(self) -> dict[str, Any]:
        """The event as it was passed, whatever the function has done to it."""
        found: dict[str, Any] = lambda_event.decode(self.event_text)
        return found

    @property
    def records(self) -> list[dict[str, Any]]:
        """The records of the event."""
        found: list[dict[str, Any]] = self.event["Records"]
        return found
