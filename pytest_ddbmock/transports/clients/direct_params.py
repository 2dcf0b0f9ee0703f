"""Which parameters botocore would send unchanged: what it would refuse or convert is left to botocore itself.

A check returns True only for plain values (exactly dict, list, str, bytes, int, float, bool) that botocore's validation
accepts and its serializer does not change. So it knows no error texts, and a doubt costs time, not correctness.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

Check: TypeAlias = Callable[[Any], bool]
"""May raise `UnicodeEncodeError` or `RecursionError`, which count as doubts too."""
Known: TypeAlias = dict[tuple[str, Any], Check]

MAX_INTEGER = 2**63
"""botocore's JSON may change integers from here on."""

_TEXTS = frozenset({"S", "N"})
_BOOLEANS = frozenset({"BOOL", "NULL"})
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
"""The members of the model's AttributeValue that `is_value` knows."""

CONSTRAINTS = frozenset({"required", "min"})
"""The traits of shapes that these checks enforce, as botocore's validation does."""
UNCHECKED = frozenset(
    {"max", "pattern", "enum", "sensitive", "idempotencyToken", "contextParam", "box", "exception", "retryable"}
)
"""Traits that botocore's validation ignores."""


def is_text(raw: Any) -> bool:
    """Return True if a text can be sent; half of a surrogate pair cannot."""
    return type(raw) is str and (raw.isascii() or raw.encode() is not None)


def is_value(raw: Any) -> bool:
    """Return True for an attribute value `{tag: payload}`."""
    if type(raw) is not dict or len(raw) != 1:
        return False
    for tag, payload in raw.items():
        kind = type(payload)
        if kind is str:
            return tag in _TEXTS and (payload.isascii() or payload.encode() is not None)
        if kind is bool:
            return tag in _BOOLEANS
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


def are_values(raw: Any) -> bool:
    """Return True for an item, a key or the like: names to attribute values."""
    if type(raw) is not dict:
        return False
    for name, value in raw.items():
        if type(name) is not str or not (name.isascii() or name.encode()) or not is_value(value):
            return False
    return True


def check_of(shape: Any) -> Check:
    """Return the check of an operation's parameters; `shape` is botocore's, None if it has no parameters."""
    if shape is None:
        return lambda raw: type(raw) is dict and not raw
    return _compile(shape, {})


def _compile(shape: Any, known: Known) -> Check:
    key = shape.name, shape.metadata.get("min")  # a member may have bounds of its own
    if key not in known:
        known[key] = _never  # for a shape that contains itself, which only AttributeValue does
        known[key] = _new_check(shape, known)
    return known[key]


def _never(raw: Any) -> bool:
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
    """Return True if the model gives a shape a serialization or validation of its own."""
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

    def check(raw: Any) -> bool:
        if type(raw) is not dict:
            return False
        for name, value in raw.items():
            accepts = find(name)
            if accepts is None or not accepts(value):
                return False
        for name in required:  # noqa: SIM110  # a loop is faster
            if name not in raw:
                return False
        return True

    return check


def _list(shape: Any, known: Known) -> Check:
    accepts = _compile(shape.member, known)
    min_length = shape.metadata.get("min", 0)
    return lambda raw: type(raw) is list and len(raw) >= min_length and all(map(accepts, raw))


def _map(shape: Any, known: Known) -> Check:
    accepts_key, accepts = _compile(shape.key, known), _compile(shape.value, known)
    # botocore does not check the length of maps.
    if accepts is is_value and accepts_key is is_text:
        return are_values
    return lambda raw: type(raw) is dict and all(accepts_key(key) and accepts(value) for key, value in raw.items())


def _string(shape: Any, known: Known) -> Check:
    min_length = shape.metadata.get("min", 0)
    return (lambda raw: is_text(raw) and len(raw) >= min_length) if min_length else is_text


def _integer(shape: Any, known: Known) -> Check:
    minimum = shape.metadata.get("min", -MAX_INTEGER)
    return lambda raw: type(raw) is int and minimum <= raw < MAX_INTEGER


def _float(shape: Any, known: Known) -> Check:
    minimum = shape.metadata.get("min", -math.inf)
    return lambda raw: type(raw) is float and math.isfinite(raw) and raw >= minimum


def _boolean(shape: Any, known: Known) -> Check:
    return lambda raw: type(raw) is bool


_COMPILERS: Mapping[str, Callable[[Any, Known], Check]] = {
    "structure": _structure,
    "list": _list,
    "map": _map,
    "string": _string,
    "integer": _integer,
    "long": _integer,
    "float": _float,
    "double": _float,
    "boolean": _boolean,
}
"""By botocore's names of types. Timestamps are converted; no model has blobs outside AttributeValue."""
