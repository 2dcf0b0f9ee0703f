"""`Agenda`: what falls due when time moves, in order.

Nothing here runs by itself: `Engine.run_due` looks when a call comes in and when a test moves the clock.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable


class Agenda:
    """Actions with the moment (microseconds) from which on they are to be done."""

    def __init__(self) -> None:
        self._entries: list[tuple[int, int, Callable[[int], None]]] = []
        self._order = itertools.count()

    def add(self, due: int, action: Callable[[int], None]) -> None:
        """Have `action` called with `due` once that moment has come."""
        heapq.heappush(self._entries, (due, next(self._order), action))

    def next_due(self, now: int) -> int | None:
        """The moment of the earliest action that is due by `now`, None when there is none."""
        entries = self._entries
        return entries[0][0] if entries and entries[0][0] <= now else None

    def run_next(self) -> None:
        """Do the earliest action; it may add others."""
        due, _, action = heapq.heappop(self._entries)
        action(due)

    def mark(self) -> list[tuple[int, int, Callable[[int], None]]]:
        """Protocol `Restorable`."""
        return list(self._entries)

    def rollback(self, mark: list[tuple[int, int, Callable[[int], None]]]) -> None:
        """Protocol `Restorable`."""
        self._entries = list(mark)
