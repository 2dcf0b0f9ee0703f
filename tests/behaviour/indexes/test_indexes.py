"""Local and global indexes: which items they hold, how much of them, what they cost and what they refuse."""

from __future__ import annotations

from typing import Any

import pytest

KEY = {"pk": {"S": "p"}, "sk": {"S": "s"}}
FULL = {
    **KEY,
    "g": {"S": "g"},
    "n": {"N": "1"},
    "l": {"S": "l"},
    "a": {"S": "A"},
    "b": {"M": {"x": {"S": "X"}, "y": {"S": "Y"}}},
}


@pytest.fixture
def table(ddbmock: Any, client: Any) -> Any:
    ddbmock.create_table(
        "things",
        "pk",
        "sk",
        gsi={
            "all": "g",
            "keys": {"key": ("g", "n:N"), "projection": "KEYS_ONLY"},
            "some": {"key": "n", "projection": ["a"]},
        },
        lsi={"local-all": "l", "local-keys": {"key": "l", "projection": "KEYS_ONLY"}},
    )
    return ddbmock.table("things")


def put(client: Any, *names: str, **changed: Any) -> None:
    client.put_item(TableName="things", Item={**KEY, **{name: FULL[name] for name in names}, **changed})


def entries(client: Any, index: str, **params: Any) -> list[Any]:
    return client.scan(TableName="things", IndexName=index, **params)["Items"]  # type: ignore[no-any-return]


def query(client: Any, index: str, **params: Any) -> Any:
    name, value = {"some": ("n", {"N": "1"}), "all": ("g", {"S": "g"}), "keys": ("g", {"S": "g"})}.get(
        index, ("pk", {"S": "p"})
    )
    values = {":v": value} | params.pop("ExpressionAttributeValues", {})
    return client.query(
        TableName="things",
        IndexName=index,
        KeyConditionExpression=f"{name} = :v",
        ExpressionAttributeValues=values,
        **params,
    )


# ---- which items, and how much of them


@pytest.mark.parametrize(
    "attributes, found",
    [
        ("", []),
        ("g", ["all"]),
        ("n", ["some"]),
        ("gn", ["all", "keys", "some"]),
        ("l", ["local-all", "local-keys"]),
        ("gnl", ["all", "keys", "some", "local-all", "local-keys"]),
    ],
)
def test_an_index_holds_the_items_that_have_all_its_keys(
    client: Any, table: Any, attributes: str, found: list[str]
) -> None:
    put(client, *attributes)
    indexes = ("all", "keys", "some", "local-all", "local-keys")
    assert [index for index in indexes if entries(client, index)] == found
    assert [index for index in indexes if query(client, index)["Items"]] == found


def test_an_index_holds_what_it_projects(client: Any, table: Any) -> None:
    put(client, "g", "n", "l", "a", "b")
    kept = {
        "all": set(FULL),
        "keys": {"pk", "sk", "g", "n"},
        "some": {"pk", "sk", "n", "a"},
        "local-all": set(FULL),
        "local-keys": {"pk", "sk", "l"},
    }
    for index, names in kept.items():
        assert entries(client, index) == [{name: FULL[name] for name in FULL if name in names}]
        assert query(client, index, Select="ALL_PROJECTED_ATTRIBUTES")["Items"] == entries(client, index)


def test_an_entry_moves_changes_and_goes_with_its_item(client: Any, table: Any) -> None:
    put(client, "g", "n", "a")
    update = {"TableName": "things", "Key": KEY}
    client.update_item(**update, UpdateExpression="SET n = n + :one", ExpressionAttributeValues={":one": {"N": "1"}})
    assert query(client, "some")["Items"] == []
    assert entries(client, "some")[0]["n"] == {"N": "2"}
    client.update_item(**update, UpdateExpression="REMOVE n SET a = :a", ExpressionAttributeValues={":a": {"S": "B"}})
    assert entries(client, "some") == entries(client, "keys") == []
    assert entries(client, "all") == [{**KEY, "g": FULL["g"], "a": {"S": "B"}}]
    client.delete_item(TableName="things", Key=KEY)
    assert entries(client, "all") == []


