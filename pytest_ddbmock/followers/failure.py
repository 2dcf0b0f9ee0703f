"""`Failure`: a batch that a function did not handle; `HandlerFailed`: what a test sees of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pytest_ddbmock.followers.lambda_event import encode

MAX_RECORDS = 10
"""Records of a batch that a message shows."""


@dataclass(frozen=True)
class Failure:
    """A batch that is tried again when deliveries are next asked for, or that was given up."""

    function_name: str
    table_name: str
    event: dict[str, Any]
    """What the function got; of a batch that was given up in part, the records that were."""
    error: BaseException | None
    """What the function raised, or what was wrong with its answer; None for records that only became too old."""
    condition: str | None = None
    """`RetryAttemptsExhausted` or `RecordAgeExceeded`; None for a batch that is tried again."""
    record: dict[str, Any] | None = None
    """What a destination gets, None for a batch that is tried again."""
    key: str | None = None
    """The key of the object where the destination is a bucket."""

    @property
    def records(self) -> list[dict[str, Any]]:
        """The records of the event."""
        found: list[dict[str, Any]] = self.event["Records"]
        return found

    def __str__(self) -> str:
        records = self.records
        many = "1 record" if len(records) == 1 else f"{len(records)} records"
        fate = "it is tried again with the next delivery" if self.condition is None else f"given up: {self.condition}"
        lines = [f'{self.function_name}, on {many} of the stream of "{self.table_name}" ({fate})']
        if self.error is not None:
            lines.append(f"  {type(self.error).__name__}: {self.error}")
        for record in records[:MAX_RECORDS]:
            told = record["dynamodb"]
            lines.append(f"  {told['SequenceNumber']} {record['eventName']} {encode(told['Keys'])}")
            lines += [f"    {name} {encode(told[name])}" for name in ("OldImage", "NewImage") if name in told]
        if len(records) > MAX_RECORDS:
            lines.append(f"  ... and {len(records) - MAX_RECORDS} more")
        return "\n".join(lines)


class HandlerFailed(Exception):
    """Functions at streams have failed; `failures` are the batches, `__cause__` is the first error."""

    def __init__(self, failures: Sequence[Failure]) -> None:
        super().__init__("\n".join(str(failure) for failure in failures))
        self.failures = list(failures)
        self.__cause__ = next((failure.error for failure in failures if failure.error is not None), None)
