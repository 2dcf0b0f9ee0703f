"""Pages of Query: Limit, 1 MB, LastEvaluatedKey, ExclusiveStartKey in both directions, paginators."""

from __future__ import annotations

from typing import Any

import pytest
from boto3.dynamodb.conditions import Key

COUNT = 7


@pytest.fixture
def table(ddbmock: Any, client: Any) -> Any:
    ddbmock.create_table(
        "things",
        "pk",
        "sk:N",
        gsi={"by-kind": ("kind", "rank:N")},
        lsi={"by-name": "name"},
    )
    for number in range(COUNT):
        client.put_item(
            TableName="things",
            Item={
                "pk": {"S": "p"},
                "sk": {"N": str(number)},
                "kind": {"S": "k"},
                "rank": {"N": str(number // 3)},
                "name": {"S": "same"},
            },
        )
    return ddbmock.table("things")


SOURCES = {
    "table": ({"KeyConditionExpression": "pk = :x", "ExpressionAttributeValues": {":x": {"S": "p"}}}, {"pk", "sk"}),
    "local": (
        {
            "IndexName": "by-name",
            "KeyConditionExpression": "pk = :x",
            "ExpressionAttributeValues": {":x": {"S": "p"}},
        },
        {"pk", "sk", "name"},
    ),
    "global": (
        {
            "IndexName": "by-kind",
            "KeyConditionExpression": "kind = :x",
            "ExpressionAttributeValues": {":x": {"S": "k"}},
        },
        {"pk", "sk", "kind", "rank"},
    ),
}


def pages(client: Any, **params: Any) -> list[Any]:
    answers = [client.query(TableName="things", **params)]
    while "LastEvaluatedKey" in answers[-1]:
        start = answers[-1]["LastEvaluatedKey"]
        answers.append(client.query(TableName="things", **params, ExclusiveStartKey=start))
    return answers


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("limit", [1, 2, 3, 6, 7, 8])
@pytest.mark.parametrize("forward", [True, False])
def test_pages_give_every_item_once_in_order(client: Any, table: Any, source: str, limit: int, forward: bool) -> None:
    params, names = SOURCES[source]
    whole = client.query(TableName="things", **params, ScanIndexForward=forward)["Items"]
    answers = pages(client, **params, ScanIndexForward=forward, Limit=limit)
    assert [item for answer in answers for item in answer["Items"]] == whole
    assert all(set(answer["LastEvaluatedKey"]) == names for answer in answers[:-1])
    # A page that ends just with the last item does not know that it was the last.
    assert len(answers) == COUNT // limit + 1


def test_limit_counts_items_before_the_filter(client: Any, table: Any) -> None:
    answer = client.query(
        TableName="things", **SOURCES["table"][0], FilterExpression="attribute_exists(nowhere)", Limit=3
    )
    assert (answer["Items"], answer["Count"], answer["ScannedCount"]) == ([], 0, 3)
    assert answer["LastEvaluatedKey"] == {"pk": {"S": "p"}, "sk": {"N": "2"}}


def test_the_last_key_is_given_whatever_the_projection(client: Any, table: Any) -> None:
    answer = client.query(TableName="things", **SOURCES["global"][0], ProjectionExpression="nowhere", Limit=1)
    assert set(answer["LastEvaluatedKey"]) == {"pk", "sk", "kind", "rank"}


def test_a_start_key_need_not_be_there(client: Any, table: Any) -> None:
    client.delete_item(TableName="things", Key={"pk": {"S": "p"}, "sk": {"N": "3"}})
    for start, forward, found in (
        ("3", True, ["4", "5", "6"]),
        ("3", False, ["2", "1", "0"]),
        ("2.5", True, ["4", "5", "6"]),
    ):
        answer = client.query(
            TableName="things",
            **SOURCES["table"][0],
            ExclusiveStartKey={"pk": {"S": "p"}, "sk": {"N": start}},
            ScanIndexForward=forward,
        )
        assert [item["sk"]["N"] for item in answer["Items"]] == found


def test_items_written_between_pages_appear_when_they_lie_ahead(client: Any, table: Any) -> None:
    params = SOURCES["table"][0]
    start = client.query(TableName="things", **params, Limit=3)["LastEvaluatedKey"]
    for number in ("0.5", "3.5"):
        client.put_item(TableName="things", Item={"pk": {"S": "p"}, "sk": {"N": number}})
    rest = client.query(TableName="things", **params, ExclusiveStartKey=start)["Items"]
    assert [item["sk"]["N"] for item in rest] == ["3", "3.5", "4", "5", "6"]


def test_a_page_ends_after_a_megabyte(ddbmock: Any, client: Any) -> None:
    ddbmock.create_table("big", "pk", "sk:N")
    for number in range(8):
        item = {"pk": {"S": "p"}, "sk": {"N": str(number)}, "v": {"B": b"x" * 300_000}}
        client.put_item(TableName="big", Item=item)
    params = {
        "TableName": "big",
        "KeyConditionExpression": "pk = :p",
        "ExpressionAttributeValues": {":p": {"S": "p"}},
    }
    first = client.query(**params, ProjectionExpression="sk", ReturnConsumedCapacity="TOTAL")
    assert first["Count"] in (3, 4)
    assert first["LastEvaluatedKey"]["sk"] == first["Items"][-1]["sk"]
    filtered = client.query(**params, FilterExpression="attribute_not_exists(v)")
    assert (filtered["Count"], filtered["ScannedCount"]) == (0, first["Count"])
    assert filtered["LastEvaluatedKey"] == first["LastEvaluatedKey"]
    paginator = client.get_paginator("query")
    found = [item["sk"]["N"] for page in paginator.paginate(**params) for item in page["Items"]]
    assert found == [str(number) for number in range(8)]


def test_a_paginator_reads_page_by_page(client: Any, table: Any) -> None:
    paginator = client.get_paginator("query")
    numbers = list(
        paginator.paginate(
            TableName="things", **SOURCES["global"][0], ScanIndexForward=False, PaginationConfig={"PageSize": 2}
        ).search("Items[].rank.N")
    )
    assert numbers == ["2", "1", "1", "1", "0", "0", "0"]


# ---- start keys that are refused

START = "The provided starting key is invalid"
MISMATCH = "The provided key element does not match the schema"
P = {"S": "p"}


@pytest.mark.parametrize(
    "source, start, complaint",
    [
        ("table", {}, START),
        ("table", {"pk": P}, START),
        ("table", {"pk": P, "sk": {"N": "1"}, "more": P}, START),
        ("table", {"pk": P, "other": P}, f"{START}: {MISMATCH}"),
        ("table", {"pk": P, "sk": {"S": "1"}}, f"{START}: {MISMATCH}"),
        (
            "table",
            {"pk": {"S": "q"}, "sk": {"N": "1"}},
            "The provided starting key is outside query boundaries based on provided conditions",
        ),
        ("table", {"pk": P, "sk": {"N": "x"}}, "The parameter cannot be converted to a numeric value: x"),
        (
            "table",
            {"pk": P, "sk": {}},
            f"{START}: Supplied AttributeValue is empty, must contain exactly one of the supported datatypes",
        ),
        ("local", {"pk": P, "sk": {"N": "1"}}, START),
        ("local", {"pk": P, "sk": {"N": "1"}, "kind": P}, START),
        ("local", {"pk": P, "sk": {"N": "1"}, "name": {"N": "1"}}, MISMATCH),
        ("local", {"pk": P, "sk": {"S": "1"}, "name": P}, f"{START}: {MISMATCH}"),
        ("global", {"pk": P, "sk": {"N": "1"}, "kind": P}, START),
        ("global", {"kind": P, "rank": {"N": "1"}, "pk": P, "sk": {"N": "1"}},
            "The provided starting key is outside query boundaries based on provided conditions"),
    ],
)  # fmt: skip
def test_start_keys_that_fit_no_page_are_refused(
    refused: Any, table: Any, source: str, start: Any, complaint: str
) -> None:
    message = refused("query", TableName="things", **SOURCES[source][0], ExclusiveStartKey=start)
    assert message == f"ValidationException: {complaint}"


@pytest.mark.parametrize(
    "condition, start, forward",
    [
        ("sk > :s", "2", True),
        ("sk > :s", "3", True),
        ("sk < :s", "4", False),
        ("sk BETWEEN :s AND :s", "4", True),
        ("sk >= :s", "2.9", False),
        ("sk <= :s", "3.1", True),
    ],
)
def test_a_start_key_must_meet_the_condition_on_the_sort_key(
    refused: Any, table: Any, condition: str, start: str, forward: bool
) -> None:
    message = refused(
        "query",
        TableName="things",
        KeyConditionExpression=f"pk = :p AND {condition}",
        ExpressionAttributeValues={":p": P, ":s": {"N": "3"}},
        ExclusiveStartKey={"pk": P, "sk": {"N": start}},
        ScanIndexForward=forward,
    )
    assert message == "ValidationException: The provided starting key does not match the range key predicate"


# ---- going on with the key that a page gave


CONDITIONS = [
    "",
    "sk = :s",
    "sk < :s",
    "sk <= :s",
    "sk > :s",
    "sk >= :s",
    ":s >= sk",
    ":s < sk",
    "sk BETWEEN :s AND :t",
    "sk BETWEEN :s AND :s",
]


@pytest.mark.parametrize("condition", CONDITIONS)
@pytest.mark.parametrize("bound", ["-1", "0", "3", "6", "9"])
@pytest.mark.parametrize("forward", [True, False])
def test_every_key_that_a_page_gave_is_accepted(
    client: Any, table: Any, condition: str, bound: str, forward: bool
) -> None:
    values = {":p": P, ":s": {"N": bound}, ":t": {"N": "20"}}
    params = {
        "KeyConditionExpression": f"pk = :p AND {condition}" if condition else "pk = :p",
        "ExpressionAttributeValues": {
            name: value for name, value in values.items() if f"{name} " in f":p {condition} "
        },
        "ScanIndexForward": forward,
    }
    whole = client.query(TableName="things", **params)["Items"]
    for size in (1, 2, len(whole) or 1):
        answers = pages(client, **params, Limit=size)
        assert [item for answer in answers for item in answer["Items"]] == whole
        paginator = client.get_paginator("query").paginate(
            TableName="things", **params, PaginationConfig={"PageSize": size}
        )
        assert [item for page in paginator for item in page["Items"]] == whole


def test_a_page_that_ended_at_the_last_possible_key_is_followed_by_an_empty_one(client: Any, table: Any) -> None:
    """Unsure: one report has `>=` backwards rejected; a client must be able to continue with the key it was given."""
    for operator, forward in ((">=", False), ("<=", True)):
        params = {
            "TableName": "things",
            "KeyConditionExpression": f"pk = :p AND sk {operator} :s",
            "ExpressionAttributeValues": {":p": P, ":s": {"N": "3"}},
            "ScanIndexForward": forward,
        }
        answer = client.query(**params, ExclusiveStartKey={"pk": P, "sk": {"N": "3"}})
        assert (answer["Items"], answer["ScannedCount"], "LastEvaluatedKey" in answer) == ([], 0, False)


# ---- queries that can find one item only


@pytest.fixture
def flat(ddbmock: Any, client: Any) -> str:
    ddbmock.create_table("flat", "pk")
    client.put_item(TableName="flat", Item={"pk": P, "v": {"N": "1"}})
    return "flat"


SINGLE = {
    "flat": {"KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": P}},
    "things": {
        "KeyConditionExpression": "sk = :s AND pk = :p",
        "ExpressionAttributeValues": {":p": P, ":s": {"N": "3"}},
    },
}


@pytest.mark.parametrize("name", SINGLE)
@pytest.mark.parametrize("forward", [True, False])
@pytest.mark.parametrize(
    "options, count",
    [({}, 1), ({"FilterExpression": "attribute_exists(nowhere)"}, 0), ({"Select": "COUNT"}, 1)],
)
def test_a_query_for_one_item_gives_no_key_to_continue_with(
    client: Any, table: Any, flat: str, name: str, forward: bool, options: Any, count: int
) -> None:
    params = {"TableName": name, **SINGLE[name], **options, "ScanIndexForward": forward}
    answer = client.query(**params, Limit=1)
    assert (answer["Count"], answer["ScannedCount"]) == (count, 1)
    assert "LastEvaluatedKey" not in answer
    found = list(client.get_paginator("query").paginate(**params, PaginationConfig={"PageSize": 1}))
    assert [page["Count"] for page in found] == [count]


def test_an_index_may_hold_several_items_with_one_key(client: Any, table: Any) -> None:
    params = {
        "TableName": "things",
        "IndexName": "by-kind",
        "KeyConditionExpression": "kind = :k AND #r = :r",
        "ExpressionAttributeNames": {"#r": "rank"},
        "ExpressionAttributeValues": {":k": {"S": "k"}, ":r": {"N": "2"}},
    }
    answer = client.query(**params, Limit=1)
    assert (answer["Count"], answer["LastEvaluatedKey"]["sk"]) == (1, {"N": "6"})
    rest = client.query(**params, ExclusiveStartKey=answer["LastEvaluatedKey"])
    assert (rest["Items"], "LastEvaluatedKey" in rest) == ([], False)


def test_a_query_for_one_item_accepts_the_key_of_that_item_only(client: Any, refused: Any, table: Any) -> None:
    def start(partition: str, sort: str) -> Any:
        return {
            "TableName": "things",
            **SINGLE["things"],
            "ExclusiveStartKey": {"pk": {"S": partition}, "sk": {"N": sort}},
        }

    assert client.query(**start("p", "3.0"))["Items"] == []
    predicate = "ValidationException: The provided starting key does not match the range key predicate"
    assert refused("query", **start("p", "4")) == predicate
    assert refused("query", **start("q", "4")) == predicate
    assert refused("query", **start("q", "3")) == (
        "ValidationException: The query can return at most one row and cannot be restarted"
    )


@pytest.mark.parametrize("start, shown", [({"S": "e"}, "{S:e}"), ({"N": "1.0"}, "{N:1}"), ({"B": b"\xff"}, "{B:/w==}")])
def test_a_query_of_a_table_without_sort_key_accepts_no_start_key(
    ddbmock: Any, refused: Any, start: Any, shown: str
) -> None:
    """Captured on AWS, 2025-11, for a string; other types by analogy."""
    tag = next(iter(start))
    ddbmock.create_table("typed", f"pk:{tag}")
    for key in (start, {tag: {"S": "f", "N": "2", "B": b"f"}[tag]}):
        message = refused(
            "query",
            TableName="typed",
            KeyConditionExpression="pk = :p",
            ExpressionAttributeValues={":p": key},
            ExclusiveStartKey={"pk": start},
        )
        assert message == (
            "ValidationException: The provided exclusive start key is invalid: ExclusiveStartKey: "
            f"{{pk=AttributeValue: {shown}}}"
        )


def test_the_shape_of_a_start_key_is_checked_first(refused: Any, flat: str) -> None:
    query = {"TableName": flat, **SINGLE["flat"]}
    assert refused("query", **query, ExclusiveStartKey={}) == f"ValidationException: {START}"
    assert (
        refused("query", **query, ExclusiveStartKey={"pk": {"N": "1"}}) == f"ValidationException: {START}: {MISMATCH}"
    )


# ---- the resource layer


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("forward", [True, False])
def test_the_resource_layer_continues_with_the_keys_it_was_given(
    ddbmock: Any, table: Any, source: str, forward: bool
) -> None:
    resource = ddbmock.resource().Table("things")
    condition = Key("kind").eq("k") & Key("rank").gte(0) if source == "global" else Key("pk").eq("p")
    if source == "table":
        condition &= Key("sk").between(0, COUNT)
    params: dict[str, Any] = {"KeyConditionExpression": condition, "ScanIndexForward": forward, "Limit": 1}
    if source != "table":
        params["IndexName"] = SOURCES[source][0]["IndexName"]
    found = []
    while True:
        answer = resource.query(**params)
        found += [int(item["sk"]) for item in answer["Items"]]
        if "LastEvaluatedKey" not in answer:
            break
        params["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
    assert sorted(found) == list(range(COUNT))
    if source == "table":
        assert found == list(range(COUNT))[:: 1 if forward else -1]
