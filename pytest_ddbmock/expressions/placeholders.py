"""`#n` and `:v`: the maps of a request, what the placeholders stand for, and which of them no expression uses.

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
from pytest_ddbmock.values.faults import InvalidValue, Layer
from pytest_ddbmock.values.paths import Path

MAX_KEY_SIZE = 255
"""Bytes of a placeholder, with its `#` or `:`."""

MAX_SIZE = 2 * 1024 * 1024
"""Bytes of all placeholders of a request and what they stand for."""

MAX_OLD_LEVELS = 40
"""Nesting levels of a value that the old layer accepts in an expression, although no item can hold it."""
# Unsure: captured are 33 levels, which pass, and 41, which do not; that Scan does as the transactions.

_NAME_KEY = re.compile(r"#[A-Za-z0-9_]+", re.ASCII)
_VALUE_KEY = re.compile(r":[A-Za-z0-9_]+", re.ASCII)

_NOTHING: Mapping[str, Any] = MappingProxyType({})


class Placeholders:
    """`ExpressionAttributeNames` and `ExpressionAttributeValues` of one request, values decoded.

    `names` and `values` are the raw parameters, None when absent; `layer` checks the values.

    Errors: `ValidationException` for empty maps, malformed keys, empty or too long names and bad values, names first;
    `SerializationException` for wrong JSON types.
    """

    __slots__ = ("_names", "_unused_names", "_unused_values", "_values", "is_deep")

    def __init__(self, names: object = None, values: object = None, *, layer: Layer = Layer.NEW) -> None:
        self.is_deep = False
        """True if a value has more levels than an item can hold."""
        self._names: Mapping[str, str] = _NOTHING
        self._values: Mapping[str, Value] = _NOTHING
        self._unused_names: dict[str, None] = {}
        self._unused_values: dict[str, None] = {}
        if names is not None:
            self._names = _names(names)
            self._unused_names = dict.fromkeys(self._names)
        if values is not None:
            self._values = self._decoded(values, layer)
            self._unused_values = dict.fromkeys(self._values)
        if (names or values) and (size := _size_of(self._names, self._values)) > attribute.MAX_NAME_SIZE:
            # Unsure: that a too long name is reported without its placeholder.
            for name in self._names.values():
                attribute.require_name(name)
            attribute.require_names(self._values)
            if size > MAX_SIZE:
                # Unsure: the text.
                raise errors.invalid_parameters(
                    f"The expression attribute names and values of a request hold more than {MAX_SIZE} bytes"
                )

    def _decoded(self, raw: object, layer: Layer) -> dict[str, Value]:
        if not isinstance(raw, dict):
            raise wire.map_fault(raw, "com.amazonaws.dynamodb.v20120810.AttributeValue")
        if not raw:
            raise errors.validation("ExpressionAttributeValues must not be empty")
        decoded = {}
        for key, value in raw.items():
            _check_value_key(key)
            try:
                decoded[key] = attribute.decode({} if value is None else value)  # null means absent
            except InvalidValue as fault:
                if layer is Layer.NEW:
                    raise
                decoded[key] = self._decoded_by_old_layer(key, value, fault)
        return decoded

    def _decoded_by_old_layer(self, key: str, raw: object, fault: InvalidValue) -> Value:
        """Return a value that is only too deep for an item; raise any other fault, which names the placeholder."""
        try:
            if fault.message != attribute.NESTED_TOO_DEEP:
                raise fault
            value = attribute.decode(raw, 1 + attribute.MAX_LEVELS - MAX_OLD_LEVELS)
        except InvalidValue as error:
            raise errors.validation(
                f"ExpressionAttributeValues contains invalid value: {error.old_message} for key {key}"
            ) from None
        self.is_deep = True
        return value

    @classmethod
    def of_values(cls, values: Mapping[str, Value]) -> Placeholders:
        """Return placeholders for values that another language names in its trees; they need no decoding."""
        placeholders = cls()
        placeholders._values = values
        return placeholders

    @property
    def values_size(self) -> int:
        """Bytes of all values."""
        return sum(map(sizes.of_value, self._values.values())) if self._values else 0

    def path(self, kind: str, node: DocumentPath) -> Path:
        """Return the plain path of `node`; an undefined placeholder is an error of the parameter `kind`."""
        if not node.placeholders:
            return node.elements
        elements = list(node.elements)
        for position in node.placeholders:
            placeholder = elements[position]
            name = self._names.get(placeholder)  # type: ignore[arg-type]  # names stand at these positions
            if name is None:
                raise errors.validation(
                    f"Invalid {kind}: An expression attribute name used in the document path is not defined; "
                    f"attribute name: {placeholder}"
                )
            self._unused_names.pop(placeholder, None)  # type: ignore[arg-type]
            elements[position] = name
        return tuple(elements)

    def value(self, kind: str, name: str) -> Value:
        """Return the value of `:name`; an undefined one is an error of the parameter `kind`."""
        value = self._values.get(name)
        if value is None:
            raise errors.validation(
                f"Invalid {kind}: An expression attribute value used in expression is not defined; "
                f"attribute value: {name}"
            )
        self._unused_values.pop(name, None)
        return value

    def operand(self, kind: str, node: Operand) -> Operand:
        """Return `node` with plain paths and literals in place of placeholders."""
        if isinstance(node, DocumentPath):
            return DocumentPath(self.path(kind, node)) if node.placeholders else node
        if isinstance(node, ValueName):
            return Literal(self.value(kind, node.name))
        return self.call(kind, node) if isinstance(node, Call) else node

    def call(self, kind: str, node: Call) -> Call:
        """Return `node` with plain paths and literals among its operands."""
        operands = []
        for operand in node.operands:
            # Recursion of one frame per level: calls may nest hundreds of levels deep.
            operands.append(self.call(kind, operand) if isinstance(operand, Call) else self.operand(kind, operand))
        return Call(node.function, tuple(operands))

    def require_all_used(self) -> None:
        """Raise `ValidationException` if none of the expressions compiled so far uses some placeholder."""
        if self._unused_names:
            raise _unused("ExpressionAttributeNames", self._unused_names)
        if self._unused_values:
            raise _unused("ExpressionAttributeValues", self._unused_values)


NO_PLACEHOLDERS = Placeholders()
"""For trees that hold plain paths and literals only."""


def _unused(parameter: str, keys: Mapping[str, None]) -> DynamoDBError:
    return errors.validation(f"Value provided in {parameter} unused in expressions: keys: {{{', '.join(keys)}}}")


def _names(raw: object) -> dict[str, str]:
    if not isinstance(raw, dict):
        raise wire.map_fault(raw, "java.lang.String")
    for name in raw.values():
        if name is not None and not isinstance(name, str):
            raise wire.scalar_fault(name, "String")
    if not raw:
        raise errors.validation("ExpressionAttributeNames must not be empty")
    for key, name in raw.items():
        _check_name_key(key)
        if not name:
            raise errors.validation(
                f"ExpressionAttributeNames contains invalid value: Empty attribute name for key {key}"
            )
    return dict(raw)


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
