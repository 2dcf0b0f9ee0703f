"""A parameter that AWS adds tomorrow, wherever it stands, is refused by name and never ignored."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest
from accounts import Account

from pytest_ddbmock.engine import shapes
from pytest_ddbmock.engine.request import DYNAMODB, STREAMS, Request
from pytest_ddbmock.engine.shapes import Shape
from pytest_ddbmock.errors import NotImplementedByMock
from pytest_ddbmock.operations import OPERATIONS
from pytest_ddbmock.transports.service_model import ModelShapes

NEW = "BrandNew"
KEY = {"pk": {"S": "a"}}
ARN = "arn:aws:dynamodb:eu-west-1:123456789012:table/things"
TEXT = Shape(shapes.STRING, "String")

EQ = {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "a"}]}
UNITS = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}
LIMITS = {"MaxReadRequestUnits": 10, "MaxWriteRequestUnits": 10}
WARM = {"ReadUnitsPerSecond": 20_000, "WriteUnitsPerSecond": 20_000}


def index(name: str, **more: Any) -> dict[str, Any]:
    keys = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]
    return {"IndexName": name, "KeySchema": keys, "Projection": {"ProjectionType": "ALL"}, **more}


CREATE = {
    "TableName": "new",
    "AttributeDefinitions": [
        {"AttributeName": "pk", "AttributeType": "S"},
        {"AttributeName": "sk", "AttributeType": "S"},
    ],
    "KeySchema": index("x")["KeySchema"],
    "LocalSecondaryIndexes": [index("local")],
    "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
    "SSESpecification": {"Enabled": False},
    "Tags": [{"Key": "k", "Value": "v"}],
}
NEW_INDEX = {
    "AttributeDefinitions": CREATE["AttributeDefinitions"],
    "GlobalSecondaryIndexUpdates": [{"Create": index("new", OnDemandThroughput=LIMITS, WarmThroughput=WARM)}],
}

REQUESTS: list[tuple[str, dict[str, Any]]] = [
    ("PutItem", {"TableName": "things", "Item": KEY, "Expected": {"a": {"Exists": False}}}),
    ("GetItem", {"TableName": "things", "Key": KEY}),
    ("DeleteItem", {"TableName": "things", "Key": KEY, "Expected": {"a": {"ComparisonOperator": "NULL"}}}),
    (
        "UpdateItem",
        {"TableName": "things", "Key": KEY, "AttributeUpdates": {"a": {"Action": "PUT", "Value": {"S": "x"}}}},
    ),
    ("Query", {"TableName": "things", "KeyConditions": {"pk": EQ}, "QueryFilter": {"a": EQ}}),
    ("Scan", {"TableName": "things", "ScanFilter": {"a": EQ}}),
    ("BatchGetItem", {"RequestItems": {"things": {"Keys": [KEY]}}}),
    ("BatchWriteItem", {"RequestItems": {"things": [{"PutRequest": {"Item": KEY}}]}}),
    ("BatchWriteItem", {"RequestItems": {"things": [{"DeleteRequest": {"Key": KEY}}]}}),
    ("TransactGetItems", {"TransactItems": [{"Get": {"TableName": "things", "Key": KEY}}]}),
    ("TransactWriteItems", {"TransactItems": [{"Put": {"TableName": "things", "Item": KEY}}]}),
    ("TransactWriteItems", {"TransactItems": [{"Delete": {"TableName": "things", "Key": KEY}}]}),
    (
        "TransactWriteItems",
        {"TransactItems": [{"Update": {"TableName": "things", "Key": KEY, "UpdateExpression": "REMOVE a"}}]},
    ),
    (
        "TransactWriteItems",
        {
            "TransactItems": [
                {
                    "ConditionCheck": {
                        "TableName": "things",
                        "Key": KEY,
                        "ConditionExpression": "attribute_not_exists(pk)",
                    }
                }
            ]
        },
    ),
    ("ExecuteStatement", {"Statement": "SELECT * FROM things"}),
    ("BatchExecuteStatement", {"Statements": [{"Statement": "SELECT * FROM things WHERE pk = 'a'"}]}),
    ("ExecuteTransaction", {"TransactStatements": [{"Statement": "SELECT * FROM things WHERE pk = 'a'"}]}),
    (
        "CreateTable",
        {
            **CREATE,
            "BillingMode": "PAY_PER_REQUEST",
            "OnDemandThroughput": LIMITS,
            "WarmThroughput": WARM,
            "GlobalSecondaryIndexes": [index("global", OnDemandThroughput=LIMITS, WarmThroughput=WARM)],
        },
    ),
    (
        "CreateTable",
        {
            **CREATE,
            "ProvisionedThroughput": UNITS,
            "GlobalSecondaryIndexes": [index("global", ProvisionedThroughput=UNITS)],
        },
    ),
    ("DescribeTable", {"TableName": "things"}),
    ("ListTables", {}),
    ("UpdateTable", {"TableName": "things", **NEW_INDEX}),
    ("UpdateTable", {"TableName": "things", "GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "global"}}]}),
    (
        "UpdateTable",
        {
            "TableName": "things",
            "GlobalSecondaryIndexUpdates": [{"Update": {"IndexName": "global", "OnDemandThroughput": LIMITS}}],
        },
    ),
    (
        "UpdateTable",
        {
            "TableName": "things",
            "GlobalSecondaryIndexUpdates": [{"Update": {"IndexName": "global", "WarmThroughput": WARM}}],
        },
    ),
    (
        "UpdateTable",
        {
            "TableName": "things",
            "BillingMode": "PROVISIONED",
            "ProvisionedThroughput": UNITS,
            "GlobalSecondaryIndexUpdates": [{"Update": {"IndexName": "global", "ProvisionedThroughput": UNITS}}],
        },
    ),
    ("UpdateTable", {"TableName": "things", "OnDemandThroughput": LIMITS}),
    ("UpdateTable", {"TableName": "things", "WarmThroughput": WARM}),
    ("UpdateTable", {"TableName": "things", "StreamSpecification": {"StreamEnabled": False}}),
    ("DeleteTable", {"TableName": "things"}),
    ("TagResource", {"ResourceArn": ARN, "Tags": [{"Key": "k", "Value": "v"}]}),
    ("UntagResource", {"ResourceArn": ARN, "TagKeys": ["k"]}),
    ("ListTagsOfResource", {"ResourceArn": ARN}),
    ("DescribeLimits", {}),
    ("DescribeEndpoints", {}),
    ("DescribeTimeToLive", {"TableName": "things"}),
    (
        "UpdateTimeToLive",
        {"TableName": "things", "TimeToLiveSpecification": {"Enabled": True, "AttributeName": "t"}},
    ),
    ("DescribeContinuousBackups", {"TableName": "things"}),
    (
        "UpdateContinuousBackups",
        {
            "TableName": "things",
            "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 3},
        },
    ),
    (
        "RestoreTableToPointInTime",
        {
            "SourceTableName": "recoverable",
            "TargetTableName": "restored",
            "UseLatestRestorableTime": True,
            "BillingModeOverride": "PAY_PER_REQUEST",
            "OnDemandThroughputOverride": LIMITS,
            "LocalSecondaryIndexOverride": [],
            "GlobalSecondaryIndexOverride": [index("global")],
        },
    ),
    (
        "RestoreTableToPointInTime",
        {
            "SourceTableName": "recoverable",
            "TargetTableName": "restored",
            "UseLatestRestorableTime": True,
            "BillingModeOverride": "PROVISIONED",
            "ProvisionedThroughputOverride": UNITS,
            "GlobalSecondaryIndexOverride": [index("global", ProvisionedThroughput=UNITS)],
        },
    ),
    ("ListStreams", {}),
    ("DescribeStream", {"StreamArn": ""}),
    ("GetShardIterator", {"StreamArn": "", "ShardId": "", "ShardIteratorType": "LATEST"}),
    ("GetRecords", {"ShardIterator": ""}),
]


class Tomorrow(ModelShapes):
    """The service model with a new member in every structure."""

    def input(self, service: str, operation: str) -> Shape | None:
        shape = super().input(service, operation)
        return None if shape is None else _grown(shape)


def _grown(shape: Shape) -> Shape:
    if shape.kind == shapes.STRUCTURE:
        members = {name: _grown(member) for name, member in shape.members.items()}
        return dataclasses.replace(shape, members={**members, NEW: TEXT})
    if shape.element is not None:
        return dataclasses.replace(shape, element=_grown(shape.element))
    return shape


@pytest.fixture
def account() -> Account:
    account = Account()
    account.create(
        "things",
        GlobalSecondaryIndexes=[
            {
                "IndexName": "global",
                "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
    )
    account.create(
        "recoverable", "pk sk", LocalSecondaryIndexes=[index("local")], GlobalSecondaryIndexes=[index("global")]
    )
    enabled = {"PointInTimeRecoveryEnabled": True}
    account.call("UpdateContinuousBackups", TableName="recoverable", PointInTimeRecoverySpecification=enabled)
    account.tick(3600)
    account.engine._shapes = Tomorrow()
    return account


def with_the_stream(account: Account, params: dict[str, Any]) -> dict[str, Any]:
    """The request with the names of the table's stream in place of empty texts."""
    [stream] = account.call("ListStreams", TableName="things")["Streams"]
    description = account.call("DescribeStream", StreamArn=stream["StreamArn"])["StreamDescription"]
    [shard] = description["Shards"]
    known = {"StreamArn": stream["StreamArn"], "ShardId": shard["ShardId"]}
    if "ShardIterator" in params:
        iterator = account.call("GetShardIterator", **known, ShardIteratorType="LATEST")
        known["ShardIterator"] = iterator["ShardIterator"]
    return {name: known[name] if value == "" else value for name, value in params.items()}


