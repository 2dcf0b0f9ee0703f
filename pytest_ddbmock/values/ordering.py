"""Sortable forms of key values; the hash of a partition key, which decides scan order and segments.

Source: "Query" (API reference) for the order of sort keys.
"""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import TypeAlias

from pytest_ddbmock.values import numbers
from pytest_ddbmock.values.attribute import Value

SortKey: TypeAlias = str | int | Decimal | bytes
"""Compares as DynamoDB orders values of one type: S by UTF-8 bytes (Python's order by code point is the same), N, B."""

HASH_SPACE = 1 << 64


def sort_key(value: Value) -> SortKey:
    """Return `value` (S, N or B) as something that sorts as DynamoDB sorts it."""
    tag, payload = value
    return numbers.sortable(payload) if tag == "N" else payload


def partition_hash(*payloads: str | bytes) -> int:
    """Return the place of a partition key in the hash space, from 0 to `HASH_SPACE`; the same in every process."""
    digest = hashlib.blake2b(digest_size=8)
    for payload in payloads:
        data = payload if isinstance(payload, bytes) else payload.encode("utf-8", "surrogatepass")
        digest.update(b"%d:" % len(data))  # so that ("ab", "c") and ("a", "bc") differ
        digest.update(data)
    return int.from_bytes(digest.digest(), "big")
