"""`Trigger`: a Python function as Lambda, at a stream: which batch is due when, and what follows from its outcome.

It calls nobody: `deliveries` does, without the engine's lock.
Source: "Using AWS Lambda with Amazon DynamoDB", "Polling and batching streams", "Stateful stream processing".
"""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pytest_ddbmock.clock import to_datetime
from pytest_ddbmock.engine.engine import Engine
from pytest_ddbmock.followers import batches, lambda_event
from pytest_ddbmock.followers import stream as streams
from pytest_ddbmock.followers.batches import BadHandlerResponse, Batch, UnmarshalableResponse
from pytest_ddbmock.followers.event_source import LATEST, UNLIMITED, EventSource, backoff
from pytest_ddbmock.followers.failure import Failure
from pytest_ddbmock.followers.lambda_event import LambdaContext
from pytest_ddbmock.followers.patterns import compile_patterns
from pytest_ddbmock.followers.stream import Shard
from pytest_ddbmock.storage.change import Change
from pytest_ddbmock.storage.settings import Stream
from pytest_ddbmock.storage.table import Table
from pytest_ddbmock.values.ordering import partition_hash

PAYLOAD_BYTES = 6 * 1024 * 1024
"""Of one synchronous invocation."""
STATE_BYTES = 1024 * 1024
"""Of a tumbling window; with more it ends early."""

REPEATED = 0.5
"""How many of the batches come twice where a test asks for duplicates."""

LaneKey = tuple[str, int]
"""Id of a shard, number of one of the functions that read it at a time (`parallelization_factor`)."""


_NO_RECORDS = Batch(())


@dataclass(frozen=True)
class Window:
    """A tumbling window that has begun; `start` in microseconds."""

    start: int
    state: Any
    is_early: bool = False
    """Its state has become too large."""
    closing: Batch = _NO_RECORDS
    """The attempts at its final invocation."""


@dataclass(frozen=True)
class Lane:
    """How far a shard, or the part of its keys that one lane reads, has been handled.

    `position` is the sequence number of the last record that was handled, or is in `pending`.
    """

    position: int
    pending: tuple[Batch, ...] = ()
    """Batches that have been tried, and what they were split into, in order."""
    window: Window | None = None
    is_done: bool = False
    """The shard has ended and was read."""


@dataclass(frozen=True)
class Step:
    """An invocation that is to come at `due`, in microseconds."""

    key: LaneKey
    lane: Lane
    batch: Batch
    position: int
    """Of the lane when the batch has been taken."""
    due: int
    window: Window | None = None
    is_final: bool = False

    @property
    def order(self) -> tuple[int, int]:
        """What was written first comes first."""
        return self.due, self.batch.changes[0].seq if self.batch.changes else self.position


@dataclass(frozen=True)
class Invocation:
    """One call of a function: what it got and, when it is done, what came of it."""

    event_text: str
    context: LambdaContext
    answer: Any = None
    error: BaseException | None = None

    @property
    def event(self) -> dict[str, Any]:
        """The event as the function got it, whatever it has done to it."""
        found: dict[str, Any] = lambda_event.decode(self.event_text)
        return found

    @property
    def records(self) -> list[dict[str, Any]]:
        """The records of the event."""
        found: list[dict[str, Any]] = self.event["Records"]
        return found


