"""`KeyedItems` and `Bounds` against brute force over a plain dict."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_ddbmock.storage.keyed import EVERYTHING, Bounds, KeyedItems
from pytest_ddbmock.values.item import Item

PARTITIONS = ["a", "b", "c", "d", "e", "f"]
HASHES = {"a": 4, "b": 0, "c": 4, "d": 9, "e": 2, "f": 4}
"""Three partitions share a hash."""

SHAPES: dict[str, list[Any]] = {
    "no sort key": [None],
    "number": [-2, 0, 1, 5, 7],
    "string": ["a", "aa", "b", "é", "𝄞"],
    "tuple": [(1, "a"), (1, "b"), (2, "a"), (3,), (3, "a")],
}

Place = tuple[Any, Any]


def sort_of(item: Item) -> Any:
    return SHAPES[item["shape"][1]][int(item["sort"][1])]


def make(shape: str, partition: str, sort: Any, size: int) -> Item:
    return Item(
        {
            "p": ("S", partition),
            "shape": ("S", shape),
            "sort": ("N", str(SHAPES[shape].index(sort))),
            "v": ("S", "x" * size),
        }
    )


class Both:
    """The structure and a dict that holds the same."""

    def __init__(self, shape: str) -> None:
        self.shape = shape
        self.keyed = KeyedItems(sort_of, HASHES.__getitem__)
        self.model: dict[Place, Item] = {}

    def write(self, partition: str, sort: Any, size: int | None) -> None:
        """Put an item of that size at the place, or remove what is there (None)."""
        place = (partition, sort)
        if size is None:
            if place in self.model:
                self.keyed.remove(*place)
                del self.model[place]
            return
        item = make(self.shape, partition, sort, size)
        (self.keyed.replace if place in self.model else self.keyed.add)(*place, item)
        self.model[place] = item

    def in_order(self, places: Iterable[Place]) -> list[Item]:
        """The items at these places in scan order."""
        return [self.model[place] for place in sorted(places, key=self.scan_place)]

    @staticmethod
    def scan_place(place: Place) -> Any:
        partition, sort = place
        return (HASHES[partition], partition) if sort is None else (HASHES[partition], partition, sort)


shapes = st.sampled_from(sorted(SHAPES))


@st.composite
def filled(draw: st.DrawFn) -> Both:
    """A structure after some writes, some of them after its first scan."""
    both = Both(draw(shapes))
    sorts = st.sampled_from(SHAPES[both.shape])
    writes = st.tuples(st.sampled_from(PARTITIONS), sorts, st.none() | st.integers(0, 3))
    for write in draw(st.lists(writes, max_size=25)):
        both.write(*write)
    list(both.keyed.scan(0, 10))  # builds the order of partitions
    for write in draw(st.lists(writes, max_size=15)):
        both.write(*write)
    return both


@st.composite
def bounds_of(draw: st.DrawFn, sorts: list[Any]) -> Bounds:
    ends = st.none() if sorts == [None] else st.none() | st.sampled_from(sorts)
    return Bounds(draw(ends), draw(ends), draw(st.booleans()), draw(st.booleans()))


def holds(bounds: Bounds, sort: Any) -> bool:
    above = bounds.low is None or bounds.low < sort or (bounds.includes_low and bounds.low == sort)
    below = bounds.high is None or sort < bounds.high or (bounds.includes_high and bounds.high == sort)
    return above and below


@given(filled())
def test_each_item_is_found_at_its_place_and_nowhere_else(both: Both) -> None:
    for partition in PARTITIONS:
        for sort in SHAPES[both.shape]:
            assert both.keyed.get(partition, sort) is both.model.get((partition, sort))
    assert sorted(map(id, both.keyed)) == sorted(map(id, both.model.values()))
    assert both.keyed.count == len(both.model)
    assert both.keyed.bytes == sum(item.size for item in both.model.values())
    both.keyed.check()


@given(filled(), st.data())
def test_a_range_gives_what_lies_within_its_bounds_in_order(both: Both, data: st.DataObject) -> None:
    bounds = data.draw(bounds_of(SHAPES[both.shape]))
    for partition in PARTITIONS:
        wanted = both.in_order(place for place in both.model if place[0] == partition and holds(bounds, place[1]))
        assert list(both.keyed.range(partition, bounds)) == wanted
        assert list(both.keyed.range(partition, bounds, reverse=True)) == wanted[::-1]
        whole = both.in_order(place for place in both.model if place[0] == partition)
        assert list(both.keyed.range(partition)) == list(both.keyed.range(partition, EVERYTHING)) == whole


@pytest.mark.parametrize("reverse", [False, True])
def test_what_follows_a_sort_key_within_bounds(reverse: bool) -> None:
    ends, inclusive = (None, 1, 2, 3), (False, True)
    keyed = KeyedItems(sort_of, HASHES.__getitem__)
    for sort in SHAPES["number"]:
        keyed.add("a", sort, make("number", "a", sort, 1))
    for parts in itertools.product(ends, ends, inclusive, inclusive):
        bounds = Bounds(*parts)
        for start in (0, 1, 2, 3, 4):
            rest = bounds.after(start, reverse=reverse)
            for sort in (0, 1, 2, 3, 4):
                assert bounds.contains(sort) == holds(bounds, sort)
                assert rest.contains(sort) == (holds(bounds, sort) and (sort < start if reverse else sort > start))
            found = [sort_of(item) for item in keyed.range("a", rest, reverse=reverse)]
            assert found == sorted(filter(rest.contains, SHAPES["number"]), reverse=reverse)


@given(filled(), st.integers(0, 10), st.integers(0, 10), st.data())
def test_a_scan_gives_the_partitions_of_a_hash_range_in_order(both: Both, low: int, high: int, data: Any) -> None:
    inside = [partition for partition in PARTITIONS if low <= HASHES[partition] < high]
    wanted = both.in_order(place for place in both.model if place[0] in inside)
    assert list(both.keyed.scan(low, high)) == wanted
    if inside:
        # A start need not be the place of an item.
        start = (data.draw(st.sampled_from(inside)), data.draw(st.sampled_from(SHAPES[both.shape])))
        rest = [place for place in both.model if place[0] in inside and both.scan_place(place) > both.scan_place(start)]
        assert list(both.keyed.scan(low, high, start)) == both.in_order(rest)


@given(shapes, st.lists(st.integers(0, 3), max_size=60))
@settings(max_examples=30)
def test_what_is_added_and_removed_again_leaves_nothing(shape: str, sizes: list[int]) -> None:
    both = Both(shape)
    places = [(partition, sort) for partition in PARTITIONS for sort in SHAPES[shape]][: len(sizes)]
    for (partition, sort), size in zip(places, sizes, strict=False):
        both.write(partition, sort, size)
    assert list(both.keyed.scan(0, 10)) == both.in_order(both.model)
    for partition, sort in places[::-1]:
        both.write(partition, sort, None)
        both.keyed.check()
    assert (both.keyed.count, both.keyed.bytes, list(both.keyed), list(both.keyed.scan(0, 10))) == (0, 0, [], [])


def test_items_of_one_partition_may_change_while_a_structure_holds_no_order_of_partitions() -> None:
    both = Both("number")
    for sort in (5, -2, 7):
        both.write("a", sort, 1)
    both.write("a", 5, None)
    assert [sort_of(item) for item in both.keyed.range("a")] == [-2, 7]
    both.keyed.check()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda keyed: setattr(keyed, "count", 3),
        lambda keyed: setattr(keyed, "bytes", 1),
        lambda keyed: keyed._by_hash.add((1, "z")),
        lambda keyed: keyed._partitions["a"].order.remove(5),
        lambda keyed: keyed._partitions["a"].items.update({0: make("number", "a", 7, 1)}),
    ],
)
def test_check_finds_what_does_not_hold(spoil: Any) -> None:
    both = Both("number")
    both.write("a", 5, 1)
    both.write("a", 0, 1)
    list(both.keyed.scan(0, 10))
    both.keyed.check()
    spoil(both.keyed)
    with pytest.raises(AssertionError):
        both.keyed.check()