def test_index_keys_need_not_be_unique(client: Any, table: Any) -> None:
    for sort in "abc":
        put(client, "g", "n", "l", sk={"S": sort})
    for index in ("all", "keys", "some", "local-all"):
        answer = query(client, index)
        assert answer["Count"] == 3
        backwards = query(client, index, ScanIndexForward=False)
        assert backwards["Items"] == answer["Items"][::-1]


def test_an_index_is_read_in_the_order_of_its_sort_key(client: Any, table: Any) -> None:
    for position, number in enumerate(("10", "9", "-1", "1.5")):
        put(client, "g", sk={"S": str(position)}, n={"N": number})
    assert [item["n"]["N"] for item in query(client, "keys")["Items"]] == ["-1", "1.5", "9", "10"]
    answer = client.query(
        TableName="things",
        IndexName="keys",
        KeyConditionExpression="g = :g AND n BETWEEN :low AND :high",
        ExpressionAttributeValues={":g": FULL["g"], ":low": {"N": "1"}, ":high": {"N": "9"}},
    )
    assert [item["n"]["N"] for item in answer["Items"]] == ["1.5", "9"]


# ---- reading what is not projected


def test_a_local_index_fetches_from_the_table_what_it_does_not_hold(client: Any, table: Any) -> None:
    put(client, "l", "a", "b")
    projected = query(client, "local-keys", ProjectionExpression="sk, b.x")["Items"]
    assert projected == [{"sk": {"S": "s"}, "b": {"M": {"x": {"S": "X"}}}}]
    assert query(client, "local-keys", Select="ALL_ATTRIBUTES")["Items"] == [
        {name: value for name, value in FULL.items() if name not in "gn"}
    ]


PROJECTED = {**KEY, "l": FULL["l"]}
WHOLE = {**PROJECTED, "a": FULL["a"], "b": FULL["b"]}


@pytest.mark.parametrize(
    "options, shown",
    [
        ({}, PROJECTED),
        ({"Select": "ALL_PROJECTED_ATTRIBUTES"}, PROJECTED),
        ({"Select": "ALL_ATTRIBUTES"}, WHOLE),
        ({"ProjectionExpression": "sk"}, {"sk": KEY["sk"]}),
        ({"ProjectionExpression": "a, sk"}, {"sk": KEY["sk"], "a": FULL["a"]}),
        ({"ProjectionExpression": "b.y"}, {"b": {"M": {"y": {"S": "Y"}}}}),
        ({"Select": "COUNT"}, None),
    ],
)
@pytest.mark.parametrize("limit", [{}, {"Limit": 1}])
def test_a_filter_of_a_local_index_sees_the_whole_item_and_shows_what_is_projected(
    client: Any, table: Any, options: Any, shown: Any, limit: Any
) -> None:
    put(client, "l", "a", "b")
    put(client, "l", sk={"S": "t"})
    for value, count in (({"S": "A"}, 1), ({"S": "no"}, 0)):
        filter = {"FilterExpression": "a = :a", "ExpressionAttributeValues": {":a": value}, **options, **limit}
        for answer in (
            query(client, "local-keys", **filter),
            client.scan(TableName="things", IndexName="local-keys", **filter),
        ):
            assert answer["Count"] == count
            assert answer.get("Items") == (None if shown is None else [shown] * count)
            assert set(answer.get("LastEvaluatedKey", PROJECTED)) == set(PROJECTED)


