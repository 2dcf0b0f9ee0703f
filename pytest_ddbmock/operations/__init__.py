"""One function per AWS operation, one module per family; importing this package fills `OPERATIONS`."""

from __future__ import annotations

from pytest_ddbmock.engine.operation import OPERATIONS
from pytest_ddbmock.operations import (
    backups,
    batches,
    exports,
    imports,
    items,
    kinesis,
    limits,
    query_scan,
    recovery,
    statements,
    streams,
    tables,
    tags,
    time_to_live,
    transactions,
    update_table,
)

__all__ = [
    "OPERATIONS",
    "backups",
    "batches",
    "exports",
    "imports",
    "items",
    "kinesis",
    "limits",
    "query_scan",
    "recovery",
    "statements",
    "streams",
    "tables",
    "tags",
    "time_to_live",
    "transactions",
    "update_table",
]
