"""Pages of Query and Scan: which items are evaluated, where a page ends, where the next one starts.

Source: "Paginating table query results", "Query", "Scan" (API reference).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from pytest_ddbmock import errors
from pytest_ddbmock.errors import DynamoDBError
from pytest_ddbmock.expressions.key_condition import KeyRange
from pytest_ddbmock.storage.schema import KEY_MISMATCH, KeySchema
from pytest_ddbmock.storage.view import View, segment_bounds
from pytest_ddbmock.values.attribute import Wire, attributes_to_wire
from pytest_ddbmock.values.item import Item, decode_item


class Page(NamedTuple):
    """Evaluated items: those that passed the filter, how many there were, their bytes, and the last if more may follow.

    `fetched` are the table's items that stand behind the evaluated entries of a local index, where they were needed.
    """

    items: list[Item]
    scanned: int
    size: int
    last: Item | None
    fetched: Sequence[Item] = ()


def read_page(
    items: Iterator[Item],
    *,
    limit: int | None,
    max_bytes: int,
    test: Callable[[Item], bool] | None,
    fetch: Callable[[Item], Item] | None = None,
) -> Page:
    """Evaluate items until `limit` of them or `max_bytes` are reached, or none is left.

    `fetch` returns the table's item of an entry of a local index; its bytes count as well. Unsure: whether the item
    that fills the page still belongs to it.
    """
    matching: list[Item] = []
    fetched: list[Item] = []
    scanned = size = fetched_size = 0
    for item in items:
        scanned += 1
        size += item.size
        if fetch is not None:
            item = fetch(item)
            fetched.append(item)
            fetched_size += item.size
        if test is None or test(item):
            matching.append(item)
        if size + fetched_size >= max_bytes or scanned == limit:
            return Page(matching, scanned, size, item, fetched)
    return Page(matching, scanned, size, None, fetched)


def evaluated_key(item: Item, table: KeySchema, index: KeySchema | None) -> Wire:
    """`LastEvaluatedKey`: the key attributes of table and index."""
    names = table.names if index is None else dict.fromkeys(index.names + table.names)
    return attributes_to_wire({name: item[name] for name in names})


INVALID_START = "The provided starting key is invalid"

REPORTED_UNPREFIXED = (
    "Input collection",
    "An number set",
    "cannot be converted to a numeric value",
    "more than 38 significant",
    "Number ",
)
"""Faults of sets and numbers, which AWS tells of a starting key without saying that it is one."""


def decode_start(given: Any) -> Item | None:
    """The item of an `ExclusiveStartKey`, None without one.

    Errors: `ValidationException` that names the starting key (except those for sets and numbers).
    """
    if given is None:
        return None
    try:
        return decode_item(given)
    except DynamoDBError as error:
        message = str(error.message)
        if error.code != "ValidationException" or any(text in message for text in REPORTED_UNPREFIXED):
            raise
        raise errors.validation(f"{INVALID_START}: {message}") from None


def require_start_shape(start: Item, table: KeySchema, index: KeySchema | None, *, is_query: bool) -> None:
    """An exclusive start key must consist of the key attributes of table and index, in their types.

    Errors: `ValidationException`.
    """
    names = set(table.names) | set(index.names if index is not None else ())
    if len(start) != len(names) or (index is not None and not set(index.names) <= set(start)):
        detailed = not is_query and index is None
        raise errors.validation(f"{INVALID_START}: {KEY_MISMATCH}" if detailed else INVALID_START)
    for name in table.names:
        if name not in start or start[name][0] != table.types[name]:
            raise errors.validation(f"{INVALID_START}: {KEY_MISMATCH}")
    for name in index.names if index is not None else ():
        if index is not None and start[name][0] != index.types[name]:
            raise errors.validation(KEY_MISMATCH)
    if any(not value[1] for value in start.values()):
        raise errors.validation(f"{INVALID_START}: {KEY_MISMATCH}")  # Unsure: text for empty key values.


def require_start_in_range(start: Item, view: View, key_range: KeyRange, *, reverse: bool) -> None:
    """An exclusive start key must lie in the range that is queried.

    Errors: `ValidationException`.
    """
    place = view.place_of(start)
    if place is None:
        raise errors.validation(INVALID_START)
    partition, bounds = view.span(key_range)
    if place[0] != partition:
        raise errors.validation("The provided starting key is outside query boundaries based on provided conditions")
    at_the_end = key_range.operator == ">=" and reverse and place[1] == bounds.low
    if not bounds.hold(place[1]) or at_the_end:
        raise errors.validation("The provided starting key does not match the range key predicate")


def require_start_in_segment(start: Item, view: View, segment: int, segments: int) -> None:
    """An exclusive start key of a parallel scan must come from the same segment.

    Errors: `ValidationException`.
    """
    place = view.place_of(start)
    if place is None:
        raise errors.validation(INVALID_START)
    low, high = segment_bounds(segment, segments)
    if not low <= view.hash_of(place) < high:
        raise errors.validation(
            f"{INVALID_START}: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct Segment. "
            f"TotalSegments: {segments} Segment: {segment}"
        )
