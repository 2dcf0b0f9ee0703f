"""Requests for items that use all that the data plane has, with a few places spoiled: served or refused, no trace.

Requests made up from the service model are in `test_every_operation_malformed`.
"""

from __future__ import annotations

import copy
import random
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_ddbmock.errors import DynamoDBError
from pytest_ddbmock.transports import json10, service_model
from tests.support.malformed import Maker, spoil

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
    shape = service_model.ModelShapes().input("dynamodb", operation)
    assert shape is not None
    named = good if "RequestItems" in good else {"TableName": "ttt", **good}
    for _ in range(20):
        account.call("PutItem", {"TableName": "ttt", "Item": PUT})
        params = copy.deepcopy(named)
        for _ in range(maker.choose.choice((1, 1, 1, 2))):
            spoil(params, shape, maker)
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


def everything(account: Any) -> list[Any]:
    return [(table.name, table.settings, table.items()) for table in account.engine.catalog.all_tables()]


# ---- what needs no table is found without one

ENVELOPED = {"PutItem", "UpdateItem", "DeleteItem"}
ALONE = [(operation, good) for operation, good in GOOD if "RequestItems" not in good]


def error_of(account: Any, operation: str, params: dict[str, Any]) -> DynamoDBError | None:
    try:
        account.call(operation, params)
    except DynamoDBError as error:
        return error
    return None


@pytest.mark.parametrize("operation, good", ALONE)
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**64))
def test_what_is_refused_without_a_table_is_refused_alike_with_one(
    make_engine: Any, operation: str, good: dict[str, Any], seed: int
) -> None:
    account = make_engine()
    account.call("PutItem", {"TableName": "ttt", "Item": PUT})
    maker = Maker(random.Random(seed), 0.1)
    shape = service_model.ModelShapes().input("dynamodb", operation)
    assert shape is not None
    for _ in range(10):
        params = copy.deepcopy(good)
        for _ in range(maker.choose.choice((1, 1, 1, 2))):
            spoil(params, shape, maker)
        without = error_of(account, operation, {**params, "TableName": "nope"})
        assert without is not None, params
        if without.code == "ResourceNotFoundException":
            continue
        within = error_of(account, operation, {**params, "TableName": "ttt"})
        assert within is not None and (within.code, within.message) == (without.code, without.message), params
        if operation in ENVELOPED and without.code == "ValidationException":
            assert re.match(r"\d+ validation errors? detected: (?!\d+ validation)", str(without.message)), params
