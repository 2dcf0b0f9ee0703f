"""What a format of exports and imports is: how it writes items and records, how it reads items."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from pytest_ddbmock.values.attribute import Wire
from pytest_ddbmock.values.item import Item


class Unreadable(Exception):
    """From here on an object cannot be read as items of its format; the text goes into the import's log."""


class Record(NamedTuple):
    """What a period has done to one item, for incremental exports; `written_at` in microseconds."""

    written_at: int
    keys: Item
    old: Item | None
    new: Item | None


class Source(NamedTuple):
    """What an import says about its objects; `types` are the key attributes of the table and its indexes."""

    types: Mapping[str, str]
    delimiter: str = ","
    header: tuple[str, ...] | None = None


class Format(NamedTuple):
    """A format: lines with their newline, and the wire forms of the items that an uncompressed object holds.

    `read` raises `Unreadable` behind the last item that it gives.
    """

    extension: str
    write_item: Callable[[Item], bytes]
    write_record: Callable[[Record], bytes]
    read: Callable[[bytes, Source], Iterator[Wire]]


def item_of(line: object) -> Wire:
    """The item in `{"Item": {...}}`. Errors: `Unreadable`."""
    if not isinstance(line, Mapping) or set(line) != {"Item"} or not isinstance(line["Item"], Mapping):
        # Unsure: this text, and all others of `Unreadable`.
        raise Unreadable('Invalid item: expected an object with "Item" alone')
    return dict(line["Item"])


def text_of(body: bytes) -> str:
    """An object as text. Errors: `Unreadable`."""
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable(f"Invalid UTF-8 at byte {error.start}") from None
