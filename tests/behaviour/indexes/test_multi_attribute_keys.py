"""Global indexes whose keys are made of several attributes."""

from __future__ import annotations

import itertools
from typing import Any

import pytest


@pytest.fixture
def table(ddbmock: Any, client: Any) -> Any:
    ddbmock.create_table("games", "id", gsi={"by-round": (("league", "season:N"), ("round:N", "team"))})
    for number, (league, season, day, team) in enumerate(
        itertools.product(("A", "B"), ("1", "2"), ("9", "10"), ("x", "xy", "z"))
    ):
        client.put_item(
            TableName="games",
            Item={
                "id": {"S": str(number)},
                "league": {"S": league},
                "season": {"N": season},
                "round": {"N": day},
                "team": {"S": team},
            },
        )
    return ddbmock.table("games")


VALUES = {
    ":a": {"S": "A"},
    ":one": {"N": "1"},
    ":nine": {"N": "9"},
    ":ten": {"N": "10"},
    ":x": {"S": "x"},
    ":y": {"S": "y"},
}


def query(client: Any, condition: str, **params: Any) -> Any:
    used = {
        name: value for name, value in VALUES.items() if name in condition.replace(",", " ").replace(")", " ").split()
    }
    return client.query(
        TableName="games",
        IndexName="by-round",
        KeyConditionExpression=condition,
        ExpressionAttributeValues=used,
        **params,
    )


WHOLE = [("9", "x"), ("9", "xy"), ("9", "z"), ("10", "x"), ("10", "xy"), ("10", "z")]


def found(answer: Any) -> list[tuple[str, str]]:
    assert all((item["league"], item["season"]) == ({"S": "A"}, {"N": "1"}) for item in answer["Items"])
    return [(item["round"]["N"], item["team"]["S"]) for item in answer["Items"]]


@pytest.mark.parametrize(
    "condition, wanted",
    [
        ("", WHOLE),
        ("#r = :nine", WHOLE[:3]),
        ("#r > :nine", WHOLE[3:]),
        ("#r BETWEEN :nine AND :ten", WHOLE),
        ("#r = :ten AND team = :x", WHOLE[3:4]),
        ("#r = :ten AND team > :x", WHOLE[4:]),
        ("#r = :ten AND begins_with(team, :x)", WHOLE[3:5]),
        ("#r = :nine AND team < :y", WHOLE[:2]),
    ],
)
def test_sort_attributes_are_used_from_left_to_right(
    client: Any, table: Any, condition: str, wanted: list[tuple[str, str]]
) -> None:
    text = "league = :a AND season = :one" + (f" AND {condition}" if condition else "")
    names = {"ExpressionAttributeNames": {"#r": "round"}} if condition else {}
    assert found(query(client, text, **names)) == wanted
    assert found(query(client, text, **names, ScanIndexForward=False)) == wanted[::-1]
    pages = []
    start: dict[str, Any] = {}
    while True:
        answer = query(client, text, **names, **start, Limit=2)
        pages += found(answer)
        if "LastEvaluatedKey" not in answer:
            break
        assert set(answer["LastEvaluatedKey"]) == {"league", "season", "round", "team", "id"}
        start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}
    assert pages == wanted


@pytest.mark.parametrize(
    "condition, complaint",
    [
        ("league = :a", "HASH key attributes season must have equality conditions specified in the query"),
        (
            "league = :a AND season > :one",
            "HASH key attributes season must have equality conditions specified in the query",
        ),
        (
            "league > :a AND season = :one AND team = :x",
            "HASH key attributes league must have equality conditions specified in the query",
        ),
        (
            "league = :a AND season = :one AND team = :x",
            "RANGE key attributes round must have equality conditions specified in the query because a condition is "
            "present on key attribute team",
        ),
    ],
)
def test_conditions_with_gaps_are_refused(refused: Any, table: Any, condition: str, complaint: str) -> None:
    values = {name: value for name, value in VALUES.items() if name in condition.split()}
    message = refused(
        "query",
        TableName="games",
        IndexName="by-round",
        KeyConditionExpression=condition,
        ExpressionAttributeValues=values,
    )
    assert message == f"ValidationException: {complaint}"


def equals(value: dict[str, str]) -> dict[str, Any]:
    return {"ComparisonOperator": "EQ", "AttributeValueList": [value]}


LEGACY = {"league": equals({"S": "A"}), "season": equals({"N": "1"})}


@pytest.mark.parametrize(
    "conditions, wanted",
    [
        ({}, WHOLE),
        ({"round": equals({"N": "9"})}, WHOLE[:3]),
        ({"round": {"ComparisonOperator": "GT", "AttributeValueList": [{"N": "9"}]}}, WHOLE[3:]),
        (
            {
                "team": {"ComparisonOperator": "BEGINS_WITH", "AttributeValueList": [{"S": "x"}]},
                "round": equals({"N": "10"}),
            },
            WHOLE[3:5],
        ),
    ],
)
def test_legacy_key_conditions_can_name_every_key_attribute(
    client: Any, table: Any, conditions: Any, wanted: list[tuple[str, str]]
) -> None:
    answer = client.query(TableName="games", IndexName="by-round", KeyConditions={**LEGACY, **conditions})
    assert found(answer) == wanted


