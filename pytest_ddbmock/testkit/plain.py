"""Plain Python and stored values: items as a test writes and reads them.

    str S · int, float, Decimal N · bytes B · bool BOOL · None NULL · set SS, NS, BS · list, tuple L · dict M

Numbers are read as Decimal. A float means the number that Python shows: 0.1 is 0.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, TypeAlias

from pytest_ddbmock.errors import UsageError
from pytest_ddbmock.testkit import options
from pytest_ddbmock.values.attribute import Value, Wire
from pytest_ddbmock.values.item import Item

__tracebackhide__ = options.__tracebackhide__

Plain: TypeAlias = Any
"""A plain Python value, see above."""


def to_plain(value: Value) -> Plain:
    """A fresh plain value."""
    tag, payload = value
    if tag == "N":
        return Decimal(payload)
    if tag == "NULL":
        return None
    if tag == "L":
        return [to_plain(element) for element in payload]
    if tag == "M":
        return {name: to_plain(element) for name, element in payload.items()}
    if tag == "NS":
        return {Decimal(member) for member in payload}
    return set(payload) if tag in ("SS", "BS") else payload


def item_to_plain(item: Item) -> dict[str, Plain]:
    """A fresh dict of plain values."""
    return PlainItem((name, to_plain(value)) for name, value in item.items())


def to_wire(value: Plain) -> Wire:
    """The wire form of a plain value, such as `{"N": "1.5"}`; numbers, sets and nesting are not checked here.

    Errors: `UsageError` for what DynamoDB has no type for.
    """
    if isinstance(value, str):
        return {"S": value}
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, int | float | Decimal):
        return {"N": _number(value)}
    if value is None:
        return {"NULL": True}
    if isinstance(value, bytes | bytearray):
        return {"B": bytes(value)}
    if isinstance(value, list | tuple):
        return {"L": [to_wire(element) for element in value]}
    if isinstance(value, Mapping):
        return {"M": item_to_wire(value)}
    if isinstance(value, set | frozenset):
        return _set_to_wire(value)
    if _is_boto3_binary(value):
        return {"B": bytes(value.value)}
    raise UsageError(
        f"DynamoDB has no type for {value!r} ({type(value).__name__}){_ADVICE.get(type(value).__name__, '')}"
    )


_ADVICE = {
    "datetime": "; write .isoformat() or the seconds since the epoch",
    "date": "; write .isoformat()",
    "UUID": "; write str(...)",
    "Fraction": "; write Decimal",
}


def item_to_wire(item: Mapping[str, Plain]) -> Wire:
    """The wire form of a dict of plain values; errors as of `to_wire`, with the attribute's name."""
    wire = {}
    for name, value in item.items():
        if not isinstance(name, str):
            raise UsageError(f"invalid attribute name {name!r}: use a string")
        try:
            wire[name] = to_wire(value)
        except UsageError as error:
            raise UsageError(f"{name}: {error}") from None
    return wire


def _number(value: int | float | Decimal) -> str:
    if isinstance(value, float):
        return repr(float(value))  # float(): subclasses show themselves differently
    return str(int(value)) if isinstance(value, int) else str(value)


def _set_to_wire(members: set[Plain] | frozenset[Plain]) -> Wire:
    wires = [to_wire(member) for member in members]
    tags = {tag for wire in wires for tag in wire}
    if not wires:
        raise UsageError("DynamoDB has no empty set; leave the attribute out")
    if len(tags) > 1 or not tags <= {"S", "N", "B"}:
        raise UsageError(f"a set holds only texts, only numbers or only bytes, not {members!r}")
    [tag] = tags
    return {tag + "S": [wire[tag] for wire in wires]}


def _is_boto3_binary(value: object) -> bool:
    """Told by its name, so that boto3 need not be installed."""
    return type(value).__name__ == "Binary" and isinstance(getattr(value, "value", None), bytes | bytearray)


# ---- comparing what is stored with what a test expects


def same(stored: Plain, expected: Any) -> bool:
    """Whether a stored plain value is what a test expects.

    As `==`, but a float means the number that Python shows, a list may be expected as a tuple, and a BOOL is no number.
    Objects with an `==` of their own, such as `unittest.mock.ANY`, are asked at any depth.
    """
    if isinstance(expected, dict):
        return (
            isinstance(stored, dict)
            and stored.keys() == expected.keys()
            and all(same(stored[name], value) for name, value in expected.items())
        )
    if isinstance(expected, list | tuple):
        return (
            isinstance(stored, list)
            and len(stored) == len(expected)
            and all(same(one, other) for one, other in zip(stored, expected, strict=True))
        )
    if isinstance(expected, bool):
        return stored is expected
    if isinstance(expected, int | float | Decimal):
        return isinstance(stored, Decimal) and stored == _decimal(expected)
    if isinstance(expected, set | frozenset):
        return isinstance(stored, set) and stored == {_decimal(member) for member in expected}
    return bool(stored == expected)


def _decimal(value: Any) -> Any:
    return Decimal(repr(float(value))) if isinstance(value, float) else value


class PlainItem(dict[str, Plain]):
    """An item as plain Python: a dict that is compared by `same`."""

    __slots__ = ()
    __hash__ = None  # as dict has it

    def __eq__(self, other: object) -> bool:
        return same(self, other) if isinstance(other, dict) else NotImplemented

    def __ne__(self, other: object) -> bool:
        return not same(self, other) if isinstance(other, dict) else NotImplemented


class PlainItems(list[dict[str, Plain]]):
    """Items as plain Python: a list that is compared by `same`, and whose failed comparison pytest shows by item."""

    __slots__ = ("key_names",)
    __hash__ = None  # as list has it

    def __init__(self, items: list[dict[str, Plain]], key_names: tuple[str, ...]) -> None:
        super().__init__(items)
        self.key_names = key_names

    def __eq__(self, other: object) -> bool:
        return same(self, other) if isinstance(other, list) else NotImplemented

    def __ne__(self, other: object) -> bool:
        return not same(self, other) if isinstance(other, list) else NotImplemented
