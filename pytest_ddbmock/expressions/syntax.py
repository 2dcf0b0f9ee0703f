"""Nodes of parsed expressions.

The leaves of a freshly parsed tree refer to placeholders; `placeholders.Placeholders` resolves them to plain
`DocumentPath` and `Literal`, which other languages (legacy parameters, PartiQL) use from the start.

Nodes are shared through the parser's cache and never changed. They are plain classes: declaring fifteen dataclasses
takes 3 ms, a tenth of the time to start the first mock.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from pytest_ddbmock.values.attribute import Value
from pytest_ddbmock.values.paths import Path


class Node:
    """Equal to a node of its own class with equal parts; has no hash."""

    __slots__: tuple[str, ...] = ()

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and all(mine == getattr(other, name) for name, mine in self._parts())

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={part!r}' for name, part in self._parts())})"

    def _parts(self) -> list[tuple[str, Any]]:
        return [(name, getattr(self, name)) for name in self.__slots__]


# ---- operands


class DocumentPath(Node):
    """A path; `placeholders` are the positions of `#name` elements in it."""

    __slots__ = ("elements", "placeholders")

    def __init__(self, elements: Path, placeholders: tuple[int, ...] = ()) -> None:
        self.elements = elements
        self.placeholders = placeholders


class ValueName(Node):
    """`:name`."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


class Literal(Node):
    """A value that is part of the expression."""

    __slots__ = ("value",)

    def __init__(self, value: Value) -> None:
        self.value = value


class Call(Node):
    """A function with its operands; an operand (`size(a)`) or a condition (`attribute_exists(a)`)."""

    __slots__ = ("function", "operands")

    def __init__(self, function: str, operands: tuple[Operand, ...]) -> None:
        self.function = function
        self.operands = operands


Operand: TypeAlias = DocumentPath | ValueName | Literal | Call

# ---- conditions


class Comparison(Node):
    """`left operator right`; the operator is one of `= <> < <= > >=`."""

    __slots__ = ("left", "operator", "right")

    def __init__(self, operator: str, left: Operand, right: Operand) -> None:
        self.operator = operator
        self.left = left
        self.right = right


class Between(Node):
    """`operand BETWEEN lower AND upper`."""

    __slots__ = ("lower", "operand", "upper")

    def __init__(self, operand: Operand, lower: Operand, upper: Operand) -> None:
        self.operand = operand
        self.lower = lower
        self.upper = upper


class In(Node):
    """`operand IN (choices)`."""

    __slots__ = ("choices", "operand")

    def __init__(self, operand: Operand, choices: tuple[Operand, ...]) -> None:
        self.operand = operand
        self.choices = choices


class Not(Node):
    """`NOT condition`."""

    __slots__ = ("condition",)

    def __init__(self, condition: Condition) -> None:
        self.condition = condition


class And(Node):
    """Two or more conditions. The parser makes one node of `a AND (b AND c)`, so that long chains stay flat."""

    __slots__ = ("conditions",)

    def __init__(self, conditions: tuple[Condition, ...]) -> None:
        self.conditions = conditions


class Or(Node):
    """Two or more conditions; flat as `And`."""

    __slots__ = ("conditions",)

    def __init__(self, conditions: tuple[Condition, ...]) -> None:
        self.conditions = conditions


Leaf: TypeAlias = Comparison | Between | In | Call
Condition: TypeAlias = Leaf | Not | And | Or

# ---- updates


class Arithmetic(Node):
    """`left + right` or `left - right`."""

    __slots__ = ("left", "operator", "right")

    def __init__(self, operator: str, left: Operand, right: Operand) -> None:
        self.operator = operator
        self.left = left
        self.right = right


class Set(Node):
    """`target = value`."""

    __slots__ = ("target", "value")

    def __init__(self, target: DocumentPath, value: Operand | Arithmetic) -> None:
        self.target = target
        self.value = value


class Remove(Node):
    """`REMOVE target`."""

    __slots__ = ("target",)

    def __init__(self, target: DocumentPath) -> None:
        self.target = target


class Add(Node):
    """`ADD target value`."""

    __slots__ = ("target", "value")

    def __init__(self, target: DocumentPath, value: ValueName | Literal) -> None:
        self.target = target
        self.value = value


class Delete(Node):
    """`DELETE target value`."""

    __slots__ = ("target", "value")

    def __init__(self, target: DocumentPath, value: ValueName | Literal) -> None:
        self.target = target
        self.value = value


Action: TypeAlias = Set | Remove | Add | Delete
