"""Nodes of parsed expressions.

Leaves of a freshly parsed tree refer to placeholders; `placeholders.Placeholders` resolves them to plain `DocumentPath`
and `Literal`, which other languages (legacy parameters, PartiQL) use from the start.

Nodes are shared through the parser's cache and never changed. They are not frozen, as a frozen dataclass takes three
times as long to make, and resolving makes some for every request.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from pytest_ddbmock.values.attribute import Value
from pytest_ddbmock.values.paths import Path

# ---- operands


@dataclass(slots=True)
class DocumentPath:
    """A path; `placeholders` are the positions in it that hold `#name` instead of a name."""

    elements: Path
    placeholders: tuple[int, ...] = ()


@dataclass(slots=True)
class ValueName:
    """`:name`."""

    name: str


@dataclass(slots=True)
class Literal:
    """A value that stands in the expression itself."""

    value: Value


@dataclass(slots=True)
class Call:
    """A function with its operands; an operand (`size(a)`) or a condition (`attribute_exists(a)`)."""

    function: str
    operands: tuple[Operand, ...]


Operand: TypeAlias = DocumentPath | ValueName | Literal | Call

# ---- conditions


@dataclass(slots=True)
class Comparison:
    """`left operator right`; the operator is one of `= <> < <= > >=`."""

    operator: str
    left: Operand
    right: Operand


@dataclass(slots=True)
class Between:
    """`operand BETWEEN lower AND upper`."""

    operand: Operand
    lower: Operand
    upper: Operand


@dataclass(slots=True)
class In:
    """`operand IN (choices)`."""

    operand: Operand
    choices: tuple[Operand, ...]


@dataclass(slots=True)
class Not:
    """`NOT condition`."""

    condition: Condition


@dataclass(slots=True)
class And:
    """Two or more conditions, none of them an `And`: `a AND (b AND c)` is one node, so that long chains stay flat."""

    conditions: tuple[Condition, ...]


@dataclass(slots=True)
class Or:
    """Two or more conditions, none of them an `Or`."""

    conditions: tuple[Condition, ...]


Leaf: TypeAlias = Comparison | Between | In | Call
Condition: TypeAlias = Leaf | Not | And | Or

# ---- updates


@dataclass(slots=True)
class Arithmetic:
    """`left + right` or `left - right`."""

    operator: str
    left: Operand
    right: Operand


@dataclass(slots=True)
class Set:
    """`target = value`."""

    target: DocumentPath
    value: Operand | Arithmetic


@dataclass(slots=True)
class Remove:
    """`REMOVE target`."""

    target: DocumentPath


@dataclass(slots=True)
class Add:
    """`ADD target value`."""

    target: DocumentPath
    value: ValueName | Literal


@dataclass(slots=True)
class Delete:
    """`DELETE target value`."""

    target: DocumentPath
    value: ValueName | Literal


Action: TypeAlias = Set | Remove | Add | Delete
