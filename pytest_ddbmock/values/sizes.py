"""Sizes in bytes of values and items; the limits of 400 KB and 10 GB.

Every function is linear in the number of values and in the length of texts that are not ASCII.

Source: "DynamoDB item sizes and formats".
"""

from __future__ import annotations

from collections.abc import Mapping

from pytest_ddbmock.values import numbers
from pytest_ddbmock.values.attribute import Value

MAX_ITEM_SIZE = 409_600
"""Bytes; an item of exactly this size is accepted."""

MAX_COLLECTION_SIZE = 10 << 30
"""Maximum bytes of the items with one partition key value, in a table with local secondary indexes."""

STORAGE_OVERHEAD = 100
"""Bytes that storage accounting adds to each item (not part of the 400 KB rule, nor of capacity units)."""


def of_text(text: str) -> int:
    """Return the UTF-8 bytes of a string."""
    # `surrogatepass`: JSON can carry half a surrogate pair.
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def of_value(value: Value) -> int:
    """Return the bytes of one value without its name."""
    tag, payload = value
    if tag == "S":
        return of_text(payload)
    if tag == "N":
        return numbers.size(payload)
    if tag == "M":
        return 3 + len(payload) + of_attributes(payload)
    if tag == "L":
        return 3 + len(payload) + sum(map(of_value, payload))
    if tag == "B":
        return len(payload)
    if tag == "SS":
        return sum(map(of_text, payload))
    if tag == "NS":
        return sum(map(numbers.size, payload))
    if tag == "BS":
        return sum(map(len, payload))
    return 1  # BOOL, NULL


def of_attributes(attributes: Mapping[str, Value]) -> int:
    """Return the bytes of names and values.

    >>> of_attributes({"shirt-color": ("S", "R"), "shirt-size": ("S", "M")})
    23
    """
    total = 0
    for name, value in attributes.items():
        total += len(name) if name.isascii() else len(name.encode("utf-8", "surrogatepass"))
        tag, payload = value
        if tag == "S" and payload.isascii():  # most attributes by far
            total += len(payload)
        else:
            total += of_value(value)
    return total
