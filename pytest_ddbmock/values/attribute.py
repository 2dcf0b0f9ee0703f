"""`Value` pairs: from and to wire form, with the structural checks (types, sets, NULL, nesting).

A value is a pair of its wire tag and a payload, so that `==` is DynamoDB's equality:

    S str · N canonical text · B bytes · BOOL bool · NULL True · SS, NS, BS sorted tuples · L tuple of values · M dict

Source: "AttributeValue" (API reference), "Supported data types and naming rules in Amazon DynamoDB".
"""

from __future__ import annotations

import base64
import sys
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from pytest_ddbmock import errors
from pytest_ddbmock.errors import DynamoDBError
from pytest_ddbmock.values import numbers, wire

Value: TypeAlias = tuple[str, Any]
"""Tag and payload; never changed in place."""

Wire: TypeAlias = dict[str, Any]
"""An attribute value or item as requests and answers carry it: `{"S": "ada"}`. Binary as bytes."""

TAGS = ("S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS", "L", "M")
SCALAR_KEY_TAGS = ("S", "N", "B")
MAX_LEVELS = 32

TRUE: Value = ("BOOL", True)
FALSE: Value = ("BOOL", False)
NULL: Value = ("NULL", True)

NESTED_TOO_DEEP = (
    "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit"
)


def decode(given: Any, level: int = 1) -> Value:
    """The value of a wire attribute value such as `{"S": "ada"}`; `level` is its nesting level, from 1.

    Errors: `SerializationException` for wrong JSON types; `ValidationException` for none or several tags, bad
    numbers, empty sets, duplicates in sets, `NULL` false and more than 32 levels.
    """
    if type(given) is dict and len(given) == 1:  # the one right shape, without further ado
        [(tag, payload)] = given.items()
        decoder = _DECODERS.get(tag)
        if decoder is not None and payload is not None:
            if level > MAX_LEVELS:
                raise errors.validation(NESTED_TOO_DEEP)
            return decoder(payload, level)
    return _decode_odd(given, level)


def _decode_odd(given: Any, level: int) -> Value:
    """What is not exactly one known tag: members that are null or unknown are no members."""
    if not isinstance(given, dict):
        raise wire.structure_fault(given, "AttributeValue")
    tags = [tag for tag in given if tag in _DECODERS and given[tag] is not None]
    if not tags:
        raise empty_value()
    if len(tags) > 1:
        if "N" in tags:
            decode({"N": given["N"]}, level)  # a malformed number is told first
        raise errors.validation(
            "Supplied AttributeValue has more than one datatypes set, "
            "must contain exactly one of the supported datatypes"
        )
    return decode({tags[0]: given[tags[0]]}, level)


def empty_value() -> DynamoDBError:
    """A value without any tag."""
    return errors.validation("Supplied AttributeValue is empty, must contain exactly one of the supported datatypes")


_SHARED_LENGTH = 48
_MAX_SHARED = 1000
_texts: dict[str, Value] = {}
_numbers: dict[str, Value] = {}
"""Pairs of short texts and numbers that came lately. The items of a table hold the same partition keys, kinds and
states over and over, and each pair with a text of its own would take 120 bytes more."""


def _decode_s(given: Any, level: int) -> Value:
    if type(given) is not str:
        if not isinstance(given, str):
            raise wire.scalar_fault(given, "String")
        return ("S", given)
    if len(given) > _SHARED_LENGTH:
        return ("S", given)
    value = _texts.get(given)
    if value is None:
        if len(_texts) >= _MAX_SHARED:
            _texts.clear()
        value = _texts[given] = ("S", given)
    return value


def _decode_n(given: Any, level: int) -> Value:
    if not isinstance(given, str):
        raise wire.scalar_fault(given, "String")
    value = _numbers.get(given)
    if value is None:
        value = ("N", numbers.canonical(given))
        if type(given) is str and len(given) <= _SHARED_LENGTH:
            if len(_numbers) >= _MAX_SHARED:
                _numbers.clear()
            _numbers[given] = value
    return value


def _decode_b(given: Any, level: int) -> Value:
    return ("B", wire.to_bytes(given))


