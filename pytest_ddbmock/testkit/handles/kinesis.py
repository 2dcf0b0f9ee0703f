"""`ddbmock.kinesis`: Kinesis data streams in memory, as the destinations of tables."""

from __future__ import annotations

import json
import random
import threading
from collections import defaultdict, deque
from collections.abc import Mapping
from typing import Any

from pytest_ddbmock.engine.engine import Engine
from pytest_ddbmock.errors import UsageError
from pytest_ddbmock.followers.kinesis import Destinations, Entry, Outlet
from pytest_ddbmock.testkit import options
from pytest_ddbmock.testkit.options import near
from pytest_ddbmock.transports.outbound.kinesis_sink import KinesisSink

__tracebackhide__ = options.__tracebackhide__

REPEATED = 0.25
"""How many of the records come twice where a test asks for duplicates."""
HELD_BACK = 0.5
"""How many of the records that are there come later than others where a test asks for another order."""


class DataStream:
    """One data stream. It gets the change records of the tables that stream to it."""

    def __init__(self, stream_arn: str) -> None:
        self.stream_arn = stream_arn
        self.entries: list[Entry] = []
        """What has arrived."""
        self.skipped = 0
        """Changes that were too large for a record."""
        self._repeats: random.Random | None = None
        self._order: random.Random | None = None
        self._waiting: list[Entry] = []
        self._copies: list[Entry] = []
        self._sink: KinesisSink | None = None
        self._sent = 0

    def become(self, sink: KinesisSink | None, duplicates: int | None, reorder: int | None) -> None:
        """Have a sink and the seeds of what Kinesis may do; None for none."""
        self._sink = sink
        self._sent = len(self.entries)
        self._repeats = None if duplicates is None else random.Random(duplicates)
        self._order = None if reorder is None else random.Random(reorder)

    def take(self, arriving: list[Entry], *, is_last: bool) -> None:
        """Let records arrive; `is_last` tells that somebody looks, so that none is held back any longer."""
        self._waiting += arriving
        ready, self._waiting = self._waiting, []
        copies, self._copies = self._copies, []
        if self._order is not None:
            ready = _shuffled(ready, self._order)
            if not is_last:
                ready, self._waiting = _held_back(ready, self._order)
        if self._repeats is not None:
            self._copies = [one for one in ready if self._repeats.random() < REPEATED]
        if is_last:
            copies, self._copies = copies + self._copies, []
        self.entries += ready + copies

    def send(self) -> None:
        """Put what has arrived into the sink. Errors: the sink's."""
        while self._sink is not None and self._sent < len(self.entries):
            self._sent += self._sink.put(self.entries[self._sent :])

    def mark(self) -> tuple[int, list[Entry], list[Entry]]:
        """For `rollback`."""
        return len(self.entries), list(self._waiting), list(self._copies)

    def rollback(self, mark: tuple[int, list[Entry], list[Entry]]) -> None:
        """Be again as it was; what was sent stays sent."""
        count, waiting, copies = mark
        del self.entries[count:]
        self._waiting, self._copies = list(waiting), list(copies)
        self._sent = min(self._sent, count)


def _shuffled(entries: list[Entry], order: random.Random) -> list[Entry]:
    """In another order, but for the changes of each item."""
    queues: dict[str, deque[Entry]] = defaultdict(deque)
    for one in entries:
        queues[one.partition_key].append(one)
    shuffled = []
    while queues:
        key = order.choice(list(queues))
        shuffled.append(queues[key].popleft())
        if not queues[key]:
            del queues[key]
    return shuffled


def _held_back(entries: list[Entry], order: random.Random) -> tuple[list[Entry], list[Entry]]:
    """Those that arrive now and those that arrive later; of an item the later ones."""
    now: list[Entry] = []
    later: list[Entry] = []
    held: set[str] = set()
    for one in entries:
        if one.partition_key in held or order.random() < HELD_BACK:
            held.add(one.partition_key)
            later.append(one)
        else:
            now.append(one)
    return now, later


