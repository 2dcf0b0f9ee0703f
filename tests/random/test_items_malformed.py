"""Requests put together from the service model, with garbage anywhere: each is served or refused, nothing breaks."""

from __future__ import annotations

import copy
import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_ddbmock.errors import DynamoDBError, NotImplementedByMock
from pytest_ddbmock.operations import OPERATIONS
from pytest_ddbmock.transports import json10, service_model
from tests.support.malformed import EXPRESSIONS, GARBAGE, NAMES, TEXTS, Maker

DATA_OPERATIONS = (
    "PutItem",
    "GetItem",
    "UpdateItem",
    "DeleteItem",
    "Query",
    "Scan",
    "BatchGetItem",
    "BatchWriteItem",
    "TransactWriteItems",
    "TransactGetItems",
)


@pytest.mark.parametrize("operation", DATA_OPERATIONS)
@pytest.mark.parametrize("garbage", [0.0, 0.03, 0.2])
@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**64))
def test_any_request_is_served_or_refused_without_a_trace(
    make_engine: Any, operation: str, garbage: float, seed: int
) -> None:
    account = make_engine()
    maker = Maker(random.Random(seed), garbage)
    shape = service_model.ModelShapes().input("dynamodb", operation)
    assert shape is not None
    table = account.table("ttt")
    for _ in range(12):
        params = maker.of_shape(shape)
        if not isinstance(params, dict):
            continue
        before = table.items()
        seq = account.engine.seq
        try:
            answer = account.call(operation, params)
        except DynamoDBError as refusal:
            assert refusal.status == 400, (params, refusal)
            assert refusal.message is not None
            assert table.items() == before, params
            assert account.engine.seq == seq, params
            json10.encode(json10.error_body(refusal))
        except NotImplementedByMock:
            raise AssertionError(f"{operation} is whole: {params}") from None
        else:
            json10.encode(answer)
        table.check()


# ---- good requests with a few places spoiled

PUT = {"pk": {"S": "p"}, "sk": {"S": "s"}, "g": {"S": "x"}, "n": {"N": "1"}, "l": {"S": "l"}, "a": {"L": [{"M": {}}]}}
KEY = {"pk": {"S": "p"}, "sk": {"S": "s"}}
EQUALS = {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "p"}]}
ALL_TOLD = {"ReturnConsumedCapacity": "INDEXES", "ReturnItemCollectionMetrics": "SIZE"}

