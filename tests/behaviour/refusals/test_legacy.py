"""The parameters that expressions replaced: what is said of them, by every operation that takes them."""

# ruff: noqa: E501  # a row of a table stands in one line
from __future__ import annotations

from typing import Any

import pytest

from tests.support.refusals import INVALID, ITEM, KEY, VALIDATION, VIOLATED

X = {"S": "x"}
ONE = {"N": "1"}
SET = {"SS": ["x"]}


def of(operator: str, *arguments: Any) -> dict[str, Any]:
    return {"ComparisonOperator": operator, "AttributeValueList": list(arguments)}


NUMBER = "Invalid number of argument(s) for the {} ComparisonOperator"
TYPE = "ComparisonOperator {} is not valid for {} AttributeValue type"
REVERSED = "The BETWEEN condition was provided a range where the lower bound is greater than the upper bound"

ARGUMENTS = [
    *[(of(operator, X), f"{INVALID}{NUMBER.format(operator)}") for operator in ("NULL", "NOT_NULL", "BETWEEN")],
    *[
        (of(operator), f"{INVALID}{NUMBER.format(operator)}")
        for operator in ("EQ", "NE", "LT", "LE", "GT", "GE", "IN", "BETWEEN", "BEGINS_WITH", "CONTAINS", "NOT_CONTAINS")
    ],
    *[
        (of(operator, X, X), f"{INVALID}{NUMBER.format(operator)}")
        for operator in ("EQ", "NE", "LT", "LE", "GT", "GE", "BEGINS_WITH", "CONTAINS", "NOT_CONTAINS", "NULL")
    ],
    (of("BETWEEN", X, X, X), f"{INVALID}{NUMBER.format('BETWEEN')}"),
    *[
        (of(operator, SET), f"{INVALID}{TYPE.format(operator, 'SS')}")
        for operator in ("LT", "LE", "GT", "GE", "IN", "BEGINS_WITH", "CONTAINS", "NOT_CONTAINS")
    ],
    (of("BETWEEN", {"BOOL": True}, {"BOOL": True}), f"{INVALID}{TYPE.format('BETWEEN', 'BOOL')}"),
    (of("BEGINS_WITH", ONE), f"{INVALID}{TYPE.format('BEGINS_WITH', 'N')}"),
    (of("CONTAINS", {"L": []}), f"{INVALID}{TYPE.format('CONTAINS', 'L')}"),
    (of("IN", X, ONE), f"{INVALID}AttributeValues inside AttributeValueList must be of same type"),
    (of("BETWEEN", X, ONE), f"{INVALID}AttributeValues inside AttributeValueList must be of same type"),
    (of("BETWEEN", X, {"S": "a"}), f"{VALIDATION}{REVERSED}"),
    (of("BETWEEN", ONE, {"N": "0.5"}), f"{VALIDATION}{REVERSED}"),
]

EXPECTED = [
    ({"Value": X, **of("EQ", X)}, "Value and AttributeValueList cannot be used together for Attribute: a"),
    ({"Exists": True, **of("EQ", X)}, "Exists and ComparisonOperator cannot be used together for Attribute: a"),
    (
        {"Exists": False, "ComparisonOperator": "NULL"},
        "Exists and ComparisonOperator cannot be used together for Attribute: a",
    ),
    (
        {"ComparisonOperator": "EQ"},
        "Value or AttributeValueList must be used with ComparisonOperator: EQ for Attribute: a",
    ),
    ({"AttributeValueList": [X]}, "AttributeValueList can only be used with a ComparisonOperator for Attribute: a"),
    ({}, "Value must be provided when Exists is null for Attribute: a"),
    ({"Exists": True}, "Value must be provided when Exists is true for Attribute: a"),
    ({"Exists": False, "Value": X}, "Value cannot be used when Exists is false for Attribute: a"),
    ({"Value": X, "ComparisonOperator": "NULL"}, NUMBER.format("NULL")),
    ({"Value": X, "ComparisonOperator": "BETWEEN"}, NUMBER.format("BETWEEN")),
]

WRITES = [("put_item", {"Item": ITEM}), ("update_item", {"Key": KEY}), ("delete_item", {"Key": KEY})]


@pytest.mark.parametrize("method, needs", WRITES)
def test_expectations_must_make_sense(refused: Any, tables: Any, method: str, needs: Any) -> None:
    for expectation, text in [*ARGUMENTS, *[(given, f"{INVALID}{text}") for given, text in EXPECTED]]:
        enveloped = VIOLATED + text.removeprefix(VALIDATION)
        for table in ("full", "nope"):
            assert refused(method, TableName=table, **needs, Expected={"a": expectation}) == enveloped, expectation


@pytest.mark.parametrize("method, needs", WRITES)
def test_nothing_may_be_expected(client: Any, tables: Any, method: str, needs: Any) -> None:
    getattr(client, method)(TableName="full", **needs, Expected={})


@pytest.mark.parametrize(
    "method, member, needs",
    [
        ("query", "QueryFilter", {"KeyConditions": {"pk": of("EQ", X)}}),
        ("query", "KeyConditions", {}),
        ("scan", "ScanFilter", {}),
    ],
)
def test_filters_and_key_conditions_must_make_sense(
    refused: Any, tables: Any, method: str, member: str, needs: Any
) -> None:
    for condition, text in ARGUMENTS:
        assert refused(method, TableName="full", **needs, **{member: {"a": condition}}) == text, condition


ALONE = "ConditionalOperator cannot be used without Filter or Expected"
ONLY_ONE = "ConditionalOperator can only be used when Filter or Expected has two or more elements"


