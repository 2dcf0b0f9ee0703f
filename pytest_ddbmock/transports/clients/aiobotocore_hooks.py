"""What aiobotocore needs besides botocore's hooks: its own places that wait."""

from __future__ import annotations

import functools
import sys
from types import ModuleType
from typing import Any

from pytest_ddbmock.transports.clients.botocore_retries import (
    FindBackend,
    SpendingTime,
    backend_of_attempt,
    backend_of_request,
    backend_of_waiter,
    take_tokens,
)


class SpendingAsyncio(SpendingTime):
    """Stands for the module `asyncio` inside one module."""

    def sleep(self, seconds: float, *rest: Any) -> Any:
        """Spend `seconds` on the mock's clock and let other tasks run, or sleep; to be awaited."""
        backend = self._find_backend(sys._getframe(1))
        if backend is None:
            return self._original.sleep(seconds, *rest)
        backend.spend(seconds)
        return self._original.sleep(0, *rest)


def install_in_endpoint(endpoint: ModuleType) -> None:
    """Delays between attempts."""
    _install(endpoint, ("AioEndpoint", "AnyioEndpoint"), backend_of_attempt)


def install_in_waiter(waiter: ModuleType) -> None:
    """Delays between the calls of a waiter."""
    _install(waiter, ("AIOWaiter", "AnyioWaiter"), backend_of_waiter)


def _install(module: ModuleType, classes: tuple[str, ...], find_backend: FindBackend) -> None:
    """Stand in for the method `_sleep` of newer versions, for `asyncio.sleep` in those that have none."""
    sleepers: list[Any] = [one for name in classes if "_sleep" in vars(one := getattr(module, name, object))]
    for sleeper in sleepers:
        if not hasattr(sleeper._sleep, "__wrapped__"):
            sleeper._sleep = _spending(sleeper._sleep, find_backend)
    if not sleepers and not isinstance(module.asyncio, SpendingAsyncio):
        module.asyncio = SpendingAsyncio(module.asyncio, find_backend)  # type: ignore[attr-defined]  # a module


def _spending(original: Any, find_backend: FindBackend) -> Any:
    @functools.wraps(original)
    def _sleep(self: Any, seconds: float) -> Any:
        backend = find_backend(sys._getframe(1))
        if backend is None:
            return original(self, seconds)
        backend.spend(seconds)
        return original(self, 0)

    return _sleep


def install_in_bucket(bucket: ModuleType) -> None:
    """Delays before attempts, in the adaptive retry mode."""
    original = bucket.AsyncTokenBucket.acquire
    if hasattr(original, "__wrapped__"):
        return

    @functools.wraps(original)
    def acquire(self: Any, amount: float = 1, block: bool = True) -> Any:
        backend = backend_of_request(sys._getframe(1)) if block else None
        if backend is None:
            return original(self, amount, block)
        # Nothing is awaited in between, so the bucket's lock is not needed.
        take_tokens(self, amount, backend)
        return _acquired()

    bucket.AsyncTokenBucket.acquire = acquire


async def _acquired() -> bool:
    return True
