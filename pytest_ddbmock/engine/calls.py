"""The record of calls, for reports and assertions."""

from __future__ import annotations

from collections import deque

from pytest_ddbmock.engine.request import Request

MAX_KEPT = 100_000
"""A script that runs for long must not fill the memory with its record."""


class CallEntry:
    """One call of the application, with however many attempts botocore made at it.

    `items` is how many items went in or came out; `units` the capacity units consumed; `unread` tells that a page
    ended before the end of the data; `error` the code of the error that the last attempt was answered with.
    """

    __slots__ = (
        "account",
        "at",
        "attempts",
        "call_id",
        "error",
        "index",
        "items",
        "operation",
        "origin",
        "region",
        "tables",
        "units",
        "unread",
    )

    def __init__(
        self, operation: str, region: str, account: str, at: int, origin: object = "", call_id: int = 0
    ) -> None:
        self.operation = operation
        self.region = region
        self.account = account
        self.at = at
        self.origin = origin
        self.call_id = call_id
        self.tables: tuple[str, ...] = ()
        self.index: str | None = None
        self.items: int | None = None
        self.units = 0.0
        self.unread = False
        self.error: str | None = None
        self.attempts = 1

    def __repr__(self) -> str:
        return f"CallEntry({', '.join(f'{name}={getattr(self, name)!r}' for name in self.__slots__)})"

    @property
    def table(self) -> str | None:
        """The table, or several joined by commas."""
        return ",".join(self.tables) or None


class Calls:
    """The calls of one test, oldest first."""

    def __init__(self) -> None:
        self.entries: deque[CallEntry] = deque(maxlen=MAX_KEPT)

    def begin(self, request: Request, now: int) -> CallEntry:
        """The entry of the call that an attempt belongs to; a new one unless botocore tries again."""
        if request.attempt > 1:
            for entry in reversed(self.entries):
                if entry.call_id == request.call_id:
                    entry.attempts = request.attempt
                    entry.error = None
                    return entry
        entry = CallEntry(request.operation, request.region, request.account, now, request.origin, request.call_id)
        self.entries.append(entry)
        return entry
