"""Faults that a test scripts: what AWS may refuse at any time, made to happen."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pytest_ddbmock.engine.admission import Touch
from pytest_ddbmock.errors import DynamoDBError


class Fault:
    """Refuse the next `times` attempts (None: all) at an operation, on one table or on any; `hits` counts them."""

    __slots__ = ("error", "hits", "operation", "table", "times")

    def __init__(
        self, operation: str, error: Callable[[], DynamoDBError], times: int | None = 1, table: str | None = None
    ) -> None:
        self.operation = operation
        self.error = error
        self.times = times
        self.table = table
        self.hits = 0

    @property
    def is_spent(self) -> bool:
        """Whether it has struck as often as it may."""
        return self.times is not None and self.hits >= self.times


class Faults:
    """The faults of one test, in the order in which they were scripted."""

    def __init__(self) -> None:
        self.entries: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Be active from now on."""
        self.entries.append(fault)

    def remove(self, fault: Fault) -> None:
        """Be active no longer."""
        if fault in self.entries:
            self.entries.remove(fault)

    @property
    def all(self) -> tuple[Fault, ...]:
        """The active ones, spent or not."""
        return tuple(self.entries)

    # ---- protocol `Refuser`

    def refuse_attempt(self, operation: str, tables: Sequence[str]) -> DynamoDBError | None:
        """Return the error of the first fault that fits an attempt at `operation` on `tables`."""
        for fault in self.entries:
            if fault.operation == operation and not fault.is_spent and (fault.table is None or fault.table in tables):
                fault.hits += 1
                return fault.error()
        return None

    def refuse_touch(self, touch: Touch) -> DynamoDBError | None:
        """Return None: a fault refuses attempts."""
        return None
