"""Held keys and scripted faults: conflicts with transactions of others."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from pytest_ddbmock import UsageError

CONFLICT = {"Code": "TransactionConflict", "Message": "Transaction is ongoing for the item"}
NONE = {"Code": "None"}


def test_single_writes_of_a_held_item_are_refused(ddbmock: Any, client: Any, actions: Any) -> None:
    ddbmock.table("users").load([{"pk": "a"}])
    with ddbmock.faults.hold("users", "a") as held:
        for method, params in (
            ("put_item", {"TableName": "users", "Item": {"pk": {"S": "a"}, "n": {"N": "1"}}}),
            ("update_item", {**actions.user("a"), "UpdateExpression": "SET n = pk"}),
            ("delete_item", actions.user("a")),
        ):
            with pytest.raises(client.exceptions.TransactionConflictException) as caught:
                getattr(client, method)(**params)
            assert caught.value.response["Error"]["Message"] == "Transaction is ongoing for the item"
        client.put_item(TableName="users", Item={"pk": {"S": "b"}})
    assert held.hits == 3
    assert ddbmock.table("users").items == [{"pk": "a"}, {"pk": "b"}]
    client.delete_item(**actions.user("a"))


def test_a_conflict_comes_before_the_condition(ddbmock: Any, client: Any) -> None:
    ddbmock.faults.hold("users", "a")
    with pytest.raises(client.exceptions.TransactionConflictException):
        client.put_item(TableName="users", Item={"pk": {"S": "a"}}, ConditionExpression="attribute_exists(pk)")


def test_a_request_that_is_wrong_meets_no_conflict(ddbmock: Any, client: Any) -> None:
    with ddbmock.faults.hold("users", "a") as held:
        with pytest.raises(ClientError, match="ValidationException"):
            client.put_item(TableName="users", Item={"pk": {"S": "a"}}, ConditionExpression="(")
        assert held.hits == 0
        with pytest.raises(ClientError, match="TransactionConflictException"):
            client.put_item(TableName="users", Item={"pk": {"S": "a"}})


def test_transactions_with_a_held_item_are_canceled(ddbmock: Any, reasons: Any, write: Any, actions: Any) -> None:
    ddbmock.table("users").load([{"pk": "there"}])
    with ddbmock.faults.hold("users", "a"):
        assert reasons(
            actions.put("a", "attribute_exists(pk)"),
            actions.put("there", "attribute_not_exists(pk)"),
            actions.put("b"),
        ) == [CONFLICT, {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed"}, NONE]
        assert reasons(actions.check("a", "attribute_not_exists(pk)")) == [CONFLICT]
        assert reasons(actions.get("a"), actions.get("there"), method="transact_get_items") == [CONFLICT, NONE]
    write(actions.put("a"))


def test_a_canceled_transaction_can_be_sent_again_under_its_token(
    ddbmock: Any, write: Any, reasons: Any, actions: Any
) -> None:
    with ddbmock.faults.hold("users", "a"):
        reasons(actions.put("a"), ClientRequestToken="t")
    write(actions.put("a"), ClientRequestToken="t")
    assert "a" in ddbmock.table("users")


def test_other_reads_go_on(ddbmock: Any, client: Any, reasons: Any, actions: Any) -> None:
    ddbmock.table("users").load([{"pk": "a"}])
    ddbmock.faults.hold("users", "a")
    assert "Item" in client.get_item(**actions.user("a"))
    assert client.scan(TableName="users")["Count"] == 1
    assert client.batch_get_item(RequestItems={"users": {"Keys": [{"pk": {"S": "a"}}]}})["UnprocessedKeys"] == {}
    reasons(actions.get("a"), method="transact_get_items")


def test_keys_are_written_as_for_the_view_of_a_table(ddbmock: Any, reasons: Any, actions: Any) -> None:
    ddbmock.faults.hold("orders", ("c", 1))
    assert reasons(actions.put_order(2), actions.put_order(1)) == [NONE, CONFLICT]


def test_batches_get_their_write_to_a_held_item_back(ddbmock: Any, client: Any) -> None:
    put = {"PutRequest": {"Item": {"pk": {"S": "a"}, "v": {"B": b"\xff"}}}}
    delete = {"DeleteRequest": {"Key": {"pk": {"S": "b"}}}}
    requests = {"users": [put, delete, {"PutRequest": {"Item": {"pk": {"S": "c"}}}}]}
    with ddbmock.faults.hold("users", "a"), ddbmock.faults.hold("users", "b"):
        answer = client.batch_write_item(RequestItems=requests, ReturnConsumedCapacity="TOTAL")
    assert answer["UnprocessedItems"] == {"users": [put, delete]}
    assert answer["ConsumedCapacity"] == [{"TableName": "users", "CapacityUnits": 1.0}]
    assert ddbmock.table("users").items == [{"pk": "c"}]
    assert client.batch_write_item(RequestItems=answer["UnprocessedItems"])["UnprocessedItems"] == {}
    assert [item["pk"] for item in ddbmock.table("users").items] == ["a", "c"]


def test_a_batch_that_is_repeated_for_ever_is_the_authors_mistake(ddbmock: Any, ddbmock_resource: Any) -> None:
    with (
        ddbmock.faults.hold("users", "a"),
        pytest.raises(UsageError, match=r'"users" back as unprocessed 100 times'),
        ddbmock_resource.Table("users").batch_writer() as batch,
    ):
        batch.put_item(Item={"pk": "a"})


def test_loading_items_meets_no_conflict(ddbmock: Any, reasons: Any, actions: Any) -> None:
    ddbmock.faults.hold("users", "a")
    ddbmock.table("users").load([{"pk": "a"}])
    reasons(actions.put("a"))


def test_a_hold_ends_with_its_table(ddbmock: Any, client: Any) -> None:
    held = ddbmock.faults.hold("users", "a")
    with pytest.raises(client.exceptions.TransactionConflictException):
        client.put_item(TableName="users", Item={"pk": {"S": "a"}})
    client.delete_table(TableName="users")
    ddbmock.create_table("users", "pk")
    client.put_item(TableName="users", Item={"pk": {"S": "a"}})
    assert held.hits == 1


# ---- scripted


def test_a_scripted_conflict_meets_all_actions(ddbmock: Any, reasons: Any, write: Any, actions: Any) -> None:
    with ddbmock.faults.error("TransactWriteItems", "TransactionConflictException", times=1) as fault:
        assert reasons(actions.put("a"), actions.put("b")) == [CONFLICT, CONFLICT]
        write(actions.put("a"), actions.put("b"))
    assert fault.hits == 1


def test_a_scripted_conflict_meets_reads(ddbmock: Any, reasons: Any, actions: Any) -> None:
    ddbmock.faults.error("TransactGetItems", "TransactionConflictException", table="users")
    assert reasons(actions.get("a"), method="transact_get_items") == [CONFLICT]
    assert reasons(actions.get("a"), method="transact_get_items") == [CONFLICT]


def test_conflicts_are_left_to_the_application(ddbmock: Any, reasons: Any, actions: Any) -> None:
    ddbmock.faults.error("TransactWriteItems", "TransactionConflictException")
    with pytest.raises(ddbmock.client().exceptions.TransactionCanceledException):
        ddbmock.client().transact_write_items(TransactItems=[actions.put("a")])
    assert ddbmock.calls[-1].attempts == 1


def test_a_transaction_in_progress_is_tried_again(ddbmock: Any, client: Any, actions: Any) -> None:
    with ddbmock.faults.error("TransactWriteItems", "TransactionInProgressException", times=2) as fault:
        with pytest.raises(client.exceptions.TransactionInProgressException, match="is still in progress"):
            client.transact_write_items(TransactItems=[actions.put("a")])
        ddbmock.client().transact_write_items(TransactItems=[actions.put("a")])
    assert fault.hits == 2
    assert ddbmock.calls[-1].attempts == 2
    assert "a" in ddbmock.table("users")


def test_a_throttled_transaction_is_tried_again_as_a_whole(ddbmock: Any, actions: Any) -> None:
    with ddbmock.faults.throttle("TransactWriteItems", times=2):
        ddbmock.client().transact_write_items(TransactItems=[actions.update("a", "ADD n :one", one={"N": "1"})])
    assert ddbmock.table("users").items == [{"pk": "a", "n": 1}]
    assert ddbmock.calls[-1].attempts == 3
