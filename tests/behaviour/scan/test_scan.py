"""Scan: pages, segments, filters, order that stays, and what is refused."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from boto3.dynamodb.conditions import Attr

COUNT = 40


def key(number: int) -> dict[str, Any]:
    return {"pk": {"S": f"p{number % 13}"}, "sk": {"N": str(number)}}


@pytest.fixture
def table(ddbmock: Any, client: Any) -> Any:
    ddbmock.create_table("things", "pk", "sk:N", gsi={"by-rank": "rank:N"}, lsi={"by-name": "name"})
    for number in range(COUNT):
        item = {**key(number), "name": {"S": "x"}} | ({"rank": {"N": str(number % 3)}} if number % 2 else {})
        client.put_item(TableName="things", Item=item)
    return ddbmock.table("things")


def scan(client: Any, **params: Any) -> list[Any]:
    """The pages."""
    answers = [client.scan(TableName="things", **params)]
    while "LastEvaluatedKey" in answers[-1]:
        answers.append(client.scan(TableName="things", **params, ExclusiveStartKey=answers[-1]["LastEvaluatedKey"]))
    return answers


def numbers(answers: list[Any]) -> list[int]:
    return [int(item["sk"]["N"]) for answer in answers for item in answer["Items"]]


def test_a_scan_gives_every_item_once(client: Any, table: Any) -> None:
    [answer] = scan(client)
    assert sorted(numbers([answer])) == list(range(COUNT))
    assert (answer["Count"], answer["ScannedCount"]) == (COUNT, COUNT)


def test_items_of_a_partition_lie_together_in_order(client: Any, table: Any) -> None:
    [answer] = scan(client)
    partitions = [item["pk"]["S"] for item in answer["Items"]]
    assert len(list(dict.fromkeys(partitions))) == 13
    changes = sum(one != other for one, other in itertools.pairwise(partitions))
    assert changes == 12
    by_partition = [
        number for name in dict.fromkeys(partitions) for number in range(COUNT) if f"p{number % 13}" == name
    ]
    assert numbers([answer]) == by_partition


@pytest.mark.parametrize("limit", [1, 2, 7, 39, 40, 41])
@pytest.mark.parametrize("index", [None, "by-rank", "by-name"])
def test_pages_together_are_the_whole(client: Any, table: Any, limit: int, index: str | None) -> None:
    source = {} if index is None else {"IndexName": index}
    whole = numbers(scan(client, **source))
    assert len(whole) == (COUNT // 2 if index == "by-rank" else COUNT)
    answers = scan(client, **source, Limit=limit)
    assert numbers(answers) == whole
    assert all(answer["ScannedCount"] <= limit for answer in answers)


@pytest.mark.parametrize("segments", [1, 2, 3, 7, 1_000_000])
@pytest.mark.parametrize("index", [None, "by-rank", "by-name"])
def test_segments_share_the_items_out(client: Any, table: Any, segments: int, index: str | None) -> None:
    source = {} if index is None else {"IndexName": index}
    if segments > 100:
        assert scan(client, **source, Segment=999_999, TotalSegments=segments)
        return
    parts = [scan(client, **source, Segment=n, TotalSegments=segments, Limit=2) for n in range(segments)]
    assert sum(len(numbers(part)) for part in parts) == (COUNT // 2 if index == "by-rank" else COUNT)
    assert [number for part in parts for number in numbers(part)] == numbers(scan(client, **source))


def test_the_order_stays_while_items_come_and_go(client: Any, table: Any) -> None:
    before = numbers(scan(client))
    client.delete_item(TableName="things", Key=key(before[5]))
    client.put_item(TableName="things", Item=key(1000))
    after = numbers(scan(client))
    assert [number for number in after if number != 1000] == [number for number in before if number != before[5]]


def test_a_scan_goes_on_where_it_was_though_its_place_is_deleted(client: Any, table: Any) -> None:
    whole = numbers(scan(client))
    first = client.scan(TableName="things", Limit=10)
    for number in whole[5:12]:
        client.delete_item(TableName="things", Key=key(number))
    start = first["LastEvaluatedKey"]
    rest = client.scan(TableName="things", ExclusiveStartKey=start)
    assert numbers([rest]) == whole[12:]


def test_filters_projections_and_counts(client: Any, table: Any) -> None:
    [answer] = scan(
        client,
        FilterExpression="#r = :one AND begins_with(pk, :p)",
        ProjectionExpression="sk",
        ExpressionAttributeNames={"#r": "rank"},
        ExpressionAttributeValues={":one": {"N": "1"}, ":p": {"S": "p1"}},
    )
    wanted = [n for n in range(COUNT) if n % 2 and n % 3 == 1 and f"p{n % 13}".startswith("p1")]
    assert sorted(numbers([answer])) == wanted
    assert all(set(item) == {"sk"} for item in answer["Items"])
    assert (answer["Count"], answer["ScannedCount"]) == (len(wanted), COUNT)
    [answer] = scan(client, Select="COUNT")
    assert "Items" not in answer and answer["Count"] == COUNT


def test_scan_filters_of_old(client: Any, table: Any) -> None:
    answers = scan(
        client,
        ScanFilter={
            "sk": {"ComparisonOperator": "LT", "AttributeValueList": [{"N": "4"}]},
            "rank": {"ComparisonOperator": "NULL"},
        },
        AttributesToGet=["sk"],
    )
    assert sorted(numbers(answers)) == [0, 2]
    answers = scan(
        client,
        ScanFilter={
            "sk": {"ComparisonOperator": "IN", "AttributeValueList": [{"N": "4"}, {"N": "6"}]},
            "name": {"ComparisonOperator": "NE", "AttributeValueList": [{"S": "x"}]},
        },
        ConditionalOperator="OR",
    )
    assert sorted(numbers(answers)) == [4, 6]


def test_a_page_ends_after_a_megabyte(ddbmock: Any, client: Any) -> None:
    ddbmock.create_table("big", "pk")
    for number in range(12):
        client.put_item(TableName="big", Item={"pk": {"S": str(number)}, "v": {"S": "x" * 200_000}})
    first = client.scan(TableName="big", ReturnConsumedCapacity="TOTAL")
    assert first["Count"] in (5, 6)
    assert first["ConsumedCapacity"]["CapacityUnits"] in (122.5, 146.5)
    paginator = client.get_paginator("scan")
    found = [item["pk"]["S"] for page in paginator.paginate(TableName="big") for item in page["Items"]]
    assert sorted(map(int, found)) == list(range(12))


def test_a_scan_consumes_by_all_that_it_reads(client: Any, table: Any) -> None:
    answer = client.scan(TableName="things", ReturnConsumedCapacity="INDEXES", ConsistentRead=True)
    assert answer["ConsumedCapacity"] == {"TableName": "things", "CapacityUnits": 1.0, "Table": {"CapacityUnits": 1.0}}
    answer = client.scan(TableName="things", ReturnConsumedCapacity="INDEXES", IndexName="by-rank")
    assert answer["ConsumedCapacity"] == {
        "TableName": "things",
        "CapacityUnits": 0.5,
        "Table": {"CapacityUnits": 0.0},
        "GlobalSecondaryIndexes": {"by-rank": {"CapacityUnits": 0.5}},
    }


def test_the_resource_layer_scans_with_conditions_as_objects(ddbmock: Any, table: Any) -> None:
    found = ddbmock.resource().Table("things").scan(FilterExpression=Attr("sk").lt(3) | Attr("sk").gte(39))
    assert sorted(int(item["sk"]) for item in found["Items"]) == [0, 1, 2, 39]


# ---- what is refused

START = "The provided starting key is invalid"


def test_a_start_key_of_another_segment_is_refused(client: Any, refused: Any, table: Any) -> None:
    start = client.scan(TableName="things", Segment=0, TotalSegments=2, Limit=1)["LastEvaluatedKey"]
    message = refused("scan", TableName="things", Segment=1, TotalSegments=2, ExclusiveStartKey=start)
    assert message == (
        f"ValidationException: {START}: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct Segment. "
        "TotalSegments: 2 Segment: 1"
    )


@pytest.mark.parametrize(
    "options, complaint",
    [
        (
            {"Segment": 0},
            "The TotalSegments parameter is required but was not present in the request when Segment parameter is "
            "present",
        ),
        (
            {"TotalSegments": 2},
            "The Segment parameter is required but was not present in the request when parameter TotalSegments is "
            "present",
        ),
        (
            {"Segment": 4, "TotalSegments": 4},
            "The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: 4 is not less "
            "than TotalSegments: 4",
        ),
        (
            {"Segment": -1, "TotalSegments": 4},
            "1 validation error detected: Value '-1' at 'segment' failed to satisfy constraint: Member must have value "
            "greater than or equal to 0",
        ),
        (
            {"Limit": 0},
            "1 validation error detected: Value '0' at 'limit' failed to satisfy constraint: Member must have value "
            "greater than or equal to 1",
        ),
        (
            {"Select": "SPECIFIC_ATTRIBUTES"},
            "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES",
        ),
        ({"IndexName": "nope"}, "The table does not have the specified index: nope"),
        (
            {"IndexName": "by-rank", "ConsistentRead": True},
            "Consistent reads are not supported on global secondary indexes",
        ),
        ({"ExclusiveStartKey": {"pk": {"S": "p"}}}, f"{START}: The provided key element does not match the schema"),
        ({"ExclusiveStartKey": {"pk": {"S": "p"}}, "IndexName": "by-rank"}, START),
        (
            {"ExpressionAttributeValues": {":v": {"S": "x"}}, "ProjectionExpression": "pk"},
            "ExpressionAttributeValues can only be specified when using expressions: FilterExpression is null",
        ),
        (
            {"ScanFilter": {"sk": {"ComparisonOperator": "NULL"}}, "FilterExpression": "attribute_exists(pk)"},
            "Can not use both expression and non-expression parameters in the same request: Non-expression "
            "parameters: {ScanFilter} Expression parameters: {FilterExpression}",
        ),
    ],
)
def test_contradictory_requests_are_refused(refused: Any, table: Any, options: Any, complaint: str) -> None:
    assert refused("scan", TableName="things", **options) == f"ValidationException: {complaint}"