def _decode_bool(given: Any, level: int) -> Value:
    return TRUE if _boolean(given) else FALSE


def _decode_null(given: Any, level: int) -> Value:
    if not _boolean(given):
        raise errors.invalid_parameters("Null attribute value types must have the value of true")
    return NULL


def _boolean(given: Any) -> bool:
    if isinstance(given, bool):
        return given
    if given in ("true", "false"):  # the service's JSON parser coerces these two texts
        return bool(given == "true")
    raise wire.scalar_fault(given, "Boolean")


def _strings(given: Any) -> list[str]:
    if not isinstance(given, list | tuple):
        raise wire.list_fault(given)
    for member in given:
        if not isinstance(member, str):
            raise wire.scalar_fault(member, "String")
    return list(given)


def _decode_ss(given: Any, level: int) -> Value:
    members = _strings(given)
    if not members:
        raise errors.invalid_parameters("An string set  may not be empty")
    if len(set(members)) < len(members):
        raise errors.invalid_parameters(f"Input collection [{', '.join(members)}] contains duplicates.")
    return ("SS", tuple(sorted(members)))


def _decode_ns(given: Any, level: int) -> Value:
    members = [numbers.canonical(member) for member in _strings(given)]
    if not members:
        raise errors.invalid_parameters("An number set  may not be empty")
    if len(set(members)) < len(members):
        raise errors.validation("Input collection contains duplicates")
    return ("NS", tuple(sorted(members, key=numbers.sortable)))


def _decode_bs(given: Any, level: int) -> Value:
    if not isinstance(given, list | tuple):
        raise wire.list_fault(given)
    members = [wire.to_bytes(member) for member in given]
    if not members:
        raise errors.invalid_parameters("Binary sets should not be empty")
    if len(set(members)) < len(members):
        shown = ", ".join(base64.b64encode(member).decode() for member in members)
        raise errors.invalid_parameters(f"Input collection [{shown}]of type BS contains duplicates.")
    return ("BS", tuple(sorted(members)))


def _decode_l(given: Any, level: int) -> Value:
    if not isinstance(given, list | tuple):
        raise wire.list_fault(given)
    return ("L", tuple([decode(element, level + 1) for element in given]))


def _decode_m(given: Any, level: int) -> Value:
    if not isinstance(given, dict):
        raise wire.map_fault(given, "com.amazonaws.dynamodb.v20120810.AttributeValue")
    return ("M", decode_attributes(given, level + 1))


def decode_attributes(given: dict[str, Any], level: int = 1) -> dict[str, Value]:
    """Names to values of a wire item or map, names interned; errors as of `decode`."""
    intern = sys.intern
    decoded = {intern(name): decode(value, level) for name, value in given.items()}
    if "" in decoded:
        # Unsure: exact text.
        raise errors.invalid_parameters("The attribute name is empty")
    return decoded


_DECODERS: dict[str, Callable[[Any, int], Value]] = {
    "S": _decode_s,
    "N": _decode_n,
    "B": _decode_b,
    "BOOL": _decode_bool,
    "NULL": _decode_null,
    "SS": _decode_ss,
    "NS": _decode_ns,
    "BS": _decode_bs,
    "L": _decode_l,
    "M": _decode_m,
}

PLAIN_TAGS = frozenset({"S", "N", "B", "BOOL", "NULL"})
"""Types whose payload is the same in the wire form."""


def to_wire(value: Value) -> Wire:
    """A fresh wire form of `value`, which the caller may change."""
    tag, payload = value
    if tag in PLAIN_TAGS:
        return {tag: payload}
    if tag == "M":
        return {"M": attributes_to_wire(payload)}
    if tag == "L":
        return {"L": [to_wire(element) for element in payload]}
    return {tag: list(payload)}


def attributes_to_wire(attributes: Mapping[str, Value]) -> Wire:
    """A fresh wire form of an item, a key or a map, which the caller may change."""
    plain = PLAIN_TAGS
    shown = {}
    for name, value in attributes.items():  # up to Python 3.11 a comprehension takes a fifth longer
        tag, payload = value
        shown[name] = {tag: payload} if tag in plain else to_wire(value)
    return shown
