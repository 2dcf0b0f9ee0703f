"""What PutItem, UpdateItem and DeleteItem answer to requests that they refuse before they look up the table.

A front layer checks these requests. It opens its errors with `1 validation error detected: ` and words some of them
in its own way. It cannot read JSON beyond a certain depth; then the layer behind it answers, in the older forms.

Source: captured in eu-west-2 and us-east-1, October 2026; two of 33 Regions have no such layer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_ddbmock import errors
from pytest_ddbmock.errors import DynamoDBError
from pytest_ddbmock.values.attribute import NESTED_TOO_DEEP

ENVELOPED = frozenset({"PutItem", "UpdateItem", "DeleteItem"})

MAX_JSON_LEVELS = 127
"""Nested objects and arrays of a request. Unsure: the number; captured are items of about 62 maps inside each other."""

ONLY_ALL_OLD = "ReturnValues can only be ALL_OLD or NONE"
"""The error of PutItem and DeleteItem for the values of `ReturnValues` that only UpdateItem accepts."""


def is_too_deep(params: Mapping[str, Any]) -> bool:
    """True if the front layer cannot read a request."""
    level: list[Any] = [params]
    for _ in range(MAX_JSON_LEVELS):
        level = [
            child
            for value in level
            for child in (value.values() if isinstance(value, dict) else value)
            if isinstance(child, dict | list | tuple)
        ]
        if not level:
            return False
    return True


def before_table(operation: str, params: Mapping[str, Any], error: DynamoDBError) -> DynamoDBError:
    """Return the answer of any operation that found `error` before it looked up a table."""
    if operation not in ENVELOPED or error.code != "ValidationException":
        return error
    if not is_too_deep(params):
        return errors.enveloped(error.message)
    if operation != "UpdateItem" and params.get("ReturnValues") not in (None, "NONE", "ALL_OLD"):
        # The layer behind checks this parameter before it looks into the values.
        return errors.validation(ONLY_ALL_OLD) if error.message == NESTED_TOO_DEEP else error
    return error
