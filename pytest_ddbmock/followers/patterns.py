"""Filter patterns of event source mappings: JSON text -> whether a record matches.

Source: "Control which events Lambda sends to your function", "Using event filtering with a DynamoDB event source".
"""

from __future__ import annotations

import json
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from pytest_ddbmock.errors import UsageError

Match: TypeAlias = Callable[[Any], bool]
"""Returns whether a value of a record matches; also called with `ABSENT`."""

ABSENT: Any = object()
"""Stands for a missing value, and for one that is an object: comparisons look at leaves only."""

MAX_LENGTH = 4096
"""Characters of one pattern."""

COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def compile_patterns(patterns: Sequence[str]) -> Match:
    """Return a test for records that match one of the patterns; without patterns all do.

    Errors: `UsageError` for a pattern that AWS would reject.
    """
    if not patterns:
        return lambda record: True
    alternatives = [compile_pattern(pattern) for pattern in patterns]
    return lambda record: any(matches(record) for matches in alternatives)


def compile_pattern(text: str) -> Match:
    """Return a test for records that match one pattern; errors as for `compile_patterns`."""
    if not isinstance(text, str):
        raise _invalid(f"a pattern must be JSON text, not {text!r}: use json.dumps(...)")
    if len(text) > MAX_LENGTH:
        raise _invalid(f"a pattern has at most {MAX_LENGTH} characters, this one has {len(text)}")
    try:
        pattern = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _invalid(f"{error}: {text}") from None
    if not isinstance(pattern, dict):
        raise _invalid(f"a pattern must be a JSON object, not {text}")
    return _object(pattern, "")


def _invalid(reason: str) -> UsageError:
    return UsageError(f"Invalid filter pattern definition. {reason}")


# ---- objects: all keys must match


def _object(pattern: Mapping[str, Any], path: str) -> Match:
    parts: list[Match] = []
    for name, inner in pattern.items():
        where = f"{path}.{name}" if path else name
        if name == "$or":
            parts.append(_or(inner, path))
        elif isinstance(inner, dict):
            parts.append(_member(name, _object(inner, where)))
        elif isinstance(inner, list):
            parts.append(_member(name, _leaf(inner, where)))
        else:
            raise _invalid(f'"{where}" must be a list of values or an object, not {json.dumps(inner)}')

    def matches(value: Any) -> bool:
        if isinstance(value, list):
            # One element must match as a whole; a list without objects has none of the members.
            inside = [element for element in value if isinstance(element, dict | list)]
            return any(matches(element) for element in inside) if inside else matches(ABSENT)
        return all(part(value) for part in parts)

    return matches


def _member(name: str, inner: Match) -> Match:
    return lambda value: inner(value.get(name, ABSENT) if isinstance(value, dict) else ABSENT)


def _or(alternatives: Any, path: str) -> Match:
    if not (isinstance(alternatives, list) and alternatives and all(isinstance(one, dict) for one in alternatives)):
        raise _invalid('"$or" must be a list of objects')
    compiled = [_object(one, path) for one in alternatives]
    return lambda value: any(matches(value) for matches in compiled)


# ---- leaves: one of the alternatives must match


def _leaf(alternatives: Sequence[Any], where: str) -> Match:
    if not alternatives:
        raise _invalid(f'"{where}": the list of values is empty')
    compiled = [_alternative(one, where) for one in alternatives]

    def matches(value: Any) -> bool:
        leaves = [element for element in _flat(value) if not isinstance(element, dict)] or [ABSENT]
        return any(one(leaf) for leaf in leaves for one in compiled)

    return matches


def _flat(value: Any) -> list[Any]:
    return [leaf for element in value for leaf in _flat(element)] if isinstance(value, list) else [value]


def _alternative(wanted: Any, where: str) -> Match:
    if isinstance(wanted, list):
        raise _invalid(f'"{where}": a list inside the list of values')
    if not isinstance(wanted, dict):
        return lambda value: _is(value, wanted)
    if len(wanted) != 1:
        raise _invalid(f'"{where}": one comparison per object, not {json.dumps(wanted)}')
    [(name, operand)] = wanted.items()
    if name not in OPERATORS:
        raise _invalid(f'"{where}": unknown comparison "{name}"; known: {", ".join(sorted(OPERATORS))}')
    return OPERATORS[name](operand, where)


def _is(value: Any, wanted: Any) -> bool:
    """Return whether JSON values are equal: true is not 1."""
    return isinstance(value, bool) == isinstance(wanted, bool) and value is not ABSENT and value == wanted


def _text(operand: Any, where: str, name: str) -> str:
    if not isinstance(operand, str):
        raise _invalid(f'"{where}": "{name}" takes a string, not {json.dumps(operand)}')
    return operand


def _prefix(operand: Any, where: str) -> Match:
    text = _text(operand, where, "prefix")
    return lambda value: isinstance(value, str) and value.startswith(text)


def _suffix(operand: Any, where: str) -> Match:
    text = _text(operand, where, "suffix")
    return lambda value: isinstance(value, str) and value.endswith(text)


def _equals_ignore_case(operand: Any, where: str) -> Match:
    text = _text(operand, where, "equals-ignore-case").lower()
    return lambda value: isinstance(value, str) and value.lower() == text


def _anything_but(operand: Any, where: str) -> Match:
    # Unsure: EventBridge takes {"prefix": ...} here; Lambda's page does not mention it.
    unwanted = operand if isinstance(operand, list) else [operand]
    if not unwanted or not all(isinstance(one, str | int | float) and not isinstance(one, bool) for one in unwanted):
        raise _invalid(f'"{where}": "anything-but" takes strings or numbers, not {json.dumps(operand)}')
    return lambda value: value is not ABSENT and not any(_is(value, one) for one in unwanted)


def _exists(operand: Any, where: str) -> Match:
    if not isinstance(operand, bool):
        raise _invalid(f'"{where}": "exists" takes true or false, not {json.dumps(operand)}')
    return lambda value: (value is not ABSENT) == operand


def _numeric(operand: Any, where: str) -> Match:
    """Compile `["=", 1]` or a range, `[">", 1, "<=", 2]`. Only numbers match; DynamoDB's are strings in records."""
    if not isinstance(operand, list) or len(operand) not in (2, 4):
        raise _invalid(f'"{where}": "numeric" takes ["=", 1] or [">", 1, "<=", 2], not {json.dumps(operand)}')
    tests = list(zip(operand[::2], operand[1::2], strict=True))
    for sign, number in tests:
        if sign not in COMPARISONS or not _is_number(number):
            raise _invalid(f'"{where}": "numeric" takes ["=", 1] or [">", 1, "<=", 2], not {json.dumps(operand)}')
    if len(tests) == 2:
        (low_sign, low), (high_sign, high) = tests
        if low_sign not in (">", ">=") or high_sign not in ("<", "<=") or low >= high:
            raise _invalid(f'"{where}": a range is lower bound, then upper bound, not {json.dumps(operand)}')
    compiled = [(COMPARISONS[sign], number) for sign, number in tests]
    return lambda value: _is_number(value) and all(holds(value, number) for holds, number in compiled)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


OPERATORS: Mapping[str, Callable[[Any, str], Match]] = {
    "anything-but": _anything_but,
    "equals-ignore-case": _equals_ignore_case,
    "exists": _exists,
    "numeric": _numeric,
    "prefix": _prefix,
    "suffix": _suffix,
}
"""By name in a pattern: operand and place in the pattern -> the test."""
