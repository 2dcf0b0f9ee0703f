"""TransactGetItems."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture(autouse=True)
def users(ddbmock: Any) -> None:
    ddbmock.table("users").load([{"pk": "a", "n": 1, "m": {"x": 1, "y": 2}}, {"pk": "b"}])


def test_items_come_in_the_order_of_the_request(ddbmock: Any, read: Any, actions: Any) -> None:
    ddbmock.table("orders").load([{"customer": "c", "placed": 1}])
    assert read(actions.get("b"), {"Get": actions.order(1)}, actions.get("nobody"), actions.get("a")) == [
        {"Item": {"pk": {"S": "b"}}},
        {"Item": {"customer": {"S": "c"}, "placed": {"N": "1"}}},
        {},
        {"Item": {"pk": {"S": "a"}, "n": {"N": "1"}, "m": {"M": {"x": {"N": "1"}, "y": {"N": "2"}}}}},
    ]


def test_each_read_has_a_projection_of_its_own(read: Any, actions: Any) -> None:
    assert read(
        actions.get("a", ProjectionExpression="#m.x, n", ExpressionAttributeNames={"#m": "m"}),
        actions.get("b", ProjectionExpression="n"),
    ) == [{"Item": {"n": {"N": "1"}, "m": {"M": {"x": {"N": "1"}}}}}, {}]


@pytest.mark.parametrize(
    "key, message",
    [
        ({"pk": {"N": "1"}}, "The provided key element does not match the schema"),
        ({"sk": {"S": "a"}}, "The provided key element does not match the schema"),
        ({"pk": {"L": []}}, "The provided key element does not match the schema"),
        ({}, "The provided key element does not match the schema"),
        (
            {"pk": {"S": ""}},
            "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an "
            "empty string value. Key: pk",
        ),
        (
            {"pk": {"S": "x" * 2049}},
            "One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 "
            "bytes",
        ),
    ],
)
def test_a_key_that_cannot_be_is_a_reason(reasons: Any, actions: Any, key: Any, message: str) -> None:
    found = reasons(actions.get("a"), {"Get": {"TableName": "users", "Key": key}}, method="transact_get_items")
    assert found == [{"Code": "None"}, {"Code": "ValidationError", "Message": message}]
    other = {"Get": {"TableName": "users", "Key": {"pk": {"B": b"x"}}}}
    found = reasons({"Get": {"TableName": "users", "Key": key}}, other, method="transact_get_items")
    assert found == [{"Code": "ValidationError", "Message": message}, {"Code": "None"}]


@pytest.mark.parametrize(
    "more, message",
    [
        ({"ProjectionExpression": ""}, "Invalid ProjectionExpression: The expression can not be empty;"),
        ({"ProjectionExpression": "a b"}, 'Invalid ProjectionExpression: Syntax error; token: "b", near: "a b"'),
        (
            {"ProjectionExpression": "#x"},
            "Invalid ProjectionExpression: An expression attribute name used in the document path is not defined; "
            "attribute name: #x",
        ),
        (
            {"ProjectionExpression": "a", "ExpressionAttributeNames": {"#x": "x"}},
            "Value provided in ExpressionAttributeNames unused in expressions: keys: {#x}",
        ),
        ({"Key": {"pk": {}}}, "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"),
    ],
)
def test_what_no_table_could_answer_refuses_all(refusal: Any, actions: Any, more: Any, message: str) -> None:
    refused = refusal(actions.get("b"), actions.get("a", **more), method="transact_get_items")
    assert refused == f"ValidationException: {message}"


def test_a_projection_cannot_read_inside_a_key(refusal: Any, actions: Any) -> None:
    refused = refusal(actions.get("b"), actions.get("a", ProjectionExpression="pk.x"), method="transact_get_items")
    assert refused == (
        "ValidationException: Key attributes must be scalars; list random access '[]' and map lookup '.' are not "
        "allowed: Key: pk"
    )


def test_an_item_is_read_once(refusal: Any, actions: Any) -> None:
    refused = refusal(actions.get("a"), actions.get("b"), actions.get("a"), method="transact_get_items")
    assert refused == "ValidationException: Transaction request cannot include multiple operations on one item"


def test_all_tables_must_be_there(refusal: Any, actions: Any) -> None:
    missing = {"Get": {"TableName": "nobody", "Key": {"pk": {"S": "a"}}}}
    refused = refusal(actions.get("a"), missing, method="transact_get_items")
    assert refused == "ResourceNotFoundException: Requested resource not found"


def test_at_most_100_items_are_read(refusal: Any, actions: Any) -> None:
    refused = refusal(*[actions.get(str(number)) for number in range(101)], method="transact_get_items")
    assert refused.startswith("ValidationException: 1 validation error detected: Value '[TransactGetItem(get=Get(key=")
    assert refused.endswith(
        "' at 'transactItems' failed to satisfy constraint: Member must have length less than or equal to 100"
    )


def test_at_most_4_mb_are_read(ddbmock: Any, read: Any, refusal: Any, actions: Any) -> None:
    ddbmock.table("users").load([{"pk": str(number), "v": "x" * 390_000} for number in range(11)])
    assert len(read(*[actions.get(str(number)) for number in range(10)])) == 10
    refused = refusal(*[actions.get(str(number)) for number in range(11)], method="transact_get_items")
    assert refused == "ValidationException: Transaction item size cannot exceed 4 MB"


def test_a_member_must_read(refusal: Any) -> None:
    refused = refusal({}, method="transact_get_items")
    assert refused == (
        "ValidationException: 1 validation error detected: Value null at 'transactItems.1.member.get' failed to "
        "satisfy constraint: Member must not be null"
    )
