"""ExpressionAttributeNames and ExpressionAttributeValues: malformed maps, undefined and unused placeholders."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_ddbmock.errors import DynamoDBError
from pytest_ddbmock.expressions.condition import compile_condition
from pytest_ddbmock.expressions.key_condition import KeyCondition
from pytest_ddbmock.expressions.placeholders import Placeholders
from pytest_ddbmock.expressions.projection import compile_projection
from pytest_ddbmock.expressions.update import compile_update
from pytest_ddbmock.values.attribute import NESTED_TOO_DEEP
from pytest_ddbmock.values.item import decode_item

NAMES = "ExpressionAttributeNames"
VALUES = "ExpressionAttributeValues"
INVALID = "One or more parameter values were invalid: "
TOO_DEEP: Any = {"S": "x"}
for _ in range(32):
    TOO_DEEP = {"L": [TOO_DEEP]}


def refusal(names: object = None, values: object = None, *, names_bad_values: bool = True) -> DynamoDBError:
    with pytest.raises(DynamoDBError) as refused:
        Placeholders(names, values, names_bad_values=names_bad_values)
    return refused.value


@pytest.mark.parametrize(
    "names, values, message",
    [
        ({}, None, f"{NAMES} must not be empty"),
        (None, {}, f"{VALUES} must not be empty"),
        ({"x": "a"}, None, f'{NAMES} contains invalid key: Syntax error; key: "x"'),
        ({"#": "a"}, None, f'{NAMES} contains invalid key: Syntax error; key: "#"'),
        ({"": "a"}, None, f'{NAMES} contains invalid key: Syntax error; key: ""'),
        ({"#a-b": "a"}, None, f'{NAMES} contains invalid key: Syntax error; key: "#a-b"'),
        ({"#a\n": "a"}, None, f'{NAMES} contains invalid key: Syntax error; key: "#a\n"'),
        ({"#é": "a"}, None, f'{NAMES} contains invalid key: Syntax error; key: "#é"'),
        ({"#a": ""}, None, f"{NAMES} contains invalid value: Empty attribute name for key #a"),
        (
            {"#" + "a" * 255: "a"},
            None,
            f"{NAMES} contains invalid key: The expression attribute map contains a key that is too long; "
            "size of key: 256",
        ),
        (None, {"v": {"S": "x"}}, f'{VALUES} contains invalid key: Syntax error; key: "v"'),
        (None, {"#v": {"S": "x"}}, f'{VALUES} contains invalid key: Syntax error; key: "#v"'),
        (None, {":": {"S": "x"}}, f'{VALUES} contains invalid key: Syntax error; key: ":"'),
        (
            None,
            {":" + "v" * 255: {"S": "x"}},
            f"{VALUES} contains invalid key: The expression attribute map contains a key that is too long;",
        ),
        (
            None,
            {":v": {}},
            f"{VALUES} contains invalid value: Supplied AttributeValue is empty, must contain exactly one of the "
            "supported datatypes for key :v",
        ),
        (
            None,
            {":v": None},
            f"{VALUES} contains invalid value: Supplied AttributeValue is empty, must contain exactly one of the "
            "supported datatypes for key :v",
        ),
        (
            None,
            {":v": {"N": "x"}},
            f"{VALUES} contains invalid value: The parameter cannot be converted to a numeric value: x for key :v",
        ),
        (
            None,
            {":v": {"SS": []}},
            f"{VALUES} contains invalid value: {INVALID}An string set  may not be empty for key :v",
        ),
        (
            None,
            {":v": {"NULL": False}},
            f"{VALUES} contains invalid value: {INVALID}Null attribute value types must have the value of true "
            "for key :v",
        ),
        (None, {":v": TOO_DEEP}, NESTED_TOO_DEEP),
        ({"x": "a"}, {"v": {}}, f'{NAMES} contains invalid key: Syntax error; key: "x"'),
    ],
)
def test_a_malformed_map_is_refused(names: object, values: object, message: str) -> None:
    error = refusal(names, values)
    assert (error.code, error.message) == ("ValidationException", message)


@pytest.mark.parametrize(
    "value, message",
    [
        ({"NULL": False}, INVALID + "Null attribute value types must have the value of true"),
        ({"SS": []}, INVALID + "An string set  may not be empty"),
        ({"N": "x"}, "The parameter cannot be converted to a numeric value: x"),
        ({}, "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"),
        (None, "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"),
        (TOO_DEEP, NESTED_TOO_DEEP),
    ],
)
def test_a_bad_value_can_be_reported_without_its_placeholder(value: Any, message: str) -> None:
    assert refusal(None, {":v": value}, names_bad_values=False).message == message


@pytest.mark.parametrize(
    "names, values",
    [([], None), ("a", None), ({"#a": 1}, None), ({"#a": {}}, None), (None, []), (None, {":v": "x"}), (None, 3)],
)
def test_wrong_json_types_are_serialization_exceptions(names: object, values: object) -> None:
    assert refusal(names, values).code == "SerializationException"


@pytest.mark.parametrize(
    "names, values, message",
    [
        ({"#a": "a", "#b": "b", "#c": "c"}, None, f"{NAMES} unused in expressions: keys: {{#b, #c}}"),
        ({"#a": "a"}, {":v": {"S": "x"}}, f"{VALUES} unused in expressions: keys: {{:v}}"),
        ({"#a": "a", "#b": "b"}, {":v": {"S": "x"}}, f"{NAMES} unused in expressions: keys: {{#b}}"),
    ],
)
def test_unused_placeholders_are_refused_names_before_values(names: Any, values: Any, message: str) -> None:
    placeholders = Placeholders(names, values)
    compile_condition("ConditionExpression", "attribute_exists(#a)", placeholders)
    with pytest.raises(DynamoDBError) as refused:
        placeholders.require_all_used()
    assert refused.value.message == "Value provided in " + message


def test_a_placeholder_used_by_any_expression_is_used() -> None:
    placeholders = Placeholders({"#a": "a", "#b": "b", "#c": "c"}, {":v": {"N": "1"}, ":w": {"N": "2"}})
    compile_update("SET #a.x = if_not_exists(#b[0], :v) + :w", placeholders)
    compile_condition("ConditionExpression", "size(#c) > :v", placeholders)
    placeholders.require_all_used()


def test_without_maps_nothing_is_unused() -> None:
    Placeholders().require_all_used()


def test_a_name_with_dots_and_brackets_is_one_attribute() -> None:
    condition = compile_condition("FilterExpression", "#a = :v", Placeholders({"#a": "x.y[0]"}, {":v": {"S": "1"}}))
    assert condition.paths == (("x.y[0]",),)
    assert condition.test(decode_item({"x.y[0]": {"S": "1"}}))


@pytest.mark.parametrize(
    "compile_it, kind",
    [
        (lambda text, given: compile_condition("ConditionExpression", text, given), "ConditionExpression"),
        (lambda text, given: compile_condition("FilterExpression", text, given), "FilterExpression"),
        (KeyCondition, "KeyConditionExpression"),
        (lambda text, given: compile_update("SET " + text, given), "UpdateExpression"),
    ],
)
def test_undefined_placeholders_are_refused(compile_it: Any, kind: str) -> None:
    for text, given, message in [
        (
            "#a = :v",
            Placeholders(None, {":v": {"S": "x"}}),
            "An expression attribute name used in the document path is not defined; attribute name: #a",
        ),
        (
            "a = :v",
            Placeholders({"#a": "a"}),
            "An expression attribute value used in expression is not defined; attribute value: :v",
        ),
    ]:
        with pytest.raises(DynamoDBError) as refused:
            compile_it(text, given)
        assert refused.value.message == f"Invalid {kind}: {message}"


def test_an_undefined_name_in_a_projection_is_refused() -> None:
    with pytest.raises(DynamoDBError) as refused:
        compile_projection("a, b.#c", Placeholders({"#d": "d"}))
    assert refused.value.message == (
        "Invalid ProjectionExpression: An expression attribute name used in the document path is not defined; "
        "attribute name: #c"
    )
