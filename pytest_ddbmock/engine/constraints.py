"""Requests against the service model: JSON types first, then `N validation errors detected: ...`.

Source: captured answers; the bounds come from the service model, the exceptions from `overrides`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from pytest_ddbmock import errors
from pytest_ddbmock.engine import shapes
from pytest_ddbmock.engine.arns import NAME_LENGTH
from pytest_ddbmock.engine.checks import BOOLEANS, BooleanAsText, UnservedMember, check_of, require_structure
from pytest_ddbmock.engine.envelope import ENVELOPED, is_too_deep
from pytest_ddbmock.engine.overrides import (
    ALONE,
    FORMS,
    NAME_LENGTH_REPORTED,
    NAME_REQUIRED,
    OLD_ORDER,
    SHAPES,
    STOPS_AT_FIRST,
    Changes,
)
from pytest_ddbmock.engine.shapes import Shape
from pytest_ddbmock.engine.violations import Violation, with_value
from pytest_ddbmock.errors import DynamoDBError, NotImplementedByMock
from pytest_ddbmock.values import attribute


def require(operation: str, shape: Shape, params: dict[str, Any]) -> dict[str, Any]:
    """Check the parameters of an operation; return them with booleans for the texts `true` and `false`.

    Errors: `SerializationException`, `ValidationException` that lists the violated constraints;
    `NotImplementedByMock` for `overrides.SERVED_MEMBERS`.
    """
    check = check_of(_adjusted(operation, shape) if operation in SHAPES else shape)
    try:
        try:
            violations = check(params)
        except BooleanAsText:
            params = _with_booleans(shape, params)
            violations = check(params)
    except UnservedMember as unserved:
        raise NotImplementedByMock(operation, str(unserved)) from None
    if operation in NAME_REQUIRED:
        _require_name(operation, params.get("TableName"))
    if violations:
        raise _error(operation, params, violations)
    return params


def _with_booleans(shape: Shape, value: Any) -> Any:
    """Return a copy of `value` with booleans for texts; what does not fit the shape stays as it is."""
    if shape.kind == shapes.BOOLEAN:
        return BOOLEANS.get(value, value) if isinstance(value, str) else value
    if shape.kind == shapes.STRUCTURE and isinstance(value, dict):
        known = shape.members
        return {name: _with_booleans(known[name], held) if name in known else held for name, held in value.items()}
    if shape.element is None or shape.element.kind == shapes.ATTRIBUTE_VALUE:
        return value
    if isinstance(value, list | tuple):
        return [_with_booleans(shape.element, held) for held in value]
    if isinstance(value, dict):
        return {key: _with_booleans(shape.element, held) for key, held in value.items()}
    return value


def _require_name(operation: str, name: Any) -> None:
    if name is None:
        raise errors.validation("The parameter 'TableName' is required but was not present in the request")
    if operation in NAME_LENGTH_REPORTED and not name.startswith("arn:") and len(name) not in NAME_LENGTH:
        raise errors.validation("TableName must be at least 3 characters long and at most 255 characters long")


# ---- the shapes with their exceptions

_ADJUSTED: dict[tuple[str, int], tuple[Shape, Shape]] = {}


def _adjusted(operation: str, shape: Shape) -> Shape:
    """Return the shape of an operation's parameters with `overrides.SHAPES` applied."""
    known = _ADJUSTED.get((operation, id(shape)))
    if known is None:
        known = _ADJUSTED[operation, id(shape)] = (shape, _adjust(shape, "", SHAPES[operation]))
    return known[1]


def _adjust(shape: Shape, path: str, changes: Changes) -> Shape:
    fields = dict(changes.get(path, {}))
    order = fields.pop("order", ())
    names = sorted(shape.members, key=lambda name: order.index(name) if name in order else len(order))
    members = {name: _adjust(shape.members[name], f"{path}.{name}" if path else name, changes) for name in names}
    element = None if shape.element is None else _adjust(shape.element, f"{path}[]", changes)
    return dataclasses.replace(shape, members=members, element=element, **fields)


# ---- the error


def _error(operation: str, params: dict[str, Any], violations: Sequence[Violation]) -> DynamoDBError:
    """Choose, order and word what AWS reports of the violations."""
    if _skips_front_layer(operation, params):
        in_old_order = sorted(violations, key=lambda violation: _rank(str(violation.path[0])))
        return errors.constraints_violated([with_value(violation) for violation in in_old_order])
    forms = FORMS.get(operation, {})
    reported, is_bare = _reported(operation, violations)
    texts = [forms.get((violation.member, violation.rule), with_value)(violation) for violation in reported]
    return errors.validation(texts[0]) if is_bare else errors.constraints_violated(texts)


def _skips_front_layer(operation: str, params: dict[str, Any]) -> bool:
    """True if the layer answers that knows neither the newer forms nor their choice (`engine.envelope`)."""
    if operation == "UpdateItem" and params.get("Key") is None:
        return True
    return operation in ENVELOPED and is_too_deep(params)


def _rank(member: str) -> int:
    return OLD_ORDER.index(member) if member in OLD_ORDER else len(OLD_ORDER)


def _reported(operation: str, violations: Sequence[Violation]) -> tuple[Sequence[Violation], bool]:
    """Return the violations that AWS reports, and whether without a count."""
    for member, rule, is_bare in ALONE.get(operation, ()):
        urgent = [one for one in violations if member in ("", one.member) and rule in ("", one.rule)]
        if urgent:
            return urgent, is_bare
    return violations[:1] if operation in STOPS_AT_FIRST else violations, False


# ---- wrong JSON types


def require_types(shape: Shape, params: Any) -> None:
    """Look for a wrong JSON type anywhere, attribute values included: AWS reports it before all else.

    Errors: `SerializationException`.
    """
    _require_types(shape, _with_booleans(shape, params))


def _require_types(shape: Shape, params: Any) -> None:
    if shape.kind == shapes.ATTRIBUTE_VALUE:
        try:
            attribute.decode(params)
        except DynamoDBError as error:
            if error.code == "SerializationException":
                raise
    elif shape.kind == shapes.STRUCTURE:
        require_structure(shape, params)
        for name, member in shape.members.items():
            if params.get(name) is not None:
                _require_types(member, params[name])
    elif shape.kind in (shapes.LIST, shapes.MAP):
        check_of(shape)(params)
        assert shape.element is not None, "lists and maps have elements"
        for element in params.values() if shape.kind == shapes.MAP else params:
            if element is not None:
                _require_types(shape.element, element)
    else:
        check_of(shape)(params)
