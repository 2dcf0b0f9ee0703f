"""`Usage`: what one call consumed of one table and its indexes, and its `ConsumedCapacity`.

Source: "ConsumedCapacity" (API reference), captured answers for the shapes.
"""

from __future__ import annotations

from typing import Any

from pytest_ddbmock.metering.units import read_units, write_units
from pytest_ddbmock.storage.change import Change
from pytest_ddbmock.storage.table import Table
from pytest_ddbmock.storage.view import View
from pytest_ddbmock.values.item import Item

TRANSACTION = 2
"""Underlying reads or writes of an item in a transaction. Source: "Capacity management for transactions"."""


class Usage:
    """Capacity units of one call on one table, reads and writes apart: the table's own and by index.

    `bytes` are those of the items and index entries that were read or written. `is_transactional` units are shown
    by kind as well. The record of calls keeps it: it must not keep the table, which may be deleted, with its items.
    """

    __slots__ = ("_settings", "bytes", "index_reads", "index_writes", "is_transactional", "name", "reads", "writes")

    def __init__(self, table: Table) -> None:
        self.name = table.name
        self._settings = table.settings
        self.is_transactional = False
        self.reads = 0.0
        self.writes = 0.0
        self.index_reads: dict[str, float] | None = None
        self.index_writes: dict[str, float] | None = None
        self.bytes = 0

    @property
    def total(self) -> float:
        """Units of the table and all indexes, reads and writes together."""
        units = self.reads + self.writes
        for by_index in (self.index_reads, self.index_writes):
            if by_index:
                units += sum(by_index.values())
        return units

    def read(self, units: float, size: int, index: str | None = None) -> None:
        """Count a read of `size` bytes of the table or of an index."""
        self.bytes += size
        if index is None:
            self.reads += units
        else:
            if self.index_reads is None:
                self.index_reads = {}
            self.index_reads[index] = self.index_reads.get(index, 0.0) + units

    def write(self, table: Table, change: Change) -> None:
        """Count a change: the table's part and that of every index whose entry it touches."""
        self._write_own(change.old, change.new, 1)
        if table.views:
            self._write_entries(table, change.old, change.new)

    def refused_write(self, old: Item | None, new: Item | None) -> None:
        """Count a write whose condition is false by the larger of the stored and the new item, one unit without any.

        Unsure: what an update would have made of the item is taken not to count. Source: "DynamoDB read and write
        operations" (conditional writes).
        """
        self._write_own(old, new, 1)

    def transact_read(self, size: int) -> None:
        """Count the read of an item of `size` bytes in a transaction, 0 without one: it is read twice."""
        self.is_transactional = True
        self.read(TRANSACTION * read_units(size, consistent=True), size)

    def transact_check(self, size: int) -> None:
        """Count the check of an item of `size` bytes in a transaction that writes, 0 without one.

        Unsure: that a check takes write units of the item it reads.
        """
        self.is_transactional = True
        self.bytes += size
        self.writes += TRANSACTION * write_units(size, 0)

    def transact_write(self, table: Table, change: Change) -> None:
        """Count a change in a transaction: its item is written twice, the entries of indexes once."""
        self.is_transactional = True
        self._write_own(change.old, change.new, TRANSACTION)
        if table.views:
            self._write_entries(table, change.old, change.new)

    def transact_refused(self, old: Item | None, new: Item | None) -> None:
        """Count an action of a cancelled transaction by the larger of the stored and the new item.

        Unsure: that every action is charged, and by which image. Source: "Capacity management for transactions".
        """
        self.is_transactional = True
        self._write_own(old, new, TRANSACTION)

    def _write_entries(self, table: Table, old: Item | None, new: Item | None) -> None:
        for index in table.settings.indexes:
            units, size = _index_write(table.views[index.name], old, new)
            if units:
                if self.index_writes is None:
                    self.index_writes = {}
                self.index_writes[index.name] = self.index_writes.get(index.name, 0.0) + units
                self.bytes += size

    def _write_own(self, old: Item | None, new: Item | None, times: int) -> None:
        old_size, new_size = 0 if old is None else old.size, 0 if new is None else new.size
        self.writes += times * write_units(old_size, new_size)
        self.bytes += max(old_size, new_size)

    def to_wire(self, mode: str) -> dict[str, Any]:
        """Return `ConsumedCapacity` for `ReturnConsumedCapacity` TOTAL or INDEXES."""
        reads, writes = self.index_reads or {}, self.index_writes or {}
        answer = {
            "TableName": self.name,
            **self._shown(self.reads + sum(reads.values()), self.writes + sum(writes.values())),
        }
        if mode == "INDEXES":
            answer["Table"] = self._shown(self.reads, self.writes)
            for member, indexes in (
                ("LocalSecondaryIndexes", self._settings.local_indexes),
                ("GlobalSecondaryIndexes", self._settings.global_indexes),
            ):
                used = {
                    index.name: self._shown(reads.get(index.name, 0.0), writes.get(index.name, 0.0))
                    for index in indexes
                    if index.name in reads or index.name in writes
                }
                if used:
                    answer[member] = used
        return answer

    def _shown(self, reads: float, writes: float) -> dict[str, Any]:
        if not self.is_transactional:
            return {"CapacityUnits": reads + writes}
        kind = "ReadCapacityUnits" if reads and not writes else "WriteCapacityUnits"
        return {"CapacityUnits": reads + writes, kind: reads + writes}


def _index_write(view: View, old: Item | None, new: Item | None) -> tuple[float, int]:
    """Return the units and bytes that a change of an item costs in an index."""
    if old is not None and new is not None:
        if view.keeps_entry(old, new):
            return 0.0, 0
        if view.keeps_place(old, new):
            if not view.holds(new):
                return 0.0, 0
            old_size, new_size = view.entry(old).size, view.entry(new).size
            return write_units(old_size, new_size), max(old_size, new_size)
    # An index entry that moves is deleted in one place and written in the other.
    sizes = [view.entry(item).size for item in (old, new) if item is not None and view.holds(item)]
    return sum(write_units(0, size) for size in sizes), sum(sizes)
