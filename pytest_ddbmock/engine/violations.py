"""`Violation`: a rule of the service model that a request breaks, and how AWS words it.

Source: captured answers.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from pytest_ddbmock.engine import shapes
from pytest_ddbmock.engine.shapes import Shape

REQUIRED, ENUM, PATTERN, KEYS, ELEMENTS = "required", "enum", "pattern", "keys", "elements"
MIN_LENGTH, MAX_LENGTH, MIN_VALUE, MAX_VALUE = "min length", "max length", "min value", "max value"

RULES: Mapping[str, str] = {
    REQUIRED: "Member must not be null",
    MIN_LENGTH: "Member must have length greater than or equal to {}",
    MAX_LENGTH: "Member must have length less than or equal to {}",
    MIN_VALUE: "Member must have value greater than or equal to {}",
    MAX_VALUE: "Member must have value less than or equal to {}",
    ENUM: "Member must satisfy enum value set: [{}]",
    PATTERN: "Member must satisfy regular expression pattern: {}",
    KEYS: "Map keys must satisfy constraint: [{}]",
    ELEMENTS: "Map value must satisfy constraint: [{}]",
}
"""The text of each rule; the braces stand for its bound."""

ENUM_ORDER: Mapping[str, str] = {
    "ReturnConsumedCapacity": "INDEXES, TOTAL, NONE",
    "ReturnValues": "ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW",
    "ReturnItemCollectionMetrics": "SIZE, NONE",
    "ReturnValuesOnConditionCheckFailure": "ALL_OLD, NONE",  # Unsure: order.
    "ConditionalOperator": "OR, AND",
    "ComparisonOperator": "IN, NULL, BETWEEN, LT, NOT_CONTAINS, EQ, GT, NOT_NULL, NE, LE, BEGINS_WITH, GE, CONTAINS",
    "Select": "SPECIFIC_ATTRIBUTES, COUNT, ALL_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES",
    "AttributeType": "B, N, S",
    "KeyType": "HASH, RANGE",
    "ProjectionType": "ALL, INCLUDE, KEYS_ONLY",
    "BillingMode": "PROVISIONED, PAY_PER_REQUEST",
    "Action": "ADD, PUT, DELETE",
    "InputCompressionType": "ZSTD, NONE, GZIP",
    # Unsure: order, and the place of AT_TIMESTAMP.
    "ShardIteratorType": "AFTER_SEQUENCE_NUMBER, LATEST, AT_TIMESTAMP, AT_SEQUENCE_NUMBER, TRIM_HORIZON",
}
"""The order in which AWS prints the values of an enum, by member, where it differs from the model's."""


class Key(str):
    """A key of a map as a step of a path."""

    __slots__ = ()


Step: TypeAlias = str | int
"""A member by its wire name, an index of a list from 1, or a `Key` of a map."""


class Violation(NamedTuple):
    """The value at `path` breaks `rule`, one of `RULES`.

    `bound` is what the rule asks for, `shape` what the value should be.
    """

    path: tuple[Step, ...]
    rule: str
    bound: object = None
    value: object = None
    shape: Shape | None = None

    @property
    def member(self) -> str:
        """The path without indexes and keys, such as `RequestItems.Keys`."""
        return ".".join(step for step in self.path if type(step) is str)


Form: TypeAlias = Callable[[Violation], str]
"""A way to word a violation."""


def with_value(violation: Violation) -> str:
    """Return the usual form: `Value 'ab' at 'tableName' failed to satisfy constraint: ...`."""
    # Unsure: that AWS words null in a list or map like a missing member; no SDK sends it.
    value = "null" if violation.value is None else f"'{_dump(violation.value, violation.shape)}'"
    return _form(f"Value {value}", _path(violation, member_name), violation)


def without_value(violation: Violation) -> str:
    """Return the newer form: `Value at 'TableName' failed to satisfy constraint: ...`."""
    return _form("Value", _path(violation, str), violation)


def with_json(violation: Violation) -> str:
    """Return the usual form with the value as JSON."""
    # Unsure: how AWS writes what JSON escapes.
    value = json.dumps(violation.value, separators=(",", ":"), ensure_ascii=False, default=_base64)
    return _form(f"Value '{value}'", _path(violation, member_name), violation)


def of_enum(values: str) -> Form:
    """Return the newer form of an enum, which names neither value nor member and prints `values`."""
    return lambda violation: f"Failed to satisfy constraint: {RULES[ENUM].format(values)}"


def rule_text(violation: Violation) -> str:
    """Return the text of the broken rule, such as `Member must not be null`."""
    bound = violation.bound
    if violation.rule == ENUM:
        assert isinstance(bound, tuple), "an enum has values"
        bound = ENUM_ORDER.get(str(violation.path[-1]), ", ".join(bound))
    return RULES[violation.rule].format(bound)


def member_name(wire_name: str) -> str:
    """Return a member as paths spell it: `tableName` for `TableName`, `sSESpecification` for `SSESpecification`."""
    return wire_name[:1].lower() + wire_name[1:]


def _form(opening: str, path: str, violation: Violation) -> str:
    return f"{opening} at '{path}' failed to satisfy constraint: {rule_text(violation)}"


def _path(violation: Violation, spell: Callable[[str], str]) -> str:
    return ".".join(spell(step) if type(step) is str else f"{step}.member" for step in violation.path)


def _base64(value: object) -> str:
    assert isinstance(value, bytes), "JSON holds all else"
    return base64.b64encode(value).decode()


def _dump(value: Any, shape: Shape | None) -> str:
    """Return `value` as Java's `toString` prints it."""
    if value is None:
        return "null"
    if shape is not None and shape.kind == shapes.STRUCTURE and isinstance(value, dict):
        members = [f"{member_name(name)}={_dump(value.get(name), member)}" for name, member in shape.members.items()]
        return f"{shape.name}({', '.join(members)})"
    element = None if shape is None else shape.element
    if element is not None and isinstance(value, list | tuple):
        return f"[{', '.join([_dump(one, element) for one in value])}]"
    if element is not None and isinstance(value, dict):
        return "{" + ", ".join([f"{key}={_dump(one, element)}" for key, one in value.items()]) + "}"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):  # an attribute value
        return f"AttributeValue({', '.join([f'{tag.lower()}={held}' for tag, held in value.items()])})"
    return str(value)


def below(step: Step, violations: Sequence[Violation]) -> list[Violation]:
    """Return violations found in the value at `step`, with their paths from one level further up."""
    return [violation._replace(path=(step, *violation.path)) for violation in violations]
