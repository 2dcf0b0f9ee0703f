"""`Item`: attributes by name, with their size in bytes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pytest_ddbmock.values import sizes
from pytest_ddbmock.values.attribute import (
    EMPTY_NAME,
    MAX_LEVELS,
    MAX_NAME_SIZE,
    NESTED_TOO_DEEP,
    Value,
    decode,
    decode_attributes,
    require_names,
)
from pytest_ddbmock.values.faults import InvalidValue, Layer
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
        """Return an item of the named top-level attributes, as far as it has them."""
        return Item({name: self[name] for name in names if name in self})


EMPTY = Item({})
"""What conditions see when there is no item."""


def decode_item(raw: Any, layer: Layer = Layer.NEW) -> Item:
    """Return the item of a wire form `{name: {tag: payload}}`.

    Errors: as of `attribute.decode`, worded by `layer`; `InvalidValue` for empty and too long names.
    """
    if not isinstance(raw, dict):
        raise map_fault(raw, "com.amazonaws.dynamodb.v20120810.AttributeValue")
    try:
        if "" in raw:  # comes before the values
            raise InvalidValue(EMPTY_NAME)
        item = Item(decode_attributes(raw))
        if item.size > MAX_NAME_SIZE:  # no name of a smaller item can be too long
            require_names(item)
        return item
    except InvalidValue as fault:
        raise _first(fault, raw).worded_by(layer) from None


def decode_value(raw: Any, layer: Layer = Layer.NEW) -> Value:
    """Return a value that stands in no item, such as an argument of a filter or a parameter of a statement.

    Errors: as of `attribute.decode`, worded by `layer`; `InvalidValue` for too long names.
    """
    try:
        value = decode(raw)
        if sizes.of_value(value) > MAX_NAME_SIZE:
            require_names({"": value})
        return value
    except InvalidValue as fault:
        raise fault.worded_by(layer) from None


def _first(fault: InvalidValue, raw: Mapping[str, Any]) -> InvalidValue:
    """Return the fault that AWS reports: too deep nesting comes before an empty name inside a map."""
    if fault.message == EMPTY_NAME and "" not in raw and any(map(_is_too_deep, raw.values())):
        return InvalidValue(NESTED_TOO_DEEP)
    return fault


def _is_too_deep(raw: Any, level: int = 1) -> bool:
    if level > MAX_LEVELS or not isinstance(raw, dict):
        return level > MAX_LEVELS
    elements, attributes = raw.get("L"), raw.get("M")
    below = [*elements] if isinstance(elements, list | tuple) else []
    below += attributes.values() if isinstance(attributes, dict) else ()
    return any(_is_too_deep(value, level + 1) for value in below)
