"""Limits of key values: not empty, not too long.

Source: "Service, account, and table quotas in Amazon DynamoDB", captured answers for the texts.
"""

from __future__ import annotations

from collections.abc import Iterable

from pytest_ddbmock import errors
from pytest_ddbmock.errors import DynamoDBError
from pytest_ddbmock.values import sizes
from pytest_ddbmock.values.attribute import Value

MAX_HASH_SIZE = 2048
"""Bytes of a partition key: of all its attributes together."""
MAX_RANGE_SIZE = 1024
"""Bytes of a sort key: of all its attributes together."""
CERTAINLY_SHORT = MAX_RANGE_SIZE // 4
"""Length of a payload (characters, bytes or digits) that is always within both limits."""


def empty_key(name: str, value: Value) -> DynamoDBError:
    """Return the error for an empty string or binary as a key of the table."""
    noun = "string" if value[0] == "S" else "binary"
    return errors.validation(
        "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty "
        f"{noun} value. Key: {name}"
    )


def hash_too_long() -> DynamoDBError:
    """Return the error for a partition key over 2048 bytes (AWS's spelling)."""
    return errors.invalid_parameters(f"Size of hashkey has exceeded the maximum size limit of{MAX_HASH_SIZE} bytes")


def range_too_long() -> DynamoDBError:
    """Return the error for a sort key over 1024 bytes."""
    return errors.invalid_parameters(
        f"Aggregated size of all range keys has exceeded the size limit of {MAX_RANGE_SIZE} bytes"
    )


def require_key_sizes(hash_values: Iterable[Value], range_values: Iterable[Value] = ()) -> None:
    """Raise `ValidationException` for partition or sort key values that are too long together."""
    if sum(map(sizes.of_value, hash_values)) > MAX_HASH_SIZE:
        raise hash_too_long()
    if sum(map(sizes.of_value, range_values)) > MAX_RANGE_SIZE:
        raise range_too_long()
