"""Legacy parameters, as the same trees as expressions: Expected, filters, AttributeUpdates, KeyConditions.

Source: "Legacy conditional parameters" (developer guide and API reference).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pytest_ddbmock import errors
from pytest_ddbmock.errors import DynamoDBError
from pytest_ddbmock.expressions import checks, syntax, update
from pytest_ddbmock.expressions.condition import Condition, of_tree
from pytest_ddbmock.expressions.key_condition import KeyTest
from pytest_ddbmock.expressions.syntax import (
    Action,
    Add,
    And,
    Between,
    Call,
    Comparison,
    Delete,
    DocumentPath,
    In,
    Literal,
    Not,
    Or,
    Remove,
    Set,
)
from pytest_ddbmock.expressions.update import Update
from pytest_ddbmock.values import wire
from pytest_ddbmock.values.attribute import TAGS, Value, require_name
from pytest_ddbmock.values.faults import InvalidValue, Layer
from pytest_ddbmock.values.item import decode_value

ALWAYS = Condition(lambda item: True, ())
"""The condition of an empty filter or `Expected`."""

OPERATORS = {"EQ": "=", "NE": "<>", "LT": "<", "LE": "<=", "GT": ">", "GE": ">="}
"""Names of comparators."""

KEY_OPERATORS = {**OPERATORS, "BEGINS_WITH": "begins_with"}

# Minimum and maximum number of arguments; one for operators not listed.
_COUNTS = {"NULL": (0, 0), "NOT_NULL": (0, 0), "BETWEEN": (2, 2), "IN": (1, 1_000_000)}

_ORDERED = ("S", "N", "B")
_ARGUMENT_TYPES = {
    "LT": _ORDERED, "LE": _ORDERED, "GT": _ORDERED, "GE": _ORDERED, "BETWEEN": _ORDERED, "IN": _ORDERED,
    "BEGINS_WITH": ("S", "B"),
    "CONTAINS": (*_ORDERED, "BOOL", "NULL"), "NOT_CONTAINS": (*_ORDERED, "BOOL", "NULL"),
}  # fmt: skip
"""Tags that an argument can have; any for operators not listed."""


# ---- conditions


def expected(expected: Mapping[str, Any], conditional_operator: str | None) -> Condition:
    """Return the condition of a raw `Expected`; an empty one always holds.

    Errors: `ValidationException` for contradictory members, numbers and types of arguments, bad names and bad values;
    `SerializationException` for wrong JSON types.
    """
    _require_map(expected, "ExpectedAttributeValue")
    _check_operator(expected, conditional_operator)
    if not expected:
        return ALWAYS
    return _joined(
        [_expectation(name, _members(raw, "ExpectedAttributeValue")) for name, raw in expected.items()],
        conditional_operator,
    )


def scan_filter(filters: Mapping[str, Any], conditional_operator: str | None) -> Condition:
    """Return the condition of a raw `ScanFilter`, whose values the old layer checks; errors as of `expected`."""
    try:
        return query_filter(filters, conditional_operator)
    except InvalidValue as fault:
        raise fault.worded_by(Layer.OLD) from None


def query_filter(filters: Mapping[str, Any], conditional_operator: str | None) -> Condition:
    """Return the condition of a raw `QueryFilter`; errors as of `expected`."""
    _require_map(filters, "Condition")
    _check_operator(filters, conditional_operator)
    if not filters:
        return ALWAYS
    return _joined([_filter(name, _members(raw, "Condition")) for name, raw in filters.items()], conditional_operator)


def _require_map(raw: object, shape: str) -> None:
    if not isinstance(raw, dict):
        raise wire.map_fault(raw, f"com.amazonaws.dynamodb.v20120810.{shape}")


def _check_operator(conditions: Mapping[str, Any], conditional_operator: str | None) -> None:
    """Raise `ValidationException` for a ConditionalOperator that has nothing to join."""
    if conditional_operator is None:
        return
    if not conditions:
        raise errors.validation("ConditionalOperator cannot be used without Filter or Expected")
    if len(conditions) == 1:
        raise errors.validation("ConditionalOperator can only be used when Filter or Expected has two or more elements")


def _joined(conditions: Sequence[syntax.Condition], conditional_operator: str | None) -> Condition:
    if len(conditions) == 1:
        return of_tree(conditions[0])
    return of_tree(Or(tuple(conditions)) if conditional_operator == "OR" else And(tuple(conditions)))


def _members(raw: object, shape: str) -> dict[str, Any]:
    """Return the members of a structure in the request, without those that are null."""
    if not isinstance(raw, dict):
        raise wire.structure_fault(raw, shape)
    return {name: member for name, member in raw.items() if member is not None}


def _expectation(name: str, members: dict[str, Any]) -> syntax.Condition:
    operator = str(members["ComparisonOperator"]) if "ComparisonOperator" in members else None
    has_value, has_list = "Value" in members, "AttributeValueList" in members
    if has_value and has_list:
        raise _refused("Value and AttributeValueList cannot be used together", name)
    if operator is not None:
        if "Exists" in members:
            raise _refused("Exists and ComparisonOperator cannot be used together", name)
        if not has_value and not has_list and operator not in ("NULL", "NOT_NULL"):
            raise _refused(f"Value or AttributeValueList must be used with ComparisonOperator: {operator}", name)
        return _comparison(name, operator, [members["Value"]] if has_value else members.get("AttributeValueList", []))
    if has_list:
        raise _refused("AttributeValueList can only be used with a ComparisonOperator", name)
    exists = _exists(members)
    if exists is False:
        if has_value:
            raise _refused("Value cannot be used when Exists is false", name)
        return _comparison(name, "NULL", [])
    if not has_value:
        shown = "null" if exists is None else "true"
        raise _refused(f"Value must be provided when Exists is {shown}", name)
    return _comparison(name, "EQ", [members["Value"]])


def _exists(members: Mapping[str, Any]) -> bool | None:
    exists = members.get("Exists")
    if exists in ("true", "false"):  # the service's JSON parser coerces these two texts
        return bool(exists == "true")
    if exists is not None and not isinstance(exists, bool):
        raise wire.scalar_fault(exists, "Boolean")
    return exists


def _refused(complaint: str, name: str) -> DynamoDBError:
    return errors.invalid_parameters(f"{complaint} for Attribute: {name}")


def _filter(name: str, members: dict[str, Any]) -> syntax.Condition:
    return _comparison(name, _operator(name, members), members.get("AttributeValueList", []))


def _operator(name: str, members: Mapping[str, Any]) -> str:
    operator = members.get("ComparisonOperator")
    if operator is None:
        raise errors.constraints_violated(
            [f"Value null at '{name}.member.comparisonOperator' failed to satisfy constraint: Member must not be null"]
        )
    return str(operator)


def _comparison(name: str, operator: str, raw: object) -> syntax.Condition:
    """Return the condition `operator` on the top-level attribute `name`, with `raw` arguments."""
    require_name(name)
    arguments = _arguments(operator, raw)
    return CONDITIONS[operator](DocumentPath((name,)), *map(Literal, arguments))


def _arguments(operator: str, raw: object) -> list[Value]:
    if operator not in CONDITIONS:
        raise errors.constraints_violated(
            [
                f"Value '{operator}' at 'comparisonOperator' failed to satisfy constraint: Member must satisfy enum "
                "value set: [IN, NULL, BETWEEN, LT, NOT_CONTAINS, EQ, GT, NOT_NULL, NE, LE, BEGINS_WITH, GE, CONTAINS]"
            ]
        )
    if not isinstance(raw, list | tuple):
        raise wire.list_fault(raw)
    values = [decode_value(value) for value in raw]
    minimum, maximum = _COUNTS.get(operator, (1, 1))
    if not minimum <= len(values) <= maximum:
        raise errors.invalid_parameters(f"Invalid number of argument(s) for the {operator} ComparisonOperator")
    for tag, _ in values:
        if tag not in _ARGUMENT_TYPES.get(operator, TAGS):
            raise errors.invalid_parameters(f"ComparisonOperator {operator} is not valid for {tag} AttributeValue type")
    if len({tag for tag, _ in values}) > 1:
        raise errors.invalid_parameters("AttributeValues inside AttributeValueList must be of same type")
    if operator == "BETWEEN" and not checks.in_order(*values):
        raise errors.validation(
            "The BETWEEN condition was provided a range where the lower bound is greater than the upper bound"
        )
    return values


def _comparator(operator: str) -> Callable[[DocumentPath, Literal], syntax.Condition]:
    return lambda path, argument: Comparison(operator, path, argument)


def _function(function: str) -> Callable[..., syntax.Condition]:
    return lambda path, *arguments: Call(function, (path, *arguments))


CONDITIONS: dict[str, Callable[..., syntax.Condition]] = {
    **{name: _comparator(operator) for name, operator in OPERATORS.items()},
    "BETWEEN": Between,
    "IN": lambda path, *arguments: In(path, arguments),
    "BEGINS_WITH": _function("begins_with"),
    "CONTAINS": _function("contains"),
    # Unsure: one observer saw that NOT_CONTAINS is false for a missing attribute.
    "NOT_CONTAINS": lambda path, argument: And(
        (Call("attribute_exists", (path,)), Not(Call("contains", (path, argument))))
    ),
    # They test existence, not the type NULL.
    "NULL": _function("attribute_not_exists"),
    "NOT_NULL": _function("attribute_exists"),
}
"""Each ComparisonOperator as an expression."""


# ---- key conditions


def key_conditions(conditions: Mapping[str, Any]) -> tuple[KeyTest, ...]:
    """Return the conditions of a raw `KeyConditions`; errors as of `expected`."""
    _require_map(conditions, "Condition")
    if not conditions:
        raise errors.validation("Conditions can be of length 1 or 2 only")
    tests = []
    for name, raw in conditions.items():
        members = _members(raw, "Condition")
        require_name(name)
        operator = _operator(name, members)
        arguments = _arguments(operator, members.get("AttributeValueList", []))
        tests.append(KeyTest(name, KEY_OPERATORS.get(operator, operator), tuple(arguments)))
    return tuple(tests)


# ---- updates


def attribute_updates(updates: Mapping[str, Any]) -> Update:
    """Return the update of a raw `AttributeUpdates`.

    Errors: `ValidationException` for values that the action cannot have, bad names and bad values;
    `SerializationException` for wrong JSON types.
    """
    _require_map(updates, "AttributeValueUpdate")
    actions = [_action(name, _members(raw, "AttributeValueUpdate")) for name, raw in updates.items()]
    return update.of_actions(actions, is_legacy=True)


def _action(name: str, members: Mapping[str, Any]) -> Action:
    require_name(name)
    target = DocumentPath((name,))
    action = members.get("Action", "PUT")
    if action not in ("PUT", "ADD", "DELETE"):
        raise errors.constraints_violated(
            [
                f"Value '{action}' at 'attributeUpdates.{name}.member.action' failed to satisfy constraint: "
                "Member must satisfy enum value set: [ADD, PUT, DELETE]"
            ]
        )
    if "Value" not in members:
        if action != "DELETE":
            raise errors.invalid_parameters("Only DELETE action is allowed when no attribute value is specified")
        return Remove(target)
    value = decode_value(members["Value"])
    if action == "DELETE":
        if value[0] not in ("SS", "NS", "BS"):
            raise errors.invalid_parameters(f"DELETE action with value is not supported for the type {value[0]}")
        return Delete(target, Literal(value))
    if action == "ADD":
        if value[0] not in ("N", "SS", "NS", "BS", "L"):
            raise errors.invalid_parameters(f"ADD action is not supported for the type {value[0]}")
        return Add(target, Literal(value))
    return Set(target, Literal(value))
