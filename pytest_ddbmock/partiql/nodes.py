"""Expressions of a statement as they are written, before anybody asks what DynamoDB makes of them."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from pytest_ddbmock import errors
from pytest_ddbmock.errors import DynamoDBError
from pytest_ddbmock.expressions.syntax import Literal, ValueName
from pytest_ddbmock.partiql.lexer import Token
from pytest_ddbmock.values.paths import Path


class Name(NamedTuple):
    """A path; `stray` is its first component that is neither a name nor an index, None if all are."""

    token: Token
    elements: Path
    stray: Token | None = None


class Constant(NamedTuple):
    """A value: a literal, or the name of one that depends on parameters."""

    token: Token
    value: Literal | ValueName


class Call(NamedTuple):
    """A function with its arguments."""

    token: Token
    arguments: tuple[Node, ...]

    @property
    def name(self) -> str:
        """The function in lower case: functions are case-insensitive."""
        return self.token.text.lower()


class Operation(NamedTuple):
    """An operator with its operands. Those of AND and OR are two or more, none of them the same operation."""

    token: Token
    operator: str
    operands: tuple[Node, ...]


class Membership(NamedTuple):
    """`operand IN choices`; `choices` is None if what follows IN is not a list."""

    token: Token
    operand: Node
    choices: tuple[Node, ...] | None


class TypeTest(NamedTuple):
    """`operand IS type_name`."""

    token: Token
    operand: Node
    type_name: str


class Subquery(NamedTuple):
    """A SELECT inside an expression; `select` is what the parser made of it."""

    token: Token
    select: object


Node: TypeAlias = Name | Constant | Call | Operation | Membership | TypeTest | Subquery

_KINDS = {
    "AND": "And",
    "OR": "Or",
    "NOT": "Not",
    "=": "Eq",
    "<>": "Ne",
    "<": "Lt",
    "<=": "Lte",
    ">": "Gt",
    ">=": "Gte",
    "BETWEEN": "Between",
    "LIKE": "Like",
    "+": "Plus",
    "-": "Minus",
    "*": "Times",
    "/": "Divide",
    "%": "Modulo",
    "||": "Concat",
}


def unsupported(node: Node) -> DynamoDBError:
    """Return the error for an expression that DynamoDB does not support where it stands."""
    # Unsure: captured for a type test (`IsType`) alone; the other names are those of PartiQL's syntax tree.
    return errors.validation(f"Unsupported operation: {_kind(node)}")


def _kind(node: Node) -> str:
    if isinstance(node, Operation):
        if len(node.operands) == 1 and node.operator in ("+", "-"):
            return "Pos" if node.operator == "+" else "Neg"
        return _KINDS[node.operator]
    if isinstance(node, Name):
        return "Id" if len(node.elements) == 1 and node.stray is None else "Path"
    if isinstance(node, Constant):
        return "Parameter" if isinstance(node.value, ValueName) else "Lit"
    if isinstance(node, Membership):
        return "InCollection"
    if isinstance(node, TypeTest):
        return "IsType"
    return "Call" if isinstance(node, Call) else "Select"
