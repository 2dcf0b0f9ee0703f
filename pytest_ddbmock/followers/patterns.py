"""Filter patterns of event source mappings: JSON text -> whether a record fits.

Source: "Control which events Lambda sends to your function", "Using event filtering with a DynamoDB event source".
"""

from __future__ import annotations

import json
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from pytest_ddbmock.errors import UsageError

Fits: TypeAlias = Callable[[Any], bool]
"""Whether a value of a record fits; asked about `ABSENT` too."""

ABSENT: Any = object()
"""Stands for what a record does not have, or has only as an object: comparisons look at leaves alone."""

MAX_LENGTH = 4096
"""Characters of one pattern."""

COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def compile_patterns(patterns: Sequence[str]) -> Fits:
    """Whether a record fits one of the patterns; without patterns every record does.

    Errors: `UsageError` that says what AWS does not take.
    """
    if not patterns:
        return lambda record: True
    alternatives = [compile_pattern(pattern) for pattern in patterns]
    return lambda record: any(fits(record) for fits in alternatives)


def compile_pattern(text: str) -> Fits:
    """Whether a record fits one pattern; errors as of `compile_patterns`."""
    if not isinstance(text, str):
        raise _invalid(f"a pattern is JSON as text, not {text!r}; write json.dumps(...)")
    if len(text) > MAX_LENGTH:
        raise _invalid(f"a pattern has at most {MAX_LENGTH} characters, this one {len(text)}")
    try:
        pattern = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _invalid(f"{error}: {text}") from None
    if not isinstance(pattern, dict):
        raise _invalid(f"a pattern is a JSON object, not {text}")
    return _object(pattern, "")


def _invalid(reason: str) -> UsageError:
    return UsageError(f"Invalid filter pattern definition. {reason}")


# ---- objects: all keys must fit


def _object(pattern: Mapping[str, Any], path: str) -> Fits:
    parts: list[Fits] = []
    for name, inner in pattern.items():
        where = f"{path}.{name}" if path else name
        if name == "$or":
            parts.append(_or(inner, path))
        elif isinstance(inner, dict):
            parts.append(_member(name, _object(inner, where)))
        elif isinstance(inner, list):
            parts.append(_member(name, _leaf(inner, where)))
        else:
            raise _invalid(f'"{where}" is to be a list of values or an object, not {json.dumps(inner)}')

    def fits(value: Any) -> bool:
        if isinstance(value, list):
            # One element must fit as a whole; a list without objects has none of the members.
            inside = [element for element in value if isinstance(element, dict | list)]
            return any(fits(element) for element in inside) if inside else fits(ABSENT)
        return all(part(value) for part in parts)

    return fits


def _member(name: str, inner: Fits) -> Fits:
    return lambda value: inner(value.get(name, ABSENT) if isinstance(value, dict) else ABSENT)


def _or(alternatives: Any, path: str) -> Fits:
    if not (isinstance(alternatives, list) and alternatives and all(isinstance(one, dict) for one in alternatives)):
        raise _invalid('"$or" is to be a list of objects')
    compiled = [_object(one, path) for one in alternatives]
    return lambda value: any(fits(value) for fits in compiled)


# ---- leaves: one of the alternatives must fit


def _leaf(alternatives: Sequence[Any], where: str) -> Fits:
    if not alternatives:
        raise _invalid(f'"{where}": the list of values is empty')
    compiled = [_alternative(one, where) for one in alternatives]

    def fits(value: Any) -> bool:
        leaves = [element for element in _flat(value) if not isinstance(element, dict)] or [ABSENT]
        return any(one(leaf) for leaf in leaves for one in compiled)

    return fits


def _flat(value: Any) -> list[Any]:
    return [leaf for element in value for leaf in _flat(element)] if isinstance(value, list) else [value]


def _alternative(wanted: Any, where: str) -> Fits:
    if isinstance(wanted, list):
        raise _invalid(f'"{where}": a list inside the list of values')
    if not isinstance(wanted, dict):
        return lambda value: _is(value, wanted)
    if len(wanted) != 1:
        raise _invalid(f'"{where}": write one comparison in each object, not {json.dumps(wanted)}')
    [(name, operand)] = wanted.items()
    if name not in OPERATORS:
        raise _invalid(f'"{where}": there is no comparison "{name}"; there is {", ".join(sorted(OPERATORS))}')
    return OPERATORS[name](operand, where)


def _is(value: Any, wanted: Any) -> bool:
    """Equality of JSON values: true is not 1."""
    return isinstance(value, bool) == isinstance(wanted, bool) and value is not ABSENT and value == wanted


def _text(operand: Any, where: str, name: str) -> str:
    if not isinstance(operand, str):
        raise _invalid(f'"{where}": "{name}" takes a text, not {json.dumps(operand)}')
    return operand


def _prefix(operand: Any, where: str) -> Fits:
    text = _text(operand, where, "prefix")
    return lambda value: isinstance(value, str) and value.startswith(text)


def _suffix(operand: Any, where: str) -> Fits:
    text = _text(operand, where, "suffix")
    return lambda value: isinstance(value, str) and value.endswith(text)


def _equals_ignore_case(operand: Any, where: str) -> Fits:
    text = _text(operand, where, "equals-ignore-case").lower()
    return lambda value: isinstance(value, str) and value.lower() == text


def _anything_but(operand: Any, where: str) -> Fits:
    # EventBridge takes {"prefix": ...} here; Lambda's page does not say so.
    unwanted = operand if isinstance(operand, list) else [operand]
    if not unwanted or not all(isinstance(one, str | int | float) and not isinstance(one, bool) for one in unwanted):
        raise _invalid(f'"{where}": "anything-but" takes texts or numbers, not {json.dumps(operand)}')
    return lambda value: value is not ABSENT and not any(_is(value, one) for one in unwanted)


def _exists(operand: Any, where: str) -> Fits:
    if not isinstance(operand, bool):
        raise _invalid(f'"{where}": "exists" takes true or false, not {json.dumps(operand)}')
    return lambda value: (value is not ABSENT) == operand


def _numeric(operand: Any, where: str) -> Fits:
    """`["=", 1]` or a range, `[">", 1, "<=", 2]`. It fits numbers only, and DynamoDB's numbers are texts in records."""
    if not isinstance(operand, list) or len(operand) not in (2, 4):
        raise _invalid(f'"{where}": "numeric" takes ["=", 1] or [">", 1, "<=", 2], not {json.dumps(operand)}')
    tests = list(zip(operand[::2], operand[1::2], strict=True))
    for sign, number in tests:
        if sign not in COMPARISONS or not _is_number(number):
            raise _invalid(f'"{where}": "numeric" takes ["=", 1] or [">", 1, "<=", 2], not {json.dumps(operand)}')
    if len(tests) == 2:
        (low_sign, low), (high_sign, high) = tests
        if low_sign not in (">", ">=") or high_sign not in ("<", "<=") or low >= high:
            raise _invalid(f'"{where}": a range goes from below to above, not {json.dumps(operand)}')
    compiled = [(COMPARISONS[sign], number) for sign, number in tests]
    return lambda value: _is_number(value) and all(holds(value, number) for holds, number in compiled)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


OPERATORS: Mapping[str, Callable[[Any, str], Fits]] = {
    "anything-but": _anything_but,
    "equals-ignore-case": _equals_ignore_case,
    "exists": _exists,
    "numeric": _numeric,
    "prefix": _prefix,
    "suffix": _suffix,
}
"""By name in a pattern: operand and place in the pattern -> what fits."""
