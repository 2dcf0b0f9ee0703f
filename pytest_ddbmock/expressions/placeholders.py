"""`#n` and `:v`: the maps of a request, what they stand for, and which of them no expression uses.

Source: "Expression attribute names (aliases) in DynamoDB", "Using expression attribute values in DynamoDB".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from pytest_ddbmock import errors
from pytest_ddbmock.errors import DynamoDBError
from pytest_ddbmock.expressions.syntax import Call, DocumentPath, Literal, Operand, ValueName
from pytest_ddbmock.values import attribute, sizes, wire
from pytest_ddbmock.values.attribute import Value
from pytest_ddbmock.values.paths import Path

MAX_KEY_SIZE = 255
"""Bytes of a placeholder, with its `#` or `:`."""

MAX_SIZE = 2 * 1024 * 1024
"""Bytes of all placeholders of a request and what they stand for."""

_NAME_KEY = re.compile(r"#[A-Za-z0-9_]+", re.ASCII)
_VALUE_KEY = re.compile(r":[A-Za-z0-9_]+", re.ASCII)

_NOTHING: Mapping[str, Any] = MappingProxyType({})


class Placeholders:
    """`ExpressionAttributeNames` and `ExpressionAttributeValues` of one request, values decoded.

    `names` and `values` are the parameters as they came, None when absent. `names_bad_values`: the error of a bad value
    names its placeholder, as Scan, transactions and PartiQL do; the other operations report the value's error alone.

    Errors: `ValidationException` for empty maps, malformed keys, empty names and bad values, names first;
    `SerializationException` for wrong JSON types.
    """

    __slots__ = ("_names", "_unused_names", "_unused_values", "_values")

    def __init__(self, names: object = None, values: object = None, *, names_bad_values: bool = False) -> None:
        self._names: Mapping[str, str] = _NOTHING
        self._values: Mapping[str, Value] = _NOTHING
        self._unused_names: dict[str, None] = {}
        self._unused_values: dict[str, None] = {}
        if names is not None:
            self._names = _names(names)
            self._unused_names = dict.fromkeys(self._names)
        if values is not None:
            self._values = _values(values, names_bad_values)
            self._unused_values = dict.fromkeys(self._values)
        if (names or values) and _size_of(self._names, self._values) > MAX_SIZE:
            # Unsure: the text.
            raise errors.invalid_parameters(
                f"The expression attribute names and values of a request hold more than {MAX_SIZE} bytes"
            )

    @classmethod
    def of_values(cls, values: Mapping[str, Value]) -> Placeholders:
        """Placeholders for values that another language names in its trees; they need no decoding."""
        placeholders = cls()
        placeholders._values = values
        return placeholders

    def path(self, kind: str, node: DocumentPath) -> Path:
        """The plain path of `node`; an undefined placeholder is an error of the expression parameter `kind`."""
        if not node.placeholders:
            return node.elements
        elements = list(node.elements)
        for position in node.placeholders:
            placeholder = elements[position]
            name = self._names.get(placeholder)  # type: ignore[arg-type]  # names stand at these positions
            if name is None:
                raise errors.invalid_expression(
                    kind,
                    "An expression attribute name used in the document path is not defined; "
                    f"attribute name: {placeholder}",
                )
            self._unused_names.pop(placeholder, None)  # type: ignore[arg-type]
            elements[position] = name
        return tuple(elements)

    def value(self, kind: str, name: str) -> Value:
        """The value of `:name`; an undefined one is an error of the expression parameter `kind`."""
        value = self._values.get(name)
        if value is None:
            raise errors.invalid_expression(
                kind, f"An expression attribute value used in expression is not defined; attribute value: {name}"
            )
        self._unused_values.pop(name, None)
        return value

    def operand(self, kind: str, node: Operand) -> Operand:
        """`node` with plain paths and literals in place of placeholders."""
        if isinstance(node, DocumentPath):
            return DocumentPath(self.path(kind, node)) if node.placeholders else node
        if isinstance(node, ValueName):
            return Literal(self.value(kind, node.name))
        return self.call(kind, node) if isinstance(node, Call) else node

    def call(self, kind: str, node: Call) -> Call:
        """`node` with plain paths and literals among its operands."""
        operands = []
        for operand in node.operands:
            # Straight to itself: calls may nest hundreds of levels deep.
            operands.append(self.call(kind, operand) if isinstance(operand, Call) else self.operand(kind, operand))
        return Call(node.function, tuple(operands))

    def require_all_used(self) -> None:
        """Refuse the request when a placeholder occurs in none of the expressions compiled so far."""
        if self._unused_names:
            raise _unused("ExpressionAttributeNames", self._unused_names)
        if self._unused_values:
            raise _unused("ExpressionAttributeValues", self._unused_values)


NO_PLACEHOLDERS = Placeholders()
"""For trees that hold plain paths and literals only."""


def _unused(parameter: str, keys: Mapping[str, None]) -> DynamoDBError:
    return errors.validation(f"Value provided in {parameter} unused in expressions: keys: {{{', '.join(keys)}}}")


def _names(given: object) -> dict[str, str]:
    if not isinstance(given, dict):
        raise wire.map_fault(given, "java.lang.String")
    for name in given.values():
        if name is not None and not isinstance(name, str):
            raise wire.scalar_fault(name, "String")
    if not given:
        raise errors.validation("ExpressionAttributeNames must not be empty")
    for key, name in given.items():
        _check_name_key(key)
        if not name:
            raise errors.validation(
                f"ExpressionAttributeNames contains invalid value: Empty attribute name for key {key}"
            )
    return dict(given)


def _values(given: object, names_bad_values: bool) -> dict[str, Value]:
    if not isinstance(given, dict):
        raise wire.map_fault(given, "com.amazonaws.dynamodb.v20120810.AttributeValue")
    if not given:
        raise errors.validation("ExpressionAttributeValues must not be empty")
    decoded = {}
    for key, value in given.items():
        _check_value_key(key)
        try:
            decoded[key] = attribute.decode({} if value is None else value)  # a null member is absent
        except DynamoDBError as error:
            raise (_naming(key, error) if names_bad_values else error) from None
    return decoded


@lru_cache(maxsize=1024)
def _check_name_key(key: str) -> None:
    if (size := _size(key)) > MAX_KEY_SIZE:
        raise errors.validation(
            "ExpressionAttributeNames contains invalid key: The expression attribute map contains a key that is "
            f"too long; size of key: {size}"
        )
    if not _NAME_KEY.fullmatch(key):
        raise errors.validation(f'ExpressionAttributeNames contains invalid key: Syntax error; key: "{key}"')


@lru_cache(maxsize=1024)
def _check_value_key(key: str) -> None:
    if _size(key) > MAX_KEY_SIZE:
        raise errors.validation(
            "ExpressionAttributeValues contains invalid key: The expression attribute map contains a key that is "
            "too long;"
        )
    if not _VALUE_KEY.fullmatch(key):
        raise errors.validation(f'ExpressionAttributeValues contains invalid key: Syntax error; key: "{key}"')


def _size_of(names: Mapping[str, str], values: Mapping[str, Value]) -> int:
    return sizes.of_attributes(values) + sum([len(key) + _size(name) for key, name in names.items()])


def _size(key: str) -> int:
    return len(key.encode("utf-8", "surrogatepass"))


def _naming(key: str, error: DynamoDBError) -> DynamoDBError:
    """The error of the value of `key` in the wording of the map."""
    if error.code != "ValidationException" or error.message == attribute.NESTED_TOO_DEEP:
        return error
    return errors.validation(f"ExpressionAttributeValues contains invalid value: {error.message} for key {key}")