def test_a_legacy_filter_of_a_local_index_shows_what_is_projected(client: Any, table: Any) -> None:
    put(client, "l", "a", "b")
    exists = {"a": {"ComparisonOperator": "NOT_NULL"}}
    keys = {"pk": {"ComparisonOperator": "EQ", "AttributeValueList": [KEY["pk"]]}}
    index = {"TableName": "things", "IndexName": "local-keys"}
    assert client.query(**index, KeyConditions=keys, QueryFilter=exists)["Items"] == [PROJECTED]
    assert client.scan(**index, ScanFilter=exists)["Items"] == [PROJECTED]
    assert client.scan(**index, ScanFilter=exists, AttributesToGet=["a"])["Items"] == [{"a": FULL["a"]}]


def test_a_select_from_a_local_index_shows_what_is_projected(client: Any, table: Any) -> None:
    put(client, "l", "a", "b")
    for where in ("a = 'A'", "pk = 'p' AND a = 'A'", "pk = 'p' AND l = 'l' AND b.x = 'X'"):
        statement = f'SELECT * FROM "things"."local-keys" WHERE {where}'
        assert client.execute_statement(Statement=statement)["Items"] == [PROJECTED]
        some = statement.replace("*", "a, l")
        assert client.execute_statement(Statement=some)["Items"] == [{"a": FULL["a"], "l": FULL["l"]}]


def test_fetches_consume_beside_the_index(client: Any, table: Any) -> None:
    for sort in "abc":
        put(client, "l", sk={"S": sort}, a={"S": "x" * 5000})
    options = {"ReturnConsumedCapacity": "INDEXES", "ConsistentRead": True}
    assert query(client, "local-keys", **options)["ConsumedCapacity"] == {
        "TableName": "things",
        "CapacityUnits": 1.0,
        "Table": {"CapacityUnits": 0.0},
        "LocalSecondaryIndexes": {"local-keys": {"CapacityUnits": 1.0}},
    }
    assert query(client, "local-keys", **options, ProjectionExpression="a")["ConsumedCapacity"] == {
        "TableName": "things",
        "CapacityUnits": 7.0,
        "Table": {"CapacityUnits": 6.0},
        "LocalSecondaryIndexes": {"local-keys": {"CapacityUnits": 1.0}},
    }


@pytest.mark.parametrize(
    "options, complaint",
    [
        (
            {"Select": "ALL_ATTRIBUTES"},
            "One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for global "
            "secondary index some because its projection type is not ALL",
        ),
        (
            {"ProjectionExpression": "a, b.x"},
            "One or more parameter values were invalid: Global secondary index some does not project [b]",
        ),
        (
            {"AttributesToGet": ["b"]},
            "One or more parameter values were invalid: Global secondary index some does not project [b]",
        ),
        ({"ConsistentRead": True}, "Consistent reads are not supported on global secondary indexes"),
        (
            {"FilterExpression": "attribute_exists(n)"},
            "Filter Expression can only contain non-primary key attributes: Primary key attribute: n",
        ),
    ],
)
def test_a_global_index_answers_only_with_what_it_holds(refused: Any, table: Any, options: Any, complaint: str) -> None:
    keys = {"KeyConditions": {"n": {"ComparisonOperator": "EQ", "AttributeValueList": [{"N": "1"}]}}}
    message = refused("query", TableName="things", IndexName="some", **keys, **options)
    assert message == f"ValidationException: {complaint}"


def test_keys_of_the_table_may_be_filtered_in_an_index(client: Any, table: Any) -> None:
    put(client, "n")
    answer = query(client, "some", FilterExpression="sk = :s", ExpressionAttributeValues={":s": {"S": "other"}})
    assert (answer["Count"], answer["ScannedCount"]) == (0, 1)


def test_a_local_index_can_be_read_consistently(client: Any, table: Any) -> None:
    put(client, "l")
    assert query(client, "local-all", ConsistentRead=True)["Count"] == 1


# ---- writes that an index cannot hold

PUT = "One or more parameter values are not valid. A value specified for a secondary index key is not supported. "
UPDATE = (
    "One or more parameter values are not valid. The update expression attempted to update a secondary index key to a "
    "value that is not supported. "
)


