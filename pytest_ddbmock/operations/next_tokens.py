"""`NextToken` of SELECT statements: where the next page begins, sealed and bound to statement and parameters."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from pytest_ddbmock import errors
from pytest_ddbmock.values.attribute import Value, Wire
from pytest_ddbmock.values.item import Item, decode_item

_DIGEST = 16


class Position(NamedTuple):
    """A place in the key range `number`: after the item with the key `after`, or at its beginning if that is None."""

    number: int
    after: Item | None


BEGINNING = Position(0, None)


class Asked(NamedTuple):
    """The request that a token belongs to."""

    statement: str
    parameters: Sequence[Value]

    def digest(self) -> bytes:
        """Return bytes that are the same for the same statement with the same parameters."""
        return _hash(json.dumps([self.statement, repr(self.parameters)]).encode())


def encode(asked: Asked, number: int, after: Wire | None) -> str:
    """Return the token for a position; `after` is the key of an item."""
    content = asked.digest() + json.dumps([number, after], default=_to_base64).encode()
    return base64.b64encode(_hash(content) + content).decode()


def decode(token: str, asked: Asked) -> Position:
    """Return the position of a token.

    Errors: `ValidationException` for a text that is not a token, and for the token of another request.
    """
    try:
        sealed = base64.b64decode(token, validate=True)
    except (binascii.Error, ValueError):
        raise invalid_token() from None
    seal, content = sealed[:_DIGEST], sealed[_DIGEST:]
    if len(content) < _DIGEST or _hash(content) != seal:
        raise invalid_token()
    if content[:_DIGEST] != asked.digest():
        raise errors.validation("NextToken does not match request")
    number, after = json.loads(content[_DIGEST:])
    return Position(number, None if after is None else decode_item(after))


def invalid_token() -> errors.DynamoDBError:
    """Return the error for a text that is not a token, or that does not fit the table any more."""
    return errors.validation("Invalid NextToken")


def _hash(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=_DIGEST).digest()


def _to_base64(value: Any) -> str:
    return base64.b64encode(value).decode()
