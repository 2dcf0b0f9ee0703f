"""`Tokens`: the client request tokens of committed transactions, for ten minutes each.

Source: "TransactWriteItems" (API reference), ClientRequestToken.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from pytest_ddbmock import errors
from pytest_ddbmock.clock import MINUTE
from pytest_ddbmock.engine.request import Request

WINDOW = 10 * MINUTE
"""Microseconds for which a token is remembered."""

NOT_PAYLOAD = frozenset({"ClientRequestToken", "ReturnConsumedCapacity", "ReturnItemCollectionMetrics"})
"""Parameters that may differ between attempts. Unsure: ReturnItemCollectionMetrics."""


class Use(NamedTuple):
    """A token and its scope: accounts, Regions and operations have tokens of their own.

    Unsure: that operations have.
    """

    account: str
    region: str
    operation: str
    token: str


class Done(NamedTuple):
    """A committed transaction: its time, its payload, and the bytes of the larger image of each item."""

    at: int
    payload: bytes
    sizes: tuple[int, ...]


def use_of(request: Request) -> Use | None:
    """Return the token of a request with its scope, None without one."""
    token = request.params.get("ClientRequestToken")
    return None if token is None else Use(request.account, request.region, request.operation, token)


def payload_of(request: Request) -> bytes:
    """Return a digest of a transaction; the order of JSON members does not matter."""
    asked = {name: value for name, value in request.params.items() if name not in NOT_PAYLOAD}
    text = json.dumps(_without_nulls(asked), sort_keys=True, default=_base64)
    return hashlib.sha256(text.encode()).digest()


def _without_nulls(asked: Any) -> Any:
    if isinstance(asked, Mapping):
        return {name: _without_nulls(value) for name, value in asked.items() if value is not None}
    return [_without_nulls(value) for value in asked] if isinstance(asked, list | tuple) else asked


def _base64(blob: Any) -> str:
    return base64.b64encode(blob).decode("ascii")


class Tokens:
    """Committed transactions by token, oldest first."""

    def __init__(self) -> None:
        self._done: dict[Use, Done] = {}

    def done(self, use: Use, payload: bytes, now: int) -> Done | None:
        """Return the transaction that was committed with a token, None if there is none.

        Errors: `IdempotentParameterMismatchException` for another payload.
        """
        done = self._done.get(use)
        if done is None or now - done.at >= WINDOW:
            return None
        if done.payload != payload:
            raise errors.idempotent_parameter_mismatch()
        return done

    def remember(self, use: Use, done: Done) -> None:
        """Remember a committed transaction; forget those whose time is over."""
        while self._done and done.at - next(iter(self._done.values())).at >= WINDOW:
            del self._done[next(iter(self._done))]
        self._done.pop(use, None)
        self._done[use] = done

    def backdate(self, now: int) -> None:
        """Protocol `Dated`."""
        self._done = {use: done._replace(at=min(done.at, now)) for use, done in self._done.items()}

    def mark(self) -> dict[Use, Done]:
        """Protocol `Restorable`."""
        return dict(self._done)

    def rollback(self, mark: dict[Use, Done]) -> None:
        """Protocol `Restorable`."""
        self._done = dict(mark)