class Trigger:
    """One event source mapping between a stream of a table and a function."""

    def __init__(
        self,
        engine: Engine,
        table: Table,
        stream: Stream,
        source: EventSource,
        function_name: str,
        *,
        duplicates: int | None = None,
    ) -> None:
        """`duplicates` is the seed for batches that come twice, None for none."""
        self._engine = engine
        self.table = table
        self.source = source
        self.function_name = function_name
        _, _, _, self._region, self._account, _ = table.arn.split(":", 5)
        partition = table.arn.split(":")[1]
        self.function_arn = f"arn:{partition}:lambda:{self._region}:{self._account}:function:{function_name}"
        self.id = engine.uuid()
        self._label = stream.label
        self._stream_arn = streams.stream_arn(table, stream)
        self._fits = compile_patterns(source.filters)
        self._repeats = None if duplicates is None else random.Random(duplicates)
        self._lanes: dict[LaneKey, Lane] = {}
        self._read: dict[LaneKey, tuple[Lane, tuple[int, int | None], _Read]] = {}
        now = engine.clock.now()
        for shard in streams.shards(table, stream):
            if source.starting_position == LATEST:
                position = streams.newest_position(table.history, shard)
            else:
                position = streams.oldest_position(table.history, shard, now)
            self._add_lanes(shard, position)
        engine.retain_for(self)

    def _add_lanes(self, shard: Shard, position: int) -> None:
        for number in range(self.source.parallelization_factor):
            self._lanes[shard.id, number] = Lane(position)

    def retains_from(self, table: Table, now: int) -> int:
        """Protocol `Reader`: what it has not read yet is kept, however old."""
        spared = table.history.last_seq
        stream = self._stream()
        if table is not self.table or stream is None:
            return spared
        positions = [lane.position for lane in self._lanes.values() if not lane.is_done]
        starts = [one.start for one in streams.shards(table, stream) if (one.id, 0) not in self._lanes]
        return min(spared, *positions, *starts)

    def _stream(self) -> Stream | None:
        """The stream that it reads, None once that has been forgotten."""
        return next((one for one in self.table.settings.streams if one.label == self._label), None)

    def mark(self) -> dict[LaneKey, Lane]:
        """For `rollback`."""
        return dict(self._lanes)

    def rollback(self, mark: dict[LaneKey, Lane]) -> None:
        """Be again where it was."""
        self._lanes = dict(mark)
        self._read.clear()

    # ---- what is to come

    def steps(self, bound: int, now: int) -> list[Step]:
        """The next invocation of each lane that has one, due or not; changes behind `bound` are not read yet."""
        stream = self._stream()
        if stream is None or not self.source.enabled:
            return []
        found = []
        shards = streams.shards(self.table, stream)
        for shard in shards:
            if (shard.id, 0) not in self._lanes:
                self._add_lanes(shard, shard.start)
            # A child waits for its parent: the order of each item's changes goes through both.
            if shard.parent is None or self._is_done(shard.parent):
                for number in range(self.source.parallelization_factor):
                    step = self._step((shard.id, number), stream, shard, bound, now)
                    if step is not None:
                        found.append(step)
        return found

    def _is_done(self, shard_id: str) -> bool:
        lanes = [self._lanes.get((shard_id, number)) for number in range(self.source.parallelization_factor)]
        return all(lane is None or lane.is_done for lane in lanes)

    def _step(self, key: LaneKey, stream: Stream, shard: Shard, bound: int, now: int) -> Step | None:
        lane = self._lanes[key]
        if lane.pending:
            batch = lane.pending[0]
            due = now if batch.retry_at is None else batch.retry_at
            return Step(key, lane, batch, lane.position, due, self._window_of(lane, batch.changes))
        read = self._read_ahead(key, lane, stream, shard, bound)
        first = read.changes[0] if read.changes else None
        window = lane.window
        if window is not None:
            end = window.start + self.source.tumbling_window
            has_ended = read.is_last and first is None
            if first is None or first.at >= end or window.is_early:
                closing = window.closing
                due = now if window.is_early or has_ended else end
                if closing.retry_at is not None:
                    due = closing.retry_at
                ended = dataclasses.replace(window, is_early=window.is_early or has_ended)
                return Step(key, lane, closing, lane.position, due, ended, is_final=True)
        if first is None:
            # Checkpointed: what does not fit the filter counts as handled.
            self._lanes[key] = dataclasses.replace(lane, position=read.position, is_done=read.is_last)
            return None
        due = read.changes[-1].at if read.is_full or read.is_last else first.at + self.source.batching_window
        return Step(key, lane, Batch(read.changes), read.position, due, self._window_of(lane, read.changes))

    def _window_of(self, lane: Lane, changes: tuple[Change, ...]) -> Window | None:
        if not self.source.tumbling_window:
            return None
        return lane.window or Window(self._window_start(changes[0]), {})

    def _window_start(self, change: Change) -> int:
        return change.at - change.at % self.source.tumbling_window

    def _read_ahead(self, key: LaneKey, lane: Lane, stream: Stream, shard: Shard, bound: int) -> _Read:
        """The next batch of a lane, however full."""
        known = self._read.get(key)
        extent = bound, shard.end
        if known is not None and known[0] is lane and known[1] == extent:
            return known[2]
        read = self._read_batch(key[1], lane.position, stream, shard, bound)
        self._read[key] = lane, extent, read
        return read

    def _read_batch(self, number: int, position: int, stream: Stream, shard: Shard, bound: int) -> _Read:
        source = self.source
        taken: list[Change] = []
        size = 0
        for change, is_end in self._changes(stream, shard, position, bound):
            if change is None:
                return _Read(tuple(taken), position, is_full=False, is_last=is_end)
            if self._number_of(change) == number:
                record = self._record(stream, change)
                if self._fits(record):
                    size += len(lambda_event.encode(record))
                    if taken and (size > PAYLOAD_BYTES or not self._goes_with(taken[0], change)):
                        return _Read(tuple(taken), position, is_full=True)
                    taken.append(change)
                    if len(taken) == source.batch_size:
                        return _Read(tuple(taken), change.seq, is_full=True)
            position = change.seq
        raise AssertionError("the loop ends inside")

    def _changes(self, stream: Stream, shard: Shard, position: int, bound: int) -> Iterator[tuple[Change | None, bool]]:
        """The changes of a shard up to `bound`, then None with whether the shard ends there."""
        limit = min(self.source.batch_size * self.source.parallelization_factor, streams.PAGE_RECORDS)
        while True:
            # As of the beginning of time: Lambda polls all the time, so nothing it reads is too old.
            page = streams.read(self.table, stream, shard, position, 0, limit)
            for change in page.changes:
                if change.seq > bound:
                    yield None, False
                yield change, False
            if page.is_last or page.position == position or not page.changes:
                yield None, page.is_last
            position = page.position

    def _goes_with(self, first: Change, change: Change) -> bool:
        """Whether a change belongs into the batch that begins with `first`."""
        if self.source.tumbling_window and self._window_start(first) != self._window_start(change):
            return False
        return not self.source.batching_window or change.at <= first.at + self.source.batching_window

    def _number_of(self, change: Change) -> int:
        lanes = self.source.parallelization_factor
        return 0 if lanes == 1 else partition_hash(change.key[0]) % lanes

    def _record(self, stream: Stream, change: Change) -> dict[str, Any]:
        return lambda_event.record_of(self.table, stream, change, self._region)

    # ---- what a function gets

    def invocation(self, step: Step, now: int) -> Invocation:
        """What a step calls the function with."""
        context = LambdaContext(self.function_name, self.function_arn, self._engine.uuid(), now)
        return Invocation(lambda_event.encode(self._event(step, step.batch.changes)), context)

    def _event(self, step: Step, changes: tuple[Change, ...]) -> dict[str, Any]:
        stream = next(one for one in self.table.settings.streams if one.label == self._label)
        event: dict[str, Any] = {"Records": [self._record(stream, change) for change in changes]}
        window = step.window
        if window is not None:
            event |= lambda_event.window_members(
                window.start,
                self.source.tumbling_window,
                window.state,
                step.key[0],
                self._stream_arn,
                is_final=step.is_final,
                is_early=step.is_final and window.is_early,
            )
        return event

    # ---- what follows

    def give_up_old(self, step: Step, now: int) -> Failure | None:
        """Drop the records of a step that are too old to be tried; None where none is."""
        at = now if step.batch.retry_at is None and step.batch.attempts else step.due
        old = [change for change in step.batch.changes if at - change.at > self.source.oldest]
        if not old:
            return None
        dropped, kept = step.batch.changes[: len(old)], step.batch.changes[len(old) :]
        rest = (dataclasses.replace(step.batch, changes=kept),) if kept else ()
        self._settle(step, rest, step.lane.window)
        return self._given_up(step, dropped, lambda_event.TOO_OLD, step.batch.error, now, step.batch.invocations)

    def settle(self, step: Step, invocation: Invocation, now: int) -> Failure | None:
        """Go on after an invocation; gives what is to be reported, None for success and for retries to come."""
        batch, source = step.batch, self.source
        failed_from: int | None = None
        error = invocation.error
        window = step.window
        function_failed = error is not None
        if error is not None:
            failed_from = 0
        else:
            try:
                answer = batches.response_as_json(invocation.answer)
                if window is not None and not step.is_final:
                    window = _with_state(window, answer)
                if source.reports_failures:
                    failed_from = batches.first_failed(answer, batch.changes)
            except BadHandlerResponse as unusable:
                error, failed_from = unusable, 0
                function_failed = isinstance(unusable, UnmarshalableResponse)
        if failed_from is None:
            self._succeed(step, window)
            return None
        if failed_from == 0:
            window = step.lane.window  # its state is the last one that was good
        if error is None:
            error = BadHandlerResponse(f"reported as failed from record {failed_from + 1} of {len(batch.changes)} on")
        invocations = batch.invocations + 1
        parts = batch.parts(failed_from, bisects=source.bisect_batch_on_function_error)
        if parts is not None:
            self._settle(step, tuple(dataclasses.replace(part, retry_at=step.due) for part in parts), window)
            return None
        attempts = batch.attempts + 1
        rest = batch.changes[failed_from:]
        if source.maximum_retry_attempts != UNLIMITED and attempts > source.maximum_retry_attempts:
            self._settle(step, (), None if step.is_final else window)
            return self._given_up(
                step, rest, lambda_event.RETRIES_EXHAUSTED, error, now, invocations, function_failed=function_failed
            )
        retry_at = None if source.tries_for_ever else step.due + backoff(attempts)
        again = Batch(rest, attempts, invocations, retry_at, batch.is_repeated, error)
        if step.is_final:
            assert step.window is not None, "only windows have a final invocation"
            self._settle(step, (), dataclasses.replace(step.window, closing=again))
        else:
            self._settle(step, (again,), window)
        if not source.tries_for_ever:
            return None
        return Failure(self.function_name, self.table.name, self._event(step, rest), error)

    def _succeed(self, step: Step, window: Window | None) -> None:
        batch = step.batch
        if step.is_final:
            self._settle(step, (), None)
        elif self._repeats is not None and not batch.is_repeated and self._repeats.random() < REPEATED:
            # Lambda has invoked the function and not learnt that it did its work.
            again = Batch(batch.changes, invocations=batch.invocations + 1, retry_at=step.due, is_repeated=True)
            self._settle(step, (again,), window)
        else:
            self._settle(step, (), window)

    def _settle(self, step: Step, instead: tuple[Batch, ...], window: Window | None) -> None:
        """Take the step's batch off its lane, with what is to be tried in its place."""
        lane = self._lanes.get(step.key)
        if lane is not step.lane:
            return  # the function has restored a snapshot
        self._lanes[step.key] = dataclasses.replace(
            lane, position=step.position, pending=(*instead, *lane.pending[1:]), window=window
        )

    def _given_up(
        self,
        step: Step,
        changes: tuple[Change, ...],
        condition: str,
        error: BaseException | None,
        now: int,
        invocations: int,
        *,
        function_failed: bool = False,
    ) -> Failure:
        record = lambda_event.destination_record(
            condition=condition,
            function_arn=self.function_arn,
            request_id=self._engine.uuid(),
            invocations=invocations,
            function_failed=function_failed,
            now=now,
            shard_id=step.key[0],
            stream_arn=self._stream_arn,
            changes=changes,
        )
        event = self._event(step, changes)
        key = None
        destination = self.source.on_failure
        if isinstance(destination, str) and ":s3:" in destination:
            record["payload"] = lambda_event.encode(event)
            moment = to_datetime(now)
            key = f"aws/lambda/{self.id}/{step.key[0]}/{moment:%Y/%m/%d/%Y-%m-%dT%H.%M.%S}-{self._engine.uuid()}"
        return Failure(self.function_name, self.table.name, event, error, condition, record, key)


@dataclass(frozen=True)
class _Read:
    """Records that fit, up to which position that was, and why there are not more."""

    changes: tuple[Change, ...]
    position: int
    is_full: bool
    is_last: bool = False


def _with_state(window: Window, answer: Any) -> Window:
    """The window with the state that a function has answered. Unsure: that none means an empty one."""
    state = answer.get("state") if isinstance(answer, dict) else None
    state = {} if state is None else state
    return dataclasses.replace(window, state=state, is_early=len(lambda_event.encode(state).encode()) > STATE_BYTES)
