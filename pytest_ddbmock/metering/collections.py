"""Item collections: all items of a table and its local indexes with one partition key value.

Source: "Item collections in Local Secondary Indexes".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pytest_ddbmock import errors
from pytest_ddbmock.storage.keyed import Partition
from pytest_ddbmock.storage.schema import Key
from pytest_ddbmock.storage.table import Table
from pytest_ddbmock.storage.view import View
from pytest_ddbmock.values import sizes
from pytest_ddbmock.values.attribute import to_wire
from pytest_ddbmock.values.item import Item

GIGABYTE = 1 << 30


class CollectionGrowth:
    """Checks the writes of one call against the maximum size of item collections in tables with local indexes."""

    def __init__(self, limit: int) -> None:
        """`limit` in bytes."""
        self._limit = limit
        self._grown: dict[tuple[int, Partition], int] = {}

    def require_room(self, table: Table, key: Key, old: Item | None, new: Item | None) -> None:
        """Raise if a write, together with those checked before, makes its collection grow beyond the limit.

        Errors: `ItemCollectionSizeLimitExceededException`.
        """
        if not table.settings.local_indexes:
            return
        views = _views(table)
        more = sum(_bytes_in(view, new) - _bytes_in(view, old) for view in views)
        place = id(table), key[0]
        grown = self._grown[place] = self._grown.get(place, 0) + more
        # Measuring one collection is slow: it is done only if all collections together exceed the limit.
        room = self._limit - grown
        if more > 0 and _total_bytes(views) > room and collection_bytes(table, key) > room:
            raise errors.item_collection_too_large()


def _views(table: Table) -> list[View]:
    """Return what holds the items of a collection: the table and its local indexes."""
    return [table.base, *(table.views[index.name] for index in table.settings.local_indexes)]


def _bytes_in(view: View, item: Item | None) -> int:
    """Return the bytes of an item in a view, storage overhead included."""
    if item is None or not view.holds(item):
        return 0
    return view.entry(item).size + sizes.STORAGE_OVERHEAD


def _total_bytes(views: Iterable[View]) -> int:
    return sum(view.bytes + sizes.STORAGE_OVERHEAD * len(view) for view in views)


def collection_bytes(table: Table, key: Key) -> int:
    """Return the bytes of the collection that the item at `key` belongs to, storage overhead included."""
    items = [item for view in _views(table) for item in view.collection(key[0])]
    return sum(item.size for item in items) + sizes.STORAGE_OVERHEAD * len(items)


def item_collection_metrics(table: Table, key: Key) -> dict[str, Any] | None:
    """Return `ItemCollectionMetrics` of the collection at `key`; None for a table without local indexes."""
    if not table.settings.local_indexes:
        return None
    hash_key = table.schema.hash_keys[0]
    lower = float(collection_bytes(table, key) // GIGABYTE)
    return {
        "ItemCollectionKey": {hash_key: to_wire((table.schema.types[hash_key], key[0]))},
        "SizeEstimateRangeGB": [lower, lower + 1.0],
    }


def metrics_by_table(places: Iterable[tuple[str, Table, Key]]) -> dict[str, Any] | None:
    """Return `ItemCollectionMetrics` of a call on several tables; None if no table has local indexes.

    `places` holds the name of the table, the table and the key of each written item.
    """
    collections = {(name, key[0]): (table, key) for name, table, key in places if table.settings.local_indexes}
    metrics: dict[str, Any] = {}
    for (name, _), (table, key) in collections.items():
        metrics.setdefault(name, []).append(item_collection_metrics(table, key))
    return metrics or None
