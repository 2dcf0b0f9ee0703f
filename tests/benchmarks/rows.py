"""What is measured: a `Row` is one operation on one table, with the goals that were set for it."""

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
    STREAMED,
    Wire,
    big,
    big_item,
    index_key,
    key,
    large_item,
    puts,
    small_item,
)

SIZES = (1_000, 10_000, 100_000)
TRANSACTION = 10
FLAT = 0.05
"""The goal for the growth of each family: the exponent of time ~ size^e."""


@dataclass(frozen=True)
class Row:
    """One line of the result.

    `operation` of `service` is called with `request`, in turn with `other` where there is one, on a table of `size`
    items and has to answer `answer`, which is also what the floors give. `before` is another call that puts things
    right before each timed one. `goal` is the wanted bound of ours over the floor, `moto_goal` by how much moto should
    be slower than ours at least. Rows of one `family` differ only in size; for them the growth is told.
    """

    name: str
    operation: str
    request: Wire
    answer: Canned = field(default_factory=dict)
    other: Wire | None = None
    service: str = "dynamodb"
    table: str = SMALL
    size: int = SMALL_SIZE
    before: tuple[str, Wire] | None = None
    goal: float | None = None
    moto_goal: float | None = None
    family: str | None = None

    def is_right(self, answer: dict[str, Any]) -> bool:
        """Whether a peer answered what it had to."""
        told = {name: value for name, value in answer.items() if name in self.answer}
        return _comparable(told) == _comparable(self.answer)


def rows() -> list[Row]:
    """All of them, in the order of the result."""
    return [*_single_items(), _scan(), *(row for make in _SIZED for row in map(make, SIZES)), *_get_records()]


def _single_items() -> list[Row]:
    item, untouched = small_item(1), small_item(SMALL_SIZE // 2)
    put = ("put_item", {"TableName": SMALL, "Item": item})
    return [
        Row(
            "GetItem",
            "get_item",
            {"TableName": SMALL, "Key": key(untouched)},
            {"Item": untouched},
            goal=0.4,
            moto_goal=20,
        ),
        Row("DeleteItem", "delete_item", {"TableName": SMALL, "Key": key(item)}, before=put, goal=0.4, moto_goal=20),
        Row("PutItem, 100 B", "put_item", put[1], other=_put(small_item(1, 43)), goal=0.55, moto_goal=15),
        Row(
            "PutItem, 10 KB",
            "put_item",
            _put(large_item(2)),
            other=_put(large_item(2, 43)),
            goal=0.55,
            moto_goal=15,
        ),
        Row(
            "UpdateItem: SET, ADD, condition",
            "update_item",
            {
                "TableName": SMALL,
                "Key": key(item),
                "UpdateExpression": "SET visits = visits + :one, #name = :name ADD logins :one",
                "ConditionExpression": "attribute_exists(pk) AND visits >= :none",
                "ExpressionAttributeNames": {"#name": "name"},
                "ExpressionAttributeValues": {":one": {"N": "1"}, ":none": {"N": "0"}, ":name": {"S": "Grace"}},
            },
            before=put,
            goal=0.9,
            moto_goal=20,
        ),
    ]


def _put(item: Wire) -> Wire:
    return {"TableName": SMALL, "Item": item}


def _scan() -> Row:
    """A hundred items of a thousand, by a filter of two conditions."""
    found = [big_item(number) for number in range(500, 600)]
    return Row(
        "Scan of 1,000 with filter",
        "scan",
        {
            "TableName": big(1_000),
            "FilterExpression": "#rank BETWEEN :first AND :last AND #open = :open",
            "ExpressionAttributeNames": {"#rank": "rank", "#open": "open"},
            "ExpressionAttributeValues": {
                ":first": found[0]["rank"],
                ":last": found[-1]["rank"],
                ":open": {"BOOL": True},
            },
        },
        {"Items": found, "Count": 100, "ScannedCount": 1_000},
        table=big(1_000),
        goal=15,
    )


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
        goal=3,
        family="Query, 100",
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
        goal=3,
        family="index Query, 100",
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
        goal=1,
        family="deep page, 10",
    )


def _batch_get(size: int) -> Row:
    """A hundred items from all over the first half of a partition."""
    found = [big_item(number) for number in range(0, size // 2, size // 200)]
    return Row(
        f"BatchGetItem, 100 of {size:,}",
        "batch_get_item",
        {"RequestItems": {big(size): {"Keys": [key(item) for item in found]}}},
        {"Responses": {big(size): found}},
        table=big(size),
        size=size,
        goal=1.5,
        family="BatchGetItem, 100",
    )


# What writes keeps off the items that are read: those behind three quarters of the partition.


def _batch_write(size: int) -> Row:
    """Twenty-five items written over others, with another content each time; the index is kept up."""
    numbers = range(size * 3 // 4 + 1, size * 3 // 4 + 1 + BATCH)

    def request(note: str) -> Wire:
        return {"RequestItems": {big(size): puts([big_item(number, note=note) for number in numbers])}}

    return Row(
        f"BatchWriteItem, 25 into {size:,}",
        "batch_write_item",
        request("y"),
        {"UnprocessedItems": {}},
        other=request("z"),
        table=big(size),
        size=size,
        goal=0.8,
        family="BatchWriteItem, 25",
    )


def _transact_write(size: int) -> Row:
    """Ten items written over others, with another content each time; the index is kept up."""
    numbers = range(size * 3 // 4 + 51, size * 3 // 4 + 51 + TRANSACTION)

    def request(note: str) -> Wire:
        items = [big_item(number, note=note) for number in numbers]
        return {"TransactItems": [{"Put": {"TableName": big(size), "Item": item}} for item in items]}

    return Row(
        f"TransactWriteItems, 10 into {size:,}",
        "transact_write_items",
        request("y"),
        other=request("z"),
        table=big(size),
        size=size,
        goal=1.2,
        family="TransactWriteItems, 10",
    )


def _get_records() -> list[Row]:
    """A page of a thousand inserts. The request lacks its iterator, which the worker knows when the table is made."""
    return [
        Row(
            f"GetRecords, 1,000 records of 100 B in {len(make(0))} attributes, NEW_IMAGE",
            "get_records",
            {"ShardIterator": "none"},
            {"Records": [{"dynamodb": {"NewImage": make(number)}} for number in range(SMALL_SIZE)]},
            service="dynamodbstreams",
            table=table,
            goal=25,
            moto_goal=100,
        )
        for table, make in sorted(STREAMED.items())
    ]


_SIZED: list[Callable[[int], Row]] = [_query, _index_query, _deep_page, _batch_get, _batch_write, _transact_write]


def _comparable(answer: dict[str, Any]) -> dict[str, Any]:
    """The same with the items of a batch, which come in any order, sorted, and records without their ids."""
    batches = answer.get("Responses", {})
    batch = {table: sorted(items, key=lambda item: item["sk"]["S"]) for table, items in batches.items()}
    images = [record["dynamodb"]["NewImage"] for record in answer.get("Records", [])]
    return {**answer, "Responses": batch, "Records": images}
