"""Which parameters botocore would send as they are: what it would refuse or convert is left to botocore itself.

A check says True only for plain values (exactly dict, list, str, bytes, int, float, bool) that botocore's validation
lets pass and its serializer does not change. So it knows no error texts, and a doubt costs time, not truth.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

Check: TypeAlias = Callable[[Any], bool]
"""May raise `UnicodeEncodeError` or `RecursionError`, which are doubts as well."""
Known: TypeAlias = dict[tuple[str, Any], Check]

MAX_INTEGER = 2**63
"""Of what has more digits the JSON of botocore may make something else."""

_TEXTS = frozenset({"S", "N"})
_TRUTHS = frozenset({"BOOL", "NULL"})
_TEXT_SETS = frozenset({"SS", "NS"})

ATTRIBUTE_VALUE = {
    "S": "string",
    "N": "string",
    "B": "blob",
    "SS": "list of string",
    "NS": "list of string",
    "BS": "list of blob",
    "M": "map of structure",
    "L": "list of structure",
    "NULL": "boolean",
    "BOOL": "boolean",
}
"""The members of the model's AttributeValue that `is_value` is made for."""

CONSTRAINTS = frozenset({"required", "min"})
"""What these checks know of the traits of shapes that botocore's validation looks at."""
UNCHECKED = frozenset(
    {"max", "pattern", "enum", "sensitive", "idempotencyToken", "contextParam", "box", "exception", "retryable"}
)
"""Traits that botocore's validation leaves alone."""


def is_text(given: Any) -> bool:
    """Whether a text can go over the wire; half a surrogate pair cannot."""
    return type(given) is str and (given.isascii() or given.encode() is not None)


def is_value(given: Any) -> bool:
    """Whether this is an attribute value `{tag: payload}`."""
    if type(given) is not dict or len(given) != 1:
        return False
    for tag, payload in given.items():
        kind = type(payload)
        if kind is str:
            return tag in _TEXTS and (payload.isascii() or payload.encode() is not None)
        if kind is bool:
            return tag in _TRUTHS
        if kind is bytes:
            return bool(tag == "B")
        if kind is dict:
            return tag == "M" and are_values(payload)
        if kind is list:
            if tag == "L":
                return all(map(is_value, payload))
            if tag in _TEXT_SETS:
                return all(map(is_text, payload))
            return tag == "BS" and all(type(member) is bytes for member in payload)
    return False


def are_values(given: Any) -> bool:
    """Whether this is an item, a key or the like: names to attribute values."""
    if type(given) is not dict:
        return False
    for name, value in given.items():
        if type(name) is not str or not (name.isascii() or name.encode()) or not is_value(value):
            return False
    return True


def check_of(shape: Any) -> Check:
    """The check of the parameters of an operation; `shape` is botocore's, or None where there are no parameters."""
    if shape is None:
        return lambda given: type(given) is dict and not given
    return _compile(shape, {})


def _compile(shape: Any, known: Known) -> Check:
    key = shape.name, shape.metadata.get("min")  # a member may have bounds of its own
    if key not in known:
        known[key] = _never  # for a shape that holds itself, which none does but AttributeValue
        known[key] = _new_check(shape, known)
    return known[key]


def _never(given: Any) -> bool:
    return False


def _new_check(shape: Any, known: Known) -> Check:
    if shape.name == "AttributeValue":
        return is_value if {name: _outline(one) for name, one in shape.members.items()} == ATTRIBUTE_VALUE else _never
    if not set(shape.metadata) <= CONSTRAINTS | UNCHECKED or _is_special(shape):
        return _never
    compile_it = _COMPILERS.get(shape.type_name)
    return _never if compile_it is None else compile_it(shape, known)


def _outline(shape: Any) -> str:
    if set(shape.metadata) & CONSTRAINTS:
        return "constrained"
    if shape.type_name == "list":
        return f"list of {shape.member.type_name}"
    if shape.type_name == "map":
        return f"map of {shape.value.type_name}"
    return str(shape.type_name)


def _is_special(shape: Any) -> bool:
    """Whether the model says of a shape that it is written or checked in a way of its own."""
    return bool(
        getattr(shape, "is_document_type", False)
        or getattr(shape, "is_tagged_union", False)
        or getattr(shape, "is_eventstream", False)
        or any(one.serialization for one in getattr(shape, "members", {}).values())
    )


def _structure(shape: Any, known: Known) -> Check:
    members: Mapping[str, Check] = {name: _compile(one, known) for name, one in shape.members.items()}
    required = tuple(shape.metadata.get("required", ()))
    find = members.get

    def check(given: Any) -> bool:
        if type(given) is not dict:
            return False
        for name, value in given.items():
            accepts = find(name)
            if accepts is None or not accepts(value):
                return False
        for name in required:  # noqa: SIM110  # a loop is faster
            if name not in given:
                return False
        return True

    return check


def _list(shape: Any, known: Known) -> Check:
    accepts = _compile(shape.member, known)
    least = shape.metadata.get("min", 0)
    return lambda given: type(given) is list and len(given) >= least and all(map(accepts, given))


def _map(shape: Any, known: Known) -> Check:
    accepts_key, accepts = _compile(shape.key, known), _compile(shape.value, known)
    # botocore does not look at the length of maps.
    if accepts is is_value and accepts_key is is_text:
        return are_values
    return lambda given: (
        type(given) is dict and all(accepts_key(key) and accepts(value) for key, value in given.items())
    )


def _string(shape: Any, known: Known) -> Check:
    least = shape.metadata.get("min", 0)
    return (lambda given: is_text(given) and len(given) >= least) if least else is_text


def _whole(shape: Any, known: Known) -> Check:
    least = shape.metadata.get("min", -MAX_INTEGER)
    return lambda given: type(given) is int and least <= given < MAX_INTEGER


def _real(shape: Any, known: Known) -> Check:
    least = shape.metadata.get("min", -math.inf)
    return lambda given: type(given) is float and math.isfinite(given) and given >= least


def _truth(shape: Any, known: Known) -> Check:
    return lambda given: type(given) is bool


_COMPILERS: Mapping[str, Callable[[Any, Known], Check]] = {
    "structure": _structure,
    "list": _list,
    "map": _map,
    "string": _string,
    "integer": _whole,
    "long": _whole,
    "float": _real,
    "double": _real,
    "boolean": _truth,
}
"""By botocore's names of types. A timestamp is converted, and a blob outside AttributeValue unheard of."""
