"""What nobody needs of the histories any more is forgotten: where `keep_history` is off, up to the oldest need."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from pytest_ddbmock.clock import HOUR
from pytest_ddbmock.storage.table import Table

if TYPE_CHECKING:
    from pytest_ddbmock.engine.engine import Engine

Need: TypeAlias = Callable[[Table, int], int]
"""For a table at a moment in microseconds: the sequence number up to which its changes can be forgotten."""

SLICE = 500
"""Changes that are forgotten in one call: a million that fall due at once hold up none."""


class Reader(Protocol):
    """Somebody who reads a history from some place on, as long as he lives."""

    def retains_from(self, table: Table, now: int) -> int:
        """A `Need`."""
        ...


class Mark:
    """What `Engine.rollback` needs: as long as somebody has it, nothing is forgotten.

    Not even what came before it: a function at a stream may not have read it yet.
    """

    __slots__ = ("__weakref__", "holders")

    def __init__(self, holders: Sequence[Any]) -> None:
        self.holders = holders

    def retains_from(self, table: Table, now: int) -> int:
        """Protocol `Reader`."""
        return table.history.start


class Trimmer:
    """Looks after so many changes as it forgets at a time, and once an hour."""

    def __init__(self, engine: Engine, needs: Sequence[Need]) -> None:
        """`needs` are those of AWS's own readers, which go by what is switched on."""
        self._engine = engine
        self._needs = needs
        self._readers: weakref.WeakSet[Reader] = weakref.WeakSet()
        self._next_seq = 0
        self._next_at = 0

    def retain_for(self, reader: Reader) -> None:
        """Forget nothing that `reader` needs until it is gone."""
        self._readers.add(reader)

    def trim(self, now: int) -> None:
        """Forget a slice of what nobody needs at `now` in microseconds."""
        seq = self._engine.seq
        if seq < self._next_seq and now < self._next_at:
            return
        left = SLICE
        for table in self._engine.catalog.known_tables():
            left -= table.history.trim(self._spared(table, now), left)
            if not left:
                return  # the next call goes on
        self._next_seq, self._next_at = seq + SLICE, now + HOUR

    def _spared(self, table: Table, now: int) -> int:
        views = [view.position for view in table.views.values()]
        needed = [need(table, now) for need in self._needs]
        return min(table.history.last_seq, *views, *needed, *[one.retains_from(table, now) for one in self._readers])
