"""`Item`: attributes by name, with their size in bytes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pytest_ddbmock.values import sizes
from pytest_ddbmock.values.attribute import Value, decode_attributes
from pytest_ddbmock.values.wire import map_fault


class Item(dict[str, Value]):
    """Attribute names to values. Never changed once made: table, indexes, history and streams share it.

    `size` is in bytes (names and values).
    """

    __slots__ = ("size",)

    def __init__(self, attributes: Mapping[str, Value]) -> None:
        super().__init__(attributes)
        self.size = sizes.of_attributes(self)

    def only(self, names: Iterable[str]) -> Item:
        """An item of those of the named top-level attributes that it has."""
        return Item({name: self[name] for name in names if name in self})


EMPTY = Item({})
"""What conditions see when there is no item."""


def decode_item(given: Any) -> Item:
    """The item of a wire form `{name: {tag: payload}}`; errors as of `attribute.decode`."""
    if not isinstance(given, dict):
        raise map_fault(given, "com.amazonaws.dynamodb.v20120810.AttributeValue")
    return Item(decode_attributes(given))
