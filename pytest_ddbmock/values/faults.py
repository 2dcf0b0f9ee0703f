"""Bad values: two layers of the service check them, and word some faults differently.

Both layers accept the same values. Source: captured in eu-west-2 and us-east-1, October 2026.
"""

from __future__ import annotations

import enum

from pytest_ddbmock.errors import DynamoDBError


class Layer(enum.Enum):
    """The part of the service that checks the values of a request."""

    NEW = "new"
    """PutItem, GetItem, UpdateItem, DeleteItem, BatchGetItem, Query."""
    # Unsure: TransactWriteItems and TransactGetItems, whose values the new layer checks in eu-west-2.
    OLD = "old"
    """BatchWriteItem, TransactWriteItems, TransactGetItems, Scan, PartiQL."""


class InvalidValue(DynamoDBError):
    """A value that AWS rejects, in the words of the new layer; `old_message` holds those of the old one."""

    def __init__(self, message: str, old_message: str | None = None) -> None:
        super().__init__("ValidationException", message)
        self.old_message = message if old_message is None else old_message

    def worded_by(self, layer: Layer) -> DynamoDBError:
        """Return the error as `layer` words it."""
        return self if layer is Layer.NEW else InvalidValue(self.old_message)
