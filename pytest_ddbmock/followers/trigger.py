"""`Trigger`: an event source mapping from a stream to a function: which batch is due when, and what its outcome means.

It calls no function itself: `deliveries` does, without the engine's lock.
Source: "Using AWS Lambda with Amazon DynamoDB", "Polling and batching streams", "Stateful stream processing".
"""

from __future__ import annotations

import dataclasses
from typing import Any

from pytest_ddbmock.engine import arns
from pytest_ddbmock.engine.accounts import Accounts
from pytest_ddbmock.engine.chance import Chance
from pytest_ddbmock.engine.history_readers import HistoryReader
from pytest_ddbmock.followers import batches, lambda_event
from pytest_ddbmock.followers import stream as streams
from pytest_ddbmock.followers.batches import BadHandlerResponse, Batch, UnmarshalableResponse
from pytest_ddbmock.followers.event_source import LATEST, UNLIMITED, EventSource, backoff
from pytest_ddbmock.followers.failure import Failure
from pytest_ddbmock.followers.invocation import Invocation, LambdaContext
from pytest_ddbmock.followers.lane_reader import LaneReader
from pytest_ddbmock.followers.lanes import Lane, LaneKey, Step, Window
from pytest_ddbmock.followers.stream import Shard
from pytest_ddbmock.storage.change import Change
from pytest_ddbmock.storage.settings import Stream
from pytest_ddbmock.storage.table import Table

MAX_STATE_BYTES = 1024 * 1024
"""Of a tumbling window; with more it ends early."""

REDELIVERED = 0.5
"""The share of batches that are delivered twice when a test asks for duplicates."""


