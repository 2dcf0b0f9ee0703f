"""What each operation consumes, and how it is told."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

KEY = {"pk": {"S": "p"}, "sk": {"S": "1"}}
OWN = len("pk" + "p" + "sk" + "1")


@pytest.fixture
def tables(ddbmock: Any) -> Any:
    """`plain` without indexes; `full` with a local one of keys and two global ones."""
    ddbmock.create_table("plain", "pk", "sk")
    ddbmock.create_table(
        "full",
        "pk",
        "sk",
        gsi={"all": "g", "some": {"key": "g", "projection": ["a"]}},
        lsi={"local": {"key": "l", "projection": "KEYS_ONLY"}},
    )
    return ddbmock


def item(size: int, sort: str = "1", **more: str) -> dict[str, Any]:
    """An item of so many bytes, filled up with the attribute `v`."""
    made = {**KEY, "sk": {"S": sort}, **{name: {"S": value} for name, value in more.items()}}
    rest = size - OWN - sum(len(name) + len(value) for name, value in more.items()) - len("v")
    return {**made, "v": {"S": "x" * rest}}


def units(answer: Any) -> float:
    return answer["ConsumedCapacity"]["CapacityUnits"]  # type: ignore[no-any-return]


TOTAL = {"TableName": "plain", "ReturnConsumedCapacity": "TOTAL"}


# ---- reads


@pytest.mark.parametrize(
    "size, eventual", [(None, 0.5), (100, 0.5), (4096, 0.5), (4097, 1.0), (8192, 1.0), (8193, 1.5), (409_600, 50.0)]
)
def test_get_item_reads_blocks_of_4_kb(client: Any, tables: Any, size: int | None, eventual: float) -> None:
    if size is not None:
        client.put_item(TableName="plain", Item=item(size))
    assert units(client.get_item(Key=KEY, **TOTAL)) == eventual
    assert units(client.get_item(Key=KEY, **TOTAL, ConsistentRead=True)) == 2 * eventual
    assert units(client.get_item(Key=KEY, **TOTAL, ProjectionExpression="pk")) == eventual


def test_batch_get_item_rounds_each_item_by_itself(client: Any, tables: Any) -> None:
    client.put_item(TableName="plain", Item=item(100))
    client.put_item(TableName="plain", Item=item(4097, "2"))
    keys = [{**KEY, "sk": {"S": sort}} for sort in ("1", "2", "missing")]
    wanted = {"plain": {"Keys": keys}, "full": {"Keys": keys[:1], "ConsistentRead": True}}
    answer = client.batch_get_item(RequestItems=wanted, ReturnConsumedCapacity="TOTAL")
    assert answer["ConsumedCapacity"] == [
        {"TableName": "plain", "CapacityUnits": 0.5 + 1.0 + 0.5},
        {"TableName": "full", "CapacityUnits": 1.0},
    ]
    answer = client.batch_get_item(RequestItems={"plain": {"Keys": keys}}, ReturnConsumedCapacity="INDEXES")
    assert answer["ConsumedCapacity"] == [
        {"TableName": "plain", "CapacityUnits": 2.0, "Table": {"CapacityUnits": 2.0}},
    ]


@pytest.mark.parametrize(
    "sizes, eventual", [([], 0.5), ([100] * 40, 0.5), ([100] * 41, 1.0), ([4096, 1], 1.0), ([3000] * 3, 1.5)]
)
def test_query_and_scan_round_the_sum(client: Any, tables: Any, sizes: list[int], eventual: float) -> None:
    for number, size in enumerate(sizes):
        made = item(size, chr(ord("0") + number)) if size > OWN else {**KEY, "pk": {"S": "p"}, "sk": {"S": "~"}}
        client.put_item(TableName="plain", Item=made)
    query = {"KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": {"S": "p"}}}
    for options in (
        {},
        {"Select": "COUNT"},
        {"ProjectionExpression": "pk"},
        {"FilterExpression": "attribute_exists(zz)"},
    ):
        for consistent in (False, True):
            wanted = eventual * (2 if consistent else 1)
            assert units(client.query(**TOTAL, **query, **options, ConsistentRead=consistent)) == wanted
            assert units(client.scan(**TOTAL, **options, ConsistentRead=consistent)) == wanted


def test_reads_of_indexes_are_told_apart(client: Any, tables: Any) -> None:
    client.put_item(TableName="full", Item=item(5000, l="l", g="g"))
    client.put_item(TableName="full", Item=item(9000, "2", l="l", g="g"))
    indexes = {"TableName": "full", "ReturnConsumedCapacity": "INDEXES"}
    by_g = {"KeyConditionExpression": "g = :v", "ExpressionAttributeValues": {":v": {"S": "g"}}}
    assert client.query(**indexes, **by_g, IndexName="all")["ConsumedCapacity"] == {
        "TableName": "full",
        "CapacityUnits": 2.0,
        "Table": {"CapacityUnits": 0.0},
        "GlobalSecondaryIndexes": {"all": {"CapacityUnits": 2.0}},
    }
    assert units(client.query(**indexes, **by_g, IndexName="some")) == 0.5
    by_l = {"KeyConditionExpression": "pk = :v", "ExpressionAttributeValues": {":v": {"S": "p"}}, "IndexName": "local"}
    assert client.query(**indexes, **by_l)["ConsumedCapacity"] == {
        "TableName": "full",
        "CapacityUnits": 0.5,
        "Table": {"CapacityUnits": 0.0},
        "LocalSecondaryIndexes": {"local": {"CapacityUnits": 0.5}},
    }
    # what a local index fetches from the table is rounded item by item
    assert client.query(**indexes, **by_l, Select="ALL_ATTRIBUTES")["ConsumedCapacity"] == {
        "TableName": "full",
        "CapacityUnits": 0.5 + 1.0 + 1.5,
        "Table": {"CapacityUnits": 1.0 + 1.5},
        "LocalSecondaryIndexes": {"local": {"CapacityUnits": 0.5}},
    }
    assert units(client.query(**indexes, **by_l, Select="ALL_ATTRIBUTES", ConsistentRead=True)) == 6.0
    assert client.scan(**indexes, IndexName="all")["ConsumedCapacity"]["GlobalSecondaryIndexes"] == {
        "all": {"CapacityUnits": 2.0}
    }


# ---- writes


@pytest.mark.parametrize(
    "before, after, used",
    [
        (None, 100, 1.0),
        (None, 1024, 1.0),
        (None, 1025, 2.0),
        (None, 409_600, 400.0),
        (3000, 100, 3.0),
        (100, 3000, 3.0),
        (2048, 2048, 2.0),
    ],
)
def test_writes_cost_the_larger_image(client: Any, tables: Any, before: int | None, after: int, used: float) -> None:
    def store() -> None:
        client.delete_item(TableName="plain", Key=KEY)
        if before is not None:
            client.put_item(TableName="plain", Item=item(before))

    store()
    assert units(client.put_item(**TOTAL, Item=item(after))) == used
    store()
    update = {"UpdateExpression": "SET v = :v", "ExpressionAttributeValues": {":v": item(after)["v"]}}
    assert units(client.update_item(**TOTAL, Key=KEY, **update)) == used
    assert units(client.delete_item(**TOTAL, Key=KEY)) == -(-after // 1024)
    store()
    puts = {"plain": [{"PutRequest": {"Item": item(after)}}]}
    [told] = client.batch_write_item(RequestItems=puts, ReturnConsumedCapacity="TOTAL")["ConsumedCapacity"]
    assert told == {"TableName": "plain", "CapacityUnits": used}


def test_deleting_nothing_costs_one_unit(client: Any, tables: Any) -> None:
    assert units(client.delete_item(**TOTAL, Key=KEY)) == 1.0
    deletes = {"plain": [{"DeleteRequest": {"Key": {**KEY, "sk": {"S": sort}}}} for sort in "123"]}
    [told] = client.batch_write_item(RequestItems=deletes, ReturnConsumedCapacity="TOTAL")["ConsumedCapacity"]
    assert told["CapacityUnits"] == 3.0


def test_an_update_that_changes_nothing_is_charged(client: Any, tables: Any) -> None:
    client.put_item(TableName="plain", Item=item(3000))
    assert units(client.update_item(**TOTAL, Key=KEY)) == 3.0


@pytest.mark.parametrize("size, used", [(None, 1.0), (100, 1.0), (2049, 3.0)])
def test_a_failed_condition_costs_the_larger_of_the_stored_and_the_new_item(
    ddbmock: Any, client: Any, tables: Any, size: int | None, used: float
) -> None:
    if size is not None:
        client.put_item(TableName="plain", Item=item(size))
    false = {"ConditionExpression": "attribute_exists(zz)"}
    for call, units_used in (
        (lambda: client.put_item(**TOTAL, Item=item(9000), **false), 9.0),
        (lambda: client.put_item(**TOTAL, Item=item(100), **false), used),
        (lambda: client.delete_item(**TOTAL, Key=KEY, **false), used),
        (lambda: client.update_item(**TOTAL, Key=KEY, **false), used),
    ):
        with pytest.raises(ClientError):
            call()
        assert ddbmock.calls[-1].units == units_used


# what indexes consume of a write: the item before, the item after, units of the table and by index
WRITES: list[tuple[Any, Any, float, dict[str, float]]] = [
    # an entry appears, disappears
    (None, item(100, g="g", l="l"), 1.0, {"all": 1.0, "some": 1.0, "local": 1.0}),
    (item(3000, g="g", l="l"), None, 3.0, {"all": 3.0, "some": 1.0, "local": 1.0}),
    (None, item(2049, g="g"), 3.0, {"all": 3.0, "some": 1.0}),
    # nothing that an index holds is changed
    (item(3000, g="g", l="l"), item(3000, g="g", l="l"), 3.0, {}),
    (item(3000, l="l"), item(100, l="l"), 3.0, {}),
    (item(3000), item(100), 3.0, {}),
    # what it projects is changed: the larger entry
    (item(3000, g="g"), item(100, g="g"), 3.0, {"all": 3.0}),
    (item(100, g="g", a="1" * 30), item(100, g="g", a="2" * 30), 1.0, {"all": 1.0, "some": 1.0}),
    # its key is changed: deleted in one place, written in another
    (item(3000, g="g"), item(2000, g="h"), 3.0, {"all": 3.0 + 2.0, "some": 1.0 + 1.0}),
    (item(100, l="k"), item(100, l="l"), 1.0, {"local": 2.0}),
    # the item leaves an index and enters another
    (item(2000, g="g"), item(2000, l="l"), 2.0, {"all": 2.0, "some": 1.0, "local": 1.0}),
]


@pytest.mark.parametrize("before, after, own, by_index", WRITES)
def test_indexes_consume_for_the_entries_that_change(
    client: Any, tables: Any, before: Any, after: Any, own: float, by_index: dict[str, float]
) -> None:
    if before is not None:
        client.put_item(TableName="full", Item=before)
    options = {"TableName": "full", "ReturnConsumedCapacity": "INDEXES"}
    answer = client.delete_item(Key=KEY, **options) if after is None else client.put_item(Item=after, **options)
    wanted: dict[str, Any] = {
        "TableName": "full",
        "CapacityUnits": own + sum(by_index.values()),
        "Table": {"CapacityUnits": own},
    }
    for member, names in (("LocalSecondaryIndexes", ["local"]), ("GlobalSecondaryIndexes", ["all", "some"])):
        told = {name: {"CapacityUnits": by_index[name]} for name in names if name in by_index}
        if told:
            wanted[member] = told
    assert answer["ConsumedCapacity"] == wanted


def test_a_batch_sums_by_table_and_index(client: Any, tables: Any) -> None:
    batch = {
        "full": [{"PutRequest": {"Item": item(1500, "1", g="g")}}, {"PutRequest": {"Item": item(100, "2", g="g")}}],
        "plain": [{"PutRequest": {"Item": item(100)}}, {"DeleteRequest": {"Key": {**KEY, "sk": {"S": "2"}}}}],
    }
    answer = client.batch_write_item(RequestItems=batch, ReturnConsumedCapacity="INDEXES")
    assert sorted(answer["ConsumedCapacity"], key=lambda told: told["TableName"]) == [
        {
            "TableName": "full",
            "CapacityUnits": 3.0 + 3.0 + 2.0,
            "Table": {"CapacityUnits": 3.0},
            "GlobalSecondaryIndexes": {"all": {"CapacityUnits": 3.0}, "some": {"CapacityUnits": 2.0}},
        },
        {"TableName": "plain", "CapacityUnits": 2.0, "Table": {"CapacityUnits": 2.0}},
    ]


@pytest.mark.parametrize("wish", [{}, {"ReturnConsumedCapacity": "NONE"}])
def test_capacity_is_told_only_where_it_is_asked_for(client: Any, tables: Any, wish: Any) -> None:
    table = {"TableName": "plain", **wish}
    query = {"KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": {"S": "p"}}}
    for answer in (
        client.put_item(Item=item(100), **table),
        client.get_item(Key=KEY, **table),
        client.update_item(Key=KEY, **table),
        client.query(**table, **query),
        client.scan(**table),
        client.delete_item(Key=KEY, **table),
        client.batch_get_item(RequestItems={"plain": {"Keys": [KEY]}}, **wish),
        client.batch_write_item(RequestItems={"plain": [{"DeleteRequest": {"Key": KEY}}]}, **wish),
    ):
        assert "ConsumedCapacity" not in answer
