"""`Ledger`: who consumed what, row by row. Capacity, metrics and cost read it; nothing else counts.

One attempt at a call is one record; `rows` shows it by table and index.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeAlias

from pytest_ddbmock.engine.caller import Caller
from pytest_ddbmock.metering.usage import Usage

MAX_RECORDS = 10_000
"""A script that runs for long must not fill the memory with its record."""


class Row(NamedTuple):
    """What one attempt consumed of a table or of one of its indexes.

    `at` in microseconds; `reads` and `writes` in capacity units; `bytes` of items and entries, told once for the table
    and all its indexes together; `refused` is the code of the error, None for a success.
    """

    at: int
    caller: Caller
    operation: str
    table: str
    index_name: str | None
    reads: float
    writes: float
    bytes: int
    refused: str | None


_Record: TypeAlias = tuple[int, Caller, str, tuple[str, ...], Sequence[Usage], "str | None"]
"""The parameters of `Ledger.record`; a bare tuple, for there is one for each call."""


class Ledger:
    """The latest records, oldest first."""

    __slots__ = ("_records",)

    def __init__(self) -> None:
        self._records: deque[_Record] = deque(maxlen=MAX_RECORDS)

    def record(
        self,
        at: int,
        caller: Caller,
        operation: str,
        tables: tuple[str, ...],
        usages: Sequence[Usage],
        refused: str | None,
    ) -> None:
        """Write down one attempt on `tables` (names)."""
        self._records.append((at, caller, operation, tables, usages, refused))

    def rows(self) -> Iterator[Row]:
        """Yield what was consumed, by table and index; a refused attempt that consumed nothing has a row by table."""
        for at, caller, operation, tables, usages, refused in self._records:
            for usage in usages:
                name = usage.name
                yield Row(at, caller, operation, name, None, usage.reads, usage.writes, usage.bytes, refused)
                reads, writes = usage.index_reads or {}, usage.index_writes or {}
                for index in {**reads, **writes}:
                    units = reads.get(index, 0.0), writes.get(index, 0.0)
                    yield Row(at, caller, operation, name, index, *units, 0, refused)
            if not usages and refused is not None:
                for name in tables:
                    yield Row(at, caller, operation, name, None, 0.0, 0.0, 0, refused)
