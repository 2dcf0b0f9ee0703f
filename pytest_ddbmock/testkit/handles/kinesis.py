"""`ddbmock.kinesis`: Kinesis data streams in memory, as the destinations of tables."""

from __future__ import annotations

import json
import threading
from collections import defaultdict, deque
from collections.abc import Mapping
from typing import Any

from pytest_ddbmock.engine.chance import Chance
from pytest_ddbmock.engine.engine import Engine
from pytest_ddbmock.engine.history_readers import HistoryReader
from pytest_ddbmock.errors import UsageError
from pytest_ddbmock.followers.kinesis import Destinations, Entry, Outlet
from pytest_ddbmock.storage.table import Table
from pytest_ddbmock.testkit import options
from pytest_ddbmock.testkit.options import near
from pytest_ddbmock.transports.outbound.kinesis_sink import KinesisSink

__tracebackhide__ = options.__tracebackhide__

REDELIVERED = 0.25
"""The share of records that arrive twice when a test asks for duplicates."""
DELAYED = 0.5
"""The share of records that arrive later than others when a test asks for another order."""


class Disorder:
    """What Kinesis may do to records on their way, drawn from seeds; None for nothing."""

    def __init__(self, duplicates: int | None = None, reorder: int | None = None) -> None:
        self._duplicates = None if duplicates is None else Chance(duplicates).for_("redelivery")
        self._reorder = None if reorder is None else Chance(reorder).for_("order")

    def copies(self, entries: list[Entry]) -> list[Entry]:
        """Draw the entries that arrive once more."""
        draws = self._duplicates
        return [] if draws is None else [one for one in entries if draws.random() < REDELIVERED]

    def shuffle(self, entries: list[Entry]) -> list[Entry]:
        """Draw another order in which the changes of each item keep theirs."""
        draws = self._reorder
        if draws is None:
            return entries
        queues: dict[str, deque[Entry]] = defaultdict(deque)
        for one in entries:
            queues[one.partition_key].append(one)
        shuffled = []
        while queues:
            key = draws.choice(list(queues))
            shuffled.append(queues[key].popleft())
            if not queues[key]:
                del queues[key]
        return shuffled

    def delay(self, entries: list[Entry]) -> tuple[list[Entry], list[Entry]]:
        """Draw which entries arrive now and which later; after a delayed change of an item all of its are."""
        draws = self._reorder
        if draws is None:
            return entries, []
        now: list[Entry] = []
        later: list[Entry] = []
        delayed: set[str] = set()
        for one in entries:
            if one.partition_key in delayed or draws.random() < DELAYED:
                delayed.add(one.partition_key)
                later.append(one)
            else:
                now.append(one)
        return now, later


class DataStream:
    """One data stream. It gets the change records of the tables that stream to it."""

    def __init__(self, stream_arn: str) -> None:
        self.stream_arn = stream_arn
        self.entries: list[Entry] = []
        """The records that have arrived."""
        self.skipped = 0
        """How many changes were too large for a record."""
        self._disorder = Disorder()
        self._waiting: list[Entry] = []
        self._copies: list[Entry] = []
        self._sink: KinesisSink | None = None
        self._sent = 0

    def configure(self, sink: KinesisSink | None, disorder: Disorder) -> None:
        """Set the sink, if any, and what happens to records on their way."""
        self._sink = sink
        self._sent = len(self.entries)
        self._disorder = disorder

    def take(self, arriving: list[Entry], *, is_last: bool) -> None:
        """Let records arrive. With `is_last` somebody looks, so none is delayed any longer."""
        ready = self._disorder.shuffle(self._waiting + arriving)
        copies, self._waiting = self._copies, []
        if not is_last:
            ready, self._waiting = self._disorder.delay(ready)
        self._copies = self._disorder.copies(ready)
        if is_last:
            copies, self._copies = copies + self._copies, []
        self.entries += ready + copies

    def send(self) -> None:
        """Put the new records into the sink. Errors: the sink's."""
        while self._sink is not None and self._sent < len(self.entries):
            self._sent += self._sink.put(self.entries[self._sent :])

    def mark(self) -> tuple[int, list[Entry], list[Entry]]:
        """Return what `rollback` needs."""
        return len(self.entries), list(self._waiting), list(self._copies)

    def rollback(self, mark: tuple[int, list[Entry], list[Entry]]) -> None:
        """Return to a mark; what was sent stays sent."""
        count, waiting, copies = mark
        del self.entries[count:]
        self._waiting, self._copies = list(waiting), list(copies)
        self._sent = min(self._sent, count)


