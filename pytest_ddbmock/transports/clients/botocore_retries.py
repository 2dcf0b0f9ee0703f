"""Delays of retries and waiters, spent on the mock's clock instead of slept; everybody else's are slept as ever.

botocore's own retry handlers decide whether and how long to wait, and are asked once as always; only the places that
wait are stood in for. Nobody tells those for which call they wait, so it is read from the variables of the function of
botocore's that does; `tests/botocore_facts/test_delays.py` pins their names. Where one is missing the delay is slept.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from types import FrameType, ModuleType
from typing import Any, TypeAlias

from pytest_ddbmock.engine.request import DYNAMODB, STREAMS
from pytest_ddbmock.transports import doors
from pytest_ddbmock.transports.backend import Backend
from pytest_ddbmock.transports.clients.botocore_hooks import pending_call
from pytest_ddbmock.transports.clients.http_response import SentHttp

FindBackend: TypeAlias = Callable[[FrameType], "Backend | None"]
"""Whose clock a delay is spent on, given the frame that waits; None: the wall clock's."""


class SpendingTime:
    """Stands for the module `time` inside one module; all but `sleep` is the module's own."""

    def __init__(self, original: Any, find_backend: FindBackend) -> None:
        self._original = original
        self._find_backend = find_backend

    def sleep(self, seconds: float) -> None:
        """Spend `seconds` on the mock's clock, or sleep."""
        backend = self._find_backend(sys._getframe(1))
        if backend is None:
            self._original.sleep(seconds)
        else:
            backend.spend(seconds)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._original, name)


def install_in_endpoint(endpoint: ModuleType) -> None:
    """Delays between attempts, in the legacy and the standard retry mode."""
    if not isinstance(endpoint.time, SpendingTime):
        endpoint.time = SpendingTime(endpoint.time, backend_of_attempt)  # type: ignore[attr-defined]  # a module


def install_in_waiter(waiter: ModuleType) -> None:
    """Delays between the calls of a waiter."""
    if not isinstance(waiter.time, SpendingTime):
        waiter.time = SpendingTime(waiter.time, backend_of_waiter)  # type: ignore[attr-defined]  # a module


def install_in_bucket(bucket: ModuleType) -> None:
    """Delays before attempts, in the adaptive retry mode."""
    original = bucket.TokenBucket.acquire
    if hasattr(original, "__wrapped__"):
        return

    @functools.wraps(original)
    def acquire(self: Any, amount: float = 1, block: bool = True) -> Any:
        backend = backend_of_request(sys._getframe(1)) if block else None
        if backend is None:
            return original(self, amount, block)
        with self._new_fill_rate_condition:
            take_tokens(self, amount, backend)
        return True

    bucket.TokenBucket.acquire = acquire


def take_tokens(bucket: Any, amount: float, backend: Backend) -> None:
    """Take `amount` from a token bucket; what is missing is waited for on the mock's clock.

    The bucket itself reads Python's time, which does not move with that: it is left empty, as after the wait.
    """
    bucket._refill()
    missing = amount - bucket._current_capacity
    if missing > 0:
        backend.spend(missing / bucket._fill_rate)
        bucket._current_capacity = amount
    bucket._current_capacity -= amount


# ---- whose delay it is


def backend_of_attempt(frame: FrameType) -> Backend | None:
    """For `Endpoint._needs_retry`: the mock that answered the attempt."""
    response = frame.f_locals.get("response")
    http = response[0] if isinstance(response, tuple) and response else None
    return http.backend if isinstance(http, SentHttp) else None


def backend_of_request(frame: FrameType) -> Backend | None:
    """For `ClientRateLimiter.on_sending_request`: the mock that answers the request, for our door comes first."""
    request = frame.f_locals.get("request")
    pending = pending_call(request) if hasattr(request, "headers") else None
    return None if pending is None else pending.backend


def backend_of_waiter(frame: FrameType) -> Backend | None:
    """For `Waiter.wait`: the active mock, if the waiter is one of a DynamoDB client."""
    try:
        client = frame.f_locals["self"]._operation_method._client_method.__self__
        service = client.meta.service_model.service_name
    except (KeyError, AttributeError):
        return None
    return doors.current() if service in (DYNAMODB, STREAMS) else None
