"""Item collections: all items of a table and its local indexes with one partition key value.

Source: "Item collections in Local Secondary Indexes".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pytest_ddbmock.storage.schema import Key
from pytest_ddbmock.storage.table import Table
from pytest_ddbmock.values import sizes
from pytest_ddbmock.values.attribute import to_wire

GIGABYTE = 1 << 30


def collection_bytes(table: Table, key: Key) -> int:
    """Bytes of the collection that the item at `key` belongs to, storage overhead included."""
    views = [table.base, *(table.views[index.name] for index in table.settings.local_indexes)]
    items = [item for view in views for item in view.collection(key[0])]
    return sum(item.size for item in items) + sizes.STORAGE_OVERHEAD * len(items)


def item_collection_metrics(table: Table, key: Key) -> dict[str, Any] | None:
    """`ItemCollectionMetrics` of the collection at `key`; None for a table without local indexes."""
    if not table.settings.local_indexes:
        return None
    hash_key = table.schema.hash_keys[0]
    lower = float(collection_bytes(table, key) // GIGABYTE)
    return {
        "ItemCollectionKey": {hash_key: to_wire((table.schema.types[hash_key], key[0]))},
        "SizeEstimateRangeGB": [lower, lower + 1.0],
    }


def metrics_by_table(places: Iterable[tuple[str, Table, Key]]) -> dict[str, Any] | None:
    """`ItemCollectionMetrics` of a call on several tables, from the name of the table, the table and the key of each
    item that it has written; None where no table has local indexes.
    """
    collections = {(name, key[0]): (table, key) for name, table, key in places if table.settings.local_indexes}
    metrics: dict[str, Any] = {}
    for (name, _), (table, key) in collections.items():
        metrics.setdefault(name, []).append(item_collection_metrics(table, key))
    return metrics or None
