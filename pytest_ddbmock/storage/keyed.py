"""`KeyedItems`: partition -> sorted sort keys -> item; ranges, scan order, invariants.

In the costs below p is the number of partitions, n the number of items in the partition at hand, k the number of items
that are read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple, TypeAlias

from pytest_ddbmock.values.item import Item

Partition: TypeAlias = Any
"""Payload of the partition key; a tuple of payloads if the key has several HASH attributes."""

Sort: TypeAlias = Any
"""Sortable form of the sort key; a tuple of them in an index; None in a table without sort key."""


class Bounds(NamedTuple):
    """A range of sort keys; None for an open end."""

    low: Sort = None
    high: Sort = None
    includes_low: bool = True
    includes_high: bool = True

    def contains(self, sort: Sort) -> bool:
        """Return whether `sort` is inside. O(1)."""
        if self.low is not None and (sort < self.low or (sort == self.low and not self.includes_low)):
            return False
        return self.high is None or sort < self.high or (sort == self.high and self.includes_high)

    def after(self, sort: Sort, *, reverse: bool) -> Bounds:
        """Return the part of the range that follows `sort` in reading direction. O(1)."""
        if reverse:
            if self.high is None or sort <= self.high:
                return self._replace(high=sort, includes_high=False)
        elif self.low is None or sort >= self.low:
            return self._replace(low=sort, includes_low=False)
        return self


EVERYTHING = Bounds()


@cache
def _sorted_list() -> Any:
    """Return the class, imported on first use: the import takes a millisecond."""
    from sortedcontainers import SortedList

    return SortedList


class _Partition:
    """The items of a partition that holds, or has held, several sort keys.

    The order of sort keys is built by the first read of several items, O(n log n), and kept up to date from then on.
    Many partitions are only ever read by full keys.
    """

    __slots__ = ("_order", "items")

    def __init__(self) -> None:
        self.items: dict[Sort, Item] = {}
        self._order: Any = None

    def add(self, sort: Sort, item: Item) -> None:
        """Add an item with a new sort key."""
        self.items[sort] = item
        if self._order is not None:
            self._order.add(sort)

    def remove(self, sort: Sort) -> Item:
        """Remove and return the item with a sort key."""
        if self._order is not None:
            self._order.remove(sort)
        return self.items.pop(sort)

    @property
    def order(self) -> Any:
        """The sort keys, sorted."""
        if self._order is None:
            self._order = _sorted_list()(self.items)
        return self._order

    def check(self) -> None:
        """Assert that the order, once built, holds all sort keys."""
        assert self._order is None or list(self._order) == sorted(self.items)


class KeyedItems:
    """Items by partition and sort key.

    A partition is the bare item until it gets a second sort key: most partitions of most tables never do.
    The order of partitions by hash is built by the first scan, O(p log p), and kept up to date from then on.
    """

    __slots__ = ("_by_hash", "_hash_of", "_partitions", "_sort_of", "bytes", "count")

    def __init__(self, sort_of: Callable[[Item], Sort], hash_of: Callable[[Partition], int]) -> None:
        self._sort_of = sort_of
        self._hash_of = hash_of
        self._partitions: dict[Partition, Item | _Partition] = {}
        self._by_hash: Any = None
        self.count = 0
        self.bytes = 0

    def get(self, partition: Partition, sort: Sort) -> Item | None:
        """Return the item at a place, None without one. O(1)."""
        held = self._partitions.get(partition)
        if held is None:
            return None
        if type(held) is _Partition:
            return held.items.get(sort)
        return held if sort is None or self._sort_of(held) == sort else None  # type: ignore[return-value,arg-type]

    def add(self, partition: Partition, sort: Sort, item: Item) -> None:
        """Add `item` at a free place. O(log n), O(1) in a partition without an order; O(log p) after a scan."""
        held = self._partitions.get(partition)
        if held is None:
            self._partitions[partition] = item
            if self._by_hash is not None:
                self._by_hash.add((self._hash_of(partition), partition))
        elif type(held) is _Partition:
            held.add(sort, item)
        else:
            only: Item = held  # type: ignore[assignment]
            grown = self._partitions[partition] = _Partition()
            grown.items = {self._sort_of(only): only, sort: item}
        self.count += 1
        self.bytes += item.size

    def replace(self, partition: Partition, sort: Sort, item: Item) -> None:
        """Replace the item at an occupied place. O(1)."""
        held = self._partitions[partition]
        if type(held) is _Partition:
            old = held.items[sort]
            held.items[sort] = item
        else:
            old = held  # type: ignore[assignment]
            self._partitions[partition] = item
        self.bytes += item.size - old.size

    def remove(self, partition: Partition, sort: Sort) -> None:
        """Remove the item at an occupied place. O(log n); O(log p) for the last item of a partition after a scan."""
        held = self._partitions[partition]
        if type(held) is _Partition:
            self.bytes -= held.remove(sort).size
            self.count -= 1
            if held.items:
                return
        else:
            self.bytes -= held.size  # type: ignore[union-attr]
            self.count -= 1
        del self._partitions[partition]
        if self._by_hash is not None:
            self._by_hash.remove((self._hash_of(partition), partition))

    def range(self, partition: Partition, bounds: Bounds = EVERYTHING, *, reverse: bool = False) -> Iterator[Item]:
        """Return the items of a partition whose sort keys are in `bounds`, in order of the sort key. O(log n + k)."""
        held = self._partitions.get(partition)
        if held is None:
            return iter(())
        if type(held) is _Partition:
            order = held.order.irange(bounds.low, bounds.high, (bounds.includes_low, bounds.includes_high), reverse)
            return map(held.items.__getitem__, order)
        only: Item = held  # type: ignore[assignment]
        if bounds is not EVERYTHING and not bounds.contains(self._sort_of(only)):
            return iter(())
        return iter((only,))

    def scan(
        self,
        low: int,
        high: int,
        after: tuple[Partition, Sort] | None = None,
    ) -> Iterator[Item]:
        """Yield the items of the partitions whose hash is in [low, high), ordered by hash, then sort key.

        `after` is a place in one of these partitions, occupied or not; the scan continues after it.
        O(log p + k), and O(p log p) once, at the first scan.
        """
        if self._by_hash is None:
            self._by_hash = _sorted_list()((self._hash_of(partition), partition) for partition in self._partitions)
        start: tuple[Any, ...] = (low,)
        if after is not None:
            partition, sort = after
            if sort is not None:
                yield from self.range(partition, Bounds(low=sort, includes_low=False))
            start = (self._hash_of(partition), partition)
        for place in self._by_hash.irange(start, (high,), (False, False)):
            held = self._partitions[place[1]]
            if type(held) is _Partition:
                yield from map(held.items.__getitem__, held.order)
            else:
                yield held  # type: ignore[misc]

    def __iter__(self) -> Iterator[Item]:
        """Yield all items, in no particular order. O(1) per item."""
        for held in self._partitions.values():
            if type(held) is _Partition:
                yield from held.items.values()
            else:
                yield held  # type: ignore[misc]

    def check(self) -> None:
        """Assert the invariants: counts, bytes, order, and that each item is under its own sort key."""
        items = list(self)
        assert self.count == len(items)
        assert self.bytes == sum(item.size for item in items)
        for held in self._partitions.values():
            if type(held) is _Partition:
                assert held.items, "an empty partition is dropped"
                held.check()
                assert all(self._sort_of(item) == sort for sort, item in held.items.items())
        if self._by_hash is not None:
            assert list(self._by_hash) == sorted((self._hash_of(p), p) for p in self._partitions)
