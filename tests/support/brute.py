"""Answers worked out the plain way, from a list of items: what the ordered structures are compared with."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from pytest_ddbmock.expressions.key_condition import KeyRange
from pytest_ddbmock.storage.schema import KeySchema
from pytest_ddbmock.values.attribute import Value
from pytest_ddbmock.values.item import Item


def comparable(value: Value) -> Any:
    """A key value as Python orders it: numbers by value, strings by their UTF-8 bytes."""
    tag, payload = value
    if tag == "N":
        return Decimal(payload)
    return payload.encode("utf-8") if tag == "S" else payload


def belongs(item: Item, schema: KeySchema) -> bool:
    """Whether an index with this key holds the item."""
    return all(name in item and item[name][0] == schema.types[name] and item[name][1] for name in schema.names)


def sort_of(item: Item, schema: KeySchema) -> tuple[Any, ...]:
    return tuple(comparable(item[name]) for name in schema.range_keys)


def holds(operator: str | None, operands: tuple[Value, ...], value: Any) -> bool:
    given = [comparable(operand) for operand in operands]
    if operator is None:
        return True
    if operator == "begins_with":
        return bool(value.startswith(given[0]))
    if operator == "BETWEEN":
        return bool(given[0] <= value <= given[1])
    return bool(
        {"<": value < given[0], "<=": value <= given[0], ">": value > given[0], ">=": value >= given[0]}[operator]
    )


def query(items: list[Item], schema: KeySchema, key_range: KeyRange) -> list[Item]:
    """The items of a key range in order of the sort key; those with equal sort keys in any order."""
    found = []
    for item in items:
        if not belongs(item, schema) or tuple(item[name] for name in schema.hash_keys) != key_range.partition:
            continue
        sorts = sort_of(item, schema)
        fixed = tuple(comparable(value) for value in key_range.equals)
        if sorts[: len(fixed)] != fixed:
            continue
        if key_range.operator is None or holds(key_range.operator, key_range.operands, sorts[len(fixed)]):
            found.append(item)
    return sorted(found, key=lambda item: sort_of(item, schema))


def expired(items: list[Item], attribute: str, since: int, now: int) -> list[Item]:
    """The items that TTL may delete, by expiry time; moments in microseconds."""
    five_years = 5 * 365 * 86_400
    found = []
    for item in items:
        tag, payload = item.get(attribute, ("", None))
        if tag == "N":
            expiry = Fraction(payload)
            if Fraction(since, 10**6) - five_years < expiry < Fraction(now, 10**6):
                found.append((expiry, item))
    return [item for _, item in sorted(found, key=lambda pair: pair[0])]
