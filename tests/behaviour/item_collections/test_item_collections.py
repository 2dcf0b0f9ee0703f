"""Item collections of tables with local indexes: their limit, 10 GB on AWS, and what is told of their size."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from pytest_ddbmock import mock_dynamodb

KEY = {"pk": {"S": "p"}, "sk": {"S": "1"}}
EXCEEDED = "ItemCollectionSizeLimitExceededException"

# An item {pk: p, sk: 1, l: x} has 8 bytes, its entry in the index (ALL) as many, and each 100 of storage overhead.
SMALL = 8 + 100 + 8 + 100


@pytest.fixture
def ddb() -> Iterator[Any]:
    with mock_dynamodb(
        region="us-east-1",
        item_collection_limit=3 * SMALL,
        tables={
            "things": {"key": ("pk", "sk"), "lsi": {"by-l": "l"}, "gsi": {"by-g": "l"}},
            "free": {"key": ("pk", "sk"), "gsi": {"by-g": "l"}},
        },
    ) as ddb:
        yield ddb


@pytest.fixture
def dynamodb(ddb: Any) -> Any:
    return boto3.client("dynamodb", region_name="us-east-1")


def item(sort: str, *, partition: str = "p", **more: str) -> dict[str, Any]:
    values = {"pk": partition, "sk": sort, "l": "x", **more}
    return {name: {"S": value} for name, value in values.items()}


def fill(client: Any) -> None:
    for sort in "123":
        client.put_item(TableName="things", Item=item(sort))


def test_a_collection_may_be_full_to_the_byte_and_no_more(ddb: Any, dynamodb: Any) -> None:
    fill(dynamodb)
    before = ddb.table("things").items
    with pytest.raises(dynamodb.exceptions.ItemCollectionSizeLimitExceededException) as caught:
        dynamodb.put_item(TableName="things", Item=item("4"))
    assert caught.value.response["Error"] == {"Code": EXCEEDED, "Message": "Collection size exceeded."}
    with pytest.raises(dynamodb.exceptions.ItemCollectionSizeLimitExceededException):
        dynamodb.put_item(TableName="things", Item=item("1", a="one byte more"))
    with pytest.raises(dynamodb.exceptions.ItemCollectionSizeLimitExceededException):
        dynamodb.update_item(
            TableName="things", Key=KEY, UpdateExpression="SET a = :a", ExpressionAttributeValues={":a": {"S": ""}}
        )
    with pytest.raises(dynamodb.exceptions.ItemCollectionSizeLimitExceededException):
        dynamodb.execute_statement(Statement="INSERT INTO things VALUE {'pk': 'p', 'sk': '4'}")
    assert ddb.table("things").items == before


def test_a_full_collection_can_shrink_and_others_can_grow(ddb: Any, dynamodb: Any) -> None:
    fill(dynamodb)
    dynamodb.put_item(TableName="things", Item=item("1", partition="q"))
    dynamodb.put_item(TableName="things", Item=item("1"))
    dynamodb.put_item(TableName="things", Item=KEY)  # no longer in the index
    dynamodb.delete_item(TableName="things", Key=KEY)
    dynamodb.put_item(TableName="things", Item=item("4"))
    assert len(ddb.table("things")) == 4


def test_a_table_without_local_indexes_has_no_such_limit(ddb: Any, dynamodb: Any) -> None:
    for sort in "123456":
        dynamodb.put_item(TableName="free", Item=item(sort))
    assert len(ddb.table("free")) == 6


def test_a_condition_is_judged_before_the_size(dynamodb: Any) -> None:
    fill(dynamodb)
    with pytest.raises(dynamodb.exceptions.ConditionalCheckFailedException):
        dynamodb.put_item(TableName="things", Item=item("4"), ConditionExpression="attribute_exists(pk)")


def test_a_batch_that_is_too_much_is_refused_whole(ddb: Any, dynamodb: Any) -> None:
    # Unsure: AWS may have written some of it.
    dynamodb.put_item(TableName="things", Item=item("1"))
    batch = [{"PutRequest": {"Item": item(sort)}} for sort in "234"]
    with pytest.raises(dynamodb.exceptions.ItemCollectionSizeLimitExceededException):
        dynamodb.batch_write_item(RequestItems={"things": batch})
    assert len(ddb.table("things")) == 1
    assert dynamodb.batch_write_item(RequestItems={"things": batch[:2]})["UnprocessedItems"] == {}
    exchanged = [{"DeleteRequest": {"Key": KEY}}, {"PutRequest": {"Item": item("4")}}]
    dynamodb.batch_write_item(RequestItems={"things": exchanged})
    assert [one["sk"] for one in ddb.table("things").items] == ["2", "3", "4"]


def test_a_transaction_that_is_too_much_names_the_action(ddb: Any, dynamodb: Any) -> None:
    fill(dynamodb)
    dynamodb.delete_item(TableName="things", Key=KEY)
    puts = [{"Put": {"TableName": "things", "Item": item(sort)}} for sort in "45"]
    with pytest.raises(dynamodb.exceptions.TransactionCanceledException) as caught:
        dynamodb.transact_write_items(TransactItems=puts)
    assert caught.value.response["CancellationReasons"] == [
        {"Code": "None"},
        {"Code": "ItemCollectionSizeLimitExceeded", "Message": "Collection size exceeded."},
    ]
    assert len(ddb.table("things")) == 2
    dynamodb.transact_write_items(TransactItems=puts[:1])


def test_metrics_are_told_of_writes_to_tables_with_local_indexes(dynamodb: Any) -> None:
    wanted = {"ItemCollectionKey": {"pk": {"S": "p"}}, "SizeEstimateRangeGB": [0.0, 1.0]}
    size = {"ReturnItemCollectionMetrics": "SIZE"}
    puts = [{"PutRequest": {"Item": item("1")}}, {"PutRequest": {"Item": item("1", partition="q")}}]
    answer = dynamodb.batch_write_item(RequestItems={"things": puts, "free": puts[:1]}, **size)
    other = {**wanted, "ItemCollectionKey": {"pk": {"S": "q"}}}
    assert answer["ItemCollectionMetrics"] == {"things": [wanted, other]}
    put = {"Put": {"TableName": "things", "Item": item("2")}}
    assert dynamodb.transact_write_items(TransactItems=[put], **size)["ItemCollectionMetrics"] == {"things": [wanted]}
    assert "ItemCollectionMetrics" not in dynamodb.put_item(TableName="free", Item=item("2"), **size)
    assert "ItemCollectionMetrics" not in dynamodb.put_item(TableName="things", Item=item("2"))