@pytest.mark.parametrize(
    "method, member, needs",
    [
        *[(method, "Expected", needs) for method, needs in WRITES],
        ("query", "QueryFilter", {"KeyConditions": {"pk": of("EQ", X)}}),
        ("scan", "ScanFilter", {}),
    ],
)
def test_a_conditional_operator_joins_two(refused: Any, tables: Any, method: str, member: str, needs: Any) -> None:
    given = {"TableName": "full", "ConditionalOperator": "AND", **needs}
    opening = VIOLATED if member == "Expected" else VALIDATION
    assert refused(method, **given) == f"{opening}{ALONE}"
    assert refused(method, **given, **{member: {}}) == f"{opening}{ALONE}"
    assert refused(method, **given, **{member: {"a": of("EQ", X)}}) == f"{opening}{ONLY_ONE}"


WRONG = f"{VIOLATED}One or more parameter values were invalid: "


@pytest.mark.parametrize(
    "update, text",
    [
        ({}, f"{WRONG}Only DELETE action is allowed when no attribute value is specified"),
        ({"Action": "PUT"}, f"{WRONG}Only DELETE action is allowed when no attribute value is specified"),
        ({"Action": "ADD"}, f"{WRONG}Only DELETE action is allowed when no attribute value is specified"),
        *[
            ({"Action": "DELETE", "Value": value}, f"{WRONG}DELETE action with value is not supported for the type {tag}")
            for tag, value in (("S", X), ("N", ONE), ("L", {"L": []}), ("NULL", {"NULL": True}))
        ],
        *[
            ({"Action": "ADD", "Value": value}, f"{WRONG}ADD action is not supported for the type {tag}")
            for tag, value in (("S", X), ("B", {"B": b"x"}), ("BOOL", {"BOOL": True}), ("NULL", {"NULL": True}), ("M", {"M": {}}))
        ],
        ({"Action": "ADD", "Value": ONE}, f"{VALIDATION}Type mismatch for attribute to update"),
        ({"Action": "ADD", "Value": SET}, f"{VALIDATION}Type mismatch for attribute to update"),
        ({"Action": "DELETE", "Value": SET}, f"{VALIDATION}Type mismatch for attribute to update"),
    ],
)  # fmt: skip
def test_legacy_updates_must_make_sense(client: Any, refused: Any, tables: Any, update: Any, text: str) -> None:
    client.put_item(TableName="full", Item={**ITEM, "a": X})
    assert refused("update_item", TableName="full", Key=KEY, AttributeUpdates={"a": update}) == text
    assert tables.table("full")["a", "b"]["a"] == "x"


@pytest.mark.parametrize("action", [{"Action": "DELETE"}, {"Value": {"S": "a"}}, {"Action": "ADD", "Value": ONE}])
def test_legacy_updates_change_no_key(refused: Any, tables: Any, action: Any) -> None:
    assert refused("update_item", TableName="full", Key=KEY, AttributeUpdates={"pk": action}) == (
        f"{INVALID}Cannot update attribute pk. This attribute is part of the key"
    )


P = of("EQ", {"S": "a"})


@pytest.mark.parametrize(
    "conditions, text",
    [
        ({}, "Conditions can be of length 1 or 2 only"),
        ({"pk": P, "sk": P, "a": P}, "The number of query conditions (3) exceeds the number of key attributes defined in the schema (2)"),
        ({"sk": P}, "Query condition missed key schema element: pk"),
        ({"pk": P, "a": P}, "Query condition missed key schema element: sk"),
        ({"pk": of("GT", {"S": "a"})}, "Query key condition not supported"),
        *[
            ({"pk": P, "sk": condition}, "Attempted conditional constraint is not an indexable operation")
            for condition in (of("NE", X), of("IN", X), of("CONTAINS", X), of("NOT_CONTAINS", X), of("NULL"), of("NOT_NULL"))
        ],
        ({"pk": of("EQ", ONE)}, f"{INVALID[len(VALIDATION):]}Condition parameter type does not match schema type"),
        ({"pk": P, "sk": of("LT", ONE)}, f"{INVALID[len(VALIDATION):]}Condition parameter type does not match schema type"),
        ({"pk": of("EQ", {"S": ""})}, "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: pk"),
    ],
)  # fmt: skip
def test_legacy_key_conditions_must_fit_the_schema(refused: Any, tables: Any, conditions: Any, text: str) -> None:
    assert refused("query", TableName="full", KeyConditions=conditions) == f"{VALIDATION}{text}"


def test_a_legacy_query_filter_names_no_key(refused: Any, client: Any, tables: Any) -> None:
    given = {"TableName": "full", "KeyConditions": {"pk": P}}
    assert refused("query", **given, QueryFilter={"sk": P}) == (
        f"{VALIDATION}QueryFilter can only contain non-primary key attributes: Primary key attribute: sk"
    )
    client.scan(TableName="full", ScanFilter={"sk": P})
    client.query(TableName="full", IndexName="by-g", KeyConditions={"g": P}, QueryFilter={"sk": P})


def test_attributes_to_get_are_named_once(refused: Any, tables: Any) -> None:
    text = f"{INVALID}Duplicate value in attribute name: a"
    twice = {"AttributesToGet": ["a", "b", "a"]}
    assert refused("get_item", TableName="full", Key=KEY, **twice) == text
    assert refused("query", TableName="full", KeyConditions={"pk": P}, **twice) == text
    assert refused("scan", TableName="full", **twice) == text
    assert refused("batch_get_item", RequestItems={"full": {"Keys": [KEY], **twice}}) == text
