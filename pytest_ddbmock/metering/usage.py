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
    """Capacity units of one call on one table: its own and by index.

    `kind` is what transactions tell of their units besides: `ReadCapacityUnits` or `WriteCapacityUnits`.
    """

    __slots__ = ("indexes", "kind", "table", "units")

    def __init__(self, table: Table) -> None:
        self.table = table
        self.kind: str | None = None
        self.units = 0.0
        self.indexes: dict[str, float] = {}

    @property
    def total(self) -> float:
        """Units of the table and all indexes."""
        return self.units + sum(self.indexes.values()) if self.indexes else self.units

    def read(self, units: float, index: str | None = None) -> None:
        """Count a read of the table or of an index."""
        if index is None:
            self.units += units
        else:
            self.indexes[index] = self.indexes.get(index, 0.0) + units

    def write(self, change: Change) -> None:
        """Count a change: the table's part and that of every index whose entry it touches."""
        old, new = change.old, change.new
        self.units += write_units(0 if old is None else old.size, 0 if new is None else new.size)
        for index in self.table.settings.indexes:
            units = _index_units(self.table.views[index.name], old, new)
            if units:
                self.read(units, index.name)

    def transact_read(self, size: int) -> None:
        """Count the read of an item of `size` bytes in a transaction, 0 without one: it is read twice."""
        self.kind = "ReadCapacityUnits"
        self.units += TRANSACTION * read_units(size, consistent=True)

    def transact_check(self, size: int) -> None:
        """Count the check of an item of `size` bytes in a transaction that writes, 0 without one.

        Unsure: that a check takes write units of the item it reads.
        """
        self.kind = "WriteCapacityUnits"
        self.units += TRANSACTION * write_units(size, 0)

    def transact_write(self, change: Change) -> None:
        """Count a change in a transaction: its item is written twice, the entries of indexes once."""
        self.kind = "WriteCapacityUnits"
        own = self.units
        self.write(change)
        self.units += (TRANSACTION - 1) * (self.units - own)

    def to_wire(self, mode: str) -> dict[str, Any]:
        """`ConsumedCapacity` for `ReturnConsumedCapacity` TOTAL or INDEXES."""
        answer = {"TableName": self.table.name, **self._shown(self.total)}
        if mode == "INDEXES":
            answer["Table"] = self._shown(self.units)
            for member, indexes in (
                ("LocalSecondaryIndexes", self.table.settings.local_indexes),
                ("GlobalSecondaryIndexes", self.table.settings.global_indexes),
            ):
                used = {
                    index.name: self._shown(self.indexes[index.name]) for index in indexes if index.name in self.indexes
                }
                if used:
                    answer[member] = used
        return answer

    def _shown(self, units: float) -> dict[str, Any]:
        return {"CapacityUnits": units} if self.kind is None else {"CapacityUnits": units, self.kind: units}


def _index_units(view: View, old: Item | None, new: Item | None) -> float:
    """What a change of an item costs in an index."""
    if old is not None and new is not None:
        if view.keeps_entry(old, new):
            return 0.0
        if view.keeps_place(old, new):
            return write_units(view.entry(old).size, view.entry(new).size) if view.holds(new) else 0.0
    # An index entry that moves is deleted in one place and written in the other.
    return sum(write_units(0, view.entry(item).size) for item in (old, new) if item is not None and view.holds(item))