@pytest.mark.parametrize(
    "name, value, on_put, on_update",
    [
        ("g", {"N": "1"}, "Type mismatch for Index Key g Expected: S Actual: N IndexName: all", None),
        ("n", {"NULL": True}, "Type mismatch for Index Key n Expected: N Actual: NULL IndexName: keys", None),
        ("l", {"L": []}, "Type mismatch for Index Key l Expected: S Actual: L IndexName: local-all", None),
        (
            "g",
            {"S": ""},
            f"{PUT}The AttributeValue for a key attribute cannot contain an empty string value. IndexName: all, "
            "IndexKey: g",
            f"{UPDATE}The AttributeValue for a key attribute cannot contain an empty string value.",
        ),
        ("g", {"S": "x" * 2049}, "Size of hashkey has exceeded the maximum size limit of2048 bytes", None),
        ("l", {"S": "x" * 1025}, "Aggregated size of all range keys has exceeded the size limit of 1024 bytes", None),
    ],
)
def test_values_that_cannot_be_index_keys_are_refused(
    client: Any, refused: Any, table: Any, name: str, value: Any, on_put: str, on_update: str | None
) -> None:
    put(client)
    before = table.items
    opening = "" if on_put.startswith("One or more") else "One or more parameter values were invalid: "
    assert refused("put_item", TableName="things", Item={**KEY, name: value}) == (
        f"ValidationException: {opening}{on_put}"
    )
    batch = [{"PutRequest": {"Item": {**KEY, "sk": {"S": "2"}}}}, {"PutRequest": {"Item": {**KEY, name: value}}}]
    assert refused("batch_write_item", RequestItems={"things": batch}) == f"ValidationException: {opening}{on_put}"
    message = refused(
        "update_item",
        TableName="things",
        Key=KEY,
        UpdateExpression=f"SET {name} = :v",
        ExpressionAttributeValues={":v": value},
    )
    assert message == f"ValidationException: {opening}{on_update or on_put}"
    assert table.items == before


def test_a_path_into_an_index_key_is_refused(refused: Any, table: Any) -> None:
    message = refused("update_item", TableName="things", Key=KEY, UpdateExpression="REMOVE g.x")
    assert message == (
        "ValidationException: Key attributes must be scalars; list random access '[]' and map lookup '.' are not "
        "allowed: IndexKey: g"
    )


# ---- what writes cost


@pytest.mark.parametrize(
    "first, then, units",
    [
        ({}, {"g": {"S": "g"}}, {"all": 1.0}),
        ({"g": {"S": "g"}}, {}, {"all": 1.0}),
        ({"g": {"S": "g"}}, {"g": {"S": "g"}}, {}),
        ({"g": {"S": "g"}}, {"g": {"S": "h"}}, {"all": 2.0}),
        ({"g": {"S": "g"}}, {"g": {"S": "g"}, "a": {"S": "x"}}, {"all": 1.0}),
        ({"n": {"N": "1"}}, {"n": {"N": "1"}, "b": {"S": "not projected"}}, {}),
        ({}, {"g": {"S": "g"}, "n": {"N": "1"}}, {"all": 1.0, "keys": 1.0, "some": 1.0}),
    ],
)
def test_a_write_consumes_for_every_index_whose_entry_it_touches(
    client: Any, table: Any, first: Any, then: Any, units: dict[str, float]
) -> None:
    client.put_item(TableName="things", Item={**KEY, **first})
    answer = client.put_item(TableName="things", Item={**KEY, **then}, ReturnConsumedCapacity="INDEXES")
    wanted: dict[str, Any] = {
        "TableName": "things",
        "CapacityUnits": 1.0 + sum(units.values()),
        "Table": {"CapacityUnits": 1.0},
    }
    if units:
        wanted["GlobalSecondaryIndexes"] = {name: {"CapacityUnits": used} for name, used in units.items()}
    assert answer["ConsumedCapacity"] == wanted


