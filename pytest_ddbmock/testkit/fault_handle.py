"""`ddbmock.faults`: errors that DynamoDB may answer at any time, made to happen."""

from __future__ import annotations

from collections.abc import Callable

from pytest_ddbmock import errors
from pytest_ddbmock.engine.engine import Engine
from pytest_ddbmock.engine.faults import Fault
from pytest_ddbmock.engine.operation import OPERATIONS
from pytest_ddbmock.errors import DynamoDBError, UsageError
from pytest_ddbmock.testkit import options
from pytest_ddbmock.testkit.options import Refusing, near

__tracebackhide__ = options.__tracebackhide__


class ScriptedFault:
    """A fault that is active since it was made; `with` ends it early, else it ends with the test."""

    def __init__(self, engine: Engine, fault: Fault, called: str) -> None:
        self._engine = engine
        self._fault = fault
        self.called = called
        """How the test wrote it."""
        engine.scenario.faults.add(fault)

    @property
    def hits(self) -> int:
        """How many attempts it has refused."""
        return self._fault.hits

    def end(self) -> None:
        """Strike no longer."""
        self._engine.scenario.faults.remove(self._fault)

    def __enter__(self) -> ScriptedFault:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def __repr__(self) -> str:
        return f"<{self.called}, {self.hits} hits>"


class Faults(Refusing):
    """Scripts faults. They strike where the request is good and the table is there, before anything is done."""

    _called = "ddbmock.faults"
    _planned = frozenset({"error", "unprocessed"})

    def __init__(self, engine: Engine, find_table: Callable[[str], object]) -> None:
        self._engine = engine
        self._find_table = find_table
        self._scripted: list[ScriptedFault] = []

    def throttle(self, operation: str, times: int | None = None, table: str | None = None) -> ScriptedFault:
        """Answer the next `times` attempts at an operation (None: all) with `ProvisionedThroughputExceededException`.

        An attempt is what goes over the wire: botocore tries again by itself. `table` restricts it to one table.
        Errors: `UsageError` for an operation or a table that is not there.
        """
        called = f'throttle("{operation}"' + ("" if times is None else f", times={times}") + ")"
        return self._script(called, operation, errors.throughput_exceeded, times, table)

    @property
    def idle(self) -> list[ScriptedFault]:
        """Those that never struck."""
        return [fault for fault in self._scripted if not fault.hits]

    def _script(
        self, called: str, operation: str, error: Callable[[], DynamoDBError], times: int | None, table: str | None
    ) -> ScriptedFault:
        names = {name for _, name in OPERATIONS}
        if operation not in names:
            raise UsageError(f'faults: no operation "{operation}" is served{near(operation, names)}')
        if times is not None and (isinstance(times, bool) or not isinstance(times, int) or times < 1):
            raise UsageError(f"faults: times={times!r} is no number of attempts")
        if table is not None:
            self._find_table(table)
        scripted = ScriptedFault(self._engine, Fault(operation, error, times, table), called)
        self._scripted.append(scripted)
        return scripted
