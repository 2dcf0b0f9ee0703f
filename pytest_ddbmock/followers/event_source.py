"""`EventSource`: the parameters of an event source mapping, with AWS's defaults.

Source: "CreateEventSourceMapping" (API reference), "Processing Amazon DynamoDB records with Lambda".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from pytest_ddbmock.clock import DAY, SECOND

TRIM_HORIZON, LATEST = "TRIM_HORIZON", "LATEST"
REPORT_BATCH_ITEM_FAILURES = "ReportBatchItemFailures"
UNLIMITED = -1

MAX_BACKOFF = 300 * SECOND

OnFailure: TypeAlias = "str | Callable[[dict[str, Any]], object]"
"""The ARN of a queue, topic or bucket, or a function that is called with the destination record."""


@dataclass(frozen=True, kw_only=True)
class EventSource:
    """The parameters of an event source mapping, in snake_case; durations in seconds."""

    starting_position: str = LATEST
    batch_size: int = 100
    maximum_batching_window_in_seconds: int = 0
    parallelization_factor: int = 1
    maximum_retry_attempts: int = UNLIMITED
    maximum_record_age_in_seconds: int = UNLIMITED
    bisect_batch_on_function_error: bool = False
    function_response_types: tuple[str, ...] = ()
    tumbling_window_in_seconds: int = 0
    filters: tuple[str, ...] = ()
    """The patterns of `filter_criteria`."""
    on_failure: OnFailure | None = None
    enabled: bool = True
    function_name: str | None = None
    """None for the name of the handler."""

    @property
    def retries_forever(self) -> bool:
        """Whether only the stream's own retention ends the retries, which is AWS's default."""
        return self.maximum_retry_attempts == UNLIMITED and self.maximum_record_age_in_seconds == UNLIMITED

    @property
    def max_age(self) -> int:
        """The age in microseconds beyond which a record is discarded; no stream keeps one for longer than a day."""
        age = self.maximum_record_age_in_seconds
        return DAY if age == UNLIMITED else min(age * SECOND, DAY)

    @property
    def batching_window(self) -> int:
        """Microseconds that Lambda waits for a full batch."""
        return self.maximum_batching_window_in_seconds * SECOND

    @property
    def tumbling_window(self) -> int:
        """Microseconds of a tumbling window; 0 for none."""
        return self.tumbling_window_in_seconds * SECOND

    @property
    def reports_failures(self) -> bool:
        """Whether the function's response names the records that failed."""
        return REPORT_BATCH_ITEM_FAILURES in self.function_response_types


def backoff(attempts: int) -> int:
    """Return the microseconds between the last of `attempts` and the next. Unsure: AWS does not document its delays."""
    return int(min(2 ** min(attempts - 1, 20) * SECOND, MAX_BACKOFF))


RANGES: Mapping[str, tuple[int, int]] = {
    "batch_size": (1, 10_000),
    "maximum_batching_window_in_seconds": (0, 300),
    "parallelization_factor": (1, 10),
    "maximum_retry_attempts": (-1, 10_000),
    "maximum_record_age_in_seconds": (60, 604_800),
    "tumbling_window_in_seconds": (0, 900),
}
"""Minimum and maximum; a record age may also be -1, which means no limit."""

MAX_FILTERS = 5