GOOD: tuple[tuple[str, dict[str, Any]], ...] = (
    ("PutItem", {"Item": PUT, "ReturnValues": "ALL_OLD", **ALL_TOLD}),
    (
        "PutItem",
        {
            "Item": {**PUT, "v": {"SS": ["x", "y"]}, "w": {"BS": ["eA==", "eQ=="]}, "x": {"M": {"m": {"NS": ["1"]}}}},
            "ConditionExpression": "attribute_exists(pk) AND #n IN (:n, :m) AND size(a) < :m",
            "ExpressionAttributeNames": {"#n": "n"},
            "ExpressionAttributeValues": {":n": {"N": "1"}, ":m": {"N": "2"}},
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        },
    ),
    (
        "PutItem",
        {"Item": PUT, "Expected": {"pk": {"Value": {"S": "p"}}, "n": EQUALS | {"ComparisonOperator": "NE"}}},
    ),
    (
        "GetItem",
        {
            "Key": KEY,
            "ConsistentRead": True,
            "ProjectionExpression": "#a[0].x, g",
            "ExpressionAttributeNames": {"#a": "a"},
        },
    ),
    ("GetItem", {"Key": KEY, "AttributesToGet": ["a", "g"]}),
    ("DeleteItem", {"Key": KEY, "Expected": {"zzz": {"Exists": False}}, "ReturnValues": "ALL_OLD", **ALL_TOLD}),
    (
        "UpdateItem",
        {
            "Key": KEY,
            "UpdateExpression": "SET g = :g, a[0].k = :g, c = if_not_exists(c, :n) + :n REMOVE l ADD n :n",
            "ConditionExpression": "n BETWEEN :n AND :m",
            "ExpressionAttributeValues": {":g": {"S": "y"}, ":n": {"N": "1"}, ":m": {"N": "9"}},
            "ReturnValues": "UPDATED_NEW",
            **ALL_TOLD,
        },
    ),
    (
        "UpdateItem",
        {
            "Key": KEY,
            "AttributeUpdates": {
                "n": {"Action": "ADD", "Value": {"N": "1"}},
                "l": {"Action": "DELETE"},
                "g": {"Value": {"S": "y"}},
            },
            "ReturnValues": "ALL_NEW",
        },
    ),
    (
        "Query",
        {
            "IndexName": "by-g-n",
            "KeyConditionExpression": "g = :g AND n >= :n",
            "FilterExpression": "sk <> :g",
            "ProjectionExpression": "pk",
            "ExpressionAttributeValues": {":g": {"S": "x"}, ":n": {"N": "0"}},
            "ExclusiveStartKey": {**KEY, "g": {"S": "x"}, "n": {"N": "0.5"}},
            "ScanIndexForward": True,
            "Limit": 5,
            "ReturnConsumedCapacity": "INDEXES",
        },
    ),
    (
        "Query",
        {
            "IndexName": "by-l",
            "KeyConditions": {
                "pk": EQUALS,
                "l": {"ComparisonOperator": "BEGINS_WITH", "AttributeValueList": [{"S": "l"}]},
            },
            "QueryFilter": {"n": {"ComparisonOperator": "NOT_NULL"}, "g": EQUALS},
            "ConditionalOperator": "OR",
            "Select": "ALL_ATTRIBUTES",
            "ScanIndexForward": False,
            "ConsistentRead": True,
        },
    ),
    (
        "Scan",
        {
            "FilterExpression": "contains(#l, :l) OR attribute_type(n, :t)",
            "ExpressionAttributeNames": {"#l": "l"},
            "ExpressionAttributeValues": {":l": {"S": "l"}, ":t": {"S": "N"}},
            "Segment": 0,
            "TotalSegments": 1,
            "ExclusiveStartKey": {"pk": {"S": "q"}, "sk": {"S": "s"}},
            "Limit": 5,
            "Select": "COUNT",
        },
    ),
    ("Scan", {"IndexName": "by-n-pk", "ScanFilter": {"pk": EQUALS}, "AttributesToGet": ["b", "pk"]}),
    (
        "BatchGetItem",
        {
            "RequestItems": {
                "ttt": {
                    "Keys": [KEY, {**KEY, "pk": {"S": "q"}}],
                    "ProjectionExpression": "#a, pk",
                    "ExpressionAttributeNames": {"#a": "a"},
                    "ConsistentRead": False,
                }
            },
            "ReturnConsumedCapacity": "TOTAL",
        },
    ),
    (
        "BatchWriteItem",
        {
            "RequestItems": {
                "ttt": [{"PutRequest": {"Item": PUT}}, {"DeleteRequest": {"Key": {**KEY, "pk": {"S": "q"}}}}],
            },
            **ALL_TOLD,
        },
    ),
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of everything inside `value`."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, held in inside for place in ((*path, key), *places(held, (*path, key)))]


def spoil(params: dict[str, Any], maker: Maker) -> None:
    """Change one place of a request, whatever is there."""
    choose = maker.choose
    *path, last = choose.choice(places(params))
    holder: Any = params
    for key in path:
        holder = holder[key]
    replacement = copy.deepcopy(
        choose.choice(
            (
                choose.choice(GARBAGE),
                maker.value(),
                choose.choice(TEXTS),
                choose.choice(NAMES),
                choose.choice(EXPRESSIONS),
            )
        )
    )
    match choose.randrange(4):
        case 0:
            del holder[last]
        case 1 if isinstance(holder, dict):
            holder[choose.choice(NAMES)] = holder[last]
        case 2 if isinstance(holder, list):
            holder.append(replacement)
        case _:
            holder[last] = replacement


@pytest.mark.parametrize("operation, good", GOOD)
def test_the_good_requests_are_good(make_engine: Any, operation: str, good: dict[str, Any]) -> None:
    account = make_engine()
    account.call("PutItem", {"TableName": "ttt", "Item": PUT})
    named = good if "RequestItems" in good else {"TableName": "ttt", **good}
    account.call(operation, named)


@pytest.mark.parametrize("operation, good", GOOD)
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**64))
def test_a_good_request_that_is_spoiled_is_served_or_refused_without_a_trace(
    make_engine: Any, operation: str, good: dict[str, Any], seed: int
) -> None:
    account = make_engine()
    maker = Maker(random.Random(seed), 0.1)
    named = good if "RequestItems" in good else {"TableName": "ttt", **good}
    for _ in range(20):
        account.call("PutItem", {"TableName": "ttt", "Item": PUT})
        params = copy.deepcopy(named)
        for _ in range(maker.choose.choice((1, 1, 1, 2))):
            spoil(params, maker)
            if not places(params):
                break
        before = everything(account)
        try:
            answer = account.call(operation, params)
        except DynamoDBError as refusal:
            assert everything(account) == before, params
            assert refusal.status == 400, (params, refusal)
            json10.encode(json10.error_body(refusal))
        else:
            json10.encode(answer)
        account.table("ttt").check()


# ---- all other operations

OTHER_OPERATIONS = sorted(
    (service, name) for service, name in OPERATIONS if service != "dynamodb" or name not in DATA_OPERATIONS
)


@pytest.mark.parametrize("service, operation", OTHER_OPERATIONS)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**64), garbage=st.sampled_from((0.0, 0.03, 0.2)))
def test_any_other_request_is_served_or_refused_without_a_trace(
    make_engine: Any, service: str, operation: str, garbage: float, seed: int
) -> None:
    account = make_engine()
    maker = Maker(random.Random(seed), garbage)
    shape = service_model.ModelShapes().input(service, operation)
    assert shape is not None
    for _ in range(12):
        params = maker.of_shape(shape)
        if not isinstance(params, dict):
            continue
        account.engine.run_due()
        before = everything(account)
        try:
            answer = account.call(operation, params, service)
        except (DynamoDBError, NotImplementedByMock) as refusal:
            assert everything(account) == before, params
            if isinstance(refusal, DynamoDBError):
                # An empty OnDemandThroughput is AWS's own failure, captured.
                assert refusal.status == 400 or refusal.code == "InternalFailure", (params, refusal)
                json10.encode(json10.error_body(refusal))
        else:
            json10.encode(answer)
        for table in account.engine.catalog.all_tables():
            table.check()


def everything(account: Any) -> list[Any]:
    return [(table.name, table.settings, table.items()) for table in account.engine.catalog.all_tables()]


def test_the_data_plane_is_served() -> None:
    assert {name for service, name in OPERATIONS if service == "dynamodb"} >= set(DATA_OPERATIONS)
