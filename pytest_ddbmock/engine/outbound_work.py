"""`OutboundWork`: work with what is not ours (buckets, logs), done in order, after the engine's lock is released.

What an errand does outside cannot be undone; what it then changes in the engine it changes under the lock itself.
"""

from __future__ import annotations

import heapq
import itertools
import threading
from collections.abc import Callable

from pytest_ddbmock.engine.agenda import Entry, backdated
from pytest_ddbmock.engine.clockwork import Clockworks


class OutboundWork:
    """Work with the moment (microseconds) from which on it is to be done. True while some is waiting."""

    def __init__(
        self,
        lock: threading.RLock,  # type: ignore[valid-type, unused-ignore]  # a function before 3.13
        clockworks: Clockworks,
    ) -> None:
        """`clockworks` knows the last look."""
        self._lock = lock
        self._clockworks = clockworks
        self._entries: list[Entry] = []
        self._order = itertools.count()
        self._is_running = False

    def __bool__(self) -> bool:
        return bool(self._entries)

    def add(self, due: int, work: Callable[[int], None]) -> None:
        """Have `work` called with `due` once that moment has come; the lock is held."""
        heapq.heappush(self._entries, Entry(due, next(self._order), work, self._clockworks.at or 0))

    def next_due(self, until: int) -> int | None:
        """Return the moment of the earliest work that is due by `until`, None if there is none."""
        return self._entries[0].due if self._entries and self._entries[0].due <= until else None

    def run(self, now: int) -> bool:
        """Do the earliest work that is due by `now`. Return whether some was done.

        A thread that holds the lock does none, nor does anybody while other work is being done: whoever does that goes
        on with the rest.
        """
        # `threading.Condition` relies on this method too.
        if self._lock._is_owned():  # type: ignore[attr-defined, unused-ignore]
            return False
        with self._lock:  # type: ignore[attr-defined, unused-ignore]
            if self._is_running or not self._entries or self._entries[0].due > now:
                return False
            entry = heapq.heappop(self._entries)
            self._is_running = True
        try:
            entry.action(entry.due)
        finally:
            self._is_running = False
        return True

    def backdate(self, now: int) -> None:
        """Protocol `Dated`."""
        self._entries = backdated(self._entries, now)

    def mark(self) -> list[Entry]:
        """Protocol `Restorable`."""
        return list(self._entries)

    def rollback(self, mark: list[Entry]) -> None:
        """Protocol `Restorable`."""
        self._entries = list(mark)
