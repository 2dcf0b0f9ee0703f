"""Requests that break two rules: which of them is told."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.refusals import INVALID, ITEM, KEY, MISMATCH, NOT_FOUND, VALIDATION, VIOLATED, names, values

NO_VALUE = {"x": {}}
EMPTY_VALUE = "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"
NAMES_ALONE = "ExpressionAttributeNames can only be specified when using expressions"
EMPTY = "The expression can not be empty;"
SYNTAX = 'Syntax error; token: "<EOF>", near: "="'
UNUSED = "Value provided in ExpressionAttributeNames unused in expressions: keys: {#z}"
UNUSED_VALUE = "Value provided in ExpressionAttributeValues unused in expressions: keys: {:z}"
BOTH = "Can not use both expression and non-expression parameters in the same request: "
TOO_LARGE = {"x": {"S": "x" * 409_600}}
BAD_MAP = 'ExpressionAttributeNames contains invalid key: Syntax error; key: "x"'
REFUSED = "ConditionalCheckFailedException: The conditional request failed"

EXPECTED = {"Expected": {"a": {"Exists": False}}}
BAD_EXPECTED = {"Expected": {"a": {"Exists": True}}}
EXPECTED_TEXT = "One or more parameter values were invalid: Value must be provided when Exists is true for Attribute: a"
TRUE = {"ConditionExpression": "attribute_not_exists(zz)"}
FALSE = {"ConditionExpression": "attribute_exists(zz)"}
BROKEN = {"ConditionExpression": "a ="}
Z = names(z="z")


def put(item: Any = ITEM, **params: Any) -> dict[str, Any]:
    return {"TableName": "full", "Item": item, **params}


def at(key: Any = KEY, **params: Any) -> dict[str, Any]:
    return {"TableName": "full", "Key": key, **params}


RETURNS = "ReturnValues can only be ALL_OLD or NONE"


@pytest.mark.parametrize(
    "params, text",
    [
        # each row is free of the faults above it, and has the faults of the row and of some that follow
        (
            put({**ITEM, **NO_VALUE}, **TRUE, **EXPECTED),
            f"{BOTH}Non-expression parameters: {{Expected}} Expression parameters: {{ConditionExpression}}",
        ),
        (put({**ITEM, **NO_VALUE}, **Z), EMPTY_VALUE),
        (put({**ITEM, **NO_VALUE}, ReturnValues="ALL_NEW"), EMPTY_VALUE),
        (put(**Z, **BAD_EXPECTED), NAMES_ALONE),
        (
            put(**{**names(z=""), **values(v={})}, **BROKEN),
            "ExpressionAttributeNames contains invalid value: Empty attribute name for key #z",
        ),
        (put({}, ExpressionAttributeNames={"x": "y"}, ConditionExpression=""), BAD_MAP),
        (put({}, **BAD_EXPECTED, ReturnValues="ALL_NEW"), EXPECTED_TEXT),
        (put({}, ConditionExpression="", ReturnValues="ALL_NEW"), f"Invalid ConditionExpression: {EMPTY}"),
        (put({}, **BROKEN, **Z, ReturnValues="ALL_NEW"), f"Invalid ConditionExpression: {SYNTAX}"),
        (put({**ITEM, **TOO_LARGE}, **FALSE, **Z, **values(z=1), ReturnValues="ALL_NEW"), UNUSED),
        (put({**ITEM, **TOO_LARGE}, **FALSE, **values(z=1), ReturnValues="ALL_NEW"), UNUSED_VALUE),
        (put({**ITEM, **TOO_LARGE}, ReturnValues="ALL_NEW"), RETURNS),
        (put({**ITEM, **TOO_LARGE}), "Item size has exceeded the maximum allowed size"),
    ],
)
def test_put_item_before_the_table_is_known(refused: Any, tables: Any, params: Any, text: str) -> None:
    for name in ("full", "nope"):
        assert refused("put_item", **{**params, "TableName": name}) == f"{VIOLATED}{text}"


@pytest.mark.parametrize(
    "params, text",
    [
        (put({}, TableName="nope"), NOT_FOUND),
        (put({"g": {"N": "1"}}), f"{INVALID}Missing the key pk in the item"),
        (put({"pk": {"N": "1"}, "sk": {"N": "1"}}), f"{INVALID}Type mismatch for key pk expected: S actual: N"),
        (put({"pk": {"S": ""}, "sk": {"N": "1"}}), f"{INVALID}Type mismatch for key sk expected: S actual: N"),
        (put({"pk": {"S": "x" * 2049}}), f"{INVALID}Missing the key sk in the item"),
        (
            put({"pk": {"S": "x" * 2049}, "sk": {"S": "x" * 1025}}),
            f"{INVALID}Size of hashkey has exceeded the maximum size limit of2048 bytes",
        ),
        (
            put({**KEY, "sk": {"S": "x" * 1025}, "g": {"N": "1"}}),
            f"{INVALID}Aggregated size of all range keys has exceeded the size limit of 1024 bytes",
        ),
        (
            put({**KEY, "g": {"N": "1"}, "n": {"S": "x"}}, **FALSE),
            f"{INVALID}Type mismatch for Index Key g Expected: S Actual: N IndexName: by-g",
        ),
        (put(**FALSE), REFUSED),
    ],
)
def test_put_item(refused: Any, tables: Any, params: Any, text: str) -> None:
    assert refused("put_item", **params) == text
    assert tables.table("full").items == []


@pytest.mark.parametrize(
    "params, text",
    [
        (
            at(NO_VALUE, ProjectionExpression="a", AttributesToGet=["a"]),
            f"{BOTH}Non-expression parameters: {{AttributesToGet}} Expression parameters: {{ProjectionExpression}}",
        ),
        (at(NO_VALUE, AttributesToGet=["a", "a"]), EMPTY_VALUE),
        (at(NO_VALUE, **Z), EMPTY_VALUE),
        (
            at(AttributesToGet=["a", "a"], **Z),
            "One or more parameter values were invalid: Duplicate value in attribute name: a",
        ),
        (at({}, **Z), NAMES_ALONE),
        (at({}, ExpressionAttributeNames={"x": "y"}, ProjectionExpression=""), BAD_MAP),
        (at({}, ProjectionExpression=""), f"Invalid ProjectionExpression: {EMPTY}"),
        (
            at({}, ProjectionExpression="a,", **Z),
            'Invalid ProjectionExpression: Syntax error; token: "<EOF>", near: ","',
        ),
        (at({}, ProjectionExpression="a", **Z), UNUSED),
    ],
)
def test_get_item_before_the_table_is_known(refused: Any, tables: Any, params: Any, text: str) -> None:
    for name in ("full", "nope"):
        assert refused("get_item", **{**params, "TableName": name}) == f"{VALIDATION}{text}"


def test_get_item(refused: Any, tables: Any) -> None:
    assert refused("get_item", **at({}, TableName="nope")) == NOT_FOUND
    assert refused("get_item", **at({}, ProjectionExpression="pk.a")) == MISMATCH


@pytest.mark.parametrize(
    "params, text",
    [
        (
            at(NO_VALUE, **TRUE, **EXPECTED, ConditionalOperator="OR"),
            f"{BOTH}Non-expression parameters: {{Expected, ConditionalOperator}} "
            "Expression parameters: {ConditionExpression}",
        ),
        (at(NO_VALUE, **BAD_EXPECTED), EMPTY_VALUE),
        (at({}, **BAD_EXPECTED, **Z), EXPECTED_TEXT),
        (at({}, **EXPECTED, **Z), NAMES_ALONE),
        (at({}, **Z, ReturnValues="ALL_NEW"), NAMES_ALONE),
        (at({}, ConditionExpression="", ReturnValues="ALL_NEW"), f"Invalid ConditionExpression: {EMPTY}"),
        (at({}, **BROKEN, **Z, ReturnValues="ALL_NEW"), f"Invalid ConditionExpression: {SYNTAX}"),
        (at({}, **FALSE, **Z, **values(z=1), ReturnValues="ALL_NEW"), UNUSED),
        (at({}, **FALSE, **values(z=1), ReturnValues="ALL_NEW"), UNUSED_VALUE),
        (at({}, ReturnValues="ALL_NEW"), RETURNS),
        (at({}, ReturnValues="UPDATED_NEW"), RETURNS),
    ],
)
def test_delete_item_before_the_table_is_known(refused: Any, tables: Any, params: Any, text: str) -> None:
    for name in ("full", "nope"):
        assert refused("delete_item", **{**params, "TableName": name}) == f"{VIOLATED}{text}"


def test_delete_item(refused: Any, tables: Any) -> None:
    assert refused("delete_item", **at({}, TableName="nope", **FALSE)) == NOT_FOUND
    assert refused("delete_item", **at({}, **FALSE)) == MISMATCH
    assert refused("delete_item", **at(**FALSE)) == REFUSED


BAD_UPDATES = {"AttributeUpdates": {"a": {"Action": "PUT"}}}
UPDATES_TEXT = (
    "One or more parameter values were invalid: Only DELETE action is allowed when no attribute value is specified"
)
SET = {"UpdateExpression": "SET a = :v", **values(v=1)}


@pytest.mark.parametrize(
    "params, text",
    [
        (
            at(NO_VALUE, **SET, **BAD_UPDATES, **EXPECTED, ConditionalOperator="OR", **TRUE),
            f"{BOTH}Non-expression parameters: {{AttributeUpdates, Expected, ConditionalOperator}} "
            "Expression parameters: {UpdateExpression, ConditionExpression}",
        ),
        (at(NO_VALUE, **BAD_UPDATES), EMPTY_VALUE),
        (at({}, **BAD_UPDATES, **BAD_EXPECTED), UPDATES_TEXT),
        (at({}, **BAD_EXPECTED, **Z), EXPECTED_TEXT),
        (at({}, **Z, **values(z=1)), NAMES_ALONE),
        (at({}, **values(z=1)), "ExpressionAttributeValues can only be specified when using expressions"),
        (at({}, UpdateExpression="", ExpressionAttributeNames={"x": "y"}), BAD_MAP),
        (at({}, UpdateExpression="", ConditionExpression=""), f"Invalid UpdateExpression: {EMPTY}"),
        (at({}, UpdateExpression="SET", ConditionExpression=""), f"Invalid ConditionExpression: {EMPTY}"),
        (at({}, UpdateExpression="SET a =", **BROKEN), f"Invalid UpdateExpression: {SYNTAX}"),
        (
            at({}, UpdateExpression="SET a = :v, a = :w", **values(v=1, w=1), **BROKEN),
            "Invalid UpdateExpression: Two document paths overlap with each other; must remove or rewrite "
            "one of these paths; path one: [a], path two: [a]",
        ),
        (at({}, **SET, **BROKEN, **Z), f"Invalid ConditionExpression: {SYNTAX}"),
        (at({}, UpdateExpression="REMOVE pk", **Z, **values(z=1)), UNUSED),
        (at({}, UpdateExpression="REMOVE pk", **values(z=1)), UNUSED_VALUE),
    ],
)
def test_update_item_before_the_table_is_known(refused: Any, tables: Any, params: Any, text: str) -> None:
    for name in ("full", "nope"):
        assert refused("update_item", **{**params, "TableName": name}) == f"{VIOLATED}{text}"


@pytest.mark.parametrize(
    "params, text",
    [
        (at({}, TableName="nope", **SET), NOT_FOUND),
        (at({}, UpdateExpression="REMOVE pk"), MISMATCH),
        (
            at(UpdateExpression="REMOVE pk", **FALSE),
            f"{INVALID}Cannot update attribute pk. This attribute is part of the key",
        ),
        (
            at(AttributeUpdates={"sk": {"Action": "DELETE"}}, **EXPECTED),
            f"{INVALID}Cannot update attribute sk. This attribute is part of the key",
        ),
        (at(UpdateExpression="SET a = b", **FALSE), REFUSED),
        (
            at(UpdateExpression="SET a = b, g = :v", **values(v=1)),
            f"{VALIDATION}The provided expression refers to an attribute that does not exist in the item",
        ),
        (
            at(UpdateExpression="SET g = :v, a = :w", **values(v=1, w="x" * 409_600)),
            f"{INVALID}Type mismatch for Index Key g Expected: S Actual: N IndexName: by-g",
        ),
    ],
)
def test_update_item(refused: Any, tables: Any, params: Any, text: str) -> None:
    assert refused("update_item", **params) == text
    assert tables.table("full").items == []


KEYS = {"KeyConditionExpression": "pk = :v", **values(v="a")}
BAD_START = {"ExclusiveStartKey": {"pk": {}}}
START_TEXT = (
    f"{VALIDATION}The provided starting key is invalid: Supplied AttributeValue is empty, "
    "must contain exactly one of the supported datatypes"
)
SPECIFIC = "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES"
NO_KEYS = f"{VALIDATION}Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."
NO_INDEX = f"{VALIDATION}The table does not have the specified index: by-x"
CONSISTENT = f"{VALIDATION}Consistent reads are not supported on global secondary indexes"
OLD_KEYS = {"KeyConditions": {"pk": {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "a"}]}}}
BAD_OLD = {"ComparisonOperator": "EQ", "AttributeValueList": []}
BAD_OLD_TEXT = f"{INVALID}Invalid number of argument(s) for the EQ ComparisonOperator"
BY_G = {"IndexName": "by-g-n", "KeyConditionExpression": "g = :v", **values(v="a")}


@pytest.mark.parametrize(
    "params, text",
    [
        (
            {
                "QueryFilter": {"a": BAD_OLD},
                "AttributesToGet": ["a"],
                "ConditionalOperator": "OR",
                **OLD_KEYS,
                **KEYS,
                "FilterExpression": "a =",
                "ProjectionExpression": "a",
            },
            f"{VALIDATION}{BOTH}Non-expression parameters: {{AttributesToGet, QueryFilter, ConditionalOperator, "
            "KeyConditions} Expression parameters: {ProjectionExpression, FilterExpression, KeyConditionExpression}",
        ),
        ({**OLD_KEYS, "QueryFilter": {"a": BAD_OLD}, "AttributesToGet": ["a", "a"]}, BAD_OLD_TEXT),
        ({"KeyConditions": {"pk": BAD_OLD}, "AttributesToGet": ["a", "a"]}, BAD_OLD_TEXT),
        ({"AttributesToGet": ["a", "a"], **BAD_START}, f"{INVALID}Duplicate value in attribute name: a"),
        ({**BAD_START, **Z}, START_TEXT),
        ({**Z, "Select": "SPECIFIC_ATTRIBUTES"}, f"{VALIDATION}{NAMES_ALONE}"),
        (
            {**KEYS, "FilterExpression": "a =", "ProjectionExpression": "a,"},
            f"{VALIDATION}Invalid FilterExpression: {SYNTAX}",
        ),
        (
            {"KeyConditionExpression": "pk =", "ProjectionExpression": "a,"},
            f'{VALIDATION}Invalid ProjectionExpression: Syntax error; token: "<EOF>", near: ","',
        ),
        (
            {"KeyConditionExpression": "pk =", "Select": "SPECIFIC_ATTRIBUTES"},
            f"{VALIDATION}Invalid KeyConditionExpression: {SYNTAX}",
        ),
        ({"Select": "SPECIFIC_ATTRIBUTES"}, f"{VIOLATED}{SPECIFIC}"),
        (
            {"KeyConditionExpression": "pk = :v OR sk = :v", **values(v="a"), "Select": "SPECIFIC_ATTRIBUTES"},
            f"{VIOLATED}{SPECIFIC}",
        ),
        ({"TableName": "nope"}, NO_KEYS),
        (
            {"TableName": "nope", "KeyConditionExpression": "pk = :v OR sk = :v", **values(v="a")},
            f"{VALIDATION}Invalid operator used in KeyConditionExpression: OR",
        ),
        ({**KEYS, "TableName": "nope", "IndexName": "by-x"}, NOT_FOUND),
        ({**KEYS, "IndexName": "by-x", "ConsistentRead": True}, NO_INDEX),
        ({**KEYS, "IndexName": "by-g", "ConsistentRead": True, "ExclusiveStartKey": {"pk": {"N": "1"}}}, CONSISTENT),
        (
            {"KeyConditionExpression": "x = :v", **values(v="a"), "ExclusiveStartKey": {"pk": {"N": "1"}}},
            f"{VALIDATION}The provided starting key is invalid",
        ),
        (
            {"KeyConditionExpression": "x = :v", "FilterExpression": "pk = :v", **values(v="a")},
            f"{VALIDATION}Query condition missed key schema element: pk",
        ),
        (
            {**KEYS, "FilterExpression": "sk = :v", "ExclusiveStartKey": {"pk": {"S": "b"}, "sk": {"S": "b"}}},
            f"{VALIDATION}Filter Expression can only contain non-primary key attributes: Primary key attribute: sk",
        ),
        (
            {**BY_G, "Select": "ALL_ATTRIBUTES", "ExclusiveStartKey": {**KEY, "g": {"S": "b"}, "n": {"N": "1"}}},
            f"{VALIDATION}The provided starting key is outside query boundaries based on provided conditions",
        ),
        (
            {**BY_G, "Select": "ALL_ATTRIBUTES"},
            f"{INVALID}Select type ALL_ATTRIBUTES is not supported for global secondary index by-g-n "
            "because its projection type is not ALL",
        ),
        ({**KEYS, "TableName": "nope", "ProjectionExpression": "a", "Select": "COUNT", **Z}, f"{VALIDATION}{UNUSED}"),
    ],
)
def test_query(refused: Any, tables: Any, params: Any, text: str) -> None:
    assert refused("query", **{"TableName": "full", **params}) == text


@pytest.mark.parametrize(
    "params, text",
    [
        (
            {
                "ScanFilter": {"a": BAD_OLD},
                "AttributesToGet": ["a"],
                "ConditionalOperator": "OR",
                "FilterExpression": "a =",
                "ProjectionExpression": "a",
            },
            f"{VALIDATION}{BOTH}Non-expression parameters: {{AttributesToGet, ScanFilter, ConditionalOperator}} "
            "Expression parameters: {ProjectionExpression, FilterExpression}",
        ),
        (
            {"AttributesToGet": ["a", "a"], "ScanFilter": {"a": BAD_OLD}},
            f"{INVALID}Duplicate value in attribute name: a",
        ),
        ({"ScanFilter": {"a": BAD_OLD}, **BAD_START}, BAD_OLD_TEXT),
        ({**BAD_START, "Segment": 0}, START_TEXT),
        (
            {"Segment": 0, **Z},
            f"{VALIDATION}The TotalSegments parameter is required but was not present in the request when Segment "
            "parameter is present",
        ),
        ({**Z, "Select": "SPECIFIC_ATTRIBUTES"}, f"{VALIDATION}{NAMES_ALONE}"),
        (
            {"ProjectionExpression": "a,", "FilterExpression": "a ="},
            f'{VALIDATION}Invalid ProjectionExpression: Syntax error; token: "<EOF>", near: ","',
        ),
        (
            {"FilterExpression": "a =", "Select": "SPECIFIC_ATTRIBUTES"},
            f"{VALIDATION}Invalid FilterExpression: {SYNTAX}",
        ),
        ({"TableName": "nope", "ProjectionExpression": "a", "Select": "COUNT", **Z}, f"{VALIDATION}{UNUSED}"),
        ({"TableName": "nope", "Select": "SPECIFIC_ATTRIBUTES"}, f"{VALIDATION}{SPECIFIC}"),
        ({"TableName": "nope", "IndexName": "by-x"}, NOT_FOUND),
        ({"IndexName": "by-x", "ConsistentRead": True}, NO_INDEX),
        ({"IndexName": "by-g", "ConsistentRead": True, "ExclusiveStartKey": {"pk": {"N": "1"}}}, CONSISTENT),
        (
            {"IndexName": "by-g-n", "Select": "ALL_ATTRIBUTES", "ExclusiveStartKey": {"pk": {"N": "1"}}},
            f"{VALIDATION}The provided starting key is invalid",
        ),
    ],
)
def test_scan(refused: Any, tables: Any, params: Any, text: str) -> None:
    assert refused("scan", **{"TableName": "full", **params}) == text


OF_PLAIN = {"pk": {"S": "a"}}
DUPLICATES = f"{VALIDATION}Provided list of item keys contains duplicates"


@pytest.mark.parametrize(
    "wanted, text",
    [
        (
            {"plain": {"Keys": [NO_VALUE], "AttributesToGet": ["a"], "ProjectionExpression": "a"}},
            f"{VALIDATION}{BOTH}Non-expression parameters: {{AttributesToGet}} "
            "Expression parameters: {ProjectionExpression}",
        ),
        ({"plain": {"Keys": [NO_VALUE], **Z}}, f"{VALIDATION}{EMPTY_VALUE}"),
        ({"plain": {"Keys": [{}, {}], **Z}}, f"{VALIDATION}{NAMES_ALONE}"),
        (
            {"plain": {"Keys": [{}, {}], "ProjectionExpression": "a,"}},
            f'{VALIDATION}Invalid ProjectionExpression: Syntax error; token: "<EOF>", near: ","',
        ),
        ({"nope": {"Keys": [{}, {}], "ProjectionExpression": "a", **Z}}, f"{VALIDATION}{UNUSED}"),
        ({"nope": {"Keys": [{}, {}]}}, DUPLICATES),
        ({"plain": {"Keys": [{}]}, "nope": {"Keys": [{}]}}, NOT_FOUND),
        ({"plain": {"Keys": [{}], "ProjectionExpression": "pk.a"}}, MISMATCH),
    ],
)
def test_batch_get_item(refused: Any, tables: Any, wanted: Any, text: str) -> None:
    assert refused("batch_get_item", RequestItems=wanted) == text


@pytest.mark.parametrize(
    "requests, text",
    [
        (
            {"plain": [{"PutRequest": {"Item": NO_VALUE}}, {}]},
            f"{VALIDATION}{EMPTY_VALUE}",
        ),
        (
            {"plain": [{}, {"PutRequest": {"Item": NO_VALUE}}]},
            f"{VALIDATION}Supplied AttributeValue has more than one datatypes set, must contain exactly one of the "
            "supported datatypes",
        ),
        (
            {"nope": [{"PutRequest": {"Item": TOO_LARGE}}]},
            f"{VALIDATION}Item size has exceeded the maximum allowed size",
        ),
        ({"plain": [{"DeleteRequest": {"Key": {}}}], "nope": [{"DeleteRequest": {"Key": {}}}]}, NOT_FOUND),
        ({"plain": [{"DeleteRequest": {"Key": OF_PLAIN}}] * 2 + [{"DeleteRequest": {"Key": {}}}]}, MISMATCH),
        ({"plain": [{"DeleteRequest": {"Key": OF_PLAIN}}, {"PutRequest": {"Item": OF_PLAIN}}]}, DUPLICATES),
    ],
)
def test_batch_write_item(refused: Any, tables: Any, requests: Any, text: str) -> None:
    assert refused("batch_write_item", RequestItems=requests) == text
    assert tables.table("plain").items == []
