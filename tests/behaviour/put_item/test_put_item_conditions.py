"""ConditionExpression and Expected on writes: every operator, function and refusal."""

from __future__ import annotations

import re
from typing import Any

import pytest

KEY = {"pk": {"S": "a"}}
ITEM = {
    **KEY,
    "s": {"S": "hello"},
    "n": {"N": "10"},
    "bin": {"B": b"abc"},
    "flag": {"BOOL": True},
    "nil": {"NULL": True},
    "ss": {"SS": ["x", "y"]},
    "ns": {"NS": ["1", "2.5"]},
    "l": {"L": [{"S": "one"}, {"N": "2"}, {"M": {"k": {"S": "v"}}}]},
    "m": {"M": {"k": {"S": "v"}, "n": {"N": "3"}}},
}
VALUES = {
    ":hello": {"S": "hello"},
    ":he": {"S": "he"},
    ":x": {"S": "x"},
    ":z": {"S": "z"},
    ":10": {"N": "10"},
    ":2": {"N": "2"},
    ":half": {"N": "2.50"},
    ":11": {"N": "11"},
    ":true": {"BOOL": True},
    ":nil": {"NULL": True},
    ":ab": {"B": b"ab"},
    ":S": {"S": "S"},
    ":M": {"S": "M"},
    ":NULL": {"S": "NULL"},
    ":ss": {"SS": ["y", "x"]},
    ":m": {"M": {"n": {"N": "3.0"}, "k": {"S": "v"}}},
}

TRUE = [
    "s = :hello",
    ":hello = s",
    "s <> :he",
    "gone <> :he",
    "n <> :hello",
    "s > :he",
    "s >= :hello",
    "n < :11",
    "n <= :10",
    "n = :10",
    ":2 < n",
    "n BETWEEN :2 AND :11",
    ":10 BETWEEN n AND n",
    "s IN (:x, :hello)",
    "attribute_exists(m.k)",
    "attribute_exists(l[2].k)",
    "attribute_exists(nil)",
    "attribute_not_exists(m.zzz)",
    "attribute_not_exists(l[9])",
    "attribute_type(s, :S)",
    "attribute_type(m, :M)",
    "attribute_type(nil, :NULL)",
    "begins_with(s, :he)",
    "begins_with(bin, :ab)",
    "contains(s, :he)",
    "contains(ss, :x)",
    "contains(ns, :half)",
    "contains(l, :2)",
    "contains(bin, :ab)",
    "size(s) < :10",
    "size(l) > :2",
    "size(ss) = :2",
    "size(m) <= :2",
    "flag = :true",
    "nil = :nil",
    "ss = :ss",
    "m = :m",
    "m.n < n",
    "NOT s = :he",
    "not (s = :he or n = :2)",
    "s = :he OR n = :10 AND flag = :true",
    "(s = :he OR n = :10) AND flag = :true",
]
FALSE = [
    "s = :he",
    "gone = :he",
    "s <> :hello",
    "n > :hello",
    "gone < :11",
    "n BETWEEN :11 AND :11",
    "s IN (:x, :he)",
    "gone IN (:x)",
    "attribute_exists(gone)",
    "attribute_not_exists(nil)",
    "attribute_type(gone, :S)",
    "begins_with(n, :he)",
    "begins_with(gone, :he)",
    "contains(ss, :hello)",
    "contains(n, :2)",
    "contains(gone, :2)",
    "size(n) = :2",
    "size(gone) = :2",
    "NOT attribute_exists(s)",
    "s = :hello AND n = :11",
]


@pytest.fixture
def table(ddbmock: Any, client: Any) -> Any:
    ddbmock.create_table("things", "pk")
    client.put_item(TableName="things", Item=ITEM)
    return ddbmock.table("things")


def params(condition: str) -> dict[str, Any]:
    """The condition with the values that it uses."""
    used = {key: VALUES[key] for key in re.findall(r":\w+", condition) if key in VALUES}
    return {"ConditionExpression": condition} | ({"ExpressionAttributeValues": used} if used else {})


@pytest.mark.parametrize("condition", TRUE)
def test_a_write_whose_condition_is_true_is_done(client: Any, table: Any, condition: str) -> None:
    client.put_item(TableName="things", Item={**ITEM, "done": {"BOOL": True}}, **params(condition))
    assert table.items[0]["done"] is True


@pytest.mark.parametrize("condition", FALSE)
def test_a_write_whose_condition_is_false_is_not_done(refused: Any, table: Any, condition: str) -> None:
    before = table.items
    message = refused("put_item", TableName="things", Item=KEY, **params(condition))
    assert message == "ConditionalCheckFailedException: The conditional request failed"
    assert table.items == before


