"""One function per AWS operation, one module per family; `OPERATIONS` has them all.

What tests call again and again is imported with this package, a family that few tests call by its first call.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import ModuleType

from pytest_ddbmock.engine.operation import DECLARED, Operation
from pytest_ddbmock.engine.request import DYNAMODB, STREAMS
from pytest_ddbmock.loading import homes, load
from pytest_ddbmock.operations import batches, items, query_scan
from pytest_ddbmock.operations.tables import lifecycle, limits, tags, time_to_live

__all__ = ["OPERATIONS", "batches", "items", "lifecycle", "limits", "query_scan", "tags", "time_to_live"]

LATER = {
    (DYNAMODB, "backups"): "CreateBackup DescribeBackup DeleteBackup ListBackups RestoreTableFromBackup",
    (DYNAMODB, "exports"): "ExportTableToPointInTime DescribeExport ListExports",
    (DYNAMODB, "imports"): "ImportTable DescribeImport ListImports",
    (DYNAMODB, "kinesis"): (
        "EnableKinesisStreamingDestination DisableKinesisStreamingDestination "
        "UpdateKinesisStreamingDestination DescribeKinesisStreamingDestination"
    ),
    (DYNAMODB, "recovery"): "UpdateContinuousBackups DescribeContinuousBackups RestoreTableToPointInTime",
    (DYNAMODB, "statements"): "ExecuteStatement BatchExecuteStatement ExecuteTransaction",
    (STREAMS, "streams"): "ListStreams DescribeStream GetShardIterator GetRecords",
    (DYNAMODB, "transactions"): "TransactWriteItems TransactGetItems",
    (DYNAMODB, "tables.update_table"): "UpdateTable",
}
"""The operations of the families that are imported by their first call, by service and module."""

_HOMES = {
    (service, name): home
    for (service, module), names in LATER.items()
    for name, home in homes(__name__, {module: names}).items()
}


class Operations(Mapping[tuple[str, str], Operation]):
    """All operations that are served, by service and name."""

    def __init__(self) -> None:
        self._loaded: dict[str, ModuleType] = {}
        """Kept, for tests that put `sys.modules` back must not have a family declared twice."""

    def __getitem__(self, key: tuple[str, str]) -> Operation:
        module = _HOMES.get(key)
        # That it is declared says too little: another thread may be importing what it needs.
        if module is not None and module not in self._loaded:
            self._loaded[module] = load(module)
        return DECLARED[key]

    def __contains__(self, key: object) -> bool:
        return key in _HOMES or key in DECLARED

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(dict.fromkeys((*DECLARED, *_HOMES)))

    def __len__(self) -> int:
        return len(DECLARED.keys() | _HOMES.keys())


OPERATIONS: Mapping[tuple[str, str], Operation] = Operations()
