"""JSON types that do not fit the service model: the texts of `SerializationException`.

These checks come before all others. Source: captured answers, facts of the wire protocol ("DynamoDB low-level API").
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from pytest_ddbmock import errors
from pytest_ddbmock.errors import DynamoDBError

_BASE64 = re.compile(r"[A-Za-z0-9+/]*={0,2}", re.ASCII)


def token(value: object) -> str:
    """Return the JSON parser's name of a scalar: `NUMBER_VALUE`, `DECIMAL_VALUE`, `TRUE_VALUE`, `STRING_VALUE`..."""
    if value is True:
        return "TRUE_VALUE"
    if value is False:
        return "FALSE_VALUE"
    if isinstance(value, int):
        return "NUMBER_VALUE"
    if isinstance(value, float):
        return "DECIMAL_VALUE"
    return "STRING_VALUE"


def scalar_fault(value: object, wanted: str) -> DynamoDBError:
    """Return the error for `value` in place of a `wanted` (`String`, `Boolean`, `Integer`, `Long`, `Double`)."""
    if isinstance(value, dict):
        return errors.serialization("Start of structure or map found where not expected")
    if isinstance(value, list | tuple):
        return errors.serialization(f"Unrecognized collection type class java.lang.{wanted}")
    if wanted == "Boolean" and isinstance(value, str):
        return errors.serialization("Unexpected token received from parser")
    return errors.serialization(f"{token(value)} cannot be converted to {wanted}")


def structure_fault(value: object, shape: str) -> DynamoDBError:
    """Return the error for `value` in place of the structure `shape`."""
    if isinstance(value, list | tuple):
        return errors.serialization(f"Unrecognized collection type class com.amazonaws.dynamodb.v20120810.{shape}")
    return errors.serialization("Unexpected value type in payload")


def list_fault(value: object) -> DynamoDBError:
    """Return the error for `value` in place of a list."""
    if isinstance(value, dict):
        return errors.serialization("Start of structure or map found where not expected")
    return errors.serialization("Unexpected field type")


def map_fault(value: object, element: str) -> DynamoDBError:
    """Return the error for `value` in place of a map to `element` (a Java type name)."""
    if isinstance(value, list | tuple):
        return errors.serialization(f"Unrecognized collection type java.util.Map<java.lang.String, {element}>")
    return errors.serialization("Unexpected field type")


def to_bytes(value: Any) -> bytes:
    """Return the bytes of a blob: base64 text as in JSON, or bytes as a Python caller passes them.

    Errors: `SerializationException`.
    """
    if isinstance(value, bytes):
        return value
    if isinstance(value, bytearray):
        return bytes(value)
    if not isinstance(value, str):
        if isinstance(value, dict | list):
            raise scalar_fault(value, "String")
        raise errors.serialization("only base-64-encoded strings are convertible to bytes")
    if len(value) % 4:
        raise errors.serialization(f"Base64 encoded length is expected a multiple of 4 bytes but found: {len(value)}")
    if not _BASE64.fullmatch(value):
        raise errors.serialization("only base-64-encoded strings are convertible to bytes")
    try:
        decoded = base64.b64decode(value)
    except binascii.Error:  # e.g. `A===`, which the pattern above accepts
        raise errors.serialization("only base-64-encoded strings are convertible to bytes") from None
    if base64.b64encode(decoded).decode() != value:
        raise errors.serialization("Invalid last non-pad Base64 character dectected")
    return decoded
