"""`Value` pairs: from and to wire form, with the structural checks (types, sets, NULL, nesting, names).

A value is a pair of its wire tag and a payload, so that `==` is DynamoDB's equality:

    S str · N canonical text · B bytes · BOOL bool · NULL True · SS, NS, BS sorted tuples · L tuple of values · M dict

Source: "AttributeValue" (API reference), "Supported data types and naming rules in Amazon DynamoDB".
"""

from __future__ import annotations

import base64
import sys
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias, TypeVar

from pytest_ddbmock.errors import INVALID_PARAMETERS
from pytest_ddbmock.values import numbers, wire
from pytest_ddbmock.values.faults import InvalidValue

Value: TypeAlias = tuple[str, Any]
"""Tag and payload; never changed in place."""

T = TypeVar("T", str, bytes)

Wire: TypeAlias = dict[str, Any]
"""An attribute value or item as requests and answers carry it: `{"S": "ada"}`. Binary as bytes."""

TAGS = ("S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS", "L", "M")
SCALAR_KEY_TAGS = ("S", "N", "B")
MAX_LEVELS = 32
MAX_NAME_SIZE = 65_535
"""Bytes of an attribute name."""
_SURELY_SHORT = MAX_NAME_SIZE // 4
"""Characters that cannot take more than `MAX_NAME_SIZE` bytes."""

TRUE: Value = ("BOOL", True)
FALSE: Value = ("BOOL", False)
NULL: Value = ("NULL", True)

NESTED_TOO_DEEP = (
    "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit"
)
EMPTY_NAME = "Empty attribute name"
NAME_TOO_LONG = "Attribute name is too large, must be less than 65536 bytes"


def decode(raw: Any, level: int = 1) -> Value:
    """Return the value of a wire attribute value such as `{"S": "ada"}`; `level` is its nesting level, from 1.

    >>> decode({"L": [{"N": "1.0"}, {"SS": ["b", "a"]}]})
    ('L', (('N', '1'), ('SS', ('a', 'b'))))

    Linear in the size of the value, except that sets are sorted; at most 32 levels deep in Python's stack.

    Errors: `SerializationException` for wrong JSON types; `InvalidValue` for none or several tags, bad numbers, empty
    sets, duplicates in sets, `NULL` false, more than 32 levels and empty names in maps. (`require_names` checks
    the length of names.)
    """
    if type(raw) is dict and len(raw) == 1:  # the one valid shape, on the shortest path
        [(tag, payload)] = raw.items()
        decoder = _DECODERS.get(tag)
        if decoder is not None and payload is not None:
            if level > MAX_LEVELS:
                raise InvalidValue(NESTED_TOO_DEEP)
            return decoder(payload, level)
    return _decode_odd(raw, level)


def _decode_odd(raw: Any, level: int) -> Value:
    """Decode anything but exactly one known tag; members that are null or unknown do not count."""
    if not isinstance(raw, dict):
        raise wire.structure_fault(raw, "AttributeValue")
    tags = [tag for tag in raw if tag in _DECODERS and raw[tag] is not None]
    if not tags:
        raise InvalidValue("Supplied AttributeValue is empty, must contain exactly one of the supported datatypes")
    if len(tags) > 1:
        if "N" in tags:
            decode({"N": raw["N"]}, level)  # AWS reports a malformed number first
        raise InvalidValue(
            "Supplied AttributeValue has more than one datatypes set, "
            "must contain exactly one of the supported datatypes"
        )
    return decode({tags[0]: raw[tags[0]]}, level)


_SHORT = 48
_MAX_SHARED_LENGTH = 256
_MAX_SHARED = 1000
_short_texts: dict[str, Value] = {}
_long_texts: dict[str, Value] = {}
_numbers: dict[str, Value] = {}
"""Recent pairs of texts and numbers. Items repeat partition keys, kinds, states and the texts of their factories; an
item that is written back repeats all it had. A repeated text of 100 characters takes 210 bytes less; one that is not
repeated costs a tenth of a microsecond. Long texts, seldom alike, are kept apart: they would push out keys."""


def _decode_s(raw: Any, level: int) -> Value:
    if type(raw) is not str:
        if not isinstance(raw, str):
            raise wire.scalar_fault(raw, "String")
        return ("S", raw)
    length = len(raw)
    if length > _MAX_SHARED_LENGTH:
        return ("S", raw)
    known = _short_texts if length <= _SHORT else _long_texts
    value = known.get(raw)
    if value is None:
        if len(known) >= _MAX_SHARED:
            known.clear()
        value = known[raw] = ("S", raw)
    return value


def _decode_n(raw: Any, level: int) -> Value:
    if not isinstance(raw, str):
        raise wire.scalar_fault(raw, "String")
    value = _numbers.get(raw)
    if value is None:
        value = ("N", numbers.canonical(raw))
        if type(raw) is str and len(raw) <= _SHORT:
            if len(_numbers) >= _MAX_SHARED:
                _numbers.clear()
            _numbers[raw] = value
    return value


def _decode_b(raw: Any, level: int) -> Value:
    return ("B", wire.to_bytes(raw))


def _decode_bool(raw: Any, level: int) -> Value:
    return TRUE if _boolean(raw) else FALSE


def _decode_null(raw: Any, level: int) -> Value:
    if not _boolean(raw):
        raise InvalidValue(f"{INVALID_PARAMETERS}Null attribute value types must have the value of true")
    return NULL


