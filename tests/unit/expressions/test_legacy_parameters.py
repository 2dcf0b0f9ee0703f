"""Expected, filters, AttributeUpdates, KeyConditions: what is refused, and that they mean the same as expressions."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_ddbmock.errors import DynamoDBError
from pytest_ddbmock.expressions import legacy
from pytest_ddbmock.expressions.condition import compile_condition
from pytest_ddbmock.expressions.key_condition import KeyTest
from pytest_ddbmock.expressions.placeholders import Placeholders
from pytest_ddbmock.expressions.projection import of_attributes_to_get
from pytest_ddbmock.values.attribute import attributes_to_wire
from pytest_ddbmock.values.item import EMPTY, decode_item

INVALID = "One or more parameter values were invalid: "
A, B, N1, N2 = {"S": "a"}, {"S": "b"}, {"N": "1"}, {"N": "2"}
ITEM = decode_item(
    {
        "str": {"S": "hello"},
        "num": {"N": "5"},
        "nil": {"NULL": True},
        "strs": {"SS": ["a", "b"]},
        "lst": {"L": [{"S": "a"}]},
        "mp": {"M": {"k": {"S": "v"}}},
        "a.b": {"S": "dots"},
    }
)


def compared(operator: str, *arguments: Any) -> dict[str, Any]:
    return {"ComparisonOperator": operator, "AttributeValueList": list(arguments)}


def message_of(call: Any, *arguments: Any) -> str | None:
    with pytest.raises(DynamoDBError) as refused:
        call(*arguments)
    assert refused.value.code == "ValidationException"
    return refused.value.message


# ---- Expected


@pytest.mark.parametrize(
    "given, message",
    [
        (
            {"Value": A, "AttributeValueList": [A]},
            "Value and AttributeValueList cannot be used together for Attribute: X",
        ),
        (
            {"Exists": True, "ComparisonOperator": "EQ", "Value": A},
            "Exists and ComparisonOperator cannot be used together for Attribute: X",
        ),
        (
            {"ComparisonOperator": "EQ"},
            "Value or AttributeValueList must be used with ComparisonOperator: EQ for Attribute: X",
        ),
        (
            {"AttributeValueList": [A]},
            "AttributeValueList can only be used with a ComparisonOperator for Attribute: X",
        ),
        ({}, "Value must be provided when Exists is null for Attribute: X"),
        ({"Exists": True}, "Value must be provided when Exists is true for Attribute: X"),
        ({"Exists": False, "Value": A}, "Value cannot be used when Exists is false for Attribute: X"),
        (compared("EQ"), "Invalid number of argument(s) for the EQ ComparisonOperator"),
        (compared("EQ", A, B), "Invalid number of argument(s) for the EQ ComparisonOperator"),
        (compared("NULL", A), "Invalid number of argument(s) for the NULL ComparisonOperator"),
        (
            {"ComparisonOperator": "NOT_NULL", "Value": A},
            "Invalid number of argument(s) for the NOT_NULL ComparisonOperator",
        ),
        (compared("BETWEEN", A), "Invalid number of argument(s) for the BETWEEN ComparisonOperator"),
        (compared("IN"), "Invalid number of argument(s) for the IN ComparisonOperator"),
        (compared("IN", A, N1), "AttributeValues inside AttributeValueList must be of same type"),
        (compared("BETWEEN", A, N1), "AttributeValues inside AttributeValueList must be of same type"),
        (compared("LT", {"SS": ["a"]}), "ComparisonOperator LT is not valid for SS AttributeValue type"),
        (compared("GE", {"BOOL": True}), "ComparisonOperator GE is not valid for BOOL AttributeValue type"),
        (compared("IN", {"L": []}), "ComparisonOperator IN is not valid for L AttributeValue type"),
        (compared("BEGINS_WITH", N1), "ComparisonOperator BEGINS_WITH is not valid for N AttributeValue type"),
        (compared("CONTAINS", {"M": {}}), "ComparisonOperator CONTAINS is not valid for M AttributeValue type"),
        (
            compared("NOT_CONTAINS", {"SS": ["a"]}),
            "ComparisonOperator NOT_CONTAINS is not valid for SS AttributeValue type",
        ),
    ],
)
def test_contradictory_expectations_are_refused(given: dict[str, Any], message: str) -> None:
    assert message_of(legacy.expected, {"X": given}, None) == INVALID + message


def test_reversed_bounds_are_refused() -> None:
    assert message_of(legacy.expected, {"X": compared("BETWEEN", N2, N1)}, None) == (
        "The BETWEEN condition was provided a range where the lower bound is greater than the upper bound"
    )


def test_bad_values_are_refused() -> None:
    assert message_of(legacy.expected, {"X": {"Value": {"N": "x"}}}, None) == (
        "The parameter cannot be converted to a numeric value: x"
    )


@pytest.mark.parametrize(
    "conditions, message",
    [
        ({}, "ConditionalOperator cannot be used without Filter or Expected"),
        (
            {"a": compared("EQ", A)},
            "ConditionalOperator can only be used when Filter or Expected has two or more elements",
        ),
    ],
)
@pytest.mark.parametrize("operator", ["AND", "OR"])
@pytest.mark.parametrize("call", [legacy.expected, legacy.query_filter, legacy.scan_filter])
def test_a_conditional_operator_needs_two_conditions(
    call: Any, operator: str, conditions: dict[str, Any], message: str
) -> None:
    assert message_of(call, conditions, operator) == message


@pytest.mark.parametrize(
    "given, result",
    [
        ({"str": {"Value": {"S": "hello"}}}, True),
        ({"str": {"Value": {"S": "hello"}, "Exists": True}}, True),
        ({"str": {"Value": {"S": "other"}}}, False),
        ({"str": {"Exists": False}}, False),
        ({"gone": {"Exists": False}}, True),
        ({"gone": {"Exists": "false"}}, True),
        ({"num": {"ComparisonOperator": "GT", "Value": {"N": "4"}}}, True),
        ({"a.b": {"Value": {"S": "dots"}}}, True),
    ],
)
def test_expectations_are_true_or_false_of_an_item(given: dict[str, Any], result: bool) -> None:
    assert legacy.expected(given, None).test(ITEM) is result


@pytest.mark.parametrize("operator, result", [(None, False), ("AND", False), ("OR", True)])
def test_expectations_are_joined_by_the_conditional_operator(operator: str | None, result: bool) -> None:
    given = {"str": {"Value": {"S": "hello"}}, "num": {"Value": {"N": "6"}}}
    assert legacy.expected(given, operator).test(ITEM) is result


# ---- filters: every operator means an expression


@pytest.mark.parametrize("name", ["str", "num", "nil", "strs", "lst", "mp", "gone"])
@pytest.mark.parametrize(
    "operator, arguments, expression",
    [
        ("EQ", [{"S": "hello"}], "#a = :0"),
        ("EQ", [{"SS": ["b", "a"]}], "#a = :0"),
        ("EQ", [{"M": {"k": {"S": "v"}}}], "#a = :0"),
        ("NE", [{"S": "hello"}], "#a <> :0"),
        ("LT", [{"N": "10"}], "#a < :0"),
        ("LE", [{"N": "5"}], "#a <= :0"),
        ("GT", [{"S": "a"}], "#a > :0"),
        ("GE", [{"N": "5.0"}], "#a >= :0"),
        ("BETWEEN", [{"N": "1"}, {"N": "5"}], "#a BETWEEN :0 AND :1"),
        ("IN", [{"S": "x"}, {"S": "hello"}], "#a IN (:0, :1)"),
        ("BEGINS_WITH", [{"S": "he"}], "begins_with(#a, :0)"),
        ("CONTAINS", [{"S": "a"}], "contains(#a, :0)"),
        ("NOT_CONTAINS", [{"S": "a"}], "attribute_exists(#a) AND NOT contains(#a, :0)"),  # Unsure
        ("NULL", [], "attribute_not_exists(#a)"),
        ("NOT_NULL", [], "attribute_exists(#a)"),
    ],
)
def test_an_operator_means_its_expression(name: str, operator: str, arguments: list[Any], expression: str) -> None:
    old = legacy.query_filter({name: compared(operator, *arguments)}, None)
    values = {f":{position}": value for position, value in enumerate(arguments)}
    new = compile_condition("FilterExpression", expression, Placeholders({"#a": name}, values or None))
    assert old.test(ITEM) == new.test(ITEM)
    assert old.test(EMPTY) == new.test(EMPTY)
    assert old.paths == new.paths
    assert old.names == (name,)


def test_an_empty_filter_lets_everything_pass() -> None:
    assert legacy.query_filter({}, None).test(ITEM)


def test_an_empty_expected_holds_for_every_item() -> None:
    assert legacy.expected({}, None).test(ITEM)
    assert legacy.expected({}, None).test(EMPTY)


def test_the_old_layer_checks_the_values_of_a_scan_filter() -> None:
    twice = {"a": compared("EQ", {"NS": ["1", "1.0"]})}
    assert message_of(legacy.query_filter, twice, None) == f"{INVALID}Input collection contains duplicates."
    assert message_of(legacy.scan_filter, twice, None) == "Input collection contains duplicates"


NAME_TOO_LONG = "Attribute name is too large, must be less than 65536 bytes"


@pytest.mark.parametrize(
    "call",
    [
        lambda name: legacy.expected({name: {"Value": A}}, None),
        lambda name: legacy.expected({name: {"Exists": False}}, None),
        lambda name: legacy.query_filter({name: compared("EQ", A)}, None),
        lambda name: legacy.scan_filter({name: compared("NULL")}, None),
        lambda name: legacy.key_conditions({name: compared("EQ", A)}),
        lambda name: legacy.attribute_updates({name: {"Value": A}}),
        lambda name: legacy.attribute_updates({name: {"Action": "DELETE"}}),
        lambda name: of_attributes_to_get(["a", name]),
    ],
)
def test_a_name_has_1_to_65535_bytes(call: Any) -> None:
    call("é" * 32_767 + "x")
    assert message_of(call, "") == "Empty attribute name"
    assert message_of(call, "é" * 32_768) == NAME_TOO_LONG


def test_a_name_inside_an_argument_has_at_most_65535_bytes() -> None:
    value = {"L": [{"M": {"n" * 65_536: A}}]}
    assert message_of(legacy.query_filter, {"a": compared("EQ", value)}, None) == NAME_TOO_LONG
    assert message_of(legacy.attribute_updates, {"a": {"Value": value}}) == NAME_TOO_LONG


def test_operators_without_arguments_need_no_list() -> None:
    assert legacy.query_filter({"gone": {"ComparisonOperator": "NULL"}}, None).test(ITEM)
    assert legacy.query_filter({"str": {"ComparisonOperator": "NOT_NULL", "AttributeValueList": None}}, None).test(ITEM)


def test_unknown_and_missing_operators_are_constraint_violations() -> None:
    message = message_of(legacy.query_filter, {"a": compared("LIKE", A)}, None)
    assert message is not None and "Member must satisfy enum value set: [IN, NULL, BETWEEN, LT," in message
    message = message_of(legacy.query_filter, {"a": {"AttributeValueList": [A]}}, None)
    assert message is not None and "Member must not be null" in message


# ---- KeyConditions


def test_key_conditions_use_the_operators_of_expressions() -> None:
    tests = legacy.key_conditions(
        {
            "pk": compared("EQ", A),
            "sk": compared("BETWEEN", N1, N2),
            "a": compared("BEGINS_WITH", A),
            "b": compared("LE", N1),
            "c": compared("NE", A),
            "d": compared("NULL"),
        }
    )
    assert tests == (
        KeyTest("pk", "=", (("S", "a"),)),
        KeyTest("sk", "BETWEEN", (("N", "1"), ("N", "2"))),
        KeyTest("a", "begins_with", (("S", "a"),)),
        KeyTest("b", "<=", (("N", "1"),)),
        KeyTest("c", "<>", (("S", "a"),)),
        KeyTest("d", "NULL", ()),
    )


def test_arguments_of_key_conditions_are_checked() -> None:
    assert message_of(legacy.key_conditions, {"pk": compared("EQ")}) == (
        INVALID + "Invalid number of argument(s) for the EQ ComparisonOperator"
    )


# ---- AttributeUpdates


@pytest.mark.parametrize(
    "given, message",
    [
        ({}, "Only DELETE action is allowed when no attribute value is specified"),
        ({"Action": "PUT"}, "Only DELETE action is allowed when no attribute value is specified"),
        ({"Action": "ADD"}, "Only DELETE action is allowed when no attribute value is specified"),
        ({"Action": "DELETE", "Value": A}, "DELETE action with value is not supported for the type S"),
        ({"Action": "DELETE", "Value": {"L": []}}, "DELETE action with value is not supported for the type L"),
        ({"Action": "ADD", "Value": A}, "ADD action is not supported for the type S"),
        ({"Action": "ADD", "Value": {"NULL": True}}, "ADD action is not supported for the type NULL"),
        ({"Action": "ADD", "Value": {"M": {}}}, "ADD action is not supported for the type M"),
    ],
)
def test_actions_that_cannot_be_are_refused(given: dict[str, Any], message: str) -> None:
    assert message_of(legacy.attribute_updates, {"X": given}) == INVALID + message


@pytest.mark.parametrize(
    "updates, result",
    [
        ({"str": {"Value": A}}, {"str": A}),
        ({"new": {"Action": "PUT", "Value": N1}}, {"new": N1}),
        ({"a.b": {"Action": "PUT", "Value": N1}}, {"a.b": N1}),
        ({"num": {"Action": "ADD", "Value": N1}}, {"num": {"N": "6"}}),
        ({"new": {"Action": "ADD", "Value": N1}}, {"new": N1}),
        ({"strs": {"Action": "ADD", "Value": {"SS": ["c"]}}}, {"strs": {"SS": ["a", "b", "c"]}}),
        ({"lst": {"Action": "ADD", "Value": {"L": [B]}}}, {"lst": {"L": [A, B]}}),
        ({"new": {"Action": "ADD", "Value": {"L": [B]}}}, {"new": {"L": [B]}}),
        ({"str": {"Action": "DELETE"}, "gone": {"Action": "DELETE"}}, {"str": None}),
        ({"strs": {"Action": "DELETE", "Value": {"SS": ["a", "z"]}}}, {"strs": {"SS": ["b"]}}),
        ({"strs": {"Action": "DELETE", "Value": {"SS": ["a", "b"]}}}, {"strs": None}),
        ({"gone": {"Action": "DELETE", "Value": {"SS": ["a"]}}}, {}),
    ],
)
def test_attribute_updates_change_an_item(updates: dict[str, Any], result: dict[str, Any]) -> None:
    update = legacy.attribute_updates(updates)
    before, after = attributes_to_wire(ITEM), attributes_to_wire(update.apply(ITEM))
    names = before.keys() | after.keys()
    assert {name: after.get(name) for name in names if before.get(name) != after.get(name)} == result
    assert update.targets == tuple((name,) for name in updates)


@pytest.mark.parametrize(
    "updates",
    [
        {"str": {"Action": "ADD", "Value": N1}},
        {"num": {"Action": "ADD", "Value": {"SS": ["a"]}}},
        {"strs": {"Action": "ADD", "Value": {"NS": ["1"]}}},
        {"strs": {"Action": "DELETE", "Value": {"NS": ["1"]}}},
        {"num": {"Action": "DELETE", "Value": {"NS": ["1"]}}},
    ],
)
def test_a_stored_value_of_another_type_is_refused(updates: dict[str, Any]) -> None:
    assert message_of(legacy.attribute_updates(updates).apply, ITEM) == "Type mismatch for attribute to update"


@pytest.mark.parametrize(
    "updates, creates",
    [
        ({}, True),
        ({"a": {"Value": A}}, True),
        ({"a": {"Action": "ADD", "Value": N1}}, True),
        ({"a": {"Action": "DELETE"}}, False),
        ({"a": {"Action": "DELETE"}, "b": {"Action": "DELETE", "Value": {"SS": ["x"]}}}, False),
        ({"a": {"Action": "DELETE"}, "b": {"Value": A}}, True),
    ],
)
def test_deletes_alone_make_no_item(updates: dict[str, Any], creates: bool) -> None:
    assert legacy.attribute_updates(updates).creates is creates


# ---- JSON types


@pytest.mark.parametrize(
    "call, arguments",
    [
        (legacy.expected, ([], None)),
        (legacy.expected, ({"a": "x"}, None)),
        (legacy.expected, ({"a": {"Value": "x"}}, None)),
        (legacy.expected, ({"a": {"Exists": 3}}, None)),
        (legacy.expected, ({"a": {"ComparisonOperator": "EQ", "AttributeValueList": "x"}}, None)),
        (legacy.query_filter, ("a", None)),
        (legacy.query_filter, ({"a": ["x"]}, None)),
        (legacy.query_filter, ({"a": compared("EQ", "x")}, None)),
        (legacy.key_conditions, ([],)),
        (legacy.attribute_updates, (3,)),
        (legacy.attribute_updates, ({"a": None},)),
        (legacy.attribute_updates, ({"a": {"Value": ["x"]}},)),
    ],
)
def test_wrong_json_types_are_serialization_exceptions(call: Any, arguments: tuple[Any, ...]) -> None:
    with pytest.raises(DynamoDBError) as refused:
        call(*arguments)
    assert refused.value.code == "SerializationException"
