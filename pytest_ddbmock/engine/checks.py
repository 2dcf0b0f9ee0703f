"""Checks compiled from shapes: JSON types and the rules of the service model.

Attribute values are opaque here: `values.attribute` decodes and checks them in one pass.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from pytest_ddbmock.engine import shapes
from pytest_ddbmock.engine.arns import NAME_LENGTH, NAME_PATTERN
from pytest_ddbmock.engine.overrides import SERVED_MEMBERS
from pytest_ddbmock.engine.shapes import Shape
from pytest_ddbmock.engine.violations import (
    ELEMENTS,
    ENUM,
    KEYS,
    MAX_LENGTH,
    MAX_VALUE,
    MIN_LENGTH,
    MIN_VALUE,
    PATTERN,
    REQUIRED,
    Key,
    Violation,
    below,
    rule_text,
)
from pytest_ddbmock.values import wire

Check: TypeAlias = Callable[[Any], Sequence[Violation]]
"""Return the violations in a value, with paths that begin at the value.

Errors: `SerializationException` for a wrong JSON type, `BooleanAsText`, `UnservedMember`.
"""

MOMENTS = (-62_135_596_800, 253_402_300_800)
"""Epoch seconds of the years 1 to 9999, the end excluded. Unsure: what AWS says of other moments."""

BOOLEANS = {"true": True, "false": False}
"""Texts that the service's JSON parser accepts for booleans."""

_INTEGER_NAMES = {shapes.INTEGER: "Integer", shapes.LONG: "Long"}
_REAL_NAMES = {shapes.FLOAT: "Float", shapes.DOUBLE: "Double"}
_NONE: Sequence[Violation] = ()


class BooleanAsText(Exception):
    """A text of `BOOLEANS` stands where the model has a boolean."""


class UnservedMember(Exception):
    """A member that the service model has and `SERVED_MEMBERS` has not; the text names it."""


_CHECKS: dict[int, tuple[Shape, Check]] = {}


def check_of(shape: Shape) -> Check:
    """Return the compiled check of a shape; shapes are made once, so their identity is the key."""
    known = _CHECKS.get(id(shape))
    if known is None:
        known = _CHECKS[id(shape)] = (shape, _COMPILERS[shape.kind](shape))
    return known[1]


# ---- structures, lists and maps


def require_structure(shape: Shape, value: Any) -> None:
    """Raise `SerializationException` unless `value` is a JSON object."""
    if type(value) is not dict:
        raise wire.structure_fault(value, shape.name)


def _compile_structure(shape: Shape) -> Check:
    served = SERVED_MEMBERS.get(shape.name, shape.members)
    checks = {
        name: check_of(member) if name in served else _refuse(f"{name} of {shape.name}")
        for name, member in shape.members.items()
    }
    find, required = checks.get, shape.required

    def check(value: Any) -> Sequence[Violation]:
        require_structure(shape, value)
        for name, member in value.items():  # nearly always there is nothing to report, so order does not matter
            if member is not None:
                check_member = find(name)
                if check_member is not None and check_member(member):
                    return in_order(value)
        for name in required:
            if value.get(name) is None:
                return in_order(value)
        return _NONE

    def in_order(value: Any) -> Sequence[Violation]:
        found: list[Violation] = []
        for name, check_member in checks.items():
            member = value.get(name)
            if member is not None:
                found += below(name, check_member(member))
            elif name in required:
                found.append(Violation((name,), REQUIRED))
        return found

    return check


def _refuse(what: str) -> Check:
    def refuse(value: Any) -> Sequence[Violation]:
        raise UnservedMember(what)

    return refuse


def _compile_list(shape: Shape) -> Check:
    assert shape.element is not None, "lists have elements"
    check_length = _compile_length(shape)
    check_element = check_of(shape.element)
    is_opaque = shape.element.kind == shapes.ATTRIBUTE_VALUE

    def check(value: Any) -> Sequence[Violation]:
        if not isinstance(value, list | tuple):
            raise wire.list_fault(value)
        found = check_length(value)
        if not is_opaque:
            for index, element in enumerate(value, 1):
                if element is None:
                    found = [*found, Violation((index,), REQUIRED)]
                elif violations := check_element(element):
                    found = [*found, *below(index, violations)]
        return found

    return check


def _compile_map(shape: Shape) -> Check:
    element = shape.element
    assert element is not None, "maps have elements"
    check_length, check_lists, check_keys = _compile_length(shape), _compile_lists_of_map(shape), _compile_keys(shape)
    check_element = check_of(element)
    is_opaque = element.kind == shapes.ATTRIBUTE_VALUE

    def check(value: Any) -> Sequence[Violation]:
        if type(value) is not dict:
            raise wire.map_fault(value, _java_type(element))
        found = check_length(value)
        if violations := check_lists(value):
            return [*found, *violations]
        if violations := check_keys(value):
            found = [*found, *violations]
        if not is_opaque:
            for key, held in value.items():
                if held is None:
                    found = [*found, Violation((Key(key),), REQUIRED)]
                elif violations := check_element(held):
                    found = [*found, *below(Key(key), violations)]
        return found

    return check


def _java_type(shape: Shape) -> str:
    """Return the name of a map's elements in the service's own error texts."""
    return "java.lang.String" if shape.kind == shapes.STRING else f"com.amazonaws.dynamodb.v20120810.{shape.name}"


