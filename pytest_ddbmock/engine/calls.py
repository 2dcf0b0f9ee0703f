"""The record of calls, for reports and assertions."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from pytest_ddbmock.engine.request import Request

MOST_KEPT = 100_000
"""A script that runs for long must not fill the memory with its record."""


@dataclass(slots=True, eq=False)
class CallEntry:
    """One call of the application, with however many attempts botocore made at it.

    `items` is how many items went in or came out; `units` the capacity units consumed; `unread` tells that a page
    ended before the end of the data; `error` the code of the error that the last attempt was answered with.
    """

    operation: str
    region: str
    account: str
    at: int
    origin: object = ""
    tables: tuple[str, ...] = ()
    index: str | None = None
    items: int | None = None
    units: float = 0.0
    unread: bool = False
    error: str | None = None
    attempts: int = 1
    call_id: int = 0

    @property
    def table(self) -> str | None:
        """The table, or several joined by commas."""
        return ",".join(self.tables) or None


class Calls:
    """The calls of one test, oldest first."""

    def __init__(self) -> None:
        self.entries: deque[CallEntry] = deque(maxlen=MOST_KEPT)

    def begin(self, request: Request, now: int) -> CallEntry:
        """The entry of the call that an attempt belongs to; a new one unless botocore tries again."""
        if request.attempt > 1:
            for entry in reversed(self.entries):
                if entry.call_id == request.call_id:
                    entry.attempts = request.attempt
                    entry.error = None
                    return entry
        entry = CallEntry(
            request.operation, request.region, request.account, now, request.origin, call_id=request.call_id
        )
        self.entries.append(entry)
        return entry
