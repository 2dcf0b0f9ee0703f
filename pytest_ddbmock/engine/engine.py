"""`Engine`: the road of every call."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from pytest_ddbmock import errors
from pytest_ddbmock.clock import Clock
from pytest_ddbmock.engine import constraints, envelope
from pytest_ddbmock.engine.accounts import Accounts
from pytest_ddbmock.engine.call import Call
from pytest_ddbmock.engine.caller import Caller, Home
from pytest_ddbmock.engine.operation import Answer, Operation
from pytest_ddbmock.engine.request import DYNAMODB, Request
from pytest_ddbmock.engine.rules import Rules
from pytest_ddbmock.engine.scenario import Scenario
from pytest_ddbmock.engine.shapes import Shape, Shapes
from pytest_ddbmock.engine.trimmer import Need
from pytest_ddbmock.errors import DynamoDBError, NoAnswer, NotImplementedByMock
from pytest_ddbmock.storage.table import Table

LATER = 1 << 63
"""A moment behind all others."""

REPORTED_AFTER_TYPES = {"SerializationException", "ConditionalCheckFailedException", "TransactionCanceledException"}
"""Errors of requests in which no wrong JSON type can be left: the conditions of writes are tried at the very end."""


class Engine(Accounts):
    """Accounts that answer calls."""

    def __init__(
        self,
        *,
        clock: Clock,
        shapes: Shapes,
        operations: Mapping[tuple[str, str], Operation],
        followers: Sequence[Callable[[Table], None]] = (),
        rules: Rules = Rules(),  # noqa: B008  # frozen
        history_needs: Sequence[Need] | None = None,
    ) -> None:
        """The parameters of `Accounts`, the shapes of requests and the operations that are served."""
        super().__init__(clock=clock, followers=followers, rules=rules, history_needs=history_needs)
        self._shapes = shapes
        self._operations = operations

    def call(self, request: Request) -> Answer:
        """Serve one request.

        Errors: `DynamoDBError` for whatever AWS would refuse; `NoAnswer` where the connection breaks, perhaps after the
        effect; `NotImplementedByMock` for operations and parameters that are not served. Source: "DynamoDB low-level
        API".
        """
        operation = self._operations.get((request.service, request.operation))
        shape = self._shapes.input(request.service, request.operation)
        if shape is None:
            raise errors.unknown_operation()
        if self.outbound_work:
            self.run_due()
        try:
            return self._serve(request, operation, shape)
        finally:  # an answer that is lost has effects too
            if self.outbound_work:
                self.run_due()

    def _serve(self, request: Request, operation: Operation | None, shape: Shape) -> Answer:
        with self.lock:
            now = self.run_clockworks(request.waited)
            entry = self.scenario.calls.begin(request, now)
            call: Call | None = None
            try:
                if operation is None:
                    raise NotImplementedByMock(request.operation)
                try:
                    params = constraints.require(request.operation, shape, request.params)
                    if params is not request.params:
                        request = dataclasses.replace(request, params=params)
                    call = Call(self, request, operation.name, shape, entry, now)
                    answer = operation.serve(call)
                except DynamoDBError as error:
                    if error.code not in REPORTED_AFTER_TYPES:
                        constraints.require_types(shape, request.params)
                    if call is None or call.knows_table:
                        raise
                    raise envelope.before_table(request.operation, request.params, error) from None
            except Exception as error:
                code = error.code if isinstance(error, DynamoDBError | NoAnswer) else type(error).__name__
                entry.error = code
                self._record(request, call, now, code)
                raise
            self._record(request, call, now, None)
            return answer

    def _record(self, request: Request, call: Call | None, now: int, refused: str | None) -> None:
        """Write down what an attempt has consumed: in the call's record, and in the ledger."""
        if call is None:
            return
        entry, usages = call.entry, tuple(call.usages.values())
        if usages:
            entry.usages += usages
        if usages or refused is not None:
            self.scenario.ledger.record(now, request.caller, request.operation, entry.tables, usages, refused)

    # ---- the service's own calls

    def ask(self, home: Home, operation: str, params: dict[str, Any]) -> Answer:
        """Do an operation of DynamoDB for the mock itself: nothing refuses it, and it is recorded nowhere."""
        with self.unrecorded():
            return self.call(Request(DYNAMODB, operation, params, Caller(home)))

    @contextmanager
    def unrecorded(self) -> Iterator[None]:
        """What happens inside triggers no scripted fault and stands in no record: it is not the application's."""
        with self.lock:
            scenario, self.scenario = self.scenario, Scenario(self.scenario.rules)
            try:
                yield
            finally:
                self.scenario = scenario