class Trigger(HistoryReader):
    """One event source mapping between a stream of a table and a function."""

    def __init__(
        self,
        engine: Accounts,
        table: Table,
        stream: Stream,
        source: EventSource,
        function_name: str,
        *,
        duplicates: int | None = None,
    ) -> None:
        """`duplicates` is the seed for batches that are delivered twice, None for none."""
        self._engine = engine
        self.table = table
        self.source = source
        self.function_name = function_name
        home = arns.parse_own(table.arn)
        self.function_arn = arns.function_arn(home.account, home.region, function_name)
        self.id = engine.uuid()
        self._label = stream.label
        self._known_stream = stream
        self._reader = LaneReader(table, source)
        self._duplicates = None if duplicates is None else Chance(duplicates).for_("redelivery")
        self._lanes: dict[LaneKey, Lane] = {}
        self._looked_at = now = engine.clock.now()
        for shard in streams.shards(table, stream):
            if source.starting_position == LATEST:
                position = streams.newest_position(table.history, shard)
            else:
                position = streams.oldest_position(table.history, shard, now)
            self._add_lanes(shard, position)
        engine.add_reader(self)

    def _add_lanes(self, shard: Shard, position: int) -> None:
        for number in range(self.source.parallelization_factor):
            self._lanes[shard.id, number] = Lane(position)

    def retains_from(self, table: Table, now: int) -> int:
        """Return the oldest position of a lane: unread records are kept, however old."""
        retained = table.history.last_seq
        stream = self._stream()
        if table is not self.table or stream is None:
            return retained
        positions = [lane.position for lane in self._lanes.values() if not lane.is_done]
        starts = [one.start for one in streams.shards(table, stream) if (one.id, 0) not in self._lanes]
        return min(retained, *positions, *starts)

    def _stream(self) -> Stream | None:
        """Return the stream that it reads; None once that is no longer kept."""
        return next((one for one in self.table.settings.streams if one.has_label(self._label)), None)

    def _stream_arn(self) -> str:
        return streams.stream_arn(self.table, self._stream() or self._known_stream)

    def mark(self) -> dict[LaneKey, Lane]:
        """Return the lanes."""
        return dict(self._lanes)

    def rollback(self, mark: dict[LaneKey, Lane]) -> None:
        """Return to the positions of a mark."""
        self._lanes = dict(mark)
        self._reader.forget()

    # ---- the next invocation of each lane

    def steps(self, bound: int, now: int) -> list[Step]:
        """Return the next invocation of each lane that has one, due or not; `bound` is the last change to be read."""
        if now < self._looked_at:
            self._backdate(now)
        self._looked_at = now
        stream = self._stream()
        if stream is None or not self.source.enabled:
            return []
        found = []
        for shard in streams.shards(self.table, stream):
            if (shard.id, 0) not in self._lanes:
                self._add_lanes(shard, shard.start)
            # A child waits for its parent: the order of each item's changes goes through both.
            if shard.parent is None or self._is_done(shard.parent):
                for number in range(self.source.parallelization_factor):
                    step = self._step((shard.id, number), stream, shard, bound, now)
                    if step is not None:
                        found.append(step)
        return found

    def _backdate(self, now: int) -> None:
        """The clock went back: date what has been read and is later than `now` as of `now`, as the history does."""
        self._reader.forget()
        for key, lane in self._lanes.items():
            pending = tuple(batch.backdated(now) for batch in lane.pending)
            window = lane.window
            if window is not None and window.start > now:
                start = now - now % self.source.tumbling_window
                window = dataclasses.replace(window, start=start, closing=window.closing.backdated(now))
            self._lanes[key] = dataclasses.replace(lane, pending=pending, window=window)

    def _is_done(self, shard_id: str) -> bool:
        lanes = [self._lanes.get((shard_id, number)) for number in range(self.source.parallelization_factor)]
        return all(lane is None or lane.is_done for lane in lanes)

    def _step(self, key: LaneKey, stream: Stream, shard: Shard, bound: int, now: int) -> Step | None:
        lane = self._lanes[key]
        if lane.pending:
            batch = lane.pending[0]
            due = now if batch.retry_at is None else batch.retry_at
            return Step(key, lane, batch, lane.position, due, self._window_of(lane, batch.changes))
        read = self._reader.read(key, lane, stream, shard, bound)
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
            # Checkpoint: records that do not match the filter count as handled.
            self._lanes[key] = dataclasses.replace(lane, position=read.position, is_done=read.is_last)
            return None
        due = read.changes[-1].at if read.is_full or read.is_last else first.at + self.source.batching_window
        return Step(key, lane, Batch(read.changes), read.position, due, self._window_of(lane, read.changes))

    def _window_of(self, lane: Lane, changes: tuple[Change, ...]) -> Window | None:
        if not self.source.tumbling_window:
            return None
        return lane.window or Window(self._reader.window_start(changes[0]), {})

    # ---- what a function gets

    def invocation(self, step: Step, now: int) -> Invocation:
        """Return the call that a step makes."""
        context = LambdaContext(self.function_name, self.function_arn, self._engine.uuid(), now)
        return Invocation(lambda_event.encode(self._event(step, step.batch.changes)), context)

    def _event(self, step: Step, changes: tuple[Change, ...]) -> dict[str, Any]:
        stream = self._stream()
        assert stream is not None, "a step is taken right after it was found"
        event: dict[str, Any] = {"Records": [self._reader.record(stream, change) for change in changes]}
        window = step.window
        if window is not None:
            event |= lambda_event.window_members(
                window.start,
                self.source.tumbling_window,
                window.state,
                step.key[0],
                self._stream_arn(),
                is_final=step.is_final,
                is_early=step.is_final and window.is_early,
            )
        return event

    # ---- what an outcome means

    def give_up_old(self, step: Step, now: int) -> Failure | None:
        """Discard the records of a step that are too old to be tried; return the failure, None if there are none."""
        at = now if step.batch.retry_at is None and step.batch.attempts else step.due
        old = [change for change in step.batch.changes if at - change.at > self.source.max_age]
        if not old:
            return None
        dropped, kept = step.batch.changes[: len(old)], step.batch.changes[len(old) :]
        rest = (dataclasses.replace(step.batch, changes=kept),) if kept else ()
        self._settle(step, rest, step.lane.window)
        return self._discarded(step, dropped, lambda_event.TOO_OLD, step.batch.error, now, step.batch.invocations)

    def settle(self, step: Step, invocation: Invocation, now: int) -> Failure | None:
        """Go on after an invocation; return the failure to report, None for success and if retries remain."""
        batch, source = step.batch, self.source
        failed_from: int | None = None
        error = invocation.error
        window = step.window
        function_failed = error is not None
        if error is not None:
            failed_from = 0
        else:
            try:
                response = batches.response_as_json(invocation.answer)
                if window is not None and not step.is_final:
                    window = _with_state(window, response)
                if source.reports_failures:
                    failed_from = batches.first_failed(response, batch.changes)
            except BadHandlerResponse as bad:
                error, failed_from = bad, 0
                function_failed = isinstance(bad, UnmarshalableResponse)
        if failed_from is None:
            self._succeed(step, window)
            return None
        if failed_from == 0:
            window = step.lane.window  # with the last good state
        if error is None:
            error = BadHandlerResponse(
                f"failed from record {failed_from + 1} of {len(batch.changes)} on, by the response"
            )
        invocations = batch.invocations + 1
        parts = batch.parts(failed_from, bisects=source.bisect_batch_on_function_error)
        if parts is not None:
            self._settle(step, tuple(dataclasses.replace(part, retry_at=step.due) for part in parts), window)
            return None
        attempts = batch.attempts + 1
        rest = batch.changes[failed_from:]
        if source.maximum_retry_attempts != UNLIMITED and attempts > source.maximum_retry_attempts:
            self._settle(step, (), None if step.is_final else window)
            return self._discarded(
                step, rest, lambda_event.RETRIES_EXHAUSTED, error, now, invocations, function_failed=function_failed
            )
        retry_at = None if source.retries_forever else step.due + backoff(attempts)
        again = Batch(rest, attempts, invocations, retry_at, batch.is_redelivered, error)
        if step.is_final:
            assert step.window is not None, "only windows have a final invocation"
            self._settle(step, (), dataclasses.replace(step.window, closing=again))
        else:
            self._settle(step, (again,), window)
        if not source.retries_forever:
            return None
        return Failure(self.function_name, self.table.name, self._event(step, rest), error)

    def _succeed(self, step: Step, window: Window | None) -> None:
        if step.is_final:
            self._settle(step, (), None)
        elif self._is_redelivered(step.batch):
            again = Batch(
                step.batch.changes, invocations=step.batch.invocations + 1, retry_at=step.due, is_redelivered=True
            )
            self._settle(step, (again,), window)
        else:
            self._settle(step, (), window)

    def _is_redelivered(self, batch: Batch) -> bool:
        """Draw whether Lambda, which may not learn that a function did its work, delivers a batch once more."""
        if self._duplicates is None or batch.is_redelivered:
            return False
        return self._duplicates.random() < REDELIVERED

    def _settle(self, step: Step, instead: tuple[Batch, ...], window: Window | None) -> None:
        """Take the step's batch off its lane and put what is to be tried in its place."""
        lane = self._lanes.get(step.key)
        if lane is not step.lane:
            return  # the function has restored a snapshot
        self._lanes[step.key] = dataclasses.replace(
            lane, position=step.position, pending=(*instead, *lane.pending[1:]), window=window
        )

    def _discarded(
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
            stream_arn=self._stream_arn(),
            changes=changes,
        )
        event = self._event(step, changes)
        key = None
        destination = self.source.on_failure
        if isinstance(destination, str) and ":s3:" in destination:
            record["payload"] = lambda_event.encode(event)
            key = lambda_event.destination_key(self.id, step.key[0], now, self._engine.uuid())
        return Failure(self.function_name, self.table.name, event, error, condition, record, key)


def _with_state(window: Window, response: Any) -> Window:
    """Return the window with the state of a response. Unsure: that a response without one empties it."""
    state = response.get("state") if isinstance(response, dict) else None
    state = {} if state is None else state
    size = len(lambda_event.encode(state).encode())
    return dataclasses.replace(window, state=state, is_early=size > MAX_STATE_BYTES)
