"""Forgets the changes that nobody needs, if `keep_history` is off: those before the oldest position of a reader."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from pytest_ddbmock.clock import HOUR
from pytest_ddbmock.engine.catalog import Catalog
from pytest_ddbmock.engine.history_readers import HistoryReaders
from pytest_ddbmock.storage.table import Table

Need: TypeAlias = Callable[[Table, int], int]
"""For a table and a time in microseconds: the sequence number up to which its changes can be forgotten."""

SLICE = 500
"""How many changes one call forgets, so that a million at once delay none."""


class Trimmer:
    """Forgets a slice after as many new changes, and once an hour."""

    def __init__(self, catalog: Catalog, needs: Sequence[Need], readers: HistoryReaders) -> None:
        """`needs` are those of AWS's own readers, by the settings of the tables; `readers` are all others."""
        self._catalog = catalog
        self._needs = needs
        self._readers = readers
        self._next_seq = 0
        self._next_at = 0

    def backdate(self, now: int) -> None:
        """Protocol `Dated`."""
        self._next_at = min(self._next_at, now)

    def trim(self, seq: int, now: int) -> None:
        """Forget a slice of what nobody needs at `now` in microseconds; `seq` is that of the last change."""
        if seq < self._next_seq and now < self._next_at:
            return
        left = SLICE
        for table in self._catalog.known_tables():
            left -= table.history.trim(self._retains_from(table, now), left)
            if not left:
                return  # the next call continues
        self._next_seq, self._next_at = seq + SLICE, now + HOUR

    def _retains_from(self, table: Table, now: int) -> int:
        views = [view.position for view in table.views.values()]
        needed = [need(table, now) for need in self._needs]
        return min([self._readers.retains_from(table, now), *views, *needed])
