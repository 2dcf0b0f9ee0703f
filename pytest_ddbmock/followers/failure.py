"""`Failure`: a batch that a handler did not handle; `HandlerFailed`: the exception that a test sees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pytest_ddbmock.followers.lambda_event import encode

MAX_RECORDS = 10
"""How many records of a batch a message shows."""


@dataclass(frozen=True)
class Failure:
    """A batch that is retried with the next delivery, or that was discarded."""

    function_name: str
    table_name: str
    event: dict[str, Any]
    """What the handler got; of a partly discarded batch, the discarded records."""
    error: BaseException | None
    """What the handler raised, or what was wrong with its response; None for records that only became too old."""
    condition: str | None = None
    """`RetryAttemptsExhausted` or `RecordAgeExceeded`; None for a batch that is retried."""
    record: dict[str, Any] | None = None
    """What a destination gets; None for a batch that is retried."""
    key: str | None = None
    """The key of the object if the destination is a bucket."""

    @property
    def records(self) -> list[dict[str, Any]]:
        """The records of the event."""
        found: list[dict[str, Any]] = self.event["Records"]
        return found

    def __str__(self) -> str:
        records = self.records
        many = "1 record" if len(records) == 1 else f"{len(records)} records"
        fate = "will be retried with the next delivery" if self.condition is None else f"discarded: {self.condition}"
        lines = [f'{self.function_name} failed on {many} of the stream of "{self.table_name}" ({fate})']
        if self.error is not None:
            lines.append(f"  {type(self.error).__name__}: {self.error}")
        for record in records[:MAX_RECORDS]:
            details = record["dynamodb"]
            lines.append(f"  {details['SequenceNumber']} {record['eventName']} {encode(details['Keys'])}")
            lines += [f"    {name} {encode(details[name])}" for name in ("OldImage", "NewImage") if name in details]
        if len(records) > MAX_RECORDS:
            lines.append(f"  ... and {len(records) - MAX_RECORDS} more")
        return "\n".join(lines)


class HandlerFailed(Exception):
    """Stream handlers failed; `failures` are the batches, `__cause__` is the first error."""

    def __init__(self, failures: Sequence[Failure]) -> None:
        super().__init__("\n".join(str(failure) for failure in failures))
        self.failures = list(failures)
        self.__cause__ = next((failure.error for failure in failures if failure.error is not None), None)
