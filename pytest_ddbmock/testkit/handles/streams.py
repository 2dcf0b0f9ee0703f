"""`ddbmock.streams`: the records of a table's stream, watching for them, connecting handlers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, overload

from pytest_ddbmock.engine import arns
from pytest_ddbmock.engine.history_readers import HistoryReader
from pytest_ddbmock.errors import UsageError
from pytest_ddbmock.followers import stream as streams
from pytest_ddbmock.followers.connection import Connection, Handler, name_of
from pytest_ddbmock.followers.event_source import EventSource
from pytest_ddbmock.followers.trigger import Trigger
from pytest_ddbmock.storage.change import Change
from pytest_ddbmock.storage.settings import Stream
from pytest_ddbmock.storage.table import Table
from pytest_ddbmock.testkit import options
from pytest_ddbmock.testkit.definitions import mappings
from pytest_ddbmock.testkit.handles.records import Record, differences, explain, of_change, unmatched
from pytest_ddbmock.testkit.options import near
from pytest_ddbmock.testkit.pipeline import Pipeline

__tracebackhide__ = options.__tracebackhide__

MAX_PARTS = 100


def records_of(table: Table, stream: Stream, changes: Sequence[Change]) -> list[Record]:
    """Return the records of changes, in order; a write that changes nothing has none."""
    region = arns.parse_own(table.arn).region

    def to_wire(change: Change) -> dict[str, Any]:
        return streams.record(table, stream, change, region)

    return [record for record in (of_change(change, to_wire) for change in changes) if record is not None]


class Seen(Sequence[Record]):
    """The records from the start of the watch to its end. Compares equal to a list of `Insert`, `Modify`, `Remove`."""

    __hash__ = None  # type: ignore[assignment]  # it grows

    def __init__(self, read: Callable[[], list[Record]], pipeline: Pipeline | None = None) -> None:
        """`wait_until` lets time pass in `pipeline`."""
        self._read = read
        self._pipeline = pipeline

    def end(self) -> None:
        """Keep the records up to now, and take no later ones."""
        records = self._read()
        self._read = lambda: records
        self._pipeline = None

    def wait_until(self, count: int, **span: float) -> None:
        """Advance the mock's clock to whatever is due next, until `count` records have been seen.

        `span`, such as `hours=1`, is the maximum; one minute by default. Errors: `AssertionError` with the records if
        there are fewer by then; `UsageError` if the watch has ended.
        """
        __tracebackhide__ = True
        if self._pipeline is None:
            raise UsageError("the watch has ended: call wait_until inside its `with` block")
        span = span or {"minutes": 1}
        if not self._pipeline.wait_until(lambda: len(self) >= count, span):
            shown = ", ".join(f"{name}={value!r}" for name, value in span.items())
            seen = self._read()
            lines = [f"{len(seen)} of {count} records were seen within {shown}", *(f"seen: {one!r}" for one in seen)]
            raise AssertionError("\n".join(lines))

    @overload
    def __getitem__(self, index: int) -> Record: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Record]: ...
    def __getitem__(self, index: int | slice) -> Record | Sequence[Record]:
        return self._read()[index]

    def __len__(self) -> int:
        return len(self._read())

    def __iter__(self) -> Iterator[Record]:
        return iter(self._read())

    def __eq__(self, other: object) -> bool:
        return self._read() == list(other) if isinstance(other, Sequence) else NotImplemented

    def __repr__(self) -> str:
        return repr(self._read())

    def explain(self, expected: Sequence[Any]) -> list[str]:
        """Return the lines that explain a failed comparison with a list."""
        return explain(self._read(), expected)

    def assert_only(self, *expected: Any) -> None:
        """Assert that exactly these records were seen, in any order.

        Errors: `AssertionError` with the differences, attribute by attribute.
        """
        __tracebackhide__ = True
        extra, missing = unmatched(self._read(), expected)
        if extra or missing:
            raise AssertionError("stream records differ\n" + "\n".join(_compared(extra, missing)))

    def assert_in(self, *expected: Any) -> None:
        """Assert that these records were seen, in any order, possibly among others.

        Errors: `AssertionError` with the differences, attribute by attribute.
        """
        __tracebackhide__ = True
        extra, missing = unmatched(self._read(), expected)
        if missing:
            raise AssertionError("expected stream records are missing\n" + "\n".join(_compared(extra, missing)))

    def assert_order(self, *expected: Any) -> None:
        """Assert that these records were seen in this order, possibly with others before, between and after them.

        Errors: `AssertionError` with the differences, attribute by attribute.
        """
        __tracebackhide__ = True
        seen = self._read()
        start = 0
        for index, wanted in enumerate(expected):
            place = next((place for place in range(start, len(seen)) if seen[place] == wanted), None)
            if place is None:
                after = f" after {expected[index - 1]!r}" if index else ""
                lines = [f"expected stream record is missing{after}"]
                if any(record == wanted for record in seen[:start]):
                    lines.append(f"too early: {wanted!r}")
                    lines += [f"seen: {record!r}" for record in seen]
                else:
                    lines += _compared(seen[start:], [wanted])
                raise AssertionError("\n".join(lines))
            start = place + 1


def _compared(extra: list[Record], missing: list[Any]) -> list[str]:
    """Return lines: each missing expectation with the most similar record, then the unexpected records."""
    left = list(extra)
    lines = []
    for wanted in missing:
        lines.append(f"missing: {wanted!r}")
        if isinstance(wanted, Record):
            alike = [record for record in left if record.event == wanted.event]
            if alike:
                nearest = min(alike, key=lambda record: len(differences(record, wanted)))
                left = [record for record in left if record is not nearest]
                lines.append(f"  most similar: {nearest!r}")
                lines += [f"    {line}" for line in differences(nearest, wanted)]
    return lines + [f"unexpected: {record!r}" for record in left]


class Watch(HistoryReader):
    """`with ddbmock.streams["orders"].watch() as seen:`"""

    def __init__(self, table: Table, stream: Stream, pipeline: Pipeline) -> None:
        self._table = table
        self._stream = stream
        self._pipeline = pipeline
        self._seen: Seen | None = None
        self._start = 0

    def retains_from(self, table: Table, now: int) -> int:
        """Return where the watch began."""
        return self._start if table is self._table else table.history.last_seq

    def __enter__(self) -> Seen:
        table, stream = self._table, self._stream
        self._start = start = table.history.last_seq
        self._pipeline.engine.add_reader(self)
        self._seen = Seen(lambda: records_of(table, stream, table.history.since(start)), self._pipeline)
        return self._seen

    def __exit__(self, *_: object) -> None:
        assert self._seen is not None
        self._seen.end()


class StreamView:
    """The enabled stream of a table. Records hold whole items, whatever the view type of the stream."""

    def __init__(self, table: Table, stream: Stream, pipeline: Pipeline) -> None:
        self._table = table
        self._stream = stream
        self._pipeline = pipeline

    @property
    def records(self) -> list[Record]:
        """The records since the stream was enabled, oldest first.

        Errors: `UsageError` if the oldest ones are no longer kept.
        """
        table, start = self._table, self._stream.start
        if table.history.has_trimmed(start + 1):
            raise UsageError(f'the oldest records of "{table.name}" are not kept with keep_history=False: use watch()')
        return records_of(table, self._stream, table.history.since(start))

    @property
    def last(self) -> Record:
        """The newest record.

        Errors: `UsageError` if there is none.
        """
        records = self.records
        if not records:
            raise UsageError(f'the stream of "{self._table.name}" has no records yet')
        return records[-1]

    def watch(self) -> Watch:
        """Return a context manager that collects the records of its block."""
        return Watch(self._table, self._stream, self._pipeline)

    def split(self, parts: int = 2) -> None:
        """Close every open shard and divide its partition keys among `parts` children.

        AWS does it with two when a table grows, and with one every few hours. Errors: `UsageError` for an invalid
        number.
        """
        if isinstance(parts, bool) or not isinstance(parts, int) or not 1 <= parts <= MAX_PARTS:
            raise UsageError(f"invalid split({parts!r}): use a whole number from 1 to {MAX_PARTS}")
        engine = self._pipeline.engine
        with engine.lock:
            now = engine.run_due()
            if self._table.settings.stream is None:
                raise UsageError(f'the stream of "{self._table.name}" has ended: it has no open shards')
            engine.roller.split(self._table, parts, now)

    def connect(
        self, handler: Handler, *, eager: bool = False, duplicates: int | None = None, **options: Any
    ) -> Connection:
        """Call a handler with what is written from now on, as Lambda would.

        `handler(event, context)` is sync or async; one that takes a single argument gets the event only. Batches are
        delivered by `ddbmock.streams.drain()` and when the test moves the clock; with `eager` also after each call
        that wrote. `duplicates` is a seed for batches that are delivered twice, as Lambda may do. `options` are the
        parameters of an event source mapping in snake_case; `on_failure` is the ARN of a destination, or a function
        that is called with its records. Errors: `UsageError` with near names and AWS's ranges.
        """
        source = mappings.read_options(options, "connect()")
        return self._connect(handler, source, eager, duplicates, "connect()")

    def _connect(
        self, handler: Handler, source: EventSource, eager: bool, duplicates: int | None, where: str
    ) -> Connection:
        if not callable(handler):
            raise UsageError(f"{where}: {handler!r} is not callable")
        if duplicates is not None and (isinstance(duplicates, bool) or not isinstance(duplicates, int)):
            raise UsageError(f"{where}: invalid duplicates={duplicates!r}: a seed is a whole number")
        deliveries = self._pipeline.deliveries
        trigger = Trigger(
            self._pipeline.engine,
            self._table,
            self._stream,
            source,
            source.function_name or name_of(handler),
            duplicates=duplicates,
        )
        connection = Connection(trigger, handler, deliveries.remove, is_eager=eager)
        deliveries.add(connection)
        return connection


class Streams:
    """`ddbmock.streams["orders"]`."""

    def __init__(self, find: Callable[[str], Table], pipeline: Pipeline) -> None:
        self._find = find
        self._pipeline = pipeline

    def __getitem__(self, name: str) -> StreamView:
        table = self._find(name)
        if table.settings.stream is None:
            raise UsageError(
                f'table "{name}" has no enabled stream: create it with stream="NEW_AND_OLD_IMAGES" '
                "or with a StreamSpecification"
            )
        return StreamView(table, table.settings.stream, self._pipeline)

    def drain(self) -> None:
        """Deliver everything to the connected handlers, waiting on the mock's clock for retries and batching windows.

        Errors: `HandlerFailed` for discarded batches, and for failed ones that are retried without limit (AWS's
        default), which are delivered again next time; `UsageError` in a running event loop.
        """
        self._pipeline.drain()

    async def drain_async(self) -> None:
        """Deliver everything like `drain`, in a running event loop; async handlers are awaited."""
        await self._pipeline.drain_async()

    def connect_mapping(
        self, mapping: Mapping[str, Any], handler: Handler, *, eager: bool = False, duplicates: int | None = None
    ) -> Connection:
        """Connect a handler by the parameters of `create_event_source_mapping`.

        Only the table's name of `EventSourceArn` counts: the rest belongs to the deployment. Errors: `UsageError`.
        """
        where = "connect_mapping()"
        source = mappings.read_mapping(mapping, where, besides=("EventSourceArn",))
        view = self[mappings.table_of_arn(mapping.get("EventSourceArn"), where)]
        return view._connect(handler, source, eager, duplicates, where)

    def connect_sam(
        self,
        function: Mapping[str, Any],
        handler: Handler,
        *,
        tables: Mapping[str, str] | None = None,
        eager: bool = False,
        duplicates: int | None = None,
    ) -> list[Connection]:
        """Connect a handler by the `DynamoDB` events of a SAM function: the resource or its `Events`, as parsed YAML.

        `tables` maps logical ids to table names where they differ. Errors: `UsageError`.
        """
        where = "connect_sam()"
        names = tables or {}
        events = mappings.read_sam(function, where)
        for name in names:
            if name not in (used := [event.table for event in events]):
                raise UsageError(f'{where}: no event reads the stream of "{name}"{near(name, used)}')
        views = [(self[names.get(event.table, event.table)], event.source) for event in events]
        connect = partial(StreamView._connect, handler=handler, eager=eager, duplicates=duplicates, where=where)
        return [connect(view, source=source) for view, source in views]
