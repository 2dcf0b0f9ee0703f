"""Malformed placeholders, keys that do not fit the schema, sizes. (Bad values: `test_value_layers.py`.)"""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.refusals import INVALID, ITEM, KEY, MISMATCH, VALIDATION, VIOLATED, names, values


@pytest.mark.parametrize(
    "given, text",
    [
        ({"ExpressionAttributeNames": {}}, "ExpressionAttributeNames must not be empty"),
        ({"ExpressionAttributeValues": {}}, "ExpressionAttributeValues must not be empty"),
        (
            {"ExpressionAttributeNames": {"a": "b"}},
            'ExpressionAttributeNames contains invalid key: Syntax error; key: "a"',
        ),
        (
            {"ExpressionAttributeValues": {"v": {"S": "x"}}},
            'ExpressionAttributeValues contains invalid key: Syntax error; key: "v"',
        ),
        (
            {"ExpressionAttributeNames": {"#a-b": "b"}},
            'ExpressionAttributeNames contains invalid key: Syntax error; key: "#a-b"',
        ),
        (
            {"ExpressionAttributeNames": {"#" + "a" * 255: "b"}},
            "ExpressionAttributeNames contains invalid key: The expression attribute map contains a key that is too "
            "long; size of key: 256",
        ),
        (
            {"ExpressionAttributeValues": {":" + "a" * 255: {"S": "x"}}},
            "ExpressionAttributeValues contains invalid key: The expression attribute map contains a key that is too "
            "long;",
        ),
        (names(a=""), "ExpressionAttributeNames contains invalid value: Empty attribute name for key #a"),
        (
            {**names(a=""), **values(v={})},
            "ExpressionAttributeNames contains invalid value: Empty attribute name for key #a",
        ),
        (names(a="b"), "Value provided in ExpressionAttributeNames unused in expressions: keys: {#a}"),
        (
            {**names(a="b", c="d"), **values(v=1)},
            "Value provided in ExpressionAttributeNames unused in expressions: keys: {#a, #c}",
        ),
        (values(v=1, w=2), "Value provided in ExpressionAttributeValues unused in expressions: keys: {:v, :w}"),
    ],
)
def test_placeholders_must_be_well_formed_and_used(refused: Any, tables: Any, given: Any, text: str) -> None:
    condition = {"ConditionExpression": "attribute_exists(a)"}
    for method, opening, params in (
        ("put_item", VIOLATED, {"Item": ITEM, **condition}),
        ("update_item", VIOLATED, {"Key": KEY, **condition}),
        ("delete_item", VIOLATED, {"Key": KEY, **condition}),
        ("scan", VALIDATION, {"FilterExpression": "attribute_exists(a)"}),
    ):
        for table in ("full", "nope"):
            assert refused(method, TableName=table, **params, **given) == f"{opening}{text}", method


def test_placeholders_hold_two_megabytes(client: Any, refused: Any, tables: Any) -> None:
    # Unsure: the text.
    condition = {"TableName": "full", "FilterExpression": "#a = :v"}
    room = 2 * 1024 * 1024 - len("#a" + "a" + ":v")
    client.scan(**condition, **names(a="a"), **values(v="x" * room))
    assert refused("scan", **condition, **names(a="a"), **values(v="x" * (room + 1))) == (
        f"{INVALID}The expression attribute names and values of a request hold more than 2097152 bytes"
    )


# ---- keys


LONG_HASH = f"{INVALID}Size of hashkey has exceeded the maximum size limit of2048 bytes"
LONG_RANGE = f"{INVALID}Aggregated size of all range keys has exceeded the size limit of 1024 bytes"
NOT_EMPTY = (
    f"{VALIDATION}One or more parameter values are not valid. "
    "The AttributeValue for a key attribute cannot contain an empty string value. Key: "
)


@pytest.mark.parametrize(
    "key, text",
    [
        ({}, MISMATCH),
        ({"pk": {"S": "a"}}, MISMATCH),
        ({"pk": {"S": "a"}, "x": {"S": "b"}}, MISMATCH),
        ({**KEY, "x": {"S": "b"}}, MISMATCH),
        ({**KEY, "sk": {"N": "1"}}, MISMATCH),
        ({**KEY, "sk": {"NULL": True}}, MISMATCH),
        ({"pk": {"S": ""}, "sk": {"S": ""}}, f"{NOT_EMPTY}pk"),
        ({**KEY, "sk": {"S": ""}}, f"{NOT_EMPTY}sk"),
        ({**KEY, "pk": {"S": "x" * 2049}}, LONG_HASH),
        ({**KEY, "pk": {"S": "é" * 1025}}, LONG_HASH),
        ({**KEY, "sk": {"S": "x" * 1025}}, LONG_RANGE),
    ],
)
def test_a_key_must_fit_the_schema(refused: Any, tables: Any, key: Any, text: str) -> None:
    for method in ("get_item", "delete_item", "update_item"):
        assert refused(method, TableName="full", Key=key) == text
    assert refused("batch_get_item", RequestItems={"full": {"Keys": [key]}}) == text
    assert refused("batch_write_item", RequestItems={"full": [{"DeleteRequest": {"Key": key}}]}) == text


