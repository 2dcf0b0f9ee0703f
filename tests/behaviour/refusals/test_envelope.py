"""`1 validation error detected: ` opens what three operations refuse before they look up the table, and nothing else."""

# ruff: noqa: E501  # a row of a table stands in one line
from __future__ import annotations

from typing import Any

import pytest

from tests.support.refusals import INVALID, ITEM, KEY, MISMATCH, VALIDATION, VIOLATED, names, values

FAULT = {"ConditionExpression": "a = :w", **values(w={"NULL": False})}
TEXT = "One or more parameter values were invalid: Null attribute value types must have the value of true"
WRITES = [("put_item", {"Item": ITEM}), ("update_item", {"Key": KEY}), ("delete_item", {"Key": KEY})]
ARN = "arn:aws:dynamodb:us-east-1:123456789012:table/"


@pytest.mark.parametrize("method, needs", WRITES)
@pytest.mark.parametrize("table", ["full", "nope", f"{ARN}full", f"{ARN}nope", "arn:aws:dynamodb:us-east-1:1:table/x"])
def test_whether_there_is_a_table_makes_no_difference(
    refused: Any, tables: Any, method: str, needs: Any, table: str
) -> None:
    assert refused(method, TableName=table, **needs, **FAULT) == f"{VIOLATED}{TEXT}"


@pytest.mark.parametrize("method, needs", WRITES)
def test_what_the_table_shows_stands_bare(client: Any, refused: Any, tables: Any, method: str, needs: Any) -> None:
    given = {"TableName": "full", **needs}
    key = "Item" if method == "put_item" else "Key"
    mismatch = f"{INVALID}Missing the key pk in the item" if key == "Item" else MISMATCH
    assert refused(method, **{**given, key: {}}) == mismatch
    assert refused(method, **given, ConditionExpression="attribute_exists(pk.a)") == (
        f"{VALIDATION}Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: "
        "Key: pk"
    )


@pytest.mark.parametrize("method, needs", WRITES)
@pytest.mark.parametrize(
    "params, text",
    [
        ({"ReturnConsumedCapacity": "X"}, "Value 'X' at 'returnConsumedCapacity' failed to satisfy constraint: "),
        ({"TableName": "a!"}, "Value 'a!' at 'tableName' failed to satisfy constraint: "),
        ({"TableName": "arn:aws:dynamodb:eu-west-9:123456789012:table/full"}, "Invalid AWS region in "),
        ({"TableName": "arn:aws:dynamodb:us-east-1:123456789012:table/full/index/i"}, "Invalid resource type in "),
    ],
)
def test_it_stands_once(refused: Any, tables: Any, method: str, needs: Any, params: Any, text: str) -> None:
    message = refused(method, **{"TableName": "full", **needs, **params})
    assert message.startswith(f"{VIOLATED}{text}")
    assert message.count("detected") == 1


@pytest.mark.parametrize("levels, opening", [(32, VIOLATED), (62, VIOLATED), (63, VALIDATION), (200, VALIDATION)])
def test_an_item_that_is_nested_too_deeply_is_refused_without_it(
    refused: Any, tables: Any, levels: int, opening: str
) -> None:
    value: Any = {"S": "x"}
    for _ in range(levels):
        value = {"M": {"m": value}}
    # Unsure: where it ends; captured are about 62 maps.
    assert refused("put_item", TableName="nope", Item={**ITEM, "d": value}) == (
        f"{opening}Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond "
        "supported limit"
    )


@pytest.mark.parametrize(
    "method, params",
    [
        ("get_item", {"TableName": "nope", "Key": KEY, "ProjectionExpression": "a"}),
        ("query", {"TableName": "nope", "KeyConditionExpression": "pk = :v", **values(v="a")}),
        ("scan", {"TableName": "nope", "FilterExpression": "attribute_exists(a)"}),
        ("batch_get_item", {"RequestItems": {"nope": {"Keys": [KEY], "ProjectionExpression": "a", **names(x="a")}}}),
        (
            "transact_write_items",
            {
                "TransactItems": [
                    {"Delete": {"TableName": "nope", "Key": KEY, "ConditionExpression": "attribute_exists(a)", **names(x="a")}}
                ]
            },
        ),
        (
            "transact_get_items",
            {"TransactItems": [{"Get": {"TableName": "nope", "Key": KEY, "ProjectionExpression": "a", **names(x="a")}}]},
        ),
    ],
)  # fmt: skip
def test_other_operations_report_unused_names_bare_and_before_the_table(
    refused: Any, tables: Any, method: str, params: Any
) -> None:
    given = names(x="a") if "TableName" in params else {}
    assert refused(method, **params, **given) == (
        f"{VALIDATION}Value provided in ExpressionAttributeNames unused in expressions: keys: {{#x}}"
    )
