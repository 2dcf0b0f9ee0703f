"""Items from lists and files, and into files: reading, checking as PutItem does, loading, dumping.

    .jsonl  one object a line
    .json   a list of objects, or an object with the list as "Items"
    .csv    a header, then texts; key attributes by the types of the table's keys; empty cells are left out

Objects are plain (`{"pk": "a", "n": 1}`) or DynamoDB JSON (`{"pk": {"S": "a"}}`, also `{"Item": {...}}` as exports
write it). A key is never a map, so its value tells one from the other.
"""

from __future__ import annotations

import base64
import csv
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from pytest_ddbmock.engine.engine import Engine
from pytest_ddbmock.engine.index_keys import require_index_keys
from pytest_ddbmock.errors import DynamoDBError, UsageError
from pytest_ddbmock.operations.items import require_item_size
from pytest_ddbmock.storage.change import Actor
from pytest_ddbmock.storage.schema import Key
from pytest_ddbmock.storage.table import Items, Table, Write
from pytest_ddbmock.testkit import options, plain
from pytest_ddbmock.values.attribute import Wire, attributes_to_wire
from pytest_ddbmock.values.item import Item, decode_item

__tracebackhide__ = options.__tracebackhide__

Finder = Callable[[str | os.PathLike[str]], Path]
"""Where a path that a test names lies."""


class Given(NamedTuple):
    """An item as it was given, and where: `users.jsonl, line 3`."""

    item: Any
    where: str


# ---- loading


def read_writes(table: Table, source: Any, find: Finder) -> list[Write]:
    """The writes that put what `source` (items or a path) holds into `table`, all checked, none made.

    Errors: `UsageError` that names the place and DynamoDB's reason.
    """
    writes: list[Write] = []
    places: dict[Key, str] = {}
    for given in _read(table, source, find):
        try:
            item = decode_item(_to_wire(table, given.item))
            require_item_size(item)
            key = table.schema.key_of(item)
            require_index_keys(table, item)
        except UsageError as error:
            raise UsageError(f"{given.where}: {error}") from None
        except DynamoDBError as error:
            raise UsageError(f'{given.where}: table "{table.name}" would reject it: {error.message}') from None
        if key in places:
            raise UsageError(f"{given.where}: the same key as {places[key]}")
        places[key] = given.where
        writes.append(Write(table, key, item))
    return writes


def load(engine: Engine, writes: list[Write]) -> None:
    """Make checked writes real, all at once."""
    with engine.lock:
        engine.commit(writes, now=engine.run_due(), actor=Actor.IMPORT)


def _to_wire(table: Table, given: Any) -> Wire:
    if not isinstance(given, Mapping):
        raise UsageError(f"invalid item {given!r}: use an object")
    key_name = table.schema.names[0]
    if key_name not in given and given.keys() == {"Item"} and isinstance(given["Item"], Mapping):
        given = given["Item"]
    if isinstance(given.get(key_name), Mapping):
        return dict(given)
    return plain.item_to_wire(given)


def _read(table: Table, source: Any, find: Finder) -> Iterator[Given]:
    if isinstance(source, str | os.PathLike):
        path = find(source)
        reader = READERS.get(path.suffix)
        if reader is None:
            raise UsageError(f"{path}: items are read from {', '.join(READERS)}, not from {path.suffix or 'this'}")
        try:
            yield from reader(table, path)
        except OSError as error:
            raise UsageError(f"{path}: {error.strerror}") from None
        except UnicodeDecodeError as error:
            raise UsageError(f"{path}: invalid UTF-8 ({error})") from None
    elif isinstance(source, Iterable) and not isinstance(source, Mapping | bytes):
        for index, item in enumerate(source):
            yield Given(item, f'items of "{table.name}", [{index}]')
    else:
        raise UsageError(f'items of "{table.name}" are invalid: use a list of dicts or a path, not {source!r}')


# ---- files


def _read_json_lines(table: Table, path: Path) -> Iterator[Given]:
    with path.open(encoding="utf-8-sig", newline="\n") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                where = f"{path}, line {number}"
                yield Given(_parse(line, where), where)


def _read_json(table: Table, path: Path) -> Iterator[Given]:
    read = _parse(path.read_text(encoding="utf-8-sig"), str(path))
    if isinstance(read, dict) and isinstance(read.get("Items"), list):
        read = read["Items"]
    if not isinstance(read, list):
        raise UsageError(f'{path}: it holds no list of items, nor an object with "Items"')
    for index, item in enumerate(read):
        yield Given(item, f"{path}, [{index}]")


def _read_csv(table: Table, path: Path) -> Iterator[Given]:
    types = table.settings.attributes
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file, strict=True)
        try:
            header = rows.fieldnames or []
            if not header or len(set(header)) < len(header):
                raise UsageError(f"{path}: its first line does not name each attribute once")
            for row in rows:
                where = f"{path}, line {rows.line_num}"
                if None in row:
                    raise UsageError(f"{where}: more cells than the header has")
                cells = {name: cell for name, cell in row.items() if cell}
                yield Given({name: {types.get(name, "S"): cell} for name, cell in cells.items()}, where)
        except csv.Error as error:
            raise UsageError(f"{path}, line {rows.reader.line_num}: {error}") from None


READERS: dict[str, Callable[[Table, Path], Iterator[Given]]] = {
    ".json": _read_json,
    ".jsonl": _read_json_lines,
    ".csv": _read_csv,
}
"""By the ending of the file name."""


def _parse(text: str, where: str) -> Any:
    """JSON with exact numbers."""
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant)
    except UsageError as error:
        raise UsageError(f"{where}: {error}") from None
    except ValueError as error:
        raise UsageError(f"{where}: invalid JSON: {error}") from None
    except RecursionError:
        raise UsageError(f"{where}: nested too deeply") from None


def _refuse_constant(name: str) -> NoReturn:
    raise UsageError(f"DynamoDB has no number {name}")


# ---- dumping


def dump(items: Items, path: Path) -> None:
    """Write items as DynamoDB JSON, a line for each, in key order."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for item in items.items():
            file.write(json.dumps({"Item": to_json(item)}, ensure_ascii=False) + "\n")


def to_json(item: Item) -> Any:
    """DynamoDB JSON of an item: binary as base64."""
    return _json_of(attributes_to_wire(item))


def _json_of(wire: Any) -> Any:
    if isinstance(wire, bytes):
        return base64.b64encode(wire).decode()
    if isinstance(wire, dict):
        return {name: _json_of(value) for name, value in wire.items()}
    return [_json_of(value) for value in wire] if isinstance(wire, list) else wire
