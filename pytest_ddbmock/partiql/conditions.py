"""From the expression of a WHERE to the tree of a condition.

Source: "PartiQL arithmetic, comparison, and logical operators for DynamoDB", "Use PartiQL functions with DynamoDB";
functions as captured in four Regions, October 2026.
"""

from __future__ import annotations

from pytest_ddbmock import errors
from pytest_ddbmock.errors import NotImplementedByMock
from pytest_ddbmock.expressions.parser import MAX_IN_OPERANDS
from pytest_ddbmock.expressions.syntax import (
    And,
    Between,
    Call,
    Comparison,
    Condition,
    In,
    Literal,
    Not,
    Operand,
    Or,
)
from pytest_ddbmock.partiql import nodes
from pytest_ddbmock.partiql.nodes import Constant, Membership, Node, Operation, TypeTest, unsupported
from pytest_ddbmock.partiql.operands import misused, operand, unrecognized

COMPARATORS = frozenset({"=", "<>", "<", "<=", ">", ">="})
TESTS = frozenset({"attribute_exists", "attribute_not_exists", "attribute_type", "begins_with", "contains"})
"""Functions that are conditions."""
VALUE_FUNCTIONS = frozenset({"size"})
"""Functions that give values in conditions."""

# Unsure: documented is that IS knows "a given PartiQL data type"; these types have one counterpart in DynamoDB.
TYPES = {
    "NULL": "NULL",
    "BOOL": "BOOL",
    "BOOLEAN": "BOOL",
    "STRING": "S",
    "LIST": "L",
    "STRUCT": "M",
    "TUPLE": "M",
}


def condition(node: Node) -> Condition:
    """Return the condition that an expression is.

    Errors: `ValidationException` for everything else; `NotImplementedByMock` for type tests whose meaning in DynamoDB
    is not known.
    """
    if isinstance(node, Operation):
        return _operation(node)
    if isinstance(node, Membership):
        return _membership(node)
    if isinstance(node, TypeTest):
        return _type_test(node)
    if isinstance(node, nodes.Call):
        return _test(node)
    raise unsupported(node)


def _operation(node: Operation) -> Condition:
    operator, operands = node.operator, node.operands
    if operator in ("AND", "OR"):
        kind: type[And] | type[Or] = And if operator == "AND" else Or
        parts: list[Condition] = []
        for each in operands:
            part = condition(each)
            parts.extend(part.conditions if isinstance(part, kind) else (part,))
        return kind(tuple(parts))
    if operator == "NOT":
        return Not(condition(operands[0]))
    if operator in COMPARATORS:
        left, right = operands
        if _is_test(left) or _is_test(right):
            return _compared_truth(operator, left, right)
        return Comparison(operator, _value(left), _value(right))
    if operator == "BETWEEN":
        return Between(*map(_value, operands))
    raise unsupported(node)


def _compared_truth(operator: str, left: Node, right: Node) -> Condition:
    """Return the condition of `attribute_exists(a) = true` and the like."""
    test, other = (left, right) if _is_test(left) else (right, left)
    truth = other.value.value if isinstance(other, Constant) and isinstance(other.value, Literal) else ("", None)
    if truth[0] != "BOOL" or operator not in ("=", "<>"):
        raise misused(test) if isinstance(test, nodes.Call) else unsupported(test)
    # Unsure: captured for `attribute_exists(a) = true`; equality and inequality are documented for most tests.
    tested = condition(test)
    return tested if (operator == "=") == truth[1] else Not(tested)


def _is_test(node: Node) -> bool:
    return isinstance(node, TypeTest) or (isinstance(node, nodes.Call) and node.name in TESTS)


def _membership(node: Membership) -> In:
    tested = _value(node.operand)
    if node.choices is None:
        # Unsure: whether DynamoDB accepts a parameter or path as the list.
        raise NotImplementedByMock("PartiQL", "IN without a list")
    if len(node.choices) > MAX_IN_OPERANDS:
        raise errors.validation(
            f"The IN operator is provided with too many operands; number of operands: {len(node.choices)}"
        )
    return In(tested, tuple(map(_value, node.choices)))


def _type_test(node: TypeTest) -> Call:
    tested = _value(node.operand)
    if node.type_name == "MISSING":
        return Call("attribute_not_exists", (tested,))
    if node.type_name not in TYPES:
        raise NotImplementedByMock("PartiQL", f"IS {node.type_name}")
    return Call("attribute_type", (tested, Literal(("S", TYPES[node.type_name]))))


def _test(node: nodes.Call) -> Call:
    if node.name not in TESTS:
        raise misused(node) if node.name in VALUE_FUNCTIONS else unrecognized(node)
    return Call(node.name, tuple(map(_value, node.arguments)))


def _value(node: Node) -> Operand:
    if isinstance(node, nodes.Call) and node.name in TESTS:
        raise misused(node)
    return operand(node, VALUE_FUNCTIONS)