def _compile_lists_of_map(shape: Shape) -> Check:
    """AWS reports the length of a list in a map at the map."""
    element = shape.element
    if element is None or element.kind != shapes.LIST or not element.maximum:
        return _check_nothing
    shortest, longest = int(element.minimum or 0), int(element.maximum)
    rules = _texts(Violation((), MAX_LENGTH, longest), Violation((), MIN_LENGTH, shortest))

    def check(value: Any) -> Sequence[Violation]:
        for held in value.values():
            if isinstance(held, list) and not shortest <= len(held) <= longest:
                return [Violation((), ELEMENTS, rules, value, shape)]
        return _NONE

    return check


def _compile_keys(shape: Shape) -> Check:
    if shape.key is None:
        return _check_nothing
    key = shape.key
    maximum, minimum, pattern = key.maximum, key.minimum, key.pattern
    if key.name == "TableArn":
        maximum, minimum, pattern = NAME_LENGTH.stop - 1, NAME_LENGTH.start, NAME_PATTERN
    rules: list[Violation] = []
    tests: list[Callable[[str], object]] = []
    if maximum is not None:
        rules.append(Violation((), MAX_LENGTH, int(maximum)))
        tests.append(lambda name: len(name) <= maximum)
    if minimum:
        rules.append(Violation((), MIN_LENGTH, int(minimum)))
        tests.append(lambda name: len(name) >= minimum)
    if pattern is not None:
        rules.append(Violation((), PATTERN, pattern))
        tests.append(re.compile(pattern, re.ASCII).fullmatch)
    if key.name == "TableArn":  # an ARN is checked when its table is looked up
        tests = [_or_arn(holds) for holds in tests]
    texts = _texts(*rules)

    def check(value: Any) -> Sequence[Violation]:
        for holds in tests:
            for name in value:
                if not holds(name):
                    return [Violation((), KEYS, texts, value, shape)]
        return _NONE

    return check if tests else _check_nothing


def _or_arn(holds: Callable[[str], object]) -> Callable[[str], object]:
    return lambda key: key.startswith("arn:") or holds(key)


def _texts(*violations: Violation) -> str:
    return ", ".join(map(rule_text, violations))


# ---- scalars


def _compile_string(shape: Shape) -> Check:
    is_table = shape.name == "TableArn"
    name_shape = dataclasses.replace(shape, maximum=NAME_LENGTH.stop - 1, pattern=NAME_PATTERN)
    check_rules = _compile_text_rules(name_shape if is_table else shape)

    def check(value: Any) -> Sequence[Violation]:
        if not isinstance(value, str):
            raise wire.scalar_fault(value, "String")
        return _NONE if is_table and value.startswith("arn:") else check_rules(value)

    return check


def _compile_text_rules(shape: Shape) -> Check:
    matches = None if shape.pattern is None else re.compile(shape.pattern, re.ASCII).fullmatch
    enum, check_length = shape.enum, _compile_length(shape)

    def check(value: str) -> Sequence[Violation]:
        found = check_length(value)
        if enum and value not in enum:
            found = [Violation((), ENUM, enum, value), *found]
        # Captured: a name that is empty is too short and nothing else.
        if matches is not None and (value or not shape.minimum) and not matches(value):
            found = [*found, Violation((), PATTERN, shape.pattern, value)]
        return found

    return check


def _compile_length(shape: Shape) -> Check:
    if shape.minimum is None and shape.maximum is None:
        return _check_nothing
    shortest = 0 if shape.minimum is None else int(shape.minimum)
    longest = None if shape.maximum is None else int(shape.maximum)

    def check(value: Any) -> Sequence[Violation]:
        length = len(value)
        if length < shortest:
            return [Violation((), MIN_LENGTH, shortest, value, shape)]
        if longest is not None and length > longest:
            return [Violation((), MAX_LENGTH, longest, value, shape)]
        return _NONE

    return check


def _compile_number(shape: Shape) -> Check:
    is_whole = shape.kind in _INTEGER_NAMES
    java = _INTEGER_NAMES[shape.kind] if is_whole else _REAL_NAMES[shape.kind]

    def check(value: Any) -> Sequence[Violation]:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise wire.scalar_fault(value, java)
        if is_whole and isinstance(value, float):
            # Unsure: AWS may round; an error is the safer answer.
            raise wire.scalar_fault(value, java)
        if shape.minimum is not None and value < shape.minimum:
            return [Violation((), MIN_VALUE, int(shape.minimum), value)]
        if shape.maximum is not None and value > shape.maximum:
            return [Violation((), MAX_VALUE, int(shape.maximum), value)]
        return _NONE

    return check


def _check_boolean(value: Any) -> Sequence[Violation]:
    if not isinstance(value, bool):
        if isinstance(value, str) and value in BOOLEANS:
            raise BooleanAsText
        raise wire.scalar_fault(value, "Boolean")
    return _NONE


def _check_blob(value: Any) -> Sequence[Violation]:
    wire.to_bytes(value)
    return _NONE


def _check_timestamp(value: Any) -> Sequence[Violation]:
    if isinstance(value, bool) or not isinstance(value, int | float) or not MOMENTS[0] <= value < MOMENTS[1]:
        raise wire.scalar_fault(value, "Date")
    return _NONE


def _check_nothing(value: Any) -> Sequence[Violation]:
    return _NONE


_COMPILERS: dict[str, Callable[[Shape], Check]] = {
    shapes.STRUCTURE: _compile_structure,
    shapes.LIST: _compile_list,
    shapes.MAP: _compile_map,
    shapes.STRING: _compile_string,
    **dict.fromkeys([*_INTEGER_NAMES, *_REAL_NAMES], _compile_number),
    shapes.BOOLEAN: lambda shape: _check_boolean,
    shapes.BLOB: lambda shape: _check_blob,
    shapes.TIMESTAMP: lambda shape: _check_timestamp,
    shapes.ATTRIBUTE_VALUE: lambda shape: _check_nothing,
}
