"""TransactWriteItems: what is done, all of it or nothing, at one moment."""

from __future__ import annotations

from typing import Any

from pytest_ddbmock import Insert


def test_all_actions_are_done(ddbmock: Any, write: Any, actions: Any) -> None:
    users = ddbmock.table("users")
    users.load([{"pk": "old", "n": 1}, {"pk": "gone"}, {"pk": "there"}])
    answer = write(
        actions.put("new", v={"S": "x"}),
        actions.update("old", "SET n = n + :one", one={"N": "1"}),
        actions.update("made", "SET n = :n", n={"N": "7"}),
        actions.delete("gone"),
        actions.check("there", "attribute_exists(pk)"),
    )
    assert users.items == [
        {"pk": "made", "n": 7},
        {"pk": "new", "v": "x"},
        {"pk": "old", "n": 2},
        {"pk": "there"},
    ]
    assert set(answer) == {"ResponseMetadata"}


def test_actions_may_be_on_several_tables(ddbmock: Any, write: Any, actions: Any) -> None:
    write(actions.put("a"), actions.put_order(1, status={"S": "NEW"}), actions.put_order(2))
    assert ddbmock.table("users").items == [{"pk": "a"}]
    assert [order["placed"] for order in ddbmock.table("orders").items] == [1, 2]


def test_nothing_is_done_when_one_action_cannot_be(ddbmock: Any, reasons: Any, actions: Any, client: Any) -> None:
    ddbmock.table("users").load([{"pk": "there"}])
    with ddbmock.streams["orders"].watch() as seen:
        reasons(
            actions.put_order(1, status={"S": "NEW"}),
            actions.delete("there"),
            actions.put("new", "attribute_exists(pk)"),
        )
    assert seen == []
    assert client.scan(TableName="orders", IndexName="by-status")["Count"] == 0


def test_conditions_see_the_items_from_before_the_transaction(write: Any, reasons: Any, actions: Any) -> None:
    write(actions.put("a", "attribute_not_exists(pk)"), actions.check("b", "attribute_not_exists(pk)"))
    found = reasons(actions.put("a", "attribute_not_exists(pk)"), actions.put("b", "attribute_not_exists(pk)"))
    assert [reason["Code"] for reason in found] == ["ConditionalCheckFailed", "None"]


def test_indexes_follow(client: Any, write: Any, actions: Any) -> None:
    write(actions.put_order(1, status={"S": "NEW"}, total={"N": "5"}), actions.put_order(2, status={"S": "NEW"}))
    assert client.scan(TableName="orders", IndexName="by-status")["Count"] == 2
    assert client.scan(TableName="orders", IndexName="by-total")["Count"] == 1
    write({"Delete": actions.order(1)}, actions.put_order(2, status={"S": "OLD"}))
    [order] = client.scan(TableName="orders", IndexName="by-status")["Items"]
    assert order["status"] == {"S": "OLD"}


def test_streams_see_the_changed_items_alone(ddbmock: Any, write: Any, actions: Any) -> None:
    with ddbmock.streams["orders"].watch() as seen:
        write(
            actions.put_order(1),
            actions.put_order(2),
            {"Delete": actions.order(3)},
            {"ConditionCheck": {**actions.order(4), "ConditionExpression": "attribute_not_exists(placed)"}},
        )
    assert seen == [Insert({"customer": "c", "placed": 1}), Insert({"customer": "c", "placed": 2})]


def test_all_tables_change_at_one_moment(ddbmock: Any, write: Any, actions: Any) -> None:
    ddbmock.clock.freeze()
    write(actions.put("a"), actions.put_order(1))
    before = ddbmock.clock.now
    ddbmock.clock.tick(seconds=1)
    write(actions.delete("a"), {"Delete": actions.order(1)}, actions.put("b"), actions.put_order(2))
    ddbmock.clock.tick(seconds=1)
    write(actions.put("c"), actions.put_order(3))
    assert [item["pk"] for item in ddbmock.table("users").at(before).items] == ["a"]
    assert [item["placed"] for item in ddbmock.table("orders").at(before).items] == [1]
    assert [item["pk"] for item in ddbmock.table("users").items] == ["b", "c"]


def test_a_snapshot_is_before_or_after_a_transaction(ddbmock: Any, write: Any, actions: Any) -> None:
    snapshot = ddbmock.snapshot()
    write(actions.put("a"), actions.put_order(1))
    ddbmock.restore(snapshot)
    assert len(ddbmock.table("users")) == len(ddbmock.table("orders")) == 0


def test_tables_may_be_named_by_their_arn(ddbmock: Any, client: Any, write: Any, actions: Any) -> None:
    arn = client.describe_table(TableName="users")["Table"]["TableArn"]
    write({"Put": {"TableName": arn, "Item": {"pk": {"S": "a"}}}})
    assert "a" in ddbmock.table("users")


def test_a_hundred_actions_fit(ddbmock: Any, write: Any, actions: Any) -> None:
    write(*[actions.put(str(number)) for number in range(100)])
    assert len(ddbmock.table("users")) == 100


def test_placeholders_without_any_expression_are_tolerated(ddbmock: Any, write: Any, actions: Any) -> None:
    write(actions.put("a", ExpressionAttributeNames={"#n": "n"}, ExpressionAttributeValues={":v": {"S": "v"}}))
    assert "a" in ddbmock.table("users")


def test_the_resource_layer_writes_transactions_with_plain_values(ddbmock: Any, ddbmock_resource: Any) -> None:
    ddbmock_resource.meta.client.transact_write_items(
        TransactItems=[{"Put": {"TableName": "users", "Item": {"pk": "a", "tags": {"x", "y"}}}}]
    )
    assert ddbmock.table("users")["a"]["tags"] == {"x", "y"}


def test_the_record_of_calls_names_all_tables(ddbmock: Any, write: Any, actions: Any) -> None:
    write(actions.put("a"), actions.put_order(1))
    assert (ddbmock.calls[-1].tables, ddbmock.calls[-1].items) == (("users", "orders"), 2)
