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
from pytest_ddbmock.values.faults import Layer
from pytest_ddbmock.values.item import decode_item

NAMES = "ExpressionAttributeNames"
VALUES = "ExpressionAttributeValues"
INVALID = "One or more parameter values were invalid: "
NAME_TOO_LONG = "Attribute name is too large, must be less than 65536 bytes"
A: Any = {"S": "x"}


def deep(wrappings: int) -> Any:
    value = A
    for _ in range(wrappings):
        value = {"L": [value]}
    return value


def refusal(names: object = None, values: object = None, layer: Layer = Layer.NEW) -> DynamoDBError:
    with pytest.raises(DynamoDBError) as refused:
        Placeholders(names, values, layer=layer)
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
        ({"#a": "n" * 65_536}, None, NAME_TOO_LONG),
        ({"#a": "é" * 32_768}, None, NAME_TOO_LONG),
        (None, {":v": {"M": {"n" * 65_536: A}}}, NAME_TOO_LONG),
        (None, {":v": A, ":w": {"L": [{"M": {"n" * 65_536: A}}]}}, NAME_TOO_LONG),
        ({"x": "a"}, {"v": {}}, f'{NAMES} contains invalid key: Syntax error; key: "x"'),
    ],
)
@pytest.mark.parametrize("layer", Layer)
def test_a_malformed_map_is_refused(names: object, values: object, message: str, layer: Layer) -> None:
    error = refusal(names, values, layer)
    assert (error.code, error.message) == ("ValidationException", message)


EMPTY_VALUE = "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"
NOT_A_NUMBER = "The parameter cannot be converted to a numeric value"


@pytest.mark.parametrize(
    "value, new, old",
    [
        ({}, EMPTY_VALUE, EMPTY_VALUE),
        (None, EMPTY_VALUE, EMPTY_VALUE),
        ({"N": "x"}, f"{NOT_A_NUMBER}: x", f"{NOT_A_NUMBER}: x"),
        ({"N": ""}, f"{NOT_A_NUMBER}: ", NOT_A_NUMBER),
        ({"SS": []}, f"{INVALID}An string set  may not be empty", f"{INVALID}An string set  may not be empty"),
        (
            {"NULL": False},
            f"{INVALID}Null attribute value types must have the value of true",
            f"{INVALID}Null attribute value types must have the value of true",
        ),
        (
            {"L": [{"SS": ["a", "a"]}]},
            f'{INVALID}Input collection ["a", "a"] contains duplicates.',
            f"{INVALID}Input collection [a, a] contains duplicates.",
        ),
        (
            {"NS": ["1", "1"]},
            f"{INVALID}Input collection contains duplicates.",
            "Input collection contains duplicates",
        ),
        ({"M": {"": A}}, "Empty attribute name", "Empty attribute name"),
        (deep(40), NESTED_TOO_DEEP, NESTED_TOO_DEEP),
        (deep(900), NESTED_TOO_DEEP, NESTED_TOO_DEEP),
    ],
)
def test_only_the_old_layer_names_the_placeholder_of_a_bad_value(value: Any, new: str, old: str) -> None:
    assert refusal(None, {":v": value}).message == new
    assert refusal(None, {":v": value}, Layer.OLD).message == (f"{VALUES} contains invalid value: {old} for key :v")


def test_the_old_layer_accepts_values_that_are_too_deep_for_an_item() -> None:
    assert not Placeholders(None, {":v": deep(31)}, layer=Layer.OLD).is_deep
    assert refusal(None, {":v": deep(32)}).message == NESTED_TOO_DEEP
    # Unsure: anything from 33 to 40 levels may be the limit.
    for wrappings in (32, 39):
        assert Placeholders(None, {":v": deep(wrappings)}, layer=Layer.OLD).is_deep


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
def test_undefined_placeholders_is_refused(compile_it: Any, kind: str) -> None:
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
