"""GetItem: items, projections, capacity; tables by ARN; Regions and accounts."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

KEY = {"pk": {"S": "a"}, "sk": {"N": "1"}}
ITEM = {
    **KEY,
    "s": {"S": "x"},
    "status": {"S": "new"},
    "with.dot": {"S": "dotted"},
    "l": {"L": [{"S": "zero"}, {"M": {"x": {"N": "1"}, "y": {"N": "2"}}}, {"S": "two"}]},
    "m": {"M": {"a": {"S": "A"}, "b": {"M": {"c": {"S": "C"}, "d": {"S": "D"}}}}},
}


@pytest.fixture
def table(ddbmock: Any, client: Any) -> Any:
    ddbmock.create_table("things", "pk", "sk:N")
    client.put_item(TableName="things", Item=ITEM)
    return ddbmock.table("things")


def get(client: Any, **params: Any) -> Any:
    return client.get_item(TableName="things", **{"Key": KEY, **params})


def test_an_item_that_does_not_exist_is_left_out_of_the_answer(client: Any, table: Any) -> None:
    assert get(client)["Item"] == ITEM
    assert "Item" not in get(client, Key={"pk": {"S": "a"}, "sk": {"N": "2"}})


@pytest.mark.parametrize(
    "projection, item",
    [
        ("s", {"s": {"S": "x"}}),
        ("s, nowhere", {"s": {"S": "x"}}),
        ("nowhere", {}),
        ("#status, #dot", {"status": {"S": "new"}, "with.dot": {"S": "dotted"}}),
        ("m.a, m.b.c", {"m": {"M": {"a": {"S": "A"}, "b": {"M": {"c": {"S": "C"}}}}}}),
        ("l[2], l[0]", {"l": {"L": [{"S": "zero"}, {"S": "two"}]}}),
        ("l[1].x, l[1].y", {"l": {"L": [{"M": {"x": {"N": "1"}, "y": {"N": "2"}}}]}}),
        ("l[1].y, l[9]", {"l": {"L": [{"M": {"y": {"N": "2"}}}]}}),
        ("m[0], l.a, s.x", {}),
        ("pk", {"pk": {"S": "a"}}),
    ],
)
def test_a_projection_gives_what_its_paths_find(client: Any, table: Any, projection: str, item: Any) -> None:
    names = {"#status": "status", "#dot": "with.dot"}
    used = {name: value for name, value in names.items() if name in projection}
    options = {"ExpressionAttributeNames": used} if used else {}
    assert get(client, ProjectionExpression=projection, **options)["Item"] == item


@pytest.mark.parametrize(
    "options, complaint",
    [
        ({"ProjectionExpression": ""}, "Invalid ProjectionExpression: The expression can not be empty;"),
        (
            {"ProjectionExpression": "status"},
            "Invalid ProjectionExpression: Attribute name is a reserved keyword; reserved keyword: status",
        ),
        (
            {"ProjectionExpression": "m.a, m"},
            "Invalid ProjectionExpression: Two document paths overlap with each other; must remove or rewrite one of "
            "these paths; path one: [m, a], path two: [m]",
        ),
        (
            {"ProjectionExpression": "s", "AttributesToGet": ["s"]},
            "Can not use both expression and non-expression parameters in the same request: Non-expression "
            "parameters: {AttributesToGet} Expression parameters: {ProjectionExpression}",
        ),
        (
            {"ExpressionAttributeNames": {"#a": "b"}},
            "ExpressionAttributeNames can only be specified when using expressions",
        ),
        (
            {"ExpressionAttributeNames": {"#a": "b"}, "ProjectionExpression": "s"},
            "Value provided in ExpressionAttributeNames unused in expressions: keys: {#a}",
        ),
        (
            {"AttributesToGet": ["s", "s"]},
            "One or more parameter values were invalid: Duplicate value in attribute name: s",
        ),
        (
            {"AttributesToGet": []},
            "1 validation error detected: Value '[]' at 'attributesToGet' failed to satisfy constraint: Member must "
            "have length greater than or equal to 1",
        ),
    ],
)
def test_malformed_projections_are_refused(refused: Any, table: Any, options: Any, complaint: str) -> None:
    assert refused("get_item", TableName="things", Key=KEY, **options) == f"ValidationException: {complaint}"


def test_attributes_to_get_are_whole_names(client: Any, table: Any) -> None:
    assert get(client, AttributesToGet=["with.dot", "m.a", "s"])["Item"] == {
        "with.dot": {"S": "dotted"},
        "s": {"S": "x"},
    }


@pytest.mark.parametrize(
    "size, consistent, units",
    [(100, False, 0.5), (100, True, 1.0), (4096, True, 1.0), (4097, False, 1.0), (8193, True, 3.0)],
)
def test_a_read_consumes_by_blocks_of_4_kb(client: Any, table: Any, size: int, consistent: bool, units: float) -> None:
    client.put_item(TableName="things", Item={**KEY, "v": {"S": "x" * (size - 8)}})
    answer = get(client, ConsistentRead=consistent, ReturnConsumedCapacity="INDEXES", ProjectionExpression="pk")
    assert answer["ConsumedCapacity"] == {
        "TableName": "things",
        "CapacityUnits": units,
        "Table": {"CapacityUnits": units},
    }


def test_a_read_of_nothing_consumes_a_block(client: Any, table: Any) -> None:
    missing = {"pk": {"S": "b"}, "sk": {"N": "1"}}
    assert get(client, Key=missing, ReturnConsumedCapacity="TOTAL")["ConsumedCapacity"]["CapacityUnits"] == 0.5


# ---- which table


def test_a_table_can_be_named_by_its_arn(client: Any, table: Any) -> None:
    arn = client.describe_table(TableName="things")["Table"]["TableArn"]
    assert client.get_item(TableName=arn, Key=KEY)["Item"] == ITEM
    client.put_item(TableName=arn, Item={**KEY, "pk": {"S": "b"}})
    assert (
        client.query(TableName=arn, KeyConditionExpression="pk = :p", ExpressionAttributeValues={":p": {"S": "b"}})[
            "Count"
        ]
        == 1
    )
    assert client.batch_get_item(RequestItems={arn: {"Keys": [KEY]}})["Responses"] == {arn: [ITEM]}


def test_an_arn_of_another_region_or_account_is_refused(client: Any, refused: Any, table: Any) -> None:
    arn = client.describe_table(TableName="things")["Table"]["TableArn"]
    account = arn.split(":")[4]
    region = arn.split(":")[3]
    elsewhere = arn.replace(region, "eu-west-3")
    assert refused("get_item", TableName=elsewhere, Key=KEY) == (
        f"ValidationException: 1 validation error detected: Invalid AWS region in '{elsewhere}'"
    )
    foreign = arn.replace(account, "999999999999")
    assert refused("get_item", TableName=foreign, Key=KEY).startswith("AccessDeniedException")


def test_regions_and_accounts_know_nothing_of_each_other(ddbmock: Any, table: Any) -> None:
    elsewhere = ddbmock.client(region="ap-south-1")
    with pytest.raises(elsewhere.exceptions.ResourceNotFoundException):
        elsewhere.get_item(TableName="things", Key=KEY)
    other = boto3.client(
        "dynamodb", region_name=ddbmock.region, aws_access_key_id="111111111111", aws_secret_access_key="x"
    )
    with pytest.raises(other.exceptions.ResourceNotFoundException):
        other.get_item(TableName="things", Key=KEY)


@pytest.mark.parametrize(
    "name, text",
    [
        (None, "Value null at 'tableName' failed to satisfy constraint: Member must not be null"),
        (
            "no such",
            "Value 'no such' at 'tableName' failed to satisfy constraint: Member must satisfy regular expression "
            "pattern: [a-zA-Z0-9_.-]+",
        ),
    ],
)
def test_a_malformed_table_name_is_refused(refused: Any, name: str | None, text: str) -> None:
    for operation, params in (("get_item", {"Key": KEY}), ("put_item", {"Item": KEY}), ("scan", {})):
        named = {} if name is None else {"TableName": name}
        message = refused(operation, **named, **params)
        assert message == f"ValidationException: 1 validation error detected: {text}"


def test_unknown_tables_are_not_found(refused: Any) -> None:
    assert refused("get_item", TableName="nope", Key=KEY) == ("ResourceNotFoundException: Requested resource not found")