@pytest.mark.parametrize(
    "conditions, complaint",
    [
        (
            {"season": None},
            "HASH key attributes season must have equality conditions specified in the query",
        ),
        (
            {"team": equals({"S": "x"})},
            "RANGE key attributes round must have equality conditions specified in the query because a condition is "
            "present on key attribute team",
        ),
        (
            {"round": equals({"N": "9"}), "team": equals({"S": "x"}), "id": equals({"S": "1"})},
            "The number of query conditions (5) exceeds the number of key attributes defined in the schema (4)",
        ),
    ],
)
def test_legacy_key_conditions_have_the_same_rules(refused: Any, table: Any, conditions: Any, complaint: str) -> None:
    given = {name: condition for name, condition in {**LEGACY, **conditions}.items() if condition is not None}
    message = refused("query", TableName="games", IndexName="by-round", KeyConditions=given)
    assert message == f"ValidationException: {complaint}"


def test_an_item_that_lacks_one_attribute_is_not_in_the_index(client: Any, table: Any) -> None:
    client.update_item(TableName="games", Key={"id": {"S": "0"}}, UpdateExpression="REMOVE team")
    assert found(query(client, "league = :a AND season = :one")) == WHOLE[1:]


def test_a_scan_of_the_index_pages_through_all_of_it(client: Any, table: Any) -> None:
    pages = client.get_paginator("scan").paginate(
        TableName="games", IndexName="by-round", PaginationConfig={"PageSize": 5}
    )
    assert sorted(int(item["id"]["S"]) for page in pages for item in page["Items"]) == list(range(24))


LONG_HASH = (
    "ValidationException: One or more parameter values were invalid: Size of hashkey has exceeded the maximum size "
    "limit of2048 bytes"
)
LONG_RANGE = (
    "ValidationException: One or more parameter values were invalid: Aggregated size of all range keys has exceeded "
    "the size limit of 1024 bytes"
)


@pytest.fixture
def wide(ddbmock: Any) -> None:
    ddbmock.create_table("wide", "id", gsi={"index": (("h1", "h2"), ("r1", "r2:B"))})


def test_the_attributes_of_a_key_share_its_size_limit(client: Any, refused: Any, wide: None) -> None:
    """Unsure: whether AWS counts them together; an index holds nothing that a query could not ask for."""
    key = {"id": {"S": "1"}}
    fits = {"h1": {"S": "é" * 1000}, "h2": {"S": "x" * 48}, "r1": {"S": "y" * 1000}, "r2": {"B": b"z" * 24}}
    client.put_item(TableName="wide", Item={**key, **fits})
    answer = client.query(
        TableName="wide",
        IndexName="index",
        KeyConditionExpression="h1 = :h1 AND h2 = :h2 AND r1 = :r1 AND r2 = :r2",
        ExpressionAttributeValues={f":{name}": value for name, value in fits.items()},
    )
    assert answer["Items"] == [{**key, **fits}]
    for name, value, message in (
        ("h2", {"S": "x" * 49}, LONG_HASH),
        ("h1", {"S": "é" * 1001}, LONG_HASH),
        ("r1", {"S": "y" * 1001}, LONG_RANGE),
        ("r2", {"B": b"z" * 25}, LONG_RANGE),
    ):
        too_long = {**fits, name: value}
        assert refused("put_item", TableName="wide", Item={**key, **too_long}) == message
        assert (
            refused(
                "update_item",
                TableName="wide",
                Key=key,
                UpdateExpression=f"SET {name} = :v",
                ExpressionAttributeValues={":v": value},
            )
            == message
        )
        conditions = {
            "KeyConditionExpression": "h1 = :h1 AND h2 = :h2 AND r1 = :r1 AND r2 = :r2",
            "ExpressionAttributeValues": {f":{attribute}": value for attribute, value in too_long.items()},
        }
        assert refused("query", TableName="wide", IndexName="index", **conditions) == message


def test_a_backfill_leaves_out_what_is_too_long_as_a_whole(ddbmock: Any, client: Any) -> None:
    ddbmock.create_table("later", "id")
    for name, length in (("fits", 1024), ("long", 1025)):
        item = {"id": {"S": name}, "h1": {"S": "x" * 1024}, "h2": {"S": "x" * length}}
        client.put_item(TableName="later", Item=item)
    keys = [{"AttributeName": name, "KeyType": "HASH"} for name in ("h1", "h2")]
    client.update_table(
        TableName="later",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("id", "h1", "h2")],
        GlobalSecondaryIndexUpdates=[
            {"Create": {"IndexName": "index", "KeySchema": keys, "Projection": {"ProjectionType": "KEYS_ONLY"}}}
        ],
    )
    ddbmock.clock.tick(days=1)
    assert [item["id"] for item in client.scan(TableName="later", IndexName="index")["Items"]] == [{"S": "fits"}]
