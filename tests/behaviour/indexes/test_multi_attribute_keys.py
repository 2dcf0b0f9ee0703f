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
