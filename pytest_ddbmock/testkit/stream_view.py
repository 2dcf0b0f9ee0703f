"""`ddbmock.streams`: the changes of a table as its stream tells them, and watching for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, overload

from pytest_ddbmock.errors import UsageError
from pytest_ddbmock.storage.change import Change
from pytest_ddbmock.storage.table import Table
from pytest_ddbmock.testkit import options
from pytest_ddbmock.testkit.options import Refusing
from pytest_ddbmock.testkit.records import Record, differences, explain, of_change, unmatched

__tracebackhide__ = options.__tracebackhide__


def records_of(changes: Sequence[Change]) -> list[Record]:
    """The records of changes, in order; a write that changes nothing has none."""
    return [record for record in map(of_change, changes) if record is not None]


class Seen(Sequence[Record]):
    """The records since the watch began, up to its end. Equal to a list of `Insert`, `Modify`, `Remove` in order."""

    __hash__ = None  # type: ignore[assignment]  # it grows

    def __init__(self, read: Callable[[], list[Record]]) -> None:
        self._read = read

    def end(self) -> None:
        """Hold what was seen up to now, and nothing later."""
        records = self._read()
        self._read = lambda: records

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
        """The lines of a failed comparison with a list."""
        return explain(self._read(), expected)

    def assert_only(self, *expected: Any) -> None:
        """These records and no others were seen, in whatever order.

        Errors: `AssertionError` that tells attribute by attribute what is different.
        """
        __tracebackhide__ = True
        extra, missing = unmatched(self._read(), expected)
        if extra or missing:
            raise AssertionError("the stream tells something else\n" + "\n".join(_account(extra, missing)))

    def assert_in(self, *expected: Any) -> None:
        """These records were seen, in whatever order, maybe with others.

        Errors: `AssertionError` that tells attribute by attribute what is different.
        """
        __tracebackhide__ = True
        extra, missing = unmatched(self._read(), expected)
        if missing:
            raise AssertionError("the stream does not tell this\n" + "\n".join(_account(extra, missing)))


def _account(extra: list[Record], missing: list[Any]) -> list[str]:
    """Each missing expectation beside the record that is nearest to it, then the records that nothing expected."""
    left = list(extra)
    lines = []
    for wanted in missing:
        lines.append(f"missing:      {wanted!r}")
        if isinstance(wanted, Record):
            near = sorted(
                (record for record in left if record.event == wanted.event),
                key=lambda record: len(differences(record, wanted)),
            )
            if near:
                left = [record for record in left if record is not near[0]]
                lines.append(f"  the nearest {near[0]!r}")
                lines += [f"    {line}" for line in differences(near[0], wanted)]
    return lines + [f"not expected: {record!r}" for record in left]


class Watch:
    """`with ddbmock.streams["orders"].watch() as seen:`"""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._seen: Seen | None = None

    def __enter__(self) -> Seen:
        start = self._table.history.last_seq
        self._seen = Seen(lambda: records_of(self._table.history.since(start)))
        return self._seen

    def __exit__(self, *_: object) -> None:
        assert self._seen is not None
        self._seen.end()


class StreamView(Refusing):
    """The enabled stream of a table. Records hold whole items, whatever the stream's view type shows to readers."""

    _called = "ddbmock.streams[...]"
    _planned = frozenset({"connect"})

    def __init__(self, table: Table) -> None:
        self._table = table

    @property
    def records(self) -> list[Record]:
        """What was changed since the stream was enabled, oldest first."""
        stream = self._table.settings.stream
        assert stream is not None, "a view is made for enabled streams"
        return records_of(self._table.history.since(stream.start))

    @property
    def last(self) -> Record:
        """The newest record.

        Errors: `UsageError` when there is none.
        """
        records = self.records
        if not records:
            raise UsageError(f'the stream of "{self._table.name}" has no records yet')
        return records[-1]

    def watch(self) -> Watch:
        """A `with` block that collects what happens inside it."""
        return Watch(self._table)


class Streams(Refusing):
    """`ddbmock.streams["orders"]`."""

    _called = "ddbmock.streams"
    _planned = frozenset({"drain", "drain_async"})

    def __init__(self, find: Callable[[str], Table]) -> None:
        self._find = find

    def __getitem__(self, name: str) -> StreamView:
        table = self._find(name)
        if table.settings.stream is None:
            raise UsageError(
                f'table "{name}" has no enabled stream; make it with stream="NEW_AND_OLD_IMAGES" '
                "or with a StreamSpecification"
            )
        return StreamView(table)
