"""`View`: items under one key schema, a table's own or an index's; sparse and projected; moves along a history.

In the costs below p is the number of partitions, n the number of items in the partition at hand, k the number of items
that are read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from pytest_ddbmock.expressions.key_condition import KeyRange
from pytest_ddbmock.storage.change import Change
from pytest_ddbmock.storage.keyed import EVERYTHING, Bounds, KeyedItems, Partition, Sort
from pytest_ddbmock.storage.schema import ALL, KeySchema, Projection
from pytest_ddbmock.values import sizes
from pytest_ddbmock.values.attribute import Value
from pytest_ddbmock.values.item import Item
from pytest_ddbmock.values.keys import CERTAINLY_SHORT, MAX_HASH_SIZE, MAX_RANGE_SIZE
from pytest_ddbmock.values.ordering import HASH_SPACE, partition_hash, sort_key

Place = tuple[Partition, Sort]


class _Last:
    """Sorts after everything: the end of a range of tuples with a common prefix."""

    __slots__ = ()

    def __lt__(self, other: object) -> bool:
        return False

    def __le__(self, other: object) -> bool:
        return self is other

    def __gt__(self, other: object) -> bool:
        return self is not other

    def __ge__(self, other: object) -> bool:
        return True


_LAST = _Last()


class View:
    """Items in key order. `position` is the sequence number of the last change it contains.

    A table's own view holds every item under the table's key. An index holds the items that have all of its key
    attributes, reduced to what is projected, ordered by (RANGE attributes, place in the table).
    """

    __slots__ = ("_base", "_deciding", "_items", "_names", "holds", "place_of", "position", "schema")

    def __init__(
        self, schema: KeySchema, position: int, *, base: KeySchema | None = None, projection: Projection | None = None
    ) -> None:
        """`base` is the table's schema for an index, None for the table's own view."""
        self.schema = schema
        self.position = position
        self._base = base
        self._names: tuple[str, ...] | None = None
        if base is not None and projection is not None and projection.kind != ALL:
            self._names = tuple(dict.fromkeys(schema.names + base.names + projection.non_key_attributes))
        if base is None:
            self._place_by(_table_place(schema), lambda item: True, ())
        else:
            holds = _index_test(schema)
            self._place_by(_index_place(schema, base, holds), holds, schema.names)

    def _place_by(
        self, place_of: Callable[[Item], Place | None], holds: Callable[[Item], bool], deciding: tuple[str, ...]
    ) -> None:
        """Set how places are computed.

        `holds` returns whether an item has a place; `deciding` names the attributes it depends on, apart from the
        table's key.
        """
        self.place_of = place_of
        self.holds = holds
        self._deciding = deciding
        self._items = KeyedItems(
            lambda item: place_of(item)[1],  # type: ignore[index]  # every item here has a place
            _hash_of_one if len(self.schema.hash_keys) == 1 else _hash_of_several,
        )

    # ---- moving along the history

    def apply(self, change: Change) -> None:
        """Apply the change that follows `position`. O(1) if the entry stays, else O(log n); O(log p) after a scan."""
        self._replace(change.old, change.new)
        self.position = change.seq

    def undo(self, old: Item | None, new: Item | None) -> None:
        """Undo the change at `position`, given its images; the caller sets the new position. Costs as `apply`."""
        self._replace(new, old)

    def put_base(self, place: Place, change: Change) -> None:
        """Do what `apply` does, for a table's own view and a known place. Costs as `apply`."""
        old, new = change.old, change.new
        if new is None:
            if old is not None:
                self._items.remove(*place)
        elif old is None:
            self._items.add(*place, new)
        else:
            self._items.replace(*place, new)
        self.position = change.seq

    def _replace(self, old: Item | None, new: Item | None) -> None:
        """Replace one image of an item with another; None means no item."""
        place_of = self.place_of
        if old is not None and new is not None:
            if self._names is not None and self.keeps_entry(old, new):
                return
            if self.keeps_place(old, new):
                if (place := place_of(new)) is not None:
                    self._items.replace(*place, self.entry(new))
                return
        if old is not None and (place := place_of(old)) is not None:
            self._items.remove(*place)
        if new is not None and (place := place_of(new)) is not None:
            self._items.add(*place, self.entry(new))

    def keeps_place(self, old: Item, new: Item) -> bool:
        """Return whether two images of one item have the same place, or both have none. O(key attributes).

        Cheaper than computing both places.
        """
        return _agree(old, new, self._deciding)

    def keeps_entry(self, old: Item, new: Item) -> bool:
        """Return whether two images of one item have the same entry: equal in everything the view projects.

        A view that keeps the entry has nothing to write, and the write costs no capacity there. O(attributes).
        """
        return old == new if self._names is None else _agree(old, new, self._names)

    def fill(self, items: Iterator[Item], position: int) -> None:
        """Add all of `items`: a backfill, a restore, an import. Costs as that many `apply`."""
        for item in items:
            self._replace(None, item)
        self.position = position

    def entry(self, item: Item) -> Item:
        """Return the part of an item that the view holds. O(1) without a projection, else O(attributes)."""
        return item if self._names is None else item.only(self._names)

    # ---- reading

    def get(self, place: Place) -> Item | None:
        """Return the item at a place, None without one. O(1)."""
        return self._items.get(*place)

    def query(self, key_range: KeyRange, *, after: Item | None = None, reverse: bool = False) -> Iterator[Item]:
        """Return the items of a key range in order of the sort key; `after` is an exclusive start key. O(log n + k)."""
        partition, bounds = self.span(key_range)
        if after is not None:
            place = self.place_of(after)
            assert place is not None, "the caller has checked the start key"
            if place[1] is None:
                return iter(())  # without a sort key a partition holds one item, and that was read before
            bounds = bounds.after(place[1], reverse=reverse)
        return self._items.range(partition, bounds, reverse=reverse)

    def span(self, key_range: KeyRange) -> tuple[Partition, Bounds]:
        """Return the partition of a key range and the bounds of its sort keys. O(key attributes)."""
        payloads = tuple(payload for _, payload in key_range.partition)
        partition = payloads[0] if len(payloads) == 1 else payloads
        if self._base is None:
            if key_range.equals:
                value = sort_key(key_range.equals[0])
                return partition, Bounds(value, value)
            return partition, _plain_bounds(key_range)
        return partition, _tuple_bounds(key_range)

    def scan(self, *, after: Item | None = None, segment: int = 0, segments: int = 1) -> Iterator[Item]:
        """Return the items of a segment in scan order; `after` is an exclusive start key within the segment.

        O(log p + k), and O(p log p) once, at the first scan.
        """
        place = None if after is None else self.place_of(after)
        return self._items.scan(*segment_bounds(segment, segments), place)

    def hash_of(self, place: Place) -> int:
        """Return the hash of the partition of a place, from 0 to `HASH_SPACE`. O(key size)."""
        several = len(self.schema.hash_keys) > 1
        return _hash_of_several(place[0]) if several else _hash_of_one(place[0])

    def collection(self, partition: Partition) -> Iterator[Item]:
        """Return all items of one partition in order of the sort key. O(k)."""
        return self._items.range(partition)

    def __iter__(self) -> Iterator[Item]:
        """Return all items, in no particular order. O(1) per item."""
        return iter(self._items)

    def __len__(self) -> int:
        """Return the number of items. O(1)."""
        return self._items.count

    @property
    def bytes(self) -> int:
        """Size of all items together, without storage overhead. O(1)."""
        return self._items.bytes

    def check(self) -> None:
        """Assert the invariants of `KeyedItems`."""
        self._items.check()


