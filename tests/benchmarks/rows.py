"""What is measured: a `Row` is one operation on one table; its `call` is the piece that is timed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from peers import Canned
from tables import (
    BATCH,
    GROUP,
    INDEX,
    PARTITION,
    SMALL,
    SMALL_SIZE,
    Wire,
    big,
    big_item,
    index_key,
    key,
    puts,
    small_item,
)

SIZES = (1_000, 10_000, 100_000)


@dataclass(frozen=True)
class Row:
    """One line of the result.

    `operation` is called with `request` on a table of `size` items and has to answer `answer`, which is also what the
    floor gives. `before`, if there is one, is another call that puts things right before each timed one. `goal` is the
    wanted bound of ours over the floor. Rows of one `family` differ only in size; for them the growth is told.
    """

    name: str
    operation: str
    request: Wire
    answer: Canned = field(default_factory=dict)
    table: str = SMALL
    size: int = SMALL_SIZE
    before: tuple[str, Wire] | None = None
    goal: float | None = None
    family: str | None = None

    def is_right(self, answer: dict[str, Any]) -> bool:
        """Whether a peer answered what it had to."""
        told = {name: value for name, value in answer.items() if name in self.answer}
        return _unordered(told) == _unordered(self.answer)


def rows() -> list[Row]:
    """All of them, in the order of the result."""
    return [*_single_items(), *(row for make in _SIZED for row in map(make, SIZES))]


def _single_items() -> list[Row]:
    item, untouched = small_item(1), small_item(SMALL_SIZE // 2)
    return [
        Row("GetItem", "get_item", {"TableName": SMALL, "Key": key(untouched)}, {"Item": untouched}, goal=1.5),
        Row("PutItem", "put_item", {"TableName": SMALL, "Item": item}, goal=1.5),
        Row(
            "DeleteItem",
            "delete_item",
            {"TableName": SMALL, "Key": key(item)},
            before=("put_item", {"TableName": SMALL, "Item": item}),
            goal=1.5,
        ),
        Row(
            "UpdateItem with a condition",
            "update_item",
            {
                "TableName": SMALL,
                "Key": key(item),
                "UpdateExpression": "SET visits = visits + :one, #name = :name",
                "ConditionExpression": "attribute_exists(pk) AND visits >= :none",
                "ExpressionAttributeNames": {"#name": "name"},
                "ExpressionAttributeValues": {":one": {"N": "1"}, ":none": {"N": "0"}, ":name": {"S": "Grace"}},
            },
            before=("put_item", {"TableName": SMALL, "Item": item}),
            goal=2,
        ),
    ]


def _query(size: int) -> Row:
    """A hundred items from the middle of a partition, by a range of sort keys."""
    found = [big_item(number) for number in range(size // 2, size // 2 + 100)]
    return Row(
        f"Query, 100 of {size:,}",
        "query",
        {
            "TableName": big(size),
            "KeyConditionExpression": "pk = :pk AND sk BETWEEN :first AND :last",
            "ExpressionAttributeValues": {":pk": {"S": PARTITION}, ":first": found[0]["sk"], ":last": found[-1]["sk"]},
        },
        {"Items": found, "Count": 100, "ScannedCount": 100},
        table=big(size),
        size=size,
        goal=6,
        family="Query, 100",
    )


def _deep_page(size: int) -> Row:
    """Ten items behind a key in the middle of a partition."""
    found = [big_item(number) for number in range(size // 2 + 1, size // 2 + 11)]
    return Row(
        f"deep page, 10 of {size:,}",
        "query",
        {
            "TableName": big(size),
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": {"S": PARTITION}},
            "ExclusiveStartKey": key(big_item(size // 2)),
            "Limit": 10,
        },
        {"Items": found, "Count": 10, "ScannedCount": 10, "LastEvaluatedKey": key(found[-1])},
        table=big(size),
        size=size,
        goal=6,
        family="deep page, 10",
    )


def _index_query(size: int) -> Row:
    """A hundred items from the middle of a global index."""
    found = [big_item(number) for number in range(size // 2, size // 2 + 100)]
    return Row(
        f"index Query, 100 of {size:,}",
        "query",
        {
            "TableName": big(size),
            "IndexName": INDEX,
            "KeyConditionExpression": "#group = :group AND #rank >= :first",
            "ExpressionAttributeNames": {"#group": "group", "#rank": "rank"},
            "ExpressionAttributeValues": {":group": {"S": GROUP}, ":first": found[0]["rank"]},
            "Limit": 100,
        },
        {"Items": found, "Count": 100, "LastEvaluatedKey": index_key(found[-1])},
        table=big(size),
        size=size,
        family="index Query, 100",
    )


def _batch_get(size: int) -> Row:
    """A hundred items from all over a partition."""
    found = [big_item(number) for number in range(0, size, size // 100)]
    return Row(
        f"BatchGetItem, 100 of {size:,}",
        "batch_get_item",
        {"RequestItems": {big(size): {"Keys": [key(item) for item in found]}}},
        {"Responses": {big(size): found}},
        table=big(size),
        size=size,
        family="BatchGetItem, 100",
    )


def _batch_write(size: int) -> Row:
    """Twenty-five items written over those in the middle of a partition; the index is kept up."""
    items = [big_item(number) for number in range(size // 2, size // 2 + BATCH)]
    return Row(
        f"BatchWriteItem, 25 into {size:,}",
        "batch_write_item",
        {"RequestItems": {big(size): puts(items)}},
        {"UnprocessedItems": {}},
        table=big(size),
        size=size,
        family="BatchWriteItem, 25",
    )


_SIZED: list[Callable[[int], Row]] = [_query, _deep_page, _index_query, _batch_get, _batch_write]


def _unordered(answer: dict[str, Any]) -> dict[str, Any]:
    """The same with the items of a batch, which come in any order, sorted."""
    batch = {table: sorted(items, key=str) for table, items in answer.get("Responses", {}).items()}
    return {**answer, "Responses": batch}
