"""`KeySchema` and `Projection` (frozen): which attributes are keys, and the checks of keys.

Source: "Core components of Amazon DynamoDB", "Using Global Secondary Indexes", captured answers for the texts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from pytest_ddbmock import errors
from pytest_ddbmock.values import sizes
from pytest_ddbmock.values.item import Item
from pytest_ddbmock.values.keys import (
    CERTAINLY_SHORT,
    MAX_HASH_SIZE,
    MAX_RANGE_SIZE,
    empty_key,
    hash_too_long,
    range_too_long,
)
from pytest_ddbmock.values.ordering import SortKey, sort_key

Key = tuple[str | bytes, SortKey | None]
"""Place of an item in its table: payload of the partition key, sortable form of the sort key (None without one)."""

KEY_MISMATCH = "The provided key element does not match the schema"


class KeySchema:
    """The key attributes of a table or index in schema order, and their types (`S`, `N`, `B`); never changed.

    Tables and local indexes have one HASH and at most one RANGE attribute, global indexes up to four of each.
    """

    __slots__ = ("hash_keys", "names", "range_keys", "types")

    def __init__(self, hash_keys: tuple[str, ...], range_keys: tuple[str, ...], types: Mapping[str, str]) -> None:
        self.hash_keys = hash_keys
        self.range_keys = range_keys
        self.types = types
        self.names = hash_keys + range_keys
        """All key attributes, HASH first."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, KeySchema) and self._parts() == other._parts()

    def __repr__(self) -> str:
        return f"KeySchema{self._parts()!r}"

    def _parts(self) -> tuple[tuple[str, ...], tuple[str, ...], Mapping[str, str]]:
        return self.hash_keys, self.range_keys, self.types

    def key_of(self, item: Item) -> Key:
        """Return the place of a whole item that is to be written.

        Errors: `ValidationException` for a key attribute that is missing, empty, too long or of the wrong type.
        """
        self.require_in_item(item)
        return self.place_of(item)

    def require_in_item(self, item: Item) -> None:
        """Raise unless a whole item has every key attribute, in its type.

        Errors: `ValidationException`.
        """
        for name in self.names:
            value = item.get(name)
            if value is None:
                raise errors.invalid_parameters(f"Missing the key {name} in the item")
            if value[0] != self.types[name]:
                raise errors.invalid_parameters(
                    f"Type mismatch for key {name} expected: {self.types[name]} actual: {value[0]}"
                )

    def key_of_key(self, key: Item) -> Key:
        """Return the place of the item with the key attributes `key`, the parameter `Key`.

        Errors: `ValidationException` for other attributes or types, and for empty or too long values.
        """
        self.require_key(key)
        return self.place_of(key)

    def require_key(self, key: Item) -> None:
        """Raise unless the parameter `Key` has exactly the key attributes, in their types.

        Errors: `ValidationException`.
        """
        if len(key) != len(self.names):
            raise errors.validation(KEY_MISMATCH)
        for name in self.names:
            value = key.get(name)
            if value is None or value[0] != self.types[name]:
                raise errors.validation(KEY_MISMATCH)

    def place_of(self, item: Item) -> Key:
        """Return the place of an item that has the key attributes, in their types.

        Errors: `ValidationException` for empty and too long values.
        """
        for name in self.names:
            if not item[name][1]:
                raise empty_key(name, item[name])
        hash_value = item[self.hash_keys[0]]
        if len(hash_value[1]) > CERTAINLY_SHORT and sizes.of_value(hash_value) > MAX_HASH_SIZE:
            raise hash_too_long()
        if not self.range_keys:
            return hash_value[1], None
        range_value = item[self.range_keys[0]]
        if len(range_value[1]) > CERTAINLY_SHORT and sizes.of_value(range_value) > MAX_RANGE_SIZE:
            raise range_too_long()
        return hash_value[1], sort_key(range_value)


ALL, KEYS_ONLY, INCLUDE = "ALL", "KEYS_ONLY", "INCLUDE"


class Projection(NamedTuple):
    """What an index holds of an item: `kind` is `ALL`, `KEYS_ONLY` or `INCLUDE` (with `non_key_attributes`)."""

    kind: str = ALL
    non_key_attributes: tuple[str, ...] = ()
