"""Checks of expressions whose placeholders are known; AWS makes them before it looks at any table.

Source: "Condition and filter expressions, operators, and functions in DynamoDB", captured answers of the service.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence

from pytest_ddbmock import errors
from pytest_ddbmock.errors import DynamoDBError
from pytest_ddbmock.expressions.syntax import Between, Call, Comparison, DocumentPath, In, Leaf, Literal, Operand
from pytest_ddbmock.values import paths
from pytest_ddbmock.values.attribute import SCALAR_KEY_TAGS, Value
from pytest_ddbmock.values.ordering import sort_key
from pytest_ddbmock.values.paths import Path

OPERAND_COUNTS = {
    "attribute_exists": 1,
    "attribute_not_exists": 1,
    "attribute_type": 2,
    "begins_with": 2,
    "contains": 2,
    "size": 1,
    "if_not_exists": 2,
    "list_append": 2,
}

_NEEDS_PATH = frozenset({"attribute_exists", "attribute_not_exists", "if_not_exists"})
_NEEDS_DISTINCT = frozenset({"begins_with", "contains"})
_RESULT_TYPES = {"size": "N", "list_append": "L"}
_ORDERING = frozenset({"<", "<=", ">", ">="})

# Both in the order in which the service prints them.
_ALL_TYPES = "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}"
_TYPE_NAMES = "{B,NULL,SS,BOOL,L,BS,N,NS,S,M}"


def operand_type(operand: Operand) -> str | None:
    """Return the tag that `operand` has for every item, None if the item decides."""
    if isinstance(operand, Literal):
        return operand.value[0]
    return _RESULT_TYPES.get(operand.function) if isinstance(operand, Call) else None


def render(value: Value) -> str:
    """Return a value as AWS prints it, `AttributeValue: {S:a}`."""
    tag, payload = value
    # Unsure: how binary values are printed.
    shown = base64.b64encode(payload).decode() if tag == "B" else payload
    return f"AttributeValue: {{{tag}:{shown}}}"


def wrong_type(kind: str, operator: str, shown_type: str) -> DynamoDBError:
    """Return the error for an operand whose type is known and invalid."""
    return errors.invalid_expression(
        kind,
        "Incorrect operand type for operator or function; "
        f"operator or function: {operator}, operand type: {shown_type}",
    )


def check_leaf(kind: str, leaf: Leaf) -> None:
    """Raise `ValidationException` for an invalid condition without parts, placeholders replaced."""
    operands = operands_of(leaf)
    calls = [operand for operand in operands if isinstance(operand, Call)]
    for call in calls:
        check_counts(kind, call)
    if isinstance(leaf, Call):
        check_counts(kind, leaf)
    _check_distinct(kind, leaf, operands)
    for call in calls:
        check_call(kind, call)
    if isinstance(leaf, Comparison):
        if leaf.operator in _ORDERING:
            _require_type(kind, leaf.operator, operands, SCALAR_KEY_TAGS)
    elif isinstance(leaf, Between):
        _require_type(kind, "BETWEEN", operands, SCALAR_KEY_TAGS)
        _check_bounds(kind, leaf)
    elif isinstance(leaf, Call):
        check_call(kind, leaf, inner_done=True)


def operands_of(leaf: Leaf) -> tuple[Operand, ...]:
    """Return the operands of a condition without parts, in the order of the text."""
    if isinstance(leaf, Comparison):
        return leaf.left, leaf.right
    if isinstance(leaf, Between):
        return leaf.operand, leaf.lower, leaf.upper
    if isinstance(leaf, In):
        return leaf.operand, *leaf.choices
    return leaf.operands


def check_counts(kind: str, call: Call) -> None:
    """Raise `ValidationException` if `call` or a call inside it has the wrong number of operands."""
    for operand in call.operands:
        if isinstance(operand, Call):
            check_counts(kind, operand)
    if len(call.operands) != OPERAND_COUNTS[call.function]:
        raise errors.invalid_expression(
            kind,
            "Incorrect number of operands for operator or function; "
            f"operator or function: {call.function}, number of operands: {len(call.operands)}",
        )


def check_call(kind: str, call: Call, *, inner_done: bool = False) -> None:
    """Raise `ValidationException` if `call` or a call inside it has operands of the wrong type."""
    if not inner_done:
        for operand in call.operands:
            if isinstance(operand, Call):
                check_call(kind, operand)
    function, operands = call.function, call.operands
    if function in _NEEDS_PATH:
        if not isinstance(operands[0], DocumentPath):
            raise errors.invalid_expression(
                kind, f"Operator or function requires a document path; operator or function: {function}"
            )
    elif function == "begins_with":
        _require_type(kind, function, operands, ("S", "B"))
    elif function == "size":
        _require_type(kind, function, operands, ("S", "B", "SS", "NS", "BS", "L", "M"))
    elif function == "list_append":
        _require_type(kind, function, operands, ("L",))
    elif function == "attribute_type":
        _check_type_name(kind, operands[1])


def _require_type(kind: str, operator: str, operands: Sequence[Operand], allowed: Sequence[str]) -> None:
    for operand in operands:
        tag = operand_type(operand)
        if tag is not None and tag not in allowed:
            raise wrong_type(kind, operator, tag)


def _check_type_name(kind: str, operand: Operand) -> None:
    tag = operand_type(operand)
    if tag != "S":
        raise wrong_type(kind, "attribute_type", tag or _ALL_TYPES)
    assert isinstance(operand, Literal), "no function returns a string"
    name = operand.value[1]
    if name not in _TYPE_NAMES[1:-1].split(","):
        raise errors.invalid_expression(
            kind, f"Invalid attribute type name found; type: {name}, valid types: {_TYPE_NAMES}"
        )


def _check_distinct(kind: str, leaf: Leaf, operands: Sequence[Operand]) -> None:
    # Unsure: BETWEEN and IN, which are not checked.
    first = operands[0]
    if not isinstance(first, DocumentPath) or first not in operands[1:]:
        return
    if isinstance(leaf, Comparison):
        operator = leaf.operator
    elif isinstance(leaf, Call) and leaf.function in _NEEDS_DISTINCT:
        operator = leaf.function
    else:
        return
    raise errors.invalid_expression(
        kind,
        "The first operand must be distinct from the remaining operands for this operator or function; "
        f"operator: {operator}, first operand: {paths.render(first.elements)}",
    )


def _check_bounds(kind: str, leaf: Between) -> None:
    lower, upper = leaf.lower, leaf.upper
    if not (isinstance(lower, Literal) and isinstance(upper, Literal)):
        return
    if lower.value[0] != upper.value[0]:
        complaint = "The BETWEEN operator requires same data type for lower and upper bounds"
    elif not in_order(lower.value, upper.value):
        complaint = "The BETWEEN operator requires upper bound to be greater than or equal to lower bound"
    else:
        return
    raise errors.invalid_expression(
        kind, f"{complaint}; lower bound operand: {render(lower.value)}, upper bound operand: {render(upper.value)}"
    )


def in_order(low: Value, high: Value) -> bool:
    """Return True if `low` is not above `high`; both are S, N or B and of one type."""
    return sort_key(low) <= sort_key(high)  # type: ignore[operator]  # of one type


# ---- document paths


def check_overlaps(kind: str, targets: Sequence[Path]) -> None:
    """Raise `ValidationException` for paths that overlap, or that take one container for both a list and a map.

    The error prints the path that comes first in the request first. Linear in the number of elements of the paths.
    """
    if len({path[0] for path in targets}) == len(targets):
        return  # the common case
    whole: set[Path] = set()
    begun: set[Path] = set()
    for position, path in enumerate(targets):
        beginnings = list(_beginnings(path))
        if path in whole or path in begun or not whole.isdisjoint(beginnings):
            other = next(
                other for other in targets[:position] if other[: len(path)] == path or path[: len(other)] == other
            )
            raise _two_paths(kind, "overlap", other, path)
        whole.add(path)
        begun.update(beginnings)
    kinds: dict[Path, tuple[type, Path]] = {}
    for path in targets:
        for beginning in _beginnings(path):
            element = type(path[len(beginning)])
            first_element, other = kinds.setdefault(beginning, (element, path))
            if first_element is not element:
                raise _two_paths(kind, "conflict", other, path)


def _beginnings(path: Path) -> Iterator[Path]:
    return (path[:length] for length in range(1, len(path)))


def _two_paths(kind: str, verb: str, one: Path, two: Path) -> DynamoDBError:
    return errors.invalid_expression(
        kind,
        f"Two document paths {verb} with each other; must remove or rewrite one of these paths; "
        f"path one: {paths.render(one)}, path two: {paths.render(two)}",
    )