def structures(shape: Shape, value: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every structure in a request, with its path."""
    if shape.kind == shapes.STRUCTURE:
        yield path, value
        for name, held in value.items():
            yield from structures(shape.members[name], held, f"{path}.{name}" if path else name)
    elif shape.element is not None:
        for held in value.values() if isinstance(value, dict) else value:
            yield from structures(shape.element, held, path)


def places() -> Iterator[Any]:
    for number, (operation, params) in enumerate(REQUESTS):
        service = DYNAMODB if (DYNAMODB, operation) in OPERATIONS else STREAMS
        shape = ModelShapes().input(service, operation)
        assert shape is not None
        for position, (path, _) in enumerate(structures(shape, params)):
            yield pytest.param(number, position, id=f"{operation}-{number}-{path or 'top'}-{position}")


@pytest.mark.parametrize("number", range(len(REQUESTS)))
def test_the_request_without_it_is_served(account: Account, number: int) -> None:
    operation, params = REQUESTS[number]
    account.call(operation, **with_the_stream(account, params))


@pytest.mark.parametrize("number, position", list(places()))
def test_a_new_parameter_is_refused_by_name(account: Account, number: int, position: int) -> None:
    operation, params = REQUESTS[number]
    params = with_the_stream(account, copy.deepcopy(params))
    service = DYNAMODB if (DYNAMODB, operation) in OPERATIONS else STREAMS
    shape = ModelShapes().input(service, operation)
    assert shape is not None
    _, structure = list(structures(shape, params))[position]
    structure[NEW] = "x"
    seq, tables = account.engine.seq, [table.settings for table in account.engine.catalog.all_tables()]
    with pytest.raises(NotImplementedByMock, match=NEW) as caught:
        account.engine.call(Request(service, operation, params, "eu-west-1", "123456789012"))
    assert caught.value.operation == operation
    assert (account.engine.seq, [table.settings for table in account.engine.catalog.all_tables()]) == (seq, tables)
    structure[NEW] = None
    account.engine.call(Request(service, operation, params, "eu-west-1", "123456789012"))


def test_every_operation_that_is_served_is_asked() -> None:
    asked = {operation for operation, _ in REQUESTS}
    assert {name for _, name in OPERATIONS} == asked, "add a request with all of its structures to REQUESTS"


def test_what_the_service_model_does_not_know_is_ignored() -> None:
    account = Account()
    account.create("plain")
    wanted = {"plain": {"Keys": [KEY], NEW: "x"}}
    assert account.call("BatchGetItem", RequestItems=wanted, **{NEW: "x"})["Responses"] == {"plain": []}
