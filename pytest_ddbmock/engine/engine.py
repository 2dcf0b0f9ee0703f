"""`Engine`: the accounts of one mock, and the road of every call."""

from __future__ import annotations

import dataclasses
import random
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from pytest_ddbmock import errors
from pytest_ddbmock.clock import SECOND, Clock
from pytest_ddbmock.engine import constraints, envelope
from pytest_ddbmock.engine.agenda import Agenda
from pytest_ddbmock.engine.call import Call
from pytest_ddbmock.engine.catalog import Catalog
from pytest_ddbmock.engine.commit import Committer
from pytest_ddbmock.engine.expiry import Sweeper
from pytest_ddbmock.engine.history_readers import HistoryReader, HistoryReaders, Mark
from pytest_ddbmock.engine.operation import Answer, Operation
from pytest_ddbmock.engine.outbound_work import OutboundWork
from pytest_ddbmock.engine.request import Request
from pytest_ddbmock.engine.scenario import Scenario
from pytest_ddbmock.engine.serials import Serials
from pytest_ddbmock.engine.shapes import Shape, Shapes
from pytest_ddbmock.engine.shard_roller import ShardRoller
from pytest_ddbmock.engine.tokens import Tokens
from pytest_ddbmock.engine.trimmer import Need, Trimmer
from pytest_ddbmock.errors import DynamoDBError, NotImplementedByMock
from pytest_ddbmock.storage.change import Actor, Change, Write
from pytest_ddbmock.storage.shards import StreamRules
from pytest_ddbmock.storage.table import Restorable, Table
from pytest_ddbmock.values import sizes

K = TypeVar("K", bound=Restorable)

REPORTED_AFTER_TYPES = {"SerializationException", "ConditionalCheckFailedException", "TransactionCanceledException"}
"""Errors of requests in which no wrong JSON type can be left: the conditions of writes are tried at the very end."""