@pytest.mark.parametrize("condition", ["attribute_not_exists(pk)", "s <> :he", "NOT s = :he"])
def test_conditions_of_an_item_that_does_not_exist_see_no_attributes(client: Any, table: Any, condition: str) -> None:
    client.put_item(TableName="things", Item={"pk": {"S": "new"}}, **params(condition))
    assert len(table) == 2


@pytest.mark.parametrize("operation", ["put_item", "update_item", "delete_item"])
def test_the_stored_item_is_shown_where_it_is_asked_for(client: Any, table: Any, operation: str) -> None:
    for key, shown in ((KEY, ITEM), ({"pk": {"S": "new"}}, None)):
        with pytest.raises(client.exceptions.ConditionalCheckFailedException) as caught:
            getattr(client, operation)(
                TableName="things",
                **{"Item" if operation == "put_item" else "Key": key},
                ConditionExpression="attribute_exists(gone)",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        assert caught.value.response.get("Item") == shown
    with pytest.raises(client.exceptions.ConditionalCheckFailedException) as caught:
        client.delete_item(TableName="things", Key=KEY, ConditionExpression="attribute_exists(gone)")
    assert "Item" not in caught.value.response


@pytest.mark.parametrize(
    "condition, complaint",
    [
        ("", "Invalid ConditionExpression: The expression can not be empty;"),
        ("s =", 'Invalid ConditionExpression: Syntax error; token: "<EOF>", near: "="'),
        ("status = :x", "Invalid ConditionExpression: Attribute name is a reserved keyword; reserved keyword: status"),
        (
            "#s = :x",
            "Invalid ConditionExpression: An expression attribute name used in the document path is not defined; "
            "attribute name: #s",
        ),
        (
            "s = :undefined",
            "Invalid ConditionExpression: An expression attribute value used in expression is not defined; attribute "
            "value: :undefined",
        ),
        ("begins(s, :x)", "Invalid ConditionExpression: Invalid function name; function: begins"),
        ("((s = :x))", "Invalid ConditionExpression: The expression has redundant parentheses;"),
        (
            "s < :true",
            "Invalid ConditionExpression: Incorrect operand type for operator or function; operator or function: <, "
            "operand type: BOOL",
        ),
        (
            "s BETWEEN :z AND :x",
            "Invalid ConditionExpression: The BETWEEN operator requires upper bound to be greater than or equal to "
            "lower bound; lower bound operand: AttributeValue: {S:z}, upper bound operand: AttributeValue: {S:x}",
        ),
    ],
)
def test_malformed_conditions_are_refused_on_every_write(
    refused: Any, table: Any, condition: str, complaint: str
) -> None:
    for operation in ("put_item", "update_item", "delete_item"):
        key = {"Item" if operation == "put_item" else "Key": KEY}
        message = refused(operation, TableName="things", **key, **params(condition))
        assert message.removeprefix("ValidationException: ").removeprefix("1 validation error detected: ") == complaint


def test_puts_and_updates_tell_a_malformed_condition_in_an_envelope(refused: Any, table: Any) -> None:
    for operation, key in (("put_item", "Item"), ("update_item", "Key")):
        message = refused(operation, TableName="things", **{key: KEY}, ConditionExpression="attribute_exists(status)")
        assert message == (
            "ValidationException: 1 validation error detected: Invalid ConditionExpression: Attribute name is a "
            "reserved keyword; reserved keyword: status"
        )


@pytest.mark.parametrize(
    "placeholders, complaint",
    [
        ({"ExpressionAttributeNames": {}}, "ExpressionAttributeNames must not be empty"),
        ({"ExpressionAttributeValues": {}}, "ExpressionAttributeValues must not be empty"),
        (
            {"ExpressionAttributeNames": {"x": "y"}},
            'ExpressionAttributeNames contains invalid key: Syntax error; key: "x"',
        ),
        (
            {"ExpressionAttributeNames": {"#x": "y", "#y": "y"}},
            "Value provided in ExpressionAttributeNames unused in expressions: keys: {#x, #y}",
        ),
        (
            {"ExpressionAttributeValues": {":x": {"S": "y"}}},
            "Value provided in ExpressionAttributeValues unused in expressions: keys: {:x}",
        ),
        (
            {"ExpressionAttributeValues": {":x": {"N": "y"}}},
            "The parameter cannot be converted to a numeric value: y",
        ),
    ],
)
def test_malformed_placeholders_are_refused(refused: Any, table: Any, placeholders: Any, complaint: str) -> None:
    for operation, key in (("put_item", "Item"), ("update_item", "Key"), ("delete_item", "Key")):
        message = refused(
            operation, TableName="things", **{key: KEY}, ConditionExpression="attribute_exists(s)", **placeholders
        )
        assert message == f"ValidationException: 1 validation error detected: {complaint}"


@pytest.mark.parametrize("operation, key", [("put_item", "Item"), ("delete_item", "Key"), ("update_item", "Key")])
@pytest.mark.parametrize("kind, given", [("Names", {"#a": "b"}), ("Values", {":a": {"S": "b"}})])
def test_placeholders_without_an_expression_are_refused(
    refused: Any, table: Any, operation: str, key: str, kind: str, given: Any
) -> None:
    parameter = f"ExpressionAttribute{kind}"
    assert refused(operation, TableName="things", **{key: KEY}, **{parameter: given}) == (
        f"ValidationException: 1 validation error detected: {parameter} can only be specified when using expressions"
    )


# ---- Expected


@pytest.mark.parametrize(
    "expected, operator, holds",
    [
        ({"s": {"Value": {"S": "hello"}}}, None, True),
        ({"s": {"Value": {"S": "x"}}}, None, False),
        ({"s": {"Exists": False}}, None, False),
        ({"gone": {"Exists": False}}, None, True),
        ({"s": {"Exists": True, "Value": {"S": "hello"}}}, None, True),
        ({"s": {"ComparisonOperator": "BEGINS_WITH", "AttributeValueList": [{"S": "he"}]}}, None, True),
        ({"n": {"ComparisonOperator": "BETWEEN", "AttributeValueList": [{"N": "1"}, {"N": "9"}]}}, None, False),
        ({"n": {"ComparisonOperator": "IN", "AttributeValueList": [{"N": "1"}, {"N": "10"}]}}, None, True),
        ({"n": {"ComparisonOperator": "NULL"}}, None, False),
        ({"nil": {"ComparisonOperator": "NOT_NULL"}}, None, True),
        ({"ss": {"ComparisonOperator": "CONTAINS", "AttributeValueList": [{"S": "x"}]}}, None, True),
        ({"s": {"ComparisonOperator": "NOT_CONTAINS", "AttributeValueList": [{"S": "x"}]}}, None, True),
        ({"n": {"ComparisonOperator": "NOT_CONTAINS", "AttributeValueList": [{"S": "x"}]}}, None, True),
        # Unsure: the next one.
        ({"gone": {"ComparisonOperator": "NOT_CONTAINS", "AttributeValueList": [{"S": "x"}]}}, None, False),
        ({}, None, True),
        ({"gone": {"ComparisonOperator": "NE", "AttributeValueList": [{"S": "x"}]}}, None, True),
        ({"s": {"Value": {"S": "x"}}, "n": {"Value": {"N": "10"}}}, None, False),
        ({"s": {"Value": {"S": "x"}}, "n": {"Value": {"N": "10"}}}, "OR", True),
        ({"s": {"Value": {"S": "hello"}}, "n": {"Value": {"N": "10"}}}, "AND", True),
    ],
)
def test_expected_says_the_same_as_a_condition(
    client: Any, table: Any, expected: Any, operator: str | None, holds: bool
) -> None:
    options = {} if operator is None else {"ConditionalOperator": operator}
    for call, key in (
        (client.put_item, {"Item": ITEM}),
        (client.update_item, {"Key": KEY}),
        (client.delete_item, {"Key": KEY}),
    ):
        if holds:
            call(TableName="things", **key, Expected=expected, **options)
        else:
            with pytest.raises(client.exceptions.ConditionalCheckFailedException):
                call(TableName="things", **key, Expected=expected, **options)
    assert len(table) == (0 if holds else 1)


def test_expected_and_a_condition_cannot_stand_together(refused: Any, table: Any) -> None:
    message = refused(
        "put_item",
        TableName="things",
        Item=KEY,
        Expected={"s": {"Exists": False}},
        ConditionalOperator="AND",
        ConditionExpression="attribute_exists(s)",
    )
    assert message == (
        "ValidationException: 1 validation error detected: Can not use both expression and non-expression parameters "
        "in the same request: Non-expression parameters: {Expected, ConditionalOperator} Expression parameters: "
        "{ConditionExpression}"
    )


@pytest.mark.parametrize(
    "options, complaint",
    [
        ({"ConditionalOperator": "OR"}, "ConditionalOperator cannot be used without Filter or Expected"),
        (
            {"ConditionalOperator": "OR", "Expected": {"s": {"Exists": False}}},
            "ConditionalOperator can only be used when Filter or Expected has two or more elements",
        ),
        (
            {"Expected": {"s": {"Exists": True}}},
            "One or more parameter values were invalid: Value must be provided when Exists is true for Attribute: s",
        ),
        (
            {"Expected": {"s": {"ComparisonOperator": "EQ"}}},
            "One or more parameter values were invalid: Value or AttributeValueList must be used with "
            "ComparisonOperator: EQ for Attribute: s",
        ),
    ],
)
def test_malformed_expectations_are_refused(refused: Any, table: Any, options: Any, complaint: str) -> None:
    for operation, key in (("put_item", "Item"), ("update_item", "Key"), ("delete_item", "Key")):
        message = refused(operation, TableName="things", **{key: KEY}, **options)
        assert message == f"ValidationException: 1 validation error detected: {complaint}"
