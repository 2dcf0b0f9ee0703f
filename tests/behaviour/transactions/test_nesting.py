"""Nesting in TransactWriteItems: values of items and keys are checked before the table, those of expressions later."""

from __future__ import annotations

from typing import Any

import pytest

NEST = "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit"
NAMED = f"ValidationException: ExpressionAttributeValues contains invalid value: {NEST} for key :v"


def nested(tag: str, wraps: int) -> Any:
    """A scalar inside so many maps or lists."""
    value: Any = {"S": "x"}
    for _ in range(wraps):
        value = {"M": {"m": value}} if tag == "M" else {"L": [value]}
    return value


@pytest.mark.parametrize("tag", ["M", "L"])
@pytest.mark.parametrize(
    "expression", ["SET v = :v", "SET m.x = :v", "SET v = if_not_exists(v, :v)", "SET l = list_append(l, :l), v = :v"]
)
@pytest.mark.parametrize("wraps", [32, 33, 39])
def test_an_update_that_stores_too_deep_a_value_is_a_reason(
    ddbmock: Any, reasons: Any, actions: Any, tag: str, expression: str, wraps: int
) -> None:
    ddbmock.table("users").load([{"pk": "a", "m": {}, "l": []}])
    values = {"v": nested(tag, wraps)} | ({"l": {"L": []}} if ":l" in expression else {})
    assert reasons(actions.put("b"), actions.update("a", expression, **values)) == [
        {"Code": "None"},
        {"Code": "ValidationError", "Message": NEST},
    ]


@pytest.mark.parametrize("tag", ["M", "L"])
def test_what_counts_is_the_level_in_the_item(ddbmock: Any, write: Any, reasons: Any, actions: Any, tag: str) -> None:
    ddbmock.table("users").load([{"pk": "a", "m": {}}])
    write(actions.update("a", "SET v = :v", v=nested(tag, 31)))
    write(actions.update("a", "SET m.x = :v", v=nested(tag, 30)))
    [reason] = reasons(actions.update("a", "SET m.y = :v", v=nested(tag, 31)))
    assert reason["Message"] == NEST


@pytest.mark.parametrize("kind", ["Put", "Update", "Delete", "ConditionCheck"])
@pytest.mark.parametrize("wraps", [31, 32, 39])
def test_a_condition_compares_with_values_that_no_item_can_hold(
    write: Any, reasons: Any, actions: Any, kind: str, wraps: int
) -> None:
    body = {"TableName": "users", "Item" if kind == "Put" else "Key": {"pk": {"S": "a"}}}
    if kind == "Update":
        body["UpdateExpression"] = "SET n = pk"
    body["ExpressionAttributeValues"] = {":v": nested("M", wraps)}
    [reason] = reasons({kind: {**body, "ConditionExpression": "v = :v"}})
    assert reason["Code"] == "ConditionalCheckFailed"
    write({kind: {**body, "ConditionExpression": "NOT v = :v"}})


@pytest.mark.parametrize("wraps", [40, 100])
def test_a_value_of_an_expression_beyond_all_limits_rejects_the_whole_request(
    refusal: Any, actions: Any, wraps: int
) -> None:
    value = nested("L", wraps)
    assert refusal(actions.put("b"), actions.update("a", "SET v = :v", v=value)) == NAMED
    condition = {"ConditionExpression": "v = :v", "ExpressionAttributeValues": {":v": value}}
    assert refusal(actions.put("b"), actions.delete("a", **condition)) == NAMED


@pytest.mark.parametrize("wraps", [32, 100])
@pytest.mark.parametrize(
    "member",
    [
        lambda value: {"Put": {"TableName": "nobody", "Item": {"pk": {"S": "a"}, "v": value}}},
        lambda value: {"Delete": {"TableName": "nobody", "Key": {"pk": value}}},
        lambda value: {"Update": {"TableName": "nobody", "Key": {"pk": value}, "UpdateExpression": "REMOVE a"}},
        lambda value: {
            "ConditionCheck": {
                "TableName": "nobody",
                "Key": {"pk": value},
                "ConditionExpression": "attribute_exists(a)",
            }
        },
    ],
)
def test_too_deep_an_item_or_key_rejects_the_whole_request(refusal: Any, actions: Any, wraps: int, member: Any) -> None:
    failing = actions.check("zz", "attribute_exists(pk)")
    assert refusal(failing, member(nested("M", wraps))) == f"ValidationException: {NEST}"
