"""`Agenda`: actions that fall due at a moment, in order."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable


class Agenda:
    """Actions with the moment (microseconds) from which on they are due. A `Clockwork`."""

    catches_up = False

    def __init__(self) -> None:
        self._entries: list[tuple[int, int, Callable[[int], None]]] = []
        self._order = itertools.count()

    def add(self, due: int, action: Callable[[int], None]) -> None:
        """Call `action` with `due` once that moment has come."""
        heapq.heappush(self._entries, (due, next(self._order), action))

    def next_due(self, until: int) -> int | None:
        """Return the moment of the earliest action that is due by `until`, None if there is none."""
        entries = self._entries
        return entries[0][0] if entries and entries[0][0] <= until else None

    def run(self, now: int) -> None:
        """Do the earliest action that is due by `now`; it may add others, which come in their turn."""
        if self.next_due(now) is not None:
            due, _, action = heapq.heappop(self._entries)
            action(due)

    def mark(self) -> list[tuple[int, int, Callable[[int], None]]]:
        """Protocol `Restorable`."""
        return list(self._entries)

    def rollback(self, mark: list[tuple[int, int, Callable[[int], None]]]) -> None:
        """Protocol `Restorable`."""
        self._entries = list(mark)
