"""How the service's Java collections order what error messages list.

Source: `java.util.HashMap` and `java.lang.String.hashCode` (Java SE API specification and OpenJDK).
"""

from __future__ import annotations

from collections.abc import Iterable

DEFAULT_CAPACITY = 16
"""Buckets of a `HashSet` that is made without a size."""


def java_hash_set_order(names: Iterable[str], capacity: int = DEFAULT_CAPACITY) -> list[str]:
    """Return the distinct names in the order in which a `HashSet` of that initial capacity iterates over them.

    Names in the same bucket keep the order in which they were added.

    >>> java_hash_set_order(["pk", "sk", "a"])
    ['a', 'sk', 'pk']
    """
    distinct = list(dict.fromkeys(names))
    buckets = 1
    while buckets < capacity or len(distinct) > int(buckets * 0.75):
        buckets *= 2
    return sorted(distinct, key=lambda name: _spread(_string_hash(name)) % buckets)


def _string_hash(text: str) -> int:
    """Return `String.hashCode` as an unsigned number: a polynomial in 31 over the UTF-16 code units."""
    result = 0
    encoded = text.encode("utf-16-be", "surrogatepass")
    for high, low in zip(encoded[::2], encoded[1::2], strict=True):
        result = (31 * result + (high << 8 | low)) & 0xFFFFFFFF
    return result


def _spread(hashed: int) -> int:
    """Return what `HashMap` makes of a hash before it picks a bucket."""
    return hashed ^ hashed >> 16