def _boolean(raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    if raw in ("true", "false"):  # the service's JSON parser coerces these two texts
        return bool(raw == "true")
    raise wire.scalar_fault(raw, "Boolean")


def _strings(raw: Any) -> list[str]:
    if not isinstance(raw, list | tuple):
        raise wire.list_fault(raw)
    for member in raw:
        if not isinstance(member, str):
            raise wire.scalar_fault(member, "String")
    return list(raw)


def _decode_ss(raw: Any, level: int) -> Value:
    members = _strings(raw)
    if not members:
        raise InvalidValue(f"{INVALID_PARAMETERS}An string set  may not be empty")
    if len(set(members)) < len(members):
        # Unsure: how AWS quotes members that contain quotation marks.
        shown = ", ".join([f'"{member}"' for member in _as_inserted(members)])
        raise InvalidValue(
            f"{INVALID_PARAMETERS}Input collection [{shown}] contains duplicates.",
            f"{INVALID_PARAMETERS}Input collection [{', '.join(members)}] contains duplicates.",
        )
    return ("SS", tuple(sorted(members)))


def _decode_ns(raw: Any, level: int) -> Value:
    members = [numbers.canonical(member) for member in _strings(raw)]
    if not members:
        raise InvalidValue(f"{INVALID_PARAMETERS}An number set  may not be empty")
    if len(set(members)) < len(members):
        raise InvalidValue(
            f"{INVALID_PARAMETERS}Input collection contains duplicates.", "Input collection contains duplicates"
        )
    return ("NS", tuple(sorted(members, key=numbers.sortable)))


def _decode_bs(raw: Any, level: int) -> Value:
    if not isinstance(raw, list | tuple):
        raise wire.list_fault(raw)
    members = [wire.to_bytes(member) for member in raw]
    if not members:
        raise InvalidValue(f"{INVALID_PARAMETERS}Binary sets should not be empty")
    if len(set(members)) < len(members):
        shown = ",".join([f'"{_base64(member)}"' for member in _as_inserted(members)])
        raise InvalidValue(
            f"{INVALID_PARAMETERS}Input collection [{shown}]of type BS contains duplicates.",
            f"{INVALID_PARAMETERS}Input collection [{', '.join(map(_base64, members))}]of type BS contains duplicates.",
        )
    return ("BS", tuple(sorted(members)))


def _base64(member: bytes) -> str:
    return base64.b64encode(member).decode("ascii")


def _as_inserted(members: list[T]) -> list[T]:
    """Return a set with duplicates as the new layer prints it: sorted up to the first repeat, then as sent.

    >>> _as_inserted(["b", "a", "b", "a"])
    ['a', 'b', 'b', 'a']
    """
    distinct: set[T] = set()
    for member in members:
        if member in distinct:
            break
        distinct.add(member)
    return sorted(distinct) + members[len(distinct) :]


def _decode_l(raw: Any, level: int) -> Value:
    if not isinstance(raw, list | tuple):
        raise wire.list_fault(raw)
    return ("L", tuple([decode(element, level + 1) for element in raw]))


def _decode_m(raw: Any, level: int) -> Value:
    if not isinstance(raw, dict):
        raise wire.map_fault(raw, "com.amazonaws.dynamodb.v20120810.AttributeValue")
    return ("M", decode_attributes(raw, level + 1))


def decode_attributes(raw: dict[str, Any], level: int = 1) -> dict[str, Value]:
    """Return names and values of a wire item or map, names interned; errors as of `decode`."""
    intern = sys.intern
    decoded = {intern(name): decode(value, level) for name, value in raw.items()}
    if "" in decoded:
        raise InvalidValue(EMPTY_NAME)
    return decoded


def require_name(name: str) -> None:
    """Raise `InvalidValue` for an empty or too long attribute name."""
    if not name:
        raise InvalidValue(EMPTY_NAME)
    if len(name) > _SURELY_SHORT and len(name.encode("utf-8", "surrogatepass")) > MAX_NAME_SIZE:
        raise InvalidValue(NAME_TOO_LONG)


def require_names(attributes: Mapping[str, Value]) -> None:
    """Raise `InvalidValue` for a too long name at any depth.

    Linear in the number of values; call it only for what is larger than `MAX_NAME_SIZE`.
    """
    for name, value in attributes.items():
        if len(name) > _SURELY_SHORT:
            require_name(name)
        if value[0] in _CONTAINERS:
            _require_names_inside(value)


def _require_names_inside(value: Value) -> None:
    tag, payload = value
    if tag == "M":
        require_names(payload)
    elif tag == "L":
        for element in payload:
            _require_names_inside(element)


_CONTAINERS = frozenset({"L", "M"})

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
    """Return a fresh wire form of `value`, which the caller may change."""
    tag, payload = value
    if tag in PLAIN_TAGS:
        return {tag: payload}
    if tag == "M":
        return {"M": attributes_to_wire(payload)}
    if tag == "L":
        return {"L": [to_wire(element) for element in payload]}
    return {tag: list(payload)}


def attributes_to_wire(attributes: Mapping[str, Value]) -> Wire:
    """Return a fresh wire form of an item, a key or a map, which the caller may change.

    All reads spend most of their time here. Up to Python 3.11 a comprehension takes a fifth longer; to look up every
    tag in a set, instead of the comparisons with the usual two, a tenth.
    """
    shown = {}
    for name, (tag, payload) in attributes.items():
        if tag == "S" or tag == "N" or tag in PLAIN_TAGS:
            shown[name] = {tag: payload}
        else:
            shown[name] = to_wire((tag, payload))
    return shown
