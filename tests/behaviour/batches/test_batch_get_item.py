"""BatchGetItem: several tables, projections, 16 MB, duplicates, capacity."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def tables(ddbmock: Any, client: Any) -> None:
    ddbmock.create_table("flat", "pk")
    ddbmock.create_table("ranged", "pk", "sk:N")
    for number in range(5):
        client.put_item(TableName="flat", Item={"pk": {"S": str(number)}, "v": {"N": str(number)}, "w": {"S": "w"}})
        client.put_item(TableName="ranged", Item={"pk": {"S": "p"}, "sk": {"N": str(number)}})


def flat(*numbers: int) -> list[Any]:
    return [{"pk": {"S": str(number)}} for number in numbers]


def ranged(*numbers: str) -> list[Any]:
    return [{"pk": {"S": "p"}, "sk": {"N": number}} for number in numbers]


def test_items_of_several_tables_are_read_at_once(client: Any, tables: None) -> None:
    answer = client.batch_get_item(
        RequestItems={
            "flat": {
                "Keys": flat(3, 1, 9),
                "ProjectionExpression": "#v",
                "ExpressionAttributeNames": {"#v": "v"},
            },
            "ranged": {"Keys": ranged("4", "2.0"), "ConsistentRead": True},
        },
        ReturnConsumedCapacity="TOTAL",
    )
    assert answer["UnprocessedKeys"] == {}
    assert sorted(item["v"]["N"] for item in answer["Responses"]["flat"]) == ["1", "3"]
    assert sorted(answer["Responses"]["ranged"], key=str) == ranged("2", "4")
    assert sorted(answer["ConsumedCapacity"], key=str) == [
        {"TableName": "flat", "CapacityUnits": 1.5},
        {"TableName": "ranged", "CapacityUnits": 2.0},
    ]


def test_missing_items_are_left_out(client: Any, tables: None) -> None:
    answer = client.batch_get_item(RequestItems={"flat": {"Keys": flat(8, 9), "AttributesToGet": ["v"]}})
    assert (answer["Responses"], answer["UnprocessedKeys"]) == ({"flat": []}, {})
    assert "ConsumedCapacity" not in answer


def test_what_exceeds_16_mb_is_left_unprocessed(ddbmock: Any, client: Any) -> None:
    ddbmock.create_table("big", "pk:N")
    blob = b"x" * 300_000
    for number in range(60):
        client.put_item(TableName="big", Item={"pk": {"N": str(number)}, "v": {"B": blob}})
    keys = [{"pk": {"N": str(number)}} for number in range(60)]
    options = {
        "ConsistentRead": True,
        "ProjectionExpression": "#p",
        "ExpressionAttributeNames": {"#p": "pk"},
    }
    wanted = {"big": {"Keys": keys, **options}}
    found: list[int] = []
    calls = 0
    while wanted:
        answer = client.batch_get_item(RequestItems=wanted)
        found += [int(item["pk"]["N"]) for item in answer["Responses"]["big"]]
        wanted = answer["UnprocessedKeys"]
        calls += 1
        if wanted:
            assert {name: wanted["big"][name] for name in options} == options
    assert sorted(found) == list(range(60))
    assert calls == 2


@pytest.mark.parametrize(
    "keys, complaint",
    [
        (flat(1, 1), "Provided list of item keys contains duplicates"),
        ([{"pk": {"S": "1"}, "x": {"S": "1"}}], "The provided key element does not match the schema"),
        ([{"pk": {"N": "1"}}], "The provided key element does not match the schema"),
        ([{}], "The provided key element does not match the schema"),
        (
            [],
            "1 validation error detected: Value at 'RequestItems.flat.member.Keys' failed to satisfy constraint: "
            "Member must have length greater than or equal to 1",
        ),
    ],
)
def test_malformed_keys_are_refused(refused: Any, tables: None, keys: Any, complaint: str) -> None:
    message = refused("batch_get_item", RequestItems={"ranged": {"Keys": ranged("1")}, "flat": {"Keys": keys}})
    assert message == f"ValidationException: {complaint}"


def test_numbers_that_are_equal_are_duplicates(refused: Any, tables: None) -> None:
    message = refused("batch_get_item", RequestItems={"ranged": {"Keys": ranged("1", "1.0")}})
    assert message == "ValidationException: Provided list of item keys contains duplicates"


def test_more_than_100_keys_are_refused(refused: Any, tables: None) -> None:
    message = refused("batch_get_item", RequestItems={"flat": {"Keys": flat(*range(101))}})
    assert message.startswith("ValidationException: 1 validation error detected: Value")
    assert message.endswith("Member must have length less than or equal to 100")
    both = {"flat": {"Keys": flat(*range(60))}, "ranged": {"Keys": ranged(*map(str, range(60)))}}
    assert refused("batch_get_item", RequestItems=both) == (
        "ValidationException: Too many items requested for the BatchGetItem call"
    )


@pytest.mark.parametrize(
    "options, complaint",
    [
        (
            {"AttributesToGet": ["v"], "ProjectionExpression": "v"},
            "Can not use both expression and non-expression parameters in the same request: Non-expression parameters: "
            "{AttributesToGet} Expression parameters: {ProjectionExpression}",
        ),
        (
            {"ExpressionAttributeNames": {"#v": "v"}},
            "ExpressionAttributeNames can only be specified when using expressions",
        ),
        ({"ProjectionExpression": ""}, "Invalid ProjectionExpression: The expression can not be empty;"),
        (
            {"ProjectionExpression": "v", "ExpressionAttributeNames": {"#v": "v"}},
            "Value provided in ExpressionAttributeNames unused in expressions: keys: {#v}",
        ),
    ],
)
def test_malformed_options_are_refused(refused: Any, tables: None, options: Any, complaint: str) -> None:
    message = refused("batch_get_item", RequestItems={"flat": {"Keys": flat(1), **options}})
    assert message == f"ValidationException: {complaint}"


def test_one_missing_table_fails_the_whole_batch(refused: Any, tables: None) -> None:
    wanted = {"flat": {"Keys": flat(1)}, "nope": {"Keys": flat(1)}}
    assert refused("batch_get_item", RequestItems=wanted) == ("ResourceNotFoundException: Requested resource not found")


def test_an_empty_batch_is_refused(refused: Any) -> None:
    assert refused("batch_get_item", RequestItems={}) == (
        "ValidationException: 1 validation error detected: Value at 'RequestItems' failed to satisfy constraint: "
        "Member must have length greater than or equal to 1"
    )
    assert refused("batch_write_item", RequestItems={}) == (
        "ValidationException: The requestItems parameter is required for BatchWriteItem"
    )


def test_tables_of_one_request_cannot_mix_expressions_and_what_they_replaced(refused: Any, tables: None) -> None:
    wanted = {
        "ranged": {"Keys": ranged("1"), "ProjectionExpression": "v"},
        "flat": {"Keys": [{}], "AttributesToGet": ["v"]},
    }
    assert refused("batch_get_item", RequestItems=wanted) == (
        "ValidationException: Can not use both expression and non-expression parameters in the same request: "
        "Non-expression parameters: {AttributesToGet} Expression parameters: {ProjectionExpression}"
    )


def test_the_resource_layer_reads_batches(ddbmock: Any, tables: None) -> None:
    answer = ddbmock.resource().batch_get_item(RequestItems={"flat": {"Keys": [{"pk": "1"}]}})
    assert [item["w"] for item in answer["Responses"]["flat"]] == ["w"]
