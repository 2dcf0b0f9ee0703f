"""What transactions consume, and item collection metrics."""

from __future__ import annotations

from typing import Any


def written(units: float) -> dict[str, float]:
    return {"CapacityUnits": units, "WriteCapacityUnits": units}


def test_writes_take_twice_the_units_of_the_table_and_once_those_of_indexes(
    ddbmock: Any, write: Any, actions: Any
) -> None:
    ddbmock.table("users").load([{"pk": "old", "v": "x" * 3000}])
    answer = write(
        actions.put("new"),
        actions.delete("old"),
        actions.check("nobody", "attribute_not_exists(pk)"),
        actions.put_order(1, status={"S": "NEW"}, total={"N": "5"}, v={"S": "x" * 1500}),
        actions.put_order(2),
        ReturnConsumedCapacity="INDEXES",
    )
    assert answer["ConsumedCapacity"] == [
        {"TableName": "users", **written(2.0 + 6.0 + 2.0), "Table": written(10.0)},
        {
            "TableName": "orders",
            **written(6.0 + 4.0),
            "Table": written(4.0 + 2.0),
            "LocalSecondaryIndexes": {"by-total": written(2.0)},
            "GlobalSecondaryIndexes": {"by-status": written(2.0)},
        },
    ]


def test_the_total_alone_names_its_kind_as_well(write: Any, client: Any, actions: Any) -> None:
    answer = write(actions.put("a"), actions.put("b"), ReturnConsumedCapacity="TOTAL")
    assert answer["ConsumedCapacity"] == [{"TableName": "users", **written(4.0)}]
    answer = client.transact_get_items(
        TransactItems=[actions.get("a"), actions.get("nobody")], ReturnConsumedCapacity="TOTAL"
    )
    assert answer["ConsumedCapacity"] == [{"TableName": "users", "CapacityUnits": 4.0, "ReadCapacityUnits": 4.0}]


def test_a_check_takes_units_for_the_item_that_it_reads(ddbmock: Any, write: Any, actions: Any) -> None:
    ddbmock.table("users").load([{"pk": "a", "v": "x" * 2500}])
    answer = write(actions.check("a", "attribute_exists(pk)"), ReturnConsumedCapacity="TOTAL")
    assert answer["ConsumedCapacity"] == [{"TableName": "users", **written(6.0)}]


def test_reads_take_twice_the_units_of_consistent_reads(ddbmock: Any, client: Any, actions: Any) -> None:
    ddbmock.table("users").load([{"pk": "a", "v": "x" * 5000}])
    answer = client.transact_get_items(
        TransactItems=[actions.get("a"), {"Get": actions.order(1)}], ReturnConsumedCapacity="INDEXES"
    )
    assert answer["ConsumedCapacity"] == [
        {
            "TableName": name,
            "CapacityUnits": units,
            "ReadCapacityUnits": units,
            "Table": {"CapacityUnits": units, "ReadCapacityUnits": units},
        }
        for name, units in (("users", 4.0), ("orders", 2.0))
    ]


def test_capacity_is_reported_only_on_request(write: Any, actions: Any) -> None:
    assert "ConsumedCapacity" not in write(actions.put("a"), ReturnConsumedCapacity="NONE")


def test_item_collections_are_reported_for_tables_with_local_indexes(write: Any, actions: Any) -> None:
    answer = write(
        actions.put("a"),
        actions.put_order(1),
        actions.put_order(2),
        {"Put": {"TableName": "orders", "Item": {"customer": {"S": "d"}, "placed": {"N": "1"}}}},
        {
            "ConditionCheck": {
                "TableName": "orders",
                "Key": {"customer": {"S": "e"}, "placed": {"N": "1"}},
                "ConditionExpression": "attribute_not_exists(placed)",
            }
        },
        ReturnItemCollectionMetrics="SIZE",
    )
    assert answer["ItemCollectionMetrics"] == {
        "orders": [{"ItemCollectionKey": {"customer": {"S": name}}, "SizeEstimateRangeGB": [0.0, 1.0]} for name in "cd"]
    }
    assert "ItemCollectionMetrics" not in write(actions.put("b"), ReturnItemCollectionMetrics="SIZE")