class Engine:
    """Answers calls. Knows no botocore, no pytest and no wall clock; one lock, no threads of its own.

    `pace` is how long changes of tables take and `ttl_delay` how long expired items stay, both in seconds of `clock`.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        shapes: Shapes,
        operations: Mapping[tuple[str, str], Operation],
        followers: Sequence[Callable[[Table], None]] = (),
        pace: float = 0.0,
        ttl_delay: float = 0.0,
        item_collection_limit: int = sizes.MAX_COLLECTION_SIZE,
        stream_rules: StreamRules = StreamRules(),  # noqa: B008  # frozen
        history_needs: Sequence[Need] | None = None,
    ) -> None:
        """`history_needs` tell what of the histories can be forgotten; None keeps them for good."""
        self.clock = clock
        self.lock = threading.RLock()
        self.pace = round(pace * SECOND)
        """Microseconds."""
        self.ttl_delay = round(ttl_delay * SECOND)
        """Microseconds."""
        self.item_collection_limit = item_collection_limit
        """Bytes of all items of a partition key value, in tables with local indexes."""
        self.stream_rules = stream_rules
        self.catalog = Catalog()
        self.agenda = Agenda()
        self.outbound_work = OutboundWork(self.lock)
        self.serials = Serials()
        self.sweeper = Sweeper(self)
        self.roller = ShardRoller(self)
        self.tokens = Tokens()
        self._readers = HistoryReaders()
        self.scenario = Scenario()
        self._shapes = shapes
        self._operations = operations
        self._committer = Committer(followers)
        self._kept: list[tuple[Restorable, Any]] = []
        """With what each held when it came."""
        self._holders: dict[type, Any] = {}
        for holder in (self.catalog, self.agenda, self.outbound_work, self.serials, self.sweeper, self.tokens):
            self.keep(holder)
        self.keep(self._readers)
        self._trimmer = None if history_needs is None else Trimmer(self, history_needs, self._readers)
        self._last_now = 0
        self._ids = random.Random(0x0DDB)

    # ---- the road of a call

    def call(self, request: Request) -> Answer:
        """Serve one request.

        Errors: `DynamoDBError` for whatever AWS would refuse; `NotImplementedByMock` for operations and parameters
        that are not served. Source: "DynamoDB low-level API".
        """
        operation = self._operations.get((request.service, request.operation))
        shape = self._shapes.input(request.service, request.operation)
        if shape is None:
            raise errors.unknown_operation()
        if self.outbound_work:
            self.run_due()
        answer = self._serve(request, operation, shape)
        if self.outbound_work:
            self.run_due()
        return answer

    def _serve(self, request: Request, operation: Operation | None, shape: Shape) -> Answer:
        with self.lock:
            now = self._run_agenda()
            entry = self.scenario.calls.begin(request, now)
            call = None
            try:
                if operation is None:
                    raise NotImplementedByMock(request.operation)
                try:
                    params = constraints.require(request.operation, shape, request.params)
                    if params is not request.params:
                        request = dataclasses.replace(request, params=params)
                    call = Call(self, request, operation, shape, entry, now)
                    return operation.serve(call)
                except DynamoDBError as error:
                    if error.code not in REPORTED_AFTER_TYPES:
                        constraints.require_types(shape, request.params)
                    if call is not None and call.envelopes(error):
                        raise envelope.enveloped(operation.name, request.params, error) from None
                    raise
            except Exception as error:
                entry.error = error.code if isinstance(error, DynamoDBError) else type(error).__name__
                raise

    def run_due(self) -> int:
        """Do what has fallen due: statuses, expiry, errands. Gives the moment in microseconds up to which that is."""
        now = self._run_agenda()
        while self.outbound_work and self.outbound_work.run(now):
            now = self._run_agenda()
        return now

    def _run_agenda(self) -> int:
        with self.lock:
            now = self.clock.now()
            if now < self._last_now:
                self._go_back(now)
            self._last_now = now
            while (due := self.agenda.next_due(now)) is not None:
                self.sweeper.sweep(due)  # what expired before a table is deleted was still told by its stream
                self.roller.roll(due)
                self.agenda.run_next()
            self.sweeper.sweep(now)
            self.roller.roll(now)
            if self._trimmer is not None:
                self._trimmer.trim(now)
            return now

    # ---- item changes

    def commit(self, writes: Sequence[Write], *, now: int, actor: Actor = Actor.USER) -> list[Change]:
        """Make all writes real; the only door for item changes."""
        return self._committer.commit(writes, now=now, actor=actor)

    @property
    def seq(self) -> int:
        """Sequence number of the last change of any table."""
        return self._committer.seq

    # ---- going back

    def keep(self, holder: Restorable) -> None:
        """Have `holder` marked and rolled back with the engine; to an earlier mark, it goes back to what it is now."""
        self._kept.append((holder, holder.mark()))

    def state(self, kind: type[K]) -> K:
        """The engine's one object of a class to the right that holds account state, made when first asked for."""
        with self.lock:
            found: K | None = self._holders.get(kind)
            if found is None:
                found = self._holders[kind] = kind()
                self.keep(found)
            return found

    def mark(self) -> Mark:
        """What `rollback` needs; costs nothing that grows with the items."""
        with self.lock:
            mark = Mark([holder.mark() for holder, _ in self._kept])
            self._readers.add(mark)
            return mark

    def rollback(self, mark: Mark) -> None:
        """Be again as at the mark. Sequence numbers and ids go on."""
        marks = mark.holders
        with self.lock:
            for index, (holder, beginning) in enumerate(self._kept):
                holder.rollback(marks[index] if index < len(marks) else beginning)

    @property
    def keeps_history(self) -> bool:
        """Whether no change is ever forgotten."""
        return self._trimmer is None

    def add_reader(self, reader: HistoryReader) -> None:
        """Keep what `reader` needs of the histories, and roll it back with the engine, as long as somebody holds it."""
        with self.lock:
            self._readers.add(reader)

    def new_scenario(self) -> None:
        """Forget what the last test scripted and did."""
        with self.lock:
            self.scenario = Scenario()

    def begin_history(self) -> None:
        """Let the history of all tables begin now: what they hold was always there, as for a seed."""
        with self.lock:
            now = self.clock.now()
            for table in self.catalog.all_tables():
                self._make_new(table, now)
            self.sweeper.begin(now)

    def _go_back(self, now: int) -> None:
        """The clock went back, as when a test begins in 2020: what has not been changed yet was made just now."""
        for table in self.catalog.all_tables():
            if table.history.is_untouched and table.history.began_at > now:
                self._make_new(table, now)

    def _make_new(self, table: Table, now: int) -> None:
        table.settings = table.settings.as_new(now)
        table.forget_history(self.seq)

    # ---- names

    def hex_id(self, digits: int) -> str:
        """A lower-case hexadecimal id, the same in every run."""
        return f"{self._ids.getrandbits(4 * digits):0{digits}x}"

    def uuid(self) -> str:
        """A version 4 UUID, the same in every run."""
        digits = self.hex_id(32)
        variant = "89ab"[int(digits[16], 16) % 4]
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"
