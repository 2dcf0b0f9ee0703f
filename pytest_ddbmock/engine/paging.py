"""Pages of Query and Scan: which items are evaluated, where a page ends, where the next one may start.

A client can always continue with the `LastEvaluatedKey` it was given; a key it builds itself may be rejected.

Source: "Paginating table query results", "Query", "Scan" (API reference).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from pytest_ddbmock import errors
from pytest_ddbmock.errors import DynamoDBError
from pytest_ddbmock.expressions.checks import render
from pytest_ddbmock.expressions.key_condition import KeyRange
from pytest_ddbmock.storage.schema import KEY_MISMATCH, KeySchema
from pytest_ddbmock.storage.view import View, segment_bounds
from pytest_ddbmock.values.attribute import Wire, attributes_to_wire
from pytest_ddbmock.values.faults import Layer
from pytest_ddbmock.values.item import Item, decode_item


class Page(NamedTuple):
    """Evaluated items: those that passed the filter, the number and bytes of all, and the last if more may follow.

    `fetched` holds the table's items of the evaluated entries of a local index, where they were needed.
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
    """Return the `LastEvaluatedKey`: the key attributes of table and index."""
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
"""Errors of sets and numbers: AWS reports them for a starting key without the prefix."""


def decode_start(given: Any, layer: Layer = Layer.NEW) -> Item | None:
    """Return the item of an `ExclusiveStartKey`, None without one.

    Errors: `ValidationException` that names the starting key, except for sets and numbers.
    """
    if given is None:
        return None
    try:
        return decode_item(given, layer)
    except DynamoDBError as error:
        message = str(error.message)
        if error.code != "ValidationException" or any(text in message for text in REPORTED_UNPREFIXED):
            raise
        raise errors.validation(f"{INVALID_START}: {message}") from None


def require_start_shape(start: Item, table: KeySchema, index: KeySchema | None, *, is_query: bool) -> None:
    """Raise unless an exclusive start key has exactly the key attributes of table and index, in their types.

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


def require_start_in_range(start: Item, view: View, key_range: KeyRange, *, is_single: bool) -> None:
    """Raise unless an exclusive start key is in the range that is queried.

    `is_single`: at most one item can be in the range. Such a query returns no `LastEvaluatedKey`, but accepts the key
    of its item. Unsure: reading backwards from the bound of `>=` is accepted as well, since a page may end there; one
    report (aws/aws-sdk-ruby, 2021) has it rejected.

    Errors: `ValidationException`.
    """
    place = view.place_of(start)
    if place is None:
        raise errors.validation(INVALID_START)
    if is_single and place[1] is None:
        # Captured on AWS, 2025-11. Unsure: whether for every key.
        shown = ", ".join(f"{name}={render(value)}" for name, value in start.items())
        raise errors.validation(f"The provided exclusive start key is invalid: ExclusiveStartKey: {{{shown}}}")
    partition, bounds = view.span(key_range)
    if place[0] != partition and not is_single:
        raise errors.validation("The provided starting key is outside query boundaries based on provided conditions")
    if not bounds.contains(place[1]):
        raise errors.validation("The provided starting key does not match the range key predicate")
    if place[0] != partition:
        raise errors.validation("The query can return at most one row and cannot be restarted")


def require_start_in_segment(start: Item, view: View, segment: int, segments: int) -> None:
    """Raise unless an exclusive start key of a parallel scan is in the segment that is scanned.

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
