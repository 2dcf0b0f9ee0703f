"""`OutboundWork`: work with what is not ours (buckets, logs), done in order, after the engine's lock is released.

What an errand does outside cannot be undone; what it then changes in the engine it changes under the lock itself.
"""

from __future__ import annotations

import heapq
import itertools
import threading
from collections.abc import Callable


class OutboundWork:
    """Work with the moment (microseconds) from which on it is to be done. True while some is waiting."""

    def __init__(self, lock: threading.RLock) -> None:  # type: ignore[valid-type, unused-ignore]  # a function before 3.13
        self._lock = lock
        self._entries: list[tuple[int, int, Callable[[int], None]]] = []
        self._order = itertools.count()
        self._is_running = False

    def __bool__(self) -> bool:
        return bool(self._entries)

    def add(self, due: int, work: Callable[[int], None]) -> None:
        """Have `work` called with `due` once that moment has come; the lock is held."""
        heapq.heappush(self._entries, (due, next(self._order), work))

    def next_due(self, until: int) -> int | None:
        """Return the moment of the earliest work that is due by `until`, None if there is none."""
        return self._entries[0][0] if self._entries and self._entries[0][0] <= until else None

    def run(self, now: int) -> bool:
        """Do the earliest work that is due by `now`. Return whether some was done.

        A thread that holds the lock does none, nor does anybody while other work is being done: whoever does that goes
        on with the rest.
        """
        # `threading.Condition` relies on this method too.
        if self._lock._is_owned():  # type: ignore[attr-defined, unused-ignore]
            return False
        with self._lock:  # type: ignore[attr-defined, unused-ignore]
            if self._is_running or not self._entries or self._entries[0][0] > now:
                return False
            due, _, work = heapq.heappop(self._entries)
            self._is_running = True
        try:
            work(due)
        finally:
            self._is_running = False
        return True

    def mark(self) -> list[tuple[int, int, Callable[[int], None]]]:
        """Protocol `Restorable`."""
        return list(self._entries)

    def rollback(self, mark: list[tuple[int, int, Callable[[int], None]]]) -> None:
        """Protocol `Restorable`."""
        self._entries = list(mark)
