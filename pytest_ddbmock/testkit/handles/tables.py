"""`TableView`: a table as plain Python, and as it was at a moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from pytest_ddbmock.clock import to_datetime
from pytest_ddbmock.errors import DynamoDBError, UsageError
from pytest_ddbmock.storage.table import PastTable, Table
from pytest_ddbmock.testkit import options, plain
from pytest_ddbmock.testkit.handles.moments import Moment, to_microseconds
from pytest_ddbmock.testkit.plain import Plain, PlainItems, item_to_plain
from pytest_ddbmock.values.item import Item, decode_item

__tracebackhide__ = options.__tracebackhide__


class TableView:
    """The items of a table, by key: `users["U#1", "PROFILE"]`, `key in users`, `len(users)`, `users.items`.

    A key is the value of the partition key, or a tuple of it and the sort key.
    """

    def __init__(self, name: str, find: Callable[[], Table], load: Callable[[Table, Any], None]) -> None:
        """`find` gives the table as it is now, all that is due done, or raises `UsageError`."""
        self.name = name
        """The table's name."""
        self._find = find
        self._load = load

    @property
    def items(self) -> list[dict[str, Plain]]:
        """All items in key order: by partition key, then by sort key."""
        table = self._find()
        return PlainItems([item_to_plain(item) for item in self._read(table).items()], table.schema.names)

    def load(self, source: Any) -> None:
        """Put items into the table, all or none: a list of dicts, or a path to `.json`, `.jsonl` or `.csv`.

        Errors: `UsageError` that names the place and DynamoDB's reason.
        """
        self._load(self._find(), source)

    def at(self, moment: Moment) -> PastView:
        """The table as it was at a moment, for reading; UTC unless an offset is given.

        Errors: `UsageError` for a moment before the table's history begins.
        """
        return PastView(self.name, self._find(), to_microseconds(moment), moment)

    def __len__(self) -> int:
        return len(self._read(self._find()))

    def __iter__(self) -> Iterator[dict[str, Plain]]:
        return iter(self.items)

    def __bool__(self) -> bool:
        return True  # an empty table is a table

    def __getitem__(self, key: Any) -> dict[str, Plain]:
        item = self._get(key)
        if item is None:
            raise KeyError(key)
        return item_to_plain(item)

    def get(self, key: Any) -> dict[str, Plain] | None:
        """The item, None where there is none."""
        item = self._get(key)
        return None if item is None else item_to_plain(item)

    def __contains__(self, key: Any) -> bool:
        return self._get(key) is not None

    def __repr__(self) -> str:
        return f"<table {self.name!r}>"

    def _read(self, table: Table) -> Table | PastTable:
        return table

    def _get(self, given: Any) -> Item | None:
        table = self._find()
        return self._read(table).get(key_of(table, given))


class PastView(TableView):
    """A table as it was at a moment, for reading."""

    def __init__(self, name: str, table: Table, moment: int, shown: object) -> None:
        super().__init__(name, lambda: table, _refuse_load)
        if moment < table.history.known_from:
            began = to_datetime(table.history.known_from).isoformat()
            raise UsageError(f'the history of table "{name}" begins at {began}, later than {shown}')
        self._past = table.as_of(moment)

    def at(self, moment: Moment) -> PastView:
        """Refused: ask the table itself."""
        raise UsageError("a table as it was has no history; ask the table itself")

    def __repr__(self) -> str:
        return f"<table {self.name!r} as it was>"

    def _read(self, table: Table) -> Table | PastTable:
        return self._past


def key_of(table: Table, given: Any) -> Item:
    """The key attributes that a test means by the value of the partition key, or a tuple of it and the sort key.

    Errors: `UsageError` that tells the table's key.
    """
    names, types = table.schema.names, table.schema.types
    parts = given if isinstance(given, tuple) else (given,)
    shown = ", ".join(f"{name} ({types[name]})" for name in names)
    if len(parts) != len(names):
        raise UsageError(f'the key of table "{table.name}" is {shown}; {given!r} has {len(parts)} of {len(names)}')
    try:
        key = decode_item(plain.item_to_wire(dict(zip(names, parts, strict=True))))
        table.schema.key_of_key(key)
    except DynamoDBError as error:
        raise UsageError(f'the key of table "{table.name}" is {shown}, not {given!r}: {error.message}') from None
    return key


def _refuse_load(table: Table, source: Any) -> None:
    raise UsageError(f'table "{table.name}" as it was can only be read')