class DataStreams:
    """The data streams of one test by ARN, and the way to them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._outlet = Outlet(engine)
        self._streams: dict[str, DataStream] = {}
        self._turn = threading.Lock()
        self.errors: list[Exception] = []
        """What sinks have raised since they were last looked at."""

    @property
    def is_used(self) -> bool:
        """Whether there is anything to `flush`, now or ever."""
        return bool(self._streams) or self._outlet.has_destinations

    def stream(self, stream_arn: str) -> DataStream:
        """The data stream of that ARN, made when first asked for."""
        return self._streams.setdefault(stream_arn, DataStream(stream_arn))

    def known(self) -> set[str]:
        """The ARNs of the data streams that tables stream to, or have streamed to."""
        with self._engine.lock:
            destinations = self._engine.state(Destinations)
            tables = self._engine.catalog.all_tables()
            return {one.stream_arn for table in tables for one in destinations.of(table)} | set(self._streams)

    def flush(self, *, is_last: bool) -> None:
        """Let what has been written arrive; `is_last` tells that nothing is held back any longer.

        The engine's lock must be free. Whatever a sink raises is kept in `errors`, and its records are put again with
        the next flush. What a sink itself writes waits for the next flush too.
        """
        if not self._turn.acquire(blocking=False):
            return
        try:
            with self._engine.lock:
                outgoing = self._outlet.take()
            arriving: dict[str, list[Entry]] = defaultdict(list)
            for out in outgoing:
                if out.entry is None:
                    self.stream(out.stream_arn).skipped += 1
                else:
                    arriving[out.stream_arn].append(out.entry)
            for stream_arn in arriving:
                self.stream(stream_arn)
            for stream_arn, stream in list(self._streams.items()):
                stream.take(arriving[stream_arn], is_last=is_last)
                try:
                    stream.send()
                except Exception as error:  # not to be raised out of the application's call
                    self.errors.append(error)
        finally:
            self._turn.release()

    def clear(self) -> None:
        """Be as at the beginning of a test."""
        self._outlet = Outlet(self._engine)
        self._streams = {}
        self.errors = []

    def mark(self) -> Any:
        """For `rollback`."""
        return self._outlet.mark(), {arn: stream.mark() for arn, stream in self._streams.items()}

    def rollback(self, mark: Any) -> None:
        """Be again as at the mark."""
        positions, marks = mark
        self._outlet.rollback(positions)
        for stream_arn, stream in self._streams.items():
            stream.rollback(marks.get(stream_arn, (0, [], [])))


class KinesisStream:
    """`ddbmock.kinesis["arn:aws:kinesis:..."]`."""

    def __init__(self, streams: DataStreams, stream_arn: str) -> None:
        self._streams = streams
        self._stream_arn = stream_arn

    @property
    def records(self) -> list[dict[str, Any]]:
        """The change records that have arrived, oldest first: the JSON of each, read.

        Errors: `UsageError` when no table streams there.
        """
        return [json.loads(data) for data, _ in self.entries]

    @property
    def entries(self) -> list[Entry]:
        """The records as they are put: `.data` and `.partition_key`; errors as of `records`."""
        return list(self._stream().entries)

    @property
    def skipped(self) -> int:
        """How many changes were too large for a record of 1 MB; errors as of `records`."""
        return self._stream().skipped

    def send_to(self, client: Any, *, duplicates: int | None = None, reorder: int | None = None) -> None:
        """Put the records that arrive from now on into the data stream of that name with a Kinesis client of yours.

        They go when the call that wrote is done. `duplicates` and `reorder` are as of `simulate`.
        """
        if not callable(getattr(client, "put_records", None)):
            raise UsageError(f"{client!r} is no Kinesis client: it has no put_records")
        self._become(KinesisSink(client, self._stream_arn), duplicates, reorder)

    def simulate(self, *, duplicates: int | None = None, reorder: int | None = None) -> None:
        """Let records come as Kinesis may: some twice, and in another order than written but for each item's own.

        Both are seeds, None for none. Whoever looks sees all; `drain()` and moving the clock let all arrive too.
        """
        self._become(None, duplicates, reorder)

    def _become(self, sink: KinesisSink | None, duplicates: int | None, reorder: int | None) -> None:
        for name, seed in (("duplicates", duplicates), ("reorder", reorder)):
            if seed is not None and (isinstance(seed, bool) or not isinstance(seed, int)):
                raise UsageError(f"kinesis: {name}={seed!r} is no seed; write a whole number")
        self._streams.flush(is_last=True)
        self._streams.stream(self._stream_arn).become(sink, duplicates, reorder)

    def _stream(self) -> DataStream:
        known = self._streams.known()
        if self._stream_arn not in known:
            raise UsageError(f'no table streams to "{self._stream_arn}"{near(self._stream_arn, known)}')
        self._streams.flush(is_last=True)
        return self._streams.stream(self._stream_arn)

    def __repr__(self) -> str:
        return f"<data stream {self._stream_arn}>"


class Kinesis(Mapping[str, KinesisStream]):
    """Data streams by ARN: those that tables stream to, and any other that is asked for."""

    def __init__(self, streams: DataStreams) -> None:
        self._streams = streams

    def __getitem__(self, stream_arn: str) -> KinesisStream:
        if not str(stream_arn).startswith("arn:"):
            raise UsageError(f'"{stream_arn}" is no ARN of a data stream{near(str(stream_arn), self._streams.known())}')
        return KinesisStream(self._streams, stream_arn)

    def __iter__(self) -> Any:
        return iter(sorted(self._streams.known()))

    def __len__(self) -> int:
        return len(self._streams.known())
