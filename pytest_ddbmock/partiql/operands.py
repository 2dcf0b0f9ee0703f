"""From expressions as they are written to operands as DynamoDB's conditions and updates know them.

Source: "Use PartiQL functions with DynamoDB"; texts captured in four Regions, October 2026.
"""

from __future__ import annotations

from collections.abc import Collection

from pytest_ddbmock import errors
from pytest_ddbmock.errors import DynamoDBError
from pytest_ddbmock.expressions import syntax
from pytest_ddbmock.expressions.parser import MAX_INDEX, MAX_PATH_ELEMENTS
from pytest_ddbmock.partiql.lexer import Token
from pytest_ddbmock.partiql.nodes import Call, Constant, Name, Node, unsupported
from pytest_ddbmock.values.paths import Path


def path(node: Node) -> Path:
    """Return the document path that `node` is.

    Errors: `ValidationException` for anything else.
    """
    if not isinstance(node, Name):
        raise unexpected_component(node.token)
    if node.stray is not None:
        raise unexpected_component(node.stray)
    elements = node.elements
    if "" in elements:
        raise errors.validation("Path component cannot be an empty string")
    if len(elements) > MAX_PATH_ELEMENTS:
        raise errors.validation(f"The document path has too many nesting levels; nesting levels: {len(elements)}")
    for element in elements:
        if isinstance(element, int) and element > MAX_INDEX:
            raise errors.validation(f"List index is not within the allowable range; index: [{element}]")
    return elements


def operand(node: Node, functions: Collection[str]) -> syntax.Operand:
    """Return the path, value or call that `node` is; `functions` are those that give values here.

    Errors: `ValidationException`.
    """
    if isinstance(node, Name):
        return syntax.DocumentPath(path(node))
    if isinstance(node, Constant):
        return node.value
    if not isinstance(node, Call):
        raise unsupported(node)
    if node.name not in functions:
        raise unrecognized(node)
    return syntax.Call(node.name, tuple([operand(argument, functions) for argument in node.arguments]))


def unexpected_component(token: Token) -> DynamoDBError:
    """Return the error for something that is not part of a path where one must be."""
    return errors.validation(f"Unexpected path component at {token.location}")


def unrecognized(call: Call) -> DynamoDBError:
    """Return the error for a function that DynamoDB does not have where it stands."""
    return errors.validation(f"Unrecognized function: {call.name} at {call.token.location}")


def misused(call: Call) -> DynamoDBError:
    """Return the error for a function that gives a value where a condition must be, or the reverse."""
    return errors.validation(f"The function is not allowed to be used this way in an expression; function: {call.name}")
