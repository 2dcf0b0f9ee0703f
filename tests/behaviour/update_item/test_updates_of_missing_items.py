"""An update of an item that does not exist: most make one of its key, those that only remove make none."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

TABLE = "things"
NEW = {"pk": {"S": "new"}}
SET = {"SS": ["x"]}

REMOVALS = [
    {"UpdateExpression": "REMOVE a"},
    {"UpdateExpression": "REMOVE a, b"},
    {"UpdateExpression": "REMOVE x.y"},
    {"UpdateExpression": "REMOVE x[3].y, z.q"},
    # Unsure: DELETE in an expression.
    {"UpdateExpression": "DELETE s :s", "ExpressionAttributeValues": {":s": SET}},
    {"UpdateExpression": "DELETE x.s :s", "ExpressionAttributeValues": {":s": SET}},
    {"UpdateExpression": "REMOVE a DELETE s :s", "ExpressionAttributeValues": {":s": SET}},
    {"AttributeUpdates": {"a": {"Action": "DELETE"}}},
    {"AttributeUpdates": {"s": {"Action": "DELETE", "Value": SET}}},
    {"AttributeUpdates": {"a": {"Action": "DELETE"}, "s": {"Action": "DELETE", "Value": SET}}},
]
CREATIONS = [
    {},
    {"AttributeUpdates": {}},
    {"UpdateExpression": "SET a = :s", "ExpressionAttributeValues": {":s": SET}},
    {"UpdateExpression": "ADD a :s", "ExpressionAttributeValues": {":s": SET}},
    {"UpdateExpression": "REMOVE b ADD a :s", "ExpressionAttributeValues": {":s": SET}},
    {"UpdateExpression": "DELETE b :s SET a = :s", "ExpressionAttributeValues": {":s": SET}},
    {"AttributeUpdates": {"a": {"Value": SET}}},
    {"AttributeUpdates": {"a": {"Action": "ADD", "Value": SET}, "b": {"Action": "DELETE"}}},
]


@pytest.fixture
def table(ddbmock: Any, client: Any) -> Any:
    ddbmock.create_table(TABLE, "pk", gsi={"by-a": "a"}, stream="NEW_AND_OLD_IMAGES")
    client.put_item(TableName=TABLE, Item={"pk": {"S": "old"}})
    return ddbmock.table(TABLE)


@pytest.fixture
def records(ddbmock: Any, client: Any, table: Any) -> Any:
    """Reads the stream of the table from its beginning."""
    streams = boto3.client("dynamodbstreams", region_name=ddbmock.region)
    arn = client.describe_table(TableName=TABLE)["Table"]["LatestStreamArn"]

    def records() -> list[Any]:
        [shard] = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
        iterator = streams.get_shard_iterator(
            StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        return streams.get_records(ShardIterator=iterator)["Records"]  # type: ignore[no-any-return]

    return records


@pytest.mark.parametrize("update", REMOVALS)
@pytest.mark.parametrize("returns", ["NONE", "ALL_OLD", "ALL_NEW", "UPDATED_OLD", "UPDATED_NEW"])
def test_an_update_that_only_removes_makes_no_item(
    client: Any, table: Any, records: Any, update: Any, returns: str
) -> None:
    answer = client.update_item(
        TableName=TABLE, Key=NEW, **update, ReturnValues=returns, ReturnConsumedCapacity="INDEXES"
    )
    assert "Attributes" not in answer
    assert answer["ConsumedCapacity"] == {"TableName": TABLE, "CapacityUnits": 1.0, "Table": {"CapacityUnits": 1.0}}
    assert "Item" not in client.get_item(TableName=TABLE, Key=NEW)
    assert len(table) == 1
    assert [record["eventName"] for record in records()] == ["INSERT"]  # of the item that the fixture puts


@pytest.mark.parametrize("update", CREATIONS)
def test_any_other_update_makes_the_item(ddbmock: Any, client: Any, records: Any, update: Any) -> None:
    ddbmock.create_table("plain", "pk")
    answer = client.update_item(TableName="plain", Key=NEW, **update, ReturnValues="ALL_NEW")
    made = {**NEW, "a": SET} if any(update.values()) else NEW
    assert answer["Attributes"] == made
    assert client.get_item(TableName="plain", Key=NEW)["Item"] == made


def test_an_update_without_actions_is_in_the_stream(client: Any, records: Any) -> None:
    client.update_item(TableName=TABLE, Key=NEW)
    assert [record["dynamodb"]["Keys"] for record in records()] == [{"pk": {"S": "old"}}, NEW]


@pytest.mark.parametrize("update", REMOVALS[:7])
def test_a_transaction_that_only_removes_makes_no_item(client: Any, table: Any, records: Any, update: Any) -> None:
    client.transact_write_items(
        TransactItems=[
            {"Update": {"TableName": TABLE, "Key": NEW, **update}},
            {"Delete": {"TableName": TABLE, "Key": {"pk": {"S": "other"}}}},
        ]
    )
    assert len(table) == 1
    assert len(records()) == 1


def test_the_condition_of_a_removal_is_still_evaluated(client: Any, refused: Any, table: Any) -> None:
    update = {"TableName": TABLE, "Key": NEW, "UpdateExpression": "REMOVE a"}
    assert refused("update_item", **update, ConditionExpression="attribute_exists(pk)") == (
        "ConditionalCheckFailedException: The conditional request failed"
    )
    client.update_item(**update, ConditionExpression="attribute_not_exists(pk)")
    assert len(table) == 1


@pytest.mark.parametrize("text", ["REMOVE x.y", "REMOVE x[0]", "REMOVE pk2.y"])
def test_a_removal_inside_a_missing_attribute_of_an_item_is_refused(refused: Any, table: Any, text: str) -> None:
    assert refused("update_item", TableName=TABLE, Key={"pk": {"S": "old"}}, UpdateExpression=text) == (
        "ValidationException: The document path provided in the update expression is invalid for update"
    )


def test_a_removal_of_a_key_attribute_of_a_missing_item_is_refused(refused: Any, table: Any) -> None:
    assert refused("update_item", TableName=TABLE, Key=NEW, UpdateExpression="REMOVE pk") == (
        "ValidationException: One or more parameter values were invalid: Cannot update attribute pk. "
        "This attribute is part of the key"
    )
