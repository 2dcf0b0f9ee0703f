"""DeleteItem: what is gone, what is returned."""

from __future__ import annotations

from typing import Any

import pytest

KEY = {"pk": {"S": "a"}, "sk": {"B": b"\x01"}}
ITEM = {**KEY, "v": {"S": "x" * 2000}}


@pytest.fixture
def table(ddbmock: Any, client: Any) -> Any:
    ddbmock.create_table("things", "pk", "sk:B")
    client.put_item(TableName="things", Item=ITEM)
    client.put_item(TableName="things", Item={**KEY, "sk": {"B": b"\x02"}})
    return ddbmock.table("things")


def test_a_deleted_item_is_gone_and_its_neighbour_is_not(client: Any, table: Any) -> None:
    client.delete_item(TableName="things", Key=KEY)
    assert "Item" not in client.get_item(TableName="things", Key=KEY)
    assert len(table) == 1


def test_deleting_what_is_not_there_succeeds(client: Any, table: Any) -> None:
    for _ in range(2):
        answer = client.delete_item(TableName="things", Key={**KEY, "pk": {"S": "b"}}, ReturnValues="ALL_OLD")
        assert "Attributes" not in answer
    assert len(table) == 2


def test_all_old_gives_the_item_that_was_deleted(client: Any, table: Any) -> None:
    assert client.delete_item(TableName="things", Key=KEY, ReturnValues="ALL_OLD")["Attributes"] == ITEM


@pytest.mark.parametrize("returns", ["UPDATED_OLD", "ALL_NEW", "UPDATED_NEW"])
def test_other_return_values_are_refused(refused: Any, table: Any, returns: str) -> None:
    message = refused("delete_item", TableName="things", Key=KEY, ReturnValues=returns)
    assert message == "ValidationException: 1 validation error detected: ReturnValues can only be ALL_OLD or NONE"


def test_a_condition_that_is_false_keeps_the_item(client: Any, refused: Any, table: Any) -> None:
    values = {":v": {"S": "y"}}
    message = refused(
        "delete_item", TableName="things", Key=KEY, ConditionExpression="v = :v", ExpressionAttributeValues=values
    )
    assert message == "ConditionalCheckFailedException: The conditional request failed"
    assert len(table) == 2
    client.delete_item(TableName="things", Key=KEY, ConditionExpression="v <> :v", ExpressionAttributeValues=values)
    assert len(table) == 1


def test_a_delete_consumes_by_the_size_of_the_item(client: Any, table: Any) -> None:
    for units in (2.0, 1.0):
        answer = client.delete_item(TableName="things", Key=KEY, ReturnConsumedCapacity="TOTAL")
        assert answer["ConsumedCapacity"] == {"TableName": "things", "CapacityUnits": units}
