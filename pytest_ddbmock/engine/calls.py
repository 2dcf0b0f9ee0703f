"""The record of calls, for reports and assertions."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from pytest_ddbmock.engine.admission import Touch
from pytest_ddbmock.engine.caller import Caller
from pytest_ddbmock.engine.request import Request
from pytest_ddbmock.metering.usage import Usage

MAX_KEPT = 10_000
"""A script that runs for long must not fill the memory with its record."""
MAX_DETAILED = 1_000
"""Of so many calls the record knows what they touched: a batch touches up to 100 keys."""


class CallEntry:
    """One call of the application, with however many attempts botocore made at it.

    `touches` are the keys and ranges that it was about to read or write, known of the latest calls; `items` is how many
    items went in or came out; `usages` what it consumed, by table; `unread` says that a page ended before the end of
    the data, or a batch before its end; `error` is the code of the error that the last attempt was answered with.
    """

    __slots__ = (
        "at",
        "attempts",
        "call_id",
        "caller",
        "error",
        "index",
        "items",
        "operation",
        "origin",
        "tables",
        "touches",
        "unread",
        "usages",
    )

    def __init__(self, operation: str, caller: Caller, at: int, origin: object = "", call_id: int = 0) -> None:
        self.operation = operation
        self.caller = caller
        self.at = at
        self.origin = origin
        self.call_id = call_id
        self.tables: tuple[str, ...] = ()
        self.index: str | None = None
        self.items: int | None = None
        self.touches: Sequence[Touch] = ()
        self.usages: tuple[Usage, ...] = ()
        self.unread = False
        self.error: str | None = None
        self.attempts = 1

    def __repr__(self) -> str:
        return f"CallEntry({', '.join(f'{name}={getattr(self, name)!r}' for name in self.__slots__)})"

    @property
    def account(self) -> str:
        """The caller's account."""
        return self.caller.home.account

    @property
    def region(self) -> str:
        """The Region that was asked."""
        return self.caller.home.region

    @property
    def units(self) -> float:
        """Capacity units consumed, reads and writes together."""
        return sum(usage.total for usage in self.usages)

    @property
    def bytes(self) -> int:
        """Bytes of the items and index entries that were read or written."""
        return sum(usage.bytes for usage in self.usages)

    @property
    def table(self) -> str | None:
        """The table, or several joined by commas."""
        return ",".join(self.tables) or None


class Calls:
    """The calls of one test, oldest first."""

    def __init__(self) -> None:
        self.entries: deque[CallEntry] = deque(maxlen=MAX_KEPT)
        self._detailed: deque[CallEntry] = deque()

    def begin(self, request: Request, now: int) -> CallEntry:
        """The entry of the call that an attempt belongs to; a new one unless botocore tries again."""
        if request.attempt > 1:
            for entry in reversed(self.entries):
                if entry.call_id == request.call_id:
                    entry.attempts = request.attempt
                    entry.error = None
                    return entry
        entry = CallEntry(request.operation, request.caller, now, request.origin, request.call_id)
        self.entries.append(entry)
        self._detailed.append(entry)
        if len(self._detailed) > MAX_DETAILED:
            self._detailed.popleft().touches = ()
        return entry
