"""`Agenda`: actions that fall due at a moment, in order."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Iterable
from typing import NamedTuple

from pytest_ddbmock.engine.clockwork import Clockworks


class Entry(NamedTuple):
    """An action with the moment at which it is due, in microseconds; `order` is never the same for two."""

    due: int
    order: int
    action: Callable[[int], None]
    added_at: int


def backdated(entries: Iterable[Entry], now: int) -> list[Entry]:
    """Return a heap of the entries; those added later than `now` are added at `now` and due as long after it."""
    dated = [
        one if one.added_at <= now else one._replace(due=now + one.due - one.added_at, added_at=now) for one in entries
    ]
    heapq.heapify(dated)
    return dated


class Agenda:
    """Actions with the moment (microseconds) from which on they are due. A `Clockwork`."""

    catches_up = False

    def __init__(self, clockworks: Clockworks) -> None:
        """`clockworks` knows the last look."""
        self._clockworks = clockworks
        self._entries: list[Entry] = []
        self._order = itertools.count()

    def add(self, due: int, action: Callable[[int], None]) -> None:
        """Call `action` with `due` once that moment has come."""
        heapq.heappush(self._entries, Entry(due, next(self._order), action, self._clockworks.at or 0))

    def next_due(self, until: int) -> int | None:
        """Return the moment of the earliest action that is due by `until`, None if there is none."""
        entries = self._entries
        return entries[0].due if entries and entries[0].due <= until else None

    def run(self, now: int) -> None:
        """Do the earliest action that is due by `now`; it may add others, which come in their turn."""
        if self.next_due(now) is not None:
            entry = heapq.heappop(self._entries)
            entry.action(entry.due)

    def backdate(self, now: int) -> None:
        """Protocol `Dated`."""
        self._entries = backdated(self._entries, now)

    def mark(self) -> list[Entry]:
        """Protocol `Restorable`."""
        return list(self._entries)

    def rollback(self, mark: list[Entry]) -> None:
        """Protocol `Restorable`."""
        self._entries = list(mark)
