"""Requests that break two rules: which of them is reported."""

# ruff: noqa: E501  # a row of a table stands in one line
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


def nested(levels: int) -> Any:
    value: Any = {"S": "x"}
    for _ in range(levels):
        value = {"M": {"m": value}}
    return value


TOO_DEEP = (
    "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit"
)
BAD_PARTS = [
    ({"pk": nested(100)}, TOO_DEEP),
    ({"pk": {"N": "x"}}, "The parameter cannot be converted to a numeric value: x"),
    (NO_VALUE, EMPTY_VALUE),
]
KINDS = ["Put", "Update", "Delete", "ConditionCheck"]


def action(kind: str, part: Any, table: str = "nope", **more: Any) -> dict[str, Any]:
    """A member of TransactWriteItems, whose key or item is `part`."""
    body = {"TableName": table, "Item" if kind == "Put" else "Key": part, **TRUE, **more}
    if kind == "Update":
        body = {"UpdateExpression": "REMOVE b", **body}
    return {kind: body}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("part, text", BAD_PARTS)
def test_an_action_is_checked_expressions_first(refused: Any, tables: Any, kind: str, part: Any, text: str) -> None:
    def refusal(**more: Any) -> str:
        message: str = refused("transact_write_items", TransactItems=[action(kind, part, **more)])
        return message

    assert refusal(ConditionExpression="a = = b") == (
        f'{VALIDATION}Invalid ConditionExpression: Syntax error; token: "=", near: "= = b"'
    )
    assert refusal(**Z, **values(z=1)) == f"{VALIDATION}{UNUSED}"
    assert refusal(**values(z=1)) == f"{VALIDATION}{UNUSED_VALUE}"
    assert refusal() == f"{VALIDATION}{text}"


@pytest.mark.parametrize("kind", KINDS)
def test_the_first_faulty_action_wins_whatever_its_fault(refused: Any, tables: Any, kind: str) -> None:
    bad_part, bad_text = action(kind, NO_VALUE, table="plain"), action("Delete", OF_PLAIN, ConditionExpression="a =")
    good = action("ConditionCheck", OF_PLAIN, table="plain")
    syntax = f"{VALIDATION}Invalid ConditionExpression: {SYNTAX}"
    assert refused("transact_write_items", TransactItems=[good, bad_part, bad_text]) == f"{VALIDATION}{EMPTY_VALUE}"
    assert refused("transact_write_items", TransactItems=[good, bad_text, bad_part]) == syntax
    assert refused("transact_write_items", TransactItems=[action(kind, {}), bad_text]) == syntax
    assert refused("transact_write_items", TransactItems=[good, action(kind, {}), good]) == NOT_FOUND


def test_an_update_in_a_transaction_is_checked_before_its_condition(refused: Any, tables: Any) -> None:
    update = action("Update", NO_VALUE, UpdateExpression="SET a =", ConditionExpression="a =")
    assert refused("transact_write_items", TransactItems=[update]) == (
        f"{VALIDATION}Invalid UpdateExpression: {SYNTAX}"
    )


@pytest.mark.parametrize("part, text", BAD_PARTS)
def test_a_read_in_a_transaction_is_checked_projection_first(refused: Any, tables: Any, part: Any, text: str) -> None:
    def refusal(**more: Any) -> str:
        get = {"Get": {"TableName": "nope", "Key": part, **more}}
        message: str = refused("transact_get_items", TransactItems=[get])
        return message

    assert refusal(ProjectionExpression="a,", **Z) == (
        f'{VALIDATION}Invalid ProjectionExpression: Syntax error; token: "<EOF>", near: ","'
    )
    assert refusal(ProjectionExpression="a", **Z) == f"{VALIDATION}{UNUSED}"
    assert refusal(ProjectionExpression="a") == f"{VALIDATION}{text}"
    assert refused("transact_get_items", TransactItems=[{"Get": {"TableName": "nope", "Key": {}}}]) == NOT_FOUND


EXPRESSION_FAULTS = [
    ("a =", {}, SYNTAX),
    ("((a = b))", {}, "The expression has redundant parentheses;"),
    ("foo(a)", {}, "Invalid function name; function: foo"),
    ("size(a)", {}, "The function is not allowed to be used this way in an expression; function: size"),
    ("size = b", {}, "Attribute name is a reserved keyword; reserved keyword: size"),
    ("#a = b", {}, "An expression attribute name used in the document path is not defined; attribute name: #a"),
    ("a = :a", {}, "An expression attribute value used in expression is not defined; attribute value: :a"),
    ("begins_with(a)", {}, "Incorrect number of operands for operator or function; operator or function: begins_with, number of operands: 1"),
    ("a < :a", values(a={"BOOL": True}), "Incorrect operand type for operator or function; operator or function: <, operand type: BOOL"),
    ("attribute_exists(:a)", values(a=1), "Operator or function requires a document path; operator or function: attribute_exists"),
    ("a = a", {}, "The first operand must be distinct from the remaining operands for this operator or function; operator: =, first operand: [a]"),
    ("", {}, EMPTY),
]  # fmt: skip


@pytest.mark.parametrize("expression, given, text", EXPRESSION_FAULTS)
@pytest.mark.parametrize(
    "method, kind, needs",
    [
        ("put_item", "ConditionExpression", {"Item": {}}),
        ("update_item", "ConditionExpression", {"Key": {}}),
        ("delete_item", "ConditionExpression", {"Key": {}}),
        ("query", "FilterExpression", {"KeyConditionExpression": "pk = :k"}),
        ("query", "KeyConditionExpression", {}),
        ("scan", "FilterExpression", {}),
    ],
)
def test_no_table_is_needed_to_find_a_faulty_expression(
    refused: Any, tables: Any, method: str, kind: str, needs: Any, expression: str, given: Any, text: str
) -> None:
    opening = VALIDATION if method in ("query", "scan") else VIOLATED
    params = {"TableName": "nope", **needs, **given, kind: expression}
    assert refused(method, **params) == f"{opening}Invalid {kind}: {text}"


def test_the_clauses_of_a_key_condition_are_checked_as_written(refused: Any, tables: Any) -> None:
    undefined = "An expression attribute value used in expression is not defined; attribute value: :w"
    wrong = "Incorrect operand type for operator or function; operator or function: <, operand type: BOOL"
    for text, fault in (
        ("pk = :w AND sk < :b", undefined),
        ("sk < :b AND pk = :w", wrong),
        ("sk < :b AND pk = :w AND x = :b AND y = :b", wrong),
    ):
        assert refused("query", TableName="nope", KeyConditionExpression=text, **values(b={"BOOL": True})) == (
            f"{VALIDATION}Invalid KeyConditionExpression: {fault}"
        )