@pytest.mark.parametrize(
    "item, text",
    [
        ({"pk": {"S": "a"}}, MISMATCH),
        ({**KEY, "sk": {"N": "1"}}, MISMATCH),
        ({**KEY, "pk": {"S": ""}}, f"{NOT_EMPTY}pk"),
        ({**KEY, "pk": {"S": "x" * 2049}}, LONG_HASH),
        ({**KEY, "g": {"N": "1"}}, f"{INVALID}Type mismatch for Index Key g Expected: S Actual: N IndexName: by-g"),
    ],
)
def test_an_item_in_a_batch_must_fit_the_schema(refused: Any, tables: Any, item: Any, text: str) -> None:
    assert refused("batch_write_item", RequestItems={"full": [{"PutRequest": {"Item": item}}]}) == text


@pytest.mark.parametrize(
    "value", [{"NULL": True}, {"N": "1"}, {"B": b"x"}, {"B": b""}, {"SS": ["a"]}, {"L": []}, {"M": {}}]
)
@pytest.mark.parametrize("way", ["put", "set", "legacy put"])
def test_an_index_key_of_the_wrong_type_is_named_with_its_index(
    refused: Any, tables: Any, value: dict[str, Any], way: str
) -> None:
    params: dict[str, Any]
    if way == "put":
        params = {"method": "put_item", "Item": {**KEY, "g": value}}
    elif way == "set":
        params = {"method": "update_item", "Key": KEY, "UpdateExpression": "SET g = :v", **values(v=value)}
    else:
        params = {"method": "update_item", "Key": KEY, "AttributeUpdates": {"g": {"Action": "PUT", "Value": value}}}
    assert refused(params.pop("method"), TableName="full", **params) == (
        f"{INVALID}Type mismatch for Index Key g Expected: S Actual: {next(iter(value))} IndexName: by-g"
    )


@pytest.mark.parametrize("path, name, kind", [("pk.a", "pk", "Key"), ("sk[0]", "sk", "Key"), ("g.a", "g", "IndexKey")])
def test_no_path_leads_into_a_key(refused: Any, tables: Any, path: str, name: str, kind: str) -> None:
    text = (
        f"{VALIDATION}Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: "
        f"{kind}: {name}"
    )
    condition = {"ConditionExpression": f"attribute_exists({path})"}
    table = {"TableName": "full"}
    assert refused("update_item", **table, Key=KEY, UpdateExpression=f"REMOVE {path}") == text
    # Unsure: conditions, filters, projections.
    assert refused("update_item", **table, Key=KEY, **condition) == text
    assert refused("put_item", **table, Item=ITEM, **condition) == text
    assert refused("delete_item", **table, Key=KEY, **condition) == text
    assert refused("get_item", **table, Key=KEY, ProjectionExpression=path) == text
    assert refused("scan", **table, FilterExpression=f"attribute_exists({path})") == text
    assert refused("scan", **table, ProjectionExpression=path) == text
    keys = {"KeyConditionExpression": "pk = :v", **values(v="a")}
    assert refused("query", **table, **keys, ProjectionExpression=path) == text
    wanted = {"full": {"Keys": [KEY], "ProjectionExpression": path}}
    assert refused("batch_get_item", RequestItems=wanted) == text


# ---- sizes


def test_an_update_makes_no_item_over_400_kb(client: Any, refused: Any, tables: Any) -> None:
    rest = len("pk" + "a" + "sk" + "b" + "v")
    update = {"TableName": "full", "Key": KEY, "UpdateExpression": "SET v = :v"}
    client.update_item(**update, **values(v="x" * (409_600 - rest)))
    assert refused("update_item", **update, **values(v="x" * (409_601 - rest))) == (
        f"{VALIDATION}Item size to update has exceeded the maximum allowed size"
    )
    batch = {"full": [{"PutRequest": {"Item": {**KEY, "v": {"S": "x" * (409_601 - rest)}}}}]}
    assert refused("batch_write_item", RequestItems=batch) == (
        f"{VALIDATION}Item size has exceeded the maximum allowed size"
    )


@pytest.mark.parametrize(
    "expression, start, operand, text",
    [
        (
            "SET n = n + :v",
            "1e50",
            "1",
            "Number overflow. Attempting to store a number with magnitude larger than supported range",
        ),
        (
            "SET n = n - :v",
            "-9e125",
            "9e125",
            "Number overflow. Attempting to store a number with magnitude larger than supported range",
        ),
        (
            "ADD n :v",
            "9" * 38,
            "0.1",
            "Number overflow. Attempting to store a number with magnitude larger than supported range",
        ),
        (
            "ADD n :v",
            "9e125",
            "9e125",
            "Number overflow. Attempting to store a number with magnitude larger than supported range",
        ),
    ],
)
def test_arithmetic_keeps_to_the_rules_of_numbers(
    client: Any, refused: Any, tables: Any, expression: str, start: str, operand: str, text: str
) -> None:
    key = {"pk": {"S": "a"}}
    client.put_item(TableName="plain", Item={**key, "n": {"N": start}})
    update = {"TableName": "plain", "Key": key, "UpdateExpression": expression, **values(v={"N": operand})}
    assert refused("update_item", **update) == f"{VALIDATION}{text}"
