"""What boto3 does not check itself: wrong types, missing members, nonsense. Always DynamoDB's error, never a trace."""

from __future__ import annotations

from typing import Any

import pytest

KEY = {"pk": {"S": "a"}}
REST = {"put_item": {"Item": KEY}, "get_item": {"Key": KEY}, "update_item": {"Key": KEY}, "delete_item": {"Key": KEY}}
"""What the operations need besides a table."""


@pytest.fixture
def table(ddbmock: Any, client: Any) -> Any:
    ddbmock.create_table("things", "pk", gsi={"by-g": "g"})
    client.put_item(TableName="things", Item={**KEY, "g": {"S": "x"}})
    return ddbmock.table("things")


@pytest.mark.parametrize("operation", ["put_item", "get_item", "update_item", "delete_item", "query", "scan"])
def test_an_empty_request_is_refused(refused: Any, table: Any, operation: str) -> None:
    message = refused(operation)
    assert message.startswith("ValidationException: ")
    assert "Value null at 'tableName' failed to satisfy constraint: Member must not be null" in message


@pytest.mark.parametrize(
    "operation, member", [("put_item", "item"), ("get_item", "key"), ("update_item", "key"), ("delete_item", "key")]
)
def test_a_missing_item_or_key_is_refused(refused: Any, table: Any, operation: str, member: str) -> None:
    assert refused(operation, TableName="things") == (
        f"ValidationException: 1 validation error detected: Value null at '{member}' failed to satisfy constraint: "
        "Member must not be null"
    )


@pytest.mark.parametrize(
    "value, complaint",
    [
        ({"S": 5}, "NUMBER_VALUE cannot be converted to String"),
        ({"S": True}, "TRUE_VALUE cannot be converted to String"),
        ({"N": 5}, "NUMBER_VALUE cannot be converted to String"),
        ({"N": 0.5}, "DECIMAL_VALUE cannot be converted to String"),
        ({"BOOL": 1}, "NUMBER_VALUE cannot be converted to Boolean"),
        ({"BOOL": "yes"}, "Unexpected token received from parser"),
        ({"S": ["x"]}, "Unrecognized collection type class java.lang.String"),
        ({"SS": ["x", 1]}, "NUMBER_VALUE cannot be converted to String"),
        ({"M": {"m": {"S": 5}}}, "NUMBER_VALUE cannot be converted to String"),
    ],
)
def test_wrong_types_in_values_are_told_before_all_else(
    client: Any, refused: Any, table: Any, value: Any, complaint: str
) -> None:
    before = table.items
    for operation, params in (
        ("put_item", {"Item": {**KEY, "v": value}, "ReturnValues": "WRONG"}),
        ("get_item", {"Key": {"pk": value}}),
        ("delete_item", {"Key": {"pk": value}}),
        (
            "update_item",
            {"Key": KEY, "UpdateExpression": "SET (", "ExpressionAttributeValues": {":v": value}},
        ),
        (
            "query",
            {"KeyConditionExpression": "pk =", "ExpressionAttributeValues": {":v": value}},
        ),
        ("scan", {"ExclusiveStartKey": {"pk": value}}),
    ):
        message = refused(operation, TableName="things", **params)
        assert message == f"SerializationException: {complaint}", operation
    assert table.items == before


@pytest.mark.parametrize(
    "operation, member, wrong",
    [
        ("query", "Limit", "5"),
        ("query", "ScanIndexForward", "no"),
        ("scan", "Segment", [1]),
        ("get_item", "ConsistentRead", 1),
        ("put_item", "ConditionExpression", 5),
        ("put_item", "ReturnValues", ["ALL_OLD"]),
        ("put_item", "ExpressionAttributeNames", {"#a": 5}),
        ("update_item", "UpdateExpression", {"SET": "x"}),
        ("query", "KeyConditionExpression", 5),
    ],
)
def test_wrong_types_of_options_are_refused(refused: Any, table: Any, operation: str, member: str, wrong: Any) -> None:
    message = refused(operation, **{"TableName": "things", **REST.get(operation, {}), member: wrong})
    assert message.startswith("SerializationException: ")


def test_several_violations_are_told_together(refused: Any, table: Any) -> None:
    message = refused("scan", TableName="things", Select="X", Limit=-1, ReturnConsumedCapacity="Y")
    assert message.startswith("ValidationException: 3 validation errors detected: ")
    assert message.count("; ") == 2


@pytest.mark.parametrize(
    "operation, items",
    [
        ("batch_write_item", {"things": [{"PutRequest": {}}]}),
        ("batch_write_item", {"things": [{"PutRequest": {"Item": KEY}}, {"DeleteRequest": {"Key": {}}}]}),
        ("batch_write_item", {"things": [{}]}),
        ("batch_write_item", {"things": []}),
        ("batch_write_item", {"": [{"PutRequest": {"Item": KEY}}]}),
        ("batch_write_item", {"no such": [{"PutRequest": {"Item": KEY}}]}),
        ("batch_get_item", {"things": {}}),
        ("batch_get_item", {"things": {"Keys": [{}]}}),
        ("batch_get_item", {"": {"Keys": [KEY]}}),
        ("batch_get_item", {"things": {"Keys": [KEY], "AttributesToGet": []}}),
        ("batch_get_item", {"things": {"Keys": [KEY], "ConsistentRead": "x"}}),
    ],
)
def test_malformed_batches_are_refused(refused: Any, table: Any, operation: str, items: Any) -> None:
    before = table.items
    message = refused(operation, RequestItems=items)
    assert message.startswith(("ValidationException: ", "SerializationException: "))
    assert table.items == before
