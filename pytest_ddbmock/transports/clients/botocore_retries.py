"""Delays of retries and waiters, spent on the mock's clock instead of slept; all other delays are slept.

botocore's own retry handlers decide whether and how long to wait, and are asked once as always; only the places that
wait are replaced. They do not know which call waits, so that is read from the variables of botocore's function around
them; `tests/botocore_facts/test_delays.py` pins their names. Where one is missing the delay is slept.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import FrameType, ModuleType
from typing import Any, TypeAlias

from pytest_ddbmock.transports import doors
from pytest_ddbmock.transports.clients import delays
from pytest_ddbmock.transports.clients.botocore_hooks import PENDING, PendingCall, pending_call
from pytest_ddbmock.transports.services import SERVICES

Spend: TypeAlias = Callable[[float], None]
"""Spends seconds on the mock's clock."""
FindSpend: TypeAlias = Callable[[FrameType], "Spend | None"]
"""Returns how a delay is spent, given the frame that waits; None for one that is slept."""


class SpendingTime:
    """Stand in for the module `time` inside one module; all but `sleep` is the module's own."""

    def __init__(self, original: Any, find_spend: FindSpend) -> None:
        self._original = original
        self._find_spend = find_spend

    def sleep(self, seconds: float) -> None:
        """Spend `seconds` on the mock's clock, or sleep."""
        spend = self._find_spend(sys._getframe(1))
        if spend is None:
            self._original.sleep(seconds)
        else:
            spend(seconds)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._original, name)


def install_in_endpoint(endpoint: ModuleType) -> None:
    """Replace the delays between attempts, in the legacy and the standard retry mode."""
    if not isinstance(endpoint.time, SpendingTime):
        endpoint.time = SpendingTime(endpoint.time, spend_of_attempt)  # type: ignore[attr-defined]  # a module


def install_in_waiter(waiter: ModuleType) -> None:
    """Replace the delays between the polls of a waiter."""
    if isinstance(waiter.time, SpendingTime):
        return
    waiter.time = SpendingTime(waiter.time, spend_of_waiter)  # type: ignore[attr-defined]  # a module
    original = waiter.Waiter.wait

    @functools.wraps(original)
    def wait(self: Any, **params: Any) -> Any:
        with delays.waiter():
            return original(self, **params)

    waiter.Waiter.wait = wait


def install_in_bucket(bucket: ModuleType) -> None:
    """Replace the delays before attempts, in the adaptive retry mode."""
    replace_acquire(bucket.TokenBucket, lambda one: one._new_fill_rate_condition, lambda: True)


def replace_acquire(kind: Any, guard: Callable[[Any], AbstractContextManager[Any]], result: Callable[[], Any]) -> None:
    """Have a class of token buckets wait on the mock's clock.

    `guard` returns what keeps other threads out of a bucket, `result` what `acquire` returns.
    """
    original = kind.acquire
    if hasattr(original, "__wrapped__"):
        return

    @functools.wraps(original)
    def acquire(self: Any, amount: float = 1, block: bool = True) -> Any:
        pending = pending_of_request(sys._getframe(1)) if block else None
        if pending is None:
            return original(self, amount, block)
        with guard(self):
            take_tokens(self, amount, pending)
        return result()

    kind.acquire = acquire


def take_tokens(bucket: Any, amount: float, pending: PendingCall) -> None:
    """Take `amount` from a token bucket; the wait for what is missing is spent on the mock's clock.

    The bucket reads Python's time, which may stand still: it is left as after the wait.
    """
    bucket._refill()
    missing = amount - bucket._current_capacity
    if missing > 0:
        pending.spend(missing / bucket._fill_rate)
        bucket._refill()
        bucket._current_capacity = max(bucket._current_capacity, amount)
    bucket._current_capacity -= amount


# ---- whose delay it is


def spend_of_attempt(frame: FrameType) -> Spend | None:
    """Return how `Endpoint._needs_retry` waits: on the clock of the mock that answers the call."""
    try:
        pending: PendingCall | None = frame.f_locals["request_dict"]["context"].get(PENDING)
    except (KeyError, TypeError, AttributeError):
        return None
    return None if pending is None else pending.spend


def pending_of_request(frame: FrameType) -> PendingCall | None:
    """Return the call that waits in `ClientRateLimiter.on_sending_request`; its handler comes after ours."""
    request = frame.f_locals.get("request")
    return pending_call(request) if hasattr(request, "headers") else None


def spend_of_waiter(frame: FrameType) -> Spend | None:
    """Return how `Waiter.wait` waits: on the clock of the active mock, if its client is one of DynamoDB."""
    try:
        client = frame.f_locals["self"]._operation_method._client_method.__self__
        service = client.meta.service_model.service_name
    except (KeyError, AttributeError):
        return None
    backend = doors.current() if service in SERVICES else None
    return None if backend is None else functools.partial(delays.spend_in_waiter, backend)