SIZED = {"S": "x" * 3000}


@pytest.mark.parametrize(
    "update, units",
    [
        ("SET b = :new", {"g-all": 3.0, "l-all": 3.0}),
        ("REMOVE b", {"g-all": 3.0, "l-all": 3.0}),
        ("SET c = :new", {"g-all": 3.0, "l-all": 3.0}),
        ("SET c = b", {"g-all": 6.0, "l-all": 6.0}),
        ("SET b = b", {}),
        ("SET a = :new", {"g-all": 3.0, "g-some": 1.0, "l-all": 3.0, "l-some": 1.0}),
        ("REMOVE a", {"g-all": 3.0, "g-some": 1.0, "l-all": 3.0, "l-some": 1.0}),
        ("SET a = b", {"g-all": 6.0, "g-some": 3.0, "l-all": 6.0, "l-some": 3.0}),
        ("SET g = :new", {"g-all": 6.0, "g-some": 2.0, "g-keys": 2.0, "l-all": 3.0}),
        ("REMOVE l", {"g-all": 3.0, "l-all": 3.0, "l-some": 1.0, "l-keys": 1.0}),
    ],
)
def test_an_entry_whose_projected_attributes_stay_costs_nothing(
    ddbmock: Any, client: Any, update: str, units: dict[str, float]
) -> None:
    """Of all kinds of projection in both kinds of index."""
    kinds = {"all": "ALL", "some": ["a"], "keys": "KEYS_ONLY"}
    ddbmock.create_table(
        "sized",
        "pk",
        "sk",
        gsi={f"g-{name}": {"key": "g", "projection": kind} for name, kind in kinds.items()},
        lsi={f"l-{name}": {"key": "l", "projection": kind} for name, kind in kinds.items()},
    )
    client.put_item(TableName="sized", Item={**KEY, "g": {"S": "g"}, "l": {"S": "l"}, "a": {"S": "a"}, "b": SIZED})
    params: dict[str, Any] = {"TableName": "sized", "Key": KEY, "UpdateExpression": update}
    if ":new" in update:
        params["ExpressionAttributeValues"] = {":new": {"S": "new"}}
    answer = client.update_item(**params, ReturnConsumedCapacity="INDEXES")["ConsumedCapacity"]
    found = answer.get("GlobalSecondaryIndexes", {}) | answer.get("LocalSecondaryIndexes", {})
    assert {name: used["CapacityUnits"] for name, used in found.items()} == units


def test_local_indexes_are_counted_apart(client: Any, table: Any) -> None:
    answer = client.put_item(TableName="things", Item={**KEY, "l": {"S": "l"}}, ReturnConsumedCapacity="INDEXES")
    assert answer["ConsumedCapacity"] == {
        "TableName": "things",
        "CapacityUnits": 3.0,
        "Table": {"CapacityUnits": 1.0},
        "LocalSecondaryIndexes": {"local-all": {"CapacityUnits": 1.0}, "local-keys": {"CapacityUnits": 1.0}},
    }


def test_item_collection_metrics_tell_the_partition(client: Any, table: Any) -> None:
    wanted = {"ItemCollectionKey": {"pk": {"S": "p"}}, "SizeEstimateRangeGB": [0.0, 1.0]}
    options = {"TableName": "things", "ReturnItemCollectionMetrics": "SIZE"}
    assert client.put_item(**options, Item=FULL)["ItemCollectionMetrics"] == wanted
    assert client.update_item(**options, Key=KEY)["ItemCollectionMetrics"] == wanted
    assert client.delete_item(**options, Key=KEY)["ItemCollectionMetrics"] == wanted
    assert "ItemCollectionMetrics" not in client.put_item(
        TableName="things", Item=FULL, ReturnItemCollectionMetrics="NONE"
    )
