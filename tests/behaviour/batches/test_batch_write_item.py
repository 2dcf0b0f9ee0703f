"""BatchWriteItem: all requests are good or nothing is written; batch_writer; capacity and metrics."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest


@pytest.fixture
def tables(ddbmock: Any, client: Any) -> Any:
    ddbmock.create_table("flat", "pk")
    ddbmock.create_table("ranged", "pk", "sk:N", gsi={"by-g": "g"}, lsi={"by-l": "l"})
    client.put_item(TableName="flat", Item={"pk": {"S": "old"}, "v": {"S": "x" * 2000}})
    return {name: ddbmock.table(name) for name in ("flat", "ranged")}


def put(**item: Any) -> Any:
    return {"PutRequest": {"Item": item}}


def delete(**key: Any) -> Any:
    return {"DeleteRequest": {"Key": key}}


def ranged(number: int, **rest: Any) -> Any:
    return put(pk={"S": "p"}, sk={"N": str(number)}, **rest)


def test_puts_and_deletes_of_several_tables_are_done_at_once(client: Any, tables: Any) -> None:
    answer = client.batch_write_item(
        RequestItems={
            "flat": [put(pk={"S": "new"}), delete(pk={"S": "old"}), delete(pk={"S": "never"})],
            "ranged": [ranged(1, g={"S": "g"}), ranged(2)],
        }
    )
    assert answer["UnprocessedItems"] == {}
    assert tables["flat"].items == [{"pk": "new"}]
    assert len(tables["ranged"]) == 2
    assert client.scan(TableName="ranged", IndexName="by-g")["Count"] == 1


def test_capacity_is_reported_by_table(client: Any, tables: Any) -> None:
    answer = client.batch_write_item(
        RequestItems={"flat": [put(pk={"S": "new"}), delete(pk={"S": "old"})], "ranged": [ranged(1, g={"S": "g"})]},
        ReturnConsumedCapacity="INDEXES",
    )
    assert sorted(answer["ConsumedCapacity"], key=lambda one: str(one["TableName"])) == [
        {"TableName": "flat", "CapacityUnits": 3.0, "Table": {"CapacityUnits": 3.0}},
        {
            "TableName": "ranged",
            "CapacityUnits": 2.0,
            "Table": {"CapacityUnits": 1.0},
            "GlobalSecondaryIndexes": {"by-g": {"CapacityUnits": 1.0}},
        },
    ]


def test_metrics_are_reported_once_for_each_collection(client: Any, tables: Any) -> None:
    answer = client.batch_write_item(
        RequestItems={
            "flat": [put(pk={"S": "new"})],
            "ranged": [ranged(1), ranged(2), put(pk={"S": "q"}, sk={"N": "1"})],
        },
        ReturnItemCollectionMetrics="SIZE",
    )
    collections = answer["ItemCollectionMetrics"]
    assert set(collections) == {"ranged"}
    keys = [metrics["ItemCollectionKey"]["pk"]["S"] for metrics in collections["ranged"]]
    assert sorted(keys) == ["p", "q"]


MISMATCH = "The provided key element does not match the schema"
TOO_LONG = "One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 bytes"
EMPTY = (
    "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string "
    "value. Key: pk"
)
ONE_OF = "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes"


@pytest.mark.parametrize(
    "request_, complaint",
    [
        (put(v={"S": "x"}), MISMATCH),
        (put(), MISMATCH),
        (put(pk={"N": "1"}), MISMATCH),
        (put(pk={"NULL": True}), MISMATCH),
        (put(pk={"L": []}), MISMATCH),
        (put(pk={"M": {}}), MISMATCH),
        (delete(), MISMATCH),
        (delete(v={"S": "x"}), MISMATCH),
        (delete(pk={"L": []}), MISMATCH),
        (put(pk={"S": "x" * 2049}), TOO_LONG),
        (delete(pk={"S": "x" * 2049}), TOO_LONG),
        (delete(pk={"S": ""}), EMPTY),
        (delete(pk={"N": "1"}), MISMATCH),
        (delete(pk={"S": "x"}, sk={"S": "y"}), MISMATCH),
        (
            put(pk={"S": "x"}, v={"SS": []}),
            "One or more parameter values were invalid: An string set  may not be empty",
        ),
        (put(pk={"S": "x"}, v={"S": "x" * 409_600}), "Item size has exceeded the maximum allowed size"),
        (put(pk={"S": ""}), EMPTY),
        ({}, ONE_OF),
        ({**put(pk={"S": "x"}), **delete(pk={"S": "y"})}, ONE_OF),
        (put(pk={"S": "first"}), "Provided list of item keys contains duplicates"),
        (delete(pk={"S": "first"}), "Provided list of item keys contains duplicates"),
    ],
)
def test_one_bad_request_rejects_the_batch(refused: Any, tables: Any, request_: Any, complaint: str) -> None:
    before = tables["flat"].items
    batch = {"ranged": [ranged(1)], "flat": [put(pk={"S": "first"}), request_]}
    assert refused("batch_write_item", RequestItems=batch) == f"ValidationException: {complaint}"
    assert tables["flat"].items == before
    assert tables["ranged"].items == []


@pytest.mark.parametrize(
    "item, complaint",
    [
        ({"pk": {"S": "p"}}, MISMATCH),
        ({"sk": {"N": "1"}}, MISMATCH),
        ({"pk": {"S": "p"}, "sk": {"S": "1"}}, MISMATCH),
        ({"pk": {"S": ""}, "sk": {"S": "1"}}, MISMATCH),
        ({"pk": {"S": "p"}, "g": {"N": "1"}}, MISMATCH),
        (
            {"pk": {"S": "p"}, "sk": {"N": "1"}, "g": {"N": "1"}},
            "One or more parameter values were invalid: Type mismatch for Index Key g Expected: S Actual: N "
            "IndexName: by-g",
        ),
    ],
)
def test_both_keys_of_a_put_must_fit_the_schema(refused: Any, tables: Any, item: Any, complaint: str) -> None:
    assert refused("batch_write_item", RequestItems={"ranged": [put(**item)]}) == f"ValidationException: {complaint}"


def test_more_than_25_requests_are_refused(refused: Any, tables: Any) -> None:
    message = refused("batch_write_item", RequestItems={"ranged": [ranged(number) for number in range(26)]})
    assert message.startswith("ValidationException: 1 validation error detected: Value '{ranged=[WriteRequest(")
    assert message.endswith(
        "at 'requestItems' failed to satisfy constraint: Map value must satisfy constraint: [Member must have length "
        "less than or equal to 25, Member must have length greater than or equal to 1]"
    )
    both = {
        "ranged": [ranged(number) for number in range(20)],
        "flat": [put(pk={"S": str(number)}) for number in range(6)],
    }
    assert refused("batch_write_item", RequestItems=both) == (
        "ValidationException: Too many items requested for the BatchWriteItem call"
    )


def test_one_missing_table_rejects_the_batch(refused: Any, tables: Any) -> None:
    batch = {"ranged": [ranged(1)], "nope": [put(pk={"S": "x"})]}
    assert refused("batch_write_item", RequestItems=batch) == (
        "ResourceNotFoundException: Requested resource not found"
    )
    assert tables["ranged"].items == []


def test_a_batch_writer_writes_all_it_is_given(ddbmock: Any, tables: Any) -> None:
    table = ddbmock.resource().Table("ranged")
    with table.batch_writer(overwrite_by_pkeys=["pk", "sk"]) as batch:
        for number in range(60):
            batch.put_item(Item={"pk": "p", "sk": number, "v": Decimal("0.5"), "blob": b"\x00"})
        batch.put_item(Item={"pk": "p", "sk": 0, "v": "last"})
        batch.delete_item(Key={"pk": "p", "sk": 1})
    assert len(tables["ranged"]) == 59
    assert tables["ranged"]["p", 0] == {"pk": "p", "sk": Decimal(0), "v": "last"}
