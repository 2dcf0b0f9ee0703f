"""`HistoryReader`: whatever reads histories from positions of its own; `HistoryReaders`: all of them, as one.

A reader registers once, with `Engine.add_reader`. For as long as somebody holds it, the changes that it still needs are
kept, and a rollback of the engine takes it back as well.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Sequence
from typing import Any

from pytest_ddbmock.storage.table import Table


class HistoryReader:
    """A reader of histories. One whose positions move overrides `mark` and `rollback`."""

    __slots__ = ("__weakref__",)

    def retains_from(self, table: Table, now: int) -> int:
        """Return the sequence number up to which it no longer needs the changes of a table."""
        raise NotImplementedError

    def mark(self) -> Any:
        """Return what `rollback` needs."""
        return None

    def rollback(self, mark: Any) -> None:
        """Return to the positions of a mark."""


class Mark(HistoryReader):
    """What `Engine.rollback` needs. For as long as somebody holds it, no change is forgotten.

    Not even an older one: a stream handler may not have got it yet.
    """

    __slots__ = ("holders",)

    def __init__(self, holders: Sequence[Any]) -> None:
        self.holders = holders

    def retains_from(self, table: Table, now: int) -> int:
        """Return the start of the history."""
        return table.history.start


class HistoryReaders:
    """The readers that somebody holds; protocol `Restorable`."""

    def __init__(self) -> None:
        self._held: weakref.WeakSet[HistoryReader] = weakref.WeakSet()

    def add(self, reader: HistoryReader) -> None:
        """Include a reader from now on."""
        self._held.add(reader)

    def held(self) -> list[HistoryReader]:
        """Return the readers that somebody holds."""
        return list(self._held)

    def keep_only(self, readers: Iterable[HistoryReader]) -> None:
        """Forget all other readers, at the end of a mock: a cycle may hold them for a while."""
        self._held = weakref.WeakSet(readers)

    def retains_from(self, table: Table, now: int) -> int:
        """Return the sequence number up to which no reader needs the changes of a table."""
        return min([table.history.last_seq, *[reader.retains_from(table, now) for reader in self._held]])

    def mark(self) -> weakref.WeakKeyDictionary[HistoryReader, Any]:
        """Return what `rollback` needs; it holds no reader."""
        return weakref.WeakKeyDictionary({reader: reader.mark() for reader in self._held})

    def rollback(self, mark: weakref.WeakKeyDictionary[HistoryReader, Any]) -> None:
        """Return each reader to its mark; newer ones stay where they are."""
        for reader, its_mark in list(mark.items()):
            reader.rollback(its_mark)
