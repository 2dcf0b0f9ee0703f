"""`LaneReader`: the next batch of a lane: filtered, of one partition key range, no larger than Lambda takes.

Source: "Polling and batching streams", "Using AWS Lambda with Amazon DynamoDB".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pytest_ddbmock.engine import arns
from pytest_ddbmock.followers import lambda_event
from pytest_ddbmock.followers import stream as streams
from pytest_ddbmock.followers.event_source import EventSource
from pytest_ddbmock.followers.lanes import Lane, LaneKey
from pytest_ddbmock.followers.patterns import compile_patterns
from pytest_ddbmock.followers.stream import Shard
from pytest_ddbmock.storage.change import Change
from pytest_ddbmock.storage.settings import Stream
from pytest_ddbmock.storage.table import Table
from pytest_ddbmock.values.ordering import partition_hash

MAX_PAYLOAD_BYTES = 6 * 1024 * 1024
"""Of one synchronous invocation."""


@dataclass(frozen=True)
class ReadBatch:
    """The matching changes up to `position`, and why there are no more of them."""

    changes: tuple[Change, ...]
    position: int
    is_full: bool
    """Whether the next change no longer fits."""
    is_last: bool = False
    """Whether the shard ends here."""


class LaneReader:
    """Reads batches for the lanes of one event source mapping. Reading ahead changes nothing but a cache."""

    def __init__(self, table: Table, source: EventSource) -> None:
        self._table = table
        self._source = source
        self._region = arns.parse_own(table.arn).region
        self._matches = compile_patterns(source.filters)
        self._cache: dict[LaneKey, tuple[Lane, tuple[int, int | None], ReadBatch]] = {}
        """The latest batch of each lane, with the lane, the bound and the end of the shard that it was read for."""

    def read(self, key: LaneKey, lane: Lane, stream: Stream, shard: Shard, bound: int) -> ReadBatch:
        """Return the next batch of a lane, however full; changes after the sequence number `bound` are left out."""
        known = self._cache.get(key)
        extent = bound, shard.end
        if known is not None and known[0] is lane and known[1] == extent:
            return known[2]
        batch = self._read(key[1], lane.position, stream, shard, bound)
        self._cache[key] = lane, extent, batch
        return batch

    def forget(self) -> None:
        """Drop what was read ahead."""
        self._cache.clear()

    def record(self, stream: Stream, change: Change) -> dict[str, Any]:
        """Return a change as it stands in an event."""
        return lambda_event.record_of(self._table, stream, change, self._region)

    def window_start(self, change: Change) -> int:
        """Return the start of the tumbling window that a change belongs to, in microseconds."""
        return change.at - change.at % self._source.tumbling_window

    def _read(self, number: int, position: int, stream: Stream, shard: Shard, bound: int) -> ReadBatch:
        taken: list[Change] = []
        size = 0
        for change, is_end in self._changes(stream, shard, position, bound):
            if change is None:
                return ReadBatch(tuple(taken), position, is_full=False, is_last=is_end)
            if self._lane_number(change) == number:
                record = self.record(stream, change)
                if self._matches(record):
                    size += len(lambda_event.encode(record).encode())
                    if taken and (size > MAX_PAYLOAD_BYTES or not self._fits_with(taken[0], change)):
                        return ReadBatch(tuple(taken), position, is_full=True)
                    taken.append(change)
                    if len(taken) == self._source.batch_size:
                        return ReadBatch(tuple(taken), change.seq, is_full=True)
            position = change.seq
        raise AssertionError("the loop ends inside")

    def _changes(self, stream: Stream, shard: Shard, position: int, bound: int) -> Iterator[tuple[Change | None, bool]]:
        """Yield the changes of a shard up to `bound`, then None and whether the shard ends there."""
        limit = min(self._source.batch_size * self._source.parallelization_factor, streams.PAGE_RECORDS)
        while True:
            # At time 0 nothing is too old: Lambda polls all the time and has read each record when it was new.
            page = streams.read(self._table, stream, shard, position, 0, limit)
            for change in page.changes:
                if change.seq > bound:
                    yield None, False
                yield change, False
            if page.is_last or page.position == position or not page.changes:
                yield None, page.is_last
            position = page.position

    def _fits_with(self, first: Change, change: Change) -> bool:
        """Return whether a change may be in the batch that begins with `first`."""
        if self._source.tumbling_window and self.window_start(first) != self.window_start(change):
            return False
        return not self._source.batching_window or change.at <= first.at + self._source.batching_window

    def _lane_number(self, change: Change) -> int:
        lanes = self._source.parallelization_factor
        if lanes == 1:
            return 0
        assert change.image is not None, "a change with a record has an image"
        return partition_hash(self._table.key_of(change.image)[0]) % lanes
