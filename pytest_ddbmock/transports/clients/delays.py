"""Delays that botocore would have slept: how far the polls of a waiter are dated ahead of the clock.

Where the test holds Python's clock, the backend moves it. Elsewhere a delay counts only for the call that waits: for
its own further attempts (`PendingCall`), or for the further polls of a waiter (here). After it the mock's time is
Python's again.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar

from pytest_ddbmock.transports.backend import Backend

_in_waiter: ContextVar[int] = ContextVar("ddbmock_waited", default=0)

in_waiter = _in_waiter.get
"""Return the microseconds that the waiter which makes the current call has waited; 0 outside waiters."""


@contextlib.contextmanager
def waiter() -> Iterator[None]:
    """Forget at the end what a waiter has waited inside."""
    token = _in_waiter.set(_in_waiter.get())
    try:
        yield
    finally:
        _in_waiter.reset(token)


def spend_in_waiter(backend: Backend, seconds: float) -> None:
    """Date the polls to come of the current waiter later by a delay."""
    _in_waiter.set(_in_waiter.get() + backend.spend(seconds))
