"""`ddbmock.faults`: what DynamoDB may answer at any time, made to happen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pytest_ddbmock import errors
from pytest_ddbmock.engine.conflicts import Hold
from pytest_ddbmock.engine.engine import Engine
from pytest_ddbmock.engine.faults import Fault
from pytest_ddbmock.errors import DynamoDBError, UsageError
from pytest_ddbmock.operations import OPERATIONS
from pytest_ddbmock.storage.table import Table
from pytest_ddbmock.testkit import options
from pytest_ddbmock.testkit.handles.tables import key_of
from pytest_ddbmock.testkit.options import Refusing, near
from pytest_ddbmock.transports import service_model

__tracebackhide__ = options.__tracebackhide__

ANY_TIME: Mapping[str, Callable[[], DynamoDBError]] = {
    "InternalServerError": errors.internal_server_error,
    "ItemCollectionSizeLimitExceededException": errors.item_collection_too_large,
    "ProvisionedThroughputExceededException": errors.throughput_exceeded,
    "RequestLimitExceeded": errors.request_limit_exceeded,
    "ThrottlingException": errors.throttled,
    "TransactionConflictException": errors.transaction_conflict,
    "TransactionInProgressException": errors.transaction_in_progress,
}
"""Codes that no request can rule out, by their name in the service model; all others follow from request and tables."""

TOO_MANY_TABLES = "Subscriber limit exceeded: Only 500 tables can be created, updated, or deleted simultaneously"
LIMITS: Mapping[str, str] = {
    "CreateTable": TOO_MANY_TABLES,
    "UpdateTable": TOO_MANY_TABLES,
    "DeleteTable": TOO_MANY_TABLES,
    "RestoreTableToPointInTime": "Subscriber limit exceeded: Only 50 restore operations can be done simultaneously",
}
"""The text of `LimitExceededException` by operation, where others in the account may use the limit up."""

CONTROL_PLANE_THROTTLE = "Rate exceeded"


def errors_of(operation: str) -> dict[str, Callable[[], DynamoDBError]]:
    """What AWS may answer to any request for an operation that is served, by code."""
    [service] = [service for service, name in OPERATIONS if name == operation]
    modelled = {shape.name for shape in service_model.model(service).operation_model(operation).error_shapes}
    if "TransactionCanceledException" in modelled:
        modelled.add("TransactionConflictException")  # is the reason of all actions then
    found = {code: error for code, error in ANY_TIME.items() if code in modelled}
    found["InternalServerError"] = errors.internal_server_error
    # Throttles of all operations are common errors of the service, which not every botocore has in its model.
    on_data = "RequestLimitExceeded" in modelled
    found["ThrottlingException"] = errors.throttled if on_data else lambda: errors.throttled(CONTROL_PLANE_THROTTLE)
    if operation in LIMITS:
        found["LimitExceededException"] = lambda: errors.limit_exceeded(LIMITS[operation])
    return found


class ScriptedFault:
    """A fault that is active since it was made; `with` ends it early, else it ends with the test."""

    def __init__(self, fault: Fault | Hold, end: Callable[[], None], called: str) -> None:
        self._fault = fault
        self._end = end
        self.called = called
        """How the test wrote it."""

    @property
    def hits(self) -> int:
        """How many attempts it has met."""
        return self._fault.hits

    def end(self) -> None:
        """Strike no longer."""
        self._end()

    def __enter__(self) -> ScriptedFault:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def __repr__(self) -> str:
        return f"<{self.called}, {self.hits} hits>"


class Faults(Refusing):
    """Scripts faults. They strike where the request is good and the table is there, before anything is done."""

    _called = "ddbmock.faults"
    _planned = frozenset({"unprocessed"})

    def __init__(self, engine: Engine, find_table: Callable[[str], Table]) -> None:
        self._engine = engine
        self._find_table = find_table
        self._scripted: list[ScriptedFault] = []

    def throttle(self, operation: str, times: int | None = None, table: str | None = None) -> ScriptedFault:
        """Answer the next `times` attempts at an operation (None: all) with `ProvisionedThroughputExceededException`.

        An attempt is what goes over the wire: botocore tries again by itself. `table` restricts it to one table.
        Errors: `UsageError` for an operation or a table that is not there.
        """
        called = f'throttle("{operation}"' + ("" if times is None else f", times={times}") + ")"
        self._require_served(operation)
        return self._script(called, operation, errors.throughput_exceeded, times, table)

    def error(self, operation: str, code: str, times: int | None = None, table: str | None = None) -> ScriptedFault:
        """Answer the next `times` attempts at an operation (None: all) with an error that AWS may give at any time.

        `code` is the exception's name; `TransactionConflictException` cancels a transaction, all of its actions being
        in conflict. An attempt is what goes over the wire: botocore tries again by itself where it would.
        Errors: `UsageError` for an operation or a table that is not there, and for a code that is no such error.
        """
        called = f'error("{operation}", "{code}"' + ("" if times is None else f", times={times}") + ")"
        self._require_served(operation)
        known = errors_of(operation)
        if code not in known:
            raise UsageError(
                f'faults: "{code}" is not an error that {operation} may return at any time{near(str(code), known)}'
            )
        return self._script(called, operation, known[code], times, table)

    def hold(self, table: str, key: Any) -> ScriptedFault:
        """Hold an item as somebody else's transaction would: who writes it, or reads it in a transaction, is refused.

        Single writes get `TransactionConflictException`, transactions are canceled with the reason
        `TransactionConflict`, batches get their write back as unprocessed. `key` is the value of the partition key, or
        a tuple of it and the sort key; there need be no such item. Errors: `UsageError` for a table that is not there
        and for what cannot be its key.
        """
        found = self._find_table(table)
        held = Hold(found, found.schema.key_of_key(key_of(found, key)))
        conflicts = self._engine.scenario.conflicts
        conflicts.add(held)
        return self._remembered(ScriptedFault(held, lambda: conflicts.remove(held), f'hold("{table}", {key!r})'))

    @property
    def idle(self) -> list[ScriptedFault]:
        """Those that never struck."""
        return [fault for fault in self._scripted if not fault.hits]

    def _require_served(self, operation: str) -> None:
        names = {name for _, name in OPERATIONS}
        if operation not in names:
            raise UsageError(f'faults: no operation "{operation}" is served{near(operation, names)}')

    def _script(
        self, called: str, operation: str, error: Callable[[], DynamoDBError], times: int | None, table: str | None
    ) -> ScriptedFault:
        if times is not None and (isinstance(times, bool) or not isinstance(times, int) or times < 1):
            raise UsageError(f"faults: invalid times={times!r}: use a whole number of at least 1")
        if table is not None:
            self._find_table(table)
        fault = Fault(operation, error, times, table)
        faults = self._engine.scenario.faults
        faults.add(fault)
        return self._remembered(ScriptedFault(fault, lambda: faults.remove(fault), called))

    def _remembered(self, scripted: ScriptedFault) -> ScriptedFault:
        self._scripted.append(scripted)
        return scripted