class DataStreams(HistoryReader):
    """The data streams of one test by ARN, and the way of the records to them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._outlet = Outlet(engine)
        self._streams: dict[str, DataStream] = {}
        self._turn = threading.Lock()
        self.errors: list[Exception] = []
        """Unreported errors of sinks."""
        engine.add_reader(self)

    @property
    def is_used(self) -> bool:
        """Whether any table streams to a data stream, or any data stream was asked for."""
        return bool(self._streams) or self._outlet.has_destinations

    def stream(self, stream_arn: str) -> DataStream:
        """Return the data stream with an ARN, created when first asked for."""
        return self._streams.setdefault(stream_arn, DataStream(stream_arn))

    def known(self) -> set[str]:
        """Return the ARNs of the data streams that tables stream to, or have streamed to."""
        with self._engine.lock:
            destinations = self._engine.state(Destinations)
            tables = self._engine.catalog.all_tables()
            return {one.stream_arn for table in tables for one in destinations.of(table)} | set(self._streams)

    def flush(self, *, is_last: bool) -> None:
        """Let what was written arrive; with `is_last` nothing is delayed any longer.

        The engine's lock must be free. Errors of a sink are kept in `errors`, and its records are put again with the
        next flush. What a sink itself writes waits for the next flush too.
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
        """Return to the beginning of a test."""
        self._outlet = Outlet(self._engine)
        self._streams = {}
        self.errors = []

    def retains_from(self, table: Table, now: int) -> int:
        """Return the position of the outlet."""
        return self._outlet.retains_from(table, now)

    def mark(self) -> Any:
        """Return the positions of the outlet and what has arrived."""
        return self._outlet.mark(), {arn: stream.mark() for arn, stream in self._streams.items()}

    def rollback(self, mark: Any) -> None:
        """Return to a mark."""
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
        """The change records that have arrived, oldest first, as parsed JSON.

        Errors: `UsageError` if no table streams there.
        """
        return [json.loads(data) for data, _ in self.entries]

    @property
    def entries(self) -> list[Entry]:
        """The records as put into the stream: `.data` and `.partition_key`; errors as for `records`."""
        return list(self._stream().entries)

    @property
    def skipped(self) -> int:
        """How many changes were too large for a record of 1 MB; errors as for `records`."""
        return self._stream().skipped

    def send_to(self, client: Any, *, duplicates: int | None = None, reorder: int | None = None) -> None:
        """Put the records that arrive from now on into the data stream of that name, with your own Kinesis client.

        They are sent after the call that wrote. `duplicates` and `reorder` are those of `simulate`.
        """
        if not callable(getattr(client, "put_records", None)):
            raise UsageError(f"{client!r} is not a Kinesis client: it has no put_records")
        self._configure(KinesisSink(client, self._stream_arn), duplicates, reorder)

    def simulate(self, *, duplicates: int | None = None, reorder: int | None = None) -> None:
        """Let records arrive as Kinesis may deliver them: some twice, and in another order, though in order per item.

        Both are seeds, None for off. Looking at the records, `drain()` and moving the clock let all of them arrive.
        """
        self._configure(None, duplicates, reorder)

    def _configure(self, sink: KinesisSink | None, duplicates: int | None, reorder: int | None) -> None:
        for name, seed in (("duplicates", duplicates), ("reorder", reorder)):
            if seed is not None and (isinstance(seed, bool) or not isinstance(seed, int)):
                raise UsageError(f"invalid {name}={seed!r}: a seed is a whole number")
        self._streams.flush(is_last=True)
        self._streams.stream(self._stream_arn).configure(sink, Disorder(duplicates, reorder))

    def _stream(self) -> DataStream:
        known = self._streams.known()
        if self._stream_arn not in known:
            raise UsageError(f'no table streams to "{self._stream_arn}"{near(self._stream_arn, known)}')
        self._streams.flush(is_last=True)
        return self._streams.stream(self._stream_arn)

    def __repr__(self) -> str:
        return f"<data stream {self._stream_arn}>"


class Kinesis(Mapping[str, KinesisStream]):
    """Data streams by ARN: those that tables stream to, and any other that was asked for."""

    def __init__(self, streams: DataStreams) -> None:
        self._streams = streams

    def __getitem__(self, stream_arn: str) -> KinesisStream:
        if not str(stream_arn).startswith("arn:"):
            raise UsageError(
                f'"{stream_arn}" is not the ARN of a data stream{near(str(stream_arn), self._streams.known())}'
            )
        return KinesisStream(self._streams, stream_arn)

    def __iter__(self) -> Any:
        return iter(sorted(self._streams.known()))

    def __len__(self) -> int:
        return len(self._streams.known())