def _agree(old: Item, new: Item, names: tuple[str, ...]) -> bool:
    """Return whether two items have the same values for `names`."""
    for name in names:  # noqa: SIM110  # a loop is faster
        if old.get(name) != new.get(name):
            return False
    return True


def segment_bounds(segment: int, segments: int) -> tuple[int, int]:
    """Return the first hash of a segment of a parallel scan, and the first hash after it."""
    return -(-segment * HASH_SPACE // segments), -(-(segment + 1) * HASH_SPACE // segments)


def _hash_of_one(partition: Any) -> int:
    return partition_hash(partition)


def _hash_of_several(partition: Any) -> int:
    return partition_hash(*partition)


def _table_place(schema: KeySchema) -> Callable[[Item], Place | None]:
    hash_name = schema.hash_keys[0]
    if not schema.range_keys:
        return lambda item: (item[hash_name][1], None)
    range_name = schema.range_keys[0]
    return lambda item: (item[hash_name][1], sort_key(item[range_name]))


def _index_test(schema: KeySchema) -> Callable[[Item], bool]:
    """Return the test whether an index holds an item: all key attributes are there and valid.

    Writes with invalid index keys are rejected, so only a backfill finds them; it leaves out the item.
    """
    types = [(name, schema.types[name]) for name in schema.names]

    def holds(item: Item) -> bool:
        length = 0
        for name, tag in types:
            value = item.get(name)
            if value is None or value[0] != tag or not value[1]:
                return False
            length += len(value[1])
        return length <= CERTAINLY_SHORT or (
            sum([sizes.of_value(item[name]) for name in schema.hash_keys]) <= MAX_HASH_SIZE
            and sum([sizes.of_value(item[name]) for name in schema.range_keys]) <= MAX_RANGE_SIZE
        )

    return holds


def _index_place(schema: KeySchema, base: KeySchema, holds: Callable[[Item], bool]) -> Callable[[Item], Place | None]:
    hash_names, range_names = schema.hash_keys, schema.range_keys
    base_place = _table_place(base)
    is_local = hash_names == base.hash_keys

    def place(item: Item) -> Place | None:
        if not holds(item):
            return None
        partition = item[hash_names[0]][1] if len(hash_names) == 1 else tuple([item[name][1] for name in hash_names])
        sorts = [sort_key(item[name]) for name in range_names]
        base_partition, base_sort = base_place(item)  # type: ignore[misc]  # every item has a place in its table
        # Items with equal index keys are in the table's own internal order.
        if is_local:
            return partition, (*sorts, base_sort)
        return partition, (*sorts, partition_hash(base_partition), base_partition, base_sort)

    return place


def _plain_bounds(key_range: KeyRange) -> Bounds:
    """Return the bounds of a single sort key."""
    operator, operands = key_range.operator, key_range.operands
    if operator is None:
        return EVERYTHING
    if operator == "begins_with":
        return Bounds(operands[0][1], _after_prefix(operands[0]), includes_high=False)
    first = sort_key(operands[0])
    if operator == "BETWEEN":
        return Bounds(first, sort_key(operands[1]))
    if operator in ("<", "<="):
        return Bounds(high=first, includes_high=operator == "<=")
    return Bounds(low=first, includes_low=operator == ">=")


def _tuple_bounds(key_range: KeyRange) -> Bounds:
    """Return the bounds of an index's sort key: a tuple of RANGE attributes, then the place in the table."""
    prefix = tuple([sort_key(value) for value in key_range.equals])
    inner = _plain_bounds(key_range)
    # A tuple sorts before all longer tuples that start with it; with `_LAST` added it sorts after them.
    low = prefix if inner.low is None else (*prefix, inner.low)
    if inner.low is not None and not inner.includes_low:
        low = (*low, _LAST)
    if inner.high is None:
        high: tuple[Any, ...] = (*prefix, _LAST)
    elif inner.includes_high:
        high = (*prefix, inner.high, _LAST)
    else:
        high = (*prefix, inner.high)
    return Bounds(low, high)


def _after_prefix(prefix: Value) -> Any:
    """Return the first string or binary that sorts after all those starting with `prefix`; None if there is none."""
    payload = prefix[1]
    if isinstance(payload, str):
        kept = payload.rstrip("\U0010ffff")
        return kept[:-1] + chr(ord(kept[-1]) + 1) if kept else None
    kept_bytes = payload.rstrip(b"\xff")
    return kept_bytes[:-1] + bytes([kept_bytes[-1] + 1]) if kept_bytes else None
