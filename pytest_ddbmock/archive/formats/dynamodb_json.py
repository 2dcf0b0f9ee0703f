"""DYNAMODB_JSON: `{"Item": {...}}` on each line, values with their type tags, binary as base64.

Source: "DynamoDB table export output format", "Amazon S3 import formats for DynamoDB".
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any, NoReturn

from pytest_ddbmock.archive.formats.contract import Record, Source, Unreadable, item_of
from pytest_ddbmock.values.attribute import Wire, attributes_to_wire
from pytest_ddbmock.values.item import Item


def write_item(item: Item) -> bytes:
    """The line of an item."""
    return _line({"Item": attributes_to_wire(item)})


def write_record(record: Record) -> bytes:
    """The line of a record."""
    members: dict[str, Any] = {
        "Metadata": {"WriteTimestampMicros": {"N": str(record.written_at)}},
        "Keys": attributes_to_wire(record.keys),
    }
    if record.old is not None:
        members["OldImage"] = attributes_to_wire(record.old)
    if record.new is not None:
        members["NewImage"] = attributes_to_wire(record.new)
    return _line(members)


def read(body: bytes, source: Source) -> Iterator[Wire]:
    """Yield the items of an object: JSON values, several on a line or one; blank lines hold none."""
    for line in body.split(b"\n"):
        if line.strip():
            for parsed in _values(line):
                yield item_of(parsed)


def _values(line: bytes) -> Iterator[Any]:
    """Yield the JSON values of a line. Errors: `Unreadable`."""
    try:
        text = line.decode("utf-8").strip()
        place = 0
        while place < len(text):
            parsed, end = _decoder.raw_decode(text, place)
            if "\\u" in text:
                _write(parsed).encode()  # half of a surrogate pair is no text
            yield parsed
            place = end + len(text[end:]) - len(text[end:].lstrip())
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"Invalid JSON: {error}") from None


def _line(members: dict[str, Any]) -> bytes:
    return _write(members).encode("utf-8", "surrogatepass") + b"\n"


def _base64(value: object) -> str:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    raise TypeError(f"{type(value).__name__} in an item")


_write = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_base64).encode


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_decoder = json.JSONDecoder(parse_constant=_refuse_constant)
