"""From the assignments and removals of an UPDATE to the actions of an update.

Source: "PartiQL update statements for DynamoDB"; texts of `set_add` and `set_delete` captured in four Regions,
October 2026.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from pytest_ddbmock import errors
from pytest_ddbmock.expressions import syntax
from pytest_ddbmock.expressions.syntax import Action, Add, Arithmetic, Delete, DocumentPath, Literal, Operand
from pytest_ddbmock.partiql.nodes import Call, Constant, Name, Node, Operation
from pytest_ddbmock.partiql.operands import misused, operand, path
from pytest_ddbmock.partiql.statements import SetArgument

SET_FUNCTIONS: dict[str, type[Add] | type[Delete]] = {"set_add": Add, "set_delete": Delete}
VALUE_FUNCTIONS = frozenset({"list_append"})
SET_TAGS = ("SS", "NS", "BS")


class Assignment(NamedTuple):
    """`SET target = value`."""

    target: Name
    value: Node


def actions(changes: Sequence[Assignment | Name]) -> tuple[tuple[Action, ...], tuple[SetArgument, ...]]:
    """Return the actions of assignments and removals, and the arguments that have to turn out to be sets.

    Errors: `ValidationException`.
    """
    found: list[Action] = []
    sets: list[SetArgument] = []
    for change in changes:
        if isinstance(change, Name):
            found.append(syntax.Remove(DocumentPath(path(change))))
            continue
        target, value = DocumentPath(path(change.target)), change.value
        if isinstance(value, Call) and value.name in SET_FUNCTIONS:
            action, argument = _set_change(target, value)
            found.append(action)
            sets.extend(() if argument is None else (argument,))
        else:
            found.append(syntax.Set(target, _value(value)))
    return tuple(found), tuple(sets)


def _value(node: Node) -> Operand | Arithmetic:
    if isinstance(node, Operation) and node.operator in ("+", "-") and len(node.operands) == 2:
        left, right = map(_operand, node.operands)  # as in an update expression, one operator
        return Arithmetic(node.operator, left, right)
    return _operand(node)


def _operand(node: Node) -> Operand:
    if isinstance(node, Call) and node.name in SET_FUNCTIONS:
        raise misused(node)
    return operand(node, VALUE_FUNCTIONS)


def _set_change(target: DocumentPath, call: Call) -> tuple[Action, SetArgument | None]:
    """Return what `set_add` or `set_delete` does, and its argument if that depends on parameters."""
    name, place = call.name.upper(), call.token.location
    if len(call.arguments) != 2:
        raise errors.validation(f"{name} must have exactly two arguments at {place}")
    first, second = call.arguments
    if not isinstance(first, Name) or path(first) != target.elements:
        raise errors.validation(f"The first argument to {name} must equal the assignment value at {place}")
    complaint = f"The second argument to {name} must be a value with type SET at {first.token.location}"
    value = second.value if isinstance(second, Constant) else None
    if value is None or (isinstance(value, Literal) and value.value[0] not in SET_TAGS):
        raise errors.validation(complaint)
    argument = None if isinstance(value, Literal) else SetArgument(value, complaint)
    return SET_FUNCTIONS[call.name](target, value), argument
